"""MeterSphere 3: two headers on every call, reads too; a toggle; a test that sets a mark.

``agentId`` holds the App ID. A session that ended is sent to the start page with a redirect.
"""

from __future__ import annotations

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
_SETTING = {"agentId": _TEXT, "appSecret": _TEXT, "callBack": _TEXT, "enable": bool, "valid": bool}
_SESSIONS: dict[str, Role] = {"3f1d0c52-a001": "admin", "3f1d0c52-b002": "reader"}


def _csrf(session: str) -> str:
    """The product encrypts user, a random part, session and time; here only the session counts."""
    return f"csrf-of-{session}"


class MeterSphere(Peer):
    """The server. It keeps five fields."""

    name = "metersphere"
    tells_valid = True
    headers = frozenset(
        {"x-auth-token", "csrf-token", "organization", "project", "accept-language"}
    )
    routes: ClassVar[Routes] = {
        "/lark/info/with_detail": {"GET": "info"},
        "/setting/get/platform/info": {"GET": "platforms"},
        "/lark/save": {"POST": "save"},
        "/lark/enable": {"POST": "switch"},
        "/lark/validate": {"POST": "validate"},
        "/lark/change/validate": {"POST": "not_valid"},
    }

    def secrets(self, role: Role = "admin") -> dict[str, str]:
        """What the browser keeps after signing in."""
        session = next((s for s, owner in _SESSIONS.items() if owner == role), "3f1d0c52-0000")
        return {"session": session, "csrf": _csrf(session)}

    def sign_in(self, call: Call) -> None:
        """The session, then the CSRF token, on every call; then the permission."""
        session = call.headers.get("x-auth-token", "")
        if session not in _SESSIONS:
            raise Refusal("signed_out")
        if not call.headers.get("csrf-token"):
            raise Refusal("csrf", "csrf token is empty")
        if call.headers["csrf-token"] != _csrf(session):
            raise Refusal("csrf", "Please check csrf token.")
        if _SESSIONS[session] != "admin":
            raise Refusal("not_admin", "SYSTEM_PARAMETER_SETTING_QRCODE:READ+UPDATE")

    def refuse(self, reason: Reason, detail: str) -> Response:
        """Shiro redirects who is signed out; errors have the envelope and a status."""
        if reason == "signed_out":
            return Response(
                status_code=302, headers={"Location": "/", "Authentication-Status": "invalid"}
            )
        if reason == "not_admin":
            return _enveloped(403, f"Subject does not have permission [{detail}]", 403)
        if reason == "field":
            return _enveloped(100400, "参数校验失败", 400, detail)
        if reason == "method":
            return _enveloped(405, f"Request method '{detail}' is not supported", 405)
        if reason == "csrf":
            # A filter throws it, so no handler of the product's sees it. assumed: the body
            return spring_error(500, "Internal Server Error")
        return _enveloped(100500, detail, 500)  # every other exception

    def info(self, call: Call, body: Any) -> Response:
        """The setting with its secret (assumed plain: the form shows it)."""
        del call, body
        stored = self.now
        data: dict[str, Any] = {
            "agentId": stored.app_id or None,  # assumed: null before the first save
            "appSecret": stored.app_secret or None,
            "callBack": stored.callback or None,
            "enable": stored.enabled,
            "valid": stored.valid,
        }
        return _enveloped(100200, None, data={"config": data} if self.upgraded else data)

    def platforms(self, call: Call, body: Any) -> Response:
        """The list that the page shows."""
        del call, body
        row = {"platform": "LARK", "enable": self.now.enabled, "valid": self.now.valid}
        return _enveloped(100200, None, data=[{**row, "hasConfig": self.stored is not None}])

    def save(self, call: Call, body: dict[str, Any]) -> Response:
        """Store the whole form, ``enable`` and ``valid`` included."""
        del call
        check(body, _SETTING, _SETTING)
        if not (body["agentId"] and body["appSecret"] and body["callBack"]):
            raise Refusal("field", "agentId, appSecret, callBack: required")
        pair = (body["agentId"], body["appSecret"], body["callBack"])
        self.changed("save", Stored(*pair, body["enable"], body["valid"]))
        return _enveloped(100200, None)

    def switch(self, call: Call, body: dict[str, Any]) -> Response:
        """The toggle."""
        del call
        check(body, {"enable": bool}, ("enable",))
        self.changed("enable", self._with({"enabled": body["enable"]}))
        return _enveloped(100200, None)

    def validate(self, call: Call, body: dict[str, Any]) -> Response:
        """Try the pair that came; an empty form means the stored one.

        The list page sends the empty form and then reads ``valid`` again, so a success is
        stored (assumed: nothing else is).
        """
        del call
        check(body, _SETTING, _SETTING)
        blank = not body["agentId"]
        app_id = self.now.app_id if blank else body["agentId"]
        secret = self.now.app_secret if blank else text(body["appSecret"])
        if not self.knows(app_id, secret):
            return _enveloped(100500, "飞书配置校验失败", 500)  # assumed: the words
        if self.stored:
            self.changed("test", self._with({"valid": True}))
        return _enveloped(100200, None)

    def not_valid(self, call: Call, body: Any) -> Response:
        """What the page calls after a test that failed."""
        del call, body
        self.changed("test", self._with({"valid": False}))
        return _enveloped(100200, None)


def _enveloped(
    code: int, message: str | None, status: int = 200, detail: Any = None, data: Any = None
) -> JSONResponse:
    body = {"code": code, "message": message, "messageDetail": detail, "data": data}
    return JSONResponse(body, status)
