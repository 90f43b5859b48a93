"""The listener at the end of a sign-in: one answer is taken, whatever else comes to the port."""

from __future__ import annotations

import asyncio
import html.parser
import logging
import random
import socket
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from feishu_wizard.domain.errors import InputError, WizardError
from feishu_wizard.domain.pkce import challenge_of, new_proof_key
from feishu_wizard.domain.redact import redact
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.sign_in import LISTENER_HOST as HOST
from feishu_wizard.domain.sign_in import listener_url
from feishu_wizard.services.net.loopback import Limits, Listener
from feishu_wizard.services.net.loopback_reply import Pages, PageWords
from feishu_wizard.services.net.loopback_request import HEAD_LIMIT

pytestmark = pytest.mark.anyio

PATH = "/feishu-wizard/callback"
STATE = "c3RhdGUtb2YtYS1zaWduLWluLW9mLWEtdGVzdC0xMjM"
CODE = "hT7kQ2Zp9LmXw4RbV6cN1sYd8GfJ3aEu0KoIiPzMxClBvAqWnHsTgUyDrFeSjLk"
PAGES = Pages(
    (
        PageWords("en", "Received", "Close <this> window."),
        PageWords("zh-Hans", "已收到", "可关闭。"),
    ),
    (PageWords("en", "Not signed in", "Close this window."),),
)
QUICK = Limits(seconds=0.5, page_seconds=0.05)


def listening(limits: Limits | None = None) -> Listener:
    return Listener(0, PATH, Secret(STATE), PAGES, limits)


def request(
    port: int, target: str | None = None, *lines: str, method: str = "GET", host: str = ""
) -> bytes:
    """A request as a browser sends it; ``lines`` are further headers."""
    target = f"{PATH}?code={CODE}&state={STATE}" if target is None else target
    head = [f"{method} {target} HTTP/1.1", f"Host: {host or f'{HOST}:{port}'}", *lines]
    return ("\r\n".join(head) + "\r\n\r\n").encode("latin-1", "surrogateescape")


async def exchange(port: int, raw: bytes, *, end: bool = False, seconds: float = 5.0) -> bytes:
    """Send bytes and read until the other side ends the connection; an abort ends it, too."""
    reader, writer = await asyncio.open_connection(HOST, port)
    answer = b""
    try:
        async with asyncio.timeout(seconds):
            writer.write(raw)
            with suppress(ConnectionError):
                await writer.drain()
                if end:
                    writer.write_eof()
                while part := await reader.read(65_536):
                    answer += part
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    return answer


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def header(answer: bytes, name: str) -> str:
    head = answer.partition(b"\r\n\r\n")[0].decode()
    rows = [row.partition(": ") for row in head.splitlines()[1:]]
    values = [value for one, _, value in rows if one.lower() == name]
    return values[0] if values else ""


async def refused_port(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except ConnectionRefusedError:
        return True
    writer.close()
    return False


# -- the genuine one ----------------------------------------------------------------------


async def test_the_answer_is_taken_and_the_browser_sent_to_a_clean_page():
    async with listening() as listener:
        came = await exchange(listener.port, request(listener.port))
        assert status(came) == 303
        assert header(came, "location") == "/feishu-wizard/received"
        assert CODE.encode() not in came
        assert STATE.encode() not in came
        answered = await listener.answer()
        assert answered.good
        assert answered.code is not None
        assert answered.code.reveal() == CODE
        page = await exchange(listener.port, request(listener.port, "/feishu-wizard/received"))
        assert status(page) == 200
        body = page.partition(b"\r\n\r\n")[2].decode()
        assert "Close &lt;this&gt; window." in body
        assert 'lang="zh-Hans"' in body
        for name, value in (
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("connection", "close"),
        ):
            assert header(page, name) == header(came, name) == value
        assert header(page, "content-security-policy").startswith("default-src 'none'")
    assert await refused_port(listener.port)


async def test_the_page_has_no_script_and_loads_nothing():
    tags = []

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, tag, attrs):
            tags.append(tag)
            assert not {"src", "href", "action", "style", "onload"} & {name for name, _ in attrs}

    async with listening() as listener:
        await exchange(listener.port, request(listener.port))
        page = await exchange(listener.port, request(listener.port, "/feishu-wizard/received"))
    Reader().feed(page.partition(b"\r\n\r\n")[2].decode())
    assert {"script", "link", "img", "iframe", "form", "object", "style", "a"}.isdisjoint(tags)
    assert "h1" in tags


