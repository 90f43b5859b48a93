"""People as the last walk of the address book met them: names without a call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from feishu_wizard.domain.directory import PersonRow, PersonState
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.recipient import Resolved
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.storage.rehearsal.journals import Rehearsal, Rehearsals

_AT_ONCE = 400  # SQLite takes 999 values in one statement
# Whoever left since they were seen is asked for again; so is whoever had left then.
_GONE = frozenset({PersonState.RESIGNED, PersonState.EXITED})


def walked_people(place: Workplace, kit: Kit, ids: Sequence[str]) -> dict[str, PersonRow]:
    """By id of any kind: who it is, as far as a walk with the same app met them.

    Open ids belong to one app, so a walk of another one says nothing. Raises ``InputError``
    journal.unusable.
    """
    if not ids or not kit.setup.id:
        return {}
    found = Rehearsals(place.paths).read(kit.setup.id)
    if found is None:
        return {}
    with found:
        head = found.head()
        if head is None or head.app_id != kit.setup.feishu.app_id:
            return {}
        return dict(_named(found, sorted(set(ids))))


def as_walked(person: Resolved, row: PersonRow) -> Resolved:
    """The recipient, with what the walk tells of them."""
    known = row.person
    return replace(
        person,
        name=known.name or person.name,
        user_id=known.user_id or person.user_id,
        open_id=known.open_id,
        department=row.department or person.department,
        department_named=row.department not in known.departments,
    )


def _named(journal: Rehearsal, ids: Sequence[str]) -> Iterator[tuple[str, PersonRow]]:
    for begin in range(0, len(ids), _AT_ONCE):
        part = ids[begin : begin + _AT_ONCE]
        marks = ", ".join("?" * len(part))
        for column in ("open_id", "user_id", "union_id"):
            query = f"SELECT {column}, open_id FROM people WHERE {column} IN ({marks})"  # noqa: S608
            for wanted, open_id in journal.connection.execute(query, part).fetchall():
                row = journal.person(open_id)
                if row is not None and row.person.state not in _GONE:
                    yield wanted, row
