"""What the listener answers with: a redirect, one plain page without a script, or a refusal."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

RECEIVED, REFUSED = "/feishu-wizard/received", "/feishu-wizard/refused"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of a page in one language; ``lang`` as in HTML."""

    lang: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Pages:
    """The page at the end in one language or several: for an answer, and for a refusal."""

    received: tuple[PageWords, ...]
    refused: tuple[PageWords, ...]

    def path_of(self, good: bool) -> str:
        """Where the browser is sent, with nothing behind it."""
        return RECEIVED if good else REFUSED


def redirect(path: str) -> bytes:
    """Away from the address that has the code in it, to be fetched with GET."""
    return _reply(HTTPStatus.SEE_OTHER, b"", {"Location": path})


def page(pages: Pages, *, good: bool) -> bytes:
    """The page at the end."""
    body = _html(pages.received if good else pages.refused).encode()
    return _reply(HTTPStatus.OK, body, {"Content-Type": "text/html; charset=utf-8"})


def refusal(status: HTTPStatus) -> bytes:
    """Nothing but the status: whoever sent something else learns nothing."""
    allow = {"Allow": "GET"} if status is HTTPStatus.METHOD_NOT_ALLOWED else {}
    return _reply(status, b"", allow)


def _reply(status: HTTPStatus, body: bytes, more: Mapping[str, str]) -> bytes:
    headers = {**more, **_HEADERS, "Content-Length": str(len(body))}
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii") + body


def _html(words: tuple[PageWords, ...]) -> str:
    title = html.escape(" · ".join(one.title for one in words))
    parts = "".join(
        f'<section lang="{html.escape(one.lang)}"><h1>{html.escape(one.title)}</h1>'
        f"<p>{html.escape(one.text)}</p></section>"
        for one in words
    )
    return (
        f'<!doctype html><html lang="{html.escape(words[0].lang)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{title}</title></head><body>{parts}</body></html>"
    )
