"""The third page: the release plan, the rows, the texts to send, the wait."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from feishu_wizard.domain.edition import AppType
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.domain.means import Means, Task
from feishu_wizard.domain.permission import NeedState
from feishu_wizard.domain.scan import ScanState
from feishu_wizard.domain.standing import AppStanding
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.check_row import CheckRow
from feishu_wizard.wizard.answers import ConsoleBy
from feishu_wizard.wizard.steps import Step
from tests.ui.pages import fakes


def with_result(result, **answers):
    def prepare(session):
        fakes.prepare(session, fakes.network_ok())
        fakes.enter(session)
        session.update(**answers)
        session.permissions.result = result

    return prepare


def by_console(at):
    """Go the next step by hand."""
    at.session.permissions.choose(Means.CONSOLE)
    return at


def only(**states):
    """Everything is granted but what is named (``feishu__bot="not_requested"``)."""
    named = {name.replace("__", "."): GrantState(value) for name, value in states.items()}
    rest = {need.id: GrantState.GRANTED for need in fakes.needs()}
    return fakes.permissions(rest | named, VersionState.RELEASED)


def primaries(at):
    """The buttons in sight that lead on."""
    shown = [w for w in at.page.findChildren(Button) if w.isVisibleTo(at.page)]
    return [w.objectName() for w in shown if w._kind == "primary"]


def row(at, need_id):
    return at.find(f"permissions.row.{need_id}", CheckRow)


def test_before_the_check_every_need_is_listed_and_none_is_called_missing(stage):
    at = stage(Step.PERMISSIONS, with_result(None))
    ids = {r.row_id for r in at.page.findChildren(CheckRow)}
    assert ids == {f"permissions.row.{need.id}" for need in fakes.needs()}
    assert row(at, "permission.user_id").view().word == "Not checked"
    assert not at.shows("permissions.copy_json")


def test_a_row_has_console_and_manual_wording_scope_and_link(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done()))
    mobile = row(at, "permission.mobile")
    assert mobile.view().title == "Obtain user mobile number"
    assert mobile.view().word == "Not requested"
    assert "contact:user.phone:readonly" in at.texts()
    assert "Get user mobile number" in mobile.view().text
    assert not at.shows("permissions.row.permission.mobile.page")
    mobile.set_expanded(True)
    link = at.find("permissions.row.permission.mobile.page").url()
    assert link.startswith(f"https://open.feishu.cn/app/{fakes.APP_ID}/auth?q=contact:user.phone")


def test_settings_have_their_page_in_sight(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done()))
    (link,) = row(at, "feishu.bot").view().links
    assert link.url == f"https://open.feishu.cn/app/{fakes.APP_ID}/bot"
    assert at.find("permissions.open.feishu.bot").url() == link.url


def test_the_json_holds_only_what_is_missing(stage):
    at = by_console(stage(Step.PERMISSIONS, with_result(fakes.half_done())))
    assert at.shows("permissions.copy_json")
    at.find("permissions.copy_json").click()
    asked = json.loads(QApplication.clipboard().text())["scopes"]
    missing = at.session.permissions.plan.missing_scopes()
    assert asked == {"tenant": list(missing), "user": []}
    assert {"contact:user.phone:readonly", "im:message:send_as_bot"} <= set(missing)
    assert "contact:user.employee_id:readonly" not in missing
    link = at.find("permissions.open_auth").url()
    assert link.partition("?q=")[2].partition("&")[0] == ",".join(missing)
    assert "1 that only this program needs for checking" in at.texts()


NEXT = {
    "half done": (fakes.half_done(), {}, "permissions.scan.start"),
    "no scan": (fakes.half_done(), {"app_type": AppType.STORE}, "permissions.open_auth"),
    "redirect": (only(feishu__redirect_url="not_requested"), {}, "permissions.open.feishu."),
    "bot": (only(feishu__bot="not_requested"), {}, "permissions.open.feishu.bot"),
    "version": (only(permission__email="requested"), {}, "permissions.open_version"),
    "review": (fakes.under_review(), {}, "permissions.wait"),
    "list lies": (only(permission__email="contradictory"), {}, "permissions.recheck"),
    "colleague": (
        fakes.half_done(),
        {"console_by": ConsoleBy.COLLEAGUE},
        "permissions.handoff.copy",
    ),
    "approval": (
        replace(fakes.all_granted(), standing=AppStanding(stopped=True)),
        {},
        "permissions.open_admin",
    ),
}


@pytest.mark.parametrize("name", NEXT)
def test_exactly_one_button_leads_on_and_it_is_in_sight(stage, name):
    result, answers, wanted = NEXT[name]
    at = stage(Step.PERMISSIONS, with_result(result, **answers))
    at.page.refresh()
    [primary] = primaries(at)
    assert primary.startswith(wanted)
    assert at.shows(primary)


def test_nothing_leads_on_when_nothing_is_left(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.all_granted()))
    assert primaries(at) == []
    assert "Everything required is in place" in at.texts()
    assert not at.shows("permissions.others.show")
    assert not at.shows("permissions.wait")


def test_the_headline_is_the_next_thing_to_do(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done()))
    assert "Add 2 permissions" in at.texts()
    plan = ["Takes effect at once", "Redirect URL", "Goes with the next version, all in one"]
    assert all(words in at.texts() for words in plan)


def test_another_way_takes_the_place_of_the_first(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done()))
    assert not at.shows("permissions.way.console")
    at.find("permissions.others.show").click()
    assert at.shows("permissions.way.console")
    assert not at.shows("permissions.way.scan")
    at.find("permissions.way.console").click()
    assert primaries(at) == ["permissions.open_auth"]
    at.find("permissions.others.show").click()
    assert at.shows("permissions.way.scan")
    at.session.permissions.result = only(feishu__bot="not_requested")
    at.page.refresh()
    assert at.session.permissions.next.task is Task.SWITCH_BOT  # the choice was for the other task
    assert at.session.permissions.next.means is Means.CONSOLE


def test_a_scan_that_is_not_offered_here_leads_to_the_console(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done()))
    at.session.permissions.scan.state = ScanState.NOT_OFFERED
    at.page.refresh()
    assert primaries(at) == ["permissions.open_auth"]
    assert not at.shows("permissions.way.scan")


def test_the_redirect_url_is_there_to_copy(stage):
    at = stage(Step.PERMISSIONS, with_result(only(feishu__redirect_url="not_requested")))
    assert at.shows("permissions.copy_redirect")
    at.find("permissions.copy_redirect").click()
    assert QApplication.clipboard().text() == fakes.CAN + "/user/softLogin"
    assert at.find("permissions.open.feishu.redirect_url").url().endswith("/safe")


def test_a_version_that_would_be_incomplete_is_warned_about_by_name(stage):
    """By hand, everything in order: the version comes last."""
    able = replace(fakes.half_done(), standing=AppStanding(online=True, may_patch=True))

    def prepare(session):
        with_result(able)(session)
        session.permissions.choose(Means.CONSOLE)

    at = stage(Step.PERMISSIONS, prepare)
    assert at.session.permissions.next.task is Task.COMPLETE
    assert primaries(at) == ["permissions.open_auth"]
    assert "would leave out: Obtain user mobile number, Send messages as the app" in at.texts()


def test_what_is_said_to_be_done_is_stated_and_can_be_taken_back(stage):
    at = by_console(stage(Step.PERMISSIONS, with_result(fakes.never_released())))
    assert at.find("permissions.done").text() == "Done"
    at.find("permissions.done").click()
    assert at.runner.jobs == []  # before the first release a check would tell nothing
    assert at.session.permissions.next.task is Task.REGISTER_REDIRECT
    assert row(at, "permission.email").view().badge == "Stated"
    assert "Done as you say; the release will show it: 6 permissions" in at.texts()
    at.find("permissions.take_back").click()
    assert at.session.permissions.next.task is Task.ADD_SCOPES
    assert at.session.answers.console_done == frozenset()


def test_done_is_checked_where_a_check_tells(stage):
    at = by_console(stage(Step.PERMISSIONS, with_result(fakes.half_done())))
    assert at.find("permissions.done").text() == "Done, check"
    at.find("permissions.done").click()
    assert at.session.busy.code == "checking_permissions"
    at.job.done(fakes.half_done())
    assert at.session.message.code == "plan.not_seen"
    assert at.session.permissions.next.task is Task.ADD_SCOPES
    assert at.session.answers.console_done == frozenset()


def test_before_the_first_release_nothing_is_called_missing(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.never_released()))
    assert "would leave out" not in at.texts()
    assert "Before the first release Feishu tells nothing about these." in at.texts()
    assert row(at, "permission.email").view().word == "Cannot be told"


def test_what_only_serves_checking_stands_apart(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done()))
    can, checking = row(at, "permission.mobile"), row(at, "permission.find_ids")
    assert can.parentWidget() is not checking.parentWidget()
    assert "Only for checking, removable" in at.texts()


def test_declining_is_a_choice_with_its_consequence_behind_the_details(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done()))
    name = "permissions.declined.permission.mobile"
    assert not at.shows(name)
    row(at, "permission.mobile").set_expanded(True)
    assert at.shows(name)
    open_before = at.session.permissions.open_items()
    at.find(name).click()
    at.settle()
    assert at.session.answers.declined == {"permission.mobile"}
    assert at.session.permissions.open_items() == open_before - 1
    assert row(at, "permission.mobile").view().word == "Declined on purpose"
    assert at.shows(name)  # it can be taken back without searching
    at.find(name).click()
    assert at.session.answers.declined == frozenset()


def test_what_everything_rests_on_cannot_be_declined(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done()))
    row(at, "permission.send_message").set_expanded(True)
    row(at, "feishu.bot").set_expanded(True)
    assert not at.shows("permissions.declined.permission.send_message")
    assert not at.shows("permissions.declined.feishu.bot")


def test_settled_needs_are_folded_but_there(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done()))
    assert not at.shows("permissions.row.permission.user_id")
    at.find("permissions.settled").click()
    assert at.shows("permissions.row.permission.user_id")
    assert row(at, "permission.user_id").view().word == "Proven"


def test_the_version_note_is_copied_for_the_approver(stage):
    at = stage(Step.PERMISSIONS, with_result(only(permission__email="requested")))
    assert at.shows("permissions.copy_note")
    at.find("permissions.copy_note").click()
    note = QApplication.clipboard().text()
    assert fakes.CAN in note
    assert "Aloudata CAN" in note


def test_waiting_has_a_bound_and_can_be_stopped(stage):
    at = stage(Step.PERMISSIONS, with_result(only(permission__email="requested")))
    assert not at.shows("permissions.rehearse.show")
    at.find("permissions.wait").click()
    assert at.session.permissions.waiting
    assert "Looks once a minute, 60 more times." in at.texts()
    assert not at.shows("permissions.wait")
    assert not at.shows("permissions.open_version")  # a version under review locks the app
    assert at.shows("permissions.rehearse.show")
    at.find("permissions.stop_waiting").click()
    assert not at.session.permissions.waiting
    assert primaries(at) == ["permissions.wait"]
    assert "Submitted " in at.texts()
    at.find("permissions.not_submitted").click()
    assert primaries(at) == ["permissions.open_version"]
    assert at.session.permissions.waiting_since == ""


def test_a_version_submitted_elsewhere_can_be_waited_for(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.never_released()))
    assert at.shows("permissions.submitted")
    at.find("permissions.submitted").click()
    assert at.session.permissions.waiting
    assert at.session.permissions.next.task is Task.WAIT


def test_under_review_nothing_is_asked_for(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.under_review()))
    assert "Submitted: the Feishu administrator decides now" in at.texts()
    assert not at.shows("permissions.copy_json")
    assert not at.shows("permissions.not_submitted")
    link = at.find("permissions.open_audit").url()
    assert link == "https://www.feishu.cn/admin/appCenter/audit"
    at.find("permissions.rehearse.show").click()
    assert at.find("permissions.rehearse.console").url().endswith(fakes.APP_ID + "/baseinfo")
    assert "Not for production" in at.texts()


def test_a_stopped_app_leads_to_the_administrators_page(stage):
    stopped = replace(fakes.half_done(), standing=AppStanding(stopped=True))
    at = stage(Step.PERMISSIONS, with_result(stopped))
    assert "The app is stopped: have it enabled" in at.texts()
    link = at.find("permissions.open_admin").url()
    assert link == f"https://www.feishu.cn/admin/appCenter/manage/{fakes.APP_ID}"


def test_check_again_starts_the_check_and_rests_meanwhile(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done()))
    at.find("permissions.recheck").click()
    assert at.session.busy.code == "checking_permissions"
    assert not at.find("permissions.recheck").isEnabled()
    at.job.done(fakes.all_granted())
    assert at.find("permissions.recheck").isEnabled()


def test_a_rejected_version_is_named(stage):
    rejected = fakes.permissions(
        {"feishu.release": GrantState.NOT_REQUESTED}, VersionState.REJECTED
    )
    at = stage(Step.PERMISSIONS, with_result(rejected))
    assert "The last version was rejected" in at.texts()


def test_another_day_the_page_starts_at_the_check(stage):
    def resumed(session):
        with_result(None)(session)
        session.permissions.waiting_since = fakes.AT

    at = stage(Step.PERMISSIONS, resumed)
    assert "Check now whether the version was approved." in at.texts()
    assert at.session.verb().code == "check_permissions"


def test_what_shuts_every_call_out_is_not_repeated_at_each_row(stage):
    why = {"feishu_code": "99991662", "msg": "stopped"}
    refused = tuple(
        NeedState(row.need, GrantState.UNKNOWN, "list_refused", why)
        for row in fakes.half_done().states
    )
    silent = replace(fakes.half_done(), states=refused)
    shut = Finding("feishu.app", Status.FAIL, "app_stopped")
    told = stage(Step.PERMISSIONS, with_result(silent)).texts()
    calm = stage(Step.PERMISSIONS, with_result(replace(silent, findings=(shut,)))).texts()
    assert told.count("99991662") > 3
    assert "99991662" not in calm
