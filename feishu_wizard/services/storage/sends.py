"""The rows of messages and of the batches they belong to, in the journal.

A batch is one sending: all its messages are on disk, each with its uuid, before the first one is
sent. That uuid makes a repeat harmless for one hour (official docs: im-v1 message create).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from feishu_wizard.domain.typed import from_json
from feishu_wizard.services.net.clock import now_ms

if TYPE_CHECKING:
    import sqlite3

_NAMESPACE = uuid.UUID("6f1c1c0e-2f0b-5d0e-9a51-3d2a6b1f7c44")

# planned: not sent yet; pending: sent, and no answer was noted; else what finish_send said.
PLANNED, PENDING = "planned", "pending"
_UNSENT = (PLANNED, "refused", "left_out")

SENDS_TABLES = """
    CREATE TABLE batches (
        setup_id TEXT NOT NULL, id TEXT NOT NULL, template TEXT NOT NULL, lang TEXT NOT NULL,
        given TEXT NOT NULL, made TEXT NOT NULL, started_at TEXT NOT NULL,
        closed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (setup_id, id)
    );
    ALTER TABLE sends ADD COLUMN kind TEXT NOT NULL DEFAULT '';
    ALTER TABLE sends ADD COLUMN chat_id TEXT NOT NULL DEFAULT '';
    CREATE INDEX sends_of_run ON sends (setup_id, run_id);
    CREATE INDEX sends_to ON sends (setup_id, recipient);
"""
"""Migration of the journal: ``given`` and ``made`` are the values of the sample message."""


@dataclass(frozen=True, slots=True)
class Send:
    """One message: ``state`` is "planned", "pending" until ``finish_send``, then what that said.

    ``recipient``: kind of id and id, with a colon between. ``kind``: how the recipient was named.
    ``started_at``: when it was first sent (RFC 3339), that of the batch while planned.
    """

    uuid: str
    run_id: str
    recipient: str
    template: str
    started_at: str
    state: str
    message_id: str = ""
    code: str = ""
    kind: str = ""
    chat_id: str = ""

    @property
    def receive_id(self) -> tuple[str, str]:
        """Kind of id, and id."""
        id_type, _, value = self.recipient.partition(":")
        return id_type, value


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One sending. ``given``: values of the sample message that somebody chose; ``made``: those
    that were made for it (time, origin, link), so that the same message can be made again."""

    id: str
    template: str
    lang: str
    given: Mapping[str, str] = field(default_factory=dict)
    made: Mapping[str, str] = field(default_factory=dict)
    started_at: str = ""


COLUMNS = "uuid, run_id, recipient, template, started_at, state, message_id, code, kind, chat_id"
SELECT = f"SELECT {COLUMNS} FROM sends "  # noqa: S608 - constant
SELECT_BATCH = "SELECT id, template, lang, given, made, started_at FROM batches "


def batch_of(row: tuple[Any, ...]) -> BatchRow:
    """The batch that a row of ``SELECT_BATCH`` holds."""
    name, template, lang, given, made, started_at = row
    values = [from_json(text, dict[str, str]) for text in (given, made)]
    return BatchRow(name, template, lang, values[0], values[1], started_at)


def plan(
    db: sqlite3.Connection,
    setup_id: str,
    batch: BatchRow,
    recipients: Sequence[tuple[str, str]],
    since: str,
) -> dict[str, Send]:
    """Put a batch and its messages down within the caller's transaction; recipient to message.

    ``recipients``: recipient and kind. What is there already stays as it is. A message of the
    same content that was begun after ``since`` and never settled is taken over with its uuid:
    the platform then delivers it once, whatever became of it.
    """
    given, made = _text(batch.given), _text(batch.made)
    head = {"setup": setup_id, "run": batch.id, "template": batch.template, "lang": batch.lang}
    head |= {"given": given, "since": since, "at": now_ms()}
    db.execute(_KEEP_BATCH, {**head, "made": made})
    for recipient, kind in recipients:
        _plan_one(db, {**head, "recipient": recipient, "kind": kind})
    rows = db.execute(SELECT + f"WHERE {_OF_RUN}", head)
    return {row[2]: Send(*row) for row in rows}


