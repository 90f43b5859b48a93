"""The way through the six steps: verbs, rows, Back, and when something speaks."""

from __future__ import annotations

from itertools import product

import pytest

from feishu_wizard.domain.capability import ALL, Capability
from feishu_wizard.domain.change import Target
from feishu_wizard.domain.outcomes import PrerequisiteCheck
from feishu_wizard.domain.permission import GrantState
from feishu_wizard.domain.recipient import DeliveryState
from feishu_wizard.wizard.answers import ConsoleBy
from feishu_wizard.wizard.save import HAND_FIELDS
from feishu_wizard.wizard.steps import ORDER, Severity, Step, StepState
from tests.unit.wizard.fakes import (
    CAN,
    HANG,
    can_plan,
    delivery,
    file_plan,
    fill_credentials,
    fill_prerequisites,
    grants,
    network,
    no_network,
    nobody,
    offer,
    pair,
    person,
)


def states(session):
    return {row.step: row.state for row in session.rows()}


def fields(session):
    return [problem.field for problem in session.problems()]


def press(session, runner):
    session.press()
    runner.settle()


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
    session.test.set_recipients("zhang.wei")
    for _ in range(3):
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
        ("test", "continue"),
        ("finish", "close"),
    ]
    assert session.finish.finished
    done = states(session)
    assert done.pop(Step.FINISH) is StepState.CURRENT
    assert set(done.values()) == {StepState.DONE}
    assert all(row.open_items == 0 for row in session.rows())


def test_at_the_start_one_step_is_open_and_nothing_is_called(session, operations):
    rows = session.rows()
    assert [row.step for row in rows] == list(ORDER)
    assert rows[0].state is StepState.CURRENT
    assert {row.state for row in rows[1:]} == {StepState.NOT_YET}
    assert [row.reachable for row in rows] == [True] + [False] * 5
    assert not session.can_go_back
    assert {name for name, _ in operations.calls} <= {"last_draft"}
    session.go(Step.SAVE)
    assert session.step is Step.PREREQUISITES


@pytest.mark.parametrize("step", ORDER)
def test_the_positive_button_always_does_something(step, at, runner, operations):
    """Pressed on an empty page it points to a field, begins work, moves on, or closes."""
    session = at(step)
    before = (session.step, session.focus, session.finish.finished, session.message)
    session.press()
    worked = session.busy is not None
    runner.settle()
    after = (session.step, session.focus, session.finish.finished, session.message)
    assert worked or after != before


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
        assert session.verb().code == "continue"
    assert not session.can_go_back
    session.back()
    assert session.step is Step.PREREQUISITES
    assert session.answers == answers
    for step in ORDER[1:]:
        press(session, runner)
        assert session.step is step
    made = {name for name, _ in operations.calls[asked:]} - {"keep_draft"}
    assert made == set()


def test_every_visited_step_can_be_opened_from_the_list(at):
    session = at(Step.SAVE)
    for wanted in (Step.PREREQUISITES, Step.SAVE, Step.CREDENTIALS):
        session.go(wanted)
        assert session.step is wanted
    session.go(Step.TEST)
    assert session.step is Step.CREDENTIALS


# -- left open ------------------------------------------------------------------------


def test_a_failed_network_is_told_and_can_be_left_open(session, runner, operations):
    operations.results["check_prerequisites"] = network(failed="net.open.tcp")
    fill_prerequisites(session)
    press(session, runner)
    assert session.step is Step.PREREQUISITES
    assert session.message.severity is Severity.ERROR
    assert session.message.finding.id == "net.open.tcp"
    assert session.verb().code == "continue_open"
    assert session.verb().params == {"count": "1"}
    press(session, runner)
    assert session.step is Step.CREDENTIALS
    assert states(session)[Step.PREREQUISITES] is StepState.OPEN
    assert session.rows()[0].open_items == 1


def test_a_can_without_profile_leads_calmly_to_by_hand(session, runner, operations):
    operations.results["check_prerequisites"] = network(
        warned="can.profile", offered=offer(False, "not_found")
    )
    fill_prerequisites(session)
    press(session, runner)
    assert session.step is Step.CREDENTIALS
    assert session.message.severity is Severity.WARNING
    assert Target.CAN not in session.save.offered
    assert session.save.chosen == {Target.BY_HAND}
    assert session.rows()[0].open_items == 0


def test_a_refused_pair_points_to_its_box_and_can_be_left_open(at, runner, operations):
    operations.results["check_credentials"] = pair(passed=False)
    session = at(Step.CREDENTIALS)
    fill_credentials(session)
    press(session, runner)
    assert session.step is Step.CREDENTIALS
    assert session.focus == "credentials.app_secret"
    assert operations.made("keep_secret") == []
    assert session.verb().params == {"count": "1"}
    press(session, runner)
    assert session.step is Step.PERMISSIONS
    assert states(session)[Step.CREDENTIALS] is StepState.OPEN


