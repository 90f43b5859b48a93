"""CordysCRM: one list for all platforms, the switch is a field, and its test saves.

Stored is enabled only when verified and requested. Turning one platform on turns the one that
was synced last off.
"""

from __future__ import annotations

import copy
from typing import Any, ClassVar

from starlette.responses import JSONResponse, Response

from tests.peers.serving import (
    Call,
    Peer,
    Reason,
    Refusal,
    Role,
    Routes,
    Stored,
    check,
    spring_error,
    text,
)

_TEXT = (str, type(None))
_FLAG = (bool, type(None))
_OUTER = {"type": str, "verify": _FLAG, "config": dict}
_LARK = {
    "agentId": _TEXT,
    "appSecret": _TEXT,
    "corpId": _TEXT,
    "redirectUrl": _TEXT,
    "startEnable": bool,
}
_SESSIONS: dict[str, Role] = {"8d2c7e90-a001": "admin", "8d2c7e90-b002": "reader"}
ORGANIZATION = "100001"
CORP = "F00ED99D10C2B0A1"
_TENDER = {"type": "TENDER", "verify": True, "config": {"tenderEnable": True}}


def _csrf(session: str) -> str:
    return f"csrf-of-{session}"


class Cordys(Peer):
    """The server. ``extra``: the company id. ``wecom``: whether the other platform is on."""

    name = "cordys"
    tells_valid = True
    headers = frozenset({"x-auth-token", "csrf-token", "organization-id", "accept-language"})
    routes: ClassVar[Routes] = {
        "/organization/settings/third-party": {"GET": "platforms"},
        "/organization/settings/third-party/edit": {"POST": "edit"},
        "/organization/settings/third-party/test": {"POST": "test"},
    }
    inputs: ClassVar[dict[str, str]] = {"corp_id": CORP}

    def __init__(self) -> None:
        super().__init__()
        self.wecom = True
        self.log: list[dict[str, Any]] = []

    def empty(self) -> Stored:
        """Nothing is in the list yet."""
        return Stored(extra={"corpId": ""})

    def secrets(self, role: Role = "admin") -> dict[str, str]:
        """What the browser keeps after signing in."""
        session = next((s for s, owner in _SESSIONS.items() if owner == role), "8d2c7e90-0000")
        return {"session": session, "csrf": _csrf(session)}

    def sign_in(self, call: Call) -> None:
        """Session, CSRF token, organisation, permission."""
        session = call.headers.get("x-auth-token", "")
        if session not in _SESSIONS:
            raise Refusal("signed_out")
        if call.headers.get("csrf-token") != _csrf(session):
            raise Refusal("csrf", "CSRF token does not match the current session")
        if call.headers.get("organization-id") != ORGANIZATION:
            raise Refusal("header", "Organization-Id")  # assumed: what a foreign one does
        if _SESSIONS[session] != "admin":
            raise Refusal("not_admin", "SYSTEM_SETTING:READ")

    def refuse(self, reason: Reason, detail: str) -> Response:
        """A session that ended is 401 without a body; errors have the envelope."""
        if reason == "signed_out":
            told = {"Authentication-Status": "invalid"}
            return Response("", 401, told, media_type="application/json;charset=UTF-8")
        if reason == "path":
            return Response()  # its handler returns nothing, so an empty 200 (assumed: the status)
        if reason == "not_admin":
            return _enveloped(100403, detail, 403)  # assumed: the words
        if reason == "field":
            return _enveloped(100400, "参数校验失败", 400, detail)
        if reason == "method":
            return _enveloped(405, f"Request method '{detail}' is not supported", 405)
        if reason == "csrf":
            return spring_error(500, "Internal Server Error")  # assumed: as in MeterSphere
        return _enveloped(100500, detail, 500)

    def platforms(self, call: Call, body: Any) -> Response:
        """Every platform that has a row; an administrator sees the secrets."""
        del call, body
        wecom = {"agentId": "1000002", "appSecret": "w" * 43, "corpId": "ww1", "startEnable": True}
        rows: list[Any] = [
            {"type": "WECOM", "verify": True, "config": {**wecom, "startEnable": self.wecom}},
            _TENDER,
        ]
        if self.stored:
            rows.append(self._row(self.stored))
        if self.upgraded:
            return _enveloped(100200, None, data={"list": rows, "total": len(rows)})
        return _enveloped(100200, None, data=rows)

    def _row(self, stored: Stored) -> dict[str, Any]:
        config = {
            "agentId": stored.app_id,
            "appSecret": stored.app_secret,
            "corpId": stored.extra["corpId"],
            "startEnable": stored.enabled,
            "redirectUrl": stored.callback,
        }
        return {"type": "LARK", "verify": stored.valid, "config": config}

    def edit(self, call: Call, body: dict[str, Any]) -> Response:
        """Store the whole row."""
        del call
        self._store("save", body)
        return _enveloped(100200, None)

    def test(self, call: Call, body: dict[str, Any]) -> Response:
        """Try the pair, and store the row as well, whatever came of it."""
        del call
        self._checked(body)
        config = body["config"]
        good = self.knows(text(config.get("agentId")), text(config.get("appSecret")))
        self._store("test", body)
        return _enveloped(100200, None, data=good)

    def _checked(self, body: dict[str, Any]) -> None:
        check(body, _OUTER, ("type", "config"))
        if body["type"] != "LARK":
            raise Refusal("field", "type")
        check(body["config"], _LARK, ("startEnable",))

    def _store(self, by: str, body: dict[str, Any]) -> None:
        self._checked(body)
        config = body["config"]
        made = Stored(
            text(config.get("agentId")),
            text(config.get("appSecret")),
            text(config.get("redirectUrl")),
        )
        made.extra = {"corpId": text(config.get("corpId"))}
        made.valid = bool(body.get("verify"))
        if config["startEnable"]:
            made.valid = self.knows(made.app_id, made.app_secret)
            self.wecom = False
        made.enabled = made.valid and config["startEnable"]
        self.log.append({"old": copy.deepcopy(self.stored), "new": copy.deepcopy(config)})
        self.changed(by, made)


def _enveloped(
    code: int, message: str | None, status: int = 200, detail: Any = None, data: Any = None
) -> JSONResponse:
    body = {"code": code, "message": message, "messageDetail": detail, "data": data}
    return JSONResponse(body, status)
