"""Checks, sending and forgetting on a real sandbox over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from feishu_wizard.domain.finding import Proof, Status
from feishu_wizard.domain.recipient import DeliveryState
from feishu_wizard.domain.states import Target
from feishu_wizard.wizard.answers import Place
from feishu_wizard.wizard.steps import Step
from tests.unit.wizard.practice import asked, by_id, drill


@pytest.mark.parametrize(
    ("name", "code"), [("wrong-secret", "feishu.10014"), ("unknown-app", "edition.unknown_here")]
)
def test_a_refused_pair_is_told_with_its_log_id(healthy, sit, name, code):
    admin = sit(healthy)
    admin.fill()
    admin.press()
    with drill(healthy, name):
        admin.press()
    session = admin.session
    assert session.step is Step.CREDENTIALS
    assert session.message.code == code
    finding = session.message.finding
    assert finding.evidence[0].log_id
    assert finding.evidence[0].host == healthy["feishu"].partition("://")[2]
    assert {f.blocked_by for f in session.credentials.findings if f.status is Status.SKIP} == {
        "feishu.credentials"
    }
    field = {"feishu.10014": "app_secret", "edition.unknown_here": "app_id"}[code]
    assert session.focus == f"credentials.{field}"


def test_a_stopped_app_is_the_admins_to_mend(healthy, sit):
    admin = sit(healthy)
    admin.fill()
    admin.press()
    with drill(healthy, "app-disabled"):
        admin.press()
    failed = [f for f in admin.session.credentials.findings if f.status is Status.FAIL]
    assert failed
    assert admin.session.verb().code == "continue_open"


@pytest.mark.parametrize("name", ["captive-portal"])
def test_a_portal_instead_of_the_platform_is_told_by_its_layer(healthy, sit, name):
    admin = sit(healthy)
    admin.fill()
    with drill(healthy, name):
        admin.press()
    session = admin.session
    assert session.step is Step.PREREQUISITES
    assert session.message.finding.id == "net.open.http"
    blocked = {f.id: f.blocked_by for f in session.prerequisites.findings if f.blocked_by}
    assert blocked["feishu.fingerprint"] == "net.open.http"


def test_a_healthy_app_costs_at_most_fifteen_calls(healthy, sit):
    admin = sit(healthy)
    session = admin.walk(Step.PERMISSIONS)
    before = asked(healthy)
    admin.press()
    assert 0 < asked(healthy) - before <= 15
    assert session.step is Step.SAVE, by_id(session)
    assert not [r for r in session.permissions.states if r.open]


@pytest.mark.parametrize(
    ("name", "need", "state"),
    [
        ("missing-scope:contact:user.phone:readonly", "permission.mobile", "not_requested"),
        ("missing-scope:im:message:send_as_bot", "permission.send_message", "not_requested"),
        ("no-redirect-url", "feishu.redirect_url", "not_requested"),
        ("no-bot", "feishu.bot", "not_requested"),
        ("unreleased", "feishu.release", "not_requested"),
        ("under-review", "feishu.release", "under_review"),
        ("missing-scope:application:application:self_manage", "feishu.redirect_url", "unknown"),
    ],
)
def test_each_fault_is_told_at_its_row(healthy, sit, name, need, state):
    admin = sit(healthy)
    session = admin.walk(Step.PERMISSIONS)
    with drill(healthy, name):
        before = asked(healthy)
        admin.press()
        assert asked(healthy) - before <= 15
    assert by_id(session)[need].state.value == state
    assert session.step is Step.PERMISSIONS
    assert session.permissions.open_items() >= 1


def reach_test(admin, practice):
    session = admin.walk(Step.SAVE)
    session.save.choose(Target.BY_HAND, True)
    session.save.choose(Target.CAN, False)
    admin.press()
    assert session.step is Step.TEST
    return session


def test_recipients_of_every_kind_and_one_nobody_knows(healthy, sit):
    admin = sit(healthy)
    session = reach_test(admin, healthy)
    people = [
        p
        for p in healthy.state()["people"]
        if p["activated"] and not (p["resigned"] or p["frozen"])
    ]
    chat = healthy.state()["chats"][0]["chat_id"]
    named = [
        people[2]["email"],
        people[3]["mobile"],
        people[4]["open_id"][healthy["app_id"]],
        chat,
    ]
    session.test.push.set_recipients(
        "；".join([*named, "user_id:" + people[5]["user_id"], "nobody"])
    )
    before = len(healthy.state()["messages"])
    admin.press()
    assert [u.recipient.value for u in session.test.push.unresolved] == ["nobody"]
    assert len(session.test.push.resolved) == 5
    admin.press()
    assert len(healthy.state()["messages"]) == before + 5
    assert not session.test.push.proves_push  # none of them was addressed as CAN does
    push = next(w for w in session.finish.words if w.capability == "push")
    assert push.proof is not Proof.PROVEN
    assert session.test.push.open_items() == 1


def test_outside_the_availability_is_told_with_its_code(healthy, sit):
    admin = sit(healthy)
    session = reach_test(admin, healthy)
    outside = healthy.state()["named"]["outside"]
    session.test.push.set_recipients(outside["user_id"])
    with drill(healthy, "recipient-outside"):
        admin.press()
        assert [r.name for r in session.test.push.outside] == [outside["name"]]
        assert session.test.push.verb() is None  # said beforehand, and left out
        session.test.push.set_insist(True)
        admin.press()
    [refused] = session.test.push.deliveries
    assert refused.state is DeliveryState.REFUSED
    assert refused.code == "feishu.230013"
    assert session.message.code == "some_not_delivered"
    session.test.push.send(only_failed=True)
    admin.settle()
    assert [d.state for d in session.test.push.deliveries] == [DeliveryState.DELIVERED]
    assert session.message.code == "all_delivered"


def test_without_a_bot_nothing_is_delivered(healthy, sit):
    admin = sit(healthy)
    session = reach_test(admin, healthy)
    session.test.push.set_recipients(healthy.state()["people"][6]["user_id"])
    before = len(healthy.state()["messages"])
    with drill(healthy, "no-bot"):
        admin.press()
        admin.press()
    assert [d.state for d in session.test.push.deliveries] == [DeliveryState.REFUSED]
    assert len(healthy.state()["messages"]) == before
    push = next(w for w in session.finish.words if w.capability == "push")
    assert push.proof is not Proof.PROVEN


def test_forgetting_leaves_nothing_and_the_next_start_offers_nothing(healthy, sit):
    admin = sit(healthy)
    session = admin.walk(Step.PERMISSIONS)
    session.keeping.now()
    admin.settle()
    assert healthy["app_id"].encode() in admin.written()
    session.keeping.forget()
    admin.settle()
    assert session.message.code == "forgotten", session.message
    admin.close()
    assert healthy["app_id"].encode() not in admin.written()
    again = sit(healthy)
    assert again.session.message is None


def test_a_secret_in_a_chosen_file_is_found_the_next_day(healthy, sit):
    first = sit(healthy)
    first.fill()
    first.press()
    first.session.credentials.set_place(Place.FILE)
    first.press()
    ref = first.session.answers.ref("app_secret")
    assert ref.startswith("file:")
    assert Path(ref.removeprefix("file:")).stat().st_mode & 0o777 == 0o600
    first.close()
    second = sit(healthy)
    second.act("resume")
    second.session.go(Step.CREDENTIALS)
    second.press()
    assert second.session.step is Step.PERMISSIONS, second.session.message
