"""How many people the platform says there are within the range of a walk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from feishu_wizard.domain.typed import from_json
from feishu_wizard.domain.walk import RangeKind

if TYPE_CHECKING:
    from feishu_wizard.services.storage.rehearsal.journals import Rehearsal

# The departments of the range itself; one below another of them is counted there already.
_TOP = (
    "SELECT members FROM departments WHERE id IN"
    " (SELECT department FROM listings WHERE kind = 'department')"
    " AND parent NOT IN (SELECT id FROM departments)"
)
_FIRST_LEVEL = "SELECT members FROM departments WHERE parent = '0'"


def told_people(rehearsal: Rehearsal) -> int | None:
    """The root's own count, or the sum of the visible top departments and single people.

    None while nobody tells, or one of the departments does not. A person in two departments may
    count twice.
    """
    head = rehearsal.head()
    if head is None or head.range_kind is RangeKind.ALL:
        return _of_everybody(rehearsal) if head is not None else None
    counts = [row[0] for row in rehearsal.rows(_TOP)]
    single = _single_people(rehearsal)
    if None in counts or not (counts or single):
        return None
    return int(sum(counts)) + single


def _of_everybody(rehearsal: Rehearsal) -> int | None:
    told = rehearsal.rows("SELECT told_people FROM walk")[0][0]
    if told is not None:
        return int(told)
    counts = [row[0] for row in rehearsal.rows(_FIRST_LEVEL)]
    direct = rehearsal.rows(
        "SELECT rows FROM listings WHERE kind = 'members' AND department = '0' AND state = 'done'"
    )
    if None in counts or not counts or not direct:
        return None
    return int(sum(counts) + direct[0][0])


def _single_people(rehearsal: Rehearsal) -> int:
    """People of the range who are in none of its departments, as far as that is known."""
    ids = [
        one
        for (row,) in rehearsal.rows("SELECT page_token FROM listings WHERE kind = 'people'")
        for one in row.split(",")
    ]
    if not ids:
        return 0
    visible = {row[0] for row in rehearsal.rows("SELECT id FROM departments")}
    known = dict(
        rehearsal.rows(
            "SELECT open_id, departments FROM people"
            " WHERE open_id IN (SELECT value FROM json_each(?))",
            msgspec.json.encode(ids).decode(),
        )
    )
    places = (from_json(known.get(one, "[]"), list[str]) for one in ids)
    return sum(1 for found in places if visible.isdisjoint(found))
