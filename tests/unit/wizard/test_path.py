"""The way through the six steps: verbs, rows, Back, and when something speaks."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.capability import ALL, Capability
from feishu_wizard.wizard.steps import ORDER, Severity, Step, StepState
from tests.unit.wizard.fakes import (
    CAN,
    fill_credentials,
    fill_prerequisites,
)
from tests.unit.wizard.looks import fields, press, states


def test_the_happy_path_says_a_true_verb_at_every_press(session, runner):
    told = []

    def say_and_press():
        told.append((session.step.value, session.verb().code))
        press(session, runner)

    fill_prerequisites(session)
    say_and_press()
    fill_credentials(session)
    say_and_press()
    say_and_press()
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    for _ in range(3):
        say_and_press()
    session.test.push.set_recipients("zhang.wei")
    session.test.sign_in.not_now()
    session.test.sync.not_now()
    for _ in range(5):
        say_and_press()
    say_and_press()
    assert told == [
        ("prerequisites", "check_and_continue"),
        ("credentials", "check_and_continue"),
        ("permissions", "check_permissions"),
        ("save", "show_changes"),
        ("save", "save_to_can"),
        ("save", "continue"),
        ("test", "find_recipients"),
        ("test", "send_test_message"),
        ("test", "next_sso"),
        ("test", "next_user_sync"),
        ("test", "continue_open"),
        ("finish", "close"),
    ]
    assert session.finish.finished
    done = states(session)
    assert done.pop(Step.FINISH) is StepState.CURRENT
    assert done.pop(Step.TEST) is StepState.OPEN  # nobody signed in, nobody walked
    assert set(done.values()) == {StepState.DONE}
    assert {row.step: row.open_items for row in session.rows() if row.open_items} == {Step.TEST: 2}


def test_at_the_start_one_step_is_open_and_nothing_is_called(session, operations):
    rows = session.rows()
    assert [row.step for row in rows] == list(ORDER)
    assert rows[0].state is StepState.CURRENT
    assert {row.state for row in rows[1:]} == {StepState.NOT_YET}
    assert [row.reachable for row in rows] == [True] + [False] * 5
    assert not session.can_go_back
    assert {name for name, _ in operations.calls} <= {"last_draft", "look_at_state"}
    session.go(Step.SAVE)
    assert session.step is Step.PREREQUISITES


@pytest.mark.parametrize("step", ORDER)
def test_the_positive_button_always_does_something(step, at, runner, operations):
    """Pressed on an empty page it points to a field, begins work, moves on, or closes."""
    session = at(step)

    def looks():
        panel = session.test.panel
        return (session.step, panel, session.focus, session.finish.finished, session.message)

    before = looks()
    session.press()
    worked = session.busy is not None
    runner.settle()
    assert worked or looks() != before


@pytest.mark.parametrize(
    ("can", "none", "wanted", "field"),
    [
        ("", False, ALL, "prerequisites.can_url"),
        ("https://", False, ALL, "prerequisites.can_url"),
        ("https://open.feishu.cn/app", False, ALL, "prerequisites.can_url"),
        ("http://can.example.com", False, ALL, "prerequisites.plain_http"),
        (CAN, False, frozenset(), "prerequisites.capabilities"),
        ("", True, frozenset(), "prerequisites.capabilities"),
        ("", True, ALL, None),
        (CAN, False, frozenset({Capability.PUSH}), None),
    ],
)
def test_a_press_shows_what_is_missing_and_focuses_the_first(
    session, runner, operations, can, none, wanted, field
):
    session.prerequisites.set_can_text(can)
    session.prerequisites.set_no_can(none)
    for capability in ALL - wanted:
        session.prerequisites.set_capability(capability, False)
    press(session, runner)
    assert session.focus == field
    assert bool(operations.made("check_prerequisites")) is (field is None)
    assert (session.step is Step.CREDENTIALS) is (field is None)
    if field is not None:
        assert fields(session)[0] == field


def test_an_empty_page_complains_only_after_a_press(session, runner, at):
    assert session.problems() == []
    press(session, runner)
    assert fields(session) == ["prerequisites.can_url"]
    at(Step.CREDENTIALS)
    assert session.problems() == []
    press(session, runner)
    assert fields(session) == [
        "credentials.app_id",
        "credentials.app_secret",
        "credentials.callback_url",
    ]
    assert session.focus == "credentials.app_id"
    assert session.step is Step.CREDENTIALS


def test_what_was_typed_wrong_is_said_at_once(at):
    session = at(Step.CREDENTIALS)
    session.credentials.set_app_id("cli_a8c0…")
    session.credentials.set_callback("ttp://can.example.com/user/softLogin")
    assert fields(session) == ["credentials.app_id", "credentials.callback_url"]
    session.credentials.set_secret("short")
    warned = [p for p in session.problems() if p.field == "credentials.app_secret"]
    assert [p.severity for p in warned] == [Severity.WARNING]


def test_a_secret_of_another_length_warns_and_does_not_block(at, runner):
    session = at(Step.CREDENTIALS)
    fill_credentials(session, secret="Qm7vTz2LkX9rWb4NsY6pHd3JfG8cR")
    press(session, runner)
    assert session.step is Step.PERMISSIONS


@pytest.mark.parametrize(
    ("origin", "asked"),
    [
        ("http://127.0.0.1:8080", False),
        ("http://localhost:8080", False),
        ("http://[::1]:8080", False),
        ("https://can.example.com", False),
        ("http://can.example.com", True),
        ("http://10.0.0.5", True),
        ("http://localhost.example.com", True),
        ("http://127.example.com", True),
    ],
)
def test_plain_http_is_confirmed_once_for_each_host(session, runner, origin, asked):
    session.prerequisites.set_can_text(origin)
    press(session, runner)
    assert (session.step is Step.PREREQUISITES) is asked
    if asked:
        session.prerequisites.confirm_plain_http()
        press(session, runner)
        assert session.step is Step.CREDENTIALS
        session.back()
        session.prerequisites.set_can_text("http://other.example.com")
        press(session, runner)
        assert session.step is Step.PREREQUISITES
        assert session.focus == "prerequisites.plain_http"


def test_back_keeps_answers_and_results(at, runner, operations):
    session = at(Step.FINISH)
    answers = session.answers
    asked = len(operations.calls)
    for step in reversed(ORDER[:-1]):
        session.back()
        assert session.step is step
        # Sign-in and sync were left open.
        assert session.verb().code == ("continue_open" if step is Step.TEST else "continue")
    assert not session.can_go_back
    session.back()
    assert session.step is Step.PREREQUISITES
    assert session.answers == answers
    for step in ORDER[1:]:
        press(session, runner)
        assert session.step is step
    # The state folder is written and looked into; nobody is called.
    own = {"claim_setup", "keep_draft", "look_back", "ledger_look", "last_save", "last_drift"}
    made = {name for name, _ in operations.calls[asked:]} - own
    assert made == set()


def test_every_visited_step_can_be_opened_from_the_list(at):
    session = at(Step.SAVE)
    for wanted in (Step.PREREQUISITES, Step.SAVE, Step.CREDENTIALS):
        session.go(wanted)
        assert session.step is wanted
    session.go(Step.TEST)
    assert session.step is Step.CREDENTIALS
