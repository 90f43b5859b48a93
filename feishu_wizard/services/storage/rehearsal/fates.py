"""Accounts against people, in SQL over the journal of a walk: what a sync would do to each.

Two tables of the journal belong here, made by ``compare`` and thrown away when accounts or people
are read anew: ``fates`` (number, fate, line of the account, open_id of the person, no_push,
changes, search) and ``fates_of`` (one row: what they rest on). Each account has exactly one row,
and so has each person whom no account stands for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from feishu_wizard.domain.account_match import GONE, REACHABLE, change_of, key_of
from feishu_wizard.domain.accounts import Account, Comparison, Fate, FatePage, FateRow
from feishu_wizard.domain.directory import Column
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.typed import from_json
from feishu_wizard.services.storage.rehearsal.accounts import account_of, accounts_read
from feishu_wizard.services.storage.rehearsal.journals import PRESENT, Rehearsal, usable

if TYPE_CHECKING:
    import sqlite3

_GONE = ", ".join(f"'{state.value}'" for state in GONE)
_REACHABLE = ", ".join(f"'{state.value}'" for state in REACHABLE)
#: What an account holds, and the wire field of the person that a sync would copy there.
_COPIED = (("display", Column.NAME), ("email", Column.EMAIL), ("mobile", Column.MOBILE))
_BIT = {name: 1 << bit for bit, name in enumerate(PRESENT)}

_TABLES = """
DROP TABLE IF EXISTS fates;
DROP TABLE IF EXISTS fates_of;
CREATE TABLE fates (
    number INTEGER PRIMARY KEY, fate TEXT NOT NULL, line INTEGER, person TEXT,
    no_push INTEGER NOT NULL, changes TEXT NOT NULL, search TEXT NOT NULL
);
CREATE TABLE fates_of (
    only INTEGER PRIMARY KEY CHECK (only = 1), walk TEXT NOT NULL, matched_by TEXT NOT NULL,
    accounts INTEGER NOT NULL, people INTEGER NOT NULL, counts TEXT NOT NULL,
    no_push INTEGER NOT NULL, complete INTEGER NOT NULL
);
"""
# key: normalised; alive: people with it who can hold an account; person: one of them, else one
# who is gone; gone: what became of that one.
_KEYS = """
CREATE TEMP TABLE person_keys AS
    SELECT open_id, key_of({column}) AS key, state NOT IN ({gone}) AS alive, state FROM people;
CREATE TEMP TABLE keys (
    key TEXT PRIMARY KEY, alive INTEGER, person TEXT, gone TEXT
) WITHOUT ROWID;
INSERT INTO keys
    SELECT key, sum(alive), coalesce(min(CASE WHEN alive THEN open_id END), min(open_id)),
        max(CASE WHEN alive THEN '' ELSE state END)
    FROM person_keys WHERE key <> '' GROUP BY key ORDER BY key;
