"""Who may use an app (availability), and whose data it may read (contacts range)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from feishu_wizard.sandbox.world.directory import ROOT, Directory

Kind = Literal["all", "some", "equal_to_availability"]


@dataclass
class Audience:
    """People by number, directly or through a department and those above it."""

    kind: Kind = "all"
    users: set[int] = field(default_factory=set)
    departments: set[int] = field(default_factory=set)

    def has_department(self, directory: Directory, number: int) -> bool:
        """A department is covered by itself or one above it; the root only by ``all``."""
        if self.kind == "all":
            return True
        if number == ROOT or self.kind != "some":
            return False
        return any(step in self.departments for step in directory.lineage(number))

    def has_person(self, directory: Directory, number: int) -> bool:
        """Tell whether a person is in the audience."""
        if self.kind == "all" or number in self.users:
            return True
        places = directory.people[number].departments
        return any(self.has_department(directory, place) for place in places)

    def copy(self) -> Audience:
        """An independent copy."""
        return Audience(self.kind, set(self.users), set(self.departments))


NOBODY = Audience("some")
