"""Web addresses, read strictly: what is wrong is named, nothing is mended and nothing guessed.

``urllib.parse`` drops line breaks and accepts backslashes, odd ports and userinfo in silence, so
it is not used here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from unicodedata import category

from feishu_wizard.domain.errors import InputError

LONGEST = 2048
WEB = ("http", "https")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SPLIT = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)"
    r"(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?",
    re.DOTALL,
)
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*):(?![0-9]{1,5}(?:[/?#]|$))")
_LABEL = re.compile(r"(?!-)[a-z0-9_\-]{1,63}(?<!-)")
_ESCAPED_CONTROL = re.compile(r"%(?:0[0-9A-F]|1[0-9A-F]|7F)", re.IGNORECASE)
_FEISHU = ("feishu.cn", "larksuite.com", "larkoffice.com", "feishu.net")
_LOOPBACK_IPV4 = re.compile(r"127(?:\.[0-9]{1,3}){3}")
_LOOPBACK = frozenset({"localhost", "::1"})


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address in its parts. ``host`` is ASCII in small letters, IPv6 without brackets.

    ``port`` is None when none was written. ``path``, ``query`` and ``fragment`` are as written.
    """

    scheme: str
    host: str
    port: int | None
    path: str
    query: str
    fragment: str

    @property
    def origin(self) -> str:
        """Scheme, host and port as a browser writes an origin: no default port, no slash."""
        port = "" if self.port in (None, _DEFAULT_PORTS.get(self.scheme)) else f":{self.port}"
        return f"{self.scheme}://{self.netloc_host.rstrip('.')}{port}"

    @property
    def netloc_host(self) -> str:
        """The host as it stands in an address."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def loopback(self) -> bool:
        """The address leads to the very machine that opens it."""
        return self.host in _LOOPBACK or _LOOPBACK_IPV4.fullmatch(self.host) is not None

    @property
    def feishu(self) -> bool:
        """A host of the platform, not of the office server."""
        return any(self.host == name or self.host.endswith(f".{name}") for name in _FEISHU)


def parse_web_address(text: str, schemes: tuple[str, ...] = WEB) -> WebAddress:
    """Read an absolute address; ``InputError`` with a code ``address.*`` when it is not one.

    Codes: ``empty``, ``too_long`` (limit), ``control``, ``blank``, ``not_text`` and
    ``escaped_control`` (position, counted from 1), ``not_web``, ``backslash`` (position),
    ``no_scheme``, ``scheme`` (scheme), ``userinfo``, ``no_host``, ``host`` (host), ``port`` (port).
    """
    _check_text(text)
    match = _SPLIT.fullmatch(text)
    if match is None or match["scheme"].lower() not in schemes:
        raise _no_web_scheme(text)
    if "\\" in text:
        raise InputError("address.backslash", {"position": str(text.index("\\") + 1)})
    if "@" in match["authority"]:
        raise InputError("address.userinfo")
    host, port = _host_and_port(match["authority"])
    return WebAddress(
        match["scheme"].lower(),
        host,
        port,
        match["path"],
        match["query"] or "",
        match["fragment"] or "",
    )


def _check_text(text: str) -> None:
    if not text:
        raise InputError("address.empty")
    if len(text) > LONGEST:
        raise InputError("address.too_long", {"limit": str(LONGEST)})
    for position, character in enumerate(text, 1):
        code = _unfit(character)
        if code:
            raise InputError(f"address.{code}", {"position": str(position)})
    escaped = _ESCAPED_CONTROL.search(text)
    if escaped:
        raise InputError("address.escaped_control", {"position": str(escaped.start() + 1)})


def _unfit(character: str) -> str:
    """Why a character can stand nowhere in an address; "" when it can."""
    kind = category(character)
    if character.isspace() or kind.startswith("Z"):
        return "blank"
    if kind in ("Cc", "Cf"):
        return "control"
    return "not_text" if kind in ("Cs", "Cn", "Co") else ""


def _no_web_scheme(text: str) -> InputError:
    if text.startswith("\\\\") or re.match(r"[A-Za-z]:[\\/]|/(?!/)", text):
        return InputError("address.not_web")
    scheme = _SCHEME.match(text)
    # "can.example.com:x" has no scheme either: a scheme with a dot is a host.
    if scheme and "." not in scheme["scheme"] and scheme["scheme"].lower() not in WEB:
        return InputError("address.scheme", {"scheme": scheme["scheme"].lower()[:20]})
    return InputError("address.no_scheme")


def _host_and_port(authority: str) -> tuple[str, int | None]:
    if authority.startswith("["):
        inside, bracket, rest = authority[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise InputError("address.host", {"host": authority[:64]})
        return _ipv6(inside), _port(rest[1:]) if rest else None
    host, colon, port = authority.partition(":")
    if not host:
        raise InputError("address.no_host")
    return ascii_host(host), _port(port) if colon else None


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        # What is no number may be the password of a cut-up address: it is not repeated.
        raise InputError("address.port", {"port": text[:20] if text.isdecimal() else ""})
    return int(text)


def _ipv6(text: str) -> str:
    try:
        return IPv6Address(text).compressed if "%" not in text else _bad_host(text)
    except AddressValueError:
        return _bad_host(text)


def ascii_host(host: str) -> str:
    """Return a host name or IPv4 address in small ASCII letters; raises ``address.host``."""
    try:
        name = host.lower() if host.isascii() else host.encode("idna").decode().lower()
    except UnicodeError:
        return _bad_host(host)
    labels = name.removesuffix(".").split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return _bad_host(host)
    if labels[-1].isdigit():
        return _ipv4(name)
    return name


def _ipv4(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except AddressValueError:
        return _bad_host(text)


def _bad_host(host: str) -> str:
    raise InputError("address.host", {"host": host[:64]})
