"""Addresses of CAN: what follows from any page of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.redirect import RedirectMatch, RedirectState, compare_redirect
from feishu_wizard.domain.web_address import WebAddress, parse_web_address

__all__ = [
    "API_PATH",
    "API_PORT",
    "CALLBACK_PATH",
    "CanAddress",
    "RedirectMatch",
    "RedirectState",
    "callback_candidates",
    "compare_redirect",
    "normal_origin",
    "read_can_address",
]

CALLBACK_PATH = "/user/softLogin"
# Source: CAN api-reference/calling-apis: base path and usual port of the product layer.
API_PATH = "/anymetrics/api/v1"
API_PORT = 8083
_SEMANTIC_PORT = 8085  # the other service; it knows no settings
_WEB_PORTS = frozenset({None, 80, 443, 8080, 8443, _SEMANTIC_PORT})
# Routes of CAN's web page and API: what stands before them is a context path.
_ROUTE = re.compile(r"/(?:user|anymetrics|semantic|login|index\.html?)(?:/|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CanAddress:
    """What follows from one address of CAN's web page.

    ``api_bases`` are candidates in the order to try, ``callback`` the first callback candidate.
    ``prefix`` is the context path ("/can") when the page lies below one, else "".
    """

    origin: str
    api_bases: tuple[str, ...]
    callback: str
    derived_from: str
    prefix: str = ""


def read_can_address(url: str) -> CanAddress:
    """Derive origin, API bases and callback from any address copied from CAN's web page.

    Raises ``InputError``: the codes of ``parse_web_address``, and ``address.feishu`` (host) for
    an address of the platform.
    """
    page = parse_web_address(url.strip())
    if page.feishu:
        raise InputError("address.feishu", {"host": page.host})
    prefix = _context(page)
    return CanAddress(
        page.origin,
        tuple(dict.fromkeys(_api_bases(page, prefix))),
        _own_callback(page, prefix) or page.origin + CALLBACK_PATH,
        url,
        prefix,
    )


def callback_candidates(address: CanAddress) -> tuple[str, ...]:
    """Callback URLs that may be the one; the truth is what CAN's own page shows."""
    below = address.origin + address.prefix + CALLBACK_PATH
    return tuple(dict.fromkeys((address.callback, address.origin + CALLBACK_PATH, below)))


def normal_origin(url: str) -> str:
    """Return ``scheme://host[:port]`` in small letters without a default port.

    Raises ``InputError`` as ``parse_web_address``.
    """
    return parse_web_address(url.strip()).origin


def _context(page: WebAddress) -> str:
    route = _ROUTE.search(page.path)
    if route:
        return page.path[: route.start()].rstrip("/")
    if page.fragment.startswith(("/", "!/")):  # a hash route: the path is where the page lies
        return page.path.rstrip("/")
    return ""


def _own_callback(page: WebAddress, prefix: str) -> str:
    """The callback itself was given: it stands as it is."""
    whole = prefix + CALLBACK_PATH
    return page.origin + whole if page.path.rstrip("/") == whole else ""


def _api_bases(page: WebAddress, prefix: str) -> Iterator[str]:
    yield page.origin + API_PATH
    if prefix:
        yield page.origin + prefix + API_PATH
    if page.port in _WEB_PORTS:
        yield f"{page.scheme}://{page.netloc_host.rstrip('.')}:{API_PORT}{API_PATH}"
