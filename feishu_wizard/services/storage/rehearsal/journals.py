"""The journal of a walk through an address book: it goes on at the page where it stopped.

Every page that the platform gave is one transaction: its rows, the next page token or "done", and
the listings it opened. The file holds people's data, so it lies in a folder of the user's own
(0600) and is removed by ``forget``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from feishu_wizard.domain.directory import PeoplePage, PeopleQuery, PersonRow
from feishu_wizard.domain.errors import ConflictError, InputError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.typed import from_json, from_table
from feishu_wizard.domain.walk import Refused, WalkSummary
from feishu_wizard.services.storage.atomic import failure
from feishu_wizard.services.storage.paths import Paths, checked_id
from feishu_wizard.services.storage.rehearsal import people, schema
from feishu_wizard.services.storage.rehearsal.schema import PRESENT
from feishu_wizard.services.storage.rehearsal.walk import ADD_LISTING, HEAD_COLUMNS, Head, Row

if TYPE_CHECKING:
    import sqlite3

__all__ = ["PRESENT", "Head", "Rehearsal", "Rehearsals", "Row", "usable"]


class Rehearsals:
    """The journals of this state folder, one for each setup."""

    def __init__(self, paths: Paths) -> None:
        self._folder = paths.state / "rehearsals"

    def path(self, setup_id: str) -> Path:
        """Where the journal of a setup lies, or would lie."""
        return self._folder / f"{checked_id(setup_id)}.sqlite3"

    def open(self, setup_id: str) -> Rehearsal:
        """Open for writing; the file is made when it is missing.

        Raises ``InputError`` journal.unusable (params path, detail), journal.future, ``file.*``.
        """
        path = self.path(setup_id)
        with usable(path):
            connection = schema.connect(path, make=True)
        assert connection is not None
        return Rehearsal(path, connection)

    def read(self, setup_id: str) -> Rehearsal | None:
        """Open what is there, with a connection of one's own; None, and no file, for nothing."""
        path = self.path(setup_id)
        with usable(path):
            connection = schema.connect(path, make=False)
        return None if connection is None else Rehearsal(path, connection)

    def forget(self, setup_id: str) -> None:
        """Remove the journal: first what is in it (others may have it open), then its files."""
        path = self.path(setup_id)
        found = self.read(setup_id)
        if found is not None:
            with found:
                found.erase()
        for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            try:
                name.unlink(missing_ok=True)
            except OSError as error:
                raise failure(error, name) from None


class Rehearsal:
    """One open journal. Usable from any thread, one at a time; ``connection`` is its own."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; what was not committed is lost."""
        self.connection.close()

    # -- reading ------------------------------------------------------------------------

    def head(self) -> Head | None:
        """The walk's own row; None before the first walk."""
        rows = self.rows(f"SELECT {', '.join(HEAD_COLUMNS)} FROM walk")  # noqa: S608
        if not rows:
            return None
        values = dict(zip(HEAD_COLUMNS, rows[0], strict=True))
        return from_table(values, Head)

    def summary(self) -> WalkSummary | None:
        """What the walk came to so far; None before the first walk."""
        with usable(self.path), self._snapshot():
            head = self.head()
            if head is None:
                return None
            people_, departments = self.counts()
            return WalkSummary(
                walk=head.walk,
                state=head.state,
                app_id=head.app_id,
                started_at=head.started_at,
                ended_at=head.ended_at,
                range_kind=head.range_kind,
                range_departments=head.range_departments,
                range_users=head.range_users,
                people=people_,
                departments=departments,
                told_people=head.told_people,
                unreadable=head.unreadable,
                calls=head.calls,
                throttled=head.throttled,
                refused=tuple(self._refused()),
            )

    def counts(self) -> tuple[int, int]:
        """People and departments stored so far."""
        rows = self.rows("SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM departments)")
        return int(rows[0][0]), int(rows[0][1])

    def page(self, query: PeopleQuery) -> PeoplePage:
        """A page of the people table, its rows and their number from one moment.

        Raises ``InputError`` walk.unknown_group for a group of another name.
        """
        with usable(self.path), self._snapshot():
            return people.page(self.connection, query)

    def person(self, open_id: str) -> PersonRow | None:
        """One person; None when the walk did not meet them."""
        with usable(self.path):
            return people.person(self.connection, open_id)

    # -- the walk's own writing -----------------------------------------------------------

    def begin(self, head: Head) -> None:
        """Throw the former walk away and begin one, with its range as the only open listing.

        Accounts that were read stay; what they were compared with is gone.
        """
        with self.writing() as db:
            schema.drop_indexes(db)
            db.execute("DROP TABLE IF EXISTS fates")
            for table in ("walk", "listings", "departments", "people", "texts"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608
            db.execute(
                "INSERT INTO walk (only, walk, state, app_id, hosts, basis, started_at)"
                " VALUES (1, ?, ?, ?, ?, ?, ?)",
                (head.walk, head.state, head.app_id, head.hosts, head.basis, head.started_at),
            )
            db.execute(ADD_LISTING, ("range", "", ""))

    def index(self) -> None:
        """Make sorting and comparing quick; for the end of a walk (about a second of work)."""
        with self.writing() as db:
            schema.index(db)

    def erase(self) -> None:
        """Delete everything, also from the file's free pages and its log."""
        with self.writing() as db:
            for (table,) in db.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            ).fetchall():
                db.execute(f'DELETE FROM "{table}"')  # noqa: S608
        with usable(self.path):
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    @contextlib.contextmanager
    def writing(self, walk: str = "") -> Iterator[sqlite3.Connection]:
        """One transaction; with ``walk``, only while that walk is still the one of this file."""
        with usable(self.path), self.connection as db:
            db.execute("BEGIN IMMEDIATE")
            if walk:
                found = db.execute("SELECT walk FROM walk").fetchone()
                if found is None or found[0] != walk:
                    raise ConflictError("walk.replaced")
            yield db

    @contextlib.contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Let several reads see one moment, also while somebody writes."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.rollback()

    def _refused(self) -> Iterator[Refused]:
        query = "SELECT kind, department, code, evidence FROM listings WHERE state = 'refused'"
        for kind, department, code, text in self.rows(query + " ORDER BY id"):
            seen = from_json(text or "[]", list[Evidence])
            yield Refused(
                _TOLD_AS.get(kind, kind), "" if kind == "people" else department, code, tuple(seen)
            )

    def rows(self, query: str, *values: object) -> list[Any]:
        """All rows of a query."""
        with usable(self.path):
            return self.connection.execute(query, values).fetchall()


# Listings that are a part of what the reader knows by another name.
_TOLD_AS = {"level": "departments", "department": "departments", "group_departments": "group"}


@contextlib.contextmanager
def usable(path: Path) -> Iterator[None]:
    """Turn what SQLite complains about into ``InputError`` journal.unusable (path, detail)."""
    import sqlite3

    try:
        yield
    except sqlite3.Error as error:
        raise InputError("journal.unusable", {"path": str(path), "detail": str(error)}) from None
