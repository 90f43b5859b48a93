"""The hand-off sheet: message, Markdown and HTML say the same, and nothing that is foreign runs."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from feishu_wizard.domain.edition import Edition, Hosts, hosts_of
from feishu_wizard.domain.handoff import Errand, own_page
from feishu_wizard.domain.means import Ways
from feishu_wizard.domain.permission import NeedState
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.standing import AppStanding
from feishu_wizard.domain.states import GrantState
from feishu_wizard.report.handoff import as_html, as_markdown
from feishu_wizard.text.catalog import use
from feishu_wizard.text.handoff import message
from tests.unit.report.handed import APP_ID, CALLBACK, CAN, NEEDS, handed

FORMS = [message, as_markdown, as_html]
CONSOLE = f"https://open.feishu.cn/app/{APP_ID}"
HALF = {"permission.email": "not_requested", "feishu.redirect_url": "not_requested"}


class Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers += [name for name, _value in attrs if name.startswith("on")]
        self.links += [str(value) for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        """All words, without the style sheet."""
        return "\n".join(word for word in self.words if "color-scheme" not in word)


# -- the developer ------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_the_developers_sheet_has_everything_in_order(form):
    text = form(handed())
    text = Seen(text).text if form is as_html else text
    parts = [
        "Please finish this Feishu app",
        "Do all of this before you create the version: a review locks the app.",
        "Add 13 permissions",
        f"{CONSOLE}/auth",
        '"contact:user.phone:readonly"',
        "Add the redirect URL",
        f"{CONSOLE}/safe",
        CALLBACK,
        "Switch on the bot",
        f"{CONSOLE}/bot",
        "Set: Availability",
        "Create one version and submit it",
        f"{CONSOLE}/version",
        "Connects Aloudata CAN with Feishu",
        "What to send back",
        "If something is not to be granted",
        "Mobile numbers stay empty",
    ]
    at = 0
    for part in parts:
        assert part in text[at:], part
        at = text.index(part, at) + len(part)


def test_the_import_holds_only_what_is_missing():
    text = message(handed(version="released", states=HALF, others="granted"))
    found = json.loads(text[text.index("{") : text.rindex("}") + 1])
    assert found == {"scopes": {"tenant": ["contact:user.email:readonly"], "user": []}}
    assert "Switch on the bot" not in text


def test_what_a_person_says_is_done_is_not_asked_for_again():
    done = Ways(stated=frozenset({"feishu.bot", "feishu.redirect_url"}))
    text = message(handed(ways=done))
    assert "Switch on the bot" not in text
    assert CALLBACK not in text
    assert "Set: Availability" in text


def test_what_acts_at_once_needs_no_version_and_no_hurry():
    redirect = {"feishu.redirect_url": "not_requested"}
    text = message(handed(version="released", states=redirect, others="granted"))
    assert "1. Add the redirect URL" in text
    assert "version" not in text.replace("if a version was submitted", "")


def test_what_was_left_out_on_purpose_is_said_with_its_consequence():
    need = next(need for need in NEEDS if need.id == "permission.mobile")
    row = NeedState(need, GrantState.DECLINED)
    text = message(handed(declined=(row,)))
    assert "Left out on purpose\n• Obtain user mobile number: Mobile numbers stay empty" in text


def test_a_rejected_version_is_read_before_a_new_one_is_made():
    text = message(handed(version="rejected", states=HALF, others="granted"))
    assert "1. Read why the last version was rejected" in text


def test_while_a_version_is_under_review_the_developer_changes_nothing():
    handoff = handed(version="under_review", others="under_review")
    assert handoff.errand is Errand.LOCKED
    assert "Please change nothing" in message(handoff)
    assert "https://www.feishu.cn/admin/appCenter/audit" in message(handoff)


def test_nothing_to_do_is_said_and_not_left_empty():
    text = message(handed(version="released", others="granted"))
    assert "1. Nothing has to be done now" in text


# -- the administrator --------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_the_administrators_sheet_says_what_to_approve_and_what_may_be_declined(form):
    handoff = handed("admin", "under_review", others="under_review")
    text = form(handoff)
    assert handoff.errand is Errand.APPROVE
    assert "https://www.feishu.cn/admin/appCenter/audit" in text
    assert "Please approve this Feishu app" in text
    assert "What each permission reveals" in text
    assert "Mobile numbers stay empty" in text
    assert "What you may decline" in text
    assert "Connects Aloudata CAN with Feishu" in text
    assert f"{CONSOLE}/auth" not in text  # the developer's page is none of theirs


def test_a_version_that_is_only_said_to_be_submitted_waits_too():
    assert handed("admin", submitted=True).errand is Errand.APPROVE
    assert handed("admin", "released", HALF, "granted", asks_approval=True).errand is Errand.APPROVE


def test_a_stopped_app_is_enabled_on_its_own_page():
    stopped = AppStanding(stopped=True)
    handoff = handed("admin", "released", others="granted", standing=stopped)
    text = message(handoff)
    assert handoff.errand is Errand.ENABLE
    assert f"https://www.feishu.cn/admin/appCenter/manage/{APP_ID}" in text
    assert "Then nobody signs in to CAN with Feishu" in text
    text = message(handed(version="released", others="granted", standing=stopped))
    assert "1. Have the app enabled" in text


def test_what_the_administrator_can_set_at_once_is_asked_of_them_first():
    rows = {"feishu.availability": "not_requested", "permission.email": "not_requested"}
    online = AppStanding(online=True)
    text = message(handed("admin", "released", rows, "granted", standing=online))
    assert "1. Set: Availability\nIt acts at once, without a version." in text
    assert "2. Approve the version of “Aloudata CAN”" in text
    assert "when it comes" in text


def test_without_a_version_only_the_setting_is_asked_for():
    rows = {"feishu.ip_allowlist": "not_requested"}
    handoff = handed("admin", "released", rows, "granted", standing=AppStanding(online=True))
    assert handoff.errand is Errand.SET_AT_ONCE
    assert "1. Set: IP allow-list" in message(handoff)


# -- the platforms ------------------------------------------------------------------------


def test_lark_has_its_own_name_and_pages():
    lark = {"edition": Edition.LARK, "hosts": hosts_of(Edition.LARK)}
    developer, admin = as_html(handed(**lark)), as_html(handed("admin", submitted=True, **lark))
    assert "this Lark app" in developer
    assert f"https://open.larksuite.com/app/{APP_ID}/auth" in Seen(developer).links
    assert Seen(admin).links == ["https://www.larksuite.com/admin/appCenter/audit"]


@pytest.mark.parametrize(
    "url",
    [
        "https://open.feishu.cn.evil.example/app",
        "https://open.feishu.cn@evil.example/app",
        "http://open.feishu.cn/app",
        "javascript:alert(1)",
        "/app",
        "https://open.larksuite.com/app",
    ],
)
def test_only_pages_of_the_platform_become_links(url):
    assert own_page(url, hosts_of(Edition.FEISHU)) == ""


def test_a_page_without_an_address_is_named():
    text = message(handed(hosts=Hosts("", "")))
    assert "http" not in text.replace(CAN, "")
    assert "Page: Permissions & Scopes" in text
    assert Seen(as_html(handed(hosts=Hosts("", "")))).links == []


# -- what comes from outside --------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "[click](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "<https://evil.example>",
    "https://evil.example/a www.evil.example",
    "```\n# heading",
    "| a | b |",
    "&#x202e;&lt;b&gt;",
    "{{ 7 * 7 }} {% raw %}",
    "\u202egnp.exe\u2066",
    "\x1b[31mred\x07",
    "\ud800",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_a_name_in_html(name):
    plain, hostile = Seen(as_html(handed())), Seen(as_html(handed(app_name=name)))
    assert hostile.tags == plain.tags
    assert hostile.links == plain.links
    assert hostile.handlers == []
    assert "49" not in hostile.text.replace("2026", "")


@pytest.mark.parametrize("url", [f"{CAN}/<script>alert(1)</script>`|", f"{CAN}/```/x?a=1"])
def test_a_hostile_address_stays_an_address(url):
    plain, hostile = Seen(as_html(handed())), Seen(as_html(handed(redirects=(url,))))
    assert (hostile.tags, hostile.links) == (plain.tags, plain.links)
    text = as_markdown(handed(redirects=(url,)))
    fence = re.search(rf"^(`{{3,}})text\n{re.escape(url)}\n\1$", text, re.MULTILINE)
    assert fence
    assert fence[1] not in url


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_no_markup_in_markdown(name):
    text = as_markdown(handed(app_name=name))
    (line,) = [line for line in text.splitlines() if line.startswith("- **App**")]
    bare = re.sub(r"`[^`]*`|\\.", "", line.removeprefix("- **App**: "))  # code, and what is escaped
    assert not re.search(r"[<>\[\]`*|]|&[#\w]|https?:|www\.", bare), bare
    assert all(character.isprintable() for character in line)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_steers_a_terminal_or_turns_the_text(form, name):
    text = form(handed(app_name=name))
    assert not [c for c in text if not c.isprintable() and c != "\n"]


SECRET = "Kq3Zt7Lw9Xv2Bn5Mp8Rs4Hd6Jf1Gc0Ya"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", ["app_name", "can_origin", "app_id"])
def test_a_secret_never_leaves_wherever_it_stands(form, place):
    Secret(SECRET)
    text = form(handed(**{place: f"x {SECRET} y"}))
    assert SECRET not in text
    assert SECRET[:12] not in text


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_in_an_address_never_leaves(form):
    Secret(SECRET)
    assert SECRET[:12] not in form(handed(redirects=(f"{CAN}/{SECRET}/cb",)))
    assert "t-abcdefghijklmnop" not in form(handed(app_name="t-abcdefghijklmnopqrstuvwx"))


# -- form ---------------------------------------------------------------------------------


def test_the_page_needs_nothing_else_and_prints_on_a4():
    page = as_html(handed())
    assert "default-src 'none'" in page
    assert "size: A4" in page
    assert "@media print" in page
    assert not Seen(page).tags & {"script", "img", "iframe", "form", "link"}


@pytest.mark.parametrize("audience", ["developer", "admin"])
@pytest.mark.parametrize("form", FORMS)
def test_it_comes_in_chinese_too(form, audience):
    english = form(handed(audience, submitted=audience == "admin"))
    use("zh_Hans")
    chinese = form(handed(audience, submitted=audience == "admin"))
    assert chinese != english
    assert "获取用户手机号" in chinese
    if form is as_html:
        assert '<html lang="zh-Hans">' in chinese


@pytest.mark.parametrize("audience", ["developer", "admin"])
def test_what_the_sheet_itself_says_is_never_masked(audience):
    for language in ("en", "zh_Hans"):
        use(language)
        for version in ("never_released", "under_review", "rejected"):
            assert "***" not in message(handed(audience, version))


def test_what_only_the_administrator_can_grant_is_asked_of_them_alone():
    declared = {"permission.mobile": "requested", "feishu.bot": "requested"}
    reasons = {"permission.mobile": "declared_not_granted", "feishu.bot": "bot_not_active"}
    admin = handed("admin", "released", declared, "granted", reasons, asks_approval=True)
    text = message(admin)
    assert admin.errand is Errand.APPROVE
    assert "1. Set: Bot\nIt acts at once, without a version." in text
    assert "• Obtain user mobile number: " in text
    developer = message(handed("developer", "released", declared, "granted", reasons))
    assert "Nothing has to be done now" in developer


def test_a_setting_that_nobody_tells_has_to_be_looked_at():
    redirect, reason = (
        {"feishu.redirect_url": "unknown"},
        {"feishu.redirect_url": "needs_self_manage"},
    )
    assert "1. Add the redirect URL" in message(
        handed("developer", "released", redirect, "granted", reason)
    )
    broken = {"feishu.redirect_url": "list_refused"}
    assert "redirect URL" not in message(
        handed("developer", "released", redirect, "granted", broken)
    )
