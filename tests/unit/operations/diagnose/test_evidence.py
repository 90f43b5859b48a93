"""What is wrong is decided from several answers together, over fabricated ones."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from feishu_wizard.domain.diagnosis import Question
from feishu_wizard.domain.errors import FeishuError, NetworkError
from feishu_wizard.domain.finding import Evidence, Finding, Proof, Status, Who
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.permission import Kind
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Capabilities, Feishu, Office, Setup
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.graph import Graph
from feishu_wizard.operations.diagnose.permission_checks import permission_looks
from feishu_wizard.operations.diagnose.platform_checks import platform_looks
from feishu_wizard.operations.diagnose.reads import Reads
from feishu_wizard.operations.knowledge import needs
from feishu_wizard.operations.platform_view import PlatformView
from feishu_wizard.services.feishu.application import AppInfo, AppVersion, Availability, ScopeGrant
from feishu_wizard.services.feishu.bot import BotInfo
from feishu_wizard.services.feishu.contact import ContactRange, User
from feishu_wizard.services.feishu.envelope import Answer
from feishu_wizard.services.feishu.tenant import TenantInfo

APP_ID = "cli_a8c029e757e6500b"
CALLBACK = "https://can.example.com/user/softLogin"
SETUP = Setup(
    id="abc234",
    feishu=Feishu(app_id=APP_ID),
    office=Office(url="https://can.example.com", callback_url=CALLBACK),
)
SCOPES = [scope for need in needs() if need.kind is Kind.SCOPE for scope in need.scopes]
PERSON = User(
    open_id="ou_1",
    user_id="u1",
    name="One",
    email="one@example.com",
    mobile="+8610000000000",
    department_ids=["od-1"],
)


def told(value: Any, path: str = "/x") -> Answer[Any]:
    return Answer(value, Evidence("GET", "open.feishu.cn", path, log_id=f"log{path}"))


def refused(code: int, msg: str = "no", path: str = "/x") -> FeishuError:
    return FeishuError(code, msg, evidence=Evidence("GET", "open.feishu.cn", path))


def listed(*, but: str = "", granted: bool = True, token: str = "tenant") -> Answer[Any]:
    state = 1 if granted else 2
    rows = [
        ScopeGrant(name=scope, grant_status=state, token_type=token)
        for scope in SCOPES
        if scope != but
    ]
    return told(rows, "/scopes")


def app(**changes: Any) -> Answer[Any]:
    info = AppInfo(
        app_name="CAN",
        status=1,
        online_version_id="oav_1",
        redirect_urls=[CALLBACK],
        present=frozenset({"redirect_urls"}),
    )
    return told(msgspec.structs.replace(info, **changes), "/me")


def bot_in(state: int) -> Answer[Any]:
    return told(BotInfo(open_id="ou_b", app_name="CAN", activate_status=state))


class Played(Reads):
    """A platform that answers as a test wants."""

    def __init__(self, **answers: Any) -> None:
        healthy = {
            "grants": listed(),
            "app": app(),
            "versions": None,
            "bot": told(BotInfo(open_id="ou_b", app_name="CAN", activate_status=2)),
            "tenant": told(TenantInfo(name="Example")),
            "range": told(ContactRange(department_ids=["od-1"]), "/range"),
            "root": told([PERSON], "/root"),
            "people": told([PERSON], "/people"),
            "availability": told([Availability(user_id="ou_1", in_white_list=True)]),
        }
        assert set(answers) <= set(healthy)
        self._answers = healthy | answers

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_") or name == "view":
            return object.__getattribute__(self, name)
        answers = object.__getattribute__(self, "_answers")

        async def answer() -> Any:
            return answers[name]

        return answer

    async def view(self) -> PlatformView:
        a = dict(self._answers)
        people = a["people"]
        sample = (
            tuple(Answer(p, people.evidence) for p in people.value)
            if isinstance(people, Answer)
            else ()
        )
        return PlatformView(
            a["grants"], a["app"], a["versions"], a["bot"], a["range"], sample, a["availability"]
        )


class Offline:
    """A network that leads nowhere."""

    async def request(self, *_: object, **__: object) -> None:
        raise NetworkError("net.refused", {"host": "can.example.com"})


class PlayedCase:
    """What the checks use of a case."""

    may_sign_in = True
    http = Offline()
    client = None
    question = Question()

    def __init__(self, reads: Played, setup: Setup) -> None:
        self.kit = Kit(setup, {"app_secret": Secret("x" * 32)})
        self._reads = reads

    async def reads(self) -> Played:
        return self._reads

    link = Case.link


def diagnosed(setup: Setup = SETUP, **answers: Any) -> dict[str, Finding]:
    case: Any = PlayedCase(Played(**answers), setup)
    looks = [*platform_looks(case)[1:], *permission_looks(case)]
    graph = Graph(looks, lambda finding: None)
    assert asyncio.run(graph.run(case, 10.0))
    return graph.findings


def troubles(found: dict[str, Finding]) -> dict[str, tuple[str, str]]:
    bad = (Status.FAIL, Status.WARN)
    return {i: (f.status.value, f.code) for i, f in found.items() if f.status in bad}


def test_a_healthy_platform_has_no_trouble() -> None:
    found = diagnosed()
    assert troubles(found) == {}
    assert {f.status for i, f in found.items() if i != "feishu.tenant"} == {Status.PASS}


# -- the gates ------------------------------------------------------------------------


def test_the_address_in_the_refusal_is_named_and_nothing_else_is_blamed() -> None:
    denied = refused(99991401, "ip 198.51.100.7 is denied by app setting")
    found = diagnosed(grants=denied, app=denied, bot=denied)
    assert troubles(found) == {"feishu.ip_allowlist": ("fail", "feishu.99991401")}
    assert found["feishu.ip_allowlist"].params["ip"] == "198.51.100.7"
    assert found["feishu.ip_allowlist"].links[-1].url.endswith(f"/app/{APP_ID}/safe")
    assert {f.blocked_by for i, f in found.items() if i != "feishu.ip_allowlist"} == {
        "feishu.ip_allowlist"
    }


def test_a_list_that_lets_this_computer_in_is_told_because_of_can() -> None:
    bot = BotInfo(open_id="b", app_name="CAN", activate_status=2, ip_white_list=["203.0.113.9"])
    found = diagnosed(bot=told(bot))["feishu.ip_allowlist"]
    assert (found.status, found.code) == (Status.PASS, "ip_list_used")
    assert found.params == {"count": "1", "addresses": "203.0.113.9"}


def test_a_spent_quota_blocks_the_rest() -> None:
    spent = refused(99991403)
    found = diagnosed(grants=spent, app=spent, bot=spent)
    assert troubles(found) == {"feishu.quota": ("fail", "feishu.99991403")}
    assert found["permission.user_id"].blocked_by == "feishu.quota"


def test_being_throttled_to_the_end_is_a_note_and_no_missing_permission() -> None:
    busy = refused(99991400)
    found = diagnosed(grants=busy)
    assert found["feishu.quota"].status is Status.WARN
    assert found["feishu.app"].status is Status.PASS
    assert found["permission.send_message"].status is Status.UNKNOWN


# -- the app --------------------------------------------------------------------------

STOPPED = refused(99991662)
NO_SCOPE = refused(99991672)
NOT_INSTALLED = refused(212100)
REVIEW = told([AppVersion(version_id="v2", status=3)])


@pytest.mark.parametrize(
    ("answers", "status", "code"),
    [
        ({"grants": STOPPED, "app": STOPPED, "bot": STOPPED}, "fail", "app_stopped"),
        ({"app": app(status=0)}, "fail", "app_stopped"),
        ({"bot": STOPPED}, "fail", "app_stopped"),
        ({"grants": NOT_INSTALLED, "app": app(online_version_id="")}, "fail", "app_unreleased"),
        ({"grants": NOT_INSTALLED, "app": NO_SCOPE}, "fail", "app_unreleased"),
        (
            {
                "grants": NOT_INSTALLED,
                "app": app(online_version_id="", unaudit_version_id="v2"),
                "versions": REVIEW,
            },
            "fail",
            "app_in_review",
        ),
        (
            {
                "grants": NOT_INSTALLED,
                "app": app(online_version_id=""),
                "versions": told([AppVersion(version_id="v1", status=2)]),
            },
            "fail",
            "app_rejected",
        ),
        ({"app": app(unaudit_version_id="v2"), "versions": REVIEW}, "pass", "app_update_in_review"),
        ({"app": NO_SCOPE}, "pass", "app_installed"),
        ({"grants": refused(99991673), "app": NO_SCOPE}, "fail", "feishu.99991673"),
        ({"grants": refused(99991400), "app": NO_SCOPE}, "unknown", "app_not_told"),
    ],
)
def test_the_state_of_the_app_comes_from_all_that_was_read(
    answers: dict[str, Any], status: str, code: str
) -> None:
    found = diagnosed(**answers)["feishu.app"]
    assert (found.status.value, found.code) == (status, code)
    assert found.evidence or status == "pass"


@pytest.mark.parametrize(
    ("answers", "status", "code", "who"),
    [
        ({"bot": refused(11205)}, "fail", "bot_missing", Who.DEVELOPER),
        (
            {
                "bot": refused(11205),
                "versions": told([AppVersion(status=3, ability={"bot": {}})]),
            },
            "fail",
            "bot_in_review",
            Who.FEISHU_ADMIN,
        ),
        (
            {"bot": refused(11205), "versions": told([AppVersion(status=3)])},
            "fail",
            "bot_missing",
            Who.DEVELOPER,
        ),
        ({"bot": refused(99991673)}, "fail", "feishu.99991673", None),
        *(
            (
                {"bot": told(BotInfo(open_id="b", activate_status=n))},
                "fail",
                f"bot_status.{n}",
                None,
            )
            for n in (0, 1, 3, 4, 5, 6)
        ),
    ],
)
def test_the_state_of_the_bot(
    answers: dict[str, Any], status: str, code: str, who: Who | None
) -> None:
    found = diagnosed(**answers)["feishu.bot"]
    assert (found.status.value, found.code) == (status, code)
    assert who is None or found.who is who


def test_who_wants_no_push_needs_no_bot() -> None:
    setup = msgspec.structs.replace(SETUP, capabilities=Capabilities(push=False))
    found = diagnosed(setup, bot=refused(11205))
    assert found["feishu.bot"].code == "not_applicable"
    assert troubles(found) == {}
    assert "permission.send_message" not in found


@pytest.mark.parametrize(
    ("answers", "status", "code"),
    [
        ({}, "pass", "ok"),
        ({"grants": listed(but="tenant:tenant:readonly")}, "skip", "not_applicable"),
        ({"tenant": refused(1184001)}, "warn", "feishu.1184001"),
        ({"tenant": NO_SCOPE}, "unknown", "feishu.99991672"),
    ],
)
def test_the_company_is_asked_for_only_where_it_may_be(
    answers: dict[str, Any], status: str, code: str
) -> None:
    with_tenant = told([*answers.get("grants", listed()).value, _tenant_scope()])
    grants = answers.get("grants", with_tenant)
    found = diagnosed(**{**answers, "grants": grants})["feishu.tenant"]
    assert (found.status.value, found.code) == (status, code)


def _tenant_scope() -> ScopeGrant:
    return ScopeGrant(name="tenant:tenant:readonly", grant_status=1, token_type="tenant")


# -- list against call: four outcomes -------------------------------------------------

CONTACT = next(n for n in needs() if n.id == "permission.contact_base")
NOTHING = told([], "/scopes")
NO_RANGE = refused(99991672, path="/range")


@pytest.mark.parametrize(
    ("grants", "span", "status", "code", "proof"),
    [
        (listed(), told(ContactRange(department_ids=["d"])), "pass", "permission.used", "proven"),
        (listed(), NO_RANGE, "fail", "call_refused", "granted"),
        (
            NOTHING,
            told(ContactRange(department_ids=["d"])),
            "pass",
            "permission.list_behind",
            "proven",
        ),
        (NOTHING, NO_RANGE, "fail", "permission.not_requested", "granted"),
    ],
    ids=["listed and used", "listed and refused", "not listed but used", "missing"],
)
def test_the_list_and_the_call_have_four_outcomes(
    grants: Any, span: Any, status: str, code: str, proof: str
) -> None:
    found = diagnosed(grants=grants, range=span)[CONTACT.id]
    assert (found.status.value, found.code, found.proof.value) == (status, code, proof)


@pytest.mark.parametrize(
    ("grants", "code"),
    [
        (listed(granted=False), "permission.requested"),
        (listed(token="user"), "user_identity_only"),
        (NOTHING, "permission.not_requested"),
    ],
)
def test_a_missing_permission_says_how_it_is_missing_and_where_to_add_it(
    grants: Any, code: str
) -> None:
    found = diagnosed(grants=grants)["permission.send_message"]
    assert (found.status, found.code) == (Status.FAIL, code)
    assert "im:message:send_as_bot" in found.links[0].url
    assert f"/app/{APP_ID}/auth" in found.links[0].url


def test_a_permission_of_a_version_under_review_waits_for_the_administrator() -> None:
    answers = {"grants": listed(granted=False), "app": app(unaudit_version_id="oav_2")}
    found = diagnosed(**answers)["permission.send_message"]
    assert (found.status, found.code, found.who) == (
        Status.FAIL,
        "permission.under_review",
        Who.FEISHU_ADMIN,
    )


def test_what_the_platform_did_not_tell_is_never_missing() -> None:
    found = diagnosed(grants=refused(99991400), people=told([]), app=NO_SCOPE)
    for check_id, finding in found.items():
        if check_id.startswith("permission.") and check_id not in ("permission.contact_base",):
            assert finding.status in (Status.UNKNOWN, Status.SKIP), check_id


def test_a_missing_optional_permission_is_a_note() -> None:
    rows = [g for g in listed().value if not g.name.startswith("im:message.urgent")]
    found = diagnosed(grants=told(rows))
    assert troubles(found) == {"permission.urgent": ("warn", "permission.not_requested")}


# -- the address book -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "status", "code"),
    [
        ({"range": told(ContactRange())}, "fail", "range_empty"),
        ({"root": refused(40004)}, "warn", "range_partial"),
        ({"root": refused(41050)}, "warn", "range_partial"),
        ({"range": refused(40011)}, "fail", "feishu.40011"),
    ],
)
def test_the_contacts_range(answers: dict[str, Any], status: str, code: str) -> None:
    found = diagnosed(**answers)["feishu.contact_range"]
    assert (found.status.value, found.code) == (status, code)


def test_being_throttled_says_nothing_of_what_was_asked() -> None:
    busy = refused(99991400)
    found = diagnosed(bot=busy, range=busy, tenant=busy)
    for check_id in ("feishu.bot", "feishu.contact_range"):
        assert found[check_id].status is Status.UNKNOWN
    assert diagnosed(root=busy)["feishu.contact_range"].status is Status.UNKNOWN
    assert troubles(found) == {}


def test_a_field_that_nobody_shows_is_hidden_only_when_its_permission_is_there() -> None:
    silent = told([msgspec.structs.replace(PERSON, mobile=""), PERSON.__class__(open_id="ou_2")])
    found = diagnosed(people=silent)["feishu.fields"]
    assert (found.status, found.code) == (Status.WARN, "fields_hidden")
    assert found.params["fields"] == "mobile"
    assert found.params["people"] == "2"
    assert found.params["email"] == "1"
    without = told([g for g in listed().value if g.name != "contact:user.phone:readonly"])
    found_without = diagnosed(people=silent, grants=without)
    assert found_without["feishu.fields"].status is Status.PASS
    assert found_without["permission.mobile"].status is Status.FAIL


def test_without_people_nothing_is_said_of_fields() -> None:
    found = diagnosed(people=told([]))["feishu.fields"]
    assert (found.status, found.code) == (Status.UNKNOWN, "fields_no_sample")


# -- the redirect URL -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("urls", "code"),
    [
        ([], "redirect_missing"),
        (["http://can.example.com/user/softLogin"], "redirect_differs"),
        (["https://can.example.com/user/softLogin/"], "redirect_differs"),
    ],
)
def test_a_redirect_url_that_is_not_registered_blocks_the_login(urls: list[str], code: str) -> None:
    found = diagnosed(app=app(redirect_urls=urls))
    assert troubles(found) == {"feishu.redirect_url": ("fail", code)}
    assert found["permission.login"].blocked_by == "feishu.redirect_url"
    assert found["feishu.redirect_url"].proof is Proof.GRANTED
    assert found["feishu.redirect_url"].links[0].url.endswith("/safe")


def test_without_a_callback_the_redirect_url_is_unknown() -> None:
    office = msgspec.structs.replace(SETUP.office, callback_url="")
    found = diagnosed(msgspec.structs.replace(SETUP, office=office))["feishu.redirect_url"]
    assert (found.status, found.code) == (Status.UNKNOWN, "no_callback")


def test_findings_carry_what_came_back() -> None:
    found = diagnosed(bot=refused(11205, "app do not have bot", "/open-apis/bot/v3/info"))
    finding = found["feishu.bot"]
    assert finding.evidence[0].path == "/open-apis/bot/v3/info"
    assert replace(finding).params["msg"] == "app do not have bot"
