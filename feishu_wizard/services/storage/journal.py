"""What was done, so that it is not done twice and stays proven: an SQLite file.

One transaction per event, write-ahead log, 0600. Holds ids, codes and log ids; no secret and
no message text.
"""

from __future__ import annotations

import contextlib
import os
import threading
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.services.storage import platform
from feishu_wizard.services.storage.atomic import failure, make_folder
from feishu_wizard.services.storage.paths import Paths

if TYPE_CHECKING:
    import sqlite3

_NAMESPACE = uuid.UUID("6f1c1c0e-2f0b-5d0e-9a51-3d2a6b1f7c44")

# Each entry brings a file one version further; the position is PRAGMA user_version.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE sends (
        uuid TEXT PRIMARY KEY, setup_id TEXT NOT NULL, run_id TEXT NOT NULL,
        recipient TEXT NOT NULL, template TEXT NOT NULL, started_at TEXT NOT NULL,
        state TEXT NOT NULL, message_id TEXT NOT NULL DEFAULT '', code TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX sends_of_setup ON sends (setup_id, state);
    CREATE TABLE proofs (
        setup_id TEXT NOT NULL, check_id TEXT NOT NULL, at TEXT NOT NULL,
        fingerprint TEXT NOT NULL, evidence TEXT NOT NULL,
        PRIMARY KEY (setup_id, check_id, fingerprint)
    );
    CREATE TABLE saves (
        id INTEGER PRIMARY KEY, setup_id TEXT NOT NULL, target TEXT NOT NULL,
        place TEXT NOT NULL, at TEXT NOT NULL, fields TEXT NOT NULL
    );
    CREATE INDEX saves_of_setup ON saves (setup_id);
    """,
)


@dataclass(frozen=True, slots=True)
class Send:
    """One message: ``state`` is "pending" until ``finish_send``, then what that said."""

    uuid: str
    run_id: str
    recipient: str
    template: str
    started_at: str
    state: str
    message_id: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class StoredProof:
    """A check that a real call proved, for the values that ``fingerprint`` stands for."""

    check_id: str
    at: str
    fingerprint: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Save:
    """One save: ``fields`` are the values before and after without secrets."""

    target: str
    place: str
    at: str
    fields: Mapping[str, str]


class Journal:
    """Opened at the first use. Safe to use from several threads, one at a time."""

    def __init__(self, paths: Paths) -> None:
        self.path = paths.state / "journal.sqlite3"
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def remember_send(
        self, run_id: str, recipient_key: str, template: str, *, setup_id: str = ""
    ) -> str:
        """Note a message that is about to be sent and return its uuid.

        The same run, recipient and template give the same uuid, by which the platform delivers
        it once within an hour. The note is on disk before this returns.
        """
        key = f"{setup_id}\0{run_id}\0{recipient_key}\0{template}"
        made = str(uuid.uuid5(_NAMESPACE, key))
        with self._transaction() as db:
            db.execute(
                "INSERT INTO sends (uuid, setup_id, run_id, recipient, template, started_at, state)"
                " VALUES (?, ?, ?, ?, ?, ?, 'pending') ON CONFLICT (uuid) DO NOTHING",
                (made, setup_id, run_id, recipient_key, template, _now()),
            )
        return made

    def finish_send(self, made: str, state: str, message_id: str = "", code: str = "") -> None:
        """Note what became of a message (``DeliveryState`` as text)."""
        with self._transaction() as db:
            db.execute(
                "UPDATE sends SET state = ?, message_id = ?, code = ? WHERE uuid = ?",
                (state, message_id, code, made),
            )

    def send_of(self, made: str) -> Send | None:
        """The note of one message."""
        rows = self._rows(_SENDS + "WHERE uuid = ?", made)
        return Send(*rows[0]) if rows else None

    def pending_sends(self, setup_id: str) -> list[Send]:
        """Messages that were begun and never finished: their outcome is unknown."""
        rows = self._rows(
            _SENDS + "WHERE setup_id = ? AND state = 'pending' ORDER BY started_at, uuid", setup_id
        )
        return [Send(*row) for row in rows]

    def sends(self, setup_id: str) -> list[Send]:
        """All messages of a setup, the latest first."""
        query = _SENDS + "WHERE setup_id = ? ORDER BY started_at DESC, rowid DESC"
        return [Send(*row) for row in self._rows(query, setup_id)]

    def add_proof(
        self, setup_id: str, check_id: str, evidence: Evidence, at: str, fingerprint: str
    ) -> None:
        """Keep the latest proof of a check for a set of values."""
        text = msgspec.json.encode(evidence).decode()
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO proofs VALUES (?, ?, ?, ?, ?)",
                (setup_id, check_id, at, fingerprint, text),
            )

    def proofs(self, setup_id: str) -> list[StoredProof]:
        """All proofs of a setup, the oldest first."""
        rows = self._rows(
            "SELECT check_id, at, fingerprint, evidence FROM proofs WHERE setup_id = ?"
            " ORDER BY at, check_id",
            setup_id,
        )
        return [
            StoredProof(check, at, mark, msgspec.json.decode(text, type=Evidence))
            for check, at, mark, text in rows
        ]

    def record_save(
        self, setup_id: str, target: str, place: str, fields: Mapping[str, str], at: str = ""
    ) -> None:
        """Note a save. ``fields`` must not hold a secret."""
        text = msgspec.json.encode(dict(fields)).decode()
        with self._transaction() as db:
            db.execute(
                "INSERT INTO saves (setup_id, target, place, at, fields) VALUES (?, ?, ?, ?, ?)",
                (setup_id, target, place, at or _now(), text),
            )

    def saves(self, setup_id: str) -> list[Save]:
        """All saves of a setup, the latest first."""
        rows = self._rows(
            "SELECT target, place, at, fields FROM saves WHERE setup_id = ? ORDER BY id DESC",
            setup_id,
        )
        return [
            Save(target, place, at, msgspec.json.decode(text, type=dict[str, str]))
            for target, place, at, text in rows
        ]

    def forget(self, setup_id: str) -> None:
        """Remove everything about a setup, also from the file's free pages."""
        with self._transaction() as db:
            for table in ("sends", "proofs", "saves"):
                db.execute(f"DELETE FROM {table} WHERE setup_id = ?", (setup_id,))  # noqa: S608

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _rows(self, query: str, *values: str) -> list[Any]:
        if self._connection is None and not self.path.exists():
            return []  # reading leaves no file behind
        with self._transaction() as db:
            return db.execute(query, values).fetchall()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        import sqlite3

        with self._lock:
            try:
                if self._connection is None:
                    self._connection = _open(self.path)
                with self._connection as db:
                    yield db
            except sqlite3.Error as error:
                raise InputError(
                    "journal.unusable", {"path": str(self.path), "detail": str(error)}
                ) from None


_SENDS = "SELECT uuid, run_id, recipient, template, started_at, state, message_id, code FROM sends "


def _open(path: Path) -> sqlite3.Connection:
    import sqlite3

    make_folder(path.parent)
    try:
        os.close(platform.open_private(str(path), os.O_RDWR | os.O_CREAT))
    except OSError as error:
        raise failure(error, path) from None
    db = sqlite3.connect(path, timeout=5.0, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")
        migrate(db, path)
    except BaseException:
        db.close()
        raise
    return db


def migrate(db: sqlite3.Connection, path: Path) -> None:
    """Bring an older file to this program's version; a newer one is refused."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise InputError("journal.future", {"path": str(path), "version": str(version)})
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        db.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
