"""The hand-off sheet follows the plan: for whom it is, what it tells, where it was saved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.handoff import Audience, Errand
from feishu_wizard.domain.standing import AppStanding
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.wizard.handoff import HandoffFlow
from feishu_wizard.wizard.steps import Severity
from tests.unit.wizard.fakes import CAN, fill_credentials, fill_prerequisites, grants

MISSING = {
    "permission.mobile": GrantState.NOT_REQUESTED,
    "feishu.redirect_url": GrantState.NOT_REQUESTED,
}
SETTING = {"feishu.availability": GrantState.NOT_REQUESTED}


@pytest.fixture
def flow(session):
    """A setup whose check found something missing."""
    fill_prerequisites(session)
    fill_credentials(session)
    session.permissions.result = grants(MISSING)
    return HandoffFlow(session)


def stands(session, **more):
    """The app itself stands otherwise."""
    result = session.permissions.result
    session.permissions.result = replace(result, standing=AppStanding(**more))


def test_it_is_for_the_developer_while_something_has_to_be_made(flow, session):
    handoff = flow.handoff
    assert (handoff.audience, handoff.errand) == (Audience.DEVELOPER, Errand.FINISH)
    assert [row.need.id for row in handoff.scopes] == ["permission.mobile"]
    assert [row.need.id for row in handoff.settings] == ["feishu.redirect_url"]
    assert handoff.redirects == (session.credentials.callback.value,)
    assert handoff.can_origin == CAN
    assert handoff.app_id == session.credentials.app_id.value
    assert "permission.mobile" in handoff.declinable


@pytest.mark.parametrize(
    ("states", "version", "standing", "errand"),
    [
        ({}, VersionState.UNDER_REVIEW, {}, Errand.APPROVE),
        (MISSING, VersionState.RELEASED, {"stopped": True}, Errand.ENABLE),
        (SETTING, VersionState.RELEASED, {"online": True}, Errand.EXPECT),
    ],
)
def test_it_is_for_the_administrator_when_they_have_to_act(
    flow, session, states, version, standing, errand
):
    session.permissions.result = grants(states, version=version)
    stands(session, **standing)
    assert (flow.audience, flow.handoff.errand) == (Audience.ADMIN, errand)


def test_what_a_person_says_is_submitted_waits_for_the_administrator(flow, session):
    session.update(console_done=frozenset({"feishu.release"}))
    assert flow.handoff.submitted
    assert flow.handoff.errand is Errand.APPROVE


def test_somebody_else_can_be_chosen_until_the_next_step_is_for_another(flow, session):
    flow.set_audience(Audience.ADMIN)
    assert flow.audience is Audience.ADMIN
    flow.set_audience(Audience.DEVELOPER)
    assert flow.audience is Audience.DEVELOPER
    session.permissions.result = grants({}, version=VersionState.UNDER_REVIEW)
    assert flow.audience is Audience.ADMIN
    flow.set_audience(Audience.DEVELOPER)
    assert flow.handoff.errand is Errand.LOCKED


def test_what_was_declined_is_named_and_not_asked_for(flow, session):
    session.permissions.set_declined("permission.mobile", True)
    handoff = flow.handoff
    assert [row.need.id for row in handoff.declined] == ["permission.mobile"]
    assert handoff.scopes == ()
    assert handoff.missing_json == ""


def test_the_pages_are_those_of_the_brand(flow, session):
    session.update(edition=Edition.LARK)
    session.permissions.result = grants(MISSING)
    assert flow.handoff.hosts.open == "https://open.larksuite.com"


def test_it_is_saved_and_stays_saved_until_something_changes(flow, session, runner, tmp_path):
    opened = []
    path = str(tmp_path / "sheet.html")
    flow.save(path, opened.append)
    assert flow.busy
    runner.settle()
    assert opened == [path]
    assert (flow.saved, flow.page) == (path, path)
    assert (session.message.code, session.message.params) == ("written", {"path": path})
    session.lang = "zh_Hans"
    assert flow.saved == ""
    session.lang = "en"
    flow.set_audience(Audience.ADMIN)
    assert flow.page == ""


def test_a_text_is_no_page(flow, runner, tmp_path):
    flow.save(str(tmp_path / "sheet.md"))
    runner.settle()
    assert flow.saved
    assert flow.page == ""


def test_a_name_that_says_no_form_is_refused_in_words(flow, session, runner, tmp_path):
    opened = []
    flow.save(str(tmp_path / "sheet.doc"), opened.append)
    runner.settle()
    assert session.message.code == "handoff.format"
    assert session.message.severity is Severity.ERROR
    assert (flow.saved, opened) == ("", [])


def test_a_browser_that_does_not_come_is_said(flow, session):
    flow.not_opened("sheet.html")
    assert session.message.code == "handoff.not_opened"
    assert session.message.severity is Severity.ERROR
