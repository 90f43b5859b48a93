"""CAN's accounts in the journal of a walk: taken in beside the former ones, then put in place.

``accounts`` and ``accounts_read`` are described in ``schema``. An account name counts
once: the first line that has it stays.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import msgspec

from feishu_wizard.domain.account_match import email_key, mobile_key, name_key
from feishu_wizard.domain.accounts import Account, AccountSource, AccountsRead
from feishu_wizard.domain.typed import from_json
from feishu_wizard.services.net.clock import now
from feishu_wizard.services.storage.rehearsal.journals import Rehearsal, usable

if TYPE_CHECKING:
    import sqlite3

KEPT_SKIPS = 100
_STAGED = "accounts_new_"
_NEW = """CREATE TABLE {table} (
    line INTEGER PRIMARY KEY, name TEXT NOT NULL, display TEXT NOT NULL, email TEXT NOT NULL,
    mobile TEXT NOT NULL, name_key TEXT NOT NULL, email_key TEXT NOT NULL,
    mobile_key TEXT NOT NULL, search TEXT NOT NULL
)"""
# One pass over the rows in the order of their names; a subquery for each row takes minutes.
_AGAIN = """SELECT line FROM (
    SELECT line, row_number() OVER (PARTITION BY name_key ORDER BY line) AS nth FROM {table}
) WHERE nth > 1 ORDER BY line"""
_COLUMNS = "line, name, display, email, mobile"


@dataclass(slots=True)
class Skips:
    """Lines that were left out: all are counted, the first hundred kept."""

    count: int = 0
    first: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, code: str) -> None:
        """Note one."""
        self.count += 1
        if len(self.first) < KEPT_SKIPS:
            self.first.append((line, code))

    def add_sorted(self, lines: Sequence[int], code: str) -> None:
        """Note many at once, among those that are there already."""
        self.count += len(lines)
        more = [(line, code) for line in lines[:KEPT_SKIPS]]
        self.first = sorted([*self.first, *more])[:KEPT_SKIPS]


class AccountsIntake:
    """Takes accounts in slice by slice; the former ones stay until ``finish``.

    Every slice is a transaction of its own, so that a walk under way is not kept waiting.
    ``columns``: the fields that the source has; a login name serves for an address or a number
    that has no column of its own.
    """

    def __init__(self, rehearsal: Rehearsal, columns: Iterable[str], table: str) -> None:
        """Go on with an intake that was begun: ``table`` names it."""
        self.table = table
        self._rehearsal = rehearsal
        self._columns = frozenset(columns)

    @classmethod
    def begin(cls, rehearsal: Rehearsal, columns: Iterable[str]) -> Self:
        """Begin one; what others left behind is removed."""
        # A name of its own: what a cancelled intake still writes never falls into this one.
        table = f"{_STAGED}{uuid.uuid4().hex}"
        with rehearsal.writing() as db:
            _drop_staged(db)
            db.execute(_NEW.format(table=table))
        return cls(rehearsal, columns, table)

    def add(self, accounts: Sequence[Account]) -> None:
        """Store one slice."""
        with self._rehearsal.writing() as db:
            places = ", ".join("?" * 9)
            db.executemany(
                f"INSERT INTO {self.table} VALUES ({places})",  # noqa: S608
                map(self._row, accounts),
            )

    def finish(self, read: AccountsRead, skips: Skips) -> AccountsRead:
        """Leave names out that came before, and put the new accounts in place of the old ones.

        ``read`` without its counts; the result has them.
        """
        table = self.table
        with self._rehearsal.writing() as db:
            # Made first: counting names in its order needs no sorting of its own.
            db.execute(f"CREATE INDEX {table}_name ON {table} (name_key)")
            again = [line for (line,) in db.execute(_AGAIN.format(table=table))]
            lines = ((line,) for line in again)
            db.executemany(f"DELETE FROM {table} WHERE line = ?", lines)  # noqa: S608
            skips.add_sorted(again, "accounts.row_again")
            db.execute("DROP TABLE IF EXISTS accounts")
            db.execute(f"ALTER TABLE {table} RENAME TO accounts")
            db.execute("DROP TABLE IF EXISTS fates")
            _note(db, read, skips)
        return _told(read, _count(self._rehearsal), skips)

    def drop(self) -> None:
        """Forget what was taken in: it cannot be used."""
        with self._rehearsal.writing() as db:
            db.execute(f"DROP TABLE IF EXISTS {self.table}")

    def _row(self, one: Account) -> tuple[object, ...]:
        email, mobile = email_key(one.email), mobile_key(one.mobile)
        if "email" not in self._columns:
            email = email_key(one.name)
        if "mobile" not in self._columns:
            mobile = mobile_key(one.name)
        search = f"{one.name}\n{one.display}\n{one.email}\n{one.mobile}".lower()
        texts = (one.name, one.display, one.email, one.mobile, name_key(one.name))
        return (one.line, *texts, email, mobile, search)


def _drop_staged(db: sqlite3.Connection) -> None:
    """Remove what killed or cancelled intakes left."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB ?"
    for (name,) in db.execute(query, (f"{_STAGED}*",)).fetchall():
        db.execute(f"DROP TABLE {name}")


def accounts_read(rehearsal: Rehearsal) -> AccountsRead | None:
    """What the last source gave; None when none was read."""
    with usable(rehearsal.path):
        row = rehearsal.connection.execute(
            "SELECT source, place, encoding, columns, skipped, skipped_count FROM accounts_read"
        ).fetchone()
    if row is None:
        return None
    return AccountsRead(
        source=AccountSource(row[0]),
        place=row[1],
        count=_count(rehearsal),
        columns=from_json(row[3], dict[str, str]),
        encoding=row[2],
        skipped=tuple(from_json(row[4], list[tuple[int, str]])),
        skipped_count=row[5],
    )


def account_named(rehearsal: Rehearsal, name: str) -> Account | None:
    """The account with this login name, as it stands; None when there is none."""
    with usable(rehearsal.path):
        row = rehearsal.connection.execute(
            f"SELECT {_COLUMNS} FROM accounts WHERE name_key = ? AND name_key <> ''",  # noqa: S608
            (name_key(name),),
        ).fetchone()
    return account_of(row) if row else None


def account_of(row: Sequence[object]) -> Account:
    """An account from line, name, display, email, mobile."""
    line, name, display, email, mobile = row
    return Account(str(name), str(display), str(email), str(mobile), int(str(line)))


def _count(rehearsal: Rehearsal) -> int:
    with usable(rehearsal.path):
        return int(rehearsal.connection.execute("SELECT count(*) FROM accounts").fetchone()[0])


def _note(db: sqlite3.Connection, read: AccountsRead, skips: Skips) -> None:
    db.execute(
        "INSERT OR REPLACE INTO accounts_read VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
        (
            read.source.value,
            read.place,
            read.encoding,
            msgspec.json.encode(read.columns).decode(),
            msgspec.json.encode(skips.first).decode(),
            skips.count,
            now(),
        ),
    )


def _told(read: AccountsRead, count: int, skips: Skips) -> AccountsRead:
    return AccountsRead(
        source=read.source,
        place=read.place,
        count=count,
        columns=read.columns,
        encoding=read.encoding,
        skipped=tuple(skips.first),
        skipped_count=skips.count,
    )
