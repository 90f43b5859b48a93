"""The end of a sign-in in the browser: listens on this computer for the one answer (RFC 8252).

127.0.0.1 only, never localhost: that name may lead to ::1, where another program listens, and the
platform compares redirect URLs as text. Taken is exactly one request: GET, this very path, the
Host of this very address (a web page that had its name resolve to 127.0.0.1 sends its own), the
state of this sign-in, one code or one error. It is answered with a redirect to a page that has
nothing in its address. Everything else is refused and changes nothing.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Self

from feishu_wizard.domain.errors import InputError, WizardError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.sign_in import LISTENER_HOST, listener_url
from feishu_wizard.services.net.loopback_reply import Pages, page, redirect, refusal
from feishu_wizard.services.net.loopback_request import (
    Answered,
    Refusal,
    Request,
    read_answer,
    read_request,
)

_PORTS = range(1024, 65536)  # below, most systems want an administrator
_BACKLOG = 64
_LEFTOVER = 262_144  # bytes that are read on after an answer


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds a listener. ``connections``: open at once; one more ends the oldest.

    ``seconds``: the life of a connection, from its first byte to the last of the answer.
    ``requests``: all together; then it listens no more. ``page_seconds``: how long the closing
    waits for the browser to fetch the page at the end.
    """

    connections: int = 32
    seconds: float = 5.0
    requests: int = 50_000
    page_seconds: float = 0.8


class Listener:
    """Listens from ``async with`` on, for one answer; closed within a second of its end.

    Raises ``InputError`` sign_in.bad_port, ``WizardError`` sign_in.port_busy and
    sign_in.port_unusable (param detail) when it cannot listen.
    """

    def __init__(
        self, port: int, path: str, state: Secret, pages: Pages, limits: Limits | None = None
    ) -> None:
        self.port, self.path = port, path
        self._state, self._pages = state, pages
        self._limits = limits or Limits()
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._answered: asyncio.Future[Answered] | None = None
        self._paged = False  # the page at the end was asked for
        self._shown = asyncio.Event()  # and has arrived
        self._left = self._limits.requests

    @property
    def url(self) -> str:
        """What is registered as a redirect URL."""
        return listener_url(self.port, self.path)

    async def answer(self) -> Answered:
        """Wait for the answer; sign_in.flooded when there were too many others."""
        assert self._answered is not None
        return await asyncio.shield(self._answered)

    async def __aenter__(self) -> Self:
        self._answered = asyncio.get_running_loop().create_future()
        bound = _bound(self.port)
        self.port = bound.getsockname()[1]
        self._server = await asyncio.start_server(self._serve, sock=bound, backlog=_BACKLOG)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        cancelled = kind is not None and not issubclass(kind, Exception)
        try:
            if self._has_answer and not cancelled:
                await asyncio.wait_for(self._shown.wait(), self._limits.page_seconds)
        except TimeoutError:
            return  # the browser did not come for its page; the answer is here all the same
        finally:
            self._close()

    @property
    def _has_answer(self) -> bool:
        future = self._answered
        if future is None or not future.done() or future.cancelled():
            return False
        return future.exception() is None

    def _close(self) -> None:
        """Stop listening and drop every connection, idle ones too. Nothing here waits."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task, writer in list(self._open.items()):
            task.cancel()
            writer.transport.abort()
        if self._answered is not None and not self._answered.done():
            self._answered.cancel()

    # -- one connection ---------------------------------------------------------------

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A connection came: a task of our own, because some Pythons complain of one of theirs
        that was cancelled."""
        self._make_room()
        task = asyncio.get_running_loop().create_task(self._talk(reader, writer))
        self._open[task] = writer
        task.add_done_callback(lambda done: self._open.pop(done, None))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request and its answer, then the connection ends, whatever else was sent on it."""
        try:
            async with asyncio.timeout(self._limits.seconds):
                answer, last = await self._reply(reader)
                writer.write(answer)
                writer.write_eof()
                # Closing with something unread would take the answer back from the browser.
                await _until_eof(reader)
                if last:
                    self._shown.set()
        except (TimeoutError, OSError):
            return  # too slow, or gone: nobody is there to be told
        finally:
            writer.transport.abort()

    def _make_room(self) -> None:
        """End the oldest connection: holding many open keeps nobody out."""
        while len(self._open) >= self._limits.connections:
            oldest = next(iter(self._open))
            self._open.pop(oldest).transport.abort()
            oldest.cancel()

    async def _reply(self, reader: asyncio.StreamReader) -> tuple[bytes, bool]:
        """What goes back, and whether it is the page at the end."""
        self._count()
        try:
            request = await read_request(reader, f"{LISTENER_HOST}:{self.port}")
            if self._has_answer:
                return self._page_at(request)
            answered = read_answer(request, self.path, self._state)
            return self._taken(answered), False
        except Refusal as refused:
            return refusal(refused.status), False

    def _taken(self, answered: Answered) -> bytes:
        assert self._answered is not None
        if self._answered.done():  # flooded
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE)
        self._answered.set_result(answered)
        return redirect(self._pages.path_of(answered.good))

    def _page_at(self, request: Request) -> tuple[bytes, bool]:
        """After the answer there is the page at the end, once, and nothing else."""
        assert self._answered is not None
        good = self._answered.result().good
        if request.path == self.path:
            raise Refusal(HTTPStatus.GONE)
        if self._paged or (request.path, request.query) != (self._pages.path_of(good), None):
            raise Refusal(HTTPStatus.NOT_FOUND)
        self._paged = True
        return page(self._pages, good=good), True

    def _count(self) -> None:
        """Too many requests end it: somebody tries states, or another page never stops."""
        self._left -= 1
        if self._left >= 0:
            return
        if self._answered is not None and not self._answered.done():
            count = str(self._limits.requests)
            self._answered.set_exception(WizardError("sign_in.flooded", {"count": count}))


def _bound(port: int) -> socket.socket:
    """A socket that listens at 127.0.0.1; port 0 takes a free one."""
    if port and port not in _PORTS:
        raise InputError("sign_in.bad_port", {"port": str(port)})
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # Elsewhere "reuse" only means not to wait for old connections; on Windows it would let
        # two programs listen at one port.
        option = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
        made.setsockopt(socket.SOL_SOCKET, option, 1)
        made.setblocking(False)
        made.bind((LISTENER_HOST, port))
        made.listen(_BACKLOG)
    except OSError as error:
        made.close()
        raise _unusable(port, error) from error
    return made


def _unusable(port: int, error: OSError) -> WizardError:
    """Who holds a port is not guessed."""
    if error.errno == errno.EADDRINUSE:
        return WizardError("sign_in.port_busy", {"port": str(port)})
    detail = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return WizardError("sign_in.port_unusable", {"port": str(port), "detail": detail})


async def _until_eof(reader: asyncio.StreamReader) -> None:
    """Read and drop what still comes, up to a bound; the caller keeps the time."""
    rest = _LEFTOVER
    while rest > 0 and (data := await reader.read(4_096)):
        rest -= len(data)