@pytest.mark.parametrize(
    ("word", "taken"),
    [
        ("access_denied", "access_denied"),
        ("%E6%8B%92", "unknown"),
        ("<b>", "unknown"),
        ("", "unknown"),
    ],
)
async def test_a_refusal_is_an_answer(word, taken):
    async with listening() as listener:
        came = await exchange(
            listener.port, request(listener.port, f"{PATH}?error={word}&state={STATE}")
        )
        assert header(came, "location") == "/feishu-wizard/refused"
        assert (await listener.answer()).error == taken
        page = await exchange(listener.port, request(listener.port, "/feishu-wizard/refused"))
        assert "Not signed in" in page.decode()


async def test_it_is_taken_once():
    async with listening() as listener:
        genuine = request(listener.port)
        assert status(await exchange(listener.port, genuine)) == 303
        assert status(await exchange(listener.port, genuine)) == 410
        other = request(listener.port, f"{PATH}?code=another&state={STATE}")
        assert status(await exchange(listener.port, other)) == 410
        page = request(listener.port, "/feishu-wizard/received")
        assert status(await exchange(listener.port, page)) == 200
        assert status(await exchange(listener.port, page)) == 404
        answered = await listener.answer()
        assert answered.code is not None
        assert answered.code.reveal() == CODE


async def test_what_the_platform_adds_does_not_matter():
    """RFC 6749, 4.1.2: unrecognised parameters are ignored."""
    target = f"{PATH}?code={CODE}&lang=zh&state={STATE}&tenant=x"
    async with listening() as listener:
        headers = ("Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document", "Sec-Fetch-Site: none")
        came = await exchange(listener.port, request(listener.port, target, *headers))
        assert status(came) == 303


# -- what is not the answer ---------------------------------------------------------------

