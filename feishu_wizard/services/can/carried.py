"""Which secrets of a profile its calls carry, so that it can be shown and judged before use."""

from __future__ import annotations

from collections.abc import Mapping

from feishu_wizard.services.can import template
from feishu_wizard.services.can.model import Op, Profile
from feishu_wizard.services.can.session import merged

# CAN's documented ways of naming a caller that show no secret (open API, header "auth-type").
_AUTH_TYPE, _NAMES_ONLY = "auth-type", frozenset({"UID", "ACCOUNT"})
_WRITES = ("create", "save", "enable")


def login_secrets(profile: Profile) -> frozenset[str]:
    """Names of the declared secrets that the login sends."""
    login = profile.auth.login
    return _secrets_in([login.set, login.headers]) if login else frozenset()


def secrets_of(profile: Profile, op: Op | None = None) -> frozenset[str]:
    """Names of the declared secrets that a call carries, itself or by the login that it needs;
    None: a call without headers of its own, such as the list of accounts."""
    headers = {**profile.auth.headers, **(op.headers if op else {})}
    found = _secrets_in(headers)
    cookies = profile.auth.cookies
    if cookies is not None and cookies.source == "secret":
        found |= {cookies.secret}
    by_login = cookies is not None and cookies.source == "login"
    if by_login or "login.token" in set(template.names_in(headers)):
        found |= login_secrets(profile)
    return found


def is_weak(profile: Profile, inputs: Mapping[str, str] | None = None) -> bool:
    """Tell whether a write shows no secret that the server asks for: whoever names an account
    may write.

    A profile that cannot write is judged by its read. ``inputs``: what was entered for the
    profile's own; where nothing was, its defaults count.
    """
    writes = [op for name in _WRITES if (op := getattr(profile.ops, name)) and not op.via]
    return any(
        _only_named(profile, op, inputs or {}) or not secrets_of(profile, op)
        for op in writes or [profile.ops.get]
    )


def _only_named(profile: Profile, op: Op, inputs: Mapping[str, str]) -> bool:
    def entered(name: str) -> str:
        kind, _, key = name.partition(".")
        return inputs.get(key, "") or profile.inputs[key].default if kind == "input" else ""

    headers = merged(profile.auth.headers, op.headers)
    way = next((value for name, value in headers.items() if name.lower() == _AUTH_TYPE), "")
    return str(template.fill(way, entered)).strip().upper() in _NAMES_ONLY


def _secrets_in(value: object) -> frozenset[str]:
    names = template.names_in(value)
    return frozenset(n.partition(".")[2] for n in names if n.startswith("secret."))
