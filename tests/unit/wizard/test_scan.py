"""A scan beside the page: what it asks for, how it ends, and what comes of its result."""

from __future__ import annotations

import time

import pytest

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.edition import AppType, Edition
from feishu_wizard.domain.errors import NetworkError, WizardError
from feishu_wizard.domain.means import Means
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.scan import OtherBrand, Scanned, ScanOffer, ScanState, ScanWish
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.states import GrantState
from feishu_wizard.operations.create_app import ScanProgress
from feishu_wizard.wizard.answers import Answers
from feishu_wizard.wizard.scan import SECOND
from feishu_wizard.wizard.steps import Severity, Step
from tests.unit.wizard.fakes import (
    APP_ID,
    CALLBACK,
    HANG,
    SECRET,
    fill_prerequisites,
    grants,
    pair,
)

MADE = "cli_b7d139f868f7611c"
NEW_SECRET = "Vb7nQx2LkT9rWc4MsZ6pHd3JfG8aRe1Y"
OFFER = ScanOffer("https://open.feishu.cn/page/x?user_code=A", "ABCD-EFGH", 600, 5, Secret("d" * 9))
MATRIX = (b"\x01\x00", b"\x00\x01")
CAN_SCOPES = {
    "contact:user.employee_id:readonly",
    "contact:user.phone:readonly",
    "contact:user.email:readonly",
    "im:message:send_as_bot",
    "contact:contact.base:readonly",
    "contact:user.base:readonly",
}
HELPERS = {"contact:user.id:readonly", "application:application:self_manage"}


def shown(**changes):
    return ScanProgress("scan_waiting", offer=OFFER, matrix=MATRIX, **changes)


def scanned(edition=Edition.FEISHU, app_id=MADE):
    return Scanned(app_id, Secret(NEW_SECRET), "ou_7", edition)


@pytest.fixture
def flow(at, operations, runner):
    """The scan of the second page, with a code shown; it waits for somebody."""
    session = at(Step.CREDENTIALS)
    operations.results["scan"] = HANG
    operations.news["scan"] = [shown()]
    session.credentials.scan.begin("Numbers", "Pushes alerts")
    runner.turn()
    assert session.credentials.scan.state is ScanState.WAITING
    return session.credentials.scan


@pytest.fixture
def run(at, operations, runner):
    """Scan with this result, to its end."""

    def make(result):
        session = at(Step.CREDENTIALS)
        operations.results["scan"] = result
        operations.news["scan"] = [shown()]
        session.credentials.scan.begin("Numbers", "Pushes alerts")
        runner.settle()
        return session.credentials.scan

    return make


# -- what is asked for ----------------------------------------------------------------------


def test_a_new_app_asks_for_what_can_needs_and_the_helpers(at):
    scan = at(Step.CREDENTIALS).credentials.scan
    assert {need.scope for need in scan.needed} == CAN_SCOPES
    assert {need.scope for need in scan.helpers} == HELPERS
    assert set(scan.wish.scopes) == CAN_SCOPES | HELPERS
    assert scan.wish.app_id == ""


def test_only_the_chosen_capabilities_count(at):
    session = at(Step.CREDENTIALS)
    session.update(capabilities=frozenset({Capability.SSO}))
    assert set(session.credentials.scan.wish.scopes) == {
        "contact:user.employee_id:readonly",
        "application:application:self_manage",
    }


def test_helpers_can_be_left_out_and_the_plan_says_so(at):
    session = at(Step.CREDENTIALS)
    scan = session.credentials.scan
    scan.set_helper("permission.self_manage", False)
    assert set(scan.wish.scopes) == CAN_SCOPES | {"contact:user.id:readonly"}
    assert "permission.self_manage" in session.answers.declined
    assert not scan.wants(next(n for n in scan.helpers if n.id == "permission.self_manage"))
    scan.set_helper("permission.self_manage", True)
    assert set(scan.wish.scopes) == CAN_SCOPES | HELPERS


def test_what_was_declined_on_purpose_is_not_asked_for(at):
    session = at(Step.CREDENTIALS)
    session.permissions.set_declined("permission.mobile", True)
    assert "contact:user.phone:readonly" not in session.credentials.scan.wish.scopes


