"""Reading what came to the listener: one request, as strict as a browser is exact.

The bytes are read by h11, which also refuses what is no HTTP/1.x (its limits are given here).
"""

from __future__ import annotations

import asyncio
import hmac
import re
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl

import h11

from feishu_wizard.domain.secret import Secret

HEAD_LIMIT = 16_384  # bytes of request line and headers; browsers send about 1,000
TARGET_LIMIT = 4_096  # a code has 64 characters and more (official docs: obtain-oauth-code)
FIELD_LIMIT = 16
_CHUNK = 4_096
_CODE = re.compile(r"[\x21-\x7e]{1,2048}")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# A GET has no body and asks for no other protocol: whoever announces one means something else.
_FOREIGN = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})
# What a page may not do in a person's name: embed the address or fetch it (W3C Fetch Metadata).
_NAVIGATION = {b"sec-fetch-mode": b"navigate", b"sec-fetch-dest": b"document"}


class Refusal(Exception):  # noqa: N818 - the end of a request, no error of ours
    """A request that is not the answer. Says nothing but the status that goes back."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.value)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """A GET that was sent to this very address. Neither part is shown in the ``repr``."""

    path: str
    query: str | None

    def __repr__(self) -> str:
        return "Request(***)"


@dataclass(frozen=True, slots=True)
class Answered:
    """How the sign-in came back: with a code, or with OAuth's word for what went wrong
    ("unknown" for one that is no word)."""

    code: Secret | None = None
    error: str = ""

    @property
    def good(self) -> bool:
        """There is a code to be redeemed."""
        return self.code is not None


async def read_request(reader: asyncio.StreamReader, host: str) -> Request:
    """Read one request for ``host`` (name:port); raises ``Refusal``. The caller keeps the time."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_LIMIT)
    event = await _first_event(connection, reader)
    _check_head(event, host)
    if connection.trailing_data[0]:  # pipelined: a browser waits for the redirect
        raise Refusal(HTTPStatus.BAD_REQUEST)
    if len(event.target) > TARGET_LIMIT:
        raise Refusal(HTTPStatus.REQUEST_URI_TOO_LONG)
    path, mark, query = event.target.decode("ascii").partition("?")
    return Request(path, query if mark else None)


async def _first_event(connection: h11.Connection, reader: asyncio.StreamReader) -> h11.Request:
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError as error:
            raise Refusal(_status(error)) from None
        if isinstance(event, h11.Request):
            return event
        if event is not h11.NEED_DATA:
            raise Refusal(HTTPStatus.BAD_REQUEST)
        connection.receive_data(await reader.read(_CHUNK))


def _status(error: h11.RemoteProtocolError) -> HTTPStatus:
    try:
        return HTTPStatus(error.error_status_hint)
    except ValueError:
        return HTTPStatus.BAD_REQUEST


def _check_head(request: h11.Request, host: str) -> None:
    if request.http_version != b"1.1":
        raise Refusal(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED)
    if _values(request, b"host") != [host.encode("ascii")]:
        raise Refusal(HTTPStatus.MISDIRECTED_REQUEST)
    if request.method != b"GET":
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED)
    if any(name in _FOREIGN for name, _ in request.headers):
        raise Refusal(HTTPStatus.BAD_REQUEST)
    for name, wanted in _NAVIGATION.items():
        if _values(request, name) not in ([], [wanted]):
            raise Refusal(HTTPStatus.FORBIDDEN)


def _values(request: h11.Request, name: bytes) -> list[bytes]:
    return [value for one, value in request.headers if one == name]


def read_answer(request: Request, path: str, state: Secret) -> Answered:
    """What the platform sent the browser back with; raises ``Refusal`` for anything else.

    The path is compared as it came: an encoded one is another. Unknown parameters are left
    alone, as RFC 6749 (4.1.2) asks; of those that count each stands once.
    """
    if request.path != path:
        raise Refusal(HTTPStatus.NOT_FOUND)
    fields = _fields(request.query or "")
    given = _single(fields, "state")
    # Compared before anything else is looked at, in time that does not depend on it.
    if not hmac.compare_digest(given.encode(), state.reveal().encode()):
        raise Refusal(HTTPStatus.FORBIDDEN)
    named = [name for name, _ in fields if name in ("code", "error")]
    if len(named) != 1:
        raise Refusal(HTTPStatus.BAD_REQUEST)
    value = _single(fields, named[0])
    if named[0] == "error":
        return Answered(error=value if _WORD.fullmatch(value) else "unknown")
    if not _CODE.fullmatch(value):
        raise Refusal(HTTPStatus.BAD_REQUEST)
    return Answered(code=Secret(value))


def _fields(query: str) -> list[tuple[str, str]]:
    if _BROKEN_PERCENT.search(query):
        raise Refusal(HTTPStatus.BAD_REQUEST)
    try:
        return parse_qsl(
            query,
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=FIELD_LIMIT,
        )
    except ValueError:
        raise Refusal(HTTPStatus.BAD_REQUEST) from None


def _single(fields: list[tuple[str, str]], name: str) -> str:
    values = [value for one, value in fields if one == name]
    if len(values) != 1:
        raise Refusal(HTTPStatus.BAD_REQUEST)
    return values[0]
