"""The environment is read as curl reads it: the same rows for both, and curl itself decides.

Every name leads to this computer (``--resolve``, ``--connect-to``), where four ports listen: two
proxies, a third for ``all_proxy``, and the server. Which of them curl knocks at is its decision.
Where we differ, a second table has the reason.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.services.net.address import parse_address
from feishu_wizard.services.net.proxy import Resolver
from feishu_wizard.services.net.settings import NetSettings

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="names of variables have no case there"),
]
DIRECT = "direct"
_NAMES = {"P": "p.example", "Q": "q.example", "A": "all.example"}
_SINCE = (7, 86)


class Doors:
    """Listening ports of this computer; ``knocked`` tells at which ones somebody knocked."""

    def __init__(self) -> None:
        self.knocked: list[str] = []
        self._sockets = {name: socket.create_server(("127.0.0.1", 0)) for name in (*_NAMES, "")}
        self._threads = [
            threading.Thread(target=self._serve, args=(name, sock), daemon=True)
            for name, sock in self._sockets.items()
        ]
        for thread in self._threads:
            thread.start()

    def port(self, name: str) -> int:
        """The port of a proxy; "" names the server."""
        port: int = self._sockets[name].getsockname()[1]
        return port

    def _serve(self, name: str, sock: socket.socket) -> None:
        while True:
            try:
                peer, _ = sock.accept()
            except OSError:
                return  # closed: the end of the tests
            with peer:
                peer.recv(4096)
                self.knocked.append(name or DIRECT)

    def close(self) -> None:
        for sock in self._sockets.values():
            sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(5)


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    made = Doors()
    yield made
    made.close()


@pytest.fixture(scope="module")
def curl() -> str:
    found = shutil.which("curl")
    assert found, "curl is missing: packaging/linux/system_packages.py test installs it"
    return found


@pytest.fixture(scope="module")
def curl_version(curl: str) -> tuple[int, int]:
    said = subprocess.run([curl, "--version"], check=True, capture_output=True, text=True)
    major, minor = said.stdout.split()[1].split(".")[:2]
    return int(major), int(minor)


def variables(row: str, doors: Doors) -> dict[str, str]:
    """``https_proxy=@P NO_PROXY=a|b`` as variables; ``|`` stands for a blank."""
    made = dict(part.split("=", 1) for part in row.split())
    for name, host in _NAMES.items():
        made = {
            key: value.replace(f"@{name}", f"{host}:{doors.port(name)}").replace("|", " ")
            for key, value in made.items()
        }
    return made


def curls_way(curl: str, doors: Doors, environ: dict[str, str], url: str) -> tuple[str, str]:
    """Where curl knocks, and the variable that it names for it."""
    doors.knocked.clear()
    lookups = [f"{host}:{doors.port(name)}:127.0.0.1" for name, host in _NAMES.items()]
    done = subprocess.run(
        [
            *(curl, "-q", "-v", "-s", "-g", "--max-time", "10", "-o", "/dev/null"),
            *(part for lookup in lookups for part in ("--resolve", lookup)),
            *("--connect-to", f"::127.0.0.1:{doors.port('')}"),
            url,
        ],
        env=environ,
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert len(set(doors.knocked)) == 1, (doors.knocked, done.stderr)
    named = [
        line.split()[5]
        for line in done.stderr.splitlines()
        if line.startswith("* Uses proxy env variable") and "no_proxy" not in line.lower()
    ]
    return doors.knocked[0], named[-1] if named else ""


async def our_way(doors: Doors, environ: dict[str, str], url: str) -> tuple[str, str]:
    """The same of the resolver."""
    route = await Resolver(NetSettings(), None, environ).route(parse_address(url))
    if route.proxy is None:
        return DIRECT, route.source
    port = urlsplit(route.proxy).port
    return next(name for name in _NAMES if doors.port(name) == port), route.source


S, H = "https://a.example/", "http://a.example/"
NAMED = "https://can.corp.local/"
V4, V6 = "https://10.1.2.3/", "https://[2001:db8::1]/"
# What curl and we have to agree on: the variables, and the address.
ROWS = [
    # which variable speaks for which scheme
    ("", S),
    ("", H),
    ("https_proxy=http://@P", S),
    ("https_proxy=http://@P", H),
    ("HTTPS_PROXY=http://@P", S),
    ("HTTPS_PROXY=http://@P", H),
    ("http_proxy=http://@P", H),
    ("http_proxy=http://@P", S),
    ("http_proxy=http://@P https_proxy=http://@Q", S),
    ("http_proxy=http://@P https_proxy=http://@Q", H),
    ("http_proxy=http://@P HTTPS_PROXY=http://@Q", S),
    ("https_proxy=http://@P HTTPS_PROXY=http://@Q", S),
    ("all_proxy=http://@A", S),
    ("all_proxy=http://@A", H),
    ("ALL_PROXY=http://@A", S),
    ("ALL_PROXY=http://@A", H),
    ("all_proxy=http://@A ALL_PROXY=http://@P", S),
    ("all_proxy=http://@A https_proxy=http://@P", S),
    ("all_proxy=http://@A https_proxy=http://@P", H),
    ("ALL_PROXY=http://@A HTTPS_PROXY=http://@P", S),
    ("all_proxy=http://@A HTTPS_PROXY=http://@P", S),
    ("Https_Proxy=http://@P", S),
    # empty values
    ("https_proxy=", S),
    ("https_proxy= HTTPS_PROXY=http://@P", S),
    ("https_proxy=http://@P HTTPS_PROXY=", S),
    ("https_proxy= all_proxy=http://@A", S),
    ("https_proxy= HTTPS_PROXY= all_proxy= ALL_PROXY=http://@A", S),
    ("https_proxy=http://@P no_proxy=", S),
    ("https_proxy=http://@P no_proxy= NO_PROXY=a.example", S),
    # how a proxy is written
    ("https_proxy=@P", S),
    ("http_proxy=@P", H),
    ("all_proxy=@A", S),
    ("https_proxy=http://@P/", S),
    ("https_proxy=HTTP://@P", S),
    ("https_proxy=http://user:pass@@P", S),
    ("https_proxy=user:pass@@P", S),
    ("https_proxy=http://user:p%40ss%3Aw@@P", S),
    ("https_proxy=http://user@@P", S),
    ("all_proxy=socks5://@A", S),
    ("all_proxy=socks5h://@A", S),
    ("all_proxy=socks5h://user:pass@@A", H),
    ("ALL_PROXY=socks5h://@A https_proxy=http://@P", H),
    # exceptions by name
    ("https_proxy=http://@P NO_PROXY=a.example", S),
    ("https_proxy=http://@P no_proxy=a.example", S),
    ("http_proxy=http://@P no_proxy=a.example", H),
    ("all_proxy=http://@A no_proxy=a.example", S),
    ("https_proxy=http://@P no_proxy=b.example NO_PROXY=a.example", S),
    ("https_proxy=http://@P NO_PROXY=A.EXAMPLE", S),
    ("https_proxy=http://@P NO_PROXY=a.example", "https://A.Example/"),
    ("https_proxy=http://@P NO_PROXY=corp.local", NAMED),
    ("https_proxy=http://@P NO_PROXY=.corp.local", NAMED),
    ("https_proxy=http://@P NO_PROXY=local", NAMED),
    ("https_proxy=http://@P NO_PROXY=corp.local", "https://corp.local/"),
    ("https_proxy=http://@P NO_PROXY=.corp.local", "https://corp.local/"),
    ("https_proxy=http://@P NO_PROXY=corp.local", "https://evilcorp.local/"),
    ("https_proxy=http://@P NO_PROXY=.corp.local", "https://evilcorp.local/"),
    ("https_proxy=http://@P NO_PROXY=can.corp.local", "https://corp.local/"),
    ("https_proxy=http://@P NO_PROXY=corp.local", "https://corp.local.example/"),
    ("https_proxy=http://@P NO_PROXY=corp.local.", NAMED),
    ("https_proxy=http://@P NO_PROXY=corp.local", "https://can.corp.local./"),
    ("https_proxy=http://@P NO_PROXY=corp.local", "https://can.corp.local:8443/"),
    # lists
    ("https_proxy=http://@P NO_PROXY=*", S),
    ("https_proxy=http://@P NO_PROXY=*", V4),
    ("https_proxy=http://@P NO_PROXY=b.example,a.example", S),
    ("https_proxy=http://@P NO_PROXY=b.example,|a.example", S),
    ("https_proxy=http://@P NO_PROXY=b.example|a.example", S),
    ("https_proxy=http://@P NO_PROXY=|a.example|", S),
    ("https_proxy=http://@P NO_PROXY=,,a.example,", S),
    ("https_proxy=http://@P NO_PROXY=,,", S),
    ("https_proxy=http://@P NO_PROXY=b.example,c.example", S),
    # addresses and blocks of them
    ("https_proxy=http://@P NO_PROXY=10.1.2.3", V4),
    ("https_proxy=http://@P NO_PROXY=10.1.2.4", V4),
    ("https_proxy=http://@P NO_PROXY=.1.2.3", V4),
    ("https_proxy=http://@P NO_PROXY=10.1", V4),
    ("https_proxy=http://@P NO_PROXY=10.0.0.0/8", V4),
    ("https_proxy=http://@P NO_PROXY=10.1.2.3/8", V4),
    ("https_proxy=http://@P NO_PROXY=10.0.0.0/16", V4),
    ("https_proxy=http://@P NO_PROXY=10.1.2.0/30", V4),
    ("https_proxy=http://@P NO_PROXY=10.1.2.3/32", V4),
    ("https_proxy=http://@P NO_PROXY=10.1.2.4/32", V4),
    ("https_proxy=http://@P NO_PROXY=192.168.0.0/16,10.0.0.0/8", "https://10.1.2.3:8443/"),
    ("https_proxy=http://@P NO_PROXY=10.0.0.0/8", "https://10.example/"),
    ("https_proxy=http://@P NO_PROXY=10.0.0.0/8", V6),
    ("https_proxy=http://@P NO_PROXY=2001:db8::1", V6),
    ("https_proxy=http://@P NO_PROXY=2001:db8::2", V6),
    ("https_proxy=http://@P NO_PROXY=2001:db9::/32", V6),
    ("https_proxy=http://@P NO_PROXY=fd00::/8", V6),
    ("https_proxy=http://@P NO_PROXY=[::1]", S),
    ("https_proxy=http://@P", V6),
    ("https_proxy=http://@P", V4),
]


def test_there_are_enough_rows() -> None:
    assert len(set(ROWS)) == len(ROWS) >= 60


@pytest.mark.parametrize(("row", "url"), ROWS)
async def test_we_go_where_curl_goes(row, url, doors, curl, curl_version) -> None:
    if curl_version < _SINCE:
        pytest.skip("before 7.86 curl read exceptions otherwise, and knew no blocks of addresses")
    environ = variables(row, doors)
    theirs, named = curls_way(curl, doors, environ, url)
    ours, source = await our_way(doors, environ, url)
    assert ours == theirs
    if ours != DIRECT:
        assert source.lower() == named.lower() if named else source in environ


LOOPBACK = "this computer is never reached through a proxy: sandbox and login callback live here"
NO_CGI = "curl reads http_proxy in lower case only, for fear of CGI; a desktop program is none"
PORTS = "curl knows no ports in exceptions; people write them, as Go and browsers understand them"
WILD = "curl knows * only alone; browsers and desktop settings know it as a part"
OLD_V6 = "curl before 8 takes an IPv6 host for a name, so that only the same spelling fits"
# Rows where we differ, or for which curl has no word: what we do, and why.
OWN_ROWS = [
    ("https_proxy=http://@P", "https://127.0.0.1:8443/", DIRECT, LOOPBACK),
    ("https_proxy=http://@P", "https://127.9.9.9/", DIRECT, LOOPBACK),
    ("https_proxy=http://@P", "https://localhost/", DIRECT, LOOPBACK),
    ("https_proxy=http://@P", "https://a.localhost/", DIRECT, LOOPBACK),
    ("https_proxy=http://@P", "https://[::1]/", DIRECT, LOOPBACK),
    ("all_proxy=http://@A NO_PROXY=b.example", "http://127.0.0.1/", DIRECT, LOOPBACK),
    ("HTTP_PROXY=http://@P", H, "P", NO_CGI),
    ("HTTP_PROXY=http://@P http_proxy=http://@Q", H, "Q", NO_CGI),
    ("HTTP_PROXY=http://@P REQUEST_METHOD=GET", H, DIRECT, "inside CGI it is a request's header"),
    ("HTTPS_PROXY=http://@P REQUEST_METHOD=GET", S, "P", "no request can set this one"),
    ("https_proxy=http://@P NO_PROXY=a.example:443", S, DIRECT, PORTS),
    ("https_proxy=http://@P NO_PROXY=a.example:8443", S, "P", PORTS),
    ("https_proxy=http://@P NO_PROXY=10.1.2.3:443", V4, DIRECT, PORTS),
    ("https_proxy=http://@P NO_PROXY=[2001:db8::1]:443", V6, DIRECT, PORTS),
    ("https_proxy=http://@P NO_PROXY=[2001:db8::1]", V6, DIRECT, "brackets as in an address"),
    ("https_proxy=http://@P NO_PROXY=2001:db8:0:0::1", V6, DIRECT, OLD_V6),
    ("https_proxy=http://@P NO_PROXY=2001:db8::/32", V6, DIRECT, OLD_V6),
    ("https_proxy=http://@P NO_PROXY=*.corp.local", NAMED, DIRECT, WILD),
    ("https_proxy=http://@P NO_PROXY=*.corp.local", "https://corp.local/", "P", WILD),
    ("https_proxy=http://@P NO_PROXY=can*", NAMED, DIRECT, WILD),
    ("https_proxy=http://@P NO_PROXY=10.1.*", V4, DIRECT, WILD),
    ("https_proxy=http://@P NO_PROXY=b.example,*", S, DIRECT, WILD),
    ("https_proxy=http://@P NO_PROXY=<local>", "https://can/", DIRECT, "a word of Windows"),
    ("https_proxy=http://@P NO_PROXY=<local>", NAMED, "P", "a word of Windows"),
    ("https_proxy=http://@P NO_PROXY=b.example;a.example", S, DIRECT, "as Windows separates"),
    ("https_proxy=http://@P NO_PROXY=https://a.example", S, DIRECT, "pasted from the browser"),
    ("https_proxy=| HTTPS_PROXY=http://@P", S, "P", "a blank is as good as nothing"),
    ("https_proxy=|http://@P|", S, "P", "a blank before an address is a slip"),
    ("https_proxy=socks4://@P", S, "net.proxy.unsupported", "our client speaks SOCKS 5 only"),
    ("all_proxy=socks4a://@A", S, "net.proxy.unsupported", "our client speaks SOCKS 5 only"),
    ("all_proxy=socks://@A", S, "net.proxy.unsupported", "for curl it is SOCKS 4; see above"),
    ("https_proxy=ftp://@P", S, "net.proxy.unsupported", "no proxy speaks so"),
    ("https_proxy=ht!tp://@P", S, "net.proxy.invalid", "said, not passed over"),
    ("https_proxy=http://", S, "net.proxy.invalid", "said, not passed over"),
    ("https_proxy=http://p.example:99999", S, "net.proxy.invalid", "said, not passed over"),
    ("https_proxy=http://p|q:1", S, "net.proxy.invalid", "said, not passed over"),
    ("https_proxy=http://@P/proxy.pac", S, "net.proxy.invalid", "a script is no proxy"),
    ("https_proxy=http://p.example", S, "p.example:80", "curl's 1080 is nobody else's default"),
]


@pytest.mark.parametrize(("row", "url", "expected", "reason"), OWN_ROWS)
async def test_where_we_differ_or_curl_has_no_word(row, url, expected, reason, doors) -> None:
    resolver = Resolver(NetSettings(), None, variables(row, doors))
    if expected.startswith("net."):
        with pytest.raises(NetworkError, match=f"^{expected}$") as caught:
            await resolver.route(parse_address(url))
        told = caught.value.params
        assert (told["why"], told["source"]) == ("environment", row.partition("=")[0]), reason
        return
    route = await resolver.route(parse_address(url))
    found = route.proxy_host or DIRECT
    ports = {f"{host}:{doors.port(name)}": name for name, host in _NAMES.items()}
    assert ports.get(found, found) == expected, reason
