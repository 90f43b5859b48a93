"""Trust: what is refused, how it is named, and that a pin decides before a byte is sent."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from feishu_wizard.domain.errors import InputError, NetworkError
from feishu_wizard.services.net import tls
from feishu_wizard.services.net.http import Http, NetSettings, Policy
from feishu_wizard.services.net.probe import certificate
from tests.unit.net.conftest import get, refused
from tests.unit.net.servers import Proxy, Server, answer, serve, tunnel

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


async def leaf(server: Server) -> str:
    """The fingerprint as another program sees it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=context)
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return hashlib.sha256(der).hexdigest()


async def test_an_authority_from_a_file_is_trusted(server_context, ca_file) -> None:
    async with serve(answer(), server_context()) as server:
        assert (await get(server.https, ca_file=ca_file)).status == 200


NOW = datetime.now(UTC)
DATES = [
    ({"not_before": NOW - 9 * DAY, "not_after": NOW - DAY}, "net.tls.expired"),
    ({"not_before": NOW + DAY, "not_after": NOW + 9 * DAY}, "net.tls.not_yet_valid"),
]


@pytest.mark.parametrize(("dates", "code"), DATES)
async def test_dates(server_context, ca_file, dates, code) -> None:
    async with serve(answer(), server_context(**dates)) as server:
        assert (await refused(server.https, ca_file=ca_file)).code == code
        assert server.heads == []


@pytest.mark.parametrize("name", ["other.example", "192.0.2.1"])
async def test_a_certificate_of_another_host(server_context, ca_file, name) -> None:
    async with serve(answer(), server_context(name)) as server:
        error = await refused(server.https, ca_file=ca_file)
        by_name = await refused(f"https://localhost:{server.port}", ca_file=ca_file)
    assert (error.code, by_name.code) == ("net.tls.hostname", "net.tls.hostname")


@pytest.mark.parametrize("policy", list(Policy))
async def test_an_untrusted_issuer_is_shown(server_context, policy) -> None:
    async with serve(answer(), server_context()) as server:
        error = await refused(server.https, policy)
        expected = await leaf(server)
    assert error.code == "net.tls.untrusted"
    assert error.params["sha256"] == expected
    assert "Middlebox" in error.params["issuer"]
    assert server.heads == []


async def test_a_self_signed_certificate(tmp_path: Path) -> None:
    alone = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    alone.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    alone.cert_pem.write_to_path(str(tmp_path / "cert.pem"))
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    async with serve(answer(), context) as server:
        assert (await refused(server.https)).code == "net.tls.untrusted"


async def test_whoever_answers_without_tls_has_no_certificate_whatever_they_say() -> None:
    async with serve(answer(b"x" * 100_000)) as server:
        with pytest.raises(NetworkError) as caught:
            await certificate(server.http)
    assert (caught.value.code, caught.value.params["detail"]) == ("net.tls.other", "plain_http")


async def test_a_plain_server_on_an_https_port() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer(status="400 Bad Request"))

    async with serve(plain) as server:
        error = await refused(server.https)
    assert (error.code, error.params["detail"]) == ("net.tls.other", "plain_http")


async def test_a_handshake_that_hangs_or_is_closed() -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)

    async with serve(hang) as server:
        error = await refused(server.https, deadline=0.5)
    assert (error.code, error.params["phase"]) == ("net.deadline", "tls")
    async with serve(close) as server:
        error = await refused(server.https)
    assert (error.code, error.params.get("detail")) in {
        ("net.tls.other", "closed"),
        ("net.reset", None),
    }


async def test_a_server_of_yesterday() -> None:
    async def old(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(bytes.fromhex("15 0301 0002 02 46"))  # fatal alert: protocol_version
        await writer.drain()
        await reader.read()

    async with serve(old) as server:
        error = await refused(server.https)
    assert error.code == "net.tls.version"


async def test_a_server_that_wants_a_certificate_of_ours(server_context, ca_file) -> None:
    context = server_context()
    context.verify_mode = ssl.CERT_REQUIRED
    async with serve(answer(), context) as server:
        error = await refused(server.https, ca_file=ca_file)
    assert error.code in {"net.tls.other", "net.reset"}


async def test_a_pinned_certificate_is_enough_for_can(server_context) -> None:
    async with serve(answer(), server_context("other.example")) as server:
        pin = await leaf(server)
        shown = "SHA256:" + ":".join(pin.upper()[i : i + 2] for i in range(0, 64, 2))
        for key, value in (("127.0.0.1", pin), (f"127.0.0.1:{server.port}", shown)):
            assert (await get(server.https, Policy.CAN, pinned={key: value})).status == 200


async def test_another_certificate_than_the_pinned_one_gets_no_byte(server_context) -> None:
    received: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(100))

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await tunnel(reader, writer, server.port, b"")

    async with serve(listen, server_context()) as server, serve(relay) as way:
        error = await refused(way.https, Policy.CAN, pinned={"127.0.0.1": "0" * 64})
        await way.ended.acquire()  # both directions have ended: nothing is on its way
        expected = await leaf(server)
    assert (error.code, error.params["sha256"]) == ("net.tls.pin_mismatch", expected)
    assert b"".join(received) == b""


async def test_a_pin_never_helps_feishu(server_context) -> None:
    async with serve(answer(), server_context()) as server:
        pin = await leaf(server)
        error = await refused(server.https, Policy.FEISHU, pinned={"127.0.0.1": pin})
        async with Http(NetSettings(pinned={"127.0.0.1": pin})) as http:
            assert (await http.request("GET", server.https, policy=Policy.CAN)).status == 200
    assert error.code == "net.tls.untrusted"


async def test_a_pin_that_is_none(server_context) -> None:
    async with serve(answer(), server_context()) as server:
        with pytest.raises(InputError) as caught:
            await get(server.https, Policy.CAN, pinned={"127.0.0.1": "abc"})
    assert caught.value.code == "net.pin_invalid"


def test_a_checking_context_has_no_way_round_its_check() -> None:
    import socket

    with socket.socket() as sock, pytest.raises(NotImplementedError):
        tls.pinned("0" * 64).wrap_socket(sock)


async def test_the_certificate_for_the_pin_dialog(server_context) -> None:
    received: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(100))

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await tunnel(reader, writer, server.port, b"")

    async with serve(listen, server_context()) as server, serve(relay) as way:
        info = await certificate(f"{way.https}/path?secret=1")
        await way.ended.acquire()
        assert b"".join(received) == b""
        expected = await leaf(server)
    assert info.sha256 == expected
    assert "Middlebox" in info.issuer
    assert info.not_before < datetime.now(UTC).isoformat() < info.not_after


async def test_the_certificate_behind_a_proxy(server_context) -> None:
    proxy = Proxy()
    async with serve(answer(), server_context("far.invalid")) as server, serve(proxy) as way:
        async with Http(NetSettings(proxy=way.http)) as http:
            info = await certificate(f"https://far.invalid:{server.port}", http)
        assert info.sha256 == await leaf(server)
    assert len(proxy.seen) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "net.ca_file_missing"),
        (b"not PEM", "net.ca_file_invalid"),
        (b"", "net.ca_file_invalid"),
    ],
)
async def test_authority_files_that_are_none(tmp_path: Path, content, code) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        await get("https://127.0.0.1:1/", ca_file=str(path))
    assert (caught.value.code, caught.value.params["path"]) == (code, str(path))


def test_the_systems_context_is_made_once() -> None:
    assert tls.verified("") is tls.verified("")
    assert tls.verified("").verify_mode is ssl.CERT_REQUIRED
    assert tls.verified("").check_hostname