GOOD = f"code={CODE}&state={STATE}"
TARGETS = {
    "another path": (f"/callback?{GOOD}", 404),
    "the path and more": (f"{PATH}/?{GOOD}", 404),
    "the path in capitals": (f"{PATH.upper()}?{GOOD}", 404),
    "an encoded slash": (f"/feishu-wizard%2Fcallback?{GOOD}", 404),
    "an encoded letter": (f"/feishu-wizard/%63allback?{GOOD}", 404),
    "dots in the path": (f"/x/../feishu-wizard/callback?{GOOD}", 404),
    "encoded dots": (f"/%2e%2e{PATH}?{GOOD}", 404),
    "a doubled slash": (f"/{PATH}?{GOOD}", 404),
    "a backslash": (f"\\feishu-wizard\\callback?{GOOD}", 404),
    "path parameters": (f"{PATH};x=1?{GOOD}", 404),
    "a null byte, encoded": (f"{PATH}%00?{GOOD}", 404),
    "absolute form": (f"http://127.0.0.1{PATH}?{GOOD}", 404),
    "absolute form of another host": (f"http://evil.example.com{PATH}?{GOOD}", 404),
    "an asterisk": ("*", 404),
    "the favicon": ("/favicon.ico", 404),
    "the page at the end, too early": ("/feishu-wizard/received", 404),
    "no query": (PATH, 400),
    "an empty query": (f"{PATH}?", 400),
    "no state": (f"{PATH}?code={CODE}", 400),
    "an empty state": (f"{PATH}?code={CODE}&state=", 403),
    "another state": (f"{PATH}?code={CODE}&state={STATE[:-1]}N", 403),
    "a part of the state": (f"{PATH}?code={CODE}&state={STATE[:-1]}", 403),
    "more than the state": (f"{PATH}?code={CODE}&state={STATE}A", 403),
    "the state in capitals": (f"{PATH}?code={CODE}&state={STATE.upper()}", 403),
    "a state of other letters": (f"{PATH}?code={CODE}&state=%E7%8A%B6%E6%80%81", 403),
    "two states, both right": (f"{PATH}?{GOOD}&state={STATE}", 400),
    "two states, one right": (f"{PATH}?{GOOD}&state=x", 400),
    "a second state, its name encoded": (f"{PATH}?{GOOD}&st%61te=x", 400),
    "two codes": (f"{PATH}?{GOOD}&code=other", 400),
    "two codes, one encoded": (f"{PATH}?{GOOD}&c%6Fde=other", 400),
    "code and error": (f"{PATH}?{GOOD}&error=access_denied", 400),
    "two errors": (f"{PATH}?error=a&error=b&state={STATE}", 400),
    "neither code nor error": (f"{PATH}?state={STATE}", 400),
    "an empty code": (f"{PATH}?code=&state={STATE}", 400),
    "a code with a line break": (f"{PATH}?code=a%0d%0aSet-Cookie:x&state={STATE}", 400),
    "a code with a null byte": (f"{PATH}?code=a%00b&state={STATE}", 400),
    "a code of other letters": (f"{PATH}?code=%E7%A0%81&state={STATE}", 400),
    "an overlong code": (f"{PATH}?code={'a' * 2049}&state={STATE}", 400),
    "a broken percent": (f"{PATH}?code=a%zz&state={STATE}", 400),
    "a percent at the end": (f"{PATH}?state={STATE}&code=a%", 400),
    "overlong utf-8": (f"{PATH}?code=%C0%AE&state={STATE}", 400),
    "a field without a value": (f"{PATH}?{GOOD}&x", 400),
    "semicolons for ampersands": (f"{PATH}?code={CODE};state={STATE}", 400),
    "too many fields": (f"{PATH}?{GOOD}" + "&x=1" * 20, 400),
    "a fragment": (f"{PATH}#?{GOOD}", 404),
    "a huge target": (f"{PATH}?{GOOD}&x={'a' * 5000}", 414),
    "a huge head": (f"{PATH}?{GOOD}&x={'a' * (HEAD_LIMIT + 4096)}", 431),
}


@pytest.mark.parametrize("case", TARGETS)
async def test_an_address_that_is_not_the_answer(case):
    target, expected = TARGETS[case]
    async with listening(QUICK) as listener:
        came = await exchange(listener.port, request(listener.port, target))
        assert status(came) == expected
        await _genuine_still_works(listener)


def _head(port: int, *lines: str) -> bytes:
    return ("\r\n".join(lines).replace("PORT", str(port)) + "\r\n\r\n").encode("latin-1")


