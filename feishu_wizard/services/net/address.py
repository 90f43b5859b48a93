"""Addresses: taken apart, checked, and shown without credentials."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.finding import Who

_PORTS = {"http": 80, "https": 443}
_UNSENDABLE = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class Address:
    """An http or https address. ``host`` is lower case, ASCII and without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """``scheme://host[:port]``, the port only when it is not the usual one."""
        return f"{self.scheme}://{self.netloc}"

    @property
    def netloc(self) -> str:
        """``host[:port]`` as it stands in a URL."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"

    @property
    def loopback(self) -> bool:
        """The address is this computer."""
        return is_loopback(self.host)

    @property
    def is_ip(self) -> bool:
        """The host is an IP address, so there is no name to look up."""
        return ip_of(self.host) is not None


def parse_address(url: str) -> Address:
    """Take a URL apart; ``net.bad_address`` when no request can go there."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = ascii_host(parts.hostname or "")
    except ValueError:
        raise _bad(url) from None
    usable = parts.scheme in _PORTS and host and "@" not in parts.netloc and port != 0
    if not usable or _UNSENDABLE.search(url):
        raise _bad(url)
    return Address(parts.scheme, host, port or _PORTS[parts.scheme], parts.path or "/")


def _bad(url: str) -> NetworkError:
    shown = without_userinfo(url).partition("?")[0].partition("#")[0]
    readable = "".join(ch if ch.isprintable() else "\N{REPLACEMENT CHARACTER}" for ch in shown)
    return NetworkError("net.bad_address", {"host": "", "address": readable[:200]}, who=Who.YOU)


def ascii_host(host: str) -> str:
    """A host name as it goes over the wire: lower case, IDNA, without a final dot."""
    name = host.rstrip(".").lower()
    return name if name.isascii() else name.encode("idna").decode()


@lru_cache(maxsize=256)  # every exchange asks it of its host, more than once
def ip_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that a host text is; None for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Tell whether a host is this computer, without looking anything up."""
    ip = ip_of(host)
    return ip.is_loopback if ip else host == "localhost" or host.endswith(".localhost")


def without_userinfo(url: str) -> str:
    """A URL without ``user:password@``."""
    scheme, mark, rest = url.partition("://")
    head, slash, tail = (rest if mark else url).partition("/")
    return f"{scheme + mark if mark else ''}{head.rpartition('@')[2]}{slash}{tail}"
