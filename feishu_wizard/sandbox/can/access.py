"""Who calls CAN: the three headers, tokens, and the right to change settings."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from starlette.requests import Request

from feishu_wizard.sandbox.can.office import TENANT_ID, CanOffice
from feishu_wizard.sandbox.can.replies import CanError

TOKEN_SECONDS = 6 * 3600
MAX_TOKEN_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True)
class Caller:
    """The account behind a call; ``proven`` only when a secret was shown."""

    account: str
    proven: bool


def identify(office: CanOffice, request: Request) -> Caller:
    """The caller by ``tenant-id``, ``auth-type`` and ``auth-value``; else OS_UNAUTHENTICATED."""
    tenant = request.headers.get("tenant-id", "")
    kind = request.headers.get("auth-type", "").upper()
    value = request.headers.get("auth-value", "")
    if not tenant or not kind or not value:
        raise CanError("OS_UNAUTHENTICATED", "tenant-id, auth-type and auth-value are required")
    if tenant != TENANT_ID:
        raise CanError("OS_UNAUTHENTICATED", "unknown tenant-id")
    account: str | None = None
    if kind == "APIKEY":
        account = office.store.key_account(value)
    elif kind == "TOKEN":
        account = office.store.token_account(value, office.world.now())
    elif kind in ("UID", "ACCOUNT"):
        known = office.store.account(value)
        account = known["name"] if known else None
    if account is None:
        raise CanError("OS_UNAUTHENTICATED", f"the {kind} is unknown, expired or disabled")
    return Caller(account, kind in ("APIKEY", "TOKEN"))


def ensure_administrator(office: CanOffice, caller: Caller, *, write: bool) -> None:
    """OS_FORBIDDEN for others than administrators, and for writes without a secret shown."""
    known = office.store.account(caller.account)
    denied = office.world.drills.has("can-not-admin")
    if denied or known is None or known["role"] != "ADMIN":
        raise CanError("OS_FORBIDDEN", "only an administrator may manage office software")
    if write and not caller.proven:
        raise CanError("OS_FORBIDDEN", "UID and ACCOUNT prove no identity: use APIKEY or TOKEN")


async def create_token(office: CanOffice, request: Request) -> str:
    """``POST /token/create``: API Key ID and Secret for a token."""
    body = await json_body(request)
    key_id, key_secret = str(body.get("appId", "")), str(body.get("appSecret", ""))
    account = office.store.pair_account(key_id, key_secret)
    if account is None:
        raise CanError("OS_UNAUTHENTICATED", "the API key is unknown or disabled")
    expire = body.get("expire", TOKEN_SECONDS)
    if isinstance(expire, bool) or not isinstance(expire, int) or expire <= 0:
        raise CanError("OS_INVALID", "expire must be seconds")
    value = secrets.token_hex(16)
    seconds = min(expire, MAX_TOKEN_SECONDS)
    office.store.add_token(value, account, office.world.now() + seconds)
    return value


async def json_body(request: Request) -> dict[str, object]:
    """The body as an object; OS_BAD_JSON otherwise."""
    try:
        body = await request.json()
    except ValueError as error:
        raise CanError("OS_BAD_JSON", "the body is no JSON") from error
    if not isinstance(body, dict):
        raise CanError("OS_BAD_JSON", "the body must be a JSON object")
    return body
