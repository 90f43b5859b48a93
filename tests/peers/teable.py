"""Teable: POST creates and tells an id, PUT updates below that id, and nothing else is documented.

No call that reads is documented, so to the letter this product is set up by hand.
``reads=True`` adds the list that its own page must read from somewhere; that is assumed.
"""

from __future__ import annotations

from typing import Any, ClassVar

from starlette.responses import JSONResponse, Response

from tests.peers.serving import Call, Peer, Reason, Refusal, Role, Routes, Stored, check

SPACE = "spcX9P2xUcKst"
ROW = "autq7Rk2LmZ0"
_BODY = {"type": str, "config": dict, "id": str, "name": str}
_TOKENS: dict[str, Role] = {"teable_admin0001": "admin", "teable_reader0002": "reader"}
_ONE = "/api/space/(?P<space>[^/]+)/authentication/(?P<row>[^/]+)"
_ALL = "/api/space/(?P<space>[^/]+)/authentication"


class Teable(Peer):
    """The server. ``extra``: the name that people gave the entry."""

    name = "teable"
    headers = frozenset({"authorization"})
    routes: ClassVar[Routes] = {_ALL: {"GET": "read", "POST": "create"}, _ONE: {"PUT": "update"}}
    inputs: ClassVar[dict[str, str]] = {"space_id": SPACE}
    has_callback = False

    def __init__(self, *, reads: bool = True) -> None:
        super().__init__()
        self.reads = reads

    def empty(self) -> Stored:
        """No entry."""
        return Stored(extra={"name": ""})

    def secrets(self, role: Role = "admin") -> dict[str, str]:
        """The personal access token."""
        return {"token": next((t for t, owner in _TOKENS.items() if owner == role), "teable_none")}

    def sign_in(self, call: Call) -> None:
        """``Authorization: Bearer``; then the role in the space."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in _TOKENS:
            raise Refusal("signed_out")
        if _TOKENS[token] != "admin":
            raise Refusal("not_admin")

    def refuse(self, reason: Reason, detail: str) -> Response:
        """Message, status and code."""
        status, code = {
            "signed_out": (401, "unauthorized"),
            "not_admin": (403, "restricted_resource"),
            "path": (404, "not_found"),
            "method": (404, "not_found"),
        }.get(reason, (400, "validation_error"))
        body = {"message": f"{reason} {detail}".strip(), "status": status, "code": code}
        return JSONResponse(body, status)

    def read(self, call: Call, body: Any, space: str) -> Response:
        """assumed: the entries of the space, each as the answer to POST shows it."""
        del body
        _known(space)
        if not self.reads:
            raise Refusal("method", call.method)
        rows = [self._shown()] if self.stored else []
        return JSONResponse({"authentications": rows} if self.upgraded else rows)

    def _shown(self) -> dict[str, Any]:
        stored = self.now
        config = {"appId": stored.app_id, "appSecret": stored.app_secret}
        return {"type": "feishu", "config": config, "id": ROW, **stored.extra}

    def create(self, call: Call, body: dict[str, Any], space: str) -> Response:
        """The first save; the answer shows the entry with its id and its secret."""
        del call
        _known(space)
        if self.stored:
            raise Refusal("field", "exists")  # assumed
        self._store("create", body)
        return JSONResponse(self._shown(), 201)

    def update(self, call: Call, body: dict[str, Any], space: str, row: str) -> Response:
        """Every later save; the documented answer has no body."""
        del call
        _known(space)
        if not self.stored or row != ROW:
            raise Refusal("path", row)
        self._store("save", body)
        return Response(status_code=200)

    def _store(self, by: str, body: dict[str, Any]) -> None:
        check(body, _BODY, ("type", "config", "name"))
        check(body["config"], {"appId": str, "appSecret": str}, ("appId", "appSecret"))
        if body["type"] != "feishu":
            raise Refusal("field", "type")
        config = body["config"]
        made = Stored(config["appId"], config["appSecret"], extra={"name": body["name"]})
        self.changed(by, made)


def _known(space: str) -> None:
    if space != SPACE:
        raise Refusal("path", space)
