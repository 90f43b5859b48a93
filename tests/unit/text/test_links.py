"""Links point to the app's own page, of the right brand."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from feishu_wizard.domain.edition import Edition, Hosts, hosts_of
from feishu_wizard.domain.finding import Evidence, Finding, Link, Status
from feishu_wizard.text import book, tables
from feishu_wizard.text.links import links_of, troubleshooting_link

APP_ID = "cli_a8c029e757e6500b"
FEISHU = hosts_of(Edition.FEISHU)
HOSTS = {
    "open.feishu.cn": FEISHU,
    "open.larksuite.com": hosts_of(Edition.LARK),
    "open.corp.example:8443": hosts_of(Edition.PRIVATE, "https://open.corp.example:8443"),
}
ADMIN = {"open.feishu.cn": "www.feishu.cn", "open.larksuite.com": "www.larksuite.com"}
PAGES = [(entry, code) for entry in book.entries() if entry.page for code in entry.codes]


def failed(code: str, links: tuple[Link, ...] = (), **params: str) -> Finding:
    return Finding("feishu.app", Status.FAIL, code, params, links=links)


def urls(*args) -> list[str]:
    return [link.url for link in links_of(*args)]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(("entry", "code"), PAGES, ids=[code for _entry, code in PAGES])
def test_every_entry_with_a_page_leads_to_the_apps_own_page_of_the_right_brand(entry, code, host):
    link = links_of(failed(code), HOSTS[host], APP_ID)[-1]
    parts = urlsplit(link.url)
    assert parts.scheme == "https"
    if entry.page == "audit":
        assert parts.netloc == ADMIN.get(host, host)
        assert parts.path == "/admin/appCenter/audit"
    elif entry.page == "apps":
        assert (parts.netloc, parts.path) == (host, "/app")
    else:
        assert (parts.netloc, parts.path) == (host, f"/app/{APP_ID}/{entry.page}")
    assert link.label == f"console_{entry.page}"
    assert link.label in tables.LINKS


def test_there_are_pages_to_test():
    assert len({entry.page for entry, _code in PAGES}) >= 6


@pytest.mark.parametrize("code", ["feishu.20029", "feishu.10003", "version.never_released"])
def test_without_an_app_id_it_is_the_list_of_apps_and_called_so(code):
    (link,) = links_of(failed(code), FEISHU, "")
    assert (link.label, link.url) == ("console_apps", "https://open.feishu.cn/app")


def test_the_review_page_needs_no_app_id():
    (link,) = links_of(failed("version.under_review"), FEISHU, "")
    assert (link.label, link.url) == (
        "console_audit",
        "https://www.feishu.cn/admin/appCenter/audit",
    )


@pytest.mark.parametrize(
    ("params", "asked"),
    [
        ({"scopes": "im:message, im:message:send_as_bot"}, ["im:message,im:message:send_as_bot"]),
        ({"scope": "contact:user.email:readonly"}, ["contact:user.email:readonly"]),
        ({"scopes": "a&b=c#d"}, ["a&b=c#d"]),
        ({"scopes": " , "}, None),
        ({}, None),
    ],
)
def test_missing_permissions_are_preselected(params, asked):
    (url,) = urls(failed("feishu.99991672", **params), FEISHU, APP_ID)
    assert parse_qs(urlsplit(url).query).get("q") == asked
    assert urlsplit(url).fragment == ""


def test_its_own_links_come_first_and_nothing_comes_twice():
    own = Link("platform_help", f"https://open.feishu.cn/app/{APP_ID}/safe")
    other = Link("can_web", "https://can.example.com")
    finding = failed("feishu.20029", links=(own, other, own))
    assert links_of(finding, FEISHU, APP_ID) == (own, other)


def test_an_app_id_cannot_change_the_address():
    (url,) = urls(failed("feishu.20029"), FEISHU, "../../evil?x#y")
    assert urlsplit(url).path == "/app/..%2F..%2Fevil%3Fx%23y/safe"


def test_what_has_no_page_has_no_link():
    assert links_of(failed("net.dns"), FEISHU, APP_ID) == ()
    assert links_of(failed("never heard of"), FEISHU, APP_ID) == ()


def test_without_a_host_only_its_own_links_remain():
    own = Link("can_web", "https://can.example.com")
    assert links_of(failed("feishu.20029", links=(own,)), Hosts("", ""), APP_ID) == (own,)


@pytest.mark.parametrize("host", HOSTS)
def test_a_code_that_the_book_lacks_leads_to_the_platforms_search(host):
    link = links_of(failed("feishu.424242", log_id="2026ABC"), HOSTS[host], APP_ID)[-1]
    assert link == troubleshooting_link(HOSTS[host], "424242", "2026ABC")
    assert link.url == f"https://{host}/search?from=openapi&log_id=2026ABC&code=424242"
    assert link.label in tables.LINKS


def test_the_log_id_may_stand_in_the_evidence():
    exchanges = (Evidence(log_id="OLD"), Evidence(log_id="NEW"), Evidence())
    finding = Finding("feishu.app", Status.FAIL, "feishu.424242", evidence=exchanges)
    assert "log_id=NEW&" in urls(finding, FEISHU, APP_ID)[-1]


@pytest.mark.parametrize(
    ("code", "log_id"), [("feishu.424242", ""), ("feishu.10014", "X"), ("feishu.bad_id", "X")]
)
def test_no_search_without_a_log_id_or_for_what_the_book_knows(code, log_id):
    assert not any("/search?" in url for url in urls(failed(code, log_id=log_id), FEISHU, APP_ID))


def test_a_log_id_cannot_change_the_address():
    assert troubleshooting_link(FEISHU, "1", "a&code=2#x").url.endswith(
        "?from=openapi&log_id=a%26code%3D2%23x&code=1"
    )


def test_a_detail_of_a_code_has_the_page_of_its_own_entry():
    finding = failed("net.tls.other", detail="plain_http")
    assert book.entry_of(finding.code, finding.params) is book.find("net.tls.other.plain_http")
