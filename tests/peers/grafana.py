"""Grafana's SSO settings: PUT answers 204, the read carries an ETag, the secret is masked.

The tag is a hash of what is shown, that is of the masked secret, and no write looks at it: it
tells nothing about a changed secret and prevents no conflict. Sending the mask back keeps the
secret; leaving it out empties it.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from starlette.responses import JSONResponse, Response

from tests.peers.serving import Call, Peer, Reason, Refusal, Role, Routes, Stored, check

MASK = "*********"
_PROVIDERS = ("generic_oauth", "github", "azuread", "okta")
_BODY = {"id": str, "provider": str, "settings": dict, "source": str}
_TOKENS: dict[str, Role] = {"glsa_admin0001": "admin", "glsa_reader0002": "reader"}


class Grafana(Peer):
    """The server. ``extra``: the other settings of the provider, in camelCase."""

    name = "grafana"
    headers = frozenset({"authorization"})
    routes: ClassVar[Routes] = {
        "/api/v1/sso-settings/(?P<provider>[a-z_]+)": {"GET": "read", "PUT": "write"}
    }
    inputs: ClassVar[dict[str, str]] = {"provider": "generic_oauth"}
    has_callback = False

    def empty(self) -> Stored:
        """What the configuration file says: source is system until something is stored."""
        urls = {"authUrl": "https://passport.feishu.cn/suite/passport/oauth/authorize"}
        return Stored(extra={**urls, "scopes": "user:email", "allowSignUp": True})

    def secrets(self, role: Role = "admin") -> dict[str, str]:
        """The token of a service account."""
        return {"token": next((t for t, owner in _TOKENS.items() if owner == role), "glsa_none")}

    def sign_in(self, call: Call) -> None:
        """``Authorization: Bearer``; then the permission on the settings."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in _TOKENS:
            raise Refusal("signed_out")
        if _TOKENS[token] != "admin":
            raise Refusal("not_admin")

    def refuse(self, reason: Reason, detail: str) -> Response:
        """A message and its id; the status decides."""
        if reason == "not_admin":
            told = "You'll need additional permissions to perform this action."
            body = {"title": "Access denied", "message": told, "accessErrorId": "ACE0000000001"}
            return JSONResponse(body, 403)
        status, message_id, message = {
            "signed_out": (401, "api-key.invalid", "Invalid API key"),
            "path": (404, "sso.notFound", "The provider was not found."),
            "method": (404, "notFound", "Not found"),  # assumed
            "field": (400, "sso.settings", f"Settings field is invalid: {detail}"),
        }.get(reason, (400, "bad_request", f"Failed to parse request body {detail}"))
        named = {"message": message, "messageId": message_id, "traceID": ""}
        return JSONResponse({**named, "statusCode": status}, status)

    def read(self, call: Call, body: Any, provider: str) -> Response:
        """One provider, with a tag in a header that is not in quotes."""
        del call, body
        shown: dict[str, Any] = self._shown(provider)
        if self.upgraded:
            # The /apis route that is to replace this one wraps everything.
            shown = {"kind": "SSOSetting", "spec": shown}
        return JSONResponse(shown, headers={"ETag": tag(shown)})

    def _shown(self, provider: str) -> dict[str, Any]:
        _known(provider)
        stored = self.now
        secret = MASK if stored.app_secret else ""
        settings = {"clientId": stored.app_id, "clientSecret": secret, "enabled": stored.enabled}
        source = "database" if self.stored else "system"
        row = {"provider": provider, "settings": {**stored.extra, **settings}, "source": source}
        return {"id": "1" if self.stored else "", **row}

    def write(self, call: Call, body: dict[str, Any], provider: str) -> Response:
        """Store the settings that came and no others; the mask stands for the stored secret."""
        del call
        _known(provider)
        check(body, _BODY, ("settings",))
        settings = dict(body["settings"])
        for name, kind in {"clientId": str, "clientSecret": str, "enabled": bool}.items():
            if name in settings and type(settings[name]) is not kind:
                raise Refusal("field", name)
        made = Stored(settings.pop("clientId", ""), settings.pop("clientSecret", ""))
        if made.app_secret == MASK:
            made.app_secret = self.now.app_secret
        made.enabled = settings.pop("enabled", False)
        if made.enabled and not made.app_id:
            raise Refusal("field", "Client Id is required.")
        made.extra = settings
        self.changed("save", made)
        return Response(status_code=204)


def tag(shown: Any) -> str:
    """FNV-1 with 64 bits, in hexadecimal."""
    value = 0xCBF29CE484222325
    for byte in json.dumps(shown, sort_keys=True).encode():
        value = (value * 0x100000001B3 % 2**64) ^ byte
    return f"{value:x}"


def _known(provider: str) -> None:
    if provider not in _PROVIDERS:
        raise Refusal("path", provider)
