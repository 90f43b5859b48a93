"""Real servers on loopback that behave, and misbehave, as told."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """A listening server; ``heads`` are the request heads it received."""

    port: int
    heads: list[bytes] = field(default_factory=list)
    ended: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def https(self) -> str:
        return f"https://127.0.0.1:{self.port}"


@contextlib.asynccontextmanager
async def serve(
    answer: bytes | Handler, context: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Server]:
    """Serve fixed bytes after each request head, or a handler, until the block ends."""
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            if callable(answer):
                await answer(reader, writer)
            else:
                known.heads.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError) as error:
            if isinstance(error, asyncio.IncompleteReadError) and error.partial:
                known.heads.append(error.partial)
        except asyncio.CancelledError:
            pass  # the end of the test; a cancelled handler would be logged as an error
        finally:
            tasks.discard(task)
            writer.close()
            known.ended.release()

    known = Server(0)
    server = await asyncio.start_server(handle, host, 0, ssl=context)
    known.port = server.sockets[0].getsockname()[1]
    try:
        yield known
    finally:
        server.close()
        running = list(tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def answer(
    body: bytes = b"{}", status: str = "200 OK", kind: str = "application/json", more: str = ""
) -> bytes:
    """A complete HTTP answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}"
    return f"{head}Connection: close\r\n\r\n".encode() + body


@dataclass
class Proxy:
    """A CONNECT proxy; ``credentials`` as ``user:password`` when it demands them."""

    credentials: str = ""
    challenge: str = "Proxy-Authenticate: Basic realm=x\r\n"
    refuse: str = ""
    seen: list[str] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        self.seen.append(head)
        token = base64.b64encode(self.credentials.encode()).decode()
        if self.credentials and f"Proxy-Authorization: Basic {token}" not in head:
            writer.write(f"HTTP/1.1 407 No\r\n{self.challenge}Content-Length: 0\r\n\r\n".encode())
            await writer.drain()
            return
        if self.refuse:
            writer.write(f"HTTP/1.1 {self.refuse}\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
            return
        _, port = head.split()[1].rsplit(":", 1)
        await tunnel(reader, writer, int(port), b"HTTP/1.1 200 Connected\r\n\r\n")


async def tunnel(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, ready: bytes
) -> None:
    """Connect to a port of this computer, say ``ready``, carry bytes until both sides end."""
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(ready)
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
    finally:
        far_writer.close()
        with contextlib.suppress(ConnectionError):
            await far_writer.wait_closed()


async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Carry bytes until the source ends."""
    with contextlib.suppress(ConnectionError):
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    target.close()