LINE = f"GET {PATH}?{GOOD} HTTP/1.1"
HOSTED = f"Host: {HOST}:PORT"
HEADS: dict[str, tuple[tuple[str, ...], int]] = {
    "POST": ((f"POST {PATH}?{GOOD} HTTP/1.1", HOSTED), 405),
    "HEAD": ((f"HEAD {PATH}?{GOOD} HTTP/1.1", HOSTED), 405),
    "PUT": ((f"PUT {PATH}?{GOOD} HTTP/1.1", HOSTED), 405),
    "get in small letters": ((f"get {PATH}?{GOOD} HTTP/1.1", HOSTED), 405),
    "TRACE": ((f"TRACE {PATH}?{GOOD} HTTP/1.1", HOSTED), 405),
    "CONNECT": (("CONNECT 127.0.0.1:PORT HTTP/1.1", HOSTED), 405),
    "a preflight": (
        (
            f"OPTIONS {PATH}?{GOOD} HTTP/1.1",
            HOSTED,
            "Origin: https://evil.example.com",
            "Access-Control-Request-Method: GET",
            "Access-Control-Request-Private-Network: true",
        ),
        405,
    ),
    "another Host": ((LINE, "Host: evil.example.com"), 421),
    "a name that resolves here": ((LINE, "Host: rebind.example.com:PORT"), 421),
    "localhost": ((LINE, "Host: localhost:PORT"), 421),
    "the other loopback": ((LINE, "Host: [::1]:PORT"), 421),
    "no port": ((LINE, f"Host: {HOST}"), 421),
    "another port": ((LINE, f"Host: {HOST}:1"), 421),
    "user information": ((LINE, f"Host: x@{HOST}:PORT"), 421),
    "a dot behind": ((LINE, f"Host: {HOST}.:PORT"), 421),
    "the address as a number": ((LINE, "Host: 2130706433:PORT"), 421),
    "two Hosts": ((LINE, HOSTED, HOSTED), 400),
    "a folded Host": ((LINE, f"Host: {HOST}:", " PORT"), 421),
    "no Host": ((LINE, "Accept: */*"), 400),
    "HTTP/1.0": ((f"GET {PATH}?{GOOD} HTTP/1.0", HOSTED), 505),
    "HTTP/2.0 as text": ((f"GET {PATH}?{GOOD} HTTP/2.0", HOSTED), 505),
    "an HTTP/2 preface": (("PRI * HTTP/2.0", "", "SM"), 505),
    "HTTP/0.9": ((f"GET {PATH}?{GOOD}",), 400),
    "no target": (("GET HTTP/1.1", HOSTED), 400),
    "a space in the target": ((f"GET {PATH} ?{GOOD} HTTP/1.1", HOSTED), 400),
    "a tab for a space": ((f"GET\t{PATH}?{GOOD}\tHTTP/1.1", HOSTED), 400),
    "a null byte in the target": ((f"GET {PATH}\0?{GOOD} HTTP/1.1", HOSTED), 400),
    "a null byte in a header": ((LINE, HOSTED, "X: a\0b"), 400),
    "letters that are no ASCII": ((f"GET {PATH}\xe9?{GOOD} HTTP/1.1", HOSTED), 400),
    "a space before the colon": ((LINE, f"Host : {HOST}:PORT"), 400),
    "a header without a name": ((LINE, HOSTED, ": x"), 400),
    "a length": ((LINE, HOSTED, "Content-Length: 0"), 400),
    "two lengths": ((LINE, HOSTED, "Content-Length: 4", "Content-Length: 5"), 400),
    "a length below zero": ((LINE, HOSTED, "Content-Length: -1"), 400),
    "chunks": ((LINE, HOSTED, "Transfer-Encoding: chunked"), 400),
    "chunks and a length": ((LINE, HOSTED, "Transfer-Encoding: chunked", "Content-Length: 5"), 400),
    "an unknown coding": ((LINE, HOSTED, "Transfer-Encoding: xchunked"), 501),
    "an expectation": ((LINE, HOSTED, "Expect: 100-continue"), 400),
    "another protocol": ((LINE, HOSTED, "Connection: Upgrade", "Upgrade: websocket"), 400),
    "a fetch of a page": ((LINE, HOSTED, "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"), 403),
    "an image of a page": ((LINE, HOSTED, "Sec-Fetch-Mode: no-cors"), 403),
    "a frame of a page": ((LINE, HOSTED, "Sec-Fetch-Dest: iframe"), 403),
    "thousands of headers": ((LINE, HOSTED, *(f"X-{n}: {n}" for n in range(4000))), 431),
    "one pipelined behind": ((LINE, HOSTED, "", LINE, HOSTED), 400),
    "a smuggled one behind": ((LINE, HOSTED, "", f"POST {PATH} HTTP/1.1", HOSTED), 400),
    "a TLS hello": (("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",), 400),
}


@pytest.mark.parametrize("case", HEADS)
async def test_a_request_that_no_browser_sends(case):
    lines, expected = HEADS[case]
    async with listening(QUICK) as listener:
        came = await exchange(listener.port, _head(listener.port, *lines))
        assert status(came) == expected
        assert "access-control" not in came.decode("latin-1").lower()
        await _genuine_still_works(listener)


