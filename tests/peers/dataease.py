"""DataEase v2: a token header, an envelope with code 0, the secret in plain, a toggle of its own.

The paths below ``/lark``, the five fields and the envelope are the product's; the controller is
not public.
"""

from __future__ import annotations

import base64
import json
from typing import Any, ClassVar

from starlette.responses import JSONResponse, PlainTextResponse, Response

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
_SETTING = {
    "appId": _TEXT,
    "appSecret": _TEXT,
    "callBack": _TEXT,
    "enable": bool,
    "valid": (bool, type(None)),
}
_SHORTEST_TOKEN = 100  # TokenUtils refuses anything shorter


def token(role: Role) -> str:
    """A token of the product's length; its signature is none."""
    claims = base64.urlsafe_b64encode(json.dumps({"uid": 1, "oid": 1, "for": role}).encode())
    return f"{claims.decode().rstrip('=')}.{role[0] * _SHORTEST_TOKEN}"


class DataEase(Peer):
    """The server. ``extra`` is unused: its five fields are all that it keeps."""

    name = "dataease"
    tells_valid = True
    # The pages also send a language, the way of signing in, and tokens of shared links.
    headers = frozenset({"x-de-token", "accept-language", "out_auth_platform"})
    routes: ClassVar[Routes] = {
        "/de2api/lark/info": {"GET": "info"},
        "/de2api/lark/create": {"POST": "create"},
        "/de2api/lark/switchEnable": {"POST": "switch"},
        "/de2api/lark/validate": {"POST": "validate"},
    }

    def secrets(self, role: Role = "admin") -> dict[str, str]:
        """The token as the browser holds it."""
        return {"token": token(role)}

    def sign_in(self, call: Call) -> None:
        """A token that is missing or too short breaks the filter; a wrong one is told."""
        given = call.headers.get("x-de-token", "")
        if len(given) < _SHORTEST_TOKEN:
            raise Refusal("header", "token is invalid")
        if given == token("reader"):
            raise Refusal("not_admin")
        if given != token("admin"):
            raise Refusal("signed_out")

    def refuse(self, reason: Reason, detail: str) -> Response:
        """Business refusals are HTTP 200 with a code; the rest is the framework's."""
        if reason == "signed_out":
            told = "The Token's Signature resulted invalid"  # assumed: the JWT library's words
            return PlainTextResponse(told, 401, {"DE-GATEWAY-FLAG": "signature%20invalid"})
        if reason == "not_admin":
            return _enveloped(70001, "无访问权限")  # the code is known, its use here assumed
        if reason == "field":
            return _enveloped(10001, f"参数无效: {detail}")  # assumed for unknown keys
        status, error = {
            "path": (404, "Not Found"),
            "method": (405, "Method Not Allowed"),
            "media_type": (415, "Unsupported Media Type"),
            "body": (400, "Bad Request"),
        }.get(reason, (500, "Internal Server Error"))
        return spring_error(status, error)  # assumed: nothing in the sources replaces it

    def info(self, call: Call, body: Any) -> Response:
        """The setting, with the secret in it (assumed plain: the type has the field)."""
        del call, body
        stored = self.now
        data: dict[str, Any] = {
            "appId": stored.app_id or None,
            "appSecret": stored.app_secret or None,
            "callBack": stored.callback or None,
            "enable": stored.enabled,
            "valid": stored.valid,
        }
        if self.upgraded:
            data = {"platforms": {"lark": data}}
        return _enveloped(0, None, data)

    def create(self, call: Call, body: dict[str, Any]) -> Response:
        """Store what came, as it came: what is left out is gone (assumed)."""
        del call
        check(body, _SETTING, ("appId", "appSecret", "callBack", "enable"))
        if not (body["appId"] and body["appSecret"] and body["callBack"]):
            raise Refusal("field", "a required value is empty")
        made = Stored(body["appId"], body["appSecret"], body["callBack"], body["enable"])
        made.valid = bool(body.get("valid"))
        self.changed("save", made)
        return _enveloped(0, None)

    def switch(self, call: Call, body: dict[str, Any]) -> Response:
        """The toggle."""
        del call
        check(body, {"enable": bool}, ("enable",))
        self.changed("enable", self._with({"enabled": body["enable"]}))
        return _enveloped(0, None)

    def validate(self, call: Call, body: dict[str, Any]) -> Response:
        """Try the pair; a failure is a code (assumed: the product's general one)."""
        del call
        check(body, _SETTING, ("appId", "appSecret", "callBack", "enable"))
        if self.knows(text(body["appId"]), text(body["appSecret"])):
            return _enveloped(0, None)
        return _enveloped(40001, "app_id or app_secret is invalid")


def _enveloped(code: int, msg: str | None, data: Any = None) -> JSONResponse:
    return JSONResponse({"code": code, "msg": msg, "data": data})