def test_completing_asks_only_for_what_is_missing(at, operations, runner):
    told = {
        "permission.email": GrantState.NOT_REQUESTED,
        "permission.mobile": GrantState.UNDER_REVIEW,
        "permission.self_manage": GrantState.NOT_REQUESTED,
    }
    operations.results["check_permissions"] = grants(told)
    session = at(Step.PERMISSIONS)
    session.permissions.check()
    runner.settle()
    scan = session.permissions.scan
    assert scan.wish == ScanWish(
        ("contact:user.email:readonly", "application:application:self_manage"), APP_ID
    )
    scan.set_helper("permission.self_manage", False)
    assert [need.id for need in scan.helpers] == ["permission.self_manage"]  # and can come back
    assert scan.wish.scopes == ("contact:user.email:readonly",)


@pytest.mark.parametrize(
    "answers",
    [{"app_type": AppType.STORE}, {"edition": Edition.PRIVATE, "open_url": "https://f.example"}],
)
def test_where_no_scan_is_possible_none_is_begun(at, operations, answers):
    session = at(Step.CREDENTIALS)
    session.update(**answers)
    assert not session.credentials.scan.offered
    session.credentials.scan.begin()
    assert operations.made("scan") == []


# -- while it waits -------------------------------------------------------------------------


def test_the_page_is_not_busy_and_typing_does_not_stop_it(flow):
    session = flow.session
    assert session.busy is None
    session.credentials.set_callback(CALLBACK)
    session.credentials.set_app_id(APP_ID)
    assert flow.state is ScanState.WAITING
    assert (flow.offer, flow.matrix) == (OFFER, MATRIX)


def test_the_wish_carries_name_and_description(flow, operations):
    wish = operations.made("scan")[0][1]
    assert (wish.name, wish.description, wish.app_id) == ("Numbers", "Pushes alerts", "")


def test_it_counts_down_once_a_second(flow, runner):
    told = []
    flow.session.subscribe(lambda: told.append(flow.seconds_left()))
    assert 590 < flow.seconds_left() <= 600
    assert runner.fire(SECOND) == 1
    assert runner.fire(SECOND) == 1
    assert told == sorted(told, reverse=True)
    assert len(told) == 2


def test_cancel_ends_it_at_once_and_a_late_result_is_dropped(flow, runner):
    flow.cancel()
    assert flow.state is ScanState.CANCELLED
    assert (flow.offer, flow.matrix, flow.seconds_left()) == (None, (), 0.0)
    runner.settle()
    assert runner.fire(SECOND) == 0
    assert flow.state is ScanState.CANCELLED
    assert flow.session.answers.app_id_text == ""


def test_a_result_that_crossed_the_cancel_is_dropped(run, runner, at, operations):
    session = at(Step.CREDENTIALS)
    operations.results["scan"] = scanned()
    session.credentials.scan.begin()
    runner.work_on()  # it is there, nobody was told yet
    session.credentials.scan.cancel()
    runner.settle()
    assert session.answers.app_id_text == ""
    assert session.credentials.scan.state is ScanState.CANCELLED


def test_leaving_the_step_cancels(flow, runner):
    flow.session.back()
    assert flow.state is ScanState.CANCELLED
    runner.settle()  # the work has ended, too


def test_a_look_at_the_diagnosis_does_not_cancel(flow):
    flow.session.diagnose()
    assert flow.state is ScanState.WAITING


def test_another_setup_or_host_ends_it(flow):
    flow.session.update(edition=Edition.LARK)
    assert flow.state is ScanState.CANCELLED
    flow.session.restore(Answers(), Step.CREDENTIALS)
    assert flow.state is ScanState.IDLE


def test_only_one_scan_at_a_time(flow, operations):
    flow.begin()
    assert len(operations.made("scan")) == 1


def test_trouble_is_kept_until_it_is_over(at, operations, runner):
    session = at(Step.CREDENTIALS)
    operations.results["scan"] = HANG
    lost = NetworkError("net.timeout", {"host": "accounts.feishu.cn"})
    operations.news["scan"] = [shown(), shown(trouble=lost)]
    session.credentials.scan.begin()
    runner.turn()
    assert session.credentials.scan.trouble is lost
    session.credentials.scan.cancel()
    operations.news["scan"].append(shown())
    session.credentials.scan.again()
    runner.turn()
    assert session.credentials.scan.trouble is None


# -- how it ends ----------------------------------------------------------------------------


def test_a_result_is_taken_over_checked_at_once_and_kept(run, operations):
    flow = run(scanned())
    session = flow.session
    assert (flow.state, flow.app_id) == (ScanState.DONE, MADE)
    assert session.answers.app_id_text == MADE
    assert session.answers.secret(APP_SECRET).reveal() == NEW_SECRET
    assert session.answers.scanned_by == "ou_7"
    assert len(operations.made("check_credentials")) == 1
    kit = operations.made("check_credentials")[0][0]
    assert kit.setup.feishu.app_id == MADE
    assert kit.secrets[APP_SECRET].reveal() == NEW_SECRET
    assert session.credentials.done()
    assert session.answers.ref(APP_SECRET)  # the pair passed, so it is kept
    assert (session.message.severity, session.message.code) == (Severity.SUCCESS, "scan_created")
    assert session.step is Step.CREDENTIALS


