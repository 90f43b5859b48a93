"""What was counted in the journal of a walk, for the picture of a sync."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from feishu_wizard.domain.directory import Column
from feishu_wizard.domain.walk import FieldShare, KeyQuality, WalkSummary

PAGE_SIZE = 50  # of the platform's listing of people (docs: contact-v3)

# The permission without which the platform leaves a field out, silently (docs: contact-v3, field
# permissions).
REVEALS: Mapping[Column, str] = {
    Column.NAME: "permission.user_base",
    Column.USER_ID: "permission.user_id",
    Column.MOBILE: "permission.mobile",
    Column.EMAIL: "permission.email",
    Column.ENTERPRISE_EMAIL: "permission.employee",
    Column.DEPARTMENT: "permission.department",
    Column.STATE: "permission.employee",
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was counted in the journal of a walk.

    ``foreign_mobiles``, ``prefixed_mobiles``: see ``SyncPicture``; ``bare_mobiles``: of mainland
    China without ``+86``. ``root_people``: directly under the root. ``nowhere``: people whose
    list of departments came and is empty. ``crossed``: addresses that are one person's e-mail and
    another's enterprise e-mail. ``memberships``: rows of all listings of members, so that a
    person in two departments counts twice. ``long_lists``: departments with more people than one
    page holds; ``longest`` is the number in the longest. ``refused_name``: of the first
    department that was refused, or its id.
    """

    summary: WalkSummary
    fields: tuple[FieldShare, ...]
    keys: tuple[KeyQuality, ...]
    states: Mapping[str, int] = field(default_factory=dict)
    foreign_mobiles: int = 0
    prefixed_mobiles: int = 0
    bare_mobiles: int = 0
    odd_names: int = 0
    root_people: int = 0
    nowhere: int = 0
    crossed: int = 0
    crossed_example: str = ""
    depth: int = 0
    memberships: int = 0
    long_lists: int = 0
    longest: int = 0
    refused_name: str = ""

    @property
    def people(self) -> int:
        """Everybody whom the walk met."""
        return self.summary.people

    def share(self, column: Column) -> FieldShare:
        """The row of a column; nothing present when it was not counted."""
        found = (row for row in self.fields if row.column == column.value)
        return next(found, FieldShare(column.value, self.people, 0, 0))
