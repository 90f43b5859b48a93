"""Secrets and their place, pasted values, other brands and kinds of app."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.edition import AppType, Edition
from feishu_wizard.domain.errors import CredentialError, WizardError
from feishu_wizard.domain.finding import Finding, Proof, Status
from feishu_wizard.domain.outcomes import CredentialCheck, SecretPlace
from feishu_wizard.domain.paste import FieldKind
from feishu_wizard.wizard.answers import Place
from feishu_wizard.wizard.steps import Severity, Step, StepState
from tests.unit.wizard.fakes import (
    APP_ID,
    CALLBACK,
    CAN,
    SECRET,
    fill_credentials,
    pair,
)
from tests.unit.wizard.yesterday import yesterday

TICKET = "dIvq5vJGOQw3kLs8Zt0mNbRcXy7HpFuA"


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
    runner.settle()
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
    operations.results["check_credentials"] = store_pair("store.no_ticket")
    session = at(Step.CREDENTIALS)
    session.credentials.store.set_app_type(AppType.STORE)
    fill_credentials(session)
    session.press()
    runner.settle()
    assert session.step is Step.CREDENTIALS  # it says first what stays unproven
    assert (session.message.severity, session.message.code) == (
        Severity.WARNING,
        "store.no_ticket",
    )
    assert session.verb().code == "continue_open"
    assert len(operations.made("keep_secret")) == 1  # the pair itself passed
    session.press()
    assert session.step is Step.PERMISSIONS
    assert session.rows()[1].state is StepState.OPEN
    assert session.keeping.setup().feishu.app_type is AppType.STORE


def store_pair(lack):
    pair = Finding("feishu.credentials", Status.PASS, "store.pair_accepted", {}, Proof.PROVEN)
    return CredentialCheck((pair, Finding("feishu.app", Status.UNKNOWN, lack)))


def refused(code, feishu_code, **params):
    finding = Finding(
        "feishu.credentials", Status.FAIL, code, {"feishu_code": feishu_code, **params}
    )
    return CredentialCheck((finding,))


def test_ticket_and_tenant_key_go_into_the_check_and_into_no_draft(at, runner, operations):
    session = at(Step.CREDENTIALS)
    fill_credentials(session)
    store = session.credentials.store
    store.set_app_type(AppType.STORE)
    store.set_ticket(f'{{"event":{{"app_ticket":"{TICKET}","type":"app_ticket"}}}}')
    store.set_tenant_key("736588c92lxf175d")
    session.credentials.check()
    runner.settle()
    kit = operations.made("check_credentials")[-1][0]
    assert kit.secrets["app_ticket"].reveal() == TICKET
    assert kit.setup.feishu.tenant_key == "736588c92lxf175d"
    assert TICKET not in repr(session.keeping.sitting())
    assert "app_ticket" not in session.keeping.sitting().refs


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("store.wrong_ticket", "credentials.app_ticket"),
        ("store.wrong_tenant_key", "credentials.tenant_key"),
    ],
)
def test_what_the_platform_refused_is_told_at_its_field(at, runner, operations, code, field):
    operations.results["check_credentials"] = refused(code, "10012")
    session = at(Step.CREDENTIALS)
    fill_credentials(session)
    store = session.credentials.store
    store.set_app_type(AppType.STORE)
    store.set_ticket(TICKET)
    store.set_tenant_key("736588c92lxf175d")
    session.press()
    runner.settle()
    assert session.focus == field
    assert [(p.field, p.code) for p in session.problems()] == [(field, code)]
    session.credentials.check()  # the same once more is not stopped by what it said last time
    runner.settle()
    assert len(operations.made("check_credentials")) == 2
    store.set_ticket(TICKET[::-1])
    assert session.problems() == []


def test_a_self_built_app_is_switched_to_by_one_press(at, runner, operations):
    operations.results["check_credentials"] = refused("store.self_built", "10016")
    session = at(Step.CREDENTIALS)
    fill_credentials(session)
    session.credentials.store.set_app_type(AppType.STORE)
    session.press()
    runner.settle()
    assert session.message.actions == ("switch_app_type",)
    session.act("switch_app_type")
    assert session.answers.app_type is AppType.SELF_BUILT
    assert session.credentials.result is None


@pytest.mark.parametrize("edition", [Edition.FEISHU, Edition.PRIVATE])
def test_an_app_that_an_own_address_does_not_know_leads_to_the_first_step(
    at, runner, operations, edition
):
    operations.results["check_credentials"] = refused("feishu.10003", "10003")
    session = at(Step.CREDENTIALS)
    session.update(edition=edition, open_url="http://127.0.0.1:9", accounts_url="http://h")
    fill_credentials(session)
    session.press()
    runner.settle()
    assert session.message.code == "edition.unknown_here"
    assert session.message.params["host"] == "127.0.0.1:9"
    session.act("choose_edition")
    assert (session.step, session.focus) == (Step.PREREQUISITES, "prerequisites.edition")
    assert session.credentials.app_id.value == APP_ID


def test_at_a_public_brand_an_unknown_app_id_is_looked_at_itself(at, runner, operations):
    operations.results["check_credentials"] = refused("feishu.10003", "10003")
    session = at(Step.CREDENTIALS)
    fill_credentials(session)
    session.press()
    runner.settle()
    assert session.message.code == "feishu.10003"
    assert session.focus == "credentials.app_id"


@pytest.mark.parametrize(
    ("urls", "field", "code"),
    [
        (("", ""), "open_url", "missing"),
        (("open.example.com", ""), "open_url", "address.no_scheme"),
        (("https://open.example.com", ""), "accounts_url", "edition.no_accounts"),
        (("https://open.example.com", "ftp://x"), "accounts_url", "address.scheme"),
        (("https://open.example.com", "https://accounts.example.com"), "", ""),
    ],
)
def test_the_two_addresses_of_a_private_deployment(session, urls, field, code):
    prerequisites = session.prerequisites
    prerequisites.set_can_text(CAN)
    prerequisites.set_edition(Edition.PRIVATE)
    prerequisites.set_open_url(urls[0])
    prerequisites.set_accounts_url(urls[1])
    prerequisites.pressed = True
    found = [(p.field.rpartition(".")[2], p.code) for p in session.problems()]
    assert found == ([(field, code)] if field else [])


def test_keeping_a_secret_that_fails_is_said(at, runner, operations):
    operations.results["keep_secret"] = WizardError("keyring.locked", {"detail": "Locked"})
    session = at(Step.CREDENTIALS)
    fill_credentials(session)
    session.press()
    runner.settle()
    assert session.message.code == "keyring.locked"
    assert session.answers.ref("app_secret") == ""
    assert session.step is Step.PERMISSIONS
