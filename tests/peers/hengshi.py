"""HENGSHI: a session in the cookies ``sid`` and ``csrf``, an envelope that tells its version.

Documented are the list of methods (with ``lark`` in it), the cookies, the envelope and the
names of the mapping fields. That one method is read and written at its own address is assumed,
and so are its two fields and the header that repeats the CSRF cookie.
"""

from __future__ import annotations

from typing import Any, ClassVar

from starlette.responses import JSONResponse, Response

from tests.peers.serving import Call, Peer, Reason, Refusal, Role, Routes, Stored, check

_MAPPINGS = {
    "reloadUser": bool,
    "enableSyncUserAttr": bool,
    "loginNameMapping": str,
    "userNameMapping": str,
    "emailMapping": str,
    "mobileMapping": str,
    "rolesMapping": str,
    "groupsMapping": str,
    "orgsMapping": str,
    "tenantCodeMapping": str,
    "tenantNameMapping": str,
    "platformSourceId": str,
    "enableSessionExpSync": bool,
    "sessionExpSyncMapping": str,
}
_CONFIG = {"appId": str, "appSecret": str, **_MAPPINGS}  # assumed: the first two names
_MASK = "******"  # assumed
_VERSION = "version@9a5e106#6730f0d"
_SESSIONS: dict[str, Role] = {"26ee552d0001": "admin", "26ee552d0002": "reader"}
_METHODS = {
    "hengshi": "HENGSHI",
    "ldap": "LDAP",
    "cas": "CAS",
    "saml2": "SAML2",
    "oauth2": "OAUTH2",
    "dingtalk": "钉钉",
    "wechat-work": "企业微信",
    "lark": "飞书",
}


class Hengshi(Peer):
    """The server. ``extra``: the mapping fields, which no profile touches."""

    name = "hengshi"
    headers = frozenset({"cookie", "x-csrf-token", "accept-language"})
    routes: ClassVar[Routes] = {
        "/api/authentication-configs/form-items": {"GET": "methods"},
        "/api/authentication-configs/lark": {"GET": "read", "PUT": "write"},  # assumed
    }
    has_callback = False

    def empty(self) -> Stored:
        """The mappings as the product comes."""
        given = {"loginNameMapping": "user_id", "userNameMapping": "name", "reloadUser": False}
        return Stored(extra={**given, "orgsMapping": "department_ids"})

    def secrets(self, role: Role = "admin") -> dict[str, str]:
        """The Cookie header of the browser, with a third cookie that nobody needs."""
        session = next((s for s, owner in _SESSIONS.items() if owner == role), "26ee552d0000")
        return {"cookie": f"csrf={_csrf(session)}; sid={session}; _USER_SESSION_ID=f2a01083"}

    def sign_in(self, call: Call) -> None:
        """Both cookies, and on a write the header beside them."""
        session = call.cookies.get("sid", "")
        if session not in _SESSIONS or call.cookies.get("csrf") != _csrf(session):
            raise Refusal("signed_out")
        if call.cookies.keys() - {"sid", "csrf"}:
            raise Refusal("header", "cookie")  # stricter: a profile names the cookies it needs
        if call.method != "GET" and call.headers.get("x-csrf-token") != _csrf(session):
            raise Refusal("csrf")
        if _SESSIONS[session] != "admin":
            raise Refusal("not_admin")

    def refuse(self, reason: Reason, detail: str) -> Response:
        """assumed throughout: the envelope with a code and a matching status."""
        status = {
            "signed_out": 401,
            "csrf": 403,
            "not_admin": 403,
            "path": 404,
            "method": 405,
            "media_type": 415,
        }.get(reason, 400)
        code = {"signed_out": 100, "csrf": 103, "not_admin": 101}.get(reason, 1)
        return _enveloped(code, f"{reason} {detail}".strip(), status=status)

    def methods(self, call: Call, body: Any) -> Response:
        """The ways of signing in that can be configured."""
        del call, body
        return _enveloped(0, "success", [{"id": i, "name": n} for i, n in _METHODS.items()])

    def read(self, call: Call, body: Any) -> Response:
        """assumed: the configuration of one method, its secret masked."""
        del call, body
        stored = self.now
        config = {"appId": stored.app_id, "appSecret": _MASK if stored.app_secret else ""}
        data: dict[str, Any] = {"id": "lark", "config": {**config, **stored.extra}}
        return _enveloped(0, "success", {"methods": [data]} if self.upgraded else data)

    def write(self, call: Call, body: dict[str, Any]) -> Response:
        """assumed: the whole configuration; a secret that is left out stays."""
        del call
        check(body, {"id": str, "config": dict}, ("id", "config"))
        config = body["config"]
        check(config, _CONFIG, ("appId",))
        if config.get("appSecret") == _MASK:
            raise Refusal("field", "appSecret is masked")
        made = Stored(config["appId"], config.get("appSecret", self.now.app_secret))
        made.extra = {name: value for name, value in config.items() if name in _MAPPINGS}
        self.changed("save", made)
        return _enveloped(0, "success")


def _csrf(session: str) -> str:
    return f"183f1c4-{session}"


def _enveloped(code: int, msg: str, data: Any = None, status: int = 200) -> JSONResponse:
    body = {"version": _VERSION, "code": code, "msg": msg, "data": data}
    return JSONResponse(body, status)
