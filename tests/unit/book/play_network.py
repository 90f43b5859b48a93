"""Failures on the way, provoked on loopback, and what a server's operator pastes of them."""

from __future__ import annotations

import asyncio
import errno
import re
import ssl
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import trustme

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.services.net.failure import classify
from feishu_wizard.services.net.http import Http, NetSettings, Policy, Route
from feishu_wizard.services.net.probe import certificate
from feishu_wizard.services.net.trail import Trail
from tests.unit.book.desk import Answered, Desk, refusal, serving
from tests.unit.net.servers import answer, serve


async def _asked(url: str) -> Any:
    async with Http(NetSettings(proxy="none")) as http:
        return await refusal(http.request("GET", url, policy=Policy.FEISHU, deadline=20.0))


def _after_the_greeting(words: bytes) -> Callable[[Desk], Any]:
    """A server that answers the first bytes of TLS with ``words`` and hangs up."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(words)

    async def play(desk: Desk) -> Any:
        async with serve(handle) as server:
            return await _asked(server.https)

    return play


async def _status(desk: Desk) -> Any:
    """A status without the platform's envelope, as curl tells it to somebody."""
    async with serving({}, Answered(b"<h1>no", 502)) as platform:
        reply = await platform.http.request("GET", platform.origin, policy=Policy.FEISHU)
    return f"curl: (22) The requested URL returned error: {reply.status}"


def _unreachable(desk: Desk) -> Any:
    """No loopback address is unreachable: the kernel's own error, through the classifier."""
    try:
        try:
            raise OSError(errno.ENETUNREACH, "Network is unreachable")
        except OSError as cause:
            raise httpx.ConnectError("") from cause
    except httpx.ConnectError as error:
        code, params = classify(error, Route(None, "none"), Trail(), None)
    return NetworkError(code, {"host": "open.feishu.cn", **params})


def _certificate_wanted(desk: Desk) -> Any:
    """A server lets in only those who show a certificate; what a TLS client says is pasted."""
    authority = trustme.CA()
    wanting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(wanting)
    authority.configure_trust(wanting)
    wanting.verify_mode = ssl.CERT_REQUIRED
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(trusting)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(back, there, server_hostname="localhost")
    server = wanting.wrap_bio(there, back, server_side=True)
    for side in (client, server):
        with pytest.raises(ssl.SSLWantReadError):
            side.do_handshake()
    client.do_handshake()
    with pytest.raises(ssl.SSLError, match="PEER_DID_NOT_RETURN_A_CERTIFICATE"):
        server.do_handshake()
    with pytest.raises(ssl.SSLError) as refused:
        client.read()
    return str(refused.value)


async def _damaged_certificate(desk: Desk) -> Any:
    """A server whose certificate ends in the thirteenth month of a year."""
    made = trustme.CA().issue_cert("localhost")
    der = ssl.PEM_cert_to_DER_cert(made.cert_chain_pems[0].bytes().decode())
    begins, ends = list(re.finditer(rb"(?:\x17\x0d|\x18\x0f)\d+Z", der))[:2]
    at = ends.end() - len("mmddhhmmssZ")
    assert begins.end() == ends.start()
    path = desk.folder / "server.pem"
    pem = ssl.DER_cert_to_PEM_cert(der[:at] + b"13" + der[at + 2 :])
    path.write_bytes(made.private_key_pem.bytes() + pem.encode())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    async with serve(answer(), context) as server:
        return await refusal(certificate(server.https))


PLAYERS: dict[str, Callable[[Desk], Any]] = {
    "net.unreachable": _unreachable,
    "net.status": _status,
    "net.tls.other.plain_http": _after_the_greeting(answer(status="400 Bad Request")),
    "net.tls.client_certificate": _certificate_wanted,
    "net.tls.other.certificate": _damaged_certificate,
    "net.tls.other.closed": _after_the_greeting(b""),
}
