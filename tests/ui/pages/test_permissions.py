"""The third page: the release plan, the rows, the texts to send, the wait."""

from __future__ import annotations

import json

from PySide6.QtWidgets import QApplication

from feishu_wizard.domain.states import GrantState, VersionState
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
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done()))
    at.find("permissions.copy_json").click()
    asked = json.loads(QApplication.clipboard().text())
    assert asked == {
        "scopes": {
            "tenant": [
                "contact:user.phone:readonly",
                "im:message:send_as_bot",
                "im:message.urgent",
                "contact:user.id:readonly",
            ],
            "user": [],
        }
    }


def test_the_headline_is_the_next_thing_to_do(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done()))
    assert "4 permissions to add, 2 settings to check, then one version" in at.texts()
    at.session.permissions.result = fakes.all_granted()
    at.page.refresh()
    assert "Everything required is in place" in at.texts()
    assert not at.shows("permissions.copy_json")
    assert not at.shows("permissions.wait")


def test_a_version_that_would_be_incomplete_is_warned_about_by_name(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done()))
    assert "would leave out: Obtain user mobile number, Send messages as the app" in at.texts()


def test_before_the_first_release_nothing_is_called_missing(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.never_released()))
    assert "would leave out" not in at.texts()
    assert "Before the first release the program cannot see what is done" in at.texts()
    assert row(at, "permission.email").view().word == "Cannot be told"


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
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done()))
    at.find("permissions.copy_note").click()
    note = QApplication.clipboard().text()
    assert fakes.CAN in note
    assert "• Send messages as the app: CAN sends its monitoring messages as this app." in note


def test_a_colleague_gets_everything_in_one_message(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done(), console_by=ConsoleBy.COLLEAGUE))
    assert at.shows("permissions.handoff")
    at.find("permissions.handoff").click()
    message = QApplication.clipboard().text()
    assert "im:message:send_as_bot" in message
    assert f"https://open.feishu.cn/app/{fakes.APP_ID}/bot" in message
    assert f"add {fakes.CAN}/user/softLogin" in message
    assert "Purpose: " in message
    assert fakes.SECRET not in message


def test_waiting_has_a_bound_and_can_be_stopped(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.half_done()))
    at.find("permissions.wait").click()
    assert at.session.permissions.waiting
    assert "Looks once a minute, for 60 more minutes." in at.texts()
    assert not at.shows("permissions.wait")
    assert not at.shows("permissions.copy_json")  # a version under review locks the app
    at.find("permissions.stop_waiting").click()
    assert not at.session.permissions.waiting
    assert at.shows("permissions.copy_json")
    assert "Submitted " in at.texts()


def test_under_review_nothing_is_asked_for(stage):
    at = stage(Step.PERMISSIONS, with_result(fakes.under_review()))
    assert "Submitted: the Feishu administrator decides now" in at.texts()
    assert not at.shows("permissions.copy_json")
    assert not at.shows("permissions.handoff.show")
    link = at.find("permissions.open_audit").url()
    assert link == "https://www.feishu.cn/admin/appCenter/audit"


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
