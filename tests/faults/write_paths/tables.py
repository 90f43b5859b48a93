"""The files that SQLite writes, the log, and the lock."""

from __future__ import annotations

import contextlib
import functools
import logging
import sqlite3
from functools import partial
from pathlib import Path

from feishu_wizard.domain.errors import ConflictError, InputError
from feishu_wizard.domain.walk import WalkState
from feishu_wizard.services.storage import logs
from feishu_wizard.services.storage.journal import MIGRATIONS, Journal
from feishu_wizard.services.storage.locks import SetupLock
from feishu_wizard.services.storage.paths import Paths
from feishu_wizard.services.storage.rehearsal.journals import Head, Rehearsal, Rehearsals
from feishu_wizard.services.storage.rehearsal.walk import Listing, StoredPage, WalkJournal
from tests.faults.write_paths.path import CANARY, NEW, OLD, SETUP_ID, WritePath, nothing

TO = "user_id:li.na"


@functools.cache
def journal(root: Path) -> Journal:
    """One that stays open, as in the window."""
    return Journal(Paths.under(root))


def first_send(root: Path) -> None:
    once = Journal(Paths.under(root))
    once.remember_send("run0", TO, "text", setup_id=SETUP_ID)
    once.close()


def send(root: Path) -> None:
    journal(root).remember_send("run1", TO, "text", setup_id=SETUP_ID)


def send_and_close(root: Path) -> None:
    send(root)
    journal(root).close()


def forget_journal(root: Path) -> None:
    journal(root).forget(SETUP_ID)


def old_journal(root: Path) -> None:
    """A file of the program's first version, with a message in it."""
    path = root / "state" / "journal.sqlite3"
    path.parent.mkdir(mode=0o700)
    path.touch(0o600)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript(f"BEGIN; {MIGRATIONS[0]} PRAGMA user_version = 1; COMMIT;")
        db.execute(
            "INSERT INTO sends (uuid, setup_id, run_id, recipient, template, started_at, state)"
            " VALUES ('0', ?, 'run0', ?, 'text', '2026-01-01T00:00:00Z', 'delivered')",
            (SETUP_ID, TO),
        )
        db.commit()


def rows(path: Path, table: str) -> int | str:
    """How many rows a table has; 0 when there is no such table yet, text when it is broken."""
    if not path.exists():
        return 0
    with contextlib.closing(sqlite3.connect(path)) as db:
        found = db.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            return f"{path.name} is broken: {found}"
        known = "SELECT count(*) FROM sqlite_master WHERE name = ?"
        if not db.execute(known, (table,)).fetchone()[0]:
            return 0
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def look(root: Path, file: str, table: str, old: int, new: int) -> str:
    found = rows(root / file, table)
    return {old: OLD, new: NEW}.get(found, str(found)) if isinstance(found, int) else found


look_sends = partial(look, file="state/journal.sqlite3", table="sends")
WALK = f"state/rehearsals/{SETUP_ID}.sqlite3"
look_people = partial(look, file=WALK, table="people")


@functools.cache
def rehearsal(root: Path) -> Rehearsal:
    """The journal of a walk, kept open while it goes on."""
    return Rehearsals(Paths.under(root)).open(SETUP_ID)


def begin(root: Path) -> None:
    at = "2026-01-01T00:00:00Z"
    head = Head("w1", WalkState.RUNNING, "cli_a8c029e757e6500b", "open", "basis", at)
    rehearsal(root).begin(head)


def begun(root: Path) -> None:
    begin(root)
    store(root, 0)
    rehearsal(root).close()
    rehearsal.cache_clear()


def store(root: Path, page: int) -> None:
    people = [
        (
            f"ou_{page}_{number}",
            f"u{number}",
            "",
            CANARY,
            "",
            "",
            "",
            "active",
            "[]",
            "",
            1,
            "n",
            0,
            0,
        )
        for number in range(50)
    ]
    stored = StoredPage(people=people, page_token=f"p{page + 1}", done=False, rows=50)
    try:
        WalkJournal(rehearsal(root), "w1").store(Listing("range"), stored, 1)
    except InputError:  # a walk that breaks off closes its journal
        rehearsal.cache_clear()
        raise