async def test_there_are_enough_of_them():
    assert len(TARGETS) + len(HEADS) >= 25


async def _genuine_still_works(listener: Listener) -> None:
    assert status(await exchange(listener.port, request(listener.port))) == 303
    answered = await asyncio.wait_for(listener.answer(), 1)
    assert answered.code is not None
    assert answered.code.reveal() == CODE


# -- bounds -------------------------------------------------------------------------------


async def test_slow_and_silent_ones_are_ended_and_keep_nobody_out():
    limits = Limits(connections=8, seconds=0.5, page_seconds=0.2)
    async with listening(limits) as listener:
        held = [await asyncio.open_connection(HOST, listener.port) for _ in range(40)]
        for _, writer in held[::2]:
            writer.write(b"GET /feishu-wizard/callback?co")
        await _genuine_still_works(listener)
        began = time.monotonic()
        for reader, writer in held:
            with suppress(ConnectionError):
                async with asyncio.timeout(2):
                    while await reader.read(100):
                        pass
            writer.close()
        assert time.monotonic() - began < 1.5


async def test_a_drip_does_not_outlive_its_time():
    async with listening(QUICK) as listener:
        reader, writer = await asyncio.open_connection(HOST, listener.port)
        began = time.monotonic()
        with suppress(ConnectionError):
            while time.monotonic() - began < 3:
                writer.write(b"G")
                await writer.drain()
                try:
                    async with asyncio.timeout(0.02):
                        if not await reader.read(1):
                            break
                except TimeoutError:
                    continue
        assert time.monotonic() - began < 1
        writer.close()
        await _genuine_still_works(listener)


async def test_it_is_closed_within_a_second_whatever_is_still_open():
    loop = asyncio.get_running_loop()
    async with listening() as listener:
        held = [await asyncio.open_connection(HOST, listener.port) for _ in range(10)]
        held[0][1].write(b"GET / HTTP/1.1\r\nConnection: keep-alive\r\n")
        await exchange(listener.port, request(listener.port))
        began = loop.time()
    assert loop.time() - began < 1
    assert await refused_port(listener.port)
    for reader, writer in held:
        with suppress(ConnectionError):
            async with asyncio.timeout(1):
                assert await reader.read() == b""
        writer.close()


async def test_cancelling_closes_at_once():
    ready = asyncio.Event()
    port = 0

    async def wait() -> None:
        nonlocal port
        async with listening() as listener:
            port = listener.port
            await exchange(port, request(port))  # the page at the end is not waited for either
            ready.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await ready.wait()
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 0.5  # a tenth is promised; a busy machine gets more
    assert await refused_port(port)


async def test_too_many_requests_end_it():
    async with listening(Limits(requests=5, page_seconds=0.1)) as listener:
        for _ in range(6):
            await exchange(listener.port, request(listener.port, "/"))
        with pytest.raises(WizardError) as caught:
            await listener.answer()
        assert caught.value.code == "sign_in.flooded"
        assert caught.value.params == {"count": "5"}
        assert status(await exchange(listener.port, request(listener.port))) == 503


async def test_a_busy_port_is_named():
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(WizardError) as caught:
            async with Listener(port, PATH, Secret(STATE), PAGES):
                pass
    assert caught.value.code == "sign_in.port_busy"
    assert caught.value.params == {"port": str(port)}


@pytest.mark.parametrize("port", [1, 80, 1023, 65536, -1])
async def test_a_port_that_cannot_be(port):
    with pytest.raises(InputError) as caught:
        async with Listener(port, PATH, Secret(STATE), PAGES):
            pass
    assert caught.value.code == "sign_in.bad_port"


