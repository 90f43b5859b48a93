"""A full check on a real sandbox: its calls, what shuts it out, and a list that lies."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from feishu_wizard.domain.finding import Status, Who
from feishu_wizard.domain.means import Means, Task, Ways, next_step
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.text import book
from feishu_wizard.text.words import finding_words
from tests.unit.operations.permissions.matrix import Row
from tests.unit.operations.permissions.practice_app import (
    check_all,
    counted,
    known_kit,
    make,
    post,
)

HEALTHY = Row("released", "granted", True, "all", True, "all")


@pytest.fixture(scope="module")
def practice(module_sandbox):
    return module_sandbox("--users", "12", "--departments", "2")


@contextmanager
def drill(practice, name):
    post(practice, "drills", name=name, on=True)
    try:
        yield
    finally:
        post(practice, "drills", name=name, on=False)


@contextmanager
def lies(practice, **claims):
    practice.control("list-lies", **claims)
    try:
        yield
    finally:
        practice.control("list-lies")


def check(practice, tmp_path):
    """One check of the practice app: what it found, and its calls in the sandbox's log."""
    kit = known_kit(practice)
    before = counted(practice, kit)
    (found,) = check_all(tmp_path, [kit])
    assert found.calls == counted(practice, kit) - before
    return found


def row_of(found, need_id):
    return next(row for row in found.states if row.need.id == need_id)


def action(found):
    step = next_step(found.plan, found.standing, Ways())
    return step.task, step.means


# -- calls ------------------------------------------------------------------------------


def test_a_healthy_app_is_proven_within_fifteen_calls(practice, tmp_path):
    found = check(practice, tmp_path)
    assert found.calls <= 15
    proven = {row.need.id for row in found.states if row.state is GrantState.PROVEN}
    scopes = {row.need.id for row in found.states if row.need.scopes}
    assert scopes - proven == {"permission.urgent"}  # urging somebody is no call to try
    assert {"feishu.bot", "feishu.contact_range"} <= proven
    assert found.plan.complete
    assert found.findings == ()
    assert action(found) == (Task.DONE, Means.NONE)
    assert (found.standing.online, found.standing.version) == (True, VersionState.RELEASED)
    assert found.standing.others == ()
    assert found.standing.app_name


def test_nothing_is_sent_or_changed_by_a_check(practice, tmp_path):
    app = practice["app_id"]
    before = practice.state()
    check(practice, tmp_path)
    after = practice.state()
    assert after["messages"] == before["messages"]
    assert after["apps"][app] == before["apps"][app]


@pytest.mark.parametrize("users", [[], ["outside"]], ids=["everybody", "one person"])
def test_being_slowed_down_costs_no_more_calls_and_is_said(practice, tmp_path, users):
    """Where the root may not be read, people are read one by one: the longest way."""
    named = practice.state()["named"]
    people = [named[who]["user_id"] for who in users]
    practice.control("range", type="some" if users else "all", users=people, at_once=True)
    try:
        with drill(practice, "rate-limited"):
            found = check(practice, tmp_path)
    finally:
        practice.control("range", type="all", at_once=True)
    assert found.calls <= 15
    assert [f.code for f in found.findings] == ["quota_slowed"]
    assert found.findings[0].status is Status.PASS
    missing = {GrantState.NOT_REQUESTED, GrantState.REQUESTED}
    kept = {row.need.id for row in found.states if row.state in missing}
    assert kept <= ({"feishu.contact_range"} if users else set())


def test_a_withdrawn_token_costs_one_call_more(practice, tmp_path):
    kits = [known_kit(practice)] * 2
    before = counted(practice, kits[0])
    (first,) = check_all(tmp_path, kits[:1])
    practice.control("revoke-tokens")
    (second,) = check_all(tmp_path, kits[:1])
    assert first.plan.complete
    assert second.plan.complete
    assert max(first.calls, second.calls) <= 15
    assert counted(practice, kits[0]) - before == first.calls + second.calls


# -- what shuts every call out ----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "check_id", "code", "task"),
    [
        ("app-disabled", "feishu.app", "app_stopped", Task.ENABLE_APP),
        ("ip-denied", "feishu.ip_allowlist", "feishu.99991401", Task.CHECK_AGAIN),
        ("quota-exhausted", "feishu.quota", "feishu.99991403", Task.CHECK_AGAIN),
    ],
)
def test_what_shuts_all_out_is_named_and_nothing_is_called_missing(
    practice, tmp_path, name, check_id, code, task
):
    with drill(practice, name):
        found = check(practice, tmp_path)
    assert found.calls == 1
    assert [(f.id, f.code, f.status) for f in found.findings] == [(check_id, code, Status.FAIL)]
    assert finding_words(found.findings[0]).sentence
    assert {row.state for row in found.states} == {GrantState.UNKNOWN}
    assert {book.knows(row.reason) for row in found.states} == {True}
    assert found.standing.stopped is (name == "app-disabled")
    assert action(found)[0] is task
    if name == "app-disabled":
        assert found.findings[0].who is Who.FEISHU_ADMIN
        assert "/admin/appCenter/manage/" in found.findings[0].links[0].url


