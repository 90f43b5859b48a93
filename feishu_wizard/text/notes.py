"""Longer texts made from what is known: what to do next, and texts for other people to read.

All of them come out in the language in use. They hold no secret, and they name only what the
program knows: who owns the app, for one, is left to the person who submits the version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.permission import Kind, Need, NeedState
from feishu_wizard.domain.release import ReleasePlan
from feishu_wizard.domain.sample_message import Sample, parse_samples
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.resources import resource_bytes
from feishu_wizard.text.catalog import _, ngettext, pick
from feishu_wizard.text.labels import capability_word

_SAMPLES = "knowledge/messages.toml"
_OPEN_STATES = (GrantState.NOT_REQUESTED, GrantState.UNKNOWN, GrantState.CONTRADICTORY)
_RELEASE = "feishu.release"
_REDIRECT = "feishu.redirect_url"


@dataclass(frozen=True, slots=True)
class Headline:
    """What to do next: a short line and a sentence or two behind it. ``done``: nothing is left."""

    title: str
    text: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class ConsolePart:
    """What a colleague needs for the console part. ``link`` gives the page of a row."""

    plan: ReleasePlan
    link: Callable[[NeedState], str]
    app_id: str
    callback: str
    missing_json: str
    permissions_url: str
    version_url: str
    note: str


@dataclass(frozen=True, slots=True)
class Click:
    """One thing to do in CAN."""

    title: str
    text: str


# -- the app ------------------------------------------------------------------------------


def app_name() -> str:
    """Return a name for the app, as people will see it in Feishu."""
    return _("Aloudata CAN")


def app_description(chosen: frozenset[Capability]) -> str:
    """Return a description for the app, as the approver and people will see it."""
    purposes = {
        Capability.USER_SYNC: _("takes over people from the contacts"),
        Capability.SSO: _("lets people sign in with Feishu"),
        Capability.PUSH: _("sends monitoring messages"),
    }
    told = _(", ").join(purposes[c] for c in Capability if c in chosen)
    return _("Connects Aloudata CAN with Feishu: {purposes}.").format(purposes=told)


def purpose(chosen: frozenset[Capability]) -> str:
    """Return the names of the chosen capabilities as one enumeration."""
    return _(", ").join(capability_word(c) for c in Capability if c in chosen)


def create_message(chosen: frozenset[Capability], console_url: str, callback: str = "") -> str:
    """Return the message for a colleague who creates the app and returns ID and secret."""
    lines = [
        _("Please create an app for Aloudata CAN in the Feishu developer console."),
        "",
        _("1. Open {url} and choose “Create custom app”.").format(url=console_url),
        _("2. Name: {name}").format(name=app_name()),
        _("   Description: {text}").format(text=app_description(chosen)),
        _("3. Open “Credentials & Basic Info” and send me the App ID and the App Secret."),
        _("   Please send the App Secret in person or by a password manager, not to a group."),
    ]
    if callback:
        lines.append(
            _("4. In “Security Settings”, add this redirect URL: {url}").format(url=callback)
        )
    return "\n".join(lines)


# -- the release --------------------------------------------------------------------------


def version_rows(plan: ReleasePlan) -> tuple[NeedState, ...]:
    """What the version under preparation is about: everything not settled, the release apart."""
    rows = plan.at_once + plan.with_version + plan.unknown + plan.waiting
    return tuple(row for row in rows if row.need.id != _RELEASE)


def version_note(
    rows: Sequence[NeedState], chosen: frozenset[Capability], can_origin: str = ""
) -> str:
    """Return the note for the approver, who reads it on a phone: short lines, why for each."""
    target = can_origin or _("the CAN server of our company")
    lines = [
        _("Connects Aloudata CAN with Feishu."),
        _("Purpose: {what}").format(what=purpose(chosen)),
        _("Where data goes: {where}. Nothing in the contacts is changed.").format(where=target),
        _("Owner: whoever submits this version."),
    ]
    return "\n".join([*lines, *_note_rows(rows)])


def _note_rows(rows: Sequence[NeedState]) -> Iterable[str]:
    scopes = [row.need for row in rows if row.need.kind is Kind.SCOPE and row.need.for_can]
    settings = [row.need for row in rows if row.need.kind is Kind.SETTING and is_own_item(row.need)]
    helpers = [row.need for row in rows if row.need.kind is Kind.SCOPE and not row.need.for_can]
    for heading, needs in (
        (_("Permissions:"), scopes),
        (_("Settings:"), settings),
        (_("Only while setting up, can be removed afterwards:"), helpers),
    ):
        if needs:
            yield ""
            yield heading
            yield from (_note_line(need) for need in needs)


def is_own_item(need: Need) -> bool:
    """The manual's "Authorized login" is told by its parts."""
    return need.id != "permission.login"


def _note_line(need: Need) -> str:
    return _("• {name}: {why}").format(name=pick(need.console), why=pick(need.why))


