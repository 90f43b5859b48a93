"""How the app itself stands, and what shuts every call out: findings, never missing permissions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.finding import Evidence, Finding, Proof, Status, Who
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.permission import Need
from feishu_wizard.domain.standing import (
    PATCH_SCOPE,
    RANGE_SCOPE,
    AppStanding,
    signs_of_others,
)
from feishu_wizard.operations.console import app_page
from feishu_wizard.operations.platform_view import (
    BUSY,
    IP_DENIED,
    NOT_INSTALLED,
    QUOTA_SPENT,
    STOPPED,
    PlatformView,
)
from feishu_wizard.services.feishu.application import AppInfo
from feishu_wizard.services.feishu.envelope import Answer

APP, QUOTA, ADDRESS = "feishu.app", "feishu.quota", "feishu.ip_allowlist"
# Official docs: application-v6 get application, create_source. "unknown" and "" are usual for apps
# of the developer console, too.
_ELSEWHERE = frozenset({"base", "app_engine", "bot_builder", "aily"})
_SELF_BUILT = frozenset({0, 3})  # scene_type: 3 is unknown
# This program reads with them where they are there: no sign of another system.
_OURS = frozenset(
    {PATCH_SCOPE, RANGE_SCOPE, "tenant:tenant:readonly"}
    | {"im:chat:readonly", "im:chat:read", "application:application.app_version:readonly"}
)
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")


def read_standing(view: PlatformView, needs: Iterable[Need], kit: Kit) -> AppStanding:
    """What the view tells of the app; ``needs``: all there are, not only the chosen ones."""
    app = view.app.value if isinstance(view.app, Answer) else AppInfo()
    acting = _acting(view)
    elsewhere = app.create_source in _ELSEWHERE
    self_built = app.scene_type in _SELF_BUILT
    office = kit.setup.office
    wanted = {scope for need in needs for scope in need.scopes} | _OURS
    callbacks = [url for url in (office.callback_url, office.url) if url]
    others, scopes, urls = signs_of_others(acting, wanted, app.redirect_urls, callbacks)
    return AppStanding(
        version=view.version,
        online=view.online,
        stopped=view.stopped,
        may_patch=PATCH_SCOPE in acting and self_built and not elsewhere,
        may_set_range=RANGE_SCOPE in acting and self_built,
        made_elsewhere=elsewhere,
        app_name=app.app_name or _bot_name(view),
        online_version=view.in_force.version if view.in_force else "",
        others=others,
        foreign_scopes=scopes,
        foreign_urls=urls,
    )


def shut_out(view: PlatformView, kit: Kit) -> tuple[Finding, ...]:
    """What keeps every call out, or the list: a stopped app, the IP list, the quota, speed."""
    if view.stopped:
        return (_stopped(view, kit),)
    error = view.grants
    if not isinstance(error, FeishuError) or error.feishu_code == NOT_INSTALLED:
        return ()
    if error.feishu_code == IP_DENIED:
        found = error.finding(ADDRESS)
        params = {**found.params, "ip": named_address(error.params.get("msg", ""))}
        links = (*found.links, app_page(kit, ConsolePage.SECURITY))
        return (replace(found, params=params, links=links),)
    if error.feishu_code == QUOTA_SPENT:
        return (error.finding(QUOTA),)
    if error.feishu_code == BUSY:
        return (error.finding(QUOTA, Status.WARN),)
    return (error.finding(APP),)


def slowed(count: int) -> tuple[Finding, ...]:
    """That calls were made again later because the platform asked for it: no fault, but said."""
    if not count:
        return ()
    params = {"count": str(count)}
    return (Finding(QUOTA, Status.PASS, "quota_slowed", params, Proof.PROVEN),)


def named_address(message: str) -> str:
    """The IPv4 address that a refusal names, "" when it names none."""
    found = _IPV4.search(message)
    return found[0] if found else ""


def _stopped(view: PlatformView, kit: Kit) -> Finding:
    evidence: tuple[Evidence, ...] = ()
    proof = Proof.NONE
    for read in (view.grants, view.app, view.bot):
        if isinstance(read, FeishuError) and read.feishu_code in STOPPED:
            evidence = read.evidence
            break
    name = ""
    if isinstance(view.app, Answer):
        name, evidence, proof = view.app.value.app_name, (view.app.evidence,), Proof.GRANTED
    found = Finding(APP, Status.FAIL, "app_stopped", {"name": name}, proof, Who.FEISHU_ADMIN)
    return replace(found, evidence=evidence, links=(app_page(kit, ConsolePage.MANAGE),))


def _acting(view: PlatformView) -> set[str]:
    """Permissions that the app has as itself, by the list or by its description."""
    rows = view.grants.value if isinstance(view.grants, Answer) else []
    listed = {row.name for row in rows if row.granted and row.token_type != "user"}  # noqa: S105
    scopes = view.app.value.scopes if isinstance(view.app, Answer) else []
    return listed | {s.name for s in scopes if "tenant" in s.token_types or not s.token_types}


def _bot_name(view: PlatformView) -> str:
    return view.bot.value.app_name if isinstance(view.bot, Answer) else ""
