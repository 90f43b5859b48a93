"""Keeps what was answered, and brings it back at the next start."""

from __future__ import annotations

import asyncio

import msgspec

from feishu_wizard.domain.sitting import Sitting
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.net.clock import now


async def keep_draft(place: Workplace, sitting: Sitting) -> None:
    """Write the draft; the store leaves out references that hold the secret itself.

    Drafts are written in the order in which they were kept. Raises ``InputError`` draft.future
    for a draft of a later program, which is left as it is, and as ``write_atomic``.
    """
    async with place.draft_turn:
        at = now()
        draft = msgspec.structs.replace(sitting, updated_at=at)
        await asyncio.to_thread(place.drafts.save, draft)
        place.claims.refresh(sitting.setup.id)


async def last_draft(place: Workplace) -> Sitting | None:
    """The draft that was written last; None at the first start."""
    return await asyncio.to_thread(place.drafts.latest)