def test_an_ip_list_that_lets_this_computer_in_is_an_item_because_of_can(practice, tmp_path):
    assert row_of(check(practice, tmp_path), "feishu.ip_allowlist").reason == "ip_list_off"
    practice.control("ip-list", allowed_ips=["127.0.0.1", "203.0.113.9"])
    try:
        found = check(practice, tmp_path)
    finally:
        practice.control("ip-list", allowed_ips=[])
    row = row_of(found, "feishu.ip_allowlist")
    assert (row.state, row.reason) == (GrantState.UNKNOWN, "ip_list_used")
    assert row.params["addresses"] == "127.0.0.1, 203.0.113.9"
    assert [r.need.id for r in found.plan.open_items] == ["feishu.ip_allowlist"]
    assert action(found) == (Task.ALLOW_ADDRESS, Means.CONSOLE)


# -- a list that lies -------------------------------------------------------------------


def test_a_call_that_works_outweighs_a_list_that_says_no(practice, tmp_path):
    scopes = ["im:message:send_as_bot", "contact:contact.base:readonly", "contact:user.id:readonly"]
    with lies(practice, missing=scopes):
        found = check(practice, tmp_path)
    for need_id in ("send_message", "contact_base", "find_ids"):
        row = row_of(found, f"permission.{need_id}")
        assert (row.state, row.reason) == (GrantState.PROVEN, "permission.list_behind"), need_id
        assert len(row.evidence) == 2
    assert found.plan.complete
    assert action(found) == (Task.DONE, Means.NONE)


def test_without_a_call_that_can_tell_the_two_answers_contradict(practice, tmp_path):
    """Urging somebody cannot be tried, and a needed field may just be empty."""
    practice.control("range", type="some", users=[], at_once=True)
    try:
        with lies(practice, missing=["contact:user.employee_id:readonly"]):
            found = check(practice, tmp_path)
    finally:
        practice.control("range", type="all", at_once=True)
    row = row_of(found, "permission.user_id")
    assert (row.state, row.reason) == (GrantState.CONTRADICTORY, "permission.list_denies")
    assert row.params["scope"] == "contact:user.employee_id:readonly"
    assert len(row.evidence) == 2
    assert "contact:user.employee_id:readonly" not in found.plan.missing_scopes()


def test_a_refused_call_outweighs_a_list_that_says_yes(practice, tmp_path):
    row = Row("released", "absent", True, "all", True, "all")
    kit = make(practice, row, "permission.send_message")
    practice.control("list-lies", kit.setup.feishu.app_id, granted=["im:message:send_as_bot"])
    (found,) = check_all(tmp_path, [kit])
    sending = row_of(found, "permission.send_message")
    assert (sending.state, sending.reason) == (GrantState.CONTRADICTORY, "call_refused")
    assert sending.evidence[0].feishu_code == 99991672
    assert action(found) == (Task.CONTRADICTION, Means.CHECK)


def test_a_list_ahead_of_the_description_contradicts_where_no_call_can_tell(practice, tmp_path):
    row = Row("released", "absent", True, "all", True, "all")
    kit = make(practice, row, "permission.mobile")
    practice.control("list-lies", kit.setup.feishu.app_id, granted=["contact:user.phone:readonly"])
    (found,) = check_all(tmp_path, [kit])
    mobile = row_of(found, "permission.mobile")
    assert (mobile.state, mobile.reason) == (GrantState.CONTRADICTORY, "permission.list_ahead")
    assert action(found) == (Task.CONTRADICTION, Means.CHECK)


# -- approved without it, rejected, owner only --------------------------------------------


def test_what_was_approved_without_it_is_declared_and_not_granted(practice, tmp_path):
    row = Row("released", "requested", True, "all", True, "all")
    (found,) = check_all(tmp_path, [make(practice, row, "permission.mobile")])
    mobile = row_of(found, "permission.mobile")
    assert (mobile.state, mobile.reason) == (GrantState.REQUESTED, "declared_not_granted")
    assert action(found) == (Task.ASK_APPROVAL, Means.APPLY)
    assert not found.plan.release_needed


def test_a_rejected_update_leaves_the_older_version_in_force(practice, tmp_path):
    kit = make(practice, HEALTHY, "permission.mobile")
    app_id = kit.setup.feishu.app_id
    practice.control("bot", app_id, enable=False)
    practice.control("release", app_id)
    practice.control("reject", app_id)
    (found,) = check_all(tmp_path, [kit])
    assert (found.standing.version, found.standing.online) == (VersionState.REJECTED, True)
    assert found.standing.online_version == "1.0.0"
    assert row_of(found, "feishu.release").state is GrantState.GRANTED
    assert action(found) == (Task.DONE, Means.NONE)


def test_who_asks_may_patch_completes_itself(practice, tmp_path):
    row = Row("released", "absent", True, "all", True, "all")
    kit = make(practice, row, "permission.mobile")
    app_id = kit.setup.feishu.app_id
    post(practice, "tenant", review={"application:application:patch": False})
    practice.control("grant", app_id, scopes=["application:application:patch"])
    (found,) = check_all(tmp_path, [kit])
    assert found.standing.may_patch
    assert found.standing.others == ()
    assert action(found) == (Task.COMPLETE, Means.SELF)


def test_an_app_that_others_use_is_seen(practice, tmp_path):
    kit = make(practice, HEALTHY, "permission.mobile")
    app_id = kit.setup.feishu.app_id
    practice.control("grant", app_id, scopes=["cardkit:card:read"])
    practice.control("redirect-url", app_id, add=["https://wiki.example.com/login"])
    (found,) = check_all(tmp_path, [kit])
    assert found.standing.others == ("others.scopes", "others.redirect_urls")
    assert found.standing.foreign_scopes == ("cardkit:card:read",)
    assert found.standing.foreign_urls == ("https://wiki.example.com/login",)
