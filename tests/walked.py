"""A journal with a walk in it, put there row by row: people as a test wants them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from feishu_wizard.domain.directory import PersonState
from feishu_wizard.domain.walk import WalkState
from feishu_wizard.services.storage.rehearsal.journals import PRESENT, Head, Rehearsal
from feishu_wizard.services.storage.rehearsal.walk import StoredPage, WalkJournal

ALL_FIELDS = (1 << len(PRESENT)) - 1
APP_ID = "cli_a8c029e757e6500b"


def hidden(*fields: str) -> int:
    """The bits of a person whose ``fields`` no permission shows."""
    return ALL_FIELDS & ~sum(1 << PRESENT.index(field) for field in fields)


def person(
    number: int,
    *,
    state: PersonState = PersonState.ACTIVE,
    present: int = ALL_FIELDS,
    **fields: str,
) -> tuple[object, ...]:
    """A row of ``people``: person ``number``, with other values where ``fields`` say so."""
    values = {
        "user_id": f"u{number}",
        "name": f"人{number}",
        "mobile": f"+86138{number:08d}",
        "email": f"p{number}@example.com",
        "enterprise_email": "",
    } | fields
    search = " ".join(values.values()).lower()
    return (
        f"ou_{number:08d}",
        values["user_id"],
        f"on_{number:08d}",
        values["name"],
        values["mobile"],
        values["email"],
        values["enterprise_email"],
        state.value,
        json.dumps(["od-1"]),
        "od-1",
        present,
        search,
        0,
        0,
    )


def fill(
    rehearsal: Rehearsal,
    people: Iterable[tuple[object, ...]],
    *,
    walk: str = "w1",
    complete: bool = True,
) -> None:
    """Make it a walk that met these people."""
    rehearsal.begin(Head(walk, WalkState.RUNNING, APP_ID, "h", "{}", "2026-03-03T08:00:00Z"))
    journal = WalkJournal(rehearsal, walk)
    page = StoredPage(people=list(people), departments=[("od-1", "数据部", "0", None)])
    journal.store(journal.listings()[0], page, 1)
    state = WalkState.COMPLETE if complete else WalkState.BROKEN_OFF
    journal.set_state(state, "2026-03-03T08:10:00Z")
    rehearsal.index()
