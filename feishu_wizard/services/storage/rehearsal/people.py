"""Pages of the people table, read with SQL: searched, sorted, one group of people only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.storage.rehearsal.compared import SPACED, WITHOUT_PREFIX
from feishu_wizard.services.storage.rehearsal.schema import PRESENT

if TYPE_CHECKING:
    import sqlite3

ROOT = "0"
_PERSON = (
    "SELECT open_id, user_id, union_id, name, mobile, email, enterprise_email, state,"
    " departments, place, present FROM people"
)
_DEPARTMENTS_TOLD = 1 << PRESENT.index("department_ids")
_ID = re.compile(r"o[nu]_[0-9a-z]{4,}")
_NUMBER = re.compile(r"\+?[\d\s()\u2010-\u2015-]{3,}")
_BETWEEN = re.compile(r"[\s()\u2010-\u2015-]")
_SQL_COLUMNS = {
    column: "place" if column is Column.DEPARTMENT else column.value for column in Column
}

# Up to so many people are put in order one by one; more are met soon enough on the way along an
# index.
_FEW = 5_000
# As values are compared: addresses whatever their case, a mobile with or without +86. Mostly that
# makes no difference to what stands there, which the second tells; then the index is enough.
_KEYS = {
    Column.NAME: ("name", "0"),
    Column.USER_ID: ("user_id", "0"),
    Column.EMAIL: ("lower(email)", "email <> lower(email)"),
    Column.ENTERPRISE_EMAIL: (
        "lower(enterprise_email)",
        "enterprise_email <> lower(enterprise_email)",
    ),
    Column.MOBILE: (
        WITHOUT_PREFIX,
        f"{SPACED} OR (mobile <> '' AND mobile NOT GLOB '+*')",
    ),
}
# The places that people have, each once, by jumping along the index from one to the next.
_PLACES = (
    "WITH RECURSIVE places (place) AS (SELECT min(place) FROM people UNION ALL"
    " SELECT (SELECT min(place) FROM people WHERE place > places.place) FROM places"
    " WHERE places.place IS NOT NULL) SELECT place FROM places"
)

Values = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a query asks for. ``total``: how many people it finds, when that is known already."""

    condition: str = "1"
    values: Values = ()
    total: int | None = None


def page(db: sqlite3.Connection, query: PeopleQuery) -> PeoplePage:
    """The rows of one page, and how many the query finds; for a transaction of the caller's.

    Raises ``InputError`` walk.unknown_group (params group).
    """
    wanted = _wanted(db, query)
    sort = _by_department if query.sort is Column.DEPARTMENT else _by_column
    return PeoplePage(_people(db, sort(db, query, wanted)), _total(db, wanted))


def person(db: sqlite3.Connection, open_id: str) -> PersonRow | None:
    """One person by open_id."""
    found = db.execute(f"{_PERSON} WHERE open_id = ?", (open_id,)).fetchall()
    return _rows(db, found)[0] if found else None


def _wanted(db: sqlite3.Connection, query: PeopleQuery) -> _Wanted:
    group, values = _group(db, query.only)
    needle, condition, more = _search(query.search)
    if condition:
        return _Wanted(f"{condition} AND {group}", more + values)
    if not needle:
        return _few(db, _Wanted(group, values))
    numbers, total = _matches(db, needle.encode())
    if total <= _FEW:
        found = _by_number(numbers)
        return _few(db, _Wanted(f"{found.condition} AND {group}", found.values + values))
    if group == "1":
        return _Wanted("instr(search, ?) > 0", (needle,), total)
    return _Wanted(f"instr(search, ?) > 0 AND {group}", (needle, *values))


def _few(db: sqlite3.Connection, wanted: _Wanted) -> _Wanted:
    """The same by the numbers of its people, when they are few."""
    if wanted.condition == "1":
        return wanted
    query = f"SELECT rowid FROM people WHERE {wanted.condition} LIMIT {_FEW + 1}"  # noqa: S608
    numbers = [row[0] for row in db.execute(query, wanted.values)]
    return _by_number(numbers) if len(numbers) <= _FEW else wanted


def _by_number(numbers: list[int]) -> _Wanted:
    text = msgspec.json.encode(numbers).decode()
    return _Wanted("rowid IN (SELECT value FROM json_each(?))", (text,), len(numbers))


def _search(text: str) -> tuple[str, str, Values]:
    """What to look for in people's texts, or else a condition: ids by their beginning."""
    wanted = " ".join(text.split()).lower()
    if _ID.fullmatch(wanted):
        column = "open_id" if wanted.startswith("ou_") else "union_id"
        return "", f"({column} >= ? AND {column} < ?)", (wanted, wanted + "\U0010ffff")
    if _NUMBER.fullmatch(wanted):
        wanted = _BETWEEN.sub("", wanted)
    return wanted, "", ()


def _matches(db: sqlite3.Connection, needle: bytes) -> tuple[list[int], int]:
    """In whose texts something stands: the row numbers of a few, and of how many altogether.

    SQLite picks the pages of texts: every row that it hands over waits for Python's lock, which a
    walk in the other thread wants as well.
    """
    if b"\0" in needle:  # it stands between the texts, and in none
        return [], 0
    numbers: list[int] = []
    others, to_the_end = 0, re.compile(re.escape(needle) + rb"[^\0]*")
    pages = db.execute("SELECT first, people FROM texts WHERE instr(people, ?) > 0", (needle,))
    for first, texts in pages:
        if len(numbers) <= _FEW:
            numbers += _numbers(first, texts, needle)
        else:
            others += len(to_the_end.findall(texts))
    return numbers, len(numbers) + others


