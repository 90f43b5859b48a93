"""Which people a query asks for, as a condition of SQL: what is searched, and which group."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from feishu_wizard.domain.directory import Column, PeopleQuery, PersonState
from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.storage.rehearsal.compared import SPACED, WITHOUT_PREFIX
from feishu_wizard.services.storage.rehearsal.schema import PRESENT

if TYPE_CHECKING:
    import sqlite3

SQL_COLUMNS = {
    column: "place" if column is Column.DEPARTMENT else column.value for column in Column
}
_DEPARTMENTS_TOLD = 1 << PRESENT.index("department_ids")
_ID = re.compile(r"o[nu]_[0-9a-z]{4,}")
_NUMBER = re.compile(r"\+?[\d\s()\u2010-\u2015-]{3,}")
_BETWEEN = re.compile(r"[\s()\u2010-\u2015-]")
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

Values = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """What a query asks for. ``total``: how many people it finds, when that is known already."""

    condition: str = "1"
    values: Values = ()
    total: int | None = None

    @property
    def few(self) -> bool:
        """So few are known to be found that they are best put in order one by one."""
        return self.total is not None and self.total <= _FEW

    def count(self, db: sqlite3.Connection) -> int:
        """How many people it finds."""
        if self.total is not None:
            return self.total
        query = f"SELECT count(*) FROM people WHERE {self.condition}"  # noqa: S608
        return int(db.execute(query, self.values).fetchone()[0])


def sought(db: sqlite3.Connection, query: PeopleQuery) -> Sought:
    """Whom a query asks for; ``InputError`` walk.unknown_group (params group)."""
    group, values = _group(db, query.only)
    needle, condition, more = _search(query.search)
    if condition:
        return Sought(f"{condition} AND {group}", more + values)
    if not needle:
        return _few(db, Sought(group, values))
    numbers, total = _matches(db, needle.encode())
    if total <= _FEW:
        found = _by_number(msgspec.json.encode(numbers).decode(), total)
        return _few(db, Sought(f"{found.condition} AND {group}", found.values + values))
    if group == "1":
        return Sought("instr(search, ?) > 0", (needle,), total)
    return Sought(f"instr(search, ?) > 0 AND {group}", (needle, *values))


def _few(db: sqlite3.Connection, wanted: Sought) -> Sought:
    """The same by the numbers of its people, when they are few.

    They come as one row: every row that SQLite hands over waits for Python's lock.
    """
    if wanted.condition == "1":
        return wanted
    some = f"SELECT rowid FROM people WHERE {wanted.condition} LIMIT {_FEW + 1}"  # noqa: S608
    query = f"SELECT json_group_array(rowid), count(*) FROM ({some})"  # noqa: S608
    numbers, count = db.execute(query, wanted.values).fetchone()
    return _by_number(numbers, count) if count <= _FEW else wanted


def _by_number(numbers: str, count: int) -> Sought:
    """These row numbers, a JSON list."""
    return Sought("rowid IN (SELECT value FROM json_each(?))", (numbers,), count)


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
    return f"{SQL_COLUMNS[Column(column)]} = ''", ()


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
