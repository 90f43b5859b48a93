"""Access tokens, authorization codes and refresh tokens.

A tenant token lives two hours; while 30 minutes or more remain the same one is handed out again
(official docs: access-token/tenant_access_token_internal).
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

LIFETIME = 7200
STORE_LIFETIME = 7140
RENEW_BELOW = 1800
CODE_LIFETIME = 300
REFRESH_LIFETIME = 604800

Kind = Literal["tenant", "user", "app"]


@dataclass(frozen=True)
class Token:
    """An access token; ``person`` is set for user tokens."""

    value: str
    kind: Kind
    app_id: str
    expires: float
    person: int = -1
    scope: str = ""


@dataclass
class Code:
    """An authorization code: five minutes, one use."""

    value: str
    app_id: str
    person: int
    redirect_uri: str
    scope: str
    challenge: str
    method: str
    expires: float
    used: bool = False


@dataclass
class Refresh:
    """A refresh token: seven days, one use."""

    app_id: str
    person: int
    scope: str
    expires: float
    used: bool = False


@dataclass
class TokenStore:
    """All tokens of the sandbox; ``clock`` gives Unix seconds."""

    clock: Callable[[], float]
    _tokens: dict[str, Token] = field(default_factory=dict)
    _current: dict[str, Token] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    refreshes: dict[str, Refresh] = field(default_factory=dict)

    def tenant(self, app_id: str) -> tuple[str, int]:
        """The tenant token of an app and the seconds it has left."""
        now = self.clock()
        token = self._current.get(app_id)
        if token is None or token.expires - now < RENEW_BELOW:
            value = f"t-g1{secrets.token_hex(20)}"
            token = Token(value, "tenant", app_id, now + LIFETIME)
            self._tokens[token.value] = self._current[app_id] = token
        return token.value, int(token.expires - now)

    def store_app(self, app_id: str) -> str:
        """A new app token of a store app."""
        expires = self.clock() + STORE_LIFETIME
        token = Token(f"a-g1{secrets.token_hex(20)}", "app", app_id, expires)
        self._tokens[token.value] = token
        return token.value

    def user(self, app_id: str, person: int, scope: str) -> Token:
        """A new user token in the form of a JWT of the documented size (1 to 2 KB)."""
        header = _segment({"alg": "ES256", "typ": "JWT"})
        payload = _segment({"jti": secrets.token_hex(450), "ver": "v1", "typ": "access_token"})
        value = f"{header}.{payload}.{secrets.token_urlsafe(64)}"
        token = Token(value, "user", app_id, self.clock() + LIFETIME, person, scope)
        self._tokens[value] = token
        return token

    def find(self, value: str) -> Token | None:
        """The token of that value, expired or not."""
        return self._tokens.get(value)

    def expired(self, token: Token) -> bool:
        """Tell whether a token's time is over."""
        return token.expires <= self.clock()

    def revoke_all(self, app_id: str) -> None:
        """Make every tenant token of an app invalid."""
        self._current.pop(app_id, None)
        for value in [v for v, token in self._tokens.items() if token.app_id == app_id]:
            del self._tokens[value]

    def new_code(self, **fields: str | int) -> Code:
        """A new authorization code of at least 64 characters' reserve."""
        code = Code(
            value=secrets.token_urlsafe(36),
            app_id=str(fields["app_id"]),
            person=int(fields["person"]),
            redirect_uri=str(fields["redirect_uri"]),
            scope=str(fields.get("scope", "")),
            challenge=str(fields.get("challenge", "")),
            method=str(fields.get("method", "")) or "plain",
            expires=self.clock() + CODE_LIFETIME,
        )
        self.codes[code.value] = code
        return code

    def new_refresh(self, app_id: str, person: int, scope: str) -> str:
        """A new refresh token."""
        value = f"ur-{secrets.token_urlsafe(48)}"
        expires = self.clock() + REFRESH_LIFETIME
        self.refreshes[value] = Refresh(app_id, person, scope, expires)
        return value


def _segment(content: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
