"""What each layer tells, its bound, the bound of all, and a cancel that leaves nothing open."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.services.net import probe as module
from feishu_wizard.services.net import tls
from feishu_wizard.services.net.address import parse_address
from feishu_wizard.services.net.http import Http, NetSettings, Policy
from feishu_wizard.services.net.probe import probe
from feishu_wizard.services.net.tls_finding import tls_finding
from feishu_wizard.services.net.trail import Trail
from feishu_wizard.text.words import finding_words
from tests.unit.net.servers import answer, serve

pytestmark = pytest.mark.anyio
PLATFORM = b'{"code": 99991661, "msg": "Missing access token"}'


async def look(url: str, name="open", policy=Policy.FEISHU, **settings) -> dict[str, Finding]:
    async with Http(NetSettings(**settings)) as http:
        found = await probe(http, url, name=name, policy=policy)
    return {finding.id.rpartition(".")[2]: finding for finding in found}


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def test_the_certificate_is_told_whole(tmp_path: Path) -> None:
    root = trustme.CA(organization_name="Root of Acme")
    middle = trustme.CA(parent_cert=root, organization_name="Acme Proxy CA")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    middle.issue_cert("127.0.0.1").configure_cert(context)
    root.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    async with serve(answer(PLATFORM), context) as server:
        layers = await look(server.https, ca_file=str(tmp_path / "ca.pem"))
    params = layers["tls"].params
    assert layers["tls"].status is Status.PASS
    assert params["version"] == "TLSv1.3"
    assert "Acme Proxy CA" in params["issuer"]
    assert params["not_before"] < datetime.now(UTC).isoformat() < params["not_after"]
    assert int(params["days"]) > 14
    assert len(params["sha256"]) == 64
    assert int(params["sent"]) >= 2
    assert params["chain"].startswith(params["subject"])
    assert params["chain"].index("Acme Proxy CA") < params["chain"].index("Root of Acme")
    assert "Acme Proxy CA" in finding_words(layers["tls"]).sentence


def test_without_the_chain_only_the_leaf_is_told(authority: trustme.CA) -> None:
    pem = authority.issue_cert("127.0.0.1").cert_chain_pems[0].bytes().decode()
    trail = Trail(version="TLSv1.3", der=ssl.PEM_cert_to_DER_cert(pem))
    finding = tls_finding("net.can.tls", parse_address("https://127.0.0.1"), trail, pinned=False)
    assert finding.status is Status.PASS
    assert "Middlebox" in finding.params["issuer"]
    assert "chain" not in finding.params
    assert "sent" not in finding.params


def test_a_certificate_that_cannot_be_read_is_still_trusted() -> None:
    trail = Trail(version="TLSv1.2", der=b"not DER")
    finding = tls_finding("net.can.tls", parse_address("https://127.0.0.1"), trail, pinned=True)
    assert (finding.code, finding.params) == (
        "net.tls.pinned",
        {"host": "127.0.0.1", "version": "TLSv1.2"},
    )


@pytest.mark.parametrize(("days", "status"), [(13, "warn"), (1, "warn"), (20, "pass")])
async def test_a_certificate_that_expires_soon(server_context, ca_file, days, status) -> None:
    ends = datetime.now(UTC) + timedelta(days=days, hours=1)
    async with serve(answer(PLATFORM), server_context(not_after=ends)) as server:
        layers = await look(server.https, ca_file=ca_file)
    assert layers["tls"].status.value == status
    assert layers["tls"].params["days"] == str(days)
    assert layers["http"].status is Status.PASS
    assert (layers["tls"].code == "net.tls.expiring") == (status == "warn")


async def test_an_untrusted_certificate_says_what_can_be_done(server_context) -> None:
    async with serve(answer(), server_context()) as server:
        feishu = (await look(server.https))["tls"]
        can = (await look(server.https, "can", Policy.CAN))["tls"]
    for finding in (feishu, can):
        assert finding.code == "net.tls.untrusted"
        assert "Middlebox" in finding.params["issuer"]
        assert finding.params["subject"]
        assert "CA file" in finding_words(finding).fix
    assert "accept" not in feishu.params
    assert "SHA-256" not in finding_words(feishu).fix
    assert can.params["accept"] == f"127.0.0.1:{server.port}"
    assert can.params["sha256"] in finding_words(can).fix


async def test_an_expired_certificate_says_when(server_context, ca_file) -> None:
    now = datetime.now(UTC)
    dates = {"not_before": now - timedelta(days=9), "not_after": now - timedelta(days=2)}
    async with serve(answer(), server_context(**dates)) as server:
        finding = (await look(server.https, ca_file=ca_file))["tls"]
    assert finding.code == "net.tls.expired"
    assert f"{now - timedelta(days=2):%Y-}" in finding_words(finding).sentence
    assert "Middlebox" in finding_words(finding).cause


async def test_a_portal_says_where_it_leads() -> None:
    reply = answer(b"", "302 Found", more="Location: http://portal.guest.example/login?a=b\r\n")
    async with serve(reply) as server:
        finding = (await look(server.http))["http"]
    assert (finding.code, finding.params["status"]) == ("net.portal", "302")
    assert finding.params["to"] == "portal.guest.example"
    async with serve(answer(b"", "302 Found", more="Location: http://[x\r\n")) as server:
        assert (await look(server.http))["http"].params["to"] == ""


@pytest.mark.parametrize("name", ["open", "accounts", "can"])
async def test_a_network_that_wants_a_sign_in(name: str) -> None:
    page = answer(b"<title>Sign in</title>", "511 Network Authentication Required", "text/html")
    async with serve(page) as server:
        finding = (await look(server.http, name, Policy.CAN))["http"]
    assert (finding.code, finding.params["title"]) == ("net.portal", "Sign in")


async def test_a_name_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = asyncio.get_running_loop().create_future()
    monkeypatch.setattr(module, "SECONDS", 0.2)
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lambda *args, **options: waiting)
    layers = await look("https://open.example")
    assert (layers["dns"].code, layers["dns"].params["seconds"]) == ("net.dns.timeout", "0.2")
    assert layers["http"].blocked_by == "net.open.dns"


async def test_all_layers_together_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOTAL_SECONDS", 0.5)
    async with serve(hang) as server:
        began = time.monotonic()
        layers = await look(f"https://localhost:{server.port}")
        took = time.monotonic() - began
    assert layers["tls"].code == "net.deadline"
    assert took < 3


@pytest.mark.parametrize("way", ["handshake", "answer", "proxy", "socks"])
async def test_a_cancel_closes_the_connection(way: str, server_context, ca_file) -> None:
    reached, gone = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await reader.read(1):
            return  # the connection of the layer below
        reached.set()
        with contextlib.suppress(ConnectionError):
            while await reader.read(4096):
                pass
        gone.set()

    async with serve(silent, server_context() if way == "answer" else None) as server:
        settings, url = {"ca_file": ca_file}, server.https
        if way in ("proxy", "socks"):
            scheme = "http" if way == "proxy" else "socks5h"
            settings["proxy"] = f"{scheme}://127.0.0.1:{server.port}"
            url = "https://far.invalid"
        async with Http(NetSettings(**settings)) as http:
            await cancelled(http, url, reached)
            async with asyncio.timeout(5):
                await gone.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="fills a queue as Linux has it; reads /proc")
async def test_a_cancel_while_connecting_leaves_no_socket(monkeypatch) -> None:
    waiting, loop = asyncio.Event(), asyncio.get_running_loop()
    real = loop.sock_connect

    async def connecting(sock: socket.socket, address: tuple[str, int]) -> None:
        waiting.set()
        await real(sock, address)

    monkeypatch.setattr(loop, "sock_connect", connecting)
    with full_backlog() as url:
        before = sockets()
        async with Http(NetSettings()) as http:
            await cancelled(http, url, waiting)
            assert sockets() == before


async def test_a_cancelled_look_at_a_certificate_closes_the_connection() -> None:
    reached, gone = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        reached.set()
        with contextlib.suppress(ConnectionError):
            while await reader.read(4096):
                pass
        gone.set()

    async with serve(silent) as server, asyncio.timeout(10), Http(NetSettings()) as http:
        task = asyncio.create_task(http.peer_certificate(server.https))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await gone.wait()


async def cancelled(http: Http, url: str, when: asyncio.Event) -> None:
    """Probe, and cancel it when told: felt at once."""
    task = asyncio.create_task(probe(http, url, name="open", policy=Policy.FEISHU))
    async with asyncio.timeout(10):
        await when.wait()
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 0.5  # a tenth is promised; a busy machine gets more


def sockets() -> set[str]:
    """The open sockets of this process."""
    targets = set()
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the descriptor that lists the folder
            targets.add(str(entry.readlink()))
    return {target for target in targets if target.startswith("socket:")}


@contextlib.contextmanager
def full_backlog():
    """An address that takes no more connections: a SYN stays without an answer."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="public from there on")
def test_a_python_that_cannot_tell_the_chain() -> None:
    class Bare:
        """A connection without the inner object."""

    assert tls.sent_chain(Bare()) == ()
