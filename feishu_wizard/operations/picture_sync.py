"""Tell what a sync would find, out of the journal of the last walk. Calls nobody."""

from __future__ import annotations

import asyncio

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Link
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.sync_findings import picture_of
from feishu_wizard.domain.sync_numbers import Numbers
from feishu_wizard.domain.walk import SyncPicture
from feishu_wizard.operations.console import app_page
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.knowledge import needs
from feishu_wizard.services.storage.paths import Paths
from feishu_wizard.services.storage.rehearsal.counts import count
from feishu_wizard.services.storage.rehearsal.journals import Rehearsals, usable


async def picture(place: Workplace, kit: Kit) -> SyncPicture:
    """Field table, quality of the match keys and findings of the last walk, complete or not.

    Raises ``InputError`` sync.no_walk when there was none, journal.unusable when its journal
    cannot be read.
    """
    numbers = await asyncio.to_thread(_counted, place.paths, kit.setup.id)
    scopes = {need.id: need.scope for need in needs()}

    def page(console_page: ConsolePage, need_id: str) -> Link:
        return app_page(kit, console_page, scopes.get(need_id, ""))

    return picture_of(numbers, page)


def _counted(paths: Paths, setup_id: str) -> Numbers:
    rehearsal = Rehearsals(paths).read(setup_id)
    if rehearsal is None:
        raise InputError("sync.no_walk")
    with rehearsal, usable(rehearsal.path):
        rehearsal.connection.execute("BEGIN")  # a walk may be under way: all is of one moment
        summary = rehearsal.summary()
        if summary is None:
            raise InputError("sync.no_walk")
        return count(rehearsal.connection, summary)
