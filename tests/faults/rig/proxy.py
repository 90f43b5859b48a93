"""A CONNECT proxy that demands a password, and the ways in which proxies refuse."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from typing import TYPE_CHECKING

from tests.faults.rig.wire import read_request, until_closed

if TYPE_CHECKING:
    from tests.faults.rig.server import Rig

USER = "rig"


def refusal(status: str, more: str = "") -> bytes:
    """An answer to CONNECT."""
    return f"HTTP/1.1 {status}\r\n{more}Content-Length: 0\r\n\r\n".encode()


def challenge(*schemes: str) -> bytes:
    """The demand to sign in."""
    lines = "".join(f"Proxy-Authenticate: {scheme}\r\n" for scheme in schemes)
    return refusal("407 Proxy Authentication Required", lines)


async def serve_proxy(rig: Rig, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one CONNECT, and carry bytes when it was granted."""
    request = await read_request(reader)
    if request is None:
        return
    kind = rig.kind if rig.kind and rig.kind.group == "proxy" else None
    if kind is not None:
        rig.met.set()
        if kind.says is None:
            await until_closed(reader)
            return
        writer.write(kind.says)
        await writer.drain()
        return
    expected = base64.b64encode(f"{USER}:{rig.password}".encode()).decode()
    if request.header("proxy-authorization") != f"Basic {expected}":
        writer.write(challenge('Basic realm="rig"'))
        await writer.drain()
        return
    host = request.target.partition(".")[0]
    await _tunnel(reader, writer, rig.gates[host].tls)


async def _tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        ends = (_pump(reader, far_writer), _pump(far_reader, writer))
        await asyncio.gather(*ends)
    finally:
        far_writer.close()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    target.close()
