"""The catalogue of faults: what breaks, and how a naive client falls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.faults.rig import content, transport
from tests.faults.rig.content import says
from tests.faults.rig.proxy import challenge, refusal
from tests.faults.rig.transport import HEAD, Answering, Exchange, chunked, drip, raw, sized, stall
from tests.faults.rig.wire import made, page, reset, until_closed

Accepting = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Kind:
    """One fault. Exactly one of ``resolves`` ... ``setting`` says where it sits.

    ``naive``: how a client that reads ``json()["code"] == 0`` falls: ``crash``, ``late`` (past
    the deadline), ``ok`` (success that is none), ``misnamed``; or ``passes``, with the reason in
    ``why``. ``slow``: it ends only by the deadline. ``mends``: the operation succeeds in spite of
    it (when it can at all; see ``cells``). ``hits``: how many requests it spoils.
    ``naive_calls``: the naive client has to go on and list groups to meet it.
    """

    name: str
    group: str
    naive: str
    resolves: str = ""
    accepts: Accepting | None = None
    certificate: str = ""
    says: bytes | None = b""
    answers: Answering | None = None
    setting: str = ""
    slow: bool = False
    mends: bool = False
    why: str = ""
    later: bool = False
    hits: int = 10_000
    naive_calls: bool = False

    def applies(self, exchange: Exchange) -> bool:
        """Tell whether this request is hit: ``later`` spares the first of a connection."""
        return exchange.number > 1 if self.later else exchange.earlier < self.hits


async def _reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)


async def _reset_after_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(65_536)
    reset(writer)


async def _old_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What a server without TLS 1.2 answers: the fatal alert 70, protocol_version (RFC 5246)."""
    await reader.read(65_536)
    writer.write(b"\x15\x03\x01\x00\x02\x02\x46")
    await writer.drain()


async def _hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await until_closed(reader)


async def _plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(65_536)
    writer.write(page("400 Bad Request", "400").whole())
    await writer.drain()


CONNECT = (
    Kind("nx", "connect", "crash", resolves="nx"),
    Kind("dns-hang", "connect", "late", resolves="hang", slow=True),
    Kind("refused", "connect", "crash", resolves="nobody"),
    Kind("blackhole", "connect", "late", resolves="hole", slow=True),
    Kind("reset-on-accept", "connect", "crash", accepts=_reset),
    Kind("lost-mid-run", "connect", "crash", resolves="lost"),
)

TLS = (
    *(
        Kind(name.replace("_", "-"), "tls", "crash", certificate=name)
        for name in (
            "expired", "not_yet_valid", "wrong_host", "self_signed", "unknown_ca",
            "missing_intermediate", "client_certificate", "client_certificate_12",
        )
    ),
    Kind(
        "trusted-middlebox", "tls", "passes", certificate="trusted_middlebox", mends=True,
        why="a middlebox whose authority the company trusts is no fault: nothing may be said",
    ),
    Kind("tls11-only", "tls", "crash", accepts=_old_tls),
    Kind("plain-on-https", "tls", "crash", accepts=_plain),
    Kind("reset-in-handshake", "tls", "crash", accepts=_reset_after_hello),
    Kind("hang-in-handshake", "tls", "late", accepts=_hang, slow=True),
)  # fmt: skip

PROXY = (
    Kind("proxy-refused", "proxy", "crash", resolves="nobody"),
    Kind("proxy-nx", "proxy", "crash", resolves="nx"),
    Kind("407-basic", "proxy", "crash", says=challenge('Basic realm="rig"')),
    Kind("407-ntlm", "proxy", "crash", says=challenge("NTLM")),
    Kind("407-negotiate", "proxy", "crash", says=challenge("Negotiate", "NTLM")),
    Kind("proxy-403", "proxy", "crash", says=refusal("403 Forbidden")),
    Kind("proxy-502", "proxy", "crash", says=refusal("502 Bad Gateway")),
    Kind("proxy-504", "proxy", "crash", says=refusal("504 Gateway Timeout")),
    Kind("proxy-closes", "proxy", "crash", says=b""),
    Kind("proxy-hangs", "proxy", "late", says=None, slow=True),
    Kind("proxy-garbage", "proxy", "crash", says=b"\x16\x03\x01 what?\r\n\r\n"),
    Kind("proxy-html", "proxy", "crash", says=page("200 OK", "Sign in").whole()),
    Kind("socks4", "proxy", "crash", setting="socks4://proxy.rig.localhost:1080"),
    Kind("malformed-proxy", "proxy", "crash", setting="http://proxy.rig.localhost:80a"),
)

