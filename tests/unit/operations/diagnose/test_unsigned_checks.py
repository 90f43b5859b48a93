"""What is known without an App Secret, against a sandbox."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from feishu_wizard.domain.edition import Edition, Hosts
from feishu_wizard.domain.finding import Status, Who
from feishu_wizard.domain.kit import Kit
from feishu_wizard.operations import find_brand
from feishu_wizard.operations.diagnose import unsigned_checks
from feishu_wizard.operations.diagnose.sign_in_page import _code_of, authorize_page, callback
from feishu_wizard.operations.diagnose.unsigned_checks import brand
from feishu_wizard.services.net.http import Reply
from tests.unit.operations.diagnose.practice_case import (
    in_case,
    kit_of,
    told_in_words,
    with_feishu,
    with_office,
)
from tests.unit.wizard.practice import drill

NOBODY = "cli_a8c029e757e6500b"


@pytest.fixture(scope="module")
def healthy(module_sandbox):
    return module_sandbox()


@pytest.fixture(scope="module")
def other(module_sandbox):
    """The other brand: a platform that knows other apps."""
    return module_sandbox()


@pytest.fixture
def find(tmp_path):
    def run(kit, work):
        found = in_case(tmp_path, kit, work)
        told_in_words([found] if found else [])
        return found

    return run


def unsigned(practice, *, office=None, **feishu):
    setup = with_feishu(kit_of(practice).setup, app_secret="", **feishu)
    return Kit(with_office(setup, secrets={}, **(office or {})))


def wants_secret(practice):
    """The secrets that reached the platform."""
    return [r for r in practice.state()["requests"] if "tenant_access_token" in r["path"]]


# -- the brand ------------------------------------------------------------------------


def test_this_brand_knows_the_app(healthy, find):
    found = find(unsigned(healthy), brand)
    assert (found.status, found.code) == (Status.UNKNOWN, "credentials.secret_needed")
    assert found.params["app_id"] == healthy["app_id"]


def test_without_an_app_id_nobody_is_asked(healthy, find):
    before = len(wants_secret(healthy))
    found = find(unsigned(healthy, app_id=""), brand)
    assert (found.status, found.code) == (Status.UNKNOWN, "credentials.app_id_needed")
    assert len(wants_secret(healthy)) == before


def test_nobody_knows_the_app(healthy, find):
    found = find(unsigned(healthy, app_id=NOBODY), brand)
    assert (found.status, found.code) == (Status.FAIL, "credentials.app_unknown")
    assert found.who is Who.DEVELOPER


def test_a_deleted_app(healthy, find):
    with drill(healthy, "unknown-app"):
        assert find(unsigned(healthy), brand).code == "credentials.app_unknown"


@pytest.fixture
def brands(monkeypatch):
    """Give the public brands addresses of this test's own: ``brands(feishu=..., lark=...)``."""

    def place(**hosts):
        known = {Edition(name): Hosts(*pair) for name, pair in hosts.items()}

        def hosts_of(edition, open_url="", accounts_url=""):
            return known[edition]

        monkeypatch.setattr(find_brand, "hosts_of", hosts_of)
        monkeypatch.setattr("feishu_wizard.domain.setup.hosts_of", hosts_of)

    return place


def of_brand(practice, edition, **feishu):
    """A setup of a public brand: no address of its own."""
    return unsigned(practice, edition=edition, open_url="", accounts_url="", **feishu)


def test_the_other_brand_knows_the_app(healthy, other, find, brands):
    brands(
        feishu=(other["feishu"], other["accounts"]), lark=(healthy["feishu"], healthy["accounts"])
    )
    found = find(of_brand(healthy, Edition.FEISHU), brand)
    assert (found.status, found.code) == (Status.FAIL, "credentials.other_brand")
    assert found.params["edition"] == "lark"


def test_the_other_brand_is_out_of_reach(healthy, find, brands):
    here = (healthy["feishu"], healthy["accounts"])
    brands(lark=here, feishu=("http://127.0.0.1:9", "http://127.0.0.1:9"))
    found = find(of_brand(healthy, Edition.LARK, app_id=NOBODY), brand)
    assert (found.status, found.code) == (Status.FAIL, "credentials.app_unknown")


def test_nobody_else_is_asked_about_an_app_at_an_address_of_ones_own(healthy, find, monkeypatch):
    def hosts_of(edition):
        raise AssertionError("another brand was asked")

    monkeypatch.setattr(find_brand, "hosts_of", hosts_of)
    found = find(unsigned(healthy, edition=Edition.FEISHU, app_id=NOBODY), brand)
    assert (found.status, found.code) == (Status.FAIL, "credentials.app_unknown")


def test_a_platform_that_does_not_say(healthy, find, monkeypatch):
    async def silent(http, hosts, app_id):
        return None

    monkeypatch.setattr(unsigned_checks, "knows_app", silent)
    found = find(unsigned(healthy), brand)
    assert (found.status, found.code) == (Status.UNKNOWN, "credentials.brand_unclear")


# -- the sign-in page -----------------------------------------------------------------


def test_a_page_without_an_error_proves_nothing(healthy, find):
    found = find(unsigned(healthy), authorize_page)
    assert (found.status, found.code) == (Status.UNKNOWN, "redirect.page_silent")
    assert found.params["named_by"] == "setup"
    assert [e.path for e in found.evidence] == [
        "/user/softLogin",
        "/open-apis/authen/v1/authorize",
    ]


def test_the_page_shows_20029(healthy, find):
    with drill(healthy, "no-redirect-url"):
        found = find(unsigned(healthy), authorize_page)
    assert (found.status, found.code) == (Status.FAIL, "redirect.page_refuses")
    assert found.params["feishu_code"] == "20029"
    assert found.evidence[-1].feishu_code == 20029
    assert found.links[0].url == f"{healthy['feishu']}/app/{healthy['app_id']}/safe"


