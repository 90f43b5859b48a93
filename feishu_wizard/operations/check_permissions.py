"""How every need stands, by agreement of what the platform lists and what real calls return."""

from __future__ import annotations

from dataclasses import replace

from feishu_wizard.domain.errors import CredentialError
from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.outcomes import PermissionCheck
from feishu_wizard.domain.permission import Kind, Need, NeedState, needs_of
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.release import plan_release
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.operations.check_store_app import lacks_token
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.knowledge import needs
from feishu_wizard.operations.ledger import remember
from feishu_wizard.operations.permissions.reading import read_platform
from feishu_wizard.operations.permissions.scopes import judge_scope
from feishu_wizard.operations.permissions.settings import judge_setting
from feishu_wizard.operations.permissions.standing import read_standing, shut_out, slowed
from feishu_wizard.operations.platform_view import PlatformView
from feishu_wizard.services.net.clock import now


async def check_permissions(
    place: Workplace, kit: Kit, declined: frozenset[str], report: Report
) -> PermissionCheck:
    """Read the platform and judge every need of the chosen capabilities.

    At most fifteen authenticated calls, repetitions included. Network failures are raised; what
    shuts every call out (stopped app, IP list, quota, a store app without a ticket) is a finding,
    and the needs are unknown.
    """
    lack = await lacks_token(place, kit)
    if lack is not None:
        return _unread(kit, declined, lack)
    client = await place.feishu(kit)
    before, throttled = client.calls, client.throttled
    report(Progress("reading_grants"))
    chosen = needs_of(needs(), kit.setup.capabilities.chosen())
    view = await read_platform(client, chosen)
    remember(place, kit, view)
    return replace(
        judge_all(view, chosen, declined, kit),
        findings=shut_out(view, kit) or slowed(client.throttled - throttled),
        at=now(),
        calls=client.calls - before,
    )


def _unread(kit: Kit, declined: frozenset[str], lack: CredentialError) -> PermissionCheck:
    """Nothing can be asked: every need is unknown, and why."""
    chosen = needs_of(needs(), kit.setup.capabilities.chosen())
    rows = (NeedState(need, GrantState.UNKNOWN, lack.code, lack.params) for need in chosen)
    states = tuple(_declined(row, declined) for row in rows)
    found = lack.finding("feishu.app", Status.UNKNOWN)
    at = now()
    return PermissionCheck(states, plan_release(states, VersionState.UNKNOWN), (found,), at)


def judge_all(
    view: PlatformView, chosen: tuple[Need, ...], declined: frozenset[str], kit: Kit
) -> PermissionCheck:
    """Every need, the plan and the app's standing, from what was read."""
    states = tuple(_declined(judge(need, view, kit), declined) for need in chosen)
    plan = plan_release(states, view.version)
    return PermissionCheck(states, plan, standing=read_standing(view, needs(), kit))


def judge(need: Need, view: PlatformView, kit: Kit) -> NeedState:
    """How one need stands."""
    if need.kind is Kind.SCOPE:
        return judge_scope(need, view)
    return judge_setting(need, view, kit)


def _declined(row: NeedState, declined: frozenset[str]) -> NeedState:
    if row.need.id in declined and not row.state.settled:
        return NeedState(row.need, GrantState.DECLINED, evidence=row.evidence)
    return row
