"""This computer and the server side by side, and the sheet that is made of both."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.diagnosis import Diagnosis, ServerCheck, verdict_of
from feishu_wizard.domain.finding import Finding, Status, not_done
from feishu_wizard.domain.server_check import conclude, side_by_side
from feishu_wizard.report.network_sheet import render
from feishu_wizard.text import book
from feishu_wizard.text.catalog import use


def http(outcome, code="ok", **params):
    return Finding("net.open.http", outcome, code, {"host": "open.feishu.cn", **params})


def route(code, proxy=""):
    return Finding("net.proxy", Status.PASS, code, {"proxy": proxy, "why": "environment"})


@pytest.mark.parametrize(
    ("here", "there", "code"),
    [
        (http(Status.PASS), http(Status.PASS), "server.same"),
        (http(Status.PASS), http(Status.FAIL, "net.portal"), "server.only_there_fails"),
        (http(Status.FAIL, "net.portal"), http(Status.PASS), "server.only_here_fails"),
        (http(Status.FAIL, "net.portal"), http(Status.FAIL, "net.portal"), "server.both_fail"),
        (http(Status.FAIL, "net.reset"), http(Status.FAIL, "net.portal"), "server.differs.failure"),
        (http(Status.PASS), http(Status.WARN, "x"), "server.differs.note"),
        (http(Status.PASS), not_done("net.open.http", "server.untold"), "server.unknown_there"),
        (not_done("net.open.http"), http(Status.PASS), "server.unknown_here"),
        (route("net.proxy.direct"), route("net.proxy.used", "p:1"), "server.differs.proxy"),
        (route("net.proxy.used", "p:1"), route("net.proxy.used", "p:2"), "server.differs.proxy"),
        (route("net.proxy.used", "p:1"), route("net.proxy.used", "p:1"), "server.same"),
    ],
)
def test_a_row_says_what_follows(here, there, code):
    (row,) = side_by_side([here], ServerCheck((there,)))
    assert row.code == code
    assert book.knows(code)
    assert row.differs == ("only" in code or "differs" in code)
    assert conclude([row]).code in (code, "server.same")


def test_the_worst_row_is_the_conclusion():
    there = ServerCheck((route("net.proxy.used", "p:1"), http(Status.FAIL, "net.portal")))
    rows = side_by_side([route("net.proxy.direct"), http(Status.PASS)], there)
    assert [row.code for row in rows] == ["server.differs.proxy", "server.only_there_fails"]
    assert (conclude(rows).code, conclude(rows).first) == (
        "server.only_there_fails",
        "net.open.http",
    )


def diagnosis(*findings, server=None, **facts):
    known = {
        "open_url": "https://open.feishu.cn",
        "accounts_url": "https://accounts.feishu.cn",
        "can": "http://can.example.com:8083",
    }
    return Diagnosis(
        findings,
        verdict_of(findings),
        0,
        1,
        "2026-01-02T03:04:05Z",
        "1",
        {**known, **facts},
        (),
        server,
    )


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_the_sheet_names_hosts_ports_machines_and_commands(language):
    server = ServerCheck((http(Status.FAIL, "net.portal", status="200", title="Login"),), "can-01")
    use(language)
    try:
        text = render(diagnosis(http(Status.PASS), server=server))
    finally:
        use("en")
    for part in ("`open.feishu.cn`", "`accounts.feishu.cn`", "`can.example.com`", "443", "8083"):
        assert part in text
    assert "can-01" in text
    assert "curl -sS -i -m 10 https://open.feishu.cn/open-apis/bot/v3/info" in text
    assert "Login" in text


def test_what_to_allow_follows_from_what_was_seen():
    tls = Finding(
        "net.open.tls", Status.FAIL, "net.tls.untrusted", {"host": "x", "issuer": "Acme Proxy CA"}
    )
    text = render(diagnosis(tls))
    assert "Acme Proxy CA" in text
    assert "exempt `open.feishu.cn` from TLS inspection" in text
    assert "What to allow" not in render(diagnosis(http(Status.PASS)))


@pytest.mark.parametrize(
    ("code", "wish"),
    [
        ("net.tls.expiring", "renewed before it expires"),
        ("net.tls.expired", "it has expired by the clock"),
        ("net.tls.not_yet_valid", "clock be set by a time server"),
        ("net.tls.hostname", "reach the server of that name"),
        ("net.tls.version", "TLS 1.2 or newer"),
        ("net.tls.pin_mismatch", "was replaced"),
        ("net.ca_file_missing", "root certificate of the company as a PEM file"),
        ("net.tls.other", "exempt `open.feishu.cn` port 443 from TLS inspection"),
        ("net.proxy.invalid", "p:1 is none"),
        ("net.proxy.unsupported", "http, https or socks5 that leads to `open.feishu.cn` port 443"),
        ("net.proxy.pac_unread", "which proxy the PAC script names for `open.feishu.cn`"),
        ("net.proxy.silent", "let the PAC script of the proxy settings be fetched"),
        ("net.proxy.auth", "user name and password for the proxy p:1"),
        ("net.proxy.auth.negotiate", "Windows sign-in is not possible"),
        ("net.proxy.auth.other", "allow Basic sign-in there."),
        ("net.proxy.dns", "let the proxy p:1 be found and reached"),
        ("net.proxy.status", "allow `open.feishu.cn` port 443 on the proxy p:1"),
        ("net.refused", "allow outgoing TCP connections to `open.feishu.cn` port 443"),
    ],
)
def test_every_obstacle_has_its_own_wish(code, wish):
    check = "net.proxy" if code.startswith("net.proxy") else "net.open.tls"
    text = render(diagnosis(Finding(check, Status.FAIL, code, {"host": "x", "proxy": "p:1"})))
    (line,) = text.partition("## What to allow\n\n")[2].partition("\n\n")[0].splitlines()
    assert wish in line


def test_names_from_outside_are_plain_text_in_the_sheet():
    bad = http(Status.FAIL, "net.portal", status="200", title="<img src=x>|[a](javascript:b)`")
    server = ServerCheck((bad,), host="`h`|<b>")
    text = render(diagnosis(bad, server=server, can="http://x/`$(id)`", open_url="not an address"))
    assert "<img" not in text.replace("\\<img", "")
    assert "<b>" not in text.replace("\\<b\\>", "")
    assert "$(id)" not in text
