"""What the journal of a walk comes to: counted by SQLite, not row by row in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.directory import MATCH_KEYS, Column
from feishu_wizard.domain.sync_numbers import PAGE_SIZE, REVEALS, Numbers
from feishu_wizard.domain.walk import FieldShare, KeyQuality, WalkSummary
from feishu_wizard.services.storage.rehearsal.compared import BARE, SPACED, WITHOUT_PREFIX
from feishu_wizard.services.storage.rehearsal.schema import PRESENT

if TYPE_CHECKING:
    import sqlite3

EXAMPLES = 3
_ROOT = "0"
# The field of the platform, and when it is blank, told so that an index answers.
_FIELDS = {
    Column.NAME: ("name", "trim(name) = ''"),
    Column.USER_ID: ("user_id", "user_id = ''"),
    Column.MOBILE: ("mobile", "mobile = ''"),
    Column.EMAIL: ("email", "email = ''"),
    Column.ENTERPRISE_EMAIL: ("enterprise_email", "enterprise_email = ''"),
    Column.DEPARTMENT: ("department_ids", "place = ''"),
    Column.STATE: ("status", "state = 'unknown'"),
}
# CASE, because SQLite computes both sides of an OR whose value is wanted.
_PREFIXED = (
    "CASE WHEN mobile GLOB '+86*' OR mobile GLOB '0086*' THEN 1"
    f" WHEN {SPACED} THEN {BARE} GLOB '+86*' OR {BARE} GLOB '0086*' ELSE 0 END"
)


def count(db: sqlite3.Connection, summary: WalkSummary) -> Numbers:
    """Count everything; for a transaction of the caller's, so that it is of one moment.

    100,000 people take about a second of one core, in which Python runs on. Values are compared
    as they stand, by the journal's indexes, where that makes no difference.
    """
    traits = _traits(db)
    keys = _compared(traits)
    crossed, example = _crossed(db, keys)
    long_lists, longest, memberships = _lists(db)
    prefixed = traits["prefixed"]
    return Numbers(
        summary=summary,
        fields=_fields(db, summary.people),
        keys=tuple(_key(db, column, keys[column], summary.people) for column in MATCH_KEYS),
        states=dict(db.execute("SELECT state, count(*) FROM people GROUP BY state").fetchall()),
        foreign_mobiles=traits["abroad"],
        prefixed_mobiles=prefixed,
        bare_mobiles=traits["mainland"] - prefixed,
        odd_names=traits["odd"],
        root_people=traits["root"] or _root_listing(db),
        nowhere=_count(db, f"place = '' AND present & {_bit('department_ids')}"),
        crossed=crossed,
        crossed_example=example,
        depth=_depth(db),
        memberships=memberships,
        long_lists=long_lists,
        longest=longest,
        refused_name=_refused_name(db, summary),
    )


def _bit(name: str) -> int:
    return 1 << PRESENT.index(name)


def _fields(db: sqlite3.Connection, people: int) -> tuple[FieldShare, ...]:
    masks = db.execute("SELECT present, count(*) FROM people GROUP BY present").fetchall()
    rows = []
    for column, (wire, blank) in _FIELDS.items():
        present = sum(number for mask, number in masks if mask & _bit(wire))
        empty = _count(db, blank)
        reveals = REVEALS[column] if people and not present else ""
        rows.append(FieldShare(column.value, people, present, people - empty, reveals))
    return tuple(rows)


def _traits(db: sqlite3.Connection) -> dict[str, int]:
    """What one look at everybody tells. A name that did not come at all is hidden, not odd.

    ``mainland``: mobiles with and without +86; ``spaced``: mobiles written otherwise than with
    digits and +; ``upper...``: addresses with capital letters.
    """
    wanted = {
        "spaced": SPACED,
        "abroad": "foreign_mobile",
        "odd": f"odd_name AND present & {_bit('name')}",
        "root": f"instr(departments, '\"{_ROOT}\"') > 0",
        "upper": "email <> lower(email)",
        "upper_enterprise": "enterprise_email <> lower(enterprise_email)",
    }
    sums = ", ".join(f"total({text})" for text in wanted.values())
    row = db.execute(f"SELECT {sums} FROM people").fetchone()  # noqa: S608
    found = {name: int(number) for name, number in zip(wanted, row, strict=True)}
    found["spaced"] += _count(db, "mobile GLOB '0086*'")
    prefixed = _PREFIXED if found["spaced"] else "mobile GLOB '+86*'"
    return found | {
        "prefixed": _count(db, prefixed),
        "mainland": _count(db, "mobile <> ''") - found["abroad"],
    }


def _compared(traits: dict[str, int]) -> dict[Column, str]:
    """As each key is compared: addresses whatever their case, a mobile with or without +86."""
    mixed = 0 < traits["prefixed"] < traits["mainland"]
    return {
        Column.USER_ID: "user_id",
        Column.EMAIL: "lower(email)" if traits["upper"] else "email",
        Column.ENTERPRISE_EMAIL: (
            "lower(enterprise_email)" if traits["upper_enterprise"] else "enterprise_email"
        ),
        Column.MOBILE: WITHOUT_PREFIX if mixed or traits["spaced"] else "mobile",
    }


def _root_listing(db: sqlite3.Connection) -> int:
    """People whom the root's own listing gave: tells also where no departments are told."""
    return _number(
        db, "SELECT total(rows) FROM listings WHERE kind = 'members' AND department = ?", _ROOT
    )


