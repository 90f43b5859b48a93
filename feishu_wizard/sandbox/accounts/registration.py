"""Device flows over forms: app registration (``/oauth/v1/app/registration``) and sign-in grant.

Official guide: one-click creation of an agent app; shapes as the official SDKs read them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from feishu_wizard.sandbox.brand import brand_of, origin_of
from feishu_wizard.sandbox.html import form_fields
from feishu_wizard.sandbox.observe import seen_of
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.registration import Session, Sessions
from feishu_wizard.sandbox.world.world import GRANT_SECONDS, POLL_SECONDS, World

WORDS = {
    "authorization_pending": "the person has not decided yet",
    "slow_down": "poll less often: add five seconds to the interval",
    "access_denied": "the person refused",
    "expired_token": "the code has expired",
    "invalid_grant": "the device_code is unknown or was used",
    "unauthorized_client": "apps cannot be registered here",
}


def routes(world: World) -> list[BaseRoute]:
    """Routes of the two device flows."""

    def bind(
        answer: Callable[[World, Request, dict[str, str]], Response],
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return answer(world, request, await form_fields(request))

        return endpoint

    return [
        Route("/oauth/v1/app/registration", bind(register), methods=["POST"]),
        Route("/oauth/v1/device_authorization", bind(device_authorization), methods=["POST"]),
    ]


def oauth_error(request: Request, error: str, why: str = "", status: int = 400) -> Response:
    """An error in OAuth's words."""
    seen_of(request).code = error
    body = {"error": error, "error_description": why or WORDS.get(error, error)}
    return JSONResponse(body, status)


def register(world: World, request: Request, form: dict[str, str]) -> Response:
    """``action`` init, begin or poll."""
    action = form.get("action", "")
    if action == "init":
        methods = ["private_key_jwt", "client_secret"]
        return JSONResponse({"supported_auth_methods": methods[: 1 + world.registration_open]})
    if action == "begin":
        return _begin(world, request, form)
    if action == "poll":
        return _poll(world, request, form)
    return oauth_error(request, "invalid_request", "action must be init, begin or poll")


def _begin(world: World, request: Request, form: dict[str, str]) -> Response:
    if form.get("archetype") != "PersonalAgent" or form.get("auth_method") != "client_secret":
        why = "archetype must be PersonalAgent and auth_method client_secret"
        return oauth_error(request, "invalid_request", why)
    if not world.registration_open:
        return oauth_error(request, "unauthorized_client")
    seconds = world.registration_seconds
    session = world.registrations.open(world.now() + seconds, world.poll_seconds)
    session.wants = tuple(form.get("request_user_info", "").split())
    console = origin_of(world.origins.feishu, brand_of(request))
    return JSONResponse(_begun(session, f"{console}/page/launcher", seconds))


def _begun(session: Session, page: str, seconds: int) -> dict[str, str | int]:
    return {
        "device_code": session.device_code,
        "user_code": session.user_code,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?user_code={session.user_code}",
        "interval": session.interval,
        "expires_in": seconds,
    }


def _poll(world: World, request: Request, form: dict[str, str]) -> Response:
    session = world.registrations.by_device.get(form.get("device_code", ""))
    error = Sessions.poll_error(session, world.now())
    if error or session is None:
        return oauth_error(request, error or "invalid_grant")
    app = world.apps[session.app_id]
    seen_of(request).app_id = app.app_id
    if app.brand != brand_of(request):
        # The result waits at the accounts host of the person's own brand.
        return JSONResponse({"client_id": app.app_id, "user_info": {"tenant_brand": app.brand}})
    session.used = True
    return JSONResponse(_result(session, app))


def _result(session: Session, app: App) -> dict[str, object]:
    user: dict[str, str] = {"tenant_brand": app.brand}
    if "open_id" in session.wants:
        user["open_id"] = app.open_ids.encode(session.person)
    return {"client_id": app.app_id, "client_secret": app.secret, "user_info": user}


def device_authorization(world: World, request: Request, form: dict[str, str]) -> Response:
    """Sign-in without a redirect URL: HTTP Basic with App ID and secret, then a user code."""
    pair = _basic(request.headers.get("authorization", ""))
    brand = brand_of(request)
    app = world.find_app(pair[0], brand)
    if app is None or app.secret != pair[1] or form.get("client_id", pair[0]) != pair[0]:
        return oauth_error(request, "invalid_client", "the client is unknown", 401)
    seen_of(request).app_id = app.app_id
    if not world.device_grant_open:  # assumed: what the live host says then is not published
        why = "the client may not use the device grant"
        return oauth_error(request, "unauthorized_client", why)
    session = world.device_grants.open(world.now() + GRANT_SECONDS, POLL_SECONDS)
    session.app_id, session.scope = app.app_id, form.get("scope", "")
    accounts = origin_of(world.origins.accounts, brand)
    return JSONResponse(_begun(session, f"{accounts}/page/device", GRANT_SECONDS))


def _basic(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret
