"""What was done, so that it is not done twice and stays proven: an SQLite file.

One transaction per event, write-ahead log, 0600. Holds ids, codes, log ids and the values that
were chosen for a test message; no secret, and nothing else of a message.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from feishu_wizard.domain.typed import from_json
from feishu_wizard.services.net.clock import now_ms
from feishu_wizard.services.storage import proofs, saves, sends
from feishu_wizard.services.storage.atomic import there
from feishu_wizard.services.storage.database import open_database, trouble
from feishu_wizard.services.storage.paths import Paths
from feishu_wizard.services.storage.sends import BatchRow, Send

if TYPE_CHECKING:
    import sqlite3

    from feishu_wizard.domain.change import SaveNote, SaveState
    from feishu_wizard.domain.ledger import Entry

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
    sends.SENDS_TABLES,
    proofs.PROOFS_TABLE,
    saves.SAVES_TABLES,
)


@dataclass(frozen=True, slots=True)
class Save:
    """A note about something that was saved: ``fields`` hold no secret. Saves to CAN have rows of
    their own (``SaveNote``)."""

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

    def plan_batch(
        self, setup_id: str, batch: BatchRow, recipients: Sequence[tuple[str, str]], since: str
    ) -> dict[str, Send]:
        """Put a sending down before anything of it is sent; see ``sends.plan``."""
        with self._transaction() as db:
            return sends.plan(db, setup_id, batch, recipients, since)

    def take_over(self, setup_id: str, run_id: str, made: str) -> None:
        """Let a message of an earlier sending belong to this one, with its uuid."""
        with self._transaction() as db:
            sends.take_over(db, setup_id, run_id, made)

    def remember_send(
        self, run_id: str, recipient_key: str, template: str, *, setup_id: str = ""
    ) -> str:
        """Note a message that is about to be sent and return its uuid.

        The same run, recipient and template give the same uuid, by which the platform delivers
        it once within an hour. The note is on disk before this returns.
        """
        message = {"setup": setup_id, "run": run_id, "recipient": recipient_key}
        with self._transaction() as db:
            return sends.begin(db, {**message, "template": template})

    def finish_send(
        self, made: str, state: str, message_id: str = "", code: str = "", chat_id: str = ""
    ) -> None:
        """Note what became of a message (``DeliveryState`` as text)."""
        with self._transaction() as db:
            sends.finish(db, made, state, message_id, code, chat_id)

    def send_of(self, made: str) -> Send | None:
        """The note of one message."""
        rows = self._rows(sends.SELECT + "WHERE uuid = ?", made)
        return Send(*rows[0]) if rows else None

    def pending_sends(self, setup_id: str) -> list[Send]:
        """Messages that were begun and never finished: their outcome is unknown."""
        rows = self._rows(
            sends.SELECT + "WHERE setup_id = ? AND state = 'pending' ORDER BY started_at, uuid",
            setup_id,
        )
        return [Send(*row) for row in rows]

    def sends(self, setup_id: str) -> list[Send]:
        """All messages of a setup that were sent, the latest first."""
        query = sends.SELECT + "WHERE setup_id = ? AND state != 'planned'"
        rows = self._rows(query + " ORDER BY started_at DESC, rowid DESC", setup_id)
        return [Send(*row) for row in rows]

    def sends_of(self, setup_id: str, run_id: str) -> list[Send]:
        """All messages of a batch, in the order in which they were planned."""
        query = sends.SELECT + "WHERE setup_id = ? AND run_id = ? ORDER BY rowid"
        return [Send(*row) for row in self._rows(query, setup_id, run_id)]

    def batch(self, setup_id: str, run_id: str) -> BatchRow | None:
        """A batch by its id."""
        rows = self._rows(sends.SELECT_BATCH + "WHERE setup_id = ? AND id = ?", setup_id, run_id)
        return sends.batch_of(rows[0]) if rows else None

    def open_batch(self, setup_id: str) -> BatchRow | None:
        """The latest batch that has not come to its end and was not closed."""
        rows = self._rows(sends.OPEN_BATCH, setup_id)
        return sends.batch_of(rows[0]) if rows else None

    def close_batch(self, setup_id: str, run_id: str) -> None:
        """A batch that nobody wants to go on with. What was sent stays noted."""
        with self._transaction() as db:
            db.execute(
                "UPDATE batches SET closed = 1 WHERE setup_id = ? AND id = ?", (setup_id, run_id)
            )

    def chat_of(self, setup_id: str, recipient: str) -> str:
        """The chat into which an earlier message to this recipient went; "" when none is known."""
        rows = self._rows(
            "SELECT chat_id FROM sends WHERE setup_id = ? AND recipient = ? AND chat_id != ''"
            " ORDER BY started_at DESC LIMIT 1",
            setup_id,
            recipient,
        )
        return rows[0][0] if rows else ""

    def add_proof(self, setup_id: str, entry: Entry) -> None:
        """Keep a proof, or a try that failed; the oldest of its check make room."""
        with self._transaction() as db:
            proofs.add(db, setup_id, entry)

    def proofs(self, setup_id: str) -> list[Entry]:
        """All that is kept of a setup, the oldest first."""
        return [proofs.of_row(row) for row in self._rows(proofs.SELECT, setup_id)]

    def record_save(
        self, setup_id: str, target: str, place: str, fields: Mapping[str, str], at: str = ""
    ) -> None:
        """Note a save. ``fields`` must not hold a secret."""
        text = msgspec.json.encode(dict(fields)).decode()
        with self._transaction() as db:
            db.execute(
                "INSERT INTO saves (setup_id, target, place, at, fields) VALUES (?, ?, ?, ?, ?)",
                (setup_id, target, place, at or now_ms(), text),
            )

    def saves(self, setup_id: str) -> list[Save]:
        """All saves of a setup, the latest first."""
        rows = self._rows(
            "SELECT target, place, at, fields FROM saves WHERE setup_id = ? ORDER BY id DESC",
            setup_id,
        )
        return [
            Save(target, place, at, from_json(text, dict[str, str]))
            for target, place, at, text in rows
        ]

    def begin_save(
        self,
        setup_id: str,
        where: str,
        before: Mapping[str, str],
        wanted: Mapping[str, str],
        undoes: int = 0,
    ) -> int:
        """Note a save to CAN before its first call and return its id; see ``saves``."""
        with self._transaction() as db:
            return saves.begin(db, setup_id, where, before, wanted, undoes)

    def finish_save(
        self, number: int, state: SaveState, after: Mapping[str, str] | None = None
    ) -> None:
        """Note how a save ended. ``after``: what was read then; None: nothing was."""
        with self._transaction() as db:
            saves.finish(db, number, state, after)

    def saw(self, setup_id: str, where: str, fields: Mapping[str, str]) -> None:
        """Note what is stored in CAN. With it every save whose end was not known is settled:
        this is what is there."""
        with self._transaction() as db:
            saves.saw(db, setup_id, where, fields)
            saves.settle(db, setup_id, where, fields)

    def expect(self, setup_id: str, where: str, fields: Mapping[str, str]) -> None:
        """Note what a person was shown as stored in CAN; settles nothing."""
        with self._transaction() as db:
            saves.saw(db, setup_id, where, fields)

    def seen(self, setup_id: str, where: str) -> tuple[str, dict[str, str]]:
        """When and how the setting of CAN was last seen; "" and nothing when it never was."""
        rows = self._rows(saves.SELECT_SEEN, setup_id, where)
        return saves.seen_of(rows[0]) if rows else ("", {})

    def can_saves(self, setup_id: str) -> list[SaveNote]:
        """All saves to CAN, the latest first."""
        return [saves.of_row(row) for row in self._rows(saves.SELECT, setup_id)]

    def forget(self, setup_id: str) -> None:
        """Remove everything about a setup, also from the file's free pages."""
        with self._transaction() as db:
            for table in ("sends", "batches", "proofs", "saves", "can_saves", "can_seen"):
                db.execute(f"DELETE FROM {table} WHERE setup_id = ?", (setup_id,))  # noqa: S608

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _rows(self, query: str, *values: str) -> list[Any]:
        if self._connection is None and not there(self.path):
            return []  # reading leaves no file behind
        with self._transaction() as db:
            return db.execute(query, values).fetchall()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        import sqlite3

        with self._lock:
            try:
                if self._connection is None:
                    self._connection = open_database(self.path, MIGRATIONS)
                with self._connection as db:
                    yield db
            except sqlite3.Error as error:
                self._drop()
                raise trouble(error, self.path) from None

    def _drop(self) -> None:
        """Open anew next time: a connection that had to fall back to reading stays so."""
        import sqlite3

        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
