"""Work under way: cancelled, failed, or late."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.states import Target
from feishu_wizard.wizard.answers import ConsoleBy
from feishu_wizard.wizard.steps import Severity, Step
from tests.unit.wizard.fakes import (
    CAN,
    HANG,
    file_plan,
    fill_credentials,
    fill_prerequisites,
    no_network,
    pair,
)
from tests.unit.wizard.looks import press


def test_cancel_stops_the_work_and_keeps_the_answers(session, runner, operations):
    operations.results["check_prerequisites"] = HANG
    fill_prerequisites(session)
    session.press()
    runner.turn()
    assert session.busy is not None
    session.cancel_work()
    runner.settle()
    assert session.busy is None
    assert session.message.code == "cancelled"
    assert session.answers.can_text == CAN
    assert session.verb().code == "check_and_continue"


def test_a_second_press_does_not_start_the_work_twice(session, runner, operations):
    fill_prerequisites(session)
    session.press()
    session.press()
    runner.settle()
    assert len(operations.made("check_prerequisites")) == 1


@pytest.mark.parametrize(
    ("step", "name"),
    [
        (Step.PREREQUISITES, "check_prerequisites"),
        (Step.CREDENTIALS, "check_credentials"),
        (Step.PERMISSIONS, "check_permissions"),
        (Step.SAVE, "plan_saves"),
        (Step.TEST, "resolve_recipients"),
    ],
)
def test_a_failure_goes_to_the_strip_with_its_details(step, name, at, runner, operations):
    session = at(step)
    operations.results[name] = no_network()
    fill_prerequisites(session)
    if step is Step.CREDENTIALS:
        fill_credentials(session)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    session.test.push.set_recipients("zhang.wei")
    press(session, runner)
    assert session.step is step
    assert session.message.severity is Severity.ERROR
    assert session.message.code == "net.timeout"
    assert session.message.finding.params["host"] == "open.feishu.cn"
    assert session.busy is None
    session.dismiss_message()
    assert session.message is None


def test_an_unexpected_error_is_told_and_reaches_the_log(session, runner, operations):
    operations.results["check_prerequisites"] = KeyError("nobody thought of this")
    fill_prerequisites(session)
    session.press()
    with pytest.raises(KeyError):
        runner.settle()
    assert session.message.code == "internal"
    assert session.message.params == {"kind": "KeyError"}
    assert session.busy is None


def test_work_of_a_page_that_was_left_neither_moves_nor_speaks(at, runner, operations):
    """The answer was on its way when Back was pressed."""
    session = at(Step.CREDENTIALS)
    fill_credentials(session)
    session.press()
    runner.work_on()
    session.back()
    runner.settle()
    assert session.step is Step.PREREQUISITES
    operations.results["check_credentials"] = pair(passed=False)
    session.credentials.set_secret("AnotherSecretThatIsTypedHere1234")
    session.go(Step.CREDENTIALS)
    session.press()
    runner.work_on()
    session.back()
    runner.settle()
    assert session.message is None
    assert session.focus is None


@pytest.mark.parametrize("who", ConsoleBy)
def test_who_does_the_console_part_is_kept_and_voids_nothing(at, who):
    session = at(Step.PERMISSIONS)
    session.prerequisites.set_console_by(who)
    assert session.answers.console_by is who
    assert session.prerequisites.done()
    assert session.credentials.done()
    assert session.keeping.sitting().colleague is (who is ConsoleBy.COLLEAGUE)


def test_a_file_plan_says_save_to_file(at, runner, operations):
    operations.results["plan_saves"] = (file_plan(),)
    session = at(Step.SAVE)
    session.update(targets=frozenset({Target.FILE}), file_path="/tmp/setup.toml")
    press(session, runner)
    assert session.verb().code == "save_to_file"