def console_message(part: ConsolePart) -> str:
    """Return the message for a colleague who does the console part: all of it, in order."""
    plan = part.plan
    lines = [
        _("Please finish the Feishu app {app_id} for Aloudata CAN.").format(app_id=part.app_id),
        _("Do 1 and 2 before 3: while a version is under review the app is locked."),
    ]
    if part.missing_json:
        told = _("1. Permissions: open {url}, choose the batch import, paste this:")
        lines += ["", told.format(url=part.permissions_url), part.missing_json]
    settings = [row for row in settings_to_do(plan) if is_own_item(row.need)]
    if settings:
        lines += ["", _("2. Settings:")]
        lines += [_setting_line(row, part.link(row), part.callback) for row in settings]
    if plan.release_needed:
        told = _("3. Create one version and submit it: {url}").format(url=part.version_url)
        lines += ["", told, _("Text for the version:"), part.note]
    return "\n".join(lines)


def _setting_line(row: NeedState, url: str, callback: str) -> str:
    name = pick(row.need.console)
    if row.need.id == _REDIRECT and callback:
        return _("• {name}: add {value} – {url}").format(name=name, value=callback, url=url)
    return _("• {name} – {url}").format(name=name, url=url)


def scopes_to_do(plan: ReleasePlan) -> tuple[NeedState, ...]:
    """Permissions that are not added yet, as far as is known."""
    rows = plan.at_once + plan.with_version + plan.admin_only
    return tuple(r for r in rows if r.need.kind is Kind.SCOPE and r.state in _OPEN_STATES)


def settings_to_do(plan: ReleasePlan) -> tuple[NeedState, ...]:
    """Settings that are not made yet, the release apart."""
    rows = plan.at_once + plan.with_version + plan.admin_only
    return tuple(
        r
        for r in rows
        if r.need.kind is Kind.SETTING
        and r.need.id not in (_RELEASE, "permission.login")
        and r.state in _OPEN_STATES
    )


def headline(plan: ReleasePlan, *, submitted: bool = False) -> Headline:
    """Return the one thing to do next on the Feishu side.

    ``submitted``: a person said so; before the first release the platform does not tell.
    """
    if submitted or plan.version is VersionState.UNDER_REVIEW:
        return Headline(
            _("Submitted: the Feishu administrator decides now"),
            _(
                "Nothing can be changed while the version is under review. You may close the "
                "program and go on another day."
            ),
        )
    if plan.version is VersionState.REJECTED:
        return Headline(
            _("The last version was rejected"),
            _("Ask the Feishu administrator why, change what is needed, and submit a new one."),
        )
    todo = _todo_title(plan)
    if todo:
        return Headline(todo, _todo_text(plan))
    if plan.unknown and not plan.complete:
        return Headline(
            _("Nothing is known to be missing"),
            ngettext(
                "{n} item cannot be told from here. The test message will show it.",
                "{n} items cannot be told from here. The test message will show it.",
                len(plan.unknown),
            ).format(n=len(plan.unknown)),
        )
    return Headline(
        _("Everything required is in place"), _("Go on to save the configuration."), done=True
    )


def _todo_title(plan: ReleasePlan) -> str:
    scopes, settings = len(scopes_to_do(plan)), len(settings_to_do(plan))
    parts = []
    if scopes:
        words = ngettext("{n} permission to add", "{n} permissions to add", scopes)
        parts.append(words.format(n=scopes))
    if settings:
        words = ngettext("{n} setting to check", "{n} settings to check", settings)
        parts.append(words.format(n=settings))
    if plan.release_needed:
        parts.append(_("then one version") if parts else _("One version to release"))
    return _(", ").join(parts)


def _todo_text(plan: ReleasePlan) -> str:
    if not plan.release_needed:
        return _("These take effect at once; no version is needed.")
    if plan.version is VersionState.NEVER_RELEASED:
        return _("Go through all points in order; one version then carries everything.")
    return _("Do everything before you create the version: a review locks the app.")


# -- afterwards ---------------------------------------------------------------------------


def next_clicks(chosen: frozenset[Capability], can_origin: str = "") -> tuple[Click, ...]:
    """Return what to click next in CAN, per chosen capability.

    Sources: CAN's pages on message push and on login authentication (facts: can.md section 3).
    """
    told: dict[Capability, Click] = {
        Capability.USER_SYNC: Click(
            _("Look at one synchronised person"),
            _(
                "After the first sync, open a person in CAN's user management and compare name and "
                "account with Feishu. When CAN synchronises is not documented."
            ),
        ),
        Capability.SSO: Click(
            _("Sign in once with Feishu"),
            _(
                "Open {url} in a private window and sign in with Feishu. CAN's page on login "
                "methods does not list Feishu: if there is no such button, ask who runs CAN."
            ).format(url=can_origin or _("CAN's login page")),
        ),
        Capability.PUSH: Click(
            _("Choose Feishu in an alert rule"),
            _(
                "In the rule, choose the Feishu app as the channel and set the people or push "
                "groups that receive it. The CAN account of each must be their Feishu user ID."
            ),
        ),
    }
    return tuple(told[c] for c in Capability if c in chosen)


def sample_message(template: str, lang: str, values: Mapping[str, str]) -> Sample:
    """Return the test message in words, as it will be sent. ``values``: ``time``, ``origin``."""
    by_lang = parse_samples(resource_bytes(_SAMPLES))[template]
    sample = by_lang.get(lang) or by_lang["en"]
    return Sample(
        title=sample.title,
        lines=[_filled(line, values) for line in sample.lines],
        note=_filled(sample.note, values),
    )


def _filled(line: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        line = line.replace("{" + name + "}", value)
    return line.replace("**", "")