def test_missing_permissions_can_be_left_open_and_are_counted(at, runner, operations):
    missing = {
        "permission.mobile": GrantState.NOT_REQUESTED,
        "feishu.bot": GrantState.NOT_REQUESTED,
        "permission.urgent": GrantState.NOT_REQUESTED,  # optional: no open item
    }
    operations.results["check_permissions"] = grants(missing)
    session = at(Step.PERMISSIONS)
    press(session, runner)
    assert session.step is Step.PERMISSIONS
    assert session.verb().code == "continue_open"
    assert session.verb().params == {"count": "2"}
    press(session, runner)
    assert session.step is Step.SAVE
    row = session.rows()[2]
    assert (row.state, row.open_items) == (StepState.OPEN, 2)


def test_declining_closes_an_item_and_taking_it_back_opens_it(at, runner, operations):
    operations.results["check_permissions"] = grants(
        {"permission.mobile": GrantState.NOT_REQUESTED}
    )
    session = at(Step.PERMISSIONS)
    press(session, runner)
    permissions = session.permissions
    assert permissions.open_items() == 1
    assert "contact:user.phone:readonly" in permissions.missing_json
    permissions.set_declined("permission.mobile", True)
    row = next(r for r in permissions.states if r.need.id == "permission.mobile")
    assert row.state is GrantState.DECLINED
    assert permissions.open_items() == 0
    assert permissions.missing_json == ""
    assert session.verb().code == "continue"
    permissions.set_declined("permission.mobile", False)
    assert permissions.open_items() == 1


def test_a_tick_of_declined_never_hides_a_grant(at, runner):
    session = at(Step.PERMISSIONS)
    session.permissions.set_declined("permission.mobile", True)
    press(session, runner)
    row = next(r for r in session.permissions.states if r.need.id == "permission.mobile")
    assert row.state is GrantState.GRANTED


def test_enabling_with_open_items_is_confirmed_first(at, runner, operations):
    operations.results["check_permissions"] = grants({"feishu.bot": GrantState.NOT_REQUESTED})
    session = at(Step.PERMISSIONS)
    press(session, runner)
    press(session, runner)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    press(session, runner)
    assert session.verb().code == "save_to_can"
    press(session, runner)
    assert operations.made("save_all") == []
    assert session.focus == "save.enable_open"
    session.save.set_enable_open(True)
    press(session, runner)
    assert len(operations.made("save_all")) == 1


def test_saving_without_enabling_needs_no_such_confirmation(at, runner, operations):
    operations.results["check_permissions"] = grants({"feishu.bot": GrantState.NOT_REQUESTED})
    session = at(Step.PERMISSIONS)
    press(session, runner)
    press(session, runner)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    session.save.set_enable(False)
    press(session, runner)
    press(session, runner)
    assert [args[0].enable for args in operations.made("save_all")] == [False]


# -- saving ---------------------------------------------------------------------------


def test_every_choice_of_targets_can_be_left(at, runner, operations, tmp_path):
    """Whatever is chosen, presses alone lead on, and the row says what is left."""
    session = at(Step.SAVE)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    session.save.set_file_path(str(tmp_path / "setup.toml"))
    choices = [c for n in (1, 2, 3) for c in product(Target, repeat=n) if len(set(c)) == n]
    for wanted in {frozenset(choice) for choice in choices}:
        session.go(Step.SAVE)
        session.update(targets=wanted, stated=frozenset())
        for _ in range(4):
            if session.step is Step.SAVE:
                press(session, runner)
        assert session.step is Step.TEST, (wanted, session.problems())
        left = session.save.open_items()
        assert left == (len(HAND_FIELDS) if Target.BY_HAND in wanted else 0)


def test_ticks_that_are_left_do_not_save_a_second_time(at, runner, operations):
    session = at(Step.SAVE)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    session.update(targets=frozenset({Target.CAN, Target.BY_HAND}))
    press(session, runner)
    press(session, runner)
    assert session.verb().code == "continue_open"
    assert session.verb().params == {"count": str(len(HAND_FIELDS))}
    for name in HAND_FIELDS:
        session.save.set_stated(name, True)
    assert session.verb().code == "continue"
    assert len(operations.made("save_all")) == 1


def test_nothing_to_do_is_said_and_nothing_is_written(at, runner, operations):
    operations.results["plan_saves"] = (can_plan(empty=True),)
    session = at(Step.SAVE)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    press(session, runner)
    assert session.message.code == "nothing_to_save"
    assert session.closing
    press(session, runner)
    assert session.step is Step.TEST
    assert operations.made("save_all") == []


def test_a_failed_save_is_compared_again_before_the_next(at, runner, operations):
    operations.results["save_all"] = no_network("can.example.com")
    session = at(Step.SAVE)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    press(session, runner)
    press(session, runner)
    assert session.message.severity is Severity.ERROR
    assert session.message.params["host"] == "can.example.com"
    assert not session.closing
    assert session.verb().code == "show_changes"