def _key(db: sqlite3.Connection, column: Column, compared: str, people: int) -> KeyQuality:
    filled = f"FROM people WHERE {column.value} <> ''"
    given = _count(db, f"{column.value} <> ''")
    found: list[tuple[str, int]] = []
    # Counting the different ones takes half the time, and mostly tells that all are.
    if _number(db, f"SELECT count(DISTINCT {compared}) {filled}") < given:
        found = db.execute(
            f"SELECT {compared} AS value, count(*) AS times {filled}"
            " GROUP BY value HAVING times > 1 ORDER BY times DESC, value"
        ).fetchall()
    return KeyQuality(column.value, people, people - given, len(found), tuple(found[:EXAMPLES]))


def _crossed(db: sqlite3.Connection, keys: dict[Column, str]) -> tuple[int, str]:
    """Addresses that are one person's e-mail and another's enterprise e-mail."""
    email, enterprise = keys[Column.EMAIL], keys[Column.ENTERPRISE_EMAIL]
    row = db.execute(
        f"SELECT count(DISTINCT {enterprise}), coalesce(min({enterprise}), '') FROM people"  # noqa: S608
        f" WHERE enterprise_email <> '' AND {enterprise} <> {email}"
        f" AND {enterprise} IN (SELECT {email} FROM people WHERE email <> '')"
    ).fetchone()
    return int(row[0]), str(row[1])


def _count(db: sqlite3.Connection, condition: str) -> int:
    return _number(db, f"SELECT count(*) FROM people WHERE {condition}")  # noqa: S608


def _number(db: sqlite3.Connection, query: str, *values: object) -> int:
    return int(db.execute(query, values).fetchone()[0])


def _lists(db: sqlite3.Connection) -> tuple[int, int, int]:
    """Departments with more people than a page holds, the longest, rows of all of them."""
    row = db.execute(
        "SELECT total(rows > ?), coalesce(max(rows), 0), total(rows) FROM listings"
        " WHERE kind = 'members'",
        (PAGE_SIZE,),
    ).fetchone()
    return int(row[0]), int(row[1]), int(row[2])


def _depth(db: sqlite3.Connection) -> int:
    """How many departments stand above one another, at most; a loop of parents ends there."""
    parents: dict[str, str] = dict(db.execute("SELECT id, parent FROM departments").fetchall())
    depths = {_ROOT: 0}
    for start in parents:
        chain: dict[str, None] = {}
        place = start
        while place in parents and place not in depths and place not in chain:
            chain[place] = None
            place = parents[place]
        above = depths.get(place, 0)
        depths |= {one: number for number, one in enumerate(reversed(chain), above + 1)}
    return max(depths.values())


def _refused_name(db: sqlite3.Connection, summary: WalkSummary) -> str:
    if not summary.refused:
        return ""
    row = db.execute(
        "SELECT name FROM departments WHERE id = ?", (summary.refused[0].department,)
    ).fetchone()
    return str(row[0]) if row else ""