CREATE TEMP TABLE reachable (user_id TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT OR IGNORE INTO reachable
    SELECT user_id FROM people WHERE user_id <> '' AND state IN ({reachable}) ORDER BY user_id;
CREATE TEMP TABLE account_keys (key TEXT PRIMARY KEY, many INTEGER) WITHOUT ROWID;
INSERT INTO account_keys
    SELECT {held}, count(*) FROM accounts WHERE {held} <> '' GROUP BY {held} ORDER BY {held};
"""
_FATES_OF_ACCOUNTS = """
INSERT INTO fates (fate, line, person, no_push, changes, search)
SELECT
    CASE
        WHEN alive IS NULL OR alive = 0 THEN 'loses'
        WHEN alive > 1 OR many > 1 THEN 'ambiguous'
        WHEN changes <> '' AND changes NOT LIKE 'would_blank:%' THEN 'updated'
        ELSE 'same'
    END,
    line, person, no_push, changes, search
FROM (
    SELECT a.line, k.person, k.alive, n.many,
        NOT EXISTS (SELECT 1 FROM reachable WHERE user_id = a.name_key) AS no_push,
        CASE
            WHEN a.{held} = '' THEN 'accounts.lost_no_key'
            WHEN k.alive IS NULL THEN 'accounts.lost_absent'
            WHEN k.alive = 0 THEN 'accounts.lost_' || k.gone
            WHEN k.alive > 1 THEN 'accounts.people_share_key'
            WHEN n.many > 1 THEN 'accounts.accounts_share_key'
            ELSE changes_of(
                a.display, a.email, a.mobile, p.name, p.{email}, p.mobile, p.present
            )
        END AS changes,
        a.search || char(10) || coalesce(p.search, '') AS search
    FROM accounts a
    LEFT JOIN keys k ON k.key = a.{held}
    LEFT JOIN account_keys n ON n.key = a.{held}
    LEFT JOIN people p ON p.open_id = k.person
    ORDER BY a.line
);
"""
_FATES_OF_PEOPLE = """
INSERT INTO fates (fate, line, person, no_push, changes, search)
SELECT
    CASE WHEN k.alive > 1 THEN 'ambiguous' ELSE 'created' END,
    NULL, p.open_id, 0,
    CASE
        WHEN q.key = '' THEN 'accounts.person_without_key'
        WHEN k.alive > 1 THEN 'accounts.people_share_key'
        ELSE ''
    END,
    p.search
FROM person_keys q
JOIN people p ON p.open_id = q.open_id
LEFT JOIN keys k ON k.key = q.key
WHERE q.alive AND NOT EXISTS (SELECT 1 FROM account_keys n WHERE n.key = q.key)
ORDER BY p.name, p.open_id;
"""
_INDEXES = """
CREATE INDEX fates_fate ON fates (fate);
CREATE INDEX fates_person ON fates (person);
"""
_TEMPORARY = ("person_keys", "keys", "reachable", "account_keys")
_PAGE = """
SELECT f.fate, f.no_push, f.changes, p.name, p.user_id, a.line, a.name, a.display, a.email, a.mobile
FROM (SELECT * FROM fates WHERE {where} ORDER BY number LIMIT ? OFFSET ?) f
LEFT JOIN accounts a ON a.line = f.line
LEFT JOIN people p ON p.open_id = f.person
ORDER BY f.number
"""


def compare(rehearsal: Rehearsal, by: Column) -> Comparison:
    """Match accounts and people by one field and keep what a sync would do to each of them.

    Raises ``InputError`` accounts.no_walk, accounts.none_read, accounts.key_hidden (column:
    nobody's can be seen), accounts.key_missing (column: no account has one), and
    accounts.not_a_key (column).
    """
    held = _held(by)
    summary, read = rehearsal.summary(), accounts_read(rehearsal)
    if summary is None or not summary.people:
        raise InputError("accounts.no_walk")
    if read is None or not read.count:
        raise InputError("accounts.none_read")
    _register(rehearsal, by, read.columns)
    try:
        with rehearsal.writing(summary.walk) as db:
            _match(db, by, held)
            result = Comparison(
                matched_by=by,
                accounts=read.count,
                people=summary.people,
                counts=_counts(db),
                no_push=_one(db, "SELECT count(*) FROM fates WHERE no_push"),
                complete=summary.complete,
            )
            _keep(db, summary.walk, result)
    finally:
        _tidy(rehearsal)
    return result


def last_comparison(rehearsal: Rehearsal) -> Comparison | None:
    """What the stored comparison came to; None when there is none for this walk."""
    with usable(rehearsal.path):
        row = _stored(rehearsal.connection)
    if row is None:
        return None
    _walk, by, accounts, people, counts, no_push, complete = row
    numbers = from_json(counts, dict[str, int])
    return Comparison(Column(by), accounts, people, numbers, no_push, bool(complete))


def page(rehearsal: Rehearsal, fate: Fate | None, search: str, offset: int, limit: int) -> FatePage:
    """A page of the stored comparison; an empty one when there is none."""
    parts, values = ["1"], list[object]()
    if fate is not None:
        parts.append("fate = ?")
        values.append(fate.value)
    wanted = " ".join(search.split()).lower()
    if wanted:
        parts.append("instr(search, ?) > 0")
        values.append(wanted)
    where = " AND ".join(parts)
    with usable(rehearsal.path):
        db = rehearsal.connection
        if _stored(db) is None:
            return FatePage((), 0)
        bounds = (max(limit, 0), max(offset, 0))
        found = db.execute(_PAGE.format(where=where), (*values, *bounds)).fetchall()
        total = db.execute(f"SELECT count(*) FROM fates WHERE {where}", values)  # noqa: S608
        return FatePage(tuple(map(_row, found)), int(total.fetchone()[0]))


def matched_account(rehearsal: Rehearsal, user_id: str) -> Account | None:
    """The account that the stored comparison gave to a person; None when it gave none."""
    with usable(rehearsal.path):
        db = rehearsal.connection
        if not user_id or _stored(db) is None:
            return None
        row = db.execute(
            "SELECT a.line, a.name, a.display, a.email, a.mobile FROM people p"
            " JOIN fates f ON f.person = p.open_id JOIN accounts a ON a.line = f.line"
            " WHERE p.user_id = ? AND f.fate IN ('same', 'updated')",
            (user_id,),
        ).fetchone()
    return account_of(row) if row else None


def _held(by: Column) -> str:
    held = {
        Column.USER_ID: "name_key",
        Column.EMAIL: "email_key",
        Column.ENTERPRISE_EMAIL: "email_key",
        Column.MOBILE: "mobile_key",
    }.get(by)
    if held is None:
        raise InputError("accounts.not_a_key", {"column": by.value})
    return held


def _register(rehearsal: Rehearsal, by: Column, columns: dict[str, str]) -> None:
    """Give SQL the rules of ``account_match``."""
    email = by if by is Column.ENTERPRISE_EMAIL else Column.EMAIL
    copied = [
        (place, column, _BIT[email.value if column is Column.EMAIL else column.value])
        for place, (field, column) in enumerate(_COPIED)
        if field in columns
    ]

    def changes(*values: Any) -> str:
        present: int = values[6]
        found = [
            change_of(column, values[place], values[place + 3], bool(present & bit))
            for place, column, bit in copied
            if values[place] != values[place + 3]
        ]
        # What is updated comes first: SQL tells by the beginning whether anything is.
        return " ".join(sorted((one for one in found if one), key=lambda one: ":" in one))

    db = rehearsal.connection
    with usable(rehearsal.path):
        db.create_function("key_of", 1, lambda text: key_of(by, text), deterministic=True)
        db.create_function("changes_of", 7, changes, deterministic=True)


def _match(db: sqlite3.Connection, by: Column, held: str) -> None:
    names = {
        "column": by.value,
        "held": held,
        "email": by.value if by is Column.ENTERPRISE_EMAIL else Column.EMAIL.value,
        "gone": _GONE,
        "reachable": _REACHABLE,
    }
    _run(db, _TABLES + _KEYS.format(**names))
    if not _one(db, "SELECT EXISTS (SELECT 1 FROM keys)"):
        raise InputError("accounts.key_hidden", {"column": by.value})
    if not _one(db, "SELECT EXISTS (SELECT 1 FROM account_keys)"):
        raise InputError("accounts.key_missing", {"column": by.value})
    _run(db, _FATES_OF_ACCOUNTS.format(**names) + _FATES_OF_PEOPLE + _INDEXES)


def _run(db: sqlite3.Connection, script: str) -> None:
    """The statements of a script one by one: ``executescript`` would end the transaction."""
    for statement in script.split(";"):
        if statement.strip():
            db.execute(statement)


def _keep(db: sqlite3.Connection, walk: str, made: Comparison) -> None:
    counts = msgspec.json.encode(made.counts).decode()
    values = (made.matched_by.value, made.accounts, made.people, counts, made.no_push)
    db.execute(
        "INSERT INTO fates_of VALUES (1, ?, ?, ?, ?, ?, ?, ?)", (walk, *values, made.complete)
    )


def _stored(db: sqlite3.Connection) -> tuple[Any, ...] | None:
    """What the stored comparison rests on; None when it is of another walk or of none."""
    tables = "SELECT count(*) FROM sqlite_master WHERE name IN ('fates', 'fates_of')"
    if _one(db, tables) != 2:
        return None
    row: tuple[Any, ...] | None = db.execute(
        "SELECT f.walk, matched_by, accounts, people, counts, no_push, complete"
        " FROM fates_of f JOIN walk w ON w.walk = f.walk"
    ).fetchone()
    return row


def _tidy(rehearsal: Rehearsal) -> None:
    with usable(rehearsal.path):
        for table in _TEMPORARY:
            rehearsal.connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


def _counts(db: sqlite3.Connection) -> dict[str, int]:
    found = dict(db.execute("SELECT fate, count(*) FROM fates GROUP BY fate").fetchall())
    return {fate.value: found.get(fate.value, 0) for fate in Fate}


def _one(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(query).fetchone()[0])


def _row(row: tuple[Any, ...]) -> FateRow:
    fate, no_push, changes, name, user_id, *account = row
    return FateRow(
        fate=Fate(fate),
        account=None if account[0] is None else account_of(account),
        person_name=name or "",
        user_id=user_id or "",
        no_push=bool(no_push),
        changes=tuple(changes.split()),
    )
