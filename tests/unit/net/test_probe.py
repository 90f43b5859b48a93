"""Layer by layer: what passes, what fails where, and what is blocked by it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.domain.progress import Progress
from feishu_wizard.services.net import probe as module
from feishu_wizard.services.net.http import Http, NetSettings, Policy
from feishu_wizard.services.net.probe import probe, probe_proxy
from tests.unit.net.servers import Proxy, answer, serve

pytestmark = pytest.mark.anyio
PLATFORM = b'{"code": 99991661, "msg": "Missing access token"}'


def date(ahead: float = 0) -> str:
    moment = datetime.now(UTC) + timedelta(seconds=ahead)
    return f"Date: {format_datetime(moment, usegmt=True)}\r\n"


async def look(url: str, name: str = "open", policy: Policy = Policy.FEISHU, **settings):
    """Statuses and findings by layer."""
    seen: list[Progress] = []
    async with Http(NetSettings(**settings)) as http:
        found = await probe(http, url, name=name, policy=policy, report=seen.append)
    assert [progress.finding for progress in seen] == found
    layers = {finding.id.removeprefix(f"net.{name}."): finding for finding in found}
    assert list(layers) == ["dns", "tcp", "tls", "http", "clock"]
    return layers


def states(layers: dict[str, Finding]) -> str:
    return " ".join(finding.status.value for finding in layers.values())


def codes(layers: dict[str, Finding]) -> str:
    return " ".join(finding.code for finding in layers.values())


async def test_a_healthy_platform(server_context, ca_file) -> None:
    reply = answer(PLATFORM, "400 Bad Request", more=date())
    async with serve(reply, server_context()) as server:
        layers = await look(f"https://localhost:{server.port}", ca_file=ca_file)
    assert states(layers) == "pass pass pass pass pass"
    assert "127.0.0.1" in layers["dns"].params["addresses"]
    assert layers["tls"].params["version"] == "TLSv1.3"
    assert "Middlebox" in layers["tls"].params["issuer"]
    assert layers["tls"].params["not_after"] > datetime.now(UTC).isoformat()
    assert layers["http"].params["status"] == "400"
    assert layers["http"].evidence[0].path == "/open-apis/bot/v3/info"
    assert server.heads[0].startswith(b"GET /open-apis/bot/v3/info ")
    assert b"authorization" not in server.heads[0].lower()


async def test_a_plain_address_has_no_tls() -> None:
    async with serve(answer(PLATFORM, more=date())) as server:
        layers = await look(server.http)
    assert codes(layers) == "not_applicable ok not_applicable ok ok"


async def test_a_captive_portal() -> None:
    page = answer(b"<html><title>Guest Wi-Fi</title>", kind="text/html", more=date())
    async with serve(page) as server:
        layers = await look(server.http)
        other = await look(server.http, "accounts")
    assert states(layers) == "skip pass skip fail skip"
    assert layers["http"].code == "net.portal"
    assert layers["http"].params["title"] == "Guest Wi-Fi"
    assert layers["clock"].blocked_by == "net.open.http"
    assert states(other) == "skip pass skip pass pass"


async def test_a_slow_drip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.4)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")
        await writer.drain()
        await asyncio.Event().wait()

    async with serve(drip) as server:
        layers = await look(server.http)
    assert codes(layers) == "not_applicable ok not_applicable net.deadline blocked"


async def test_nobody_listens(unused_port: int) -> None:
    layers = await look(f"https://localhost:{unused_port}", "can", Policy.CAN)
    assert codes(layers) == "ok net.refused blocked blocked blocked"
    assert {f.blocked_by for f in list(layers.values())[2:]} == {"net.can.tcp"}


async def test_no_such_name_and_no_address() -> None:
    layers = await look("https://can.invalid/", "can", Policy.CAN)
    assert codes(layers) == "net.dns blocked blocked blocked blocked"
    layers = await look("nonsense", "can", Policy.CAN)
    assert codes(layers) == "net.bad_address blocked blocked blocked blocked"


async def test_an_untrusted_certificate_and_its_pin(server_context) -> None:
    async with serve(answer(more=date()), server_context()) as server:
        layers = await look(server.https, "can", Policy.CAN)
        assert codes(layers) == "not_applicable ok net.tls.untrusted blocked blocked"
        pin = layers["tls"].params["sha256"]
        layers = await look(server.https, "can", Policy.CAN, pinned={"127.0.0.1": pin})
        assert codes(layers) == "not_applicable ok net.tls.pinned ok ok"


async def test_a_handshake_that_hangs_is_of_the_tls_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.4)

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with serve(hang) as server:
        layers = await look(server.https)
    assert codes(layers) == "not_applicable ok net.deadline blocked blocked"


async def test_behind_a_proxy_name_and_connection_do_not_apply(server_context, ca_file) -> None:
    proxy = Proxy()
    async with (
        serve(answer(PLATFORM, more=date()), server_context("far.invalid")) as far,
        serve(proxy) as way,
    ):
        url = f"https://far.invalid:{far.port}"
        layers = await look(url, proxy=way.http, ca_file=ca_file)
        assert codes(layers) == "not_applicable not_applicable ok ok ok"
        refusing = Proxy(refuse="403 Forbidden")
        async with serve(refusing) as closed:
            layers = await look(url, proxy=closed.http)
    expected = "not_applicable not_applicable not_applicable net.proxy.status blocked"
    assert codes(layers) == expected


async def test_a_proxy_setting_that_cannot_be_used() -> None:
    layers = await look("https://a.invalid", proxy="socks4://p:1")
    assert layers["http"].code == "net.proxy.unsupported"
    async with Http(NetSettings(proxy="socks4://p:1")) as http:
        assert (await probe_proxy(http, "https://a.invalid")).status is Status.FAIL
    async with Http(NetSettings(proxy="http://p:1")) as http:
        finding = await probe_proxy(http, "https://a.invalid")
    assert finding.code == "net.proxy.used"
    assert (finding.params["proxy"], finding.params["why"]) == ("p:1", "setting")


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        (30, "pass", "ok"),
        (-3600, "warn", "net.clock"),
        (90, "warn", "net.clock"),
        ("", "unknown", "net.no_date"),
        ("Date: yesterday\r\n", "unknown", "net.no_date"),
    ],
    ids=["ahead a little", "an hour behind", "ahead", "no date", "no time"],
)
async def test_the_clock(more: int | str, status: str, code: str) -> None:
    said = more if isinstance(more, str) else date(more)  # by the clock of this very moment
    async with serve(answer(PLATFORM, more=said)) as server:
        clock = (await look(server.http))["clock"]
    assert (clock.status.value, clock.code) == (status, code)
    if code == "net.clock":
        assert abs(int(clock.params["seconds"])) > 60
