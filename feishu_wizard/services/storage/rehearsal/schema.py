"""The file of a walk: its tables, and how it is opened.

One SQLite file for each setup. Several rooms read these tables; what each column holds stands
beside it.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.storage import platform
from feishu_wizard.services.storage.atomic import failure, make_folder, there

if TYPE_CHECKING:
    import sqlite3

VERSION = 1
# SQLite does not wait for another one who is switching a new file to WAL.
_MAKING = threading.Lock()
BUSY_S = 5.0

#: The bits of ``people.present``, the lowest first.
PRESENT = (
    "user_id",
    "union_id",
    "name",
    "mobile",
    "email",
    "enterprise_email",
    "department_ids",
    "status",
)

_TABLES = """
CREATE TABLE IF NOT EXISTS walk (
    only INTEGER PRIMARY KEY CHECK (only = 1), walk TEXT NOT NULL, state TEXT NOT NULL,
    app_id TEXT NOT NULL, hosts TEXT NOT NULL, basis TEXT NOT NULL,
    started_at TEXT NOT NULL, ended_at TEXT NOT NULL DEFAULT '',
    range_kind TEXT NOT NULL DEFAULT 'part', range_departments INTEGER NOT NULL DEFAULT 0,
    range_users INTEGER NOT NULL DEFAULT 0, told_people INTEGER,
    unreadable INTEGER NOT NULL DEFAULT 0, calls INTEGER NOT NULL DEFAULT 0,
    throttled INTEGER NOT NULL DEFAULT 0
);
-- kind: range, departments, members, people, and for what the documentation's listings cannot
-- give: department (one, for its name and number of people), level (children without what is
-- below them), group and group_departments. page_token of "people": the ids, comma between.
CREATE TABLE IF NOT EXISTS listings (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, department TEXT NOT NULL,
    page_token TEXT NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'open',
    rows INTEGER NOT NULL DEFAULT 0, code TEXT NOT NULL DEFAULT '',
    evidence TEXT NOT NULL DEFAULT '', UNIQUE (kind, department)
);
CREATE TABLE IF NOT EXISTS departments (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, parent TEXT NOT NULL, members INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS people (
    open_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, union_id TEXT NOT NULL, name TEXT NOT NULL,
    mobile TEXT NOT NULL, email TEXT NOT NULL, enterprise_email TEXT NOT NULL,
    state TEXT NOT NULL, departments TEXT NOT NULL, place TEXT NOT NULL,
    present INTEGER NOT NULL, search TEXT NOT NULL,
    foreign_mobile INTEGER NOT NULL, odd_name INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS people_place ON people (place);
CREATE INDEX IF NOT EXISTS people_foreign ON people (foreign_mobile) WHERE foreign_mobile;
CREATE INDEX IF NOT EXISTS people_odd ON people (odd_name) WHERE odd_name;
-- The texts of "search" of one page, NUL between, for people.rowid = first, first + 1, ...:
-- a fifth of the time that looking through the rows takes.
CREATE TABLE IF NOT EXISTS texts (first INTEGER PRIMARY KEY, people BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS accounts (
    line INTEGER PRIMARY KEY, name TEXT NOT NULL, display TEXT NOT NULL DEFAULT '',
    email TEXT NOT NULL DEFAULT '', mobile TEXT NOT NULL DEFAULT '',
    name_key TEXT NOT NULL DEFAULT '', email_key TEXT NOT NULL DEFAULT '',
    mobile_key TEXT NOT NULL DEFAULT '', search TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS accounts_read (
    only INTEGER PRIMARY KEY CHECK (only = 1), source TEXT NOT NULL, place TEXT NOT NULL,
    encoding TEXT NOT NULL, columns TEXT NOT NULL, skipped TEXT NOT NULL,
    skipped_count INTEGER NOT NULL, at TEXT NOT NULL
);
"""

# People's ids are in no order, so a page of them touches many pages of the index: the longer the
# log, the fewer of those are copied again and again (a tenth of the work; 16 MB).
_LOG_PAGES = 4_000
_SORTED = ("user_id", "mobile", "email", "enterprise_email", "state")


def connect(path: Path, *, make: bool) -> sqlite3.Connection | None:
    """A connection of one's own; None without ``make`` for a file that is not there or empty.

    Raises ``sqlite3.Error`` and ``InputError`` journal.future (params path, version).
    """
    import sqlite3

    if make:
        _make_file(path)
    elif not there(path):
        return None
    db = sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False)
    try:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise InputError("journal.future", {"path": str(path), "version": str(version)})
        if version == 0 and not make:
            db.close()
            return None
        _prepare(db, version)
        if make:
            _prove_writable(db)
    except BaseException:
        db.close()
        raise
    return db


def _make_file(path: Path) -> None:
    make_folder(path.parent)
    try:
        os.close(platform.open_private(str(path), os.O_RDWR | os.O_CREAT))
    except OSError as error:
        raise failure(error, path) from None


def _prove_writable(db: sqlite3.Connection) -> None:
    """SQLite opens for reading what it cannot open for writing, and says so at the first write
    only; that connection would never write again."""
    db.execute("BEGIN IMMEDIATE")
    db.rollback()


def _prepare(db: sqlite3.Connection, version: int) -> None:
    if version == 0:
        with _MAKING:
            db.execute("PRAGMA journal_mode = WAL")
    # In WAL mode NORMAL loses at most the last pages of a walk in a power cut, never tears any;
    # a killed program loses nothing (SQLite documentation: PRAGMA synchronous).
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA secure_delete = ON")
    db.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
    if version == 0:  # two may make a new file at once: the second finds its tables made
        db.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")


def index(db: sqlite3.Connection) -> None:
    """Make what sorting and comparing is quick by; at the end of a walk, when rows stop coming."""
    for column in _SORTED:
        db.execute(f"CREATE INDEX IF NOT EXISTS people_{column} ON people ({column})")
    # With the text, so that a search in the order of names needs no row.
    db.execute("CREATE INDEX IF NOT EXISTS people_name ON people (name, search)")


def drop_indexes(db: sqlite3.Connection) -> None:
    """Forget what ``index`` made: rows that come are stored quicker."""
    for column in ("name", *_SORTED):
        db.execute(f"DROP INDEX IF EXISTS people_{column}")
