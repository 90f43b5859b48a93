"""Single judgements on synthetic answers: each source alone, and what it says in words."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.setup import Setup
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.operations.check_permissions import judge, judge_all
from feishu_wizard.operations.knowledge import needs
from feishu_wizard.operations.permissions.standing import read_standing, shut_out
from feishu_wizard.services.feishu.application import AppScope, AppVersion, Availability, ScopeGrant
from feishu_wizard.services.feishu.bot import BotInfo
from feishu_wizard.services.feishu.contact import ContactRange
from feishu_wizard.services.feishu.probes import Department
from tests.unit.operations.permissions.matrix import Row
from tests.unit.operations.permissions.played import (
    ALL_SCOPES,
    CALLBACK,
    KIT,
    NEEDS,
    OWNER,
    of_row,
    refused,
    told,
)

HEALTHY = Row("released", "granted", True, "all", True, "all")
MOBILE = "permission.mobile"
BUSY = 99991400


def view(row=HEALTHY, **changes):
    return replace(of_row(row, MOBILE), **changes)


def stated(need_id, **changes):
    row = judge(NEEDS[need_id], view(**changes), KIT)
    return row.state, row.reason


def described(**changes):
    return told(msgspec.structs.replace(of_row(HEALTHY, MOBILE).app.value, **changes), "/me")


def scopes(*names, kinds=("tenant",)):
    return [AppScope(name=name, token_types=list(kinds)) for name in names]


# -- permissions ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "state", "reason"),
    [
        (Row("never", "absent", True, "all", True, "all"), GrantState.UNKNOWN, "never_released"),
        (
            Row("review", "absent", True, "all", True, "all"),
            GrantState.NOT_REQUESTED,
            "not_in_review",
        ),
        (Row("review", "requested", True, "all", True, "all"), GrantState.UNDER_REVIEW, ""),
        (Row("rejected", "requested", True, "all", True, "all"), GrantState.REQUESTED, ""),
        (
            Row("never", "user_only", True, "all", True, "all"),
            GrantState.NOT_REQUESTED,
            "user_identity_only",
        ),
        (
            Row("released", "requested", True, "all", True, "all"),
            GrantState.REQUESTED,
            "declared_not_granted",
        ),
        (Row("old", "requested", True, "all", True, "all"), GrantState.REQUESTED, ""),
    ],
    ids=str,
)
def test_how_far_a_permission_got(row, state, reason):
    found = judge(NEEDS[MOBILE], of_row(row, MOBILE), KIT)
    assert (found.state, found.reason) == (state, reason)


def test_list_against_description_where_no_call_can_tell():
    urgent = "permission.urgent"
    rows = of_row(HEALTHY, MOBILE).grants.value
    without = told([one for one in rows if not one.name.startswith("im:message.urgent")])
    waiting = told(
        [
            *without.value,
            ScopeGrant(name="im:message.urgent", grant_status=2, token_type="tenant"),
        ]
    )
    untold = described(scopes=scopes("im:message"))
    silent = described(scopes=scopes(*(s for s in ALL_SCOPES if s != "im:message.urgent")))
    assert stated(urgent) == (GrantState.GRANTED, "")
    for grants in (without, waiting):
        row = judge(NEEDS[urgent], view(grants=grants), KIT)
        assert (row.state, row.reason) == (GrantState.CONTRADICTORY, "permission.list_denies")
    assert stated(urgent, app=silent) == (GrantState.CONTRADICTORY, "permission.list_ahead")
    # A description that leaves out the permission it was read with is not whole.
    assert stated(urgent, app=untold) == (GrantState.GRANTED, "")
    assert stated(urgent, grants=refused(BUSY)) == (GrantState.GRANTED, "")
    assert stated(urgent, grants=refused(BUSY), app=untold) == (GrantState.UNKNOWN, "list_refused")
    assert stated(urgent, grants=without, app=silent) == (GrantState.NOT_REQUESTED, "")


@pytest.mark.parametrize("need_id", ["permission.send_message", "permission.find_ids"])
def test_a_probe_is_right_against_the_list_both_ways(need_id):
    field = {"permission.send_message": "sending", "permission.find_ids": "finding"}[need_id]
    nothing = told([], "/scopes")
    yes, no = told(True, "/probe"), told(False, "/probe")
    assert stated(need_id, **{field: yes}) == (GrantState.PROVEN, "")
    assert stated(need_id, **{field: yes}, grants=nothing) == (
        GrantState.PROVEN,
        "permission.list_behind",
    )
    assert stated(need_id, **{field: no}) == (GrantState.CONTRADICTORY, "call_refused")
    assert stated(need_id, **{field: no}, grants=nothing, app=refused(99991672)) == (
        GrantState.NOT_REQUESTED,
        "",
    )
    assert stated(need_id, **{field: refused(230006)}) == (GrantState.GRANTED, "")


def test_fields_of_a_department_prove_their_permissions():
    place = told(Department(open_department_id="od-1", present=frozenset({"name"})), "/d")
    assert stated("permission.department_name", department=place)[0] is GrantState.PROVEN
    assert stated("permission.department_tree", department=place)[0] is GrantState.GRANTED


# -- settings ---------------------------------------------------------------------------


@pytest.mark.parametrize("row", [Row(a, "granted", True, "all", True, "all") for a in ("never",)])
def test_before_the_first_release_settings_cannot_be_read(row):
    for need_id in ("feishu.contact_range", "feishu.availability"):
        found = judge(NEEDS[need_id], of_row(row, MOBILE), KIT)
        assert (found.state, found.reason) == (GrantState.UNKNOWN, "setting_unreleased")
        plan = judge_all(of_row(row, MOBILE), (NEEDS[need_id],), frozenset(), KIT).plan
        assert [one.need.id for one in plan.with_version] == [need_id]


@pytest.mark.parametrize(
    ("root", "span", "state", "reason"),
    [
        (told([]), ContactRange(department_ids=["d"]), GrantState.PROVEN, "range_seen"),
        (None, ContactRange(department_ids=["d"]), GrantState.PROVEN, "range_seen"),
        (refused(BUSY), ContactRange(department_ids=["d"]), GrantState.PROVEN, "range_seen"),
        (
            refused(40004),
            ContactRange(department_ids=["d"]),
            GrantState.NOT_REQUESTED,
            "range_partial",
        ),
        (refused(41050), ContactRange(user_ids=["u"]), GrantState.NOT_REQUESTED, "range_partial"),
        (refused(40004), ContactRange(), GrantState.NOT_REQUESTED, "range_empty"),
    ],
)
def test_the_range_is_everybody_only_when_the_root_may_be_read(root, span, state, reason):
    assert stated("feishu.contact_range", root=root, range=told(span)) == (state, reason)


def test_a_part_of_the_company_may_be_meant_so():
    part = view(Row("released", "granted", True, "part", True, "all"))
    chosen = (NEEDS["feishu.contact_range"],)
    found = judge_all(part, chosen, frozenset({"feishu.contact_range"}), KIT)
    assert found.states[0].state is GrantState.DECLINED
    assert found.plan.complete


@pytest.mark.parametrize(
    ("inside", "asked", "state", "reason"),
    [
        ({OWNER, "a"}, [OWNER, "a", "b"], GrantState.GRANTED, "availability_sampled"),
        ({OWNER}, [OWNER, "a", "b"], GrantState.NOT_REQUESTED, "only_owner_available"),
        (set(), ["a", "b"], GrantState.NOT_REQUESTED, "nobody_available"),
        ({OWNER}, [OWNER], GrantState.UNKNOWN, "availability_not_told"),
        ({"a"}, ["a"], GrantState.GRANTED, "availability_sampled"),
    ],
)
def test_the_availability_of_a_new_app_is_its_owner(inside, asked, state, reason):
    rows = [Availability(user_id=one, in_white_list=one in inside) for one in asked]
    assert stated("feishu.availability", availability=told(rows)) == (state, reason)


def test_a_read_that_failed_is_told_from_one_that_is_not_allowed():
    redirect, span = "feishu.redirect_url", "feishu.contact_range"
    assert stated(redirect, app=refused(99991672))[1] == "needs_self_manage"
    assert stated(redirect, app=refused(BUSY)) == (GrantState.UNKNOWN, "app_not_described")
    assert stated(span, range=refused(99991672))[1] == "needs_contact_scope"
    assert stated(span, range=refused(BUSY)) == (GrantState.UNKNOWN, "range_refused")
    assert stated("feishu.availability", availability=refused(BUSY))[1] == "app_not_described"
    assert stated("feishu.availability", app=refused(BUSY))[1] == "app_not_described"


def test_the_ip_list_is_an_item_only_when_there_is_one():
    ips = "feishu.ip_allowlist"
    assert stated(ips) == (GrantState.GRANTED, "ip_list_off")
    assert stated(ips, bot=refused(11205)) == (GrantState.UNKNOWN, "ip_list_not_told")
    bot = BotInfo(open_id="b", activate_status=2, ip_white_list=["203.0.113.9"])
    row = judge(NEEDS[ips], view(bot=told(bot)), KIT)
    assert (row.state, row.reason, row.open) == (GrantState.UNKNOWN, "ip_list_used", True)
    assert not judge(NEEDS[ips], view(bot=refused(11205)), KIT).open


def test_a_bot_of_a_rejected_version_only_wants_the_next_one():
    rejected = told([AppVersion(version_id="v2", status=3 - 1, ability={"bot": {}})])
    app = described(online_version_id="")
    bot = refused(11205)
    changes = {"bot": bot, "app": app, "versions": rejected}
    assert stated("feishu.bot", **changes)[0] is GrantState.REQUESTED


# -- the app itself ---------------------------------------------------------------------


def standing(**changes):
    return read_standing(view(**changes), needs(), KIT)


def test_a_rejected_update_leaves_the_older_version_in_force():
    older = AppVersion(version_id="oav_1", version="1.0.0", status=1)
    newer = AppVersion(version_id="oav_2", version="1.0.1", status=2)
    found = standing(versions=told([newer, older]))
    assert (found.version, found.online) == (VersionState.REJECTED, True)
    assert found.online_version == "1.0.0"
    assert stated("feishu.release", versions=told([newer, older]))[0] is GrantState.GRANTED


@pytest.mark.parametrize("source", ["base", "bot_builder", "aily", "app_engine"])
def test_an_app_of_another_tool_may_not_change_itself(source):
    patch = scopes(*ALL_SCOPES, "application:application:patch")
    assert standing(app=described(scopes=patch)).may_patch
    found = standing(app=described(scopes=patch, create_source=source))
    assert found.made_elsewhere
    assert not found.may_patch
    assert not standing(app=described(scopes=patch, scene_type=1)).may_patch
    assert not standing(app=described(create_source="unknown")).made_elsewhere


def test_the_contacts_range_may_be_set_with_its_own_permission():
    ranges = scopes("application:application.contacts_range:write")
    assert not standing().may_set_range
    assert standing(app=described(scopes=ranges)).may_set_range
    users = scopes("application:application.contacts_range:write", kinds=("user",))
    assert not standing(app=described(scopes=users)).may_set_range


def test_nothing_of_ours_is_a_sign_of_others():
    ours = scopes(*ALL_SCOPES, "application:application:patch", "tenant:tenant:readonly")
    assert standing(app=described(scopes=ours)).others == ()
    assert standing(app=described(redirect_urls=[CALLBACK])).others == ()
    found = standing(app=described(redirect_urls=["https://other.example.com/x"]))
    assert found.others == ("others.redirect_urls",)
    assert standing(app=refused(99991672), grants=told([])).others == ()


@pytest.mark.parametrize(
    ("online", "grants", "app"),
    [
        (True, told([]), refused(99991672)),
        (False, refused(212100), refused(99991672)),
        (None, refused(BUSY), refused(99991672)),
        (False, refused(212100), described(online_version_id="")),
        (True, refused(BUSY), described()),
    ],
)
def test_whether_a_version_is_in_force(online, grants, app):
    assert standing(grants=grants, app=app).online is online


@pytest.mark.parametrize(
    ("code", "check_id", "told_code", "status"),
    [
        (99991662, "feishu.app", "app_stopped", Status.FAIL),
        (99991401, "feishu.ip_allowlist", "feishu.99991401", Status.FAIL),
        (99991403, "feishu.quota", "feishu.99991403", Status.FAIL),
        (99991400, "feishu.quota", "feishu.99991400", Status.WARN),
        (99991673, "feishu.app", "feishu.99991673", Status.FAIL),
    ],
)
def test_what_shuts_every_call_out_is_a_finding(code, check_id, told_code, status):
    (found,) = shut_out(view(grants=refused(code, msg="ip 203.0.113.7 is denied")), KIT)
    assert (found.id, found.code, found.status) == (check_id, told_code, status)
    assert found.evidence
    if code == 99991401:
        assert found.params["ip"] == "203.0.113.7"


def test_a_stopped_app_tells_so_itself():
    (found,) = shut_out(view(app=described(status=0)), KIT)
    assert (found.code, found.params["name"]) == ("app_stopped", "CAN")
    assert standing(app=described(status=0)).stopped
    assert shut_out(view(), KIT) == ()
    assert shut_out(view(grants=refused(212100)), Kit(Setup())) == ()
