"""Cookies of one signed-in session, kept in memory and sent to one origin.

They never enter the HTTP client's own jar. Path, Domain and Secure need no look here: every call
of a profile goes to the origin that set them, and to no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can.model import Cookies

MOST = 50  # cookies kept of one session
LONGEST = 4096  # characters of a value (RFC 6265, 6.1: at least 4096 bytes a cookie)
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
_VALUE = re.compile(r"[\x20-\x3a\x3c-\x7e]{0,4096}")
_GONE = re.compile(r";\s*max-age\s*=\s*(?:0|-\d+)\s*(?:;|$)", re.IGNORECASE)
_PREFIX = re.compile(r"^cookie\s*:", re.IGNORECASE)


class BadCookieError(Exception):
    """What a server set cannot be sent back."""


class Jar:
    """The cookies of one session; ``names``: which of them are sent, in this order; none: all."""

    def __init__(self, rules: Cookies, held: dict[str, Secret]) -> None:
        self._rules = rules
        self._held = held

    @classmethod
    def of_answer(cls, rules: Cookies, lines: Iterable[str]) -> Jar:
        """The cookies that a login set. Raises ``BadCookieError`` when one of ``names`` is
        missing or cannot be sent back; without ``names`` when that is so of any."""
        found = [_set_by(line) for line in list(lines)[:MOST]]
        held = {one[0]: Secret(one[1]) for one in found if one and one[1]}
        if not held or any(name not in held for name in rules.names):
            raise BadCookieError
        if not rules.names and None in found:
            raise BadCookieError
        return cls(rules, held)

    @classmethod
    def of_text(cls, rules: Cookies, text: Secret) -> Jar:
        """The cookies in the text of a Cookie header, as copied from a browser.

        Raises ``InputError`` ``can.cookie_invalid`` (params name: of the secret, cookie) and
        ``can.cookie_missing`` (likewise) for one of ``names`` that is not there.
        """
        held = _in_header(text.reveal(), rules.secret)
        for name in rules.names:
            if name not in held:
                raise InputError("can.cookie_missing", {"name": rules.secret, "cookie": name})
        return cls(rules, held)

    def see(self, lines: Iterable[str]) -> None:
        """Follow a server that renews what it set; cookies nobody asked for are not taken."""
        wanted = {*self._held, *self._rules.names}
        if self._rules.csrf is not None:
            wanted.add(self._rules.csrf.cookie)
        for line in list(lines)[:MOST]:
            name, value = _set_by(line) or ("", "")
            # A session that was taken back stays: when it is used again, the server says so.
            if name in wanted and value:
                self._held[name] = Secret(value)

    def headers(self, *, write: bool) -> dict[str, str]:
        """The Cookie header, and with a write the header that repeats the CSRF cookie.

        Raises ``InputError`` ``can.cookie_missing`` (params name, cookie) when a write needs a
        CSRF cookie and the session has none.
        """
        names = [name for name in (self._rules.names or self._held) if name in self._held]
        csrf = self._rules.csrf
        if csrf is not None and csrf.cookie in self._held and csrf.cookie not in names:
            names.append(csrf.cookie)
        text = "; ".join(f"{name}={self._held[name].reveal()}" for name in names)
        made = {"Cookie": text} if text else {}
        if csrf is None or not write:
            return made
        if csrf.cookie not in self._held:
            name = self._rules.secret or csrf.cookie
            raise InputError("can.cookie_missing", {"name": name, "cookie": csrf.cookie})
        return made | {csrf.header: self._held[csrf.cookie].reveal()}


def _set_by(line: str) -> tuple[str, str] | None:
    """Name and value of a Set-Cookie line; no value: it takes one back; None: it cannot be sent."""
    pair, _, attributes = line.partition(";")
    name, equals, value = pair.partition("=")
    name, value = name.strip(" \t"), value.strip(" \t")
    if not equals or not TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
        return None
    gone = not value.strip('"') or _GONE.search(f";{attributes}")
    return name, "" if gone else value


def _in_header(text: str, secret: str) -> dict[str, Secret]:
    held: dict[str, Secret] = {}
    for part in _PREFIX.sub("", text.strip()).split(";"):
        name, equals, value = part.partition("=")
        name, value = name.strip(" "), value.strip(" ")
        if not name and not equals:
            continue  # a text may end with a semicolon
        if not equals or not TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            shown = name if TOKEN.fullmatch(name) else ""
            raise InputError("can.cookie_invalid", {"name": secret, "cookie": shown})
        held.setdefault(name, Secret(value))  # a browser sends the most specific one first
    if not held or len(held) > MOST:
        raise InputError("can.cookie_invalid", {"name": secret, "cookie": ""})
    return held
