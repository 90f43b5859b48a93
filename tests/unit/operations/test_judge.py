"""How every need is judged, over fabricated answers of the platform.

The rule above all: what could not be read is unknown, never missing.
"""

from __future__ import annotations

from itertools import product

import pytest

from feishu_wizard.domain.capability import ALL
from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.permission import Kind, needs_of
from feishu_wizard.domain.release import plan_release
from feishu_wizard.domain.setup import Office, Setup
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.operations.check_permissions import judge
from feishu_wizard.operations.knowledge import needs
from feishu_wizard.operations.platform_view import PlatformView
from feishu_wizard.services.feishu.application import (
    AppInfo,
    AppVersion,
    Availability,
    ScopeGrant,
)
from feishu_wizard.services.feishu.bot import BotInfo
from feishu_wizard.services.feishu.contact import ContactRange, User
from feishu_wizard.services.feishu.envelope import Answer

CALLBACK = "https://can.example.com/user/softLogin"
KIT = Kit(Setup(id="abc234", office=Office(url="https://can.example.com", callback_url=CALLBACK)))
NEEDS = {need.id: need for need in needs()}
SCOPES = [need for need in needs() if need.kind is Kind.SCOPE]
MISSING = (GrantState.NOT_REQUESTED, GrantState.REQUESTED)


def seen(path):
    return Evidence(method="GET", host="open.feishu.cn", path=path, log_id=f"log-{path}")


def told(value, path="/x"):
    return Answer(value, seen(path))


def refused(code, path="/x"):
    return FeishuError(code, "no", evidence=seen(path))


def listed(*, granted=True, identity="tenant", scopes=None):
    names = [s for n in SCOPES for s in n.scopes] if scopes is None else scopes
    rows = [
        ScopeGrant(name=name, grant_status=1 if granted else 2, token_type=identity)
        for name in names
    ]
    return told(rows, "/scopes")


def app(*, online="v1", review="", urls=(CALLBACK,), tells=("redirect_urls",)):
    info = AppInfo(
        online_version_id=online,
        unaudit_version_id=review,
        redirect_urls=list(urls),
        present=frozenset(tells),
    )
    return told(info, "/me")


def view(**changes):
    """A healthy app whose people are hidden: nothing is proven by a field that came."""
    known = {
        "grants": listed(),
        "app": app(),
        "versions": told([AppVersion(status=1, ability={"bot": {}})]),
        "bot": told(BotInfo(open_id="ou_1", activate_status=2), "/bot"),
        "range": told(ContactRange(department_ids=["od-1"]), "/range"),
        "people": (),
        "availability": told([Availability(user_id="ou_1", in_white_list=True)]),
    }
    return PlatformView(**(known | changes))


def state(need_id, **changes):
    return judge(NEEDS[need_id], view(**changes), KIT)


# -- a failed read is never missing ---------------------------------------------------

READS = ("grants", "app", "versions", "bot", "range", "availability")
# 11205 is an answer about the bot ("there is none"), and 212100 one about the release.
FAILURES = [99991400, 99991663, 99991672, 1000040350, 500, 2200]


@pytest.mark.parametrize("broken", [*[(r,) for r in READS], READS, ("grants", "app")])
def test_a_failed_read_is_never_missing(broken):
    """Whatever cannot be read: no need looks worse than unknown because of it."""
    whole = view()
    for code, need in product(FAILURES, needs()):
        before = judge(need, whole, KIT).state
        row = judge(need, view(**{name: refused(code) for name in broken}), KIT)
        assert row.state not in MISSING, (need.id, row.reason)
        if row.state is GrantState.UNKNOWN:
            assert row.reason, need.id
        elif row.state is not GrantState.CONTRADICTORY:
            # What cannot be proven any more may still be granted by the list.
            assert row.state in (before, GrantState.GRANTED), need.id


@pytest.mark.parametrize("broken", READS)
def test_what_was_not_asked_is_unknown_and_not_missing(broken):
    for need in needs():
        assert judge(need, view(**{broken: None}), KIT).state not in MISSING, need.id


