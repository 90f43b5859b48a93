"""Hand-over files in words: what travels, what stays on this computer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from feishu_wizard.text.catalog import _
from feishu_wizard.text.labels import field_label


class Travelling(Protocol):
    """What is known of a hand-over file before it is written (``operations.seal_setup``)."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Entry names of the secrets that travel."""
        ...

    @property
    def missing(self) -> tuple[str, ...]:
        """Of those that this computer does not have."""
        ...

    @property
    def left(self) -> tuple[str, ...]:
        """Of those that live for this run only."""
        ...

    @property
    def profile(self) -> str:
        """Id of the added profile that travels along."""
        ...

    @property
    def here(self) -> tuple[str, ...]:
        """Fields that mean something on this computer only."""
        ...

    @property
    def replaces(self) -> bool:
        """An older hand-over file stands there."""
        ...


def plan_sentences(plan: Travelling) -> tuple[str, ...]:
    """What the file will hold and what it will not, the most important first."""
    told = [
        (plan.secrets, _("With its secrets: {names}.")),
        (plan.missing, _("Without what is not on this computer: {names}.")),
        (plan.left, _("Without what lives for this run only: {names}.")),
        (plan.here, _("Without what leads nowhere elsewhere: {names}.")),
    ]
    lines = [words.format(names=_named(names)) for names, words in told if names]
    if not plan.secrets:
        lines.insert(0, _("No secret is in it."))
    if plan.profile:
        known = _("With the deployment profile {profile}; it has to be trusted there first.")
        lines.append(known.format(profile=plan.profile))
    if plan.replaces:
        lines.append(_("It takes the place of an older hand-over file."))
    return tuple(lines)


def two_ways() -> str:
    """How a hand-over file is sent."""
    return _(
        "Send the file and the passphrase by different ways, such as one by mail and one by phone."
    )


def _named(names: Iterable[str]) -> str:
    return _(", ").join(field_label(name) for name in names)
