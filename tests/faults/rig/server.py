"""The man in the middle: gates before the sandbox's origins, and a proxy before the gates.

Everything runs in one thread of its own. A gate passes requests on as they are until a fault is
armed; then it spoils what the fault is aimed at, and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
import threading
import time
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.faults.rig.kinds import Kind
from tests.faults.rig.proxy import serve_proxy
from tests.faults.rig.tls import Certificates
from tests.faults.rig.transport import Exchange, bomb
from tests.faults.rig.wire import Answer, Request, ask, read_request, reset

T = TypeVar("T")
HEALTHY, NOBODY, BLACK_HOLE = "127.0.0.1", "127.0.0.9", "127.0.0.8"


@dataclass(frozen=True)
class Aim:
    """What a fault hits: a host, and the requests whose ``METHOD /path`` matches."""

    host: str = "open"
    requests: str = ""

    def at(self, request: Request) -> bool:
        return re.search(self.requests, request.line) is not None


@dataclass(eq=False)
class Connection:
    """A connection that a client opened."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    requests: int = 0
    task: asyncio.Task[Any] | None = None


@dataclass
class Gate:
    """One origin: its plain and its TLS port, and the healthy server's port behind it."""

    host: str
    upstream: int
    plain: int = 0
    tls: int = 0
    servers: list[asyncio.Server] = field(default_factory=list)


