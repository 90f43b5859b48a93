"""The app changes itself: proposed as before and after, carried out once confirmed, read back.

Needs ``application:application:patch`` and an app of the developer console. Only what was read
back afterwards is called done; the first refusal ends it, and what is left is told.
"""

from __future__ import annotations

from collections.abc import Iterable

from feishu_wizard.domain.app_change import AppChange, ChangeResult, VersionText
from feishu_wizard.domain.errors import ConflictError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.permission import NeedState
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.standing import AppStanding
from feishu_wizard.operations.app_change.plan import (
    Proposal,
    Wants,
    changed_meanwhile,
    removal,
)
from feishu_wizard.operations.app_change.read import read_app
from feishu_wizard.operations.app_change.run import Run
from feishu_wizard.operations.app_change.told import outcome
from feishu_wizard.operations.context import Workplace

CHANGE = "feishu.app"
__all__ = ["Wants", "carry_out", "propose", "propose_removal"]


async def propose(
    place: Workplace,
    kit: Kit,
    states: Iterable[NeedState],
    standing: AppStanding,
    text: VersionText | None,
    wants: Wants | None = None,
) -> AppChange:
    """Read the app and say what it would take to have everything that is needed. Changes nothing.

    ``text``: the version's note, and its number where somebody wants one ("": the next); None
    leaves the version out. ``parts`` is empty when nothing is left to do. Raises ``ConflictError``
    ``change.under_review`` (param version) while a version locks the app.
    """
    client = await place.feishu(kit)
    seen = await read_app(client)
    if seen.locked and seen.newest is not None:
        raise ConflictError("change.under_review", {"version": seen.newest.version})
    return Proposal(kit, states, standing, seen).change(text, wants or Wants())


async def propose_removal(place: Workplace, kit: Kit, scopes: Iterable[str]) -> AppChange:
    """What is taken away when these permissions are removed, of those that are there."""
    return removal(scopes, await read_app(await place.feishu(kit)))


async def carry_out(place: Workplace, kit: Kit, change: AppChange, report: Report) -> ChangeResult:
    """Do what was confirmed, and read it back.

    ``done``: read back. ``left``: not done. What is in neither was taken by the platform and
    cannot be read back. ``refused``: what ended it: a refusal of the platform, ``change.stale``
    (nothing was done: the app is not as it was shown), ``change.forbidden``,
    ``change.not_released``, ``change.not_seen``, or a failure of the network. Raises network
    failures only while nothing was changed yet. Repeatable: what is there is not done twice.
    """
    client = await place.feishu(kit)
    # A permission that somebody has just granted may not be in a token from before.
    await client.new_token()
    report(Progress("reading_app"))
    before = await read_app(client)
    if changed_meanwhile(change, before):
        stale = ConflictError("change.stale").finding(CHANGE)
        return ChangeResult((), stale, left=change.parts)
    run = Run(client, change, before, report)
    await run.carry_out()
    return await outcome(client, run)