def _numbers(first: int, texts: bytes, needle: bytes) -> Iterator[int]:
    """The numbers of those texts of a page in which something stands."""
    number, counted = first, 0
    found = texts.find(needle)
    while found >= 0:
        number += texts.count(b"\0", counted, found)
        yield number
        counted = texts.find(b"\0", found)
        if counted < 0:
            return
        found = texts.find(needle, counted)


def _group(db: sqlite3.Connection, only: str) -> tuple[str, Values]:
    name, _, rest = only.partition(":")
    try:
        if name == "duplicate":
            return _duplicate(db, Column(rest))
        return _GROUPS[name](rest)
    except (KeyError, ValueError):
        raise InputError("walk.unknown_group", {"group": only}) from None


def _blank(column: str) -> tuple[str, Values]:
    if Column(column) is Column.STATE:
        return "state = ?", (PersonState.UNKNOWN.value,)
    return f"{_SQL_COLUMNS[Column(column)]} = ''", ()


def _duplicate(db: sqlite3.Connection, column: Column) -> tuple[str, Values]:
    name = column.value
    key, other = _KEYS[column]
    if not db.execute(f"SELECT EXISTS (SELECT 1 FROM people WHERE {other})").fetchone()[0]:  # noqa: S608
        key = name
    found = db.execute(
        f"SELECT {key} FROM people WHERE {name} <> '' GROUP BY 1 HAVING count(*) > 1"  # noqa: S608
    ).fetchall()
    values = msgspec.json.encode([row[0] for row in found]).decode()
    return f"({name} <> '' AND {key} IN (SELECT value FROM json_each(?)))", (values,)  # noqa: S608


def _state(value: str) -> tuple[str, Values]:
    return "state = ?", (PersonState(value).value,)


def _plain(condition: str) -> Callable[[str], tuple[str, Values]]:
    return lambda rest: (condition, ())


_GROUPS: dict[str, Callable[[str], tuple[str, Values]]] = {
    "": _plain("1"),
    "blank": _blank,
    "state": _state,
    "foreign_mobile": _plain("foreign_mobile"),
    "odd_name": _plain("odd_name"),
    # In no department; told only where the permission for departments is there.
    "outside": _plain(f"(place = '' AND present & {_DEPARTMENTS_TOLD})"),
}


def _total(db: sqlite3.Connection, wanted: _Wanted) -> int:
    if wanted.total is not None:
        return wanted.total
    query = f"SELECT count(*) FROM people WHERE {wanted.condition}"  # noqa: S608
    return int(db.execute(query, wanted.values).fetchone()[0])


def _by_column(db: sqlite3.Connection, query: PeopleQuery, wanted: _Wanted) -> list[int]:
    """Row numbers of the page: only numbers are sorted, whole rows are read for the page alone.

    Many people are met soon enough along the index of the column; without it all are looked at.
    """
    order = "DESC" if query.descending else "ASC"
    column = _SQL_COLUMNS[query.sort]
    few = wanted.total is not None and wanted.total <= _FEW
    along = f"INDEXED BY people_{column}" if not few and _has_index(db, column) else ""
    also = f", search {order}" if query.sort is Column.NAME else ""
    found = db.execute(
        f"SELECT rowid FROM people {along} WHERE {wanted.condition}"  # noqa: S608
        f" ORDER BY {column} {order}{also}, rowid {order} LIMIT ? OFFSET ?",
        (*wanted.values, max(query.limit, 0), max(query.offset, 0)),
    )
    return [row[0] for row in found]


def _has_index(db: sqlite3.Connection, column: str) -> bool:
    return any(row[1] == f"people_{column}" for row in db.execute("PRAGMA index_list(people)"))


def _by_department(db: sqlite3.Connection, query: PeopleQuery, wanted: _Wanted) -> list[int]:
    """Row numbers in the order of the departments' names, then of people's.

    Departments are few: they are put in order, and people are only counted until the page is full.
    """
    names = _names(db)
    if wanted.total is not None and wanted.total <= _FEW:
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
    db: sqlite3.Connection, query: PeopleQuery, wanted: _Wanted, names: dict[str, str]
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


def _count_in(db: sqlite3.Connection, place: str, wanted: _Wanted) -> int:
    query = (
        "SELECT count(*) FROM people INDEXED BY people_place"  # noqa: S608
        f" WHERE place = ? AND {wanted.condition}"
    )
    return int(db.execute(query, (place, *wanted.values)).fetchone()[0])


def _in_place(
    db: sqlite3.Connection,
    place: str,
    query: PeopleQuery,
    wanted: _Wanted,
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
    found = [db.execute(f"{_PERSON} WHERE rowid = ?", (number,)).fetchone() for number in numbers]
    return _rows(db, found)


def _rows(db: sqlite3.Connection, found: list[Any]) -> tuple[PersonRow, ...]:
    places = {row[9] for row in found}
    names = {place: _name(db, place) for place in places}
    return tuple(PersonRow(_person(row), names[row[9]]) for row in found)


def _name(db: sqlite3.Connection, place: str) -> str:
    """The name of a department, or its id; "" for the root, which is none."""
    row = db.execute("SELECT name FROM departments WHERE id = ?", (place,)).fetchone()
    return (row[0] if row else "") or ("" if place == ROOT else place)


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
        departments=tuple(msgspec.json.decode(row[8], type=list[str])),
        present=frozenset(name for bit, name in enumerate(PRESENT) if present >> bit & 1),
    )
