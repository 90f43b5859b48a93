"""One request to the open host, as the endpoints see it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request

from feishu_wizard.sandbox.brand import brand_of, origin_of
from feishu_wizard.sandbox.feishu.replies import Json, PlatformError, field_error
from feishu_wizard.sandbox.world.app import App, Brand
from feishu_wizard.sandbox.world.journal import Seen
from feishu_wizard.sandbox.world.scope_book import TokenType
from feishu_wizard.sandbox.world.tokens import Token
from feishu_wizard.sandbox.world.world import World

USER_ID_TYPES = ("open_id", "union_id", "user_id")
DEPARTMENT_ID_TYPES = ("open_department_id", "department_id")
MAX_BODY = 1024 * 1024


@dataclass
class Call:
    """A request that passed the gates of its API; ``token`` is None for open endpoints."""

    world: World
    request: Request
    seen: Seen
    token: Token | None = None
    caller: App | None = None

    @property
    def app(self) -> App:
        """The calling app; only for endpoints that require a token."""
        if self.caller is None:
            raise PlatformError(99991661, "Missing access token for authorization.")
        return self.caller

    @property
    def brand(self) -> Brand:
        """The brand whose host was called."""
        return brand_of(self.request)

    @property
    def console(self) -> str:
        """The open host's address as it was called, for links."""
        return origin_of(self.world.origins.feishu, self.brand)

    @property
    def identity(self) -> TokenType:
        """Whose permissions count."""
        return "user" if self.token is not None and self.token.kind == "user" else "tenant"

    def can(self, *scopes: str) -> bool:
        """Tell whether the caller has one of the permissions."""
        return self.app.has_scope(*scopes, identity=self.identity)

    def query(self, name: str, default: str = "") -> str:
        """A query parameter."""
        return self.request.query_params.get(name, default)

    def path(self, name: str) -> str:
        """A path parameter."""
        return str(self.request.path_params[name])

    def choice(self, name: str, allowed: tuple[str, ...], default: str = "") -> str:
        """A query parameter out of a list; 99992402 otherwise (and when it is mandatory)."""
        value = self.query(name, default or ("" if name == "lang" else allowed[0]))
        if not value:
            raise field_error(name, f"{name} is required")
        if value not in allowed:
            raise field_error(name, f"{name} is not one of {', '.join(allowed)}", value)
        return value

    def user_id_type(self) -> str:
        """The wanted user id; ``user_id`` needs its permission (99991672)."""
        return self.choice("user_id_type", USER_ID_TYPES)

    def department_id_type(self) -> str:
        """The wanted department id."""
        return self.choice("department_id_type", DEPARTMENT_ID_TYPES)

    async def json(self) -> Json:
        """The body as an object; 9499 when it is no JSON object."""
        raw = await self.request.body()
        if len(raw) > MAX_BODY:
            raise PlatformError(9499, "Bad Request: body too large", 413)
        try:
            body: Any = json.loads(raw or b"{}")
        except ValueError as error:
            raise PlatformError(9499, f"Bad Request: invalid JSON: {error}") from error
        if not isinstance(body, dict):
            raise PlatformError(9499, "Bad Request: the body must be a JSON object")
        return body


Handler = Callable[[Call], Awaitable[Json]]


@dataclass(frozen=True)
class Api:
    """One endpoint: who may call it, with which permission (any one), how often (tier)."""

    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    handler: Handler
    scopes: tuple[str, ...] = ()
    identities: tuple[TokenType, ...] = ("tenant",)
    tier: int = 4


def text_field(body: Json, name: str, *, required: bool = True, limit: int = 0) -> str:
    """A string of the body; 99992402 when it is missing, no string, or too long."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise field_error(name, f"{name} must be a string", str(value)[:100])
    if required and not value:
        raise field_error(name, f"{name} is required")
    if limit and len(value) > limit:
        raise field_error(name, f"the length must be at most {limit}", value[:100])
    return value


def list_field(body: Json, name: str, limit: int) -> list[str]:
    """A list of strings of the body; 99992402 when it is something else or too long."""
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise field_error(name, f"{name} must be a list of strings")
    if len(value) > limit:
        raise field_error(name, f"at most {limit} entries", str(len(value)))
    return value
