"""One fault at a time, then health: named, in time, without a secret, and the client goes on."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import time
from collections.abc import Awaitable, Callable

import pytest

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.net.http import Http, NetSettings, Policy, Reply
from tests.unit.net.servers import answer, serve

pytestmark = pytest.mark.anyio
CANARY = "9fK2mQ7xW4vT8sR1pL6nB3cD5hJ0gZyA"
Fault = Callable[[asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def raw(data: bytes) -> Fault:
    """Write these bytes and close."""

    async def fault(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return fault


def hang(data: bytes) -> Fault:
    """Write these bytes and never anything more."""

    async def fault(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        await asyncio.Event().wait()

    return fault


async def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection off with RST."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
FAULTS: dict[str, tuple[Fault, str]] = {
    "close without answer": (raw(b""), "net.reset"),
    "reset after request": (reset, "net.reset"),
    "hang": (hang(b""), "net.deadline"),
    "half head": (hang(HEAD), "net.deadline"),
    "half head and close": (raw(HEAD), "net.reset"),
    "half body": (hang(HEAD + b"Content-Length: 10\r\n\r\n{"), "net.deadline"),
    "half body and close": (raw(HEAD + b"Content-Length: 10\r\n\r\n{"), "net.protocol"),
    "wrong length": (raw(HEAD + b"Content-Length: ten\r\n\r\n{}"), "net.protocol"),
    "two lengths": (
        raw(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}"),
        "net.protocol",
    ),
    "bad chunk": (raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n?\r\n"), "net.protocol"),
    "cut chunk": (raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{"), "net.protocol"),
    "garbage status": (raw(b"HTTP/9 OK fine\r\n\r\n"), "net.protocol"),
    "bad gzip": (raw(HEAD + b"Content-Encoding: gzip\r\n\r\n{}"), "net.protocol"),
    "huge": (raw(HEAD + b"\r\n" + b"x" * 70_000), "net.too_large"),
    "html": (raw(answer(b"<title>Login</title>", kind="text/html")), "net.not_json"),
    "cut json": (raw(answer(b'{"code":')), "net.not_json"),
    "bad utf-8": (raw(answer(b'{"msg":"\xff"}')), "net.not_json"),
}


@pytest.mark.parametrize(("fault", "code"), FAULTS.values(), ids=FAULTS)
async def test_a_fault_and_then_health(fault: Fault, code: str, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    secret, broken = Secret(CANARY), True

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if broken:
            await fault(writer)
        else:
            writer.write(answer(b'{"code": 0}'))

    async with serve(handle) as server, Http(NetSettings()) as http:

        async def call() -> Reply:
            reply = await http.request(
                "GET", f"{server.http}/x?code={secret.reveal()}", policy=Policy.FEISHU,
                headers={"Authorization": f"Bearer {secret.reveal()}"}, deadline=0.8,
                max_bytes=65_536,
            )  # fmt: skip
            reply.json()
            return reply

        start = time.monotonic()
        with pytest.raises(NetworkError) as caught:
            await call()
        assert time.monotonic() - start < 5
        error = caught.value
        assert error.code == code
        assert error.params["host"].startswith("127.0.0.1")
        assert (error.evidence[0].method, error.evidence[0].path) == ("GET", "/x")
        broken = False
        assert (await call()).json() == {"code": 0}
    assert CANARY not in caplog.text + repr((error, error.params, error.evidence, vars(error)))