def test_the_callback_that_is_missing_is_asked_for_when_the_step_is_left(run, runner):
    session = run(scanned()).session
    assert session.problems() == []
    session.press()
    runner.settle()
    assert session.step is Step.CREDENTIALS
    assert session.focus == "credentials.callback_url"
    session.credentials.set_callback(CALLBACK)
    session.press()
    runner.settle()
    assert session.step is Step.PERMISSIONS


def test_a_pair_that_fails_is_told_like_any_other(run, operations):
    operations.results["check_credentials"] = pair(passed=False)
    flow = run(scanned())
    assert flow.state is ScanState.DONE
    assert flow.session.message.code == "feishu.10014"


def test_a_check_under_way_is_waited_for(at, operations, runner):
    session = at(Step.CREDENTIALS)
    session.credentials.set_app_id(APP_ID)
    session.credentials.set_secret(SECRET)
    session.credentials.set_callback(CALLBACK)
    operations.results["scan"] = scanned()
    operations.results["check_credentials"] = HANG
    session.credentials.check()
    session.credentials.scan.begin()
    runner.turn()
    operations.results["check_credentials"] = pair()
    runner.settle()
    kits = [arguments[0] for arguments in operations.made("check_credentials")]
    assert [kit.setup.feishu.app_id for kit in kits] == [APP_ID, MADE]
    assert session.credentials.done()


def test_during_a_look_at_the_diagnosis_the_check_waits(at, operations, runner):
    session = at(Step.CREDENTIALS)
    operations.results["scan"] = scanned()
    session.credentials.scan.begin()
    session.diagnose()
    runner.settle()
    assert session.answers.app_id_text == MADE
    assert operations.made("check_credentials") == []
    session.back()
    runner.settle()
    assert len(operations.made("check_credentials")) == 1


ENDS = [
    ("scan.denied", ScanState.DENIED),
    ("scan.expired", ScanState.EXPIRED),
    ("scan.taken", ScanState.TAKEN),
    ("scan.not_offered", ScanState.NOT_OFFERED),
    ("scan.refused", ScanState.FAILED),
    ("net.timeout", ScanState.FAILED),
]


@pytest.mark.parametrize(("code", "state"), ENDS)
def test_every_other_end_keeps_its_reason_and_changes_nothing(run, operations, code, state):
    flow = run(WizardError(code))
    assert (flow.state, flow.error.code) == (state, code)
    assert flow.session.answers.app_id_text == ""
    assert operations.made("check_credentials") == []
    assert (flow.offer, flow.seconds_left()) == (None, 0.0)


def test_after_the_end_a_new_code_asks_for_the_same(run, operations, runner):
    flow = run(WizardError("scan.expired"))
    operations.results["scan"] = scanned()
    flow.again()
    runner.settle()
    first, second = (arguments[1] for arguments in operations.made("scan"))
    assert first == second
    assert (flow.state, flow.error) == (ScanState.DONE, None)


def test_put_away_forgets_the_end_but_never_a_scan_that_runs(run, flow):
    flow.put_away()
    assert flow.state is ScanState.WAITING
    flow.cancel()
    flow.put_away()
    assert flow.state is ScanState.IDLE


def test_the_result_is_no_news_of_another_app(run):
    flow = run(scanned())
    flow.session.credentials.set_app_id(APP_ID)
    assert (flow.state, flow.app_id) == (ScanState.IDLE, "")


# -- the other brand ------------------------------------------------------------------------


def test_the_other_brand_is_asked_about_first(run, operations, runner):
    flow = run(OtherBrand(Edition.LARK, OFFER))
    assert (flow.state, flow.edition) == (ScanState.OTHER_BRAND, Edition.LARK)
    assert len(operations.made("scan")) == 1
    assert flow.session.answers.edition is Edition.FEISHU
    operations.results["scan"] = scanned(Edition.LARK)
    flow.go_on_there()
    runner.settle()
    resume = operations.made("scan")[1][-1]
    assert resume.edition is Edition.LARK
    assert 0 < resume.offer.lifetime <= 600
    assert flow.state is ScanState.DONE
    assert (flow.session.answers.edition, flow.session.answers.app_id_text) == (Edition.LARK, MADE)
    assert len(operations.made("check_credentials")) == 1


