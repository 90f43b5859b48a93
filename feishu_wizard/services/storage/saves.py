"""The rows of saves to CAN in the journal: what was there before, what we wrote, what is there.

A row is on disk before the first byte is sent. One that was never finished tells the next run
that a save did not come to its end. Fields hold values without secrets and fingerprints.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from feishu_wizard.domain.change import SaveNote, SaveState
from feishu_wizard.domain.typed import from_json
from feishu_wizard.services.net.clock import now_ms

if TYPE_CHECKING:
    import sqlite3

# Up to version 3 a save was a pair of rows in ``saves``: "can-before" and "can-after". A pair
# becomes one row; a "before" that is the last word of its setup is a save that was never finished.
SAVES_TABLES = """
    CREATE TABLE can_saves (
        id INTEGER PRIMARY KEY AUTOINCREMENT, setup_id TEXT NOT NULL, place TEXT NOT NULL,
        started_at TEXT NOT NULL, ended_at TEXT NOT NULL DEFAULT '', state TEXT NOT NULL,
        before TEXT NOT NULL, wanted TEXT NOT NULL, after TEXT NOT NULL DEFAULT '{}',
        undoes INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX can_saves_of_setup ON can_saves (setup_id, id);
    CREATE TABLE can_seen (
        setup_id TEXT NOT NULL, place TEXT NOT NULL, at TEXT NOT NULL, fields TEXT NOT NULL,
        PRIMARY KEY (setup_id, place)
    );
    INSERT INTO can_saves (setup_id, place, started_at, ended_at, state, before, wanted, after)
    SELECT b.setup_id, b.place, b.at, coalesce(a.at, ''),
        CASE WHEN a.id IS NULL THEN 'open' ELSE 'saved' END,
        b.fields, coalesce(a.fields, '{}'), coalesce(a.fields, '{}')
    FROM saves b LEFT JOIN saves a ON a.target = 'can-after' AND a.id = (
        SELECT min(n.id) FROM saves n WHERE n.setup_id = b.setup_id AND n.id > b.id
            AND n.target IN ('can-before', 'can-after'))
    WHERE b.target = 'can-before' AND (a.id IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM saves n WHERE n.setup_id = b.setup_id AND n.id > b.id
            AND n.target IN ('can-before', 'can-after')))
    ORDER BY b.id;
    INSERT OR REPLACE INTO can_seen (setup_id, place, at, fields)
    SELECT setup_id, place, at, fields FROM saves WHERE target = 'can-after' ORDER BY id;
    DELETE FROM saves WHERE target IN ('can-before', 'can-after');
"""
"""Migration of the journal to version 4."""

_COLUMNS = "id, place, started_at, state, before, wanted, after, ended_at, undoes"
SELECT = f"SELECT {_COLUMNS} FROM can_saves WHERE setup_id = ? ORDER BY id DESC"  # noqa: S608
SELECT_SEEN = "SELECT at, fields FROM can_seen WHERE setup_id = ? AND place = ?"


def of_row(row: tuple[Any, ...]) -> SaveNote:
    """The save that a row of ``SELECT`` holds."""
    number, where, started, state, before, wanted, after, ended, undoes = row
    first, sent, last = (from_json(text, dict[str, str]) for text in (before, wanted, after))
    return SaveNote(number, where, started, SaveState(state), first, sent, last, ended, undoes)


def seen_of(row: tuple[Any, ...]) -> tuple[str, dict[str, str]]:
    """When a setting was last seen, and what it was (a row of ``SELECT_SEEN``)."""
    at, fields = row
    return str(at), from_json(fields, dict[str, str])


def begin(
    db: sqlite3.Connection,
    setup_id: str,
    where: str,
    before: Mapping[str, str],
    wanted: Mapping[str, str],
    undoes: int,
) -> int:
    """Note a save that is about to be made; its id."""
    made = db.execute(
        "INSERT INTO can_saves (setup_id, place, started_at, state, before, wanted, undoes)"
        " VALUES (?, ?, ?, 'open', ?, ?, ?)",
        (setup_id, where, now_ms(), _text(before), _text(wanted), undoes),
    )
    return int(made.lastrowid or 0)


def finish(
    db: sqlite3.Connection, number: int, state: SaveState, after: Mapping[str, str] | None
) -> None:
    """Note how a save ended and what was read then; None: nothing was."""
    db.execute(
        "UPDATE can_saves SET state = ?, ended_at = ?, after = coalesce(?, after) WHERE id = ?",
        (state.value, now_ms(), None if after is None else _text(after), number),
    )


def settle(db: sqlite3.Connection, setup_id: str, where: str, after: Mapping[str, str]) -> None:
    """Earlier saves whose end was not known: this is what is there now."""
    db.execute(
        "UPDATE can_saves SET state = 'settled', ended_at = ?, after = ?"
        " WHERE setup_id = ? AND place = ? AND state IN ('open', 'unknown')",
        (now_ms(), _text(after), setup_id, where),
    )


def saw(db: sqlite3.Connection, setup_id: str, where: str, fields: Mapping[str, str]) -> None:
    """Note what is stored at a place, as far as it was seen."""
    db.execute(
        "INSERT OR REPLACE INTO can_seen (setup_id, place, at, fields) VALUES (?, ?, ?, ?)",
        (setup_id, where, now_ms(), _text(fields)),
    )


def _text(values: Mapping[str, str]) -> str:
    return msgspec.json.encode(dict(values), order="sorted").decode()
