"""Access tokens of self-built and store apps.

Official docs: access-token/tenant_access_token_internal, app_access_token_internal,
app_ticket_resend. Bodies are flat, without ``data``; the IP allow-list does not apply here.
"""

from __future__ import annotations

from feishu_wizard.sandbox.feishu.call import Api, Call
from feishu_wizard.sandbox.feishu.replies import Json, PlatformError
from feishu_wizard.sandbox.world.app import App


async def credentials(call: Call) -> App:
    """The app of ``app_id`` and ``app_secret``; 10003 unknown app, 10014 wrong secret."""
    try:
        body = await call.json()
    except PlatformError as error:
        raise PlatformError(10003, "invalid param") from error
    app_id, secret = body.get("app_id"), body.get("app_secret")
    if not isinstance(app_id, str) or not isinstance(secret, str):
        raise PlatformError(10003, "invalid param")
    app = call.world.find_app(app_id)
    if app is None or app.brand != "feishu":
        raise PlatformError(10003, "invalid param")
    call.seen.app_id = app_id
    if secret != app.secret:
        raise PlatformError(10014, "app secret invalid", 200)
    return app


async def tenant_token(call: Call) -> Json:
    """``tenant_access_token/internal``."""
    app = await credentials(call)
    value, expire = call.world.tokens.tenant(app.app_id)
    return {"code": 0, "msg": "ok", "tenant_access_token": value, "expire": expire}


async def app_token(call: Call) -> Json:
    """``app_access_token/internal``: the tenant token under both names."""
    reply = await tenant_token(call)
    return {**reply, "app_access_token": reply["tenant_access_token"]}


async def resend_ticket(call: Call) -> Json:
    """``app_ticket/resend`` serves store apps only: 10016 for a self-built one."""
    await credentials(call)
    raise PlatformError(10016, "app ticket resend failed: the app is not a store app", 200)


APIS = (
    Api("POST", "/auth/v3/tenant_access_token/internal", tenant_token),
    Api("POST", "/auth/v3/app_access_token/internal", app_token),
    Api("POST", "/auth/v3/app_ticket/resend", resend_ticket),
)
