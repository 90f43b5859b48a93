"""An SQLite file of the program's own: made whole, brought forward, and never mended by force.

What is damaged or of a later program is told, and left byte for byte as it is.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.storage import platform
from feishu_wizard.services.storage.atomic import failure, make_folder, there

if TYPE_CHECKING:
    import sqlite3

BUSY_SECONDS = 5.0
_PAUSE_SECONDS = 0.02
_MAGIC = b"SQLite format 3\0"
_HEADER = 100  # bytes; layout: sqlite.org/fileformat2.html, "The Database Header"
# Names of SQLite's primary result codes for a file that is none, or is torn.
_DAMAGE = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB"})
_BESIDE = ("", "-wal", "-shm")


def open_database(path: Path, migrations: Sequence[str]) -> sqlite3.Connection:
    """A connection to a file at the version of ``migrations``; made when it is missing.

    Each entry of ``migrations`` brings a file one version further (PRAGMA user_version). Raises
    ``sqlite3.Error``, and ``InputError`` journal.future (params path, version), journal.damaged
    (path, detail) and as ``write_atomic``; the file is then as it was.
    """
    if not there(path):
        _make(path, migrations)
    inspect(path, len(migrations))
    db = _connect(path)
    try:
        _into_wal(db)
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")
        migrate(db, path, migrations)
    except BaseException:
        db.close()
        raise
    return db


def inspect(path: Path, newest: int) -> None:
    """Look at a file without opening it as a database, which could change it.

    Raises ``InputError`` journal.damaged for one that is empty, torn or something else,
    journal.future for a version after ``newest``, and as ``write_atomic``.
    """
    try:
        with path.open("rb") as file:
            head, size = file.read(_HEADER), os.fstat(file.fileno()).st_size
    except OSError as error:
        raise failure(error, path) from None
    if not head.startswith(_MAGIC) or len(head) < _HEADER:
        raise _damaged(path, "no database" if head else "empty")
    version = int.from_bytes(head[60:64], "big")
    waiting = _waiting(path)
    if waiting:  # a later program may have left its version in the log only
        version = max(version, _read_only_version(path))
    elif size < _promised(head):
        raise _damaged(path, "truncated")
    if version > newest:
        raise InputError("journal.future", {"path": str(path), "version": str(version)})


def check(path: Path, newest: int) -> None:
    """Look through a whole file, if it is there; raises as ``inspect``, and journal.unusable."""
    import sqlite3

    if not there(path):
        return
    inspect(path, newest)
    try:
        with contextlib.closing(_connect(path)) as db:
            _look_through(db, path)
    except sqlite3.Error as error:
        raise trouble(error, path) from None


def _look_through(db: sqlite3.Connection, path: Path) -> None:
    found = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    if found != "ok":
        raise _damaged(path, found.splitlines()[0][:200])


def trouble(error: sqlite3.Error, path: Path) -> InputError:
    """What SQLite complains about: journal.damaged, else journal.unusable (path, detail)."""
    if getattr(error, "sqlite_errorname", "").startswith(tuple(_DAMAGE)):
        return _damaged(path, str(error))
    return InputError("journal.unusable", {"path": str(path), "detail": str(error)})


def put_aside(path: Path) -> Path:
    """Give a damaged file, with what SQLite keeps beside it, another name; returns that.

    Nothing is deleted. Raises as ``write_atomic``.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    for ending in reversed(_BESIDE):  # the file itself last: until then it is still told
        beside = path.with_name(path.name + ending)
        try:
            if beside.exists():
                beside.rename(aside.with_name(aside.name + ending))
        except OSError as error:
            raise failure(error, beside) from None
    return aside


def migrate(db: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    """Bring an older file forward, one transaction a version; a newer or torn one is refused.

    Several programs may do so at once: each version is made by one of them.
    """
    version = _version(db)
    if version > len(migrations):
        raise InputError("journal.future", {"path": str(path), "version": str(version)})
    if 0 < version < len(migrations):
        _look_through(db, path)
    for number, script in enumerate(migrations[version:], version + 1):
        db.execute("BEGIN IMMEDIATE")
        try:
            if _version(db) < number:
                for statement in _statements(script):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {number}")
            db.execute("COMMIT")
        except BaseException:
            db.rollback()
            raise


def _make(path: Path, migrations: Sequence[str]) -> None:
    """Make the file under another name and give it its own when it is whole."""
    import filelock

    make_folder(path.parent)
    new = path.with_name(f".{path.name}.new")
    lock = filelock.FileLock(f"{path}.lock", timeout=BUSY_SECONDS, mode=0o600)
    try:
        with lock:
            if not path.exists():
                _write_new(new, migrations)
                platform.replace(new, path)
                platform.fsync_folder(path.parent)
    except filelock.Timeout:
        raise InputError("journal.unusable", {"path": str(path), "detail": "locked"}) from None
    except OSError as error:
        raise failure(error, path) from None


def _write_new(new: Path, migrations: Sequence[str]) -> None:
    new.unlink(missing_ok=True)  # of a program that was killed here
    os.close(platform.open_private(str(new), os.O_RDWR | os.O_CREAT | os.O_EXCL))
    try:
        with contextlib.closing(_connect(new)) as db:
            db.execute("PRAGMA journal_mode = MEMORY")  # leaves no file of its own beside
            db.execute("PRAGMA synchronous = FULL")
            migrate(db, new, migrations)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _connect(path: Path) -> sqlite3.Connection:
    import sqlite3

    return sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)


def _into_wal(db: sqlite3.Connection) -> None:
    """SQLite does not wait for another one who is switching a file to its log."""
    import sqlite3

    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """The statements of a script: SQLite itself knows where one ends."""
    import sqlite3

    begun = ""
    for piece in script.split(";")[:-1]:
        begun += piece + ";"
        if sqlite3.complete_statement(begun):
            yield begun
            begun = ""


def _waiting(path: Path) -> bool:
    """Changes wait in the log beside the file."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size > 0
    except OSError:
        return False


def _read_only_version(path: Path) -> int:
    """The version as the log has it; a connection that only reads leaves the log as it is."""
    import sqlite3

    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
        ) as db:
            return _version(db)
    except sqlite3.Error as error:
        raise trouble(error, path) from None


def _promised(head: bytes) -> int:
    """How many bytes a file's header says that it has; 0 when it does not say."""
    page = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big")
    counted = head[24:28] == head[92:96]  # else an old SQLite wrote last and did not count
    return (65_536 if page == 1 else page) * pages if counted else 0


def _damaged(path: Path, detail: str) -> InputError:
    return InputError("journal.damaged", {"path": str(path), "detail": detail})
