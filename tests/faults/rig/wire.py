"""HTTP as bytes: a request that was read, an answer that can be spoilt."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """One request. ``line`` is ``METHOD /path`` without the query."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.method} {self.target.partition('?')[0]}"

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass
class Answer:
    """One answer, as it came from the healthy server or as a fault makes it up."""

    status: str = "200 OK"
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def head(self, *more: tuple[str, str]) -> bytes:
        lines = [f"{name}: {value}" for name, value in (*self.headers, *more)]
        return "\r\n".join([f"HTTP/1.1 {self.status}", *lines, "", ""]).encode()

    def whole(self) -> bytes:
        return self.head(("Content-Length", str(len(self.body)))) + self.body

    def json(self) -> Any:
        return json.loads(self.body)

    def changed(self, change: Callable[[Any], object]) -> Answer:
        """The same answer with another document."""
        return Answer(self.status, self.headers, json.dumps(change(self.json())).encode())


def made(
    status: str, body: bytes | dict[str, Any] = b"", kind: str = "application/json", **headers: str
) -> Answer:
    """An answer of our own; ``headers`` with ``_`` for ``-``."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Answer(status, [("Content-Type", kind), *named], data)


def page(status: str, title: str, **headers: str) -> Answer:
    """A page for people, as portals and gateways show it."""
    text = f"<!doctype html><html><head><title>{title}</title></head><body>{title}</body></html>"
    return made(status, text.encode(), "text/html; charset=utf-8", **headers)


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request; None when the client has closed."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = [(name, value.strip()) for name, _, value in (x.partition(":") for x in lines)]
    request = Request(method, target, headers, b"")
    length = int(request.header("content-length") or 0)
    return Request(method, target, headers, await reader.readexactly(length)) if length else request


async def ask(port: int, request: Request) -> Answer:
    """Pass a request on to a healthy server of this computer."""
    skipped = {"host", "connection", "content-length", "accept-encoding"}
    kept = [f"{name}: {value}" for name, value in request.headers if name.lower() not in skipped]
    head = [
        f"{request.method} {request.target} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: close",
        f"Content-Length: {len(request.body)}",
        *kept,
    ]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write("\r\n".join([*head, "", ""]).encode() + request.body)
        raw = await reader.read()
    finally:
        writer.close()
    top, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    own = {"connection", "content-length", "transfer-encoding"}
    pairs = [(name, value.strip()) for name, _, value in (x.partition(":") for x in lines)]
    return Answer(
        first.partition(" ")[2], [pair for pair in pairs if pair[0].lower() not in own], body
    )


def reset(writer: asyncio.StreamWriter) -> None:
    """Break a connection off with RST."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def until_closed(reader: asyncio.StreamReader) -> None:
    """Wait until the client gives up; read what it still sends."""
    while await reader.read(65_536):
        pass