def index(root: Path) -> None:
    try:
        rehearsal(root).index()
    except InputError:  # the end of this walk; the next one opens the file anew
        rehearsal(root).close()
        rehearsal.cache_clear()
        raise


def look_index(root: Path) -> str:
    path = root / WALK
    found = rows(path, "people")
    if found != 50:
        return f"people: {found}"
    with contextlib.closing(sqlite3.connect(path)) as db:
        query = "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name = 'people_name'"
        return NEW if db.execute(query).fetchone()[0] else OLD


def forget_walk(root: Path) -> None:
    Rehearsals(Paths.under(root)).forget(SETUP_ID)


LOG = "log/feishu-wizard.log"
LINE = "an earlier line\n"


def old_log(root: Path, size: int) -> None:
    (root / "log").mkdir(mode=0o700)
    (root / LOG).write_text(LINE * (size // len(LINE)), encoding="utf-8")
    (root / LOG).chmod(0o600)


def write_log(root: Path) -> None:
    """Told by another folder of the program's own each time; the test's handlers are left out."""
    logs.configure(Paths.under(root))
    logging.getLogger("feishu_wizard.test").warning("the new line about %s", CANARY)


def look_log(root: Path, size: int) -> str:
    found = [path.read_text(encoding="utf-8") for path in sorted((root / "log").glob("*.log*"))]
    if sum(text.count(LINE) for text in found) != size // len(LINE):
        return "earlier lines are gone"
    return NEW if any("the new line" in text for text in found) else OLD


def lock(root: Path) -> None:
    with SetupLock(Paths.under(root), SETUP_ID):
        pass


def look_lock(root: Path) -> str:
    try:
        with SetupLock(Paths.under(root), SETUP_ID):
            return NEW
    except ConflictError as error:
        return f"the lock is held: {error.params}"


JOURNAL = ("state/journal.sqlite3*", "state")
WALKS = ("state/rehearsals/*.sqlite3*", "state/rehearsals", "state")
FULL = 1_048_570
TABLES = (
    WritePath(
        "journal_new",
        nothing,
        send_and_close,
        partial(look_sends, old=0, new=1),
        JOURNAL,
        lasting=True,
    ),
    WritePath(
        "journal_commit", first_send, send, partial(look_sends, old=1, new=2), JOURNAL, lasting=True
    ),
    WritePath(
        "journal_migrated",
        old_journal,
        send_and_close,
        partial(look_sends, old=1, new=2),
        JOURNAL,
        lasting=True,
    ),
    WritePath(
        "journal_forgotten",
        first_send,
        forget_journal,
        partial(look_sends, old=1, new=0),
        JOURNAL,
        lasting=True,
    ),
    WritePath(
        "walk_page",
        begun,
        partial(store, page=1),
        partial(look_people, old=50, new=100),
        WALKS,
        holds=WALKS,
        lasting=True,
    ),
    WritePath("walk_index", begun, index, look_index, WALKS, holds=WALKS, lasting=True),
    WritePath(
        "walk_gone", begun, forget_walk, partial(look_people, old=50, new=0), WALKS, lasting=True
    ),
    WritePath(
        "log_line",
        partial(old_log, size=400),
        write_log,
        partial(look_log, size=400),
        ("log/*", "log"),
        forgiving=True,
    ),
    WritePath(
        "log_rotated",
        partial(old_log, size=FULL),
        write_log,
        partial(look_log, size=FULL),
        ("log/*", "log"),
        forgiving=True,
    ),
    WritePath(
        "lock", nothing, lock, look_lock, ("state/locks/*", "state/locks", "state"), lasting=True
    ),
)
