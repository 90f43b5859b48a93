"""Hand-offs made by hand."""

from __future__ import annotations

from typing import Any

from feishu_wizard.domain.capability import ALL
from feishu_wizard.domain.edition import Edition, hosts_of
from feishu_wizard.domain.handoff import Audience, Handoff
from feishu_wizard.domain.permission import NeedState, parse_needs
from feishu_wizard.domain.release import plan_release
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.resources import resource_bytes

NEEDS = parse_needs(resource_bytes("knowledge/needs.toml"))
APP_ID = "cli_a8c029e757e6500b"
CAN = "https://can.example.com"
CALLBACK = CAN + "/user/softLogin"
BASE: dict[str, Any] = {
    "hosts": hosts_of(Edition.FEISHU),
    "app_id": APP_ID,
    "app_name": "Aloudata CAN",
    "chosen": ALL,
    "can_origin": CAN,
    "redirects": (CALLBACK,),
    "declinable": frozenset({"permission.mobile", "permission.email", "permission.department"}),
    "at": "2026-11-22T09:30:00+00:00",
}


def handed(
    audience: str = "developer",
    version: str = "never_released",
    states: dict[str, str] | None = None,
    others: str = "unknown",
    reasons: dict[str, str] | None = None,
    **more: Any,
) -> Handoff:
    """A hand-off in which the needs of ``states`` stand as told and the others as ``others``."""
    told, why = states or {}, reasons or {}
    rows = [
        NeedState(need, GrantState(told.get(need.id, others)), why.get(need.id, ""))
        for need in NEEDS
    ]
    plan = plan_release(rows, VersionState(version))
    return Handoff(Audience(audience), plan, **{**BASE, **more})
