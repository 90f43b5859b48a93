"""Redirect URLs: which are needed, and whether the platform would accept what is registered.

The platform's rules (official docs, "Configure redirect URLs", and the guide to error 20029):
the whole path counts, what follows ``?`` or ``#`` does not, there are no wildcards. That scheme,
port, case and a trailing slash must agree is observed, not published. Nothing is published about
a default port that only one side writes, percent-encoding, and host names in other scripts: these
count as differences here, because one URL more does no harm and a wrong "registered" does. The
host is compared in any case, as names are; ``host_case`` tells where that was needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.web_address import WebAddress, parse_web_address

_DEFAULT_PORTS = {"http": 80, "https": 443}
_AUTHORITY = re.compile(r"[^:]+://(?P<authority>[^/?#]*)")
_PORT = re.compile(r":[0-9]+\Z")
_FAR = frozenset({"host", "path"})  # another place; everything else is another spelling


class RedirectState(StrEnum):
    """Whether the platform would accept a redirect URL."""

    REGISTERED = "registered"
    DIFFERS = "differs"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class RedirectMatch:
    """``nearest`` is the registered URL that comes closest ("" when none is near).

    ``difference`` is the first thing in which it differs, each with words of its own in the error
    book (``redirect_differs.<difference>``): ``http_registered`` and ``https_registered`` (the
    other side has the other scheme), ``loopback`` (localhost, 127.0.0.1, ::1), ``idn`` (one in its
    script, one as xn--), ``host``, ``default_port`` (one writes it), ``port``, ``trailing_slash``,
    ``percent_encoding``, ``case``, ``doubled_registered`` and ``doubled_wanted`` (a part of the
    path stands twice), ``path``. With ``REGISTERED`` stand ``query`` (ignored by the platform) and
    ``host_case`` (believed to be ignored).
    """

    state: RedirectState
    nearest: str = ""
    difference: str = ""


def needed_redirects(*callbacks: str) -> tuple[str, ...]:
    """The redirect URLs that have to be registered, as the console takes them, each once.

    ``callbacks`` are CAN's callback URLs, one for every address under which people open CAN.
    """
    return tuple(dict.fromkeys(registered_form(url) for url in callbacks if url.strip()))


def registered_form(url: str) -> str:
    """A URL as it is registered: what follows ``?`` or ``#`` does not count."""
    return re.split(r"[?#]", url.strip(), maxsplit=1)[0]


def missing_redirects(
    wanted: Sequence[str], registered: Sequence[str]
) -> tuple[tuple[str, RedirectMatch], ...]:
    """The wanted URLs that the platform would refuse, each with what comes closest.

    Raises ``InputError`` as ``compare_redirect``.
    """
    matches = ((url, compare_redirect(url, registered)) for url in wanted)
    return tuple(pair for pair in matches if pair[1].state is not RedirectState.REGISTERED)


def compare_redirect(wanted: str, registered: Sequence[str]) -> RedirectMatch:
    """Compare by the platform's rules; raises ``InputError`` when ``wanted`` is no address."""
    text = wanted.strip()
    ours = _Url(text, parse_web_address(text))
    compared = [(_differences(ours, theirs), theirs.given) for theirs in _readable(registered)]
    if not compared:
        return RedirectMatch(RedirectState.MISSING)
    differences, nearest = min(compared, key=lambda pair: _distance(pair[0]))
    if not differences:
        return RedirectMatch(RedirectState.REGISTERED, nearest, _ignored(ours, nearest))
    if len(differences) == 1 or "host" not in differences:
        return RedirectMatch(RedirectState.DIFFERS, nearest, differences[0])
    return RedirectMatch(RedirectState.MISSING)


@dataclass(frozen=True, slots=True)
class _Url:
    """An address with the text it was read from."""

    given: str
    read: WebAddress

    @property
    def host_as_written(self) -> str:
        """The host in small letters, in its own script."""
        found = _AUTHORITY.match(self.given.strip())
        return _PORT.sub("", found["authority"]).lower() if found else ""


def _readable(urls: Sequence[str]) -> Iterator[_Url]:
    """What is registered may be anything; what is no address can match nothing."""
    for url in urls:
        try:
            yield _Url(url, parse_web_address(url.strip()))
        except InputError:
            continue


def _distance(differences: Sequence[str]) -> int:
    """How far off: another host or path is farther than any spelling."""
    return sum(4 if one in _FAR else 1 for one in differences)


def _ignored(ours: _Url, nearest: str) -> str:
    """What differs although it does not count; "" when nothing does."""
    if ours.read.query or ours.read.fragment:
        return "query"
    same = registered_form(ours.given).rstrip("/") == registered_form(nearest).rstrip("/")
    return "" if same else "host_case"


def _differences(ours: _Url, theirs: _Url) -> list[str]:
    found = (
        _scheme(ours.read, theirs.read),
        _host(ours, theirs),
        _port(ours.read, theirs.read),
        _path(ours.read.path or "/", theirs.read.path or "/"),
    )
    return [one for one in found if one]


def _scheme(ours: WebAddress, theirs: WebAddress) -> str:
    return "" if ours.scheme == theirs.scheme else f"{theirs.scheme}_registered"


def _host(ours: _Url, theirs: _Url) -> str:
    mine, other = ours.host_as_written, theirs.host_as_written
    if mine == other:
        return ""
    if ours.read.host == theirs.read.host and mine.isascii() != other.isascii():
        return "idn"
    return "loopback" if ours.read.loopback and theirs.read.loopback else "host"


def _port(ours: WebAddress, theirs: WebAddress) -> str:
    if ours.port == theirs.port:
        return ""
    usual = all(side.port in (None, _DEFAULT_PORTS[side.scheme]) for side in (ours, theirs))
    return "default_port" if usual else "port"


def _path(mine: str, other: str) -> str:
    if mine == other:
        return ""
    if mine.rstrip("/") == other.rstrip("/"):
        return "trailing_slash"
    if unquote(mine) == unquote(other):
        return "percent_encoding"
    if mine.lower() == other.lower():
        return "case"
    if _stands_twice(mine, other):
        return "doubled_registered"
    return "doubled_wanted" if _stands_twice(other, mine) else "path"


def _stands_twice(once: str, twice: str) -> bool:
    """The beginning or the end of the path is there once more: ``/a/b`` and ``/a/b/a/b``."""
    once, twice = once.rstrip("/"), twice.rstrip("/")
    extra = len(twice) - len(once)
    if extra < 2:  # a slash and a letter
        return False
    tail, head = twice[-extra:], twice[:extra]
    if twice.startswith(once) and tail.startswith("/") and once.endswith(tail):
        return True
    return twice.endswith(once) and once.startswith(head + "/")
