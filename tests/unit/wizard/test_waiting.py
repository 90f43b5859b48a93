"""Waiting for an approver: cheap, bounded, and only while somebody looks."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.means import Task
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.operations.watch_approval import Look
from feishu_wizard.wizard.steps import Severity, Step, StepState
from feishu_wizard.wizard.waiting import LONGEST_SECONDS, WAIT_LOOKS, WAIT_SECONDS
from tests.unit.wizard.fakes import HANG, grants, no_network


def review():
    return grants(rest=GrantState.UNDER_REVIEW, version=VersionState.UNDER_REVIEW)


@pytest.fixture
def waiting(at, runner, operations):
    """A session at a version under review that looks once a minute."""
    operations.results["check_permissions"] = review()
    session = at(Step.PERMISSIONS)
    session.press()
    runner.settle()
    session.permissions.wait()
    return session


def look(session, runner):
    count = runner.fire(WAIT_SECONDS)
    runner.settle()
    return count


def test_under_review_is_a_state_and_no_error(at, runner, operations):
    operations.results["check_permissions"] = review()
    session = at(Step.PERMISSIONS)
    session.press()
    runner.settle()
    assert session.step is Step.PERMISSIONS
    assert session.message.code == "waiting_for_approval"
    assert session.message.severity is Severity.INFO
    assert session.verb().code == "continue_open"
    assert session.keeping.sitting().waiting_since == "2026-03-01T08:00:00+00:00"
    session.press()
    runner.settle()
    assert session.step is Step.SAVE
    assert session.rows()[2].state is StepState.OPEN


def test_one_cheap_look_a_minute(waiting, runner, operations):
    for number in range(1, 4):
        assert look(waiting, runner) == 1
        assert len(operations.made("look")) == number
    assert len(operations.made("check_permissions")) == 1
    assert waiting.permissions.waiting
    assert waiting.busy is None


def test_asking_to_wait_twice_does_not_look_twice_as_often(waiting, runner, operations):
    waiting.permissions.wait()
    assert look(waiting, runner) == 1
    assert len(operations.made("look")) == 1


def test_it_ends_after_an_hour_and_the_page_hears_of_it(waiting, runner, operations):
    redrawn = []
    waiting.subscribe(lambda: redrawn.append(waiting.permissions.waiting))
    looks = [look(waiting, runner) for _ in range(WAIT_LOOKS + 5)]
    assert WAIT_LOOKS == 60
    assert looks == [1] * 60 + [0] * 5
    assert len(operations.made("look")) == 60
    assert not waiting.permissions.waiting
    assert redrawn[-1] is False
    assert waiting.keeping.sitting().waiting_since


def test_an_approval_is_checked_in_full_and_told(waiting, runner, operations):
    operations.results["look"] = Look(VersionState.RELEASED)
    operations.results["check_permissions"] = grants()
    look(waiting, runner)
    assert not waiting.permissions.waiting
    assert waiting.message.code == "permissions_complete"
    assert waiting.step is Step.PERMISSIONS
    assert waiting.verb().code == "continue"
    assert waiting.permissions.waiting_since == ""
    assert look(waiting, runner) == 0


def test_an_approval_in_the_last_look_counts(waiting, runner, operations):
    for _ in range(WAIT_LOOKS - 1):
        look(waiting, runner)
    operations.results["look"] = Look(VersionState.RELEASED)
    operations.results["check_permissions"] = grants()
    look(waiting, runner)
    assert waiting.verb().code == "continue"


def test_a_rejection_ends_the_wait(waiting, runner, operations):
    """Never released and no longer under review: somebody said no."""
    operations.results["look"] = Look(VersionState.NEVER_RELEASED)
    operations.results["check_permissions"] = grants(
        rest=GrantState.REQUESTED, version=VersionState.REJECTED
    )
    look(waiting, runner)
    assert not waiting.permissions.waiting
    assert waiting.permissions.plan.version is VersionState.REJECTED
    assert waiting.permissions.open_items() > 0


def test_before_the_first_release_none_is_no_answer(at, runner, operations):
    """Without the permission to read the app, a submitted version looks like none."""
    operations.results["check_permissions"] = grants(
        rest=GrantState.UNKNOWN, version=VersionState.NEVER_RELEASED
    )
    operations.results["look"] = Look(VersionState.NEVER_RELEASED)
    session = at(Step.PERMISSIONS)
    session.press()
    runner.settle()
    session.permissions.wait()
    look(session, runner)
    assert session.permissions.waiting
    assert len(operations.made("check_permissions")) == 1


@pytest.mark.parametrize("leave", ["press", "back", "go", "stop"])
def test_leaving_the_page_ends_the_wait(waiting, runner, operations, leave):
    if leave == "press":
        waiting.press()
    elif leave == "back":
        waiting.back()
    elif leave == "go":
        waiting.go(Step.PREREQUISITES)
    else:
        waiting.permissions.stop_waiting()
    runner.settle()
    assert not waiting.permissions.waiting
    look(waiting, runner)
    assert operations.made("look") == []
    assert waiting.permissions.waiting_since  # the draft still knows what is waited for


@pytest.mark.parametrize("leave", ["press", "back", "stop"])
def test_a_look_that_answers_late_starts_nothing_elsewhere(waiting, runner, operations, leave):
    operations.results["look"] = Look(VersionState.RELEASED)
    runner.fire(WAIT_SECONDS)
    runner.work_on()
    waiting.permissions.stop_waiting() if leave == "stop" else getattr(waiting, leave)()
    runner.settle()
    assert len(operations.made("check_permissions")) == 1
    assert waiting.busy is None


def test_a_look_that_fails_is_told_and_the_next_is_made(waiting, runner, operations):
    operations.results["look"] = no_network()
    look(waiting, runner)
    assert waiting.message.code == "net.timeout"
    assert waiting.permissions.waiting
    assert look(waiting, runner) == 1


def test_another_app_is_not_waited_for(waiting, runner):
    waiting.credentials.set_app_id("cli_b8c029e757e6500b")
    assert not waiting.permissions.waiting
    assert waiting.permissions.waiting_since == ""
    assert look(waiting, runner) == 0


def test_a_version_that_leaves_things_out_is_warned_of(at, runner, operations):
    operations.results["check_permissions"] = grants(
        {
            "permission.email": GrantState.NOT_REQUESTED,
            "feishu.bot": GrantState.NOT_REQUESTED,
            "permission.urgent": GrantState.NOT_REQUESTED,
            "feishu.release": GrantState.NOT_REQUESTED,
            "permission.user_id": GrantState.REQUESTED,
        },
        version=VersionState.NEVER_RELEASED,
    )
    session = at(Step.PERMISSIONS)
    session.press()
    runner.settle()
    ids = {row.need.id for row in session.permissions.version_incomplete}
    assert ids == {"permission.email", "feishu.bot"}
    assert session.permissions.plan.release_needed


def test_a_look_asks_once_and_the_next_waits_for_its_answer(waiting, runner, operations):
    operations.results["look"] = HANG
    assert runner.fire(WAIT_SECONDS) == 1
    runner.turn()
    assert runner.fire(WAIT_SECONDS) == 0  # nothing is due while the answer is awaited
    waiting.permissions.wait()
    runner.fire(WAIT_SECONDS)
    runner.turn()
    assert len(operations.made("look")) == 1  # a new wait does not look beside it either


def test_a_look_waits_for_other_calls(waiting, runner, operations):
    operations.results["check_permissions"] = HANG
    waiting.permissions.check()
    runner.turn()
    left = waiting.permissions.approval.looks_left
    assert runner.fire(WAIT_SECONDS) == 1
    assert operations.made("look") == []
    assert waiting.permissions.approval.looks_left == left
    assert len(runner.due) >= 1


def test_a_reply_for_speed_slows_down_and_never_below_what_it_names(waiting, runner, operations):
    approval = waiting.permissions.approval
    operations.results["look"] = Look(VersionState.UNKNOWN, None, "feishu.99991400", 900.0)
    look(waiting, runner)
    assert approval.slowed
    assert approval.seconds == 900.0
    operations.results["look"] = Look(VersionState.UNKNOWN, None, "feishu.99991400")
    assert runner.fire(WAIT_SECONDS) == 0
    runner.fire(900.0)
    runner.settle()
    assert approval.seconds == LONGEST_SECONDS
    operations.results["look"] = Look(VersionState.UNDER_REVIEW)
    runner.fire(LONGEST_SECONDS)
    runner.settle()
    assert approval.seconds == WAIT_SECONDS
    assert waiting.permissions.waiting
    assert waiting.message.code == "waiting_for_approval"  # no alarm for being slowed


def test_the_months_quota_ends_the_looking_and_is_named(waiting, runner, operations):
    operations.results["look"] = Look(VersionState.UNKNOWN, None, "feishu.99991403")
    look(waiting, runner)
    assert not waiting.permissions.waiting
    assert waiting.permissions.approval.stopped_by == "feishu.99991403"
    assert waiting.message.code == "feishu.99991403"
    assert waiting.permissions.waiting_since  # the draft still knows what is waited for
    operations.results["look"] = Look(VersionState.UNDER_REVIEW)
    assert look(waiting, runner) == 0
    waiting.permissions.wait()
    assert waiting.permissions.approval.stopped_by == ""


def test_a_submitted_version_is_a_word_until_the_platform_knows(at, runner, operations):
    never = grants(rest=GrantState.UNKNOWN, version=VersionState.NEVER_RELEASED)
    operations.results["check_permissions"] = never
    session = at(Step.PERMISSIONS)
    session.press()
    runner.settle()
    session.permissions.wait()
    assert session.answers.console_done == {"feishu.release"}
    assert session.permissions.next.task is Task.WAIT
    assert session.keeping.sitting().console_done == ["feishu.release"]
    operations.results["look"] = Look(VersionState.RELEASED)
    operations.results["check_permissions"] = grants()
    look(session, runner)
    assert session.answers.console_done == frozenset()
    assert session.permissions.next.task is Task.DONE
    assert session.permissions.waiting_since == ""
