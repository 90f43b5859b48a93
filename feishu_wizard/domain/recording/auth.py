"""How a derived profile signs in: never with what was recorded, always with what is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from feishu_wizard.domain.recording.asking import Asking
from feishu_wizard.domain.recording.credentials import kind_of, noise
from feishu_wizard.domain.recording.model import Choice, RecordedCall

_CSRF = re.compile(r"csrf|xsrf", re.IGNORECASE)
_TENANT = re.compile(r"tenant[-_]?id|^tenant$", re.IGNORECASE)
_NAME = re.compile(r"[^a-z0-9]+")
_HEADER = re.compile(r"^[A-Za-z0-9-]{1,64}$")
_COOKIE = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$")
#: Cookies that frameworks repeat in a header, by the header's name: the defaults of Angular and
#: axios, of Django, and of Laravel.
_USUAL = {"x-xsrf-token": "XSRF-TOKEN", "x-csrftoken": "csrftoken", "csrf-token": "csrf"}
_WORDS = {
    "session_cookie": ("Session cookie of the browser", "浏览器会话 Cookie"),
    "api_key": ("API key", "API Key"),
    "tenant_id": ("Tenant ID", "租户 ID"),
}


def label(name: str, header: str = "") -> dict[str, str]:
    """The label of an input or a secret, in both languages."""
    if name in _WORDS:
        en, zh = _WORDS[name]
        return {"en": en, "zh_Hans": zh}
    shown = header or name
    return {"en": f"Value of {shown}"[:120], "zh_Hans": f"{shown} 的值"[:120]}


class SignIn:
    """Builds ``auth``, ``inputs`` and ``secrets`` of the document."""

    def __init__(self, calls: Sequence[RecordedCall], asking: Asking, sanitised: bool) -> None:
        self._calls = calls
        self._asking = asking
        self._sanitised = sanitised
        self.inputs: dict[str, Any] = {}
        self.secrets: dict[str, Any] = {}
        self.headers: dict[str, str] = {}
        self.cookies: dict[str, Any] | None = None
        self._same_inputs: dict[tuple[str, str], str] = {}

    def decide(self) -> dict[str, Any]:
        """Ask for the way of signing in, and describe it."""
        self._take_constants()
        signed = list(dict.fromkeys(name for call in self._calls for name in call.signed_by))
        tokens = [name for name in signed if name != "cookie" and _HEADER.match(name)]
        way = self._way(signed, tokens)
        if way == "cookie":
            self._with_cookie(tokens)
        elif way == "token":
            self._with_tokens(tokens or ["authorization"])
        elif way == "api_key":
            self._with_api_key()
        found: dict[str, Any] = {"headers": self.headers} if self.headers else {}
        return {**found, "cookies": self.cookies} if self.cookies else found

    def _way(self, signed: list[str], tokens: list[str]) -> str:
        own = [name for name in tokens if not _CSRF.search(name)]
        proposed = "cookie"
        if own and ("cookie" not in signed or "authorization" in own or len(own) > 1):
            proposed = "token"
        elif own:
            proposed = "token" if any("token" in name for name in own) else "cookie"
        choices = [
            Choice("cookie", "Cookie"),
            Choice("token", ", ".join(own) or "authorization"),
            Choice("api_key", "auth-type, auth-value"),
        ]
        if not signed and not self._sanitised:
            choices.append(Choice("none", "-"))
        return self._asking.ask("sign_in", choices, proposed)

    def _with_cookie(self, tokens: list[str]) -> None:
        self.secrets["session_cookie"] = {"label": label("session_cookie"), "keep": "run"}
        self.cookies = {"source": "secret", "secret": "session_cookie"}
        for header in tokens:
            if not _CSRF.search(header):
                self._secret_header(header)
            elif pair := self._csrf_cookie(header):
                self.cookies["csrf"] = {"cookie": pair, "header": header}
            else:
                self._secret_header(header)

    def _csrf_cookie(self, header: str) -> str:
        """The cookie whose value a header repeats; "" when there is none."""
        known = dict.fromkeys(name for call in self._calls for name in call.cookie_names)
        named = [name for name in known if _CSRF.search(name) and _COOKIE.match(name)]
        if len(named) > 1:
            return self._asking.pick("csrf", named, named[0], header=header)
        return named[0] if named else "" if known else _USUAL.get(header, "")

    def _with_tokens(self, tokens: list[str]) -> None:
        for header in tokens:
            self._secret_header(header)

    def _secret_header(self, header: str) -> None:
        name = self._free_name(header)
        self.secrets[name] = {"label": label(name, header), "keep": "run"}
        self.headers[header] = f"${{secret.{name}}}"

    def _with_api_key(self) -> None:
        """As CAN documents it for its open API."""
        self.inputs.setdefault("tenant_id", {"label": label("tenant_id"), "default": "1"})
        self.secrets["api_key"] = {"label": label("api_key")}
        self.headers |= {"tenant-id": "${input.tenant_id}", "auth-type": "APIKEY"}
        self.headers["auth-value"] = "${secret.api_key}"

    def _take_constants(self) -> None:
        """Headers of every call that a server may demand; the tenant is an input."""
        if not self._calls:
            return
        first, *others = self._calls
        for name, value in first.headers.items():
            if noise(name) or not _HEADER.match(name):
                continue
            if any(other.headers.get(name) != value for other in others):
                continue
            if _TENANT.search(name) and not kind_of("", value):
                self.inputs["tenant_id"] = {"label": label("tenant_id"), "default": value}
                self.headers[name] = "${input.tenant_id}"
            elif kind_of(name, value):
                self._asking.note("header_left_out", name=name)
            elif value and "${" not in value:
                self.headers[name] = value
                self._asking.note("constant_header", name=name)

    def add_input(self, wanted: str, value: object) -> str:
        """Declare an input that a person fills in; its name. What was recorded there tells only
        whether two of one name are the same."""
        known = self._same_inputs.get((wanted, str(value)))
        if known is not None:
            return known
        name = self._same_inputs[wanted, str(value)] = self._free_name(wanted)
        self.inputs[name] = {"label": label(name, wanted)}
        return name

    def _free_name(self, wanted: str) -> str:
        base = _NAME.sub("_", wanted.lower()).strip("_")[:50] or "value"
        base = base if base[0].isalpha() else f"x_{base}"
        name, number = base, 1
        while name in self.inputs or name in self.secrets:
            number += 1
            name = f"{base}_{number}"
        return name
