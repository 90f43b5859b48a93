"""Pages of the people table, read with SQL and put in order; whom they hold: ``sought``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from feishu_wizard.domain.directory import (
    Column,
    PeoplePage,
    PeopleQuery,
    Person,
    PersonRow,
    PersonState,
)
from feishu_wizard.domain.typed import from_json
from feishu_wizard.services.storage.rehearsal.schema import PRESENT
from feishu_wizard.services.storage.rehearsal.sought import SQL_COLUMNS, Sought, sought

if TYPE_CHECKING:
    import sqlite3

ROOT = "0"
_PERSON = (
    "SELECT open_id, user_id, union_id, name, mobile, email, enterprise_email, state,"
    " departments, place, present FROM people"
)
_NUMBERED = _PERSON.replace("SELECT ", "SELECT rowid, ", 1)

# The places that people have, each once, by jumping along the index from one to the next.
_PLACES = (
    "WITH RECURSIVE places (place) AS (SELECT min(place) FROM people UNION ALL"
    " SELECT (SELECT min(place) FROM people WHERE place > places.place) FROM places"
    " WHERE places.place IS NOT NULL) SELECT place FROM places"
)


def page(db: sqlite3.Connection, query: PeopleQuery) -> PeoplePage:
    """The rows of one page, and how many the query finds; for a transaction of the caller's.

    Raises ``InputError`` walk.unknown_group (params group).
    """
    wanted = sought(db, query)
    sort = _by_department if query.sort is Column.DEPARTMENT else _by_column
    return PeoplePage(_people(db, sort(db, query, wanted)), wanted.count(db))


def person(db: sqlite3.Connection, open_id: str) -> PersonRow | None:
    """One person by open_id."""
    found = db.execute(f"{_PERSON} WHERE open_id = ?", (open_id,)).fetchall()
    return _rows(db, found)[0] if found else None


def _by_column(db: sqlite3.Connection, query: PeopleQuery, wanted: Sought) -> list[int]:
    """Row numbers of the page: only numbers are sorted, whole rows are read for the page alone.

    Many people are met soon enough along the index of the column; without it all are looked at.
    """
    order = "DESC" if query.descending else "ASC"
    column = SQL_COLUMNS[query.sort]
    along = f"INDEXED BY people_{column}" if not wanted.few and _has_index(db, column) else ""
    also = f", search {order}" if query.sort is Column.NAME else ""
    found = db.execute(
        f"SELECT rowid FROM people {along} WHERE {wanted.condition}"  # noqa: S608
        f" ORDER BY {column} {order}{also}, rowid {order} LIMIT ? OFFSET ?",
        (*wanted.values, max(query.limit, 0), max(query.offset, 0)),
    )
    return [row[0] for row in found]


def _has_index(db: sqlite3.Connection, column: str) -> bool:
    return any(row[1] == f"people_{column}" for row in db.execute("PRAGMA index_list(people)"))


def _by_department(db: sqlite3.Connection, query: PeopleQuery, wanted: Sought) -> list[int]:
    """Row numbers in the order of the departments' names, then of people's.

    Departments are few: they are put in order, and people are only counted until the page is full.
    """
    names = _names(db)
    if wanted.few:
        return _few_by_department(db, query, wanted, names)
    places = [row[0] for row in db.execute(_PLACES) if row[0] is not None]
    places.sort(key=lambda place: (names.get(place, place), place), reverse=query.descending)
    skip, limit, numbers = max(query.offset, 0), max(query.limit, 0), list[int]()
    for place in places:
        if len(numbers) >= limit:
            break
        if skip:
            count = _count_in(db, place, wanted)
            if skip >= count:
                skip -= count
                continue
        numbers += _in_place(db, place, query, wanted, limit - len(numbers), skip)
        skip = 0
    return numbers


def _few_by_department(
    db: sqlite3.Connection, query: PeopleQuery, wanted: Sought, names: dict[str, str]
) -> list[int]:
    """The same for few people: they are put in order themselves, as departments may be many."""
    sought = f"SELECT rowid, name, place FROM people WHERE {wanted.condition}"  # noqa: S608
    found = db.execute(sought, wanted.values).fetchall()
    found.sort(
        key=lambda row: (names.get(row[2], row[2]), row[2], row[1], row[0]),
        reverse=query.descending,
    )
    first = max(query.offset, 0)
    return [row[0] for row in found[first : first + max(query.limit, 0)]]


def _count_in(db: sqlite3.Connection, place: str, wanted: Sought) -> int:
    query = (
        "SELECT count(*) FROM people INDEXED BY people_place"  # noqa: S608
        f" WHERE place = ? AND {wanted.condition}"
    )
    return int(db.execute(query, (place, *wanted.values)).fetchone()[0])


def _in_place(
    db: sqlite3.Connection,
    place: str,
    query: PeopleQuery,
    wanted: Sought,
    limit: int,
    skip: int,
) -> list[int]:
    """Row numbers of the wanted people of one department."""
    order = "DESC" if query.descending else "ASC"
    found = db.execute(
        "SELECT rowid FROM people INDEXED BY people_place"  # noqa: S608
        f" WHERE place = ? AND {wanted.condition}"
        f" ORDER BY name {order}, rowid {order} LIMIT ? OFFSET ?",
        (place, *wanted.values, limit, skip),
    )
    return [row[0] for row in found]


def _people(db: sqlite3.Connection, numbers: list[int]) -> tuple[PersonRow, ...]:
    """The people with these row numbers, in this order; read at once, see ``sought``."""
    wanted = msgspec.json.encode(numbers).decode()
    query = f"{_NUMBERED} WHERE rowid IN (SELECT value FROM json_each(?))"  # noqa: S608
    by_number = {row[0]: row[1:] for row in db.execute(query, (wanted,))}
    return _rows(db, [by_number[number] for number in numbers])


def _rows(db: sqlite3.Connection, found: list[Any]) -> tuple[PersonRow, ...]:
    places = {row[9] for row in found}
    names = _names_of(db, places)
    return tuple(PersonRow(_person(row), names[row[9]]) for row in found)


def _names_of(db: sqlite3.Connection, places: set[str]) -> dict[str, str]:
    """The names of departments, or their ids; "" for the root, which is none."""
    wanted = msgspec.json.encode(sorted(places)).decode()
    told = db.execute(
        "SELECT id, name FROM departments WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
    )
    known = {place: name for place, name in told if name}
    return {place: known.get(place, "" if place == ROOT else place) for place in places}


def _names(db: sqlite3.Connection) -> dict[str, str]:
    names = dict(db.execute("SELECT id, name FROM departments WHERE name <> ''").fetchall())
    return {ROOT: "", **names}


def _person(row: Any) -> Person:
    present = row[10]
    return Person(
        open_id=row[0],
        user_id=row[1],
        union_id=row[2],
        name=row[3],
        mobile=row[4],
        email=row[5],
        enterprise_email=row[6],
        state=PersonState(row[7]),
        departments=tuple(from_json(row[8], list[str])),
        present=frozenset(name for bit, name in enumerate(PRESENT) if present >> bit & 1),
    )
