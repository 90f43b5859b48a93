"""Looks through what the program keeps, and puts aside what cannot be read when told to."""

from __future__ import annotations

import asyncio

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.sitting import Sitting
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.storage import database
from feishu_wizard.services.storage.journal import MIGRATIONS

# Looking through more than this would make the start wait; a torn page is told when it is read.
_LOOKED_THROUGH = 16_777_216


async def look_at_state(place: Workplace, draft: Sitting | None) -> InputError | None:
    """What is wrong with what the program keeps; None for nothing.

    Of the journal: journal.damaged, journal.future, journal.unusable, ``file.*``. Of the drafts:
    draft.future and draft.unreadable, when it was written after ``draft``, the last one that can
    be read. Always with its path; nothing is changed.
    """
    try:
        await asyncio.to_thread(_look, place)
    except InputError as error:
        return error
    return await asyncio.to_thread(place.drafts.trouble, draft)


async def put_journal_aside(place: Workplace) -> str:
    """Give the damaged journal another name, so that a new one begins; returns where it is.

    Raises ``InputError`` as ``write_atomic``. A journal that can be read is left where it is.
    """
    return await asyncio.to_thread(_put_aside, place)


def _look(place: Workplace) -> None:
    path = place.journal.path
    if path.exists() and path.stat().st_size <= _LOOKED_THROUGH:
        database.check(path, len(MIGRATIONS))
    elif path.exists():
        database.inspect(path, len(MIGRATIONS))


def _put_aside(place: Workplace) -> str:
    try:
        _look(place)
    except InputError as error:
        if error.code != "journal.damaged":
            raise
        place.journal.close()
        return str(database.put_aside(place.journal.path))
    return ""