def _text(values: Mapping[str, str]) -> str:
    return msgspec.json.encode(dict(values), order="sorted").decode()


_OF_RUN = "setup_id = :setup AND run_id = :run AND template = :template"
_KEEP_BATCH = """
    INSERT INTO batches (setup_id, id, template, lang, given, made, started_at)
    VALUES (:setup, :run, :template, :lang, :given, :made, :at)
    ON CONFLICT (setup_id, id) DO UPDATE SET closed = 0
"""
_ONE = f"SELECT uuid, state FROM sends WHERE {_OF_RUN} AND recipient = :recipient"  # noqa: S608
_ALIKE = """
    SELECT s.uuid FROM sends s LEFT JOIN batches b ON b.setup_id = s.setup_id AND b.id = s.run_id
    WHERE s.setup_id = :setup AND s.recipient = :recipient AND s.template = :template
        AND s.state = 'pending' AND s.started_at > :since AND s.started_at <= :at
        AND coalesce(b.lang, :lang) = :lang AND coalesce(b.given, :given) = :given
    ORDER BY s.started_at DESC LIMIT 1
"""
_ADD = """
    INSERT INTO sends (uuid, setup_id, run_id, recipient, template, started_at, state, kind)
    VALUES (:uuid, :setup, :run, :recipient, :template, :at, :state, :kind)
    ON CONFLICT (uuid) DO UPDATE SET run_id = :run
"""
_TAKE = "UPDATE sends SET run_id = :run, kind = :kind WHERE uuid = :uuid"


def _plan_one(db: sqlite3.Connection, message: dict[str, str]) -> None:
    if db.execute(_ONE, message).fetchone():
        return
    found = db.execute(_ALIKE, message).fetchone()
    if found:
        db.execute(_TAKE, {**message, "uuid": found[0]})
    else:
        db.execute(_ADD, {**message, "uuid": _uuid_of(message), "state": PLANNED})


def _uuid_of(message: Mapping[str, str]) -> str:
    """The uuid of one message: the same run, recipient and template give the same."""
    key = "\0".join(message[name] for name in ("setup", "run", "recipient", "template"))
    return str(uuid.uuid5(_NAMESPACE, key))


def begin(db: sqlite3.Connection, message: Mapping[str, str]) -> str:
    """Note a message that is about to be sent and return its uuid, within a transaction.

    ``message``: setup, run, recipient, template. Its time is that of the first try whose outcome
    is not known: a message that was refused did not arrive, so its hour begins anew.
    """
    at = now_ms()
    row = db.execute(_ONE, message).fetchone()
    if row is None:
        made = _uuid_of(message)
        db.execute(_ADD, {**message, "uuid": made, "at": at, "kind": "", "state": PENDING})
        return made
    made, state = row
    if state in _UNSENT:
        db.execute("UPDATE sends SET state = 'pending', started_at = ? WHERE uuid = ?", (at, made))
    return str(made)


def take_over(db: sqlite3.Connection, setup_id: str, run_id: str, made: str) -> None:
    """Let a message of an earlier batch belong to a later one, which asks for it again."""
    db.execute(
        "UPDATE sends SET run_id = ? WHERE uuid = ? AND setup_id = ?", (run_id, made, setup_id)
    )


def finish(db: sqlite3.Connection, made: str, state: str, *told: str) -> None:
    """Note what became of a message; ``told``: message id, code and chat id."""
    db.execute(
        "UPDATE sends SET state = ?, message_id = ?, code = ?,"
        " chat_id = coalesce(nullif(?, ''), chat_id) WHERE uuid = ?",
        (state, *told, made),
    )


OPEN_BATCH = """
    SELECT id, template, lang, given, made, started_at FROM batches b
    WHERE setup_id = ? AND NOT closed AND EXISTS (
        SELECT 1 FROM sends s WHERE s.setup_id = b.setup_id AND s.run_id = b.id
            AND s.state IN ('planned', 'pending'))
    ORDER BY rowid DESC LIMIT 1
"""
