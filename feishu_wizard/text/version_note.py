"""The note of a version: what the approver reads, often on a phone.

The platform takes 500 characters (official docs, application v7: submit a self-built app for
release, ``remark`` and ``changelog``). What does not fit is left to the hand-off sheet, and said
so; the most important comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.permission import Effect, Kind, Need, NeedState
from feishu_wizard.domain.release import ReleasePlan
from feishu_wizard.text.catalog import _, ngettext, pick
from feishu_wizard.text.labels import capability_word

NOTE_LIMIT = 500
_LONGEST_ORIGIN = 80
_RELEASE, _LOGIN = "feishu.release", "permission.login"


def version_rows(plan: ReleasePlan) -> tuple[NeedState, ...]:
    """What the version under preparation is about: everything not settled, the release apart."""
    rows = plan.at_once + plan.with_version + plan.unknown + plan.waiting
    return tuple(row for row in rows if row.need.id != _RELEASE)


def version_note(
    rows: Sequence[NeedState],
    chosen: frozenset[Capability],
    can_origin: str = "",
    limit: int = NOTE_LIMIT,
) -> str:
    """Return the note for the approver: at most ``limit`` characters, short lines, why for each."""
    needs = [row.need for row in rows if _of_version(row.need)]
    head = [
        _("Connects Aloudata CAN with Feishu: {what}.").format(what=purpose(chosen)),
        _("Data goes to {where}. Contacts are only read.").format(where=_where(can_origin)),
        _("Owner: whoever submits this version."),
    ]
    scopes = [need for need in needs if need.kind is Kind.SCOPE and need.for_can]
    tail = [*_settings(needs), *_helpers(needs)]
    room = limit - len("\n".join([*head, *tail]))
    lines = [*head, *_fitting(sorted(scopes, key=_weight), room), *tail]
    return "\n".join(lines)[:limit]


def purpose(chosen: frozenset[Capability]) -> str:
    """Return the names of the chosen capabilities as one enumeration."""
    return _(", ").join(capability_word(c) for c in Capability if c in chosen)


def is_own_item(need: Need) -> bool:
    """The manual's "Authorized login" is told by its parts."""
    return need.id != _LOGIN


def short_name(need: Need) -> str:
    """The last part of the console's wording: "Contacts range" of a path of menus."""
    return pick(need.console).rpartition(" > ")[2]


def short_reason(need: Need) -> str:
    """What it is for, in a few words; the whole reason where the knowledge has none."""
    return pick(need.feature) or pick(need.why)


def _of_version(need: Need) -> bool:
    """What takes effect at once is nothing that an approver decides with the version."""
    return need.id not in (_RELEASE, _LOGIN) and need.effect is not Effect.AT_ONCE


def _weight(need: Need) -> tuple[bool, bool]:
    """What CAN cannot do without comes first, of that what tenants like to look at."""
    return not need.required, not need.usually_reviewed


def _where(can_origin: str) -> str:
    origin = can_origin or _("the CAN server of our company")
    return origin if len(origin) <= _LONGEST_ORIGIN else origin[: _LONGEST_ORIGIN - 1] + "…"


def _settings(needs: Iterable[Need]) -> Iterable[str]:
    names = [short_name(need) for need in needs if need.kind is Kind.SETTING]
    if names:
        yield _("Also in this version: {names}").format(names=_(", ").join(names))


def _helpers(needs: Iterable[Need]) -> Iterable[str]:
    reasons = [short_reason(n) for n in needs if n.kind is Kind.SCOPE and not n.for_can]
    if reasons:
        told = _("Only for setting up, removed afterwards: {names}")
        yield told.format(names=_(", ").join(reasons))


def _fitting(needs: Sequence[Need], room: int) -> list[str]:
    """As many as ``room`` reaches for (line breaks counted): a line each, the others for short."""
    for named in range(len(needs), -1, -1):
        for whole in range(named, -1, -1):
            told = [*map(_line, needs[:whole]), *_shortened(needs[whole:named], needs[named:])]
            if sum(len(line) + 1 for line in told) <= room:
                return told
    return []


def _line(need: Need) -> str:
    return _("• {name}: {why}").format(name=pick(need.console), why=short_reason(need))


def _shortened(named: Sequence[Need], left: Sequence[Need]) -> Iterable[str]:
    """Those without a line of their own by their reason, those without room by their number."""
    if named:
        reasons = _(", ").join(short_reason(need) for need in named)
        yield _("• Permissions for: {names}").format(names=reasons)
    if left:
        yield ngettext(
            "… and {n} more: see the hand-off sheet",
            "… and {n} more: see the hand-off sheet",
            len(left),
        ).format(n=len(left))
