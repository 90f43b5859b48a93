"""Secrets and their place, pasted values, other brands and kinds of app."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.edition import AppType, Edition
from feishu_wizard.domain.errors import CredentialError, WizardError
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.domain.outcomes import CredentialCheck, SecretPlace
from feishu_wizard.domain.paste import FieldKind
from feishu_wizard.wizard.answers import Place
from feishu_wizard.wizard.steps import Step, StepState
from tests.unit.wizard.fakes import (
    APP_ID,
    CALLBACK,
    CAN,
    SECRET,
    fill_credentials,
    pair,
)
from tests.unit.wizard.yesterday import yesterday


def test_a_secret_is_kept_only_after_the_pair_passed(at, runner, operations):
    session = at(Step.CREDENTIALS)
    operations.results["check_credentials"] = pair(passed=False)
    fill_credentials(session)
    session.press()
    runner.settle()
    assert operations.made("keep_secret") == []
    operations.results["check_credentials"] = pair()
    session.credentials.check()
    runner.settle()
    [(_, name, secret)] = operations.made("keep_secret")
    assert (name, secret.reveal()) == ("app_secret", SECRET)
    assert session.step is Step.CREDENTIALS  # "Test" only tests
    assert session.answers.ref("app_secret") == "keyring:app_secret"


def test_without_a_keyring_the_page_says_where_the_secret_goes(at, operations):
    operations.results["secret_place"] = SecretPlace("session", "", "keyring.none")
    session = at(Step.CREDENTIALS)
    assert session.credentials.secret_place.reason == "keyring.none"
    assert session.answers.place is Place.SESSION


def test_a_chosen_place_is_not_overruled(at, runner, operations):
    session = at(Step.CREDENTIALS)
    session.credentials.set_place(Place.FILE)
    fill_credentials(session)
    session.press()
    runner.settle()
    assert operations.made("keep_secret")[0][0].place == "file"


def test_a_stored_secret_that_is_gone_is_asked_for_again(new_session, runner, operations):
    operations.results["last_draft"] = yesterday(step="credentials", waiting_since="")
    operations.results["check_credentials"] = CredentialError(
        "secret.missing", {"name": "app_secret"}
    )
    session = new_session()
    session.act("resume")
    session.press()
    runner.settle()
    assert session.message.code == "secret.missing"
    assert session.focus == "credentials.app_secret"


def test_values_that_were_swapped_go_into_their_own_boxes(at):
    session = at(Step.CREDENTIALS)
    credentials = session.credentials
    credentials.set_app_id(SECRET)
    credentials.set_secret(APP_ID)
    assert session.problems()
    credentials.take_elsewhere()
    assert credentials.app_id.value == APP_ID
    assert session.answers.secret("app_secret").reveal() == SECRET
    fields = {p.field for p in session.problems()}
    assert fields <= {"credentials.callback_url"}


def test_both_values_pasted_together_are_told_apart(at):
    session = at(Step.CREDENTIALS)
    session.credentials.set_app_id(f"App ID: {APP_ID}\nApp Secret: {SECRET}")
    assert session.answers.secret("app_secret") is None  # nothing is taken silently
    assert FieldKind.APP_SECRET in session.credentials.app_id.elsewhere
    session.credentials.take_elsewhere()
    assert session.credentials.app_id.value == APP_ID
    assert session.answers.secret("app_secret").reveal() == SECRET


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [
        ("ttp://can.example.com/user/softLogin", "http://can.example.com/user/softLogin"),
        ("can.example.com", "https://can.example.com"),
    ],
)
def test_a_proposal_is_used_only_when_it_is_taken(at, typed, proposed):
    session = at(Step.CREDENTIALS)
    session.credentials.set_callback(typed)
    assert not session.credentials.callback.usable
    assert session.keeping.setup().office.callback_url == ""
    session.credentials.take_callback_proposal()
    assert session.answers.callback_text.startswith(proposed.split("://")[0])
    assert session.credentials.callback.usable


def test_the_callback_that_follows_from_can_is_offered_first(session):
    session.prerequisites.set_can_text(CAN + "/anymetrics/home?x=1")
    assert session.credentials.callback_proposals[0] == CALLBACK
    session.credentials.take_callback_proposal(CALLBACK)
    assert session.answers.callback_text == CALLBACK


def test_a_proposed_can_address_is_taken_with_one_press(session):
    session.prerequisites.set_can_text("ttps://can.example.com")
    assert session.problems()
    assert session.prerequisites.can_origin == ""
    session.prerequisites.take_proposal()
    assert session.prerequisites.can_origin == CAN


def test_the_other_brand_is_proposed_and_asked_before_the_secret_goes_there(at, runner, operations):
    operations.results["check_credentials"] = pair(passed=False, other=Edition.LARK)
    session = at(Step.CREDENTIALS)
    fill_credentials(session)
    session.press()
    runner.settle()
    assert session.message.code == "other_edition"
    assert session.message.actions == ("switch_edition",)
    assert session.prerequisites.secret_hosts == ("open.feishu.cn", "accounts.feishu.cn")
    calls = len(operations.made("check_credentials"))
    session.act("switch_edition")
    runner.settle()
    assert session.prerequisites.secret_hosts == (
        "open.larksuite.com",
        "accounts.larksuite.com",
    )
    assert len(operations.made("check_credentials")) == calls  # the press comes first
    assert session.verb().code == "check_and_continue"
    assert session.credentials.create_link == "https://open.larksuite.com/app"
    assert session.rows()[0].state is StepState.NOT_YET  # other hosts: look at the network again


def test_a_store_app_is_left_open_and_never_called_proven(at, runner, operations):
    finding = Finding("feishu.credentials", Status.UNKNOWN, "store_app")
    operations.results["check_credentials"] = CredentialCheck((finding,))
    session = at(Step.CREDENTIALS)
    session.update(app_type=AppType.STORE)
    fill_credentials(session)
    session.press()
    runner.settle()
    assert session.step is Step.PERMISSIONS
    assert not session.credentials.done()
    assert session.rows()[1].state is StepState.NOT_YET
    assert operations.made("keep_secret") == []
    assert session.keeping.setup().feishu.app_type is AppType.STORE


def test_keeping_a_secret_that_fails_is_said(at, runner, operations):
    operations.results["keep_secret"] = WizardError("keyring.locked", {"detail": "Locked"})
    session = at(Step.CREDENTIALS)
    fill_credentials(session)
    session.press()
    runner.settle()
    assert session.message.code == "keyring.locked"
    assert session.answers.ref("app_secret") == ""
    assert session.step is Step.PERMISSIONS
