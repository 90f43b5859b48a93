"""Access tokens of self-built apps.

Official docs: access-token/tenant_access_token_internal, app_access_token_internal. Bodies
are flat, without ``data``; the IP allow-list does not apply here.
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
    app = call.world.find_app(app_id, call.brand)
    if app is None:
        raise PlatformError(10003, "invalid param")
    call.seen.app_id = app_id
    if secret != app.secret:
        raise PlatformError(10014, "app secret invalid", 200)
    return app


async def tenant_token(call: Call) -> Json:
    """``tenant_access_token/internal``: of self-built apps only.

    The documentation names no code for a store app; 10005 says that the tenant has not authorised
    what asks, which is what a store app lacks without ticket and tenant_key.
    """
    app = await credentials(call)
    if app.kind == "store":
        raise PlatformError(10005, "a store app gets its token by app_ticket and tenant_key", 200)
    value, expire = call.world.tokens.tenant(app.app_id)
    return {"code": 0, "msg": "ok", "tenant_access_token": value, "expire": expire}


async def app_token(call: Call) -> Json:
    """``app_access_token/internal``: the tenant token under both names."""
    reply = await tenant_token(call)
    return {**reply, "app_access_token": reply["tenant_access_token"]}


APIS = (
    Api("POST", "/auth/v3/tenant_access_token/internal", tenant_token),
    Api("POST", "/auth/v3/app_access_token/internal", app_token),
)
