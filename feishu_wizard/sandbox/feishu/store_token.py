"""Access tokens of store apps, by ticket and tenant key.

Official docs: access-token/app_ticket_resend, app_access_token, tenant_access_token. Bodies are
flat. Codes by the public error table: 10012 no app token (the ticket is no good), 10016 no ticket
for a self-built app, 99991664 bad app token, 10005 a tenant that has not authorised the app. How
long a ticket lives on after a newer one is not documented: here it ends at once.
"""

from __future__ import annotations

from feishu_wizard.sandbox.feishu.call import Api, Call
from feishu_wizard.sandbox.feishu.replies import Json, PlatformError
from feishu_wizard.sandbox.feishu.token import credentials
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.tokens import STORE_LIFETIME


async def resend_ticket(call: Call) -> Json:
    """``app_ticket/resend``: a new ticket for the app's web server, which state.json shows."""
    app = await credentials(call)
    if app.kind != "store":
        raise PlatformError(10016, "app ticket resend failed: the app is not a store app", 200)
    app.new_ticket()
    return {"code": 0, "msg": "success"}


async def app_token(call: Call) -> Json:
    """``app_access_token``: pair and ticket for an app token."""
    app = await credentials(call)
    ticket = (await call.json()).get("app_ticket")
    if not app.ticket or ticket != app.ticket:
        raise PlatformError(10012, "app_ticket invalid", 200)
    value = call.world.tokens.store_app(app.app_id)
    return {"code": 0, "msg": "ok", "app_access_token": value, "expire": STORE_LIFETIME}


async def tenant_token(call: Call) -> Json:
    """``tenant_access_token``: an app token and a tenant for the tenant's token."""
    body = await call.json()
    app = _of_token(call, body.get("app_access_token"))
    call.seen.app_id = app.app_id
    if body.get("tenant_key") != call.world.tenant.key or not app.installed:
        raise PlatformError(10005, "the tenant has not authorised this app", 200)
    value, expire = call.world.tokens.tenant(app.app_id)
    return {"code": 0, "msg": "ok", "tenant_access_token": value, "expire": expire}


def _of_token(call: Call, value: object) -> App:
    found = call.world.tokens.find(str(value))
    app = call.world.find_app(found.app_id, call.brand) if found else None
    if app is None or found is None or found.kind != "app" or call.world.tokens.expired(found):
        raise PlatformError(99991664, "app_access_token invalid", 200)
    return app


APIS = (
    Api("POST", "/auth/v3/app_ticket/resend", resend_ticket),
    Api("POST", "/auth/v3/app_access_token", app_token),
    Api("POST", "/auth/v3/tenant_access_token", tenant_token),
)
