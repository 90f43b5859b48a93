"""Which way a request goes, who said so, and what a proxy can do wrong."""

from __future__ import annotations

import asyncio
import threading

import pytest

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.net import proxy as module
from feishu_wizard.services.net.address import parse_address
from feishu_wizard.services.net.http import Http, NetSettings, Policy
from feishu_wizard.services.net.noproxy import bypasses
from feishu_wizard.services.net.proxy import Resolver
from tests.unit.net.conftest import get, refused
from tests.unit.net.servers import Proxy, answer, serve, tunnel

pytestmark = pytest.mark.anyio

NO_PROXY = [
    # rules, host, port, direct
    ("", "a.example", 443, False),
    ("*", "a.example", 443, True),
    ("corp.local", "corp.local", 443, True),
    ("corp.local", "can.corp.local", 443, True),
    ("corp.local", "evilcorp.local", 443, False),
    (".corp.local", "can.corp.local", 443, True),
    (".corp.local", "corp.local", 443, True),
    (".corp.local", "evilcorp.local", 443, False),
    ("*.corp.local", "can.corp.local", 443, True),
    ("*.corp.local", "corp.local", 443, False),
    ("CORP.Local.", "can.corp.LOCAL", 443, True),
    ("can-*", "can-1", 443, True),
    ("corp.local:8443", "can.corp.local", 8443, True),
    ("corp.local:8443", "can.corp.local", 443, False),
    ("https://corp.local", "corp.local", 443, True),
    ("10.0.0.0/8", "10.1.2.3", 80, True),
    ("10.0.0.0/8", "11.1.2.3", 80, False),
    ("10.1.2.3/8", "10.9.9.9", 80, True),
    ("10.0.0.0/8", "10.example", 80, False),
    ("10.1.2.3", "10.1.2.3", 80, True),
    ("10.1.2.3:80", "10.1.2.3", 443, False),
    ("10.1.*", "10.1.2.3", 80, True),
    ("0.0.3", "10.0.0.3", 80, False),
    ("[2001:db8::1]", "2001:db8::1", 443, True),
    ("[2001:db8::1]:444", "2001:db8::1", 443, False),
    ("2001:db8:0::1", "2001:db8::1", 443, True),
    ("fd00::/8", "fd12::1", 443, True),
    ("fd00::/8", "10.0.0.1", 443, False),
    ("a.example b.example", "b.example", 443, True),
    ("a.example,b.example ; c.example", "c.example", 443, True),
    (",, ,", "a.example", 443, False),
    ("<local>", "can", 443, True),
    ("<local>", "can.corp", 443, False),
    ("<local>", "10.0.0.1", 443, False),
    (".", "a.example", 443, False),
    ("公司.example", "xn--55qx5d.example", 443, True),
]


@pytest.mark.parametrize(("rules", "host", "port", "direct"), NO_PROXY)
def test_exceptions(rules: str, host: str, port: int, direct: bool) -> None:
    assert bypasses(rules, host, port) is direct


P, Q = "http://p.example:8080", "http://q.example:3128"
S = "socks5h://p.example:1080"
ENVIRONMENT = [
    # environment, url, proxy, why
    ({}, "https://a.example", None, "unset"),
    ({"https_proxy": P}, "https://a.example", P, "environment"),
    ({"HTTPS_PROXY": P}, "https://a.example", P, "environment"),
    ({"HTTPS_PROXY": P, "https_proxy": Q}, "https://a.example", Q, "environment"),
    ({"HTTPS_PROXY": P, "https_proxy": ""}, "https://a.example", P, "environment"),
    ({"https_proxy": "p.example:8080"}, "https://a.example", P, "environment"),
    ({"https_proxy": " http://P.example:8080/ "}, "https://a.example", P, "environment"),
    ({"http_proxy": P}, "https://a.example", None, "unset"),
    ({"https_proxy": P}, "http://a.example", None, "unset"),
    ({"http_proxy": P}, "http://a.example", P, "environment"),
    ({"all_proxy": P}, "https://a.example", P, "environment"),
    ({"all_proxy": P, "https_proxy": Q}, "https://a.example", Q, "environment"),
    ({"ALL_PROXY": "socks5h://p.example"}, "https://a.example", S, "environment"),
    ({"https_proxy": P, "NO_PROXY": "a.example"}, "https://a.example", None, "environment"),
    ({"https_proxy": P, "NO_PROXY": "*", "no_proxy": "b"}, "https://a.b.c", P, "environment"),
    ({"https_proxy": P, "no_proxy": "[::1]"}, "https://a.example", P, "environment"),
    ({"https_proxy": P}, "https://127.0.0.1:1", None, "loopback"),
    ({"https_proxy": P}, "https://[::1]:1", None, "loopback"),
    ({"https_proxy": P}, "https://a.localhost", None, "loopback"),
    ({"https_proxy": P}, "https://localhost.example", P, "environment"),
]


