"""The list of an app's permissions, and asking the tenant for them (docs: application-v6/scope)."""

from __future__ import annotations

from feishu_wizard.sandbox.feishu.call import Api, Call
from feishu_wizard.sandbox.feishu.replies import Json, PlatformError, ok
from feishu_wizard.sandbox.world import scope_requests
from feishu_wizard.sandbox.world.actions import RefusedError
from feishu_wizard.sandbox.world.app import App, ScopeKey


async def scopes(call: Call) -> Json:
    """``application/v6/scopes``: what was applied for; 212100 before the first release."""
    app = call.app
    if not app.installed:
        raise PlatformError(212100, "app not install")
    listed = [
        {"scope_name": name, "grant_status": 1 if acts else 2, "scope_type": identity}
        for (identity, name), acts in sorted(_claimed(app, call.world.scan_list_lies).items())
    ]
    return ok({"scopes": listed})


def _claimed(app: App, scan_list_lies: bool) -> dict[ScopeKey, bool]:
    """What the list says, which need not be what acts.

    It has been seen to call permissions of scanned apps missing that acted.
    """
    told = dict(app.scopes)
    if scan_list_lies and app.source == "scan":
        told |= {key: False for key in app.scanned if key in told}
    return told | {key: claim for key, claim in app.claims.items() if claim or key in told}


async def apply_scopes(call: Call) -> Json:
    """``application/v6/scopes/apply``: ask the administrators for what waits for review."""
    try:
        scope_requests.ask(call.app)
    except RefusedError as refusal:
        raise PlatformError(refusal.code, refusal.reason) from refusal
    return ok()


APIS = (
    Api("GET", "/application/v6/scopes", scopes),
    Api("POST", "/application/v6/scopes/apply", apply_scopes),
)
