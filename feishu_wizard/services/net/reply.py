"""An answer as it came: status, headers, a bounded body, and what it cost."""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import msgspec

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.finding import Evidence, Who

if TYPE_CHECKING:
    import httpx

_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer. ``url`` is without query, ``headers`` have lower-case names.

    ``ms`` is the whole exchange, ``at`` its beginning (RFC 3339 UTC). ``set_cookies`` has every
    Set-Cookie line by itself: joined in ``headers`` they cannot be told apart. Neither headers nor
    body are part of the ``repr``: they may hold tokens.
    """

    method: str
    url: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    ms: int
    at: str
    set_cookies: tuple[str, ...] = field(default=(), repr=False)

    @property
    def host(self) -> str:
        """Host and port as in the URL."""
        return urlsplit(self.url).netloc

    def evidence(
        self, *, feishu_code: int | None = None, msg: str = "", log_id: str = ""
    ) -> Evidence:
        """The exchange as a finding keeps it: no query, no body."""
        return Evidence(
            method=self.method,
            host=self.host,
            path=urlsplit(self.url).path,
            http_status=self.status,
            feishu_code=feishu_code,
            msg=msg,
            log_id=log_id,
            ms=self.ms,
            at=self.at,
        )

    def json(self) -> object:
        """The decoded body; ``net.not_json`` (host, status, title) for anything else."""
        try:
            return msgspec.json.decode(self.body.removeprefix(b"\xef\xbb\xbf"))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self.not_json() from None

    def not_json(self) -> NetworkError:
        """The failure of an answer in another language, such as a login page."""
        return NetworkError(
            "net.not_json",
            {"host": self.host, "status": str(self.status), "title": self.title()},
            who=Who.NETWORK,
            evidence=(self.evidence(),),
        )

    def title(self) -> str:
        """The title of an HTML page on one line, at most 80 characters; "" for none."""
        match = _TITLE.search(self.body[:65_536])
        if match is None:
            return ""
        text = html.unescape(match[1].decode("utf-8", "replace"))
        words = " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())
        return words[:80]


class TooLargeError(Exception):
    """The body is longer than the caller takes."""


class BadEncodingError(Exception):
    """The body is packed in a way we did not ask for, or is broken."""


async def read_body(response: httpx.Response, limit: int) -> bytes:
    """Read at most ``limit`` bytes, unpacked; a small packed body cannot grow beyond it."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    # Without the response's own layers over its stream, each with its generators for every part.
    parts = aiter(cast("httpx.AsyncByteStream", response.stream))
    if encoding in ("", "identity"):
        return await _collect(parts, limit)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise BadEncodingError(encoding)
    return await _collect(_unpack(parts, limit), limit)


async def _collect(parts: AsyncIterator[bytes], limit: int) -> bytes:
    body = bytearray()
    async for part in parts:
        body += part
        if len(body) > limit:
            raise TooLargeError
    return bytes(body)


async def _unpack(parts: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        async for part in parts:
            yield unpacker.decompress(part, limit + 1)
            if unpacker.unconsumed_tail:
                raise TooLargeError
    except zlib.error as error:
        raise BadEncodingError(str(error)) from error
    if not unpacker.eof:
        raise BadEncodingError("cut off")
