"""Walks everything that the app may see of the address book, and writes it into its journal only.

Every answer is kept in one transaction, so that a walk which was paused, killed or cut off goes on
at the page where it stopped.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from pathlib import Path

from feishu_wizard.domain.directory import PeoplePage, PeopleQuery
from feishu_wizard.domain.errors import ConflictError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.ledger import Entry
from feishu_wizard.domain.progress import Report
from feishu_wizard.domain.walk import WalkState, WalkSummary
from feishu_wizard.operations import ledger
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.walk.run import WalkRun
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.net.clock import now_ms
from feishu_wizard.services.storage.rehearsal.journals import Rehearsal, Rehearsals
from feishu_wizard.services.storage.rehearsal.walk import Head, WalkJournal

# Journals that this process is walking: one that says "running" and is not here was killed.
_UNDER_WAY: set[Path] = set()
_STOPPED = frozenset({WalkState.RUNNING, WalkState.PAUSED, WalkState.BROKEN_OFF})


async def rehearse_sync(
    place: Workplace, kit: Kit, report: Report, *, resume: bool = True
) -> WalkSummary:
    """Walk the address book; with ``resume``, on from where the last walk of this app stopped.

    Cancelling pauses it. Raises what ``Workplace.feishu`` raises, ``FeishuError`` for what the
    platform refuses altogether (no permission for contacts, monthly quota), ``NetworkError``
    walk.offline (params people, departments, reason) when it stays out of reach, ``ConflictError``
    walk.under_way and walk.replaced. Whatever came is kept, and the next walk goes on from there.
    """
    client = await place.feishu(kit)
    journals = Rehearsals(place.paths)
    path = journals.path(kit.setup.id)
    if path in _UNDER_WAY:
        raise ConflictError("walk.under_way")
    _UNDER_WAY.add(path)
    try:
        with await asyncio.to_thread(journals.open, kit.setup.id) as rehearsal:
            head = _begun(rehearsal, kit, resume=resume)
            return await _walk(place, kit, client, rehearsal, head, report)
    finally:
        _UNDER_WAY.discard(path)


async def last_walk(place: Workplace, kit: Kit) -> WalkSummary | None:
    """What the last walk of this setup came to; None when there was none. Calls nobody."""
    path = Rehearsals(place.paths).path(kit.setup.id)
    return await asyncio.to_thread(_last, place, kit, path in _UNDER_WAY)


async def people_page(place: Workplace, kit: Kit, query: PeopleQuery) -> PeoplePage:
    """A page of the people whom the last walk met, also while it is under way. Calls nobody.

    Raises ``InputError`` walk.unknown_group and journal.unusable.
    """
    return await asyncio.to_thread(_page, place, kit, query)


async def forget_walk(place: Workplace, kit: Kit) -> None:
    """Remove the journal with everybody in it; ``ConflictError`` walk.under_way while walking."""
    journals = Rehearsals(place.paths)
    if journals.path(kit.setup.id) in _UNDER_WAY:
        raise ConflictError("walk.under_way")
    await asyncio.to_thread(journals.forget, kit.setup.id)


async def _walk(
    place: Workplace,
    kit: Kit,
    client: FeishuClient,
    rehearsal: Rehearsal,
    head: Head,
    report: Report,
) -> WalkSummary:
    journal = WalkJournal(rehearsal, head.walk)
    run = WalkRun(client, rehearsal, journal, head, report)
    await run.walk()
    await asyncio.to_thread(rehearsal.index)
    summary = rehearsal.summary()
    assert summary is not None
    _note(place, kit, journal, summary)
    return summary


def _begun(rehearsal: Rehearsal, kit: Kit, *, resume: bool) -> Head:
    """The walk to go on with, or a new one: another app, host or tenant begins again."""
    feishu = kit.setup.feishu
    hosts = f"{feishu.hosts.open} {feishu.tenant_key}".strip()
    last = rehearsal.head()
    if (
        resume
        and last is not None
        and last.state in _STOPPED
        and (last.app_id, last.hosts) == (feishu.app_id, hosts)
    ):
        WalkJournal(rehearsal, last.walk).set_state(WalkState.RUNNING)
        return last
    head = Head(
        walk=uuid.uuid4().hex,
        state=WalkState.RUNNING,
        app_id=feishu.app_id,
        hosts=hosts,
        basis=ledger.proof_fingerprint(kit.setup),
        started_at=now_ms(),
    )
    rehearsal.begin(head)
    return head


def _note(place: Workplace, kit: Kit, journal: WalkJournal, summary: WalkSummary) -> None:
    """Enter the walk into the ledger, with the last exchange and the log id of the first."""
    ends = journal.evidence_of_ends()
    params = {"people": str(summary.people), "departments": str(summary.departments)}
    entry = Entry("capability.user_sync", "ledger.walked", now_ms(), good=summary.complete)
    if ends is not None:
        first, last = ends
        entry = replace(entry, evidence=last)
        params["first_log_id"] = first.log_id
    ledger.note(place, kit, replace(entry, params=params))


def _last(place: Workplace, kit: Kit, under_way: bool) -> WalkSummary | None:
    found = Rehearsals(place.paths).read(kit.setup.id)
    if found is None:
        return None
    with found:
        summary = found.summary()
    if summary is not None and summary.state is WalkState.RUNNING and not under_way:
        return replace(summary, state=WalkState.BROKEN_OFF)
    return summary


def _page(place: Workplace, kit: Kit, query: PeopleQuery) -> PeoplePage:
    found = Rehearsals(place.paths).read(kit.setup.id)
    if found is None:
        return PeoplePage((), 0)
    with found:
        return found.page(query)
