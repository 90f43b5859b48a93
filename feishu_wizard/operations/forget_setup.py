"""Removes everything that this program keeps of a setup: secrets and state, not its file."""

from __future__ import annotations

import asyncio

from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import (
    APP_SECRET,
    FORMER_SECRET,
    PROXY_PASSWORD,
    SAVED_SECRET,
    UNDO_SECRET,
)
from feishu_wizard.domain.setup import secret_refs
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.keep_diagnosis import forget_diagnoses
from feishu_wizard.services.storage.comparisons import Comparisons
from feishu_wizard.services.storage.kept_files import KeptFiles
from feishu_wizard.services.storage.rehearsal.journals import Rehearsals


async def forget_setup(place: Workplace, kit: Kit) -> None:
    """Delete keyring entries, secret files of ours, draft, journals and kept diagnoses."""
    names = {APP_SECRET, FORMER_SECRET, SAVED_SECRET, UNDO_SECRET, PROXY_PASSWORD}
    names |= {*secret_refs(kit.setup), *kit.secrets}
    await place.store.forget(kit.setup.id, sorted(names))
    await asyncio.to_thread(place.drafts.delete, kit.setup.id)
    await asyncio.to_thread(place.journal.forget, kit.setup.id)
    await asyncio.to_thread(Rehearsals(place.paths).forget, kit.setup.id)
    await asyncio.to_thread(Comparisons(place.paths).forget, kit.setup.id)
    await asyncio.to_thread(KeptFiles(place.paths).forget, kit.setup.id)
    await forget_diagnoses(place, kit.setup.id)
    await asyncio.to_thread(place.claims.sit, "")
