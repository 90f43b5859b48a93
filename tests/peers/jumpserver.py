"""JumpServer: PATCH of single fields, a secret that is only written, a test with the stored one.

The body is bare and the HTTP status decides. There is no callback address to store.
"""

from __future__ import annotations

from typing import Any, ClassVar

from starlette.responses import JSONResponse, Response

from tests.peers.serving import Call, Peer, Reason, Refusal, Role, Routes, Stored, check, text

_TEXT = (str, type(None))
_FIELDS = {
    "AUTH_FEISHU": bool,
    "FEISHU_APP_ID": str,
    "FEISHU_APP_SECRET": _TEXT,
    "FEISHU_RENAME_ATTRIBUTES": dict,
    "FEISHU_ORG_IDS": list,
}
_TOKENS: dict[str, Role] = {"b5d1c0de00000001": "admin", "b5d1c0de00000002": "reader"}
_ORG = "00000000-0000-0000-0000-000000000002"


class JumpServer(Peer):
    """The server. ``extra``: attribute mapping and organisations, which no profile touches."""

    name = "jumpserver"
    headers = frozenset({"authorization", "x-jms-org", "accept-language"})
    routes: ClassVar[Routes] = {
        "/api/v1/settings/setting/": {"GET": "read", "PATCH": "patch", "PUT": "put"},
        "/api/v1/settings/feishu/testing/": {"POST": "testing"},
    }
    has_callback = False

    def empty(self) -> Stored:
        """The product's defaults."""
        attributes = {"name": "name", "username": "user_id", "email": "enterprise_email"}
        return Stored(extra={"FEISHU_RENAME_ATTRIBUTES": attributes, "FEISHU_ORG_IDS": [_ORG]})

    def secrets(self, role: Role = "admin") -> dict[str, str]:
        """The bearer token."""
        return {"token": next((t for t, owner in _TOKENS.items() if owner == role), "b5d1c0de0000")}

    def sign_in(self, call: Call) -> None:
        """``Authorization: Bearer``; then the permission on this category."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token not in _TOKENS:
            raise Refusal("signed_out")
        if _TOKENS[token] != "admin":
            raise Refusal("not_admin")

    def refuse(self, reason: Reason, detail: str) -> Response:
        """The framework's own bodies: ``detail`` and ``code``, or texts by field."""
        if reason == "field":
            return JSONResponse({detail.partition(" ")[0]: [detail]}, 400)
        status, code, words = {
            "signed_out": (401, "not_authenticated", "身份认证信息未提供。"),
            "not_admin": (403, "permission_denied", "您没有执行该操作的权限。"),
            "path": (404, "not_found", "未找到。"),
            "method": (405, "method_not_allowed", f"方法 “{detail}” 不被允许。"),
            "media_type": (415, "unsupported_media_type", f"不支持请求中的媒体类型 “{detail}”。"),
            "body": (400, "parse_error", f"JSON parse error - {detail}"),
        }.get(reason, (400, "invalid", detail))
        # assumed: the first way of authenticating names itself so
        sign = {"WWW-Authenticate": "Sign"} if status == 401 else {}
        return JSONResponse({"detail": words, "code": code}, status, sign)

    def read(self, call: Call, body: Any) -> Response:
        """The category's fields without those that are only written."""
        del body
        _feishu(call)
        shown = self._shown()
        return JSONResponse({"feishu": shown} if self.upgraded else shown)

    def _shown(self) -> dict[str, Any]:
        stored = self.now
        return {"AUTH_FEISHU": stored.enabled, "FEISHU_APP_ID": stored.app_id, **stored.extra}

    def patch(self, call: Call, body: dict[str, Any]) -> Response:
        """Change the fields that came and no others; an empty secret keeps the stored one."""
        _feishu(call)
        check(body, _FIELDS)
        return self._update(body)

    def put(self, call: Call, body: dict[str, Any]) -> Response:
        """The same, with every required field."""
        _feishu(call)
        check(body, _FIELDS, ("FEISHU_APP_ID",))
        return self._update(body)

    def _update(self, body: dict[str, Any]) -> Response:
        if body.get("FEISHU_APP_ID") == "":
            raise Refusal("field", "FEISHU_APP_ID may not be blank")
        made = self.now
        made.app_id = body.get("FEISHU_APP_ID", made.app_id)
        secret = text(body.get("FEISHU_APP_SECRET"))
        echoed = {"FEISHU_APP_SECRET": secret} if secret and secret != made.app_secret else {}
        made.app_secret = secret or made.app_secret
        made.enabled = body.get("AUTH_FEISHU", made.enabled)
        made.extra |= {name: body[name] for name in made.extra if name in body}
        self.changed("save", made)
        return JSONResponse({**self._shown(), **echoed})  # a changed secret is echoed in plain

    def testing(self, call: Call, body: dict[str, Any]) -> Response:
        """Sign in to Feishu with the pair; an empty secret means the stored one."""
        del call
        check(body, _FIELDS, ("FEISHU_APP_ID",))
        secret = text(body.get("FEISHU_APP_SECRET")) or self.now.app_secret
        if self.knows(body["FEISHU_APP_ID"], secret):
            return JSONResponse({"msg": "测试成功"})
        return JSONResponse({"error": {"code": "10014", "msg": "app secret invalid"}}, 400)


def _feishu(call: Call) -> None:
    if call.query != {"category": "feishu"}:
        raise Refusal("path", "category")
