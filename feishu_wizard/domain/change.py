"""What a save would change, field by field, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from feishu_wizard.domain.finding import Evidence, Proof
from feishu_wizard.domain.states import Act, Target


class Consent(StrEnum):
    """What a person has to agree to, beyond the plan itself, before it is carried out."""

    OVERWRITE = "overwrite"  # somebody changed it since we last saw it
    WEAK_AUTH = "weak_auth"  # no call carries a secret: whoever names an account may write


class SaveState(StrEnum):
    """What the journal knows of a save to CAN."""

    OPEN = "open"  # begun; what came of it was never noted
    SAVED = "saved"  # read back and equal
    PARTIAL = "partial"  # the values are there, the switch is not
    NOT_SAVED = "not_saved"  # confirmed by the server, but read back differently
    REFUSED = "refused"  # the server refused: nothing was written
    UNKNOWN = "unknown"  # the answer was lost and reading back told nothing
    SETTLED = "settled"  # was open or unknown; a later look found out what is there

    @property
    def unclear(self) -> bool:
        """Nobody knows yet whether it arrived."""
        return self in (SaveState.OPEN, SaveState.UNKNOWN)

    @property
    def wrote(self) -> bool:
        """Something of it may be in force: it can be taken back."""
        return self not in (SaveState.REFUSED, SaveState.NOT_SAVED)


@dataclass(frozen=True, slots=True)
class SaveNote:
    """One save to CAN as the journal has it; no secret in it.

    ``before``, ``wanted``, ``after`` (what was read last; empty: nothing was): ``app_id``,
    ``callback_url``, ``enabled`` (on, off, "" not told), ``version``, and ``secret``: a
    fingerprint of the one that is stored, "" when that is not known. ``wanted`` holds ``secret``
    only where one was sent. Times: RFC 3339. ``undoes``: the id of the save that it takes back.
    """

    id: int
    where: str
    started_at: str
    state: SaveState
    before: Mapping[str, str]
    wanted: Mapping[str, str]
    after: Mapping[str, str] = field(default_factory=dict)
    ended_at: str = ""
    undoes: int = 0

    @property
    def at(self) -> str:
        """When it came to its end, else when it was begun."""
        return self.ended_at or self.started_at


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the difference. A secret row carries no values, only what happens.

    ``seen``: what we last saw there, None when we never did or cannot tell. ``conflict``:
    somebody else changed it since then, and we want another value.
    """

    field: str
    before: str
    after: str
    act: Act
    secret: bool = False
    seen: str | None = None
    conflict: bool = False

    @property
    def changes(self) -> bool:
        """Something would be written that is not there yet."""
        return self.act in (Act.SET, Act.REPLACE, Act.UNKNOWN)


@dataclass(frozen=True, slots=True)
class SavePlan:
    """The difference between what is stored and what is wanted, for one target.

    ``seen_at``: when we last saw what is stored there, "" never; ``changed_by`` and
    ``changed_at``: who saved it last and when, as far as the server tells. ``moved``: it was
    saved since we last saw it. ``unfinished``: a save of ours whose end was never noted.
    ``undoes``: the id of the save that this plan takes back, 0 for a save. ``known_by``: how
    well the profile is known. ``weak``: no call carries a secret. ``remarks``: text codes of
    what the plan cannot do, such as giving a secret back. ``wants_secret``: a secret has to be
    given before this plan can be carried out.
    """

    target: Target
    where: str
    rows: tuple[Change, ...]
    version: str = ""
    seen_at: str = ""
    changed_by: str = ""
    changed_at: str = ""
    moved: bool = False
    unfinished: SaveNote | None = None
    undoes: int = 0
    known_by: str = ""
    weak: bool = False
    remarks: tuple[str, ...] = ()
    wants_secret: bool = False

    @property
    def empty(self) -> bool:
        """Nothing is left to write."""
        return not any(row.changes for row in self.rows)

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """What somebody else changed since we last saw it and would be overwritten."""
        return tuple(row for row in self.rows if row.conflict)

    @property
    def needs(self) -> frozenset[Consent]:
        """What has to be agreed to before it is carried out."""
        if self.empty:
            return frozenset()
        found = {Consent.OVERWRITE} if self.conflicts else set()
        return frozenset(found | ({Consent.WEAK_AUTH} if self.weak else set()))


@dataclass(frozen=True, slots=True)
class SaveResult:
    """What was written and how well that is known per field. ``undo``: the journal's id of the
    save, by which it can be taken back; 0 when it cannot."""

    target: Target
    where: str
    plan: SavePlan
    written: bool
    fields: dict[str, Proof]
    evidence: tuple[Evidence, ...] = ()
    saved_at: str = ""
    undo: int = 0

    @classmethod
    def of_equal(cls, plan: SavePlan) -> SaveResult:
        """Nothing was written: what was read equals what is wanted; a secret is not read."""
        proofs = {row.field: Proof.CONFIGURED for row in plan.rows if not row.secret}
        return cls(plan.target, plan.where, plan, written=False, fields=proofs)
