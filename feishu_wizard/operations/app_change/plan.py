"""What a change of the app consists of: from the needs' states to before and after.

What is unknown is never taken for missing: it is only asked for before the first release, when
nothing can be read and everything has to go into that release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from feishu_wizard.domain.address import RedirectState, compare_redirect
from feishu_wizard.domain.app_change import AppChange, Part, PartChange, VersionText
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.means import BOT, DECLARED, REDIRECT
from feishu_wizard.domain.permission import Effect, Kind, NeedState
from feishu_wizard.domain.redirect import registered_form
from feishu_wizard.domain.standing import AppStanding
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.operations.app_change.read import EVERYBODY, ON, Seen, Values

RANGE, AVAILABILITY = "feishu.contact_range", "feishu.availability"
_ABSENT = (GrantState.NOT_REQUESTED, GrantState.UNKNOWN)
_FIRST = "1.0.0"
# In force already: another version would not help.
_RELEASED = (DECLARED, "bot_not_active")


@dataclass(frozen=True, slots=True)
class Wants:
    """What is only changed when somebody asks for it: addresses to add to the IP list."""

    allowed_ips: tuple[str, ...] = ()


class Proposal:
    """Makes the complete change out of what is needed and what was read."""

    def __init__(
        self, kit: Kit, states: Iterable[NeedState], standing: AppStanding, seen: Seen
    ) -> None:
        self._kit, self._standing, self._seen = kit, standing, seen
        self._rows = {row.need.id: row for row in states}
        self._never = standing.version is VersionState.NEVER_RELEASED

    def change(self, text: VersionText | None, wants: Wants) -> AppChange:
        """The change, with the version that carries it where one is needed and ``text`` given."""
        parts = tuple(self._parts(wants))
        version = None
        if text is not None and self._release_needed(parts):
            spare = not self._waiting() and all(p.at_once or p.part is Part.SCOPES for p in parts)
            version = VersionText(self._number(text.number), text.note, spare)
            number = (version.number,) if version.number else ()
            parts = (*parts, PartChange(Part.VERSION, self._value(Part.VERSION), number))
        standing = self._standing
        foreign = (*standing.foreign_scopes, *standing.foreign_urls)
        return AppChange(parts, version, standing.others, foreign)

    def _parts(self, wants: Wants) -> Iterator[PartChange]:
        yield from added(Part.SCOPES, self._value(Part.SCOPES), self._scopes())
        urls = self._value(Part.REDIRECT_URLS)
        yield from added(Part.REDIRECT_URLS, urls, self._redirect_urls(urls), at_once=True)
        addresses = self._value(Part.ALLOWED_IPS)
        yield from added(Part.ALLOWED_IPS, addresses, wants.allowed_ips, at_once=True)
        if self._lacks(BOT) and self._value(Part.BOT) != ON:
            yield self._set(Part.BOT, ON)
        yield from self._range()
        if self._lacks(AVAILABILITY):
            yield self._set(Part.AVAILABILITY, EVERYBODY)

    def _scopes(self) -> tuple[str, ...]:
        rows = [row for row in self._rows.values() if row.need.kind is Kind.SCOPE]
        wanted = (row.need.scope for row in rows if self._wants_scope(row))
        return tuple(dict.fromkeys(wanted))

    def _wants_scope(self, row: NeedState) -> bool:
        if row.need.identity != "tenant" or row.state not in _ABSENT:
            return False
        if row.state is GrantState.NOT_REQUESTED or self._never:
            return True
        there = self._value(Part.SCOPES)  # the list was silent, but the app describes itself
        return there is not None and not set(row.need.scopes) & set(there)

    def _redirect_urls(self, registered: Values) -> tuple[str, ...]:
        wanted = self._kit.setup.office.callback_url
        row = self._rows.get(REDIRECT)
        if row is None or row.state.settled or not wanted:
            return ()
        match = compare_redirect(wanted, registered or ())
        return () if match.state is RedirectState.REGISTERED else (registered_form(wanted),)

    def _range(self) -> Iterator[PartChange]:
        row, asked = self._rows.get(RANGE), self._value(Part.CONTACTS_RANGE)
        # Nobody may look into the range yet, but the version in force asks for less than is needed.
        less = row is not None and row.state is GrantState.UNKNOWN and asked is not None
        if not (self._lacks(RANGE) or less):
            return
        if self._standing.online and self._standing.may_set_range:
            # The range in force may be the administrator's own, which no call tells.
            yield PartChange(Part.CONTACTS_RANGE, None, EVERYBODY, at_once=True)
        elif asked != EVERYBODY:
            yield self._set(Part.CONTACTS_RANGE, EVERYBODY)

    def _lacks(self, need_id: str) -> bool:
        row = self._rows.get(need_id)
        if row is None:
            return False
        unseen = row.state is GrantState.UNKNOWN and self._never
        return row.state is GrantState.NOT_REQUESTED or unseen

    def _set(self, part: Part, after: tuple[str, ...]) -> PartChange:
        before = self._value(part)
        return PartChange(part, before, after, undoable=restorable(before))

    def _release_needed(self, parts: tuple[PartChange, ...]) -> bool:
        return any(not part.at_once for part in parts) or self._waiting()

    def _waiting(self) -> bool:
        """Something is done already, but not released: by a run before this one, or by hand."""
        return self._never or any(
            row.state is GrantState.REQUESTED
            and row.need.effect is Effect.WITH_VERSION
            and row.reason not in _RELEASED
            for row in self._rows.values()
        )

    def _number(self, wanted: str) -> str:
        """A number above the newest one, the wanted one where it is; "": the platform counts."""
        if not self._seen.versions_told:
            return ""
        newest = self._seen.newest.version if self._seen.newest else ""
        key = version_key(wanted)
        if key is not None and key > (version_key(newest) or ()):
            return wanted
        return next_number(newest)

    def _value(self, part: Part) -> Values:
        return self._seen.value(part)


def removal(scopes: Iterable[str], seen: Seen) -> AppChange:
    """The change that takes permissions away again."""
    there = seen.scopes
    gone = tuple(s for s in dict.fromkeys(scopes) if there is None or s in there)
    if not gone:
        return AppChange(())
    after = tuple(scope for scope in there or () if scope not in gone)
    return AppChange((PartChange(Part.SCOPES, there, after, removes=gone, at_once=True),))


def undo_of(parts: Iterable[PartChange], seen: Seen) -> AppChange | None:
    """The change that takes these parts back, as far as a call can; a version cannot be."""
    back = tuple(_reverse(part, seen) for part in parts if part.undoable)
    return AppChange(back) if back else None


def _reverse(part: PartChange, seen: Seen) -> PartChange:
    now, before = seen.value(part.part), part.before or ()
    if part.adds:
        after = tuple(value for value in now or () if value not in part.adds)
        return PartChange(part.part, now, after, removes=part.adds, at_once=True)
    return PartChange(part.part, now, before)


def changed_meanwhile(change: AppChange, seen: Seen) -> bool:
    """Something that the change rests on is not as it was shown. What is only taken away may be
    gone already."""
    return any(seen.value(p.part) != p.before for p in change.parts if not _rests_on_nothing(p))


def _rests_on_nothing(part: PartChange) -> bool:
    set_blindly = part.part is Part.CONTACTS_RANGE and part.at_once
    return bool(part.removes) or set_blindly


def added(
    part: Part, before: Values, adds: Iterable[str], *, at_once: bool = False
) -> Iterator[PartChange]:
    """Values that are added to a list, those that are there apart; nothing when none is left."""
    new = tuple(value for value in adds if before is None or value not in before)
    if new:
        told = before is not None
        after = (*(before or ()), *new)
        yield PartChange(part, before, after, new, at_once=at_once, undoable=told)


def restorable(before: Values) -> bool:
    """It is known what was there, so that it can be put back."""
    return before is not None and before != ("some",)


def next_number(newest: str) -> str:
    """One more in the last place."""
    key = version_key(newest)
    return f"{key[0]}.{key[1]}.{key[2] + 1}" if key else _FIRST


def version_key(number: str) -> tuple[int, int, int] | None:
    """``X.X.X`` as numbers; None for anything else."""
    parts = number.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    return int(parts[0]), int(parts[1]), int(parts[2])