@pytest.mark.parametrize("need", SCOPES, ids=lambda n: n.id)
def test_a_refused_list_keeps_what_the_platform_said(need):
    bare = view(grants=refused(99991400, "/scopes"), app=refused(99991672), range=None)
    row = judge(need, bare, KIT)
    assert row.state is GrantState.UNKNOWN
    if need.id not in ("permission.self_manage", "permission.contact_base"):
        assert row.reason == "list_refused"
        assert row.params["feishu_code"] == "99991400"
        assert row.evidence[0].log_id == "log-/scopes"


def test_never_released_says_so_and_everything_goes_into_the_first_version():
    fresh = view(
        grants=refused(212100, "/scopes"),
        app=refused(99991672, "/me"),
        versions=None,
        bot=refused(11205, "/bot"),
        range=refused(99991672, "/range"),
        availability=None,
    )
    assert fresh.version is VersionState.NEVER_RELEASED
    rows = [judge(need, fresh, KIT) for need in needs()]
    for row in rows:
        if row.need.kind is Kind.SCOPE:
            assert (row.state, row.reason) == (GrantState.UNKNOWN, "never_released")
    plan = plan_release(rows, fresh.version)
    assert plan.release_needed
    assert plan.unknown == ()
    assert set(plan.missing_scopes()) == {need.scope for need in SCOPES}


# -- scopes ---------------------------------------------------------------------------


@pytest.mark.parametrize("need", SCOPES, ids=lambda n: n.id)
@pytest.mark.parametrize(
    ("granted", "identity", "review", "expected"),
    [
        (True, "tenant", "", GrantState.GRANTED),
        (True, "", "", GrantState.GRANTED),
        (True, "user", "", GrantState.NOT_REQUESTED),
        (False, "tenant", "", GrantState.REQUESTED),
        (False, "tenant", "v2", GrantState.UNDER_REVIEW),
        (False, "user", "v2", GrantState.NOT_REQUESTED),
    ],
)
def test_a_scope_is_what_the_list_says(need, granted, identity, review, expected):
    grants = listed(granted=granted, identity=identity)
    row = judge(need, view(grants=grants, app=app(review=review), range=None), KIT)
    if need.id == "permission.self_manage":
        expected = GrantState.PROVEN  # the app could be read, so it is there
    assert row.state is expected
    if identity == "user" and expected is GrantState.NOT_REQUESTED:
        assert row.reason == "user_identity_only"


@pytest.mark.parametrize("need", SCOPES, ids=lambda n: n.id)
def test_any_of_the_alternatives_is_enough_and_another_scope_is_not(need):
    for scope in need.scopes:
        row = judge(need, view(grants=listed(scopes=[scope]), app=refused(1), range=None), KIT)
        assert row.state is GrantState.GRANTED, scope
    row = judge(need, view(grants=listed(scopes=["im:chat"]), app=refused(1), range=None), KIT)
    assert row.state is GrantState.NOT_REQUESTED


FIELDS = {
    "permission.user_id": {"user_id": "zhang.wei"},
    "permission.mobile": {"mobile": "+8613800000000"},
    "permission.email": {"email": "a@example.com"},
    "permission.user_base": {"name": "Zhang Wei"},
    "permission.department": {"department_ids": ["od-1"]},
}


@pytest.mark.parametrize("need_id", FIELDS)
def test_a_field_that_came_proves_its_permission_whatever_the_list_says(need_id):
    people = (told(User(open_id="ou_1"), "/u1"), told(User(**FIELDS[need_id]), "/u2"))
    for grants in (listed(), listed(scopes=[]), refused(99991400)):
        row = judge(NEEDS[need_id], view(grants=grants, people=people), KIT)
        assert row.state is GrantState.PROVEN
        assert row.evidence[0].path == "/u2"


@pytest.mark.parametrize("need_id", FIELDS)
def test_a_field_that_did_not_come_proves_nothing_and_denies_nothing(need_id):
    people = (told(User(open_id="ou_1"), "/u1"),)
    assert state(need_id, people=people).state is GrantState.GRANTED
    row = state(need_id, people=people, grants=listed(scopes=[]))
    assert row.state is GrantState.NOT_REQUESTED