class Rig:
    """All gates and the proxy. ``arm`` and ``heal`` may be called from any thread."""

    def __init__(self, upstream: Mapping[str, int], folder: Path, password: str) -> None:
        self.certificates = Certificates(folder)
        self.password = password
        self.kind: Kind | None = None
        self.aim = Aim()
        self.met = threading.Event()
        self.released = threading.Event()
        self.released.set()
        self.connections: set[Connection] = set()
        self.passed: list[tuple[str, Answer]] = []
        self.tokens: set[str] = set()
        self.requests = 0
        self.proxy_port = 0
        self.gates = {host: Gate(host, port) for host, port in upstream.items()}
        self._full: list[socket.socket] = []
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="rig", daemon=True)

    # -- from the test's thread -----------------------------------------------------------

    def __enter__(self) -> Rig:
        bomb()  # packed before anything is measured
        self._thread.start()
        self.do(self._open())
        return self

    def __exit__(self, *error: object) -> None:
        self.heal()
        self.do(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()
        for sock in self._full:
            sock.close()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the rig's loop and wait for it."""
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self.loop)
        return future.result(20)

    def arm(self, kind: Kind, aim: Aim) -> None:
        """Break something from now on."""
        self.met.clear()
        self.released.clear()
        self.requests = 0
        self.kind, self.aim = kind, aim

    def heal(self) -> None:
        """Be healthy again; what still hangs is broken off."""
        self.kind = None
        self.released.set()

    def origin(self, host: str, scheme: str, *, proxied: bool = False) -> str:
        """The address of a gate as the product is told it."""
        if proxied:
            return f"https://{host}.rig.test"
        gate = self.gates[host]
        return f"{scheme}://{host}.rig.localhost:{gate.tls if scheme == 'https' else gate.plain}"

    def effects(self, pattern: str) -> frozenset[str]:
        """What requests that match have left behind: ids of messages, versions of settings."""
        done = [
            answer.json()["data"]
            for line, answer in self.passed
            if pattern and re.search(pattern, line) and answer.status.startswith("2")
        ]
        return frozenset(str(data.get("message_id") or data.get("version")) for data in done)

    def open_after(self, seconds: float, since: frozenset[Connection] = frozenset()) -> int:
        """How many connections are still open, at the latest after ``seconds``."""
        end = time.monotonic() + seconds
        while (left := len(self.connections - since)) and time.monotonic() < end:
            threading.Event().wait(0.005)
        return left

    def address_of(self, name: str) -> str:
        """What a name of the rig resolves to; called in the resolver's threads."""
        kind = self.kind
        host = name.partition(".")[0]
        wanted = "proxy" if kind and kind.group == "proxy" else self.aim.host
        if kind is None or not kind.resolves or host != wanted:
            return HEALTHY
        if kind.resolves == "lost":
            return NOBODY if self.met.is_set() else HEALTHY
        self.met.set()
        if kind.resolves == "nx":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if kind.resolves == "hang":
            self.released.wait(10)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return NOBODY if kind.resolves == "nobody" else BLACK_HOLE

    # -- on the rig's loop ----------------------------------------------------------------

    async def _open(self) -> None:
        for gate in self.gates.values():
            for encrypted in (False, True):
                server = await asyncio.start_server(self._handler(gate, encrypted), HEALTHY, 0)
                port = server.sockets[0].getsockname()[1]
                setattr(gate, "tls" if encrypted else "plain", port)
                gate.servers.append(server)
                self._black_hole(port)
        self._proxy = await asyncio.start_server(self._serve_proxy, HEALTHY, 0)
        self.proxy_port = self._proxy.sockets[0].getsockname()[1]

    def _black_hole(self, port: int) -> None:
        """A listener whose queue is full: the system drops every further SYN."""
        listener = socket.socket()
        listener.bind((BLACK_HOLE, port))
        listener.listen(0)
        self._full.append(listener)
        for _ in range(2):
            knock = socket.socket()
            knock.setblocking(False)
            knock.connect_ex((BLACK_HOLE, port))
            self._full.append(knock)

    async def _close(self) -> None:
        servers = [server for gate in self.gates.values() for server in gate.servers]
        for server in (*servers, self._proxy):
            server.close()
        tasks = [c.task for c in self.connections if c.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve_proxy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self._tracked(Connection(reader, writer), serve_proxy(self, reader, writer))

    def _handler(self, gate: Gate, encrypted: bool) -> Any:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = Connection(reader, writer)
            await self._tracked(connection, self._serve(gate, connection, encrypted))

        return handle

    async def _tracked(self, connection: Connection, work: Coroutine[Any, Any, None]) -> None:
        connection.task = asyncio.current_task()
        self.connections.add(connection)
        expected = (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError)
        try:
            with contextlib.suppress(*expected):
                await work
        finally:
            self.connections.discard(connection)
            connection.writer.close()

    async def _serve(self, gate: Gate, connection: Connection, encrypted: bool) -> None:
        kind = self._aimed(gate)
        if kind and kind.accepts:
            self.met.set()
            await kind.accepts(connection.reader, connection.writer)
            return
        if encrypted:
            name = kind.certificate if kind and kind.certificate else "good"
            if name != "good":
                self.met.set()
            await connection.writer.start_tls(self.certificates.context(name))
        while (request := await read_request(connection.reader)) is not None:
            connection.requests += 1
            self._note(request)
            if not await self._answer(gate, connection, request):
                return

    async def _answer(self, gate: Gate, connection: Connection, request: Request) -> bool:
        """Answer one request, well or as the fault says; False ends the connection."""
        kind = self._aimed(gate)

        async def healthy() -> Answer:
            answer = await ask(gate.upstream, request)
            self.passed.append((request.line, answer))
            return answer

        if kind and kind.resolves == "lost":
            self.requests += 1
            if self.requests > 1 or self.aim.at(request):
                self.met.set()
                reset(connection.writer)
                return False
        if kind and kind.answers and self.aim.at(request):
            ends = (connection.reader, connection.writer)
            exchange = Exchange(request, *ends, connection.requests, self.requests, healthy)
            self.requests += 1
            if kind.applies(exchange):
                self.met.set()
                return await kind.answers(exchange)
        connection.writer.write((await healthy()).whole())
        await connection.writer.drain()
        return True

    def _aimed(self, gate: Gate) -> Kind | None:
        return self.kind if self.kind and self.aim.host == gate.host else None

    def _note(self, request: Request) -> None:
        scheme, _, token = request.header("authorization").partition(" ")
        if scheme == "Bearer" and token:
            self.tokens.add(token)