@pytest.mark.parametrize(
    ("name", "code"),
    [("unknown-app", "20048"), ("lark-tenant", "20046"), ("app-disabled", "20069")],
)
def test_the_page_does_not_take_the_app(healthy, find, name, code):
    with drill(healthy, name):
        found = find(unsigned(healthy), authorize_page)
    assert (found.status, found.code) == (Status.FAIL, "redirect.page_app")
    assert found.params["feishu_code"] == code


def test_another_slash_is_another_address(healthy, find):
    office = {"callback_url": healthy["can"] + "/user/softLogin/"}
    found = find(unsigned(healthy, office=office), authorize_page)
    assert found.params["feishu_code"] == "20029"


def test_the_button_of_can_names_the_app(healthy, find):
    """An address alone: what CAN's own sign-in page sends people to is what is checked."""
    kit = unsigned(healthy, app_id="", office={"callback_url": "", "profile": "by-hand"})
    found = find(kit, authorize_page)
    assert (found.code, found.params["named_by"]) == ("redirect.page_silent", "can")
    assert found.params["app_id"] == healthy["app_id"]
    assert found.params["url"] == healthy["can"] + "/user/softLogin"
    with drill(healthy, "no-redirect-url"):
        found = find(kit, authorize_page)
    assert (found.status, found.params["feishu_code"]) == (Status.FAIL, "20029")


def test_a_button_that_leads_elsewhere_is_not_followed(healthy, other, find):
    """The setup names one platform, CAN's button another: no stranger is asked."""
    hosts = {"open_url": other["feishu"], "accounts_url": other["accounts"]}
    kit = unsigned(healthy, app_id="", office={"callback_url": ""}, **hosts)
    before = len(other.state()["requests"])
    found = find(kit, authorize_page)
    assert (found.status, found.code) == (Status.UNKNOWN, "redirect.app_id_needed")
    assert found.params["proposed"].startswith(healthy["can"] + "/user/softLogin")
    assert len(other.state()["requests"]) == before


def test_no_address_at_all(healthy, find):
    kit = unsigned(healthy, office={"url": "", "callback_url": ""})
    assert find(kit, authorize_page).code == "redirect.no_address"
    assert find(kit, callback) is None


def test_no_can_but_a_callback(healthy, find):
    found = find(unsigned(healthy, office={"url": ""}), authorize_page)
    assert found.code == "redirect.page_silent"


# -- the callback ---------------------------------------------------------------------


def test_can_serves_the_callback(healthy, find):
    found = find(unsigned(healthy), callback)
    assert (found.status, found.code) == (Status.PASS, "redirect.callback_served")


def test_can_does_not_serve_the_callback(healthy, find):
    callback_url = healthy["can"] + "/no/such/page"
    healthy.control("redirect-url", add=[callback_url])
    kit = unsigned(healthy, office={"callback_url": callback_url})
    try:
        found = find(kit, authorize_page)
    finally:
        healthy.control("redirect-url", remove=[callback_url])
    assert (found.status, found.code) == (Status.WARN, "redirect.callback_missing")
    assert found.who is Who.CAN_ADMIN
    assert len(found.evidence) == 2


def test_what_the_page_refuses_comes_before_what_can_lacks(healthy, find):
    kit = unsigned(healthy, office={"callback_url": healthy["can"] + "/no/such/page"})
    assert find(kit, authorize_page).code == "redirect.page_refuses"


def test_a_callback_that_nobody_answers(healthy, find):
    kit = unsigned(healthy, office={"callback_url": "http://127.0.0.1:9/user/softLogin"})
    assert find(kit, callback).code == "net.refused"
    assert find(kit, authorize_page).params["feishu_code"] == "20029"


def test_a_fault_at_the_callback(healthy, find):
    async def broken(case):
        async def request(method, url, **options):
            return reply("<title>502 Bad Gateway</title>", 502)

        gateway = SimpleNamespace(request=request)
        return await callback(replace(case, http=gateway))

    found = find(unsigned(healthy), broken)
    assert (found.status, found.code) == (Status.WARN, "redirect.callback_broken")


# -- reading a page -------------------------------------------------------------------


def reply(body="", status=200, **headers):
    return Reply("GET", "http://x/", status, headers, body.encode(), 1, "2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (reply("<code>20029</code>", 400), 20029),
        (reply('{"code":20029,"msg":"redirect_uri"}'), 20029),
        (reply("错误码：20029"), 20029),
        (reply("请求失败20029，请联系管理员"), 20029),
        (reply("<p>12345</p> <b>20048</b>"), 20048),
        (reply("<script>var all={20029:'x'}</script><p>Sign in</p>"), None),
        (reply('<a href="/help/20029">?</a>'), None),
        (reply('<a href="http://h:20029/cb">x</a>'), None),
        (reply("call 1-20029-1"), None),
        (reply("120029"), None),
        (reply("", 302, location="https://a/error?code=20029"), 20029),
        (reply("", 302, location="https://a/login?code=2002912"), None),
        (reply("", 302, location="https://a/login?state=20029"), None),
        (reply(), None),
    ],
)
def test_codes_on_a_page(page, code):
    assert _code_of(page, "http://h:20029/cb") == code


def test_a_setup_with_secrets_leaves_them_at_home(healthy, find):
    """Neither the brand nor the page is asked with the real secret."""
    kit = replace(kit_of(healthy), secrets={})
    before = len(healthy.state()["requests"])
    find(kit, brand)
    find(kit, authorize_page)
    new = healthy.state()["requests"][before:]
    assert new
    assert healthy["app_secret"] not in str(new)
    assert not [r for r in new if r["authenticated"]]
