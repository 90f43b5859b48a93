"""What a person says is done in the console, and what a check makes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feishu_wizard.domain.capability import ALL
from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.finding import Evidence, Finding, Status
from feishu_wizard.domain.means import RELEASE, Means, Task
from feishu_wizard.domain.release import plan_release
from feishu_wizard.domain.standing import AppStanding
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.wizard.said import compare
from feishu_wizard.wizard.steps import Severity, Step
from tests.unit.wizard.fakes import grants

NOT, REQUESTED, UNKNOWN = GrantState.NOT_REQUESTED, GrantState.REQUESTED, GrantState.UNKNOWN
NEVER = grants(rest=UNKNOWN, version=VersionState.NEVER_RELEASED)
READS_ITSELF = {"permission.self_manage": GrantState.PROVEN}


def released(**states):
    named = {name.replace("__", "."): state for name, state in states.items()}
    return grants(named | READS_ITSELF, chosen=ALL)


CASES = {
    "before the release a word stands": ({"feishu.bot"}, NEVER, NEVER, [], set()),
    "what is granted needs no word": ({"feishu.bot"}, NEVER, released(), [], {"feishu.bot"}),
    "a scope that the list does not hold": (
        {"permission.email"},
        None,
        released(permission__email=NOT),
        ["permission.email"],
        set(),
    ),
    "what acts at once and is not there": (
        {"feishu.redirect_url"},
        None,
        released(feishu__redirect_url=NOT),
        ["feishu.redirect_url"],
        set(),
    ),
    "a bot that still waits for a version": (
        {"feishu.bot"},
        released(feishu__bot=NOT),
        released(feishu__bot=NOT),
        [],
        set(),
    ),
    "a bot that came with no version": (
        {"feishu.bot", RELEASE},
        NEVER,
        released(feishu__bot=NOT),
        ["feishu.bot"],
        {RELEASE},
    ),
    "a version that nobody sees": (
        {RELEASE},
        released(feishu__bot=NOT),
        released(feishu__bot=NOT),
        [RELEASE],
        set(),
    ),
    "a version that the platform cannot tell of": ({RELEASE}, NEVER, NEVER, [], set()),
    "a rejected version": (
        {RELEASE, "feishu.bot"},
        None,
        grants(READS_ITSELF | {"feishu.bot": NOT}, version=VersionState.REJECTED),
        [],
        {RELEASE},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_word_is_held_against_the_check(name):
    said, before, now, wrong, known = CASES[name]
    assert compare(frozenset(said), before, now) == (tuple(wrong), frozenset(known))


def test_a_new_version_in_force_shows_what_it_did_not_hold():
    before = replace(released(feishu__bot=NOT), standing=AppStanding(online_version="1.0.0"))
    now = replace(before, standing=AppStanding(online_version="1.0.1"))
    assert compare(frozenset({"feishu.bot"}), before, now) == (("feishu.bot",), frozenset())


def test_what_the_check_contradicts_is_dropped_and_named(at, runner, operations):
    operations.results["check_permissions"] = released(feishu__redirect_url=NOT)
    session = at(Step.PERMISSIONS)
    session.press()
    runner.settle()
    assert session.permissions.next.task is Task.REGISTER_REDIRECT
    session.permissions.done_in_console()
    runner.settle()
    assert session.answers.console_done == frozenset()
    assert session.message.code == "plan.not_seen"
    assert session.message.params == {"first": "feishu.redirect_url", "count": "1"}
    assert session.permissions.next.task is Task.REGISTER_REDIRECT


def test_another_app_was_not_worked_on(at, runner, operations):
    operations.results["check_permissions"] = NEVER
    session = at(Step.PERMISSIONS)
    session.press()
    runner.settle()
    session.permissions.done_in_console()
    assert session.answers.console_done
    session.credentials.set_app_id("cli_b8c029e757e6500b")
    assert session.answers.console_done == frozenset()


def approval_wanted(at, runner, operations):
    """At an app whose released version declares what the company has not granted."""
    declared = grants({"permission.email": REQUESTED}, chosen=ALL)
    rows = tuple(
        replace(r, reason="declared_not_granted") if r.need.id == "permission.email" else r
        for r in declared.states
    )
    plan = plan_release(rows, VersionState.RELEASED)
    operations.results["check_permissions"] = replace(declared, states=rows, plan=plan)
    session = at(Step.PERMISSIONS)
    session.press()
    runner.settle()
    assert session.permissions.next.means is Means.APPLY
    return session


@pytest.mark.parametrize("passed", [True, False])
def test_approval_is_asked_for_once(at, runner, operations, monkeypatch, passed):
    code = "approval_asked" if passed else "feishu.212003"
    finding = Finding("feishu.approval", Status.PASS if passed else Status.FAIL, code, {})

    async def ask(place, kit):
        return finding

    monkeypatch.setattr("feishu_wizard.operations.ask_approval.ask_approval", ask)
    session = approval_wanted(at, runner, operations)
    session.permissions.ask_approval()
    assert session.busy.code == "asking_approval"
    runner.settle()
    assert session.message.severity is (Severity.INFO if passed else Severity.WARNING)
    assert session.permissions.next.task is Task.ASK_APPROVAL
    assert session.permissions.next.means is Means.ADMIN


def test_a_refused_call_leaves_the_next_best_way(at, runner, operations, monkeypatch):
    session = approval_wanted(at, runner, operations)
    refused = FeishuError(99991672, "no permission", evidence=Evidence("POST", "h", "/p"))

    async def ask(place, kit):
        raise refused

    monkeypatch.setattr("feishu_wizard.operations.ask_approval.ask_approval", ask)
    session.permissions.ask_approval()
    runner.settle()
    assert session.message.code == "feishu.99991672"
    assert session.permissions.next.means is Means.ADMIN