@pytest.mark.parametrize(("environ", "url", "proxy", "why"), ENVIRONMENT)
async def test_the_environment(environ, url, proxy, why) -> None:
    route = await Resolver(NetSettings(), None, environ).route(parse_address(url))
    assert (route.proxy, route.why) == (proxy, why)


async def test_a_setting_beats_the_environment() -> None:
    environ = {"https_proxy": P}
    address = parse_address("https://a.example")
    route = await Resolver(NetSettings(proxy="none"), None, environ).route(address)
    assert (route.proxy, route.why) == (None, "none")
    settings = NetSettings(proxy=Q, proxy_user="u", proxy_password=Secret("pass-word"))
    route = await Resolver(settings, None, environ).route(address)
    assert (route.proxy, route.why, route.user) == (Q, "setting", "u")


async def test_credentials_in_the_environment_are_kept_apart() -> None:
    environ = {"https_proxy": "http://me:p%40ss-word@p.example:8080"}
    route = await Resolver(NetSettings(), None, environ).route(parse_address("https://a.example"))
    assert route.proxy == P
    assert route.user == "me"
    assert route.password is not None
    assert route.password.reveal() == "p@ss-word"
    assert "p@ss" not in repr(route)


@pytest.mark.parametrize(
    ("proxy", "code"),
    [
        ("socks4://p:1080", "net.proxy.unsupported"),
        ("socks://p:1080", "net.proxy.unsupported"),
        ("ftp://p", "net.proxy.unsupported"),
        ("ht!tp://p", "net.proxy.invalid"),
        ("http://", "net.proxy.invalid"),
        ("http://p:99999", "net.proxy.invalid"),
        ("http://p q", "net.proxy.invalid"),
        ("http://p/proxy.pac", "net.proxy.invalid"),
        ("http://me:hidden@p:8080", "net.proxy.invalid"),
    ],
)
async def test_proxies_that_cannot_be_used(proxy: str, code: str) -> None:
    error = await refused("https://a.example/", proxy=proxy)
    assert error.code == code
    assert "hidden" not in str(error.params)


class System:
    """A system's proxy setting: a value, an error or silence."""

    def __init__(self, value: str | None) -> None:
        self.value = value
        self.asked: list[str] = []

    def proxy_for(self, url: str) -> str | None:
        self.asked.append(url)
        assert threading.current_thread().daemon
        return self.value


async def test_the_system_is_asked_last_and_once_per_origin() -> None:
    system = System("p.example:8080")
    resolver = Resolver(NetSettings(), system, {"http_proxy": Q})
    for url in ("https://a.example/x?secret=1", "https://a.example/y", "http://a.example"):
        await resolver.route(parse_address(url))
    assert system.asked == ["https://a.example/"]
    assert (await resolver.route(parse_address("https://a.example"))).proxy == P


async def test_a_system_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    class Hanging:
        def proxy_for(self, url: str) -> str | None:
            release.wait()
            return P

    monkeypatch.setattr(module, "SYSTEM_SECONDS", 0.05)
    route = await Resolver(NetSettings(), Hanging(), {}).route(parse_address("https://a.example"))
    release.set()
    assert (route.proxy, route.why, route.silent) == (None, "system", True)


async def test_through_a_proxy_with_credentials(server_context, ca_file) -> None:
    proxy = Proxy(credentials="me:gehe1m-wort")
    settings = {"proxy_user": "me", "proxy_password": Secret("gehe1m-wort"), "ca_file": ca_file}
    async with serve(answer(), server_context("far.invalid")) as far, serve(proxy) as way:
        reply = await get(f"https://far.invalid:{far.port}/", proxy=way.http, **settings)
    assert reply.status == 200
    assert len(proxy.seen) == 1
    assert b"proxy-authorization" not in far.heads[0].lower()


