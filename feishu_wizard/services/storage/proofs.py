"""The rows of the ledger of proofs in the journal: the latest ones of each check are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from feishu_wizard.domain.finding import Evidence, Proof
from feishu_wizard.domain.ledger import Basis, Entry
from feishu_wizard.domain.typed import from_json

if TYPE_CHECKING:
    import sqlite3

# Of each check of a setup; the last one that was good stays however many came after it.
KEPT = 20

PROOFS_TABLE = """
    ALTER TABLE proofs RENAME TO proofs_before;
    CREATE TABLE proofs (
        id INTEGER PRIMARY KEY, setup_id TEXT NOT NULL, check_id TEXT NOT NULL,
        at TEXT NOT NULL, what TEXT NOT NULL, params TEXT NOT NULL, proof TEXT NOT NULL,
        good INTEGER NOT NULL, evidence TEXT NOT NULL, basis TEXT NOT NULL
    );
    CREATE INDEX proofs_of_setup ON proofs (setup_id, check_id);
    INSERT INTO proofs (setup_id, check_id, at, what, params, proof, good, evidence, basis)
        SELECT setup_id, check_id, at, 'ledger.proven', '{}', 'proven', 1, evidence,
            '{"parts":{"setup":"' || fingerprint || '"},"version":""}'
        FROM proofs_before ORDER BY at, check_id;
    DROP TABLE proofs_before;
"""
"""Migration of the journal. Rows of before do not tell how they were proven, and rest on
nothing but the setup; a fingerprint is hexadecimal, so it needs no escape."""

_COLUMNS = "check_id, what, at, proof, good, params, evidence, basis"
_INSERT = f"INSERT INTO proofs (setup_id, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
SELECT = f"SELECT {_COLUMNS} FROM proofs WHERE setup_id = ? ORDER BY id"  # noqa: S608
_TRIM = """
    DELETE FROM proofs WHERE setup_id = :setup AND check_id = :check AND id NOT IN (
        SELECT id FROM proofs WHERE setup_id = :setup AND check_id = :check
        ORDER BY id DESC LIMIT :kept
    ) AND id IS NOT (
        SELECT max(id) FROM proofs WHERE setup_id = :setup AND check_id = :check AND good
    )
"""


def add(db: sqlite3.Connection, setup_id: str, entry: Entry) -> None:
    """Add one row within the caller's transaction, and drop what is too old."""
    held = (dict(entry.params), entry.evidence, entry.basis)
    params, evidence, basis = (msgspec.json.encode(one).decode() for one in held)
    head = (setup_id, entry.check_id, entry.what, entry.at, entry.proof.value, entry.good)
    db.execute(_INSERT, (*head, params, evidence, basis))
    db.execute(_TRIM, {"setup": setup_id, "check": entry.check_id, "kept": KEPT})


def of_row(row: tuple[Any, ...]) -> Entry:
    """The entry that a row of ``SELECT`` holds."""
    check_id, what, at, proof, good, params, evidence, basis = row
    return Entry(
        check_id,
        what,
        at,
        Proof(proof),
        bool(good),
        from_json(params, dict[str, str]),
        from_json(evidence, Evidence),
        from_json(basis, Basis),
    )