@pytest.mark.parametrize(
    ("need_id", "read"), [("permission.contact_base", "range"), ("permission.self_manage", "app")]
)
def test_a_list_that_a_real_call_contradicts_is_not_called_granted(need_id, read):
    row = state(need_id, **{read: refused(99991672, "/call")})
    assert row.state is GrantState.CONTRADICTORY
    assert row.evidence[0].path == "/call"
    assert not row.state.settled
    other = state(need_id, **{read: refused(99991400, "/call")})
    assert other.state is GrantState.GRANTED  # busy is no contradiction


# -- settings -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bot", "changes", "expected", "reason"),
    [
        (told(BotInfo(open_id="o", activate_status=2)), {}, GrantState.PROVEN, ""),
        (told(BotInfo(open_id="o", activate_status=0)), {}, GrantState.REQUESTED, "bot_not_active"),
        (told(BotInfo(open_id="o", activate_status=1)), {}, GrantState.REQUESTED, "bot_not_active"),
        (refused(11205), {}, GrantState.NOT_REQUESTED, "bot_off_or_unreleased"),
        (
            refused(11205),
            {
                "app": app(online="", review="v1"),
                "versions": told([AppVersion(status=3, ability={"bot": {}})]),
            },
            GrantState.UNDER_REVIEW,
            "bot_off_or_unreleased",
        ),
        (
            refused(11205),
            {"app": app(online="", review="v1"), "versions": told([AppVersion(status=3)])},
            GrantState.NOT_REQUESTED,  # the version under review forgot it: the trap to catch
            "bot_off_or_unreleased",
        ),
        (refused(99991663), {}, GrantState.UNKNOWN, "bot_refused"),
    ],
)
def test_the_bot(bot, changes, expected, reason):
    row = state("feishu.bot", bot=bot, **changes)
    assert (row.state, row.reason) == (expected, reason)


@pytest.mark.parametrize(
    ("urls", "expected", "reason", "difference"),
    [
        ([CALLBACK], GrantState.GRANTED, "", None),
        (["https://x.example", CALLBACK], GrantState.GRANTED, "", None),
        ([CALLBACK + "/"], GrantState.NOT_REQUESTED, "redirect_differs", "trailing_slash"),
        (
            ["http://can.example.com/user/softLogin"],
            GrantState.NOT_REQUESTED,
            "redirect_differs",
            "http_registered",
        ),
        (
            ["https://can.example.com/user/softlogin"],
            GrantState.NOT_REQUESTED,
            "redirect_differs",
            "case",
        ),
        ([], GrantState.NOT_REQUESTED, "redirect_missing", ""),
        (["not an address"], GrantState.NOT_REQUESTED, "redirect_missing", ""),
    ],
)
def test_the_redirect_url(urls, expected, reason, difference):
    row = state("feishu.redirect_url", app=app(urls=urls))
    assert (row.state, row.reason) == (expected, reason)
    if difference is not None:
        assert row.params["difference"] == difference
        assert row.params["url"] == CALLBACK
    login = state("permission.login", app=app(urls=urls))
    assert login.state is expected


@pytest.mark.parametrize(
    ("changes", "kit", "reason"),
    [
        ({"app": refused(99991672)}, KIT, "needs_self_manage"),
        ({"app": None}, KIT, "needs_self_manage"),
        ({"app": app(tells=())}, KIT, "redirect_not_told"),
        ({}, Kit(Setup(id="abc234")), "no_callback"),
    ],
)
def test_a_redirect_url_that_cannot_be_compared_is_unknown(changes, kit, reason):
    for need_id in ("feishu.redirect_url", "permission.login"):
        row = judge(NEEDS[need_id], view(**changes), kit)
        assert (row.state, row.reason) == (GrantState.UNKNOWN, reason)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, GrantState.GRANTED),
        ({"app": app(online="")}, GrantState.REQUESTED),
        ({"app": app(online="", review="v1")}, GrantState.UNDER_REVIEW),
        ({"app": app(online="v1", review="v2")}, GrantState.GRANTED),
    ],
)
def test_login_needs_a_released_version_too(changes, expected):
    assert state("permission.login", **changes).state is expected


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (ContactRange(department_ids=["od-1"]), GrantState.PROVEN),
        (ContactRange(user_ids=["ou_1"]), GrantState.PROVEN),
        (ContactRange(group_ids=["g"]), GrantState.PROVEN),
        (ContactRange(has_more=True), GrantState.PROVEN),
        (ContactRange(), GrantState.NOT_REQUESTED),
    ],
)
def test_the_contact_range(span, expected):
    assert state("feishu.contact_range", range=told(span)).state is expected


