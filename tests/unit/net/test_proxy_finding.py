"""``net.proxy``: one finding that says for each host which way, and who said so."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.services.net import proxy as proxy_module
from feishu_wizard.services.net.http import Http, NetSettings
from feishu_wizard.services.net.os_proxy import OsProxy
from feishu_wizard.services.net.probe import probe_proxies
from feishu_wizard.text import book
from feishu_wizard.text.catalog import use
from feishu_wizard.text.words import finding_words

pytestmark = pytest.mark.anyio
URLS = {
    "open": "https://open.feishu.cn",
    "accounts": "https://accounts.feishu.cn",
    "can": "https://can.corp.local:8443/x",
}


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch):
    """Set exactly these proxy variables."""

    def make(**variables: str) -> None:
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return make


async def told(urls=None, system=None, **settings) -> Finding:
    async with Http(NetSettings(**settings), system) as http:
        finding = await probe_proxies(http, URLS if urls is None else urls)
    assert finding.id == "net.proxy"
    assert all(isinstance(value, str) for value in finding.params.values())
    assert finding.code == "not_applicable" or book.knows(finding.code)
    return finding


def sentence(finding: Finding) -> str:
    use("en")
    return finding_words(finding).sentence


async def test_from_a_variable_with_an_exception(environ) -> None:
    environ(HTTPS_PROXY="http://me:hidden@p.example:8080", NO_PROXY="b.example, .corp.local")
    finding = await told()
    assert (finding.status, finding.code) == (Status.PASS, "net.proxy.mixed")
    said = sentence(finding)
    assert "open.feishu.cn, accounts.feishu.cn go through the proxy p.example:8080" in said
    assert "environment variables: HTTPS_PROXY" in said
    assert "can.corp.local go out directly" in said
    assert ".corp.local)" in said
    params = finding.params
    assert (params["open_proxy"], params["open_source"]) == ("p.example:8080", "HTTPS_PROXY")
    assert (params["can_proxy"], params["can_why"]) == ("", "no_proxy")
    assert params["can_source"] == ".corp.local"
    assert "hidden" not in str(params)


async def test_one_way_for_all(environ) -> None:
    environ(all_proxy="socks5h://p.example")
    finding = await told()
    assert (finding.code, finding.params["source"]) == ("net.proxy.used", "all_proxy")
    finding = await told(proxy="http://q.example:3128")
    assert (finding.code, finding.params["why"]) == ("net.proxy.used", "setting")
    assert "as set here" in sentence(finding)


async def test_no_proxy_at_all(environ) -> None:
    environ()
    finding = await told(system=_System({}))
    assert (finding.code, finding.params["why"]) == ("net.proxy.direct", "system")
    finding = await told(proxy="none")
    assert (finding.code, finding.params["why"]) == ("net.proxy.direct", "none")
    finding = await told({"open": "http://127.0.0.1:1"})
    assert (finding.code, finding.params["why"]) == ("net.proxy.direct", "loopback")
    assert (await told({})).code == "not_applicable"


class _System:
    def __init__(self, known: dict[str, str]) -> None:
        self.known = known

    def proxy_for(self, url: str) -> str | None:
        return self.known.get(url.split("/")[2])


async def test_more_than_one_proxy(environ) -> None:
    environ()
    known = {"open.feishu.cn": "p:1", "accounts.feishu.cn": "p:1", "can.corp.local:8443": "q:2"}
    finding = await told(system=_System(known))
    assert finding.code == "net.proxy.several"
    assert "open.feishu.cn → p:1" in sentence(finding)
    assert "can.corp.local → q:2" in sentence(finding)
    finding = await told(system=_System({"can.corp.local:8443": "q:2"}))
    assert finding.code == "net.proxy.mixed"
    assert finding.params["direct_hosts"] == "open.feishu.cn, accounts.feishu.cn"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("socks4://p.example:1080", "net.proxy.unsupported"),
        ("ht!tp://p.example", "net.proxy.invalid"),
        ("http://me:hidden@p.example:99999", "net.proxy.invalid"),
    ],
)
async def test_settings_that_cannot_be_used_from_every_source(environ, value, code) -> None:
    environ(ALL_PROXY=value)
    finding = await told()
    assert (finding.status, finding.code) == (Status.FAIL, code)
    assert (finding.params["why"], finding.params["source"]) == ("environment", "ALL_PROXY")
    assert "ALL_PROXY" in finding_words(finding).cause
    assert "hidden" not in str(finding.params)
    environ()
    hosts = ("open.feishu.cn", "accounts.feishu.cn")
    finding = await told(system=_System(dict.fromkeys(hosts, value)))
    assert (finding.status, finding.code) == (Status.FAIL, code)
    assert finding.params["why"] == "system"
    assert finding.params["can_proxy"] == ""  # what is known of the others stays
    finding = await told(proxy=value.replace("me:hidden@", ""))
    assert (finding.code, finding.params["why"]) == (code, "setting")


async def test_a_script_that_nobody_here_reads(environ, monkeypatch: pytest.MonkeyPatch) -> None:
    environ()
    monkeypatch.setattr(
        "feishu_wizard.services.net.os_proxy.pac_script", lambda: "http://pac.example/x.pac"
    )
    monkeypatch.setattr(OsProxy, "proxy_for", lambda self, url: None)
    finding = await told(system=OsProxy())
    assert (finding.status, finding.code) == (Status.WARN, "net.proxy.pac_unread")
    assert "http://pac.example/x.pac" in sentence(finding)
    finding = await told(system=_System({"open.feishu.cn": "p:1"}))
    assert finding.params["open_why"] == "pac"
    assert "from the PAC script of the system" in sentence(finding)


async def test_a_system_that_does_not_say(environ, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    environ()
    monkeypatch.setattr(proxy_module, "SYSTEM_SECONDS", 0.05)
    release = threading.Event()

    class Hanging:
        def proxy_for(self, url: str) -> str | None:
            release.wait()
            return None

    finding = await told({"open": URLS["open"]}, Hanging())
    release.set()
    assert (finding.status, finding.code) == (Status.WARN, "net.proxy.silent")
