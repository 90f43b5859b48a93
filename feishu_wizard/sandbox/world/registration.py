"""Sessions of the device flows: app registration by scan, and sign-in by device grant."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import zlib
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from feishu_wizard.sandbox.world.identifiers import new_secret

Outcome = Literal["pending", "approved", "denied"]
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
MAX_ADDONS = 64 * 1024


def new_user_code() -> str:
    """``XXXX-XXXX`` without letters that are easily mistaken."""
    text = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{text[:4]}-{text[4:]}"


@dataclass
class LaunchRequest:
    """What the scanned link asks for, from its query."""

    name: str = ""
    description: str = ""
    create_only: bool = False
    client_id: str = ""
    preset: bool = True
    tenant_scopes: list[str] = field(default_factory=list)
    user_scopes: list[str] = field(default_factory=list)

    @property
    def updates(self) -> bool:
        """An existing app is to be completed; ``createOnly`` wins over ``clientID``."""
        return bool(self.client_id) and not self.create_only

    @classmethod
    def from_url(cls, url: str) -> LaunchRequest:
        """Read a scanned link; ValueError for addons that cannot be decoded."""
        return cls.from_query({k: v[0] for k, v in parse_qs(urlsplit(url).query).items()})

    @classmethod
    def from_query(cls, query: dict[str, str]) -> LaunchRequest:
        """Read the query of a scanned link."""
        addons = decode_addons(query["addons"]) if query.get("addons") else {}
        scopes = addons.get("scopes", {})
        return cls(
            name=query.get("name", "").replace("{user}", ""),
            description=query.get("desc", ""),
            create_only=query.get("createOnly") == "true",
            client_id=query.get("clientID", ""),
            preset=bool(addons.get("preset", True)),
            tenant_scopes=[str(scope) for scope in scopes.get("tenant", [])],
            user_scopes=[str(scope) for scope in scopes.get("user", [])],
        )


def decode_addons(text: str) -> dict[str, Any]:
    """``addons``: base64url without padding of gzip of JSON; ValueError when it is not that."""
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        unpacker = zlib.decompressobj(wbits=31)
        plain = unpacker.decompress(packed, MAX_ADDONS)
        decoded = json.loads(plain)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise ValueError("addons cannot be decoded") from error
    if not isinstance(decoded, dict) or not isinstance(decoded.get("scopes", {}), dict):
        raise ValueError("addons must be an object")
    return decoded


@dataclass
class Session:
    """One device flow; ``app_id`` is the client (grant) or the result (registration)."""

    device_code: str
    user_code: str
    expires: float
    interval: int
    app_id: str = ""
    scope: str = ""
    person: int = 0
    outcome: Outcome = "pending"
    last_poll: float = float("-inf")
    launch: LaunchRequest = field(default_factory=LaunchRequest)
    wants: tuple[str, ...] = ()
    used: bool = False


class Sessions:
    """Sessions by device code and by user code."""

    def __init__(self) -> None:
        self.by_device: dict[str, Session] = {}
        self.by_user: dict[str, Session] = {}

    def open(self, expires: float, interval: int) -> Session:
        """A new pending session."""
        session = Session(new_secret(40), new_user_code(), expires, interval)
        self.by_device[session.device_code] = session
        self.by_user[session.user_code] = session
        return session

    def find(self, code: str) -> Session | None:
        """A session by either code."""
        return self.by_user.get(code.upper()) or self.by_device.get(code)

    @staticmethod
    def poll_error(session: Session | None, now: float) -> str:
        """The OAuth error of a poll at ``now``, or an empty string when it may be answered."""
        if session is None or session.used:
            return "invalid_grant"
        early = now - session.last_poll < session.interval * 0.8
        session.last_poll = now
        if now >= session.expires and session.outcome == "pending":
            return "expired_token"
        if session.outcome == "denied":
            return "access_denied"
        if session.outcome == "pending":
            return "slow_down" if early else "authorization_pending"
        return ""