TRANSPORT = (
    Kind("close-without-answer", "transport", "crash", answers=raw(b"")),
    Kind("answer-lost", "transport", "crash", answers=transport.answer_lost),
    Kind("hang", "transport", "late", answers=stall(b""), slow=True),
    Kind("drip-head", "transport", "late", answers=drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 60),
         slow=True),
    Kind("drip-body", "transport", "late", answers=drip(sized(b"", "300"), b'{"code":0' * 30),
         slow=True),
    Kind("half-head", "transport", "crash", answers=raw(HEAD)),
    Kind("cut-body", "transport", "crash", answers=raw(sized(b'{"code": 0', "40"))),
    Kind("cut-and-reset", "transport", "crash",
         answers=raw(sized(b'{"code": 0', "40"), reset_after=True)),
    Kind("bad-chunk", "transport", "crash", answers=raw(chunked(b"zz\r\n{}\r\n"))),
    Kind("cut-chunk", "transport", "crash", answers=raw(chunked(b"40\r\n{"))),
    Kind("garbage-status", "transport", "crash", answers=raw(b"HTTP/9 OK fine\r\n\r\n")),
    Kind("bad-gzip", "transport", "crash",
         answers=raw(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}")),
    Kind("zip-bomb", "transport", "ok", answers=transport.zip_bomb),
    Kind("giant-head", "transport", "crash", answers=raw(HEAD + b"X: " + b"y" * 300_000)),
    Kind("wrong-length", "transport", "crash", answers=raw(sized(b"{}", "ten"))),
    Kind("two-lengths", "transport", "crash",
         answers=raw(sized(b"{}", "1\r\nContent-Length: 2"))),
    Kind("stale-connection", "transport", "crash", answers=transport.close_stale, later=True,
         mends=True, naive_calls=True),
    # the behaviours of toxiproxy that the above do not have yet
    Kind("latency", "transport", "passes", answers=transport.latency, mends=True,
         why="60 ms more are no fault: nothing may be said"),
    Kind("latency-over", "transport", "late", answers=transport.latency_over, slow=True),
    Kind("bandwidth", "transport", "late", answers=transport.bandwidth, slow=True),
    Kind("slow-close", "transport", "late", answers=transport.slow_close, slow=True),
    Kind("slicer", "transport", "passes", answers=transport.slicer, mends=True,
         why="the pieces in which an answer comes mean nothing"),
    Kind("limit-data", "transport", "crash", answers=transport.limit_data),
)  # fmt: skip

LOOP = "http://open.rig.localhost:1/loop"
STATUS = (
    Kind("redirect-loop", "status", "crash", answers=says(made("302 Found", Location=LOOP))),
    Kind("redirect-to-http", "status", "crash",
         answers=says(made("301 Moved Permanently", Location="http://open.rig.localhost/"))),
    Kind("redirect-elsewhere", "status", "crash",
         answers=says(made("302 Found", Location="https://login.example.com/sign-in"))),
    Kind("400-busy", "status", "misnamed",
         answers=says(made("400 Bad Request", content.BUSY, x_ogw_ratelimit_reset="60"))),
    *(
        Kind(status[:3], "status", "crash", answers=says(answer))
        for status, answer in content.GATEWAY.items()
    ),
    Kind("429-with-reset", "status", "misnamed",
         answers=says(made("429 Too Many Requests", content.BUSY, x_ogw_ratelimit_reset="60"))),
    Kind("429-without", "status", "misnamed",
         answers=says(made("429 Too Many Requests", content.BUSY))),
    Kind("502-html", "status", "crash", answers=says(page("502 Bad Gateway", "502 Bad Gateway"))),
    Kind("503-retry-after", "status", "crash",
         answers=says(page("503 Service Unavailable", "Maintenance", Retry_After="60"))),
)  # fmt: skip

CONTENT = (
    Kind("html", "content", "crash", answers=says(content.PORTAL)),
    Kind("empty", "content", "crash", answers=says(made("200 OK"))),
    Kind("cut-json", "content", "crash", answers=content.body(lambda data: data[:-3])),
    Kind("bad-utf8", "content", "ok", answers=says(made("200 OK", b'{"code": 0, "msg": "\xff"}'))),
    Kind("bom", "content", "crash", answers=content.with_bom, mends=True),
    Kind("wrong-type", "content", "misnamed", answers=content.changed(content.untyped)),
    Kind("missing-field", "content", "crash", answers=content.changed(content.unsigned)),
    Kind("extra-field", "content", "passes", answers=content.with_more, mends=True,
         why="a later server may say more; a client that minds would break on every release"),
    Kind("code-not-0", "content", "misnamed",
         answers=says(made("200 OK", {"code": 10013, "success": False, "msg": "no"}))),
    Kind("page-loop", "content", "late", answers=content.page_loop("again"), naive_calls=True),
    Kind("more-without-token", "content", "late", answers=content.page_loop(""), naive_calls=True),
    Kind("token-spent", "content", "misnamed", hits=1, mends=True, naive_calls=True,
         answers=says(made("400 Bad Request", content.SPENT))),
    Kind("deep-json", "content", "crash", answers=says(made("200 OK", content.DEEP))),
    Kind("echo", "content", "misnamed", answers=content.echo),
)  # fmt: skip

KINDS = (*CONNECT, *TLS, *PROXY, *TRANSPORT, *STATUS, *CONTENT)
BY_NAME = {kind.name: kind for kind in KINDS}
