"""The gates before every endpoint, in the platform's order.

Token, quota and rate, state of the app, IP allow-list, permission. What stands behind them
(field permissions, contacts range, message rules) belongs to the endpoints.
"""

from __future__ import annotations

from starlette.requests import Request

from feishu_wizard.sandbox.feishu.call import Api, Call
from feishu_wizard.sandbox.feishu.replies import PlatformError, scope_error
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.limits import TIERS, Throttled
from feishu_wizard.sandbox.world.scope_book import TokenType
from feishu_wizard.sandbox.world.tokens import Token
from feishu_wizard.sandbox.world.world import World


def pass_gates(world: World, request: Request, api: Api, call: Call) -> None:
    """Fill ``call`` with token and app, or raise :class:`PlatformError`."""
    token = _token(world, request, api.identities)
    app = world.find_app(token.app_id, call.brand)
    if app is None:
        raise PlatformError(99991663, "Invalid access token for authorization.")
    call.token, call.caller = token, app
    call.seen.app_id = app.app_id
    _check_traffic(world, api, app)
    _check_app(request, app)
    if api.scopes and not call.can(*api.scopes):
        raise scope_error(app.app_id, api.scopes, call.console, call.identity)


def bearer(request: Request) -> str:
    """The token of the Authorization header; 99991661 without one."""
    header = request.headers.get("authorization", "")
    scheme, _, value = header.partition(" ")
    if not value or scheme.lower() != "bearer":
        raise PlatformError(
            99991661,
            "Missing access token for authorization. Please make a request with token attached.",
        )
    return value.strip()


def _token(world: World, request: Request, identities: tuple[TokenType, ...]) -> Token:
    value = bearer(request)
    as_user = value.startswith(("u-", "eyJ"))
    if not as_user and not value.startswith(("t-", "a-")):
        raise PlatformError(
            99991671, "Invalid access token format. The token must start with t- or u-."
        )
    code = 99991668 if as_user else 99991663
    token = world.tokens.find(value)
    if token is None or token.kind not in identities:
        raise PlatformError(
            code,
            "Invalid access token for authorization. Please make a test attempt with the "
            "correct token.",
        )
    if world.tokens.expired(token):
        raise PlatformError(99991677 if as_user else code, "Authentication token expired.")
    return token


def throttled(limit: Throttled, code: int = 99991400) -> PlatformError:
    """HTTP 429 with the headers that tell when to come back."""
    headers = {
        "x-ogw-ratelimit-limit": str(limit.limit),
        "x-ogw-ratelimit-reset": str(limit.reset),
    }
    return PlatformError(code, "request trigger frequency limit", 429, None, headers)


def _check_traffic(world: World, api: Api, app: App) -> None:
    if world.drills.has("quota-exhausted"):
        raise PlatformError(99991403, "This month's API call quota has been exceeded.")
    key = f"{app.app_id} {api.method} {api.path}"
    limit: Throttled | None = None
    if world.drills.has("rate-limited"):
        limit = world.limiter.take_cold(key)
    elif world.options.rate_limits:
        limit = world.limiter.take(key, TIERS[api.tier])
    if limit is not None:
        raise throttled(limit)


def _check_app(request: Request, app: App) -> None:
    if app.stopped:
        raise PlatformError(99991662, "the app is stopped by the tenant")
    address = request.client.host if request.client else ""
    if app.allowed_ips and address not in app.allowed_ips:
        raise PlatformError(
            99991401, f"ip {address} is denied by app setting, check the IP allowlist of the app"
        )
