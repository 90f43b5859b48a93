"""SQLBot: the configuration travels as a text of JSON; POST creates, PUT updates, PATCH switches.

A save whose pair does not work answers with an error and is stored all the same (the page then
reloads what it shows). Errors are a bare text.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from starlette.responses import JSONResponse, Response

from tests.peers.serving import Call, Peer, Reason, Refusal, Role, Routes, check, parsed, text

LARK = 8
_ROW = {"id": int, "type": int, "name": str, "config": str}
_CONFIG = {"client_id": str, "client_secret": str}
_TOKENS: dict[str, Role] = {"eyJ.admin.0001": "admin", "eyJ.reader.0002": "reader"}
_NAMES = {6: "wecom", 7: "dingtalk", LARK: "lark", 9: "larksuite"}


class SqlBot(Peer):
    """The server. It keeps a row for each platform."""

    name = "sqlbot"
    tells_valid = True
    headers = frozenset({"x-sqlbot-token", "accept-language"})
    routes: ClassVar[Routes] = {
        "/api/v1/system/platform": {"GET": "platforms"},
        "/api/v1/system/authentication": {"POST": "create", "PUT": "update"},
        "/api/v1/system/authentication/enable": {"PATCH": "switch"},
        "/api/v1/system/authentication/status": {"PATCH": "status"},
    }
    has_callback = False

    def secrets(self, role: Role = "admin") -> dict[str, str]:
        """The token as the browser holds it."""
        return {"token": next((t for t, owner in _TOKENS.items() if owner == role), "eyJ.none")}

    def sign_in(self, call: Call) -> None:
        """``X-SQLBOT-TOKEN: Bearer``; then only the administrator."""
        scheme, _, token = call.headers.get("x-sqlbot-token", "").partition(" ")
        if not scheme:
            raise Refusal("signed_out", "Miss Token[X-SQLBOT-TOKEN]!")
        if scheme.lower() != "bearer" or token not in _TOKENS:
            raise Refusal("signed_out", "Token schema error!")
        if _TOKENS[token] != "admin":
            raise Refusal("not_admin", "Only administrators are allowed to call!")

    def refuse(self, reason: Reason, detail: str) -> Response:
        """A bare JSON text. Even "only administrators" is an exception, and so a 500."""
        words, status = {
            "signed_out": (f"Authentication invalid【{detail}】", 401),
            "path": ("Not Found", 404),
            "method": ("Method Not Allowed", 405),
            "not_admin": (detail, 500),
            "field": (detail, 422),  # assumed: as a list of faults, this is their sum
            "media_type": (detail, 422),
            "body": (detail, 422),
        }.get(reason, (detail, 400))
        return JSONResponse(words, status, {"Access-Control-Allow-Origin": "*"})

    def platforms(self, call: Call, body: Any) -> Response:
        """A card for each platform; one without ``id`` is not set up (assumed: null)."""
        del call, body
        cards = [self._card(kind) for kind in _NAMES]
        return _enveloped({"cards": cards} if self.upgraded else cards)

    def _card(self, kind: int) -> dict[str, Any]:
        stored = self.stored if kind == LARK else None
        config = {}
        if stored:
            config = {"client_id": stored.app_id, "client_secret": stored.app_secret}
        return {
            "id": kind if stored else None,
            "type": kind,
            "name": _NAMES[kind],
            "config": json.dumps(config),  # the page parses it for every card
            "enable": bool(stored and stored.enabled),
            "valid": bool(stored and stored.valid),
        }

    def create(self, call: Call, body: dict[str, Any]) -> Response:
        """The first save. assumed: refused when there is a row."""
        del call
        if self.stored:
            raise Refusal("field", "id exists")
        return self._save("create", body)

    def update(self, call: Call, body: dict[str, Any]) -> Response:
        """Every later save. assumed: refused when there is no row."""
        del call
        if not self.stored:
            raise Refusal("field", "id does not exist")
        return self._save("save", body)

    def _save(self, by: str, body: dict[str, Any]) -> Response:
        check(body, _ROW, ("id", "type", "name", "config"))
        if (body["id"], body["type"], body["name"]) != (LARK, LARK, "lark"):
            raise Refusal("field", "type")
        config = parsed(body["config"])
        check(config, _CONFIG, _CONFIG)
        made = self.now
        made.app_id, made.app_secret = config["client_id"], config["client_secret"]
        made.valid = self.knows(made.app_id, made.app_secret)
        made.enabled = made.enabled and made.valid
        self.changed(by, made)
        if not made.valid:
            # assumed: the status; that it is none of 2xx, and stored, is what the page shows
            return JSONResponse("sqlbot_authentication_connect_error: 10014", 500)
        return _enveloped(None)

    def switch(self, call: Call, body: dict[str, Any]) -> Response:
        """The toggle."""
        del call
        check(body, {"id": int, "enable": bool}, ("id", "enable"))
        if body["id"] != LARK or not self.stored:
            raise Refusal("field", "id")
        self.changed("enable", self._with({"enabled": body["enable"]}))
        return _enveloped(None)

    def status(self, call: Call, body: dict[str, Any]) -> Response:
        """Try a pair; without a configuration the stored one, whose mark is set then."""
        del call
        check(body, _ROW, ("type", "name", "config"))
        if body["type"] != LARK:
            raise Refusal("field", "type")
        if body["config"]:
            config = parsed(body["config"])
            return _enveloped(
                self.knows(text(config.get("client_id")), text(config.get("client_secret")))
            )
        good = self.knows(self.now.app_id, self.now.app_secret)
        if self.stored:
            # assumed: the page shows the switch as off after a failure, so it is
            self.changed("test", self._with({"valid": good, "enabled": good and self.now.enabled}))
        return _enveloped(good)


def _enveloped(data: Any) -> JSONResponse:
    return JSONResponse({"code": 0, "data": data, "msg": None})
