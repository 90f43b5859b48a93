"""What a save would change, field by field, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from feishu_wizard.domain.finding import Evidence, Proof
from feishu_wizard.domain.states import Act, Target


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the difference. A secret row carries no values, only what happens."""

    field: str
    before: str
    after: str
    act: Act
    secret: bool = False

    @property
    def changes(self) -> bool:
        """Something would be written that is not there yet."""
        return self.act in (Act.SET, Act.REPLACE, Act.UNKNOWN)


@dataclass(frozen=True, slots=True)
class SavePlan:
    """The difference between what is stored and what is wanted, for one target."""

    target: Target
    where: str
    rows: tuple[Change, ...]
    version: str = ""

    @property
    def empty(self) -> bool:
        """Nothing is left to write."""
        return not any(row.changes for row in self.rows)


@dataclass(frozen=True, slots=True)
class SaveResult:
    """What was written and how well that is known per field."""

    target: Target
    where: str
    plan: SavePlan
    written: bool
    fields: dict[str, Proof]
    evidence: tuple[Evidence, ...] = ()
    saved_at: str = ""
