"""CAN's envelope: ``{data, success, code, errorMsg, detailErrorMsg, traceId}``."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from feishu_wizard.sandbox.can.store import Setting
from feishu_wizard.sandbox.observe import seen_of

STATUS: Final = {
    "OS_UNAUTHENTICATED": 401,
    "OS_FORBIDDEN": 403,
    "OS_NOT_FOUND": 404,
    "OS_INCOMPLETE": 409,
    "OS_VERSION_STALE": 412,
    "OS_INVALID": 422,
    "OS_SECRET_MASKED": 422,
    "OS_PRECONDITION_REQUIRED": 428,
    "OS_RATE_LIMITED": 429,
    "OS_UPSTREAM_FEISHU": 502,
    "OS_BAD_JSON": 400,
}
MASK = "******"


@dataclass
class CanError(Exception):
    """A refusal with one of the contract's codes."""

    code: str
    message: str
    detail: str | None = None
    data: Any = None
    etag: str = ""


def success(request: Request, data: Any, *, etag: str = "") -> Response:
    """HTTP 200 with ``data``."""
    seen_of(request).code = "200"
    return _response(data, True, "200", None, None, 200, etag)


def failure(request: Request, error: CanError) -> Response:
    """The HTTP status decides; the code names the reason."""
    seen_of(request).code = error.code
    status = STATUS[error.code]
    return _response(error.data, False, error.code, error.message, error.detail, status, error.etag)


def _response(
    data: Any,
    fine: bool,
    code: str,
    message: str | None,
    detail: str | None,
    status: int,
    etag: str,
) -> Response:
    body = {
        "data": data,
        "success": fine,
        "code": code,
        "errorMsg": message,
        "detailErrorMsg": detail,
        "traceId": secrets.token_hex(16),
    }
    content = json.dumps(body, ensure_ascii=False).encode()
    headers = {"ETag": etag} if etag else None
    return Response(content, status, headers, "application/json;charset=UTF-8")


def setting_body(setting: Setting, *, masked: bool = False) -> Mapping[str, Any]:
    """A ``Setting`` of the contract; ``masked`` is the drill of a server that reads back a mask."""
    body: dict[str, Any] = {
        "platform": setting.platform,
        "enabled": setting.enabled,
        "configured": setting.configured,
        "active": setting.active,
        "appId": setting.app_id,
        "appSecretSet": bool(setting.app_secret),
        "appSecretHint": setting.app_secret[-4:] or None,
        "callbackUrl": setting.callback_url,
        "capabilities": dict(setting.capabilities or {}),
        "version": setting.version,
        "updatedAt": setting.updated_at or None,
        "updatedBy": setting.updated_by or None,
        "lastTest": setting.last_test,
    }
    if masked:
        body.update(appSecret=MASK if setting.app_secret else "", appSecretHint=None)
    return body
