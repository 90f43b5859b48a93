"""What a walk writes into its journal: each answer of the platform is one transaction.

A process that is killed anywhere goes on at the page where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import msgspec

from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.typed import from_json
from feishu_wizard.domain.walk import RangeKind, WalkState

if TYPE_CHECKING:
    import sqlite3

    from feishu_wizard.services.storage.rehearsal.journals import Rehearsal

#: A row of ``people`` or ``departments``, in the order of the table's columns.
Row = tuple[object, ...]

_ADD_PERSON = f"INSERT OR IGNORE INTO people VALUES ({', '.join('?' * 14)})"  # noqa: S608
_ADD_DEPARTMENT = (
    "INSERT INTO departments VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
    " name = CASE excluded.name WHEN '' THEN name ELSE excluded.name END,"
    " parent = CASE excluded.parent WHEN '' THEN parent ELSE excluded.parent END,"
    " members = coalesce(excluded.members, members)"
)
_SEARCH = 11
ADD_LISTING = "INSERT OR IGNORE INTO listings (kind, department, page_token) VALUES (?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Head:
    """The row of the walk itself. ``hosts``: where and whose address book it is."""

    walk: str
    state: WalkState
    app_id: str
    hosts: str
    basis: str
    started_at: str
    ended_at: str = ""
    range_kind: RangeKind = RangeKind.PART
    range_departments: int = 0
    range_users: int = 0
    told_people: int | None = None
    unreadable: int = 0
    calls: int = 0
    throttled: int = 0


HEAD_COLUMNS = tuple(field.name for field in fields(Head))


@dataclass(frozen=True, slots=True)
class Listing:
    """One listing under way: ``page_token`` is that of its next page, "" for the first."""

    kind: str
    department: str = ""
    page_token: str = ""


@dataclass(slots=True)
class StoredPage:
    """What one answer brings to the journal. ``done``: the listing has no further page.

    ``opens``: kind, department and page token of listings to walk. ``drop``: the listing itself
    is taken back, because it turned out to be none. ``evidence``: of the exchange, as JSON.
    ``told``: how many people the platform says there are; the other ``range_*`` are of this page.
    """

    people: Sequence[Row] = ()
    departments: Sequence[Row] = ()
    opens: Sequence[tuple[str, str, str]] = ()
    page_token: str = ""
    done: bool = True
    drop: bool = False
    rows: int = 0
    unreadable: int = 0
    evidence: str = ""
    range_kind: RangeKind | None = None
    range_departments: int = 0
    range_users: int = 0
    told: int | None = None


class WalkJournal:
    """The journal in the hands of one walk. Every write fails once another walk was begun.

    Raises ``ConflictError`` walk.replaced then, and ``InputError`` as ``Rehearsal``.
    """

    def __init__(self, rehearsal: Rehearsal, walk: str) -> None:
        self._rehearsal = rehearsal
        self._walk = walk

    def listings(self, state: str = "open") -> list[Listing]:
        """The listings in a state ("open", "done", "refused"), the earliest first."""
        query = "SELECT kind, department, page_token FROM listings WHERE state = ? ORDER BY id"
        return [Listing(*row) for row in self._rehearsal.rows(query, state)]

    def evidence_of_ends(self) -> tuple[Evidence, Evidence] | None:
        """The exchanges that ended the first and the last listing; None before the first end."""
        query = "SELECT evidence FROM listings WHERE evidence <> '' AND state = 'done' ORDER BY id"
        found = [self._rehearsal.rows(f"{query}{end} LIMIT 1") for end in ("", " DESC")]
        if not found[0]:
            return None
        first, last = (from_json(rows[0][0], Evidence) for rows in found)
        return first, last

    def store(self, listing: Listing, page: StoredPage, calls: int) -> int:
        """Keep one page in one transaction, and count its calls; how many people were new."""
        with self._rehearsal.writing(self._walk) as db:
            added = 0
            if page.people:
                added = db.executemany(_ADD_PERSON, page.people).rowcount
                _add_texts(db, page.people, added)
            if page.departments:
                db.executemany(_ADD_DEPARTMENT, page.departments)
            if page.opens:
                db.executemany(ADD_LISTING, page.opens)
            _move(db, listing, page)
            db.execute(
                "UPDATE walk SET calls = calls + ?, unreadable = unreadable + ?",
                (calls, page.unreadable),
            )
            if page.range_kind is not None:
                db.execute(
                    "UPDATE walk SET range_kind = ?, range_departments = range_departments + ?,"
                    " range_users = range_users + ?",
                    (page.range_kind.value, page.range_departments, page.range_users),
                )
            if page.told is not None:
                db.execute("UPDATE walk SET told_people = ?", (page.told,))
        return added

    def refuse(self, listings: Sequence[Listing], code: str, evidence: Sequence[Evidence]) -> None:
        """Note that the platform does not give these listings."""
        text = msgspec.json.encode(list(evidence)).decode()
        with self._rehearsal.writing(self._walk) as db:
            db.executemany(
                "UPDATE listings SET state = 'refused', code = ?, evidence = ?"
                " WHERE kind = ? AND department = ?",
                [(code, text, listing.kind, listing.department) for listing in listings],
            )

    def restart(self, listing: Listing) -> None:
        """Begin a listing again at its first page; people it gave already stay, once."""
        with self._rehearsal.writing(self._walk) as db:
            db.execute(
                "UPDATE listings SET page_token = '', rows = 0 WHERE kind = ? AND department = ?",
                (listing.kind, listing.department),
            )
            if listing.kind == "range":
                db.execute("UPDATE walk SET range_departments = 0, range_users = 0")

    def set_state(
        self, state: WalkState, ended_at: str = "", calls: int = 0, throttled: int = 0
    ) -> None:
        """Keep where the walk stands, and calls that brought no page."""
        with self._rehearsal.writing(self._walk) as db:
            db.execute(
                "UPDATE walk SET state = ?, ended_at = ?, calls = calls + ?,"
                " throttled = throttled + ?",
                (state.value, ended_at, calls, throttled),
            )

    def end(self, told: int | None, ended_at: str) -> None:
        """The walk has come to its end."""
        with self._rehearsal.writing(self._walk) as db:
            db.execute(
                "UPDATE walk SET state = ?, ended_at = ?, told_people = ?",
                (WalkState.COMPLETE.value, ended_at, told),
            )


def _add_texts(db: sqlite3.Connection, rows: Sequence[Row], added: int) -> None:
    """Keep what the people who were just added are searched by, together."""
    if not added:
        return
    last = db.execute("SELECT max(rowid) FROM people").fetchone()[0]
    first = last - added + 1
    texts = [str(row[_SEARCH]) for row in rows]
    if added != len(rows):  # somebody of this page was met before
        found = db.execute("SELECT search FROM people WHERE rowid >= ? ORDER BY rowid", (first,))
        texts = [row[0] for row in found]
    db.execute("INSERT INTO texts VALUES (?, ?)", (first, "\0".join(texts).encode()))


def _move(db: sqlite3.Connection, listing: Listing, page: StoredPage) -> None:
    """Bring a listing to its next page, to its end, or away."""
    where = "WHERE kind = ? AND department = ?"
    key = (listing.kind, listing.department)
    if page.drop:
        db.execute(f"DELETE FROM listings {where}", key)  # noqa: S608
        return
    state = "done" if page.done else "open"
    evidence = page.evidence if page.done else ""
    db.execute(
        "UPDATE listings SET page_token = ?, state = ?, rows = rows + ?, evidence = ?"  # noqa: S608
        f" {where}",
        (page.page_token, state, page.rows, evidence, *key),
    )
