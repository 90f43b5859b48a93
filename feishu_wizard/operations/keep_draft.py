"""Keeps what was answered, and brings it back at the next start."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import msgspec

from feishu_wizard.domain.setup import parse_ref
from feishu_wizard.domain.sitting import Sitting
from feishu_wizard.operations.context import Workplace


async def keep_draft(place: Workplace, sitting: Sitting) -> None:
    """Write the draft, without secrets: a plain reference holds one and is left out."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    refs = {name: ref for name, ref in sitting.refs.items() if not _plain(ref)}
    feishu = sitting.setup.feishu
    if _plain(feishu.app_secret):
        feishu = msgspec.structs.replace(feishu, app_secret="")
    office = sitting.setup.office
    kept = {name: ref for name, ref in office.secrets.items() if not _plain(ref)}
    office = msgspec.structs.replace(office, secrets=kept)
    setup = msgspec.structs.replace(sitting.setup, feishu=feishu, office=office)
    draft = msgspec.structs.replace(sitting, setup=setup, refs=refs, updated_at=at)
    await asyncio.to_thread(place.drafts.save, draft)


async def last_draft(place: Workplace) -> Sitting | None:
    """The draft that was written last; None at the first start."""
    return await asyncio.to_thread(place.drafts.latest)


def _plain(ref: str) -> bool:
    parsed = parse_ref(ref)
    return parsed is not None and parsed.kind == "plain"
