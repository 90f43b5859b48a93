"""A walk through everything that an app may see of an address book."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from feishu_wizard.domain.finding import Evidence, Finding
from feishu_wizard.domain.progress import Progress


class WalkState(StrEnum):
    """Where a walk stands. ``BROKEN_OFF``: killed, offline or refused half-way; it can go on."""

    RUNNING = "running"
    PAUSED = "paused"
    BROKEN_OFF = "broken_off"
    COMPLETE = "complete"


class RangeKind(StrEnum):
    """The contacts range of the app: everybody, or what is listed."""

    ALL = "all"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Refused:
    """A listing the platform refused: its part of the address book is missing from the walk."""

    listing: str
    department: str
    code: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class WalkNews:
    """News of a walk under way; travels in ``WalkProgress``.

    ``expected``: people that are going to come, as early as departments tell their numbers; None
    while nobody knows (a person in two departments counts once in ``people`` only).
    ``per_second``: people in the last ten seconds. ``seconds_left`` None: not known yet.
    ``waiting_s``: seconds for which the platform asked to wait, right now.
    """

    people: int
    departments: int
    listings_done: int
    listings_open: int
    calls: int
    expected: int | None = None
    per_second: float = 0.0
    seconds_left: float | None = None
    waiting_s: float = 0.0

    @property
    def share(self) -> float | None:
        """How far it is, 0 to 1; never 1 before the end."""
        if not self.expected:
            return None
        return min(self.people / self.expected, 0.99)


@dataclass(frozen=True, slots=True)
class WalkProgress(Progress):
    """Progress of a walk: with its numbers."""

    news: WalkNews | None = None


@dataclass(frozen=True, slots=True)
class WalkSummary:
    """What a walk came to. ``started_at`` and ``ended_at``: RFC 3339; "" while it goes on.

    ``told_people``: what the tenant says it has within the range (root department's own count,
    or the sum of the visible top departments); None when nobody tells. ``range_users`` and
    ``range_departments``: direct entries of the range. ``unreadable``: rows whose shape nobody
    could read. ``app_id`` and ``basis`` (see ``ledger``) say what it was made with.
    """

    walk: str
    state: WalkState
    app_id: str
    started_at: str
    ended_at: str
    range_kind: RangeKind
    range_departments: int
    range_users: int
    people: int
    departments: int
    told_people: int | None
    unreadable: int
    calls: int
    throttled: int
    refused: tuple[Refused, ...] = ()

    @property
    def complete(self) -> bool:
        """Nothing is missing: neither broken off nor refused anywhere nor unreadable."""
        return self.state is WalkState.COMPLETE and not self.refused and not self.unreadable


@dataclass(frozen=True, slots=True)
class FieldShare:
    """One row of the field table: in how many of ``people`` the field came, and was filled.

    ``reveals``: the permission (need id) that would reveal it, "" when it is there or when no
    permission would.
    """

    column: str
    people: int
    present: int
    filled: int
    reveals: str = ""


@dataclass(frozen=True, slots=True)
class KeyQuality:
    """How well a field would do as the key by which accounts are recognised.

    ``duplicates``: values that more than one person has; ``examples``: some of them, with how
    many have them.
    """

    column: str
    people: int
    blank: int
    duplicates: int
    examples: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SyncPicture:
    """What a sync would find: read from the journal of a walk.

    ``states``: PersonState value to number of people. ``foreign_mobiles``: not of mainland China;
    ``prefixed_mobiles``: with ``+86`` in front, which some forms refuse. ``odd_names``: names that
    break a form, a file or a page (markup, formula, control characters, directions, blank, very
    long). ``outside``: people without any department. ``findings``: in the order of weight.
    """

    summary: WalkSummary
    fields: tuple[FieldShare, ...]
    keys: tuple[KeyQuality, ...]
    states: dict[str, int] = field(default_factory=dict)
    foreign_mobiles: int = 0
    prefixed_mobiles: int = 0
    odd_names: int = 0
    outside: int = 0
    findings: tuple[Finding, ...] = ()