@pytest.mark.parametrize(
    ("challenge", "scheme", "code"),
    [
        (["Basic realm=x"], "Basic", "net.proxy.auth"),
        (["Negotiate", "NTLM"], "Negotiate, NTLM", "net.proxy.auth.negotiate"),
        (["Kerberos"], "Kerberos", "net.proxy.auth.negotiate"),
        (["NTLM", 'basic realm="x"'], "NTLM, basic", "net.proxy.auth"),
        (["Digest realm=x, nonce=y"], "Digest", "net.proxy.auth.other"),
        ([], "", "net.proxy.auth"),
    ],
)
async def test_a_proxy_that_wants_a_sign_in(challenge: list[str], scheme: str, code: str) -> None:
    lines = "".join(f"Proxy-Authenticate: {line}\r\n" for line in challenge)
    proxy = Proxy(credentials="me:right", challenge=lines)
    wrong = {"proxy_user": "me", "proxy_password": Secret("wrong-one")}
    async with serve(proxy) as way:
        error = await refused("https://far.invalid/", proxy=way.http, **wrong)
        plain = await refused(
            "http://far.invalid/", Policy.CAN, proxy=way.http,
            plain_http=frozenset({"http://far.invalid"}),
        )  # fmt: skip
    assert (error.code, error.params["scheme"]) == (code, scheme)
    assert (plain.code, plain.params["scheme"]) == (code, scheme)
    assert error.params["proxy"] == f"127.0.0.1:{way.port}"
    assert error.params["host"] == "far.invalid"


async def test_what_proxies_do_wrong(unused_port: int) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    target = "https://far.invalid/"
    async with serve(Proxy(refuse="403 Forbidden")) as way:
        error = await refused(target, proxy=way.http)
        assert (error.code, error.params["status"]) == ("net.proxy.status", "403")
    async with serve(b"<html>hello</html>\r\n\r\n") as way:
        assert (await refused(target, proxy=way.http)).code == "net.proxy.protocol"
    async with serve(b"") as way:
        assert (await refused(target, proxy=way.http)).code == "net.proxy.protocol"
    async with serve(hang) as way:
        error = await refused(target, proxy=way.http, deadline=0.4)
        assert (error.code, error.params["seconds"]) == ("net.proxy.timeout", "0.4")
    error = await refused(target, proxy=f"http://127.0.0.1:{unused_port}")
    assert (error.code, error.params["proxy"]) == ("net.proxy.refused", f"127.0.0.1:{unused_port}")
    assert (await refused(target, proxy="http://proxy.invalid:8080")).code == "net.proxy.dns"


async def test_a_bad_certificate_behind_a_proxy_is_the_servers(server_context) -> None:
    proxy = Proxy()
    async with serve(answer(), server_context("far.invalid")) as far, serve(proxy) as way:
        error = await refused(f"https://far.invalid:{far.port}/", proxy=way.http)
    assert (error.code, error.params["host"]) == ("net.tls.untrusted", f"far.invalid:{far.port}")
    assert "Middlebox" in error.params["issuer"]


async def socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A SOCKS5 server without sign-in that connects to this computer's ports (RFC 1928)."""
    await reader.readexactly(3)  # version, one method, no sign-in
    writer.write(b"\x05\x00")
    head = await reader.readexactly(5)
    await reader.readexactly(head[4])
    port = int.from_bytes(await reader.readexactly(2))
    await tunnel(reader, writer, port, b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")


async def test_socks5(server_context, ca_file) -> None:
    async with serve(answer(), server_context("far.invalid")) as far, serve(socks) as way:
        proxy = f"socks5://127.0.0.1:{way.port}"
        reply = await get(f"https://far.invalid:{far.port}/", proxy=proxy, ca_file=ca_file)
    assert reply.status == 200


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (b"garbage", "net.proxy.protocol"),
        (b"", "net.proxy.protocol"),
        (b"\x05\x02", "net.proxy.auth"),
        (b"\x05\xff", "net.proxy.status"),
    ],
)
async def test_what_socks_servers_do_wrong(script: bytes, code: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(3)
        writer.write(script)

    async with serve(talk) as way:
        error = await refused("https://far.invalid/", proxy=f"socks5://127.0.0.1:{way.port}")
    assert error.code == code


async def test_this_computer_is_always_direct() -> None:
    async with serve(answer()) as server:
        assert (await get(server.http, proxy="http://proxy.invalid:1")).status == 200
    async with Http(NetSettings(proxy="http://proxy.invalid:1")) as http:
        assert (await http.route(server.http)).why == "loopback"
        with pytest.raises(NetworkError):
            await http.route("nonsense")
