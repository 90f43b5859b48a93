"""Every step can be left with something open, and says how much."""

from __future__ import annotations

from feishu_wizard.domain.recipient import DeliveryState
from feishu_wizard.domain.states import GrantState, Target
from feishu_wizard.wizard.steps import Severity, Step, StepState
from tests.unit.wizard.fakes import (
    delivery,
    fill_credentials,
    fill_prerequisites,
    grants,
    network,
    nobody,
    offer,
    pair,
    person,
)
from tests.unit.wizard.looks import look_at_all, press, states


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


def test_without_recipients_one_may_go_on(at, runner, operations):
    session = at(Step.TEST)
    assert session.verb().code == "next_sso"
    session.test.push.send()  # the button of the page: it says what is missing
    assert session.focus == "test.recipients"
    look_at_all(session)
    assert session.verb().params == {"count": "3"}
    press(session, runner)
    assert session.step is Step.FINISH
    assert operations.made("send_test") == []
    assert states(session)[Step.TEST] is StepState.OPEN


def test_nobody_found_does_not_hold_anybody_back(at, runner, operations):
    operations.results["resolve_recipients"] = ((), (nobody("x"), nobody("y")))
    session = at(Step.TEST)
    session.test.push.set_recipients("x, y")
    press(session, runner)
    assert session.message.severity is Severity.WARNING
    look_at_all(session)
    assert session.verb().params == {"count": "4"}
    press(session, runner)
    assert session.step is Step.FINISH
    assert operations.made("send_test") == []


def test_who_was_not_found_stays_open_after_the_others_got_theirs(at, runner, operations):
    operations.results["resolve_recipients"] = ((person(),), (nobody("x"),))
    session = at(Step.TEST)
    session.test.push.set_recipients("zhang.wei, x")
    press(session, runner)
    assert session.test.push.open_items() == 1
    press(session, runner)
    look_at_all(session)
    assert session.verb().params == {"count": "3"}
    press(session, runner)
    assert states(session)[Step.TEST] is StepState.OPEN


def test_a_repeat_goes_only_to_those_without_and_keeps_the_rest(at, runner, operations):
    first, second = person("a"), person("b")
    operations.results["send_test"] = (
        delivery(first),
        delivery(second, DeliveryState.UNKNOWN, "u-2"),
    )
    session = at(Step.TEST)
    session.test.push.set_recipients("a, b")
    press(session, runner)
    press(session, runner)
    assert session.message.code == "some_not_delivered"
    assert session.test.push.open_items() == 1
    operations.results["send_test"] = (delivery(second, mark="u-2"),)
    session.test.push.send(only_failed=True)
    runner.settle()
    _kit, people, sending = operations.made("send_test")[1][:3]
    assert people == (second,)
    assert [d.uuid for d in sending.repeat] == ["u-2"]
    assert [d.state for d in session.test.push.deliveries] == [DeliveryState.DELIVERED] * 2
    assert session.test.push.open_items() == 0
    assert session.test.push.done()


def test_a_cancelled_sending_goes_on_as_the_same_batch(at, runner, operations):
    session = at(Step.TEST)
    session.test.push.set_recipients("a, b")
    press(session, runner)
    session.press()
    session.cancel_work()
    runner.settle()
    assert session.test.push.deliveries == ()
    press(session, runner)
    batches = [call[2].batch for call in operations.made("send_test")]
    assert len(set(batches)) == 1
    assert batches[0]
    session.test.push.send_another()
    runner.settle()
    assert operations.made("send_test")[-1][2].batch != batches[0]