def test_cancel_becomes_close_only_after_a_save(at, runner):
    session = at(Step.SAVE)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    press(session, runner)
    assert not session.closing
    press(session, runner)
    assert session.closing


def test_a_missing_key_is_asked_at_its_box(at, runner, operations):
    session = at(Step.SAVE)
    press(session, runner)
    assert session.focus == "save.secret.api_key"
    assert operations.made("plan_saves") == []


def test_a_key_that_worked_is_kept_where_secrets_are_kept(at, runner, operations):
    session = at(Step.SAVE)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    press(session, runner)
    assert [args[1] for args in operations.made("keep_secret")] == ["app_secret", "can_api_key"]
    assert session.answers.ref("can_api_key") == "keyring:can_api_key"
    assert session.keeping.setup().office.secrets == {"api_key": "keyring:can_api_key"}


def test_without_can_only_a_file_is_offered(session, runner, operations):
    operations.results["check_prerequisites"] = PrerequisiteCheck(network().findings)
    session.prerequisites.set_no_can(True)
    press(session, runner)
    session.credentials.set_app_id("cli_a8c029e757e6500b")
    session.credentials.set_secret("Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E")
    press(session, runner)
    press(session, runner)
    assert session.save.offered == (Target.FILE,)
    press(session, runner)
    assert session.focus == "save.file_path"
    session.save.set_file_path("/tmp/setup.toml")
    press(session, runner)
    assert session.verb().code == "save_to_file"
    press(session, runner)
    press(session, runner)
    assert session.step is Step.TEST
    kit = operations.made("plan_saves")[0][0]
    assert kit.setup.office.url == ""
    assert kit.file_path == "/tmp/setup.toml"


def test_by_hand_gives_the_values_to_copy_and_waits_for_ticks(at, runner, operations):
    operations.results["check_prerequisites"] = network(
        warned="can.profile", offered=offer(False, "html")
    )
    session = at(Step.SAVE)
    assert session.save.hand_value("app_id") == "cli_a8c029e757e6500b"
    assert session.save.hand_value("callback_url") == CAN + "/user/softLogin"
    assert session.save.hand_value("app_secret") == ""
    assert session.save.reveal_secret().reveal() == "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E"
    assert session.verb().params == {"count": "5"}
    assert not session.closing
    for name in HAND_FIELDS:
        session.save.set_stated(name, True)
    assert session.verb().code == "continue"
    assert session.closing
    assert operations.made("plan_saves") == []


# -- sending --------------------------------------------------------------------------


def test_without_recipients_one_may_go_on(at, runner, operations):
    session = at(Step.TEST)
    assert session.verb().code == "continue_open"
    session.test.send()  # the button of the page: it says what is missing
    assert session.focus == "test.recipients"
    press(session, runner)
    assert session.step is Step.FINISH
    assert operations.made("send_test") == []
    assert states(session)[Step.TEST] is StepState.OPEN


def test_nobody_found_does_not_hold_anybody_back(at, runner, operations):
    operations.results["resolve_recipients"] = ((), (nobody("x"), nobody("y")))
    session = at(Step.TEST)
    session.test.set_recipients("x, y")
    press(session, runner)
    assert session.message.severity is Severity.WARNING
    assert session.verb().params == {"count": "2"}
    press(session, runner)
    assert session.step is Step.FINISH
    assert operations.made("send_test") == []


def test_who_was_not_found_stays_open_after_the_others_got_theirs(at, runner, operations):
    operations.results["resolve_recipients"] = ((person(),), (nobody("x"),))
    session = at(Step.TEST)
    session.test.set_recipients("zhang.wei, x")
    press(session, runner)
    assert session.verb().params == {"count": "1"}
    press(session, runner)
    assert session.verb().code == "continue_open"
    press(session, runner)
    assert states(session)[Step.TEST] is StepState.OPEN


def test_a_repeat_goes_only_to_those_without_and_keeps_the_rest(at, runner, operations):
    first, second = person("a"), person("b")
    operations.results["send_test"] = (
        delivery(first),
        delivery(second, DeliveryState.UNKNOWN, "u-2"),
    )
    session = at(Step.TEST)
    session.test.set_recipients("a, b")
    press(session, runner)
    press(session, runner)
    assert session.message.code == "some_not_delivered"
    assert session.test.open_items() == 1
    operations.results["send_test"] = (delivery(second, mark="u-2"),)
    session.test.send(only_failed=True)
    runner.settle()
    people, repeat = operations.made("send_test")[1][1], operations.made("send_test")[1]
    assert people == (second,)
    assert any(isinstance(a, tuple) and a and getattr(a[0], "uuid", "") == "u-2" for a in repeat)
    assert [d.state for d in session.test.deliveries] == [DeliveryState.DELIVERED] * 2
    assert session.verb().code == "continue"


# -- work -----------------------------------------------------------------------------


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
    session.test.set_recipients("zhang.wei")
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
