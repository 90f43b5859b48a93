"""What one exchange does and never does."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import time

import httpx
import pytest
import respx

from feishu_wizard import __version__
from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.services.net.http import Http, NetSettings, Policy
from tests.unit.net.conftest import get, refused
from tests.unit.net.servers import answer, serve

pytestmark = pytest.mark.anyio
TOKEN = "t-7f1bcd13fc57d46bac21793a18e560"


async def test_an_answer_comes_with_what_it_cost() -> None:
    async with serve(answer(b'{"code": 0}', more="X-Tt-Logid: 2026\r\n")) as server:
        reply = await get(f"{server.http}/a/b?secret=1#part", params={"x": ["1", "2"]})
    assert (reply.status, reply.json()) == (200, {"code": 0})
    assert reply.url == f"{server.http}/a/b"
    assert reply.headers["x-tt-logid"] == "2026"
    assert server.heads[0].startswith(b"GET /a/b?secret=1&x=1&x=2 HTTP/1.1\r\n")
    assert f"user-agent: feishu-wizard/{__version__}".encode() in server.heads[0].lower()
    evidence = reply.evidence(feishu_code=0, log_id="2026")
    assert (evidence.host, evidence.path) == (f"127.0.0.1:{server.port}", "/a/b")
    assert evidence.ms is not None
    assert evidence.ms >= 0
    assert evidence.at.endswith("Z")


async def test_bodies_are_sent_as_json_or_form() -> None:
    bodies = []

    async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        bodies.append((head, await reader.readexactly(size)))
        writer.write(answer())

    async with serve(read) as server, Http(NetSettings()) as http:
        for more in ({"json": {"名": "值\ud800"}}, {"json": {"名": "值"}}, {"form": {"a": "b c"}}):
            await http.request("POST", server.http, policy=Policy.FEISHU, **more)
    assert json.loads(bodies[0][1]) == {"名": "值\ud800"}
    assert bodies[1][1] == '{"名":"值"}'.encode()
    assert b"application/json" in bodies[1][0]
    assert bodies[2][1] == b"a=b+c"


async def test_a_redirect_is_an_answer_and_takes_no_credential_along() -> None:
    async with serve(answer()) as other:
        moved = answer(status="302 Found", more=f"Location: {other.http}/\r\n")
        async with serve(moved) as server:
            reply = await get(server.http, headers={"Authorization": f"Bearer {TOKEN}"})
    assert reply.status == 302
    assert reply.headers["location"] == f"{other.http}/"
    assert other.heads == []


async def test_no_cookie_is_kept() -> None:
    body = answer(more="Set-Cookie: session=1; Path=/\r\n")
    async with serve(body) as server, Http(NetSettings()) as http:
        for _ in range(2):
            await http.request("GET", server.http, policy=Policy.FEISHU)
    assert len(server.heads) == 2
    assert b"cookie" not in server.heads[1].lower()


@pytest.mark.parametrize("size", [1001, 50_000_000])
async def test_a_body_over_the_limit_is_refused(size: int) -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
        for _ in range(size // 1000 + 1):
            writer.write(b"x" * 1000)
            await writer.drain()

    async with serve(endless) as server:
        error = await refused(server.http, max_bytes=1000)
    assert error.code == "net.too_large"
    assert error.params == {"host": f"127.0.0.1:{server.port}", "limit": "1000"}


async def test_a_small_packed_body_cannot_grow_beyond_the_limit() -> None:
    packed = gzip.compress(b"0" * 20_000_000)
    assert len(packed) < 50_000
    more = "Content-Encoding: gzip\r\n"
    async with serve(answer(packed, more=more)) as server:
        assert (await refused(server.http)).code == "net.too_large"
        assert (await get(server.http, max_bytes=20_000_000)).body == b"0" * 20_000_000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", b"no gzip"), ("gzip", gzip.compress(b"x" * 999, mtime=0)[:-9]), ("br", b"x")],
)
async def test_a_badly_packed_body_is_named(encoding: str, body: bytes) -> None:
    more = f"Content-Encoding: {encoding}\r\n"
    async with serve(answer(body, more=more)) as server:
        error = await refused(server.http)
    assert (error.code, error.params["detail"]) == ("net.protocol", "encoding")


async def test_the_deadline_ends_a_slow_drip() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)  # the drip itself, not a wait for anything

    async with serve(drip) as server:
        start = time.monotonic()
        error = await refused(server.http, deadline=0.4)
    assert time.monotonic() - start < 5
    assert (error.code, error.params["seconds"]) == ("net.deadline", "0.4")
    assert error.params["phase"] == "answer"
    assert error.evidence[0].host == f"127.0.0.1:{server.port}"


async def test_cancelling_ends_the_exchange() -> None:
    arrived = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await asyncio.Event().wait()

    async with serve(silent) as server:
        task = asyncio.create_task(get(server.http))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


RAW = {
    "reset": (b"", "net.reset"),
    "garbage": (b"SSH-2.0-OpenSSH_9\r\n\r\n", "net.protocol"),
    "cut off": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "net.protocol"),
    "bad chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
        "net.protocol",
    ),
    "giant header": (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n", "net.protocol"),
}


@pytest.mark.parametrize(("raw", "code"), RAW.values(), ids=RAW)
async def test_broken_answers_are_named(raw: bytes, code: str) -> None:
    async with serve(raw) as server:
        error = await refused(server.http)
    assert error.code == code
    assert error.params["host"] == f"127.0.0.1:{server.port}"


async def test_nobody_listens_and_no_such_name(unused_port: int) -> None:
    assert (await refused(f"http://127.0.0.1:{unused_port}/")).code == "net.refused"
    assert (await refused("https://can.invalid/")).code == "net.dns"


async def test_an_error_that_is_being_handled_is_not_taken_for_the_cause(unused_port: int) -> None:
    import socket

    try:
        raise socket.gaierror("of somebody else")
    except socket.gaierror:
        error = await refused(f"http://127.0.0.1:{unused_port}/")
    assert error.code == "net.refused"


PLAIN = [
    ("http://open.feishu.cn/x", Policy.FEISHU, frozenset(), "net.https_required"),
    ("http://open.feishu.cn/x", Policy.FEISHU, {"http://open.feishu.cn"}, "net.https_required"),
    ("http://can.invalid/x", Policy.CAN, frozenset(), "net.plain_http"),
    ("http://can.invalid:8080/x", Policy.CAN, {"http://can.invalid"}, "net.plain_http"),
    ("http://can.invalid/x", Policy.CAN, {"http://can.invalid"}, "net.dns"),
    ("http://CAN.invalid:80/x", Policy.CAN, {"http://can.invalid/"}, "net.dns"),
    ("http://127.0.0.1.nip.invalid/", Policy.CAN, frozenset(), "net.plain_http"),
]


@pytest.mark.parametrize(("url", "policy", "accepted", "code"), PLAIN)
async def test_plain_http_only_where_it_was_accepted(url, policy, accepted, code) -> None:
    error = await refused(url, policy, plain_http=frozenset(accepted))
    assert error.code == code


BAD = [
    "ftp://h/", "h.example", "http://", "https://h:99999/", "https://h:0/", "https://u:p@h/",
    "https://h /", "https://h/\r\nX: y", "https://[::1/", "https://h:port/",
]  # fmt: skip


@pytest.mark.parametrize("url", BAD)
async def test_addresses_that_no_request_can_reach(url: str) -> None:
    error = await refused(url)
    assert error.code == "net.bad_address"
    assert "u:p" not in error.params["address"]
    assert error.params["address"].isprintable()


UNSENDABLE = [
    f"{TOKEN}\n", f"{TOKEN}\r\nX: y", f"{TOKEN}\0", f" {TOKEN}", f"{TOKEN} ", f"“{TOKEN}”",
    f"{TOKEN}\u200b", f"{TOKEN}密", TOKEN * 1000,
]  # fmt: skip


@pytest.mark.parametrize("value", UNSENDABLE)
async def test_a_header_that_cannot_be_sent_is_named_without_its_value(value: str) -> None:
    async with serve(answer()) as server:
        error = await refused(server.http, headers={"Authorization": value})
    assert (error.code, error.params["header"]) == ("net.header", "Authorization")
    assert TOKEN not in repr((error, error.params, error.evidence, error.__context__))
    assert server.heads == []


NOT_JSON = {
    "login page": (b"<html><TITLE>\n Sign&amp;in  \x1b[2J</TITLE>", "Sign&in [2J"),
    "cut off": (b'{"code": 0', ""),
    "bad utf-8": (b'{"msg": "\xff"}', ""),
    "empty": (b"", ""),
    "deep": (b"[" * 100_000, ""),
}


@pytest.mark.parametrize(("body", "title"), NOT_JSON.values(), ids=NOT_JSON)
async def test_what_is_not_json_is_named_with_its_title(body: bytes, title: str) -> None:
    async with serve(answer(body, status="503 X")) as server:
        reply = await get(server.http)
    with pytest.raises(NetworkError) as caught:
        reply.json()
    assert caught.value.code == "net.not_json"
    expected = {"host": f"127.0.0.1:{server.port}", "status": "503", "title": title}
    assert caught.value.params == expected
    assert caught.value.evidence[0].http_status == 503


async def test_a_byte_order_mark_is_no_obstacle() -> None:
    async with serve(answer(b'\xef\xbb\xbf{"code": 0}')) as server:
        assert (await get(server.http)).json() == {"code": 0}


async def test_no_log_line_shows_a_query(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with serve(answer()) as server:
        reply = await get(f"{server.http}/login?code={TOKEN}", headers={"X-Token": TOKEN})
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(reply)


@respx.mock
async def test_clients_are_those_that_respx_can_stand_in_for() -> None:
    respx.get("https://open.feishu.cn/x").mock(httpx.Response(200, json={"code": 0}))
    assert (await get("https://open.feishu.cn/x")).json() == {"code": 0}
