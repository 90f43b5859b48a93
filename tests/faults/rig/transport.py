"""Answers that break on the way, and the stream behaviours known from toxiproxy."""

from __future__ import annotations

import asyncio
import functools
import gzip
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.faults.rig.wire import Answer, Request, reset, until_closed


@dataclass
class Exchange:
    """A request that a fault answers.

    ``number`` counts the requests of the connection, ``earlier`` those that the fault was aimed
    at before this one.
    """

    request: Request
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int
    earlier: int
    healthy: Callable[[], Awaitable[Answer]]

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


Answering = Callable[[Exchange], Awaitable[bool]]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BODY = b'{"code": 0, "msg": "ok", "data": {}, "success": true}'
DRIP_SECONDS = 0.03
LATENCY_SECONDS = 0.06


def raw(data: bytes, *, reset_after: bool = False) -> Answering:
    """Write these bytes and close, or reset."""

    async def answering(exchange: Exchange) -> bool:
        await exchange.write(data)
        if reset_after:
            await asyncio.sleep(0.01)  # else the reset overtakes the bytes
            reset(exchange.writer)
        return False

    return answering


def stall(data: bytes) -> Answering:
    """Write these bytes and nothing more."""

    async def answering(exchange: Exchange) -> bool:
        await exchange.write(data)
        await until_closed(exchange.reader)
        return False

    return answering


def drip(head: bytes, rest: bytes) -> Answering:
    """Write ``head`` at once and ``rest`` byte after byte."""

    async def answering(exchange: Exchange) -> bool:
        await exchange.write(head)
        for byte in rest:
            await exchange.write(bytes([byte]))
            await asyncio.sleep(DRIP_SECONDS)
        return False

    return answering


async def answer_lost(exchange: Exchange) -> bool:
    """The server did it; the answer is lost in a reset."""
    await exchange.healthy()
    reset(exchange.writer)
    return False


async def latency(exchange: Exchange) -> bool:
    """Everything comes, a little later."""
    await asyncio.sleep(LATENCY_SECONDS)
    await exchange.write((await exchange.healthy()).whole())
    return True


async def latency_over(exchange: Exchange) -> bool:
    """The answer comes after the caller's deadline."""
    answer = (await exchange.healthy()).whole()
    try:
        await asyncio.wait_for(until_closed(exchange.reader), 6)
    except TimeoutError:
        await exchange.write(answer)
    return False


async def bandwidth(exchange: Exchange) -> bool:
    """The whole answer at about 60 bytes a second, in pieces of two."""
    data = (await exchange.healthy()).whole() + b" " * 400
    for at in range(0, len(data), 2):
        await exchange.write(data[at : at + 2])
        await asyncio.sleep(DRIP_SECONDS)
    return False


async def slicer(exchange: Exchange) -> bool:
    """The whole answer in pieces of one to three bytes."""
    data = (await exchange.healthy()).whole()
    size, at = 1, 0
    while at < len(data):
        await exchange.write(data[at : at + size])
        at, size = at + size, size % 3 + 1
        if at % 64 == 0:
            await asyncio.sleep(0)
    return True


async def slow_close(exchange: Exchange) -> bool:
    """An answer without a length that ends when the connection closes, which it does not."""
    answer = await exchange.healthy()
    await exchange.write(answer.head(("Connection", "close")) + answer.body)
    await until_closed(exchange.reader)
    return False


async def limit_data(exchange: Exchange) -> bool:
    """The connection ends in the middle of the answer's body."""
    data = (await exchange.healthy()).whole()
    cut = data.index(b"\r\n\r\n") + 4 + 7
    await exchange.write(data[:cut])
    return False


async def close_stale(exchange: Exchange) -> bool:
    """A kept connection turns out to be closed when it is used again."""
    return False


@functools.cache
def bomb() -> bytes:
    """About 30 kB that unpack to 30 MB of valid JSON."""
    packed = gzip.compress(BODY[:-1] + b" " * 30_000_000 + b"}", 9)
    return HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed


async def zip_bomb(exchange: Exchange) -> bool:
    """A small body that unpacks to a huge one."""
    await exchange.write(bomb())
    return False


def sized(body: bytes, length: str) -> bytes:
    """An answer that claims this length."""
    return HEAD + f"Content-Length: {length}\r\n\r\n".encode() + body


def chunked(body: bytes) -> bytes:
    """An answer in chunks as given."""
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + body