def test_a_result_of_the_other_brand_goes_nowhere_before_the_admin_agreed(run, operations, runner):
    flow = run(scanned(Edition.LARK))
    assert (flow.state, flow.edition) == (ScanState.OTHER_BRAND, Edition.LARK)
    assert flow.session.answers.app_id_text == ""
    assert operations.made("check_credentials") == []
    flow.go_on_there()
    runner.settle()
    assert flow.session.answers.edition is Edition.LARK
    assert len(operations.made("scan")) == 1


def test_not_agreeing_drops_the_result(run):
    flow = run(scanned(Edition.LARK))
    flow.cancel()
    flow.go_on_there()
    assert flow.state is ScanState.CANCELLED
    assert flow.session.answers.app_id_text == ""


def test_while_the_admin_thinks_the_code_may_expire(run, runner, monkeypatch):
    flow = run(OtherBrand(Edition.LARK, OFFER))
    later = time.monotonic() + 601
    monkeypatch.setattr("feishu_wizard.wizard.scan.time.monotonic", lambda: later)
    runner.fire(SECOND)
    assert (flow.state, flow.error.code) == (ScanState.EXPIRED, "scan.expired")


# -- completing an app ----------------------------------------------------------------------


@pytest.fixture
def completing(at, operations, runner):
    """The plan lacks a permission."""
    operations.results["check_permissions"] = grants({"permission.email": GrantState.NOT_REQUESTED})
    session = at(Step.PERMISSIONS)
    session.permissions.check()
    runner.settle()
    operations.news["scan"] = [shown()]
    return session


def test_completing_leads_to_a_new_check(completing, operations, runner):
    operations.results["scan"] = scanned(app_id=APP_ID)
    operations.results["check_permissions"] = grants()
    completing.permissions.scan.begin()
    runner.settle()
    assert completing.permissions.scan.state is ScanState.DONE
    assert len(operations.made("check_permissions")) == 2
    assert completing.permissions.done()
    assert completing.answers.scanned_by == "ou_7"
    assert completing.answers.secret(APP_SECRET).reveal() == SECRET


def test_the_confirmation_is_told_while_the_check_reads(completing, operations, runner):
    operations.results["scan"] = scanned(app_id=APP_ID)
    operations.results["check_permissions"] = HANG
    completing.permissions.scan.begin()
    runner.turn()
    runner.turn()
    assert completing.busy.code == "checking_permissions"
    assert completing.message.code == "scan_completed"


def test_another_app_is_not_taken_over(completing, operations, runner):
    operations.results["scan"] = scanned(app_id=MADE)
    completing.permissions.scan.begin()
    runner.settle()
    scan = completing.permissions.scan
    assert (scan.state, scan.error.code) == (ScanState.FAILED, "scan.other_app")
    assert scan.error.params == {"app_id": MADE, "wanted": APP_ID}
    assert completing.answers.app_id_text == APP_ID
    assert completing.answers.secret(APP_SECRET).reveal() == SECRET


@pytest.mark.parametrize("result", [OtherBrand(Edition.LARK, OFFER), scanned(Edition.LARK, APP_ID)])
def test_somebody_of_the_other_brand_cannot_complete_this_app(
    completing, operations, runner, result
):
    operations.results["scan"] = result
    completing.permissions.scan.begin()
    runner.settle()
    scan = completing.permissions.scan
    assert scan.error.code == "scan.wrong_brand"
    assert scan.error.params == {"edition": "lark"}
    assert completing.answers.edition is Edition.FEISHU


def test_not_offered_is_told_and_the_plan_goes_another_way(completing, operations, runner):
    operations.results["scan"] = WizardError("scan.not_offered")
    completing.permissions.scan.begin()
    runner.settle()
    assert completing.message.code == "scan.not_offered"
    assert completing.permissions.next.means is not Means.SCAN


def test_by_hand_chooses_the_console(completing):
    assert completing.permissions.next.means is Means.SCAN
    completing.permissions.scan.by_hand()
    assert completing.permissions.next.means is Means.CONSOLE


def test_another_app_id_ends_the_completion(completing, operations, runner):
    operations.results["scan"] = HANG
    completing.permissions.scan.begin()
    runner.turn()
    completing.update(app_id_text=MADE)
    assert completing.permissions.scan.state is ScanState.CANCELLED


def test_nothing_touches_the_first_page(at):
    session = at(Step.PREREQUISITES)
    fill_prerequisites(session)
    assert "credentials" not in vars(session) or "scan" not in vars(session.credentials)