def test_the_availability_is_judged_by_the_people_that_were_asked_about():
    inside = Availability(user_id="a", in_white_list=True)
    denied = Availability(user_id="b", in_white_list=True, in_black_list=True)
    row = state("feishu.availability", availability=told([inside, denied]))
    assert (row.state, dict(row.params)) == (GrantState.GRANTED, {"inside": "1", "asked": "2"})
    row = state("feishu.availability", availability=told([denied]))
    assert (row.state, row.reason) == (GrantState.NOT_REQUESTED, "nobody_available")
    row = state("feishu.availability", availability=told([]))
    assert row.state is GrantState.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "version", "expected"),
    [
        ({}, VersionState.RELEASED, GrantState.GRANTED),
        ({"app": app(review="v2")}, VersionState.UNDER_REVIEW, GrantState.GRANTED),
        (
            {"app": app(online="", review="v1")},
            VersionState.UNDER_REVIEW,
            GrantState.UNDER_REVIEW,
        ),
        (
            {"app": app(online=""), "versions": told([AppVersion(status=3)])},
            VersionState.UNDER_REVIEW,
            GrantState.UNDER_REVIEW,
        ),
        (
            {"app": app(online=""), "versions": told([AppVersion(status=2)])},
            VersionState.REJECTED,
            GrantState.NOT_REQUESTED,
        ),
        (
            {"app": app(online=""), "versions": told([])},
            VersionState.NEVER_RELEASED,
            GrantState.NOT_REQUESTED,
        ),
        ({"app": refused(99991672)}, VersionState.RELEASED, GrantState.GRANTED),
        (
            {"app": refused(99991672), "grants": refused(212100)},
            VersionState.NEVER_RELEASED,
            GrantState.NOT_REQUESTED,
        ),
        (
            {"app": refused(99991672), "grants": refused(99991400)},
            VersionState.UNKNOWN,
            GrantState.UNKNOWN,
        ),
    ],
)
def test_the_release(changes, version, expected):
    assert view(**changes).version is version
    row = state("feishu.release", **changes)
    assert row.state is expected
    assert row.evidence


def test_every_combination_gives_a_plan_that_loses_no_need():
    """The plan's groups hold every unsettled need exactly once."""
    grants = [listed(), listed(granted=False), listed(identity="user"), refused(212100), refused(1)]
    apps = [app(), app(online="", review="v1"), app(online=""), refused(99991672)]
    bots = [told(BotInfo(open_id="o", activate_status=2)), refused(11205), refused(1)]
    spans = [told(ContactRange()), told(ContactRange(user_ids=["u"])), refused(99991672)]
    chosen = needs_of(needs(), ALL)
    for g, a, b, s in product(grants, apps, bots, spans):
        made = view(grants=g, app=a, bot=b, range=s)
        rows = [judge(need, made, KIT) for need in chosen]
        plan = plan_release(rows, made.version)
        groups = plan.at_once + plan.with_version + plan.admin_only + plan.waiting + plan.unknown
        assert sorted(r.need.id for r in groups) == sorted(
            r.need.id for r in rows if not r.state.settled
        )
        assert plan.complete is not any(r.need.required for r in groups)
        for row in rows:
            assert bool(row.evidence) or row.state is GrantState.UNKNOWN, row