async def test_a_port_that_the_system_keeps(monkeypatch):
    def refuse(self: socket.socket, address: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(WizardError) as caught:
        async with Listener(28917, PATH, Secret(STATE), PAGES):
            pass
    assert caught.value.code == "sign_in.port_unusable"
    assert caught.value.params == {"port": "28917", "detail": "EACCES"}


async def test_only_this_computer_is_listened_to():
    async with listening() as listener:
        with pytest.raises(OSError, match=r"refused|failed|assign|unreachable|not supported"):
            await asyncio.open_connection("::1", listener.port)
        assert listener.url == listener_url(listener.port, PATH)
        assert listener.url.startswith("http://127.0.0.1:")


# -- secrets ------------------------------------------------------------------------------


async def test_nothing_of_it_is_shown_anywhere(caplog):
    caplog.set_level(logging.DEBUG)
    async with listening(QUICK) as listener:
        shown = [repr(listener), repr(listener.__dict__)]
        await exchange(listener.port, request(listener.port))
        answered = await listener.answer()
        shown += [repr(answered), str(answered), repr(listener.__dict__)]
    text = "\n".join([*shown, caplog.text])
    assert CODE not in text
    assert STATE not in text
    assert redact(f"{CODE} {STATE}") != f"{CODE} {STATE}"


def test_a_proof_key_is_new_and_fits():
    one, other = new_proof_key(), new_proof_key()
    assert one.state.reveal() != other.state.reveal()
    assert one.verifier.reveal() != other.verifier.reveal()
    assert one.challenge == challenge_of(one.verifier)
    assert 43 <= len(one.verifier) <= 128
    assert one.state.reveal() not in repr(one)
    assert one.verifier.reveal() not in repr(one)


def test_the_challenge_is_that_of_the_standard():
    """RFC 7636, appendix B."""
    verifier = Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


# -- ten thousand -------------------------------------------------------------------------

FUZZED, AT_ONCE = 10_000, 25


def _mutations(rng: random.Random, port: int) -> Callable[[], bytes]:
    """Requests like the genuine one, of which none is."""
    wrong = f"{PATH}?code={CODE}&state={STATE[:-2]}xx"
    tokens = [t.encode() for t in (PATH, CODE, STATE[:20], f"{HOST}:{port}", "GET ", " HTTP/1.1")]
    pieces = [b"\r\n", b"\n", b"\r", b"\0", b"%00", b"%2e", b"&", b"=", b"?", b"#", b" ", b"\t"]
    pieces += [
        b":",
        b"\xff",
        b"Host: x\r\n",
        b"Content-Length: 5\r\n",
        b"code=",
        b"state=",
        *tokens,
    ]

    def made() -> bytes:
        raw = bytearray(request(port, wrong))
        for _ in range(rng.randrange(1, 6)):
            at = rng.randrange(len(raw) + 1)
            what = rng.randrange(5)
            if what == 0:
                raw[at:at] = rng.choice(pieces)
            elif what == 1:
                del raw[at : at + rng.randrange(1, 12)]
            elif what == 2 and at < len(raw):
                raw[at] = rng.randrange(256)
            elif what == 3:
                raw[at:at] = raw[max(at - 30, 0) : at]
            else:
                raw[at:at] = rng.randbytes(rng.randrange(1, 20))
        return bytes(raw)

    return made


@pytest.mark.slow
async def test_of_ten_thousand_fuzzed_ones_none_is_taken_and_none_hangs():
    rng = random.Random(20_261_122)
    longest = 0.0
    async with listening(Limits(seconds=3.0, page_seconds=0.2)) as listener:
        make = _mutations(rng, listener.port)

        async def one() -> int:
            nonlocal longest
            began = time.monotonic()
            came = await exchange(listener.port, make(), end=True)
            longest = max(longest, time.monotonic() - began)
            return status(came)

        seen: set[int] = set()
        for _ in range(FUZZED // AT_ONCE):
            seen |= set(await asyncio.gather(*(one() for _ in range(AT_ONCE))))
        assert not {200, 303} & seen
        assert {400, 403, 404} <= seen
        assert longest < 3
        await _genuine_still_works(listener)
