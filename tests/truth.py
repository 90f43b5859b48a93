"""What a complete walk must find: counted in the sandbox's own directory, not by its answers."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from feishu_wizard.sandbox.world.directory import ROOT, Directory
from feishu_wizard.sandbox.world.identifiers import NumberCodec
from feishu_wizard.sandbox.world.world import TENANT_KEY

PAGE = 50
ID_TYPE = "open_department_id"


@dataclass(frozen=True)
class Truth:
    """People by ``open_id`` with the departments they are in, and departments with parents."""

    people: dict[str, tuple[str, ...]]
    departments: dict[str, str]

    @property
    def memberships(self) -> int:
        """How many times somebody is in a department; the root is one."""
        return sum(len(places) for places in self.people.values())


def truth_of(book: Directory, app_id: str) -> Truth:
    """Everybody whom an app with the range "all" may see."""
    open_ids = NumberCodec("ou_", f"app/{app_id}")
    seen = {n for place in (ROOT, *range(len(book.departments))) for n in book.members(place)}
    return Truth(
        people={
            open_ids.encode(n): tuple(
                book.department_id(place, ID_TYPE) for place in book.people[n].departments
            )
            for n in seen
        },
        departments={
            one.open_department_id: book.department_id(one.parent, ID_TYPE)
            for one in book.departments
        },
    )


def truth_of_process(users: int, departments: int, app_id: str) -> Truth:
    """The same of a sandbox in another process: its directory follows from its numbers."""
    return truth_of(Directory(users, departments, TENANT_KEY), app_id)


def member_calls(book: Directory) -> int:
    """How many calls of ``find_by_department`` nobody can do without: one for each page, and one
    to learn that there is nobody."""
    places = (ROOT, *range(len(book.departments)))
    return sum(max(1, ceil(len(book.members(place)) / PAGE)) for place in places)


def found_in(journal: Path) -> Truth:
    """What a walk wrote down."""
    db = sqlite3.connect(f"file:{journal}?mode=ro", uri=True)
    try:
        people = db.execute("SELECT open_id, departments FROM people").fetchall()
        departments = db.execute("SELECT id, parent FROM departments").fetchall()
    finally:
        db.close()
    assert len(people) == len(dict(people))
    assert len(departments) == len(dict(departments))
    return Truth({who: tuple(json.loads(places)) for who, places in people}, dict(departments))
