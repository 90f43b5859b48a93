"""The diagnosis beside the steps: what it is asked about, what it keeps, the way back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feishu_wizard.domain.diagnosis import Diagnosis, ServerCheck, Symptom, verdict_of
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Finding, Status, blocked, not_done
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.progress import Progress
from feishu_wizard.domain.setup import Setup
from feishu_wizard.domain.sitting import Sitting
from feishu_wizard.wizard.diagnosis_asked import Source
from feishu_wizard.wizard.findings import laid_over, merged, stopped, waiting_for
from feishu_wizard.wizard.remedies import remedy_of
from feishu_wizard.wizard.steps import Aside, Severity, Step
from tests.unit.wizard.fakes import (
    APP_ID,
    CALLBACK,
    CAN,
    HANG,
    SECRET,
    fill_credentials,
    fill_prerequisites,
    no_network,
)

REFUSED = Finding("feishu.credentials", Status.FAIL, "feishu.10014")
BOT = Finding("feishu.bot", Status.PASS)
DNS = Finding("net.open.dns", Status.PASS)


def made(*findings, **more):
    values = {"feishu_calls": 7, "elapsed_ms": 300, "at": "2026-11-22T09:30:00+00:00"}
    return Diagnosis(findings, verdict_of(findings), version="1", **(values | more))


@pytest.fixture
def asked(session, runner, operations, monkeypatch):
    """The open diagnosis; ``operations.results["diagnose"]`` is what it brings."""
    operations.results |= {
        "diagnose": made(DNS, BOT),
        "last_good": None,
        "keep_diagnosis": None,
        "read_server_check": ServerCheck((DNS,), "can-1"),
    }
    for name, module in (
        ("diagnose", "diagnose"),
        ("last_good", "keep_diagnosis"),
        ("keep_diagnosis", "keep_diagnosis"),
        ("read_server_check", "server_check"),
    ):
        room = f"feishu_wizard.operations.{module}.{name}"
        monkeypatch.setattr(room, operations._fake(name))
    session.diagnose()
    return session.diagnosis


def run(asked, runner):
    asked.run()
    runner.settle()
    return asked.result


# -- beside the steps ---------------------------------------------------------------------


def test_opening_it_calls_nobody_and_going_back_finds_everything(asked, session, operations):
    session.back()
    session.say(Severity.WARNING, "checked_with_warnings")
    fill_prerequisites(session)
    answers, message = session.answers, session.message
    session.diagnose()
    assert session.view is Aside.DIAGNOSIS
    assert session.step is Step.PREREQUISITES
    assert session.message is None
    asked.asks.set_app_id("cli_1")
    asked.asks.set_person("ada")
    session.back()
    assert session.view is Step.PREREQUISITES
    assert (session.answers, session.message) == (answers, message)
    assert operations.made("diagnose") == []


def test_work_of_the_step_goes_on_while_one_looks(session, runner, operations, asked):
    session.back()
    operations.results["check_prerequisites"] = HANG
    fill_prerequisites(session)
    session.press()
    runner.turn()
    session.diagnose()
    assert session.busy.code == "checking_network"
    asked.run()
    assert operations.made("diagnose") == []
    session.back()
    assert session.busy.code == "checking_network"
    session.cancel_work()
    runner.settle()
    assert session.message.code == "cancelled"


def test_going_back_ends_the_diagnosis_under_way_and_keeps_what_came(
    asked, session, runner, operations
):
    operations.results["diagnose"] = HANG
    operations.news["diagnose"] = [Progress("diagnosing", finding=REFUSED)]
    asked.asks.set_app_id(APP_ID)
    asked.run()
    runner.turn()
    session.back()
    runner.settle()
    assert session.busy is None
    assert asked.diagnosis.complete is False
    assert asked.verdict.check == "feishu.credentials"


def test_a_step_of_the_list_closes_it(asked, session):
    session.go(Step.PREREQUISITES)
    assert session.view is Step.PREREQUISITES


# -- what is asked ------------------------------------------------------------------------


def test_typed_values_are_a_setup_of_their_own(asked, session, runner, operations):
    fill_prerequisites(session)
    before = session.answers
    asked.asks.set_source(Source.TYPED)
    asked.asks.set_app_id(f" {APP_ID} ")
    asked.asks.set_secret(SECRET)
    asked.asks.set_can("http://can.corp.example/user/login")
    asked.asks.set_callback(CALLBACK)
    asked.asks.set_symptom(Symptom.LOGIN_20029)
    asked.asks.set_person(" ada ")
    run(asked, runner)
    kit, question = operations.made("diagnose")[0][:2]
    assert kit.setup.feishu.app_id == APP_ID
    assert kit.secrets[APP_SECRET].reveal() == SECRET
    assert kit.setup.office.url == "http://can.corp.example"
    assert kit.setup.office.callback_url == CALLBACK
    assert kit.setup.network.plain_http == ["http://can.corp.example"]
    assert kit.setup.id != before.setup_id
    assert (question.person, question.symptom) == ("ada", Symptom.LOGIN_20029)
    assert session.answers == before


def test_an_address_of_can_alone_is_enough(asked, runner, operations):
    asked.asks.set_can(CAN)
    run(asked, runner)
    kit = operations.made("diagnose")[0][0]
    assert (kit.setup.office.url, kit.setup.feishu.app_id) == (CAN, "")
    assert APP_SECRET not in kit.secrets


def test_nothing_typed_is_told_at_the_field(asked, session, runner, operations):
    assert asked.asks.source is Source.TYPED
    run(asked, runner)
    assert [p.field for p in session.problems()] == ["diagnosis.app_id"]
    assert session.focus == "diagnosis.app_id"
    asked.asks.set_source(Source.FILE)
    assert session.problems() == []
    run(asked, runner)
    assert session.focus == "diagnosis.file"
    asked.asks.set_source(Source.SITTING)
    run(asked, runner)
    assert session.focus == "diagnosis.source"
    assert operations.made("diagnose") == []


def test_what_was_entered_in_the_steps_is_diagnosed_with_its_secrets(
    asked, session, runner, operations
):
    fill_prerequisites(session)
    fill_credentials(session)
    assert asked.asks.source is Source.SITTING
    run(asked, runner)
    kit = operations.made("diagnose")[0][0]
    assert kit.setup == session.keeping.setup()
    assert kit.secrets[APP_SECRET].reveal() == SECRET


def test_a_file_is_read_when_the_button_is_pressed(asked, runner, operations):
    operations.results["load_setup"] = Kit(Setup(id="abc234"), file_path="/x/setup.toml")
    asked.asks.set_source(Source.FILE)
    asked.asks.set_path(' "/x/setup.toml" ')
    assert operations.made("load_setup") == []
    run(asked, runner)
    assert operations.made("load_setup") == [("/x/setup.toml",)]
    assert operations.made("diagnose")[0][0].setup.id == "abc234"


def test_a_file_that_cannot_be_read_is_told_and_nothing_is_diagnosed(
    asked, session, runner, operations
):
    operations.results["load_setup"] = InputError("setup.unreadable", {"path": "/x"})
    asked.asks.set_source(Source.FILE)
    asked.asks.set_path("/x")
    run(asked, runner)
    assert session.message.code == "setup.unreadable"
    assert asked.diagnosis is None


def test_an_unfinished_sitting_is_offered_and_still_there_afterwards(
    new_session, runner, operations, asked
):
    setup = Setup(id="dra234")
    draft = Sitting(setup=setup, step="save", visited=["prerequisites", "credentials", "save"])
    operations.results["last_draft"] = draft
    session = new_session()
    session.diagnose()
    looked = session.diagnosis
    assert looked.asks.source is Source.SITTING
    operations.results["diagnose"] = made(REFUSED)
    run(looked, runner)
    assert operations.made("diagnose")[0][0].setup is setup
    remedy = looked.remedy(REFUSED)
    assert remedy.step is Step.CREDENTIALS
    session.back()
    assert session.message.actions == ("resume", "start_over")
    session.diagnose()
    looked.mend(remedy)
    runner.settle()
    assert session.view is Step.CREDENTIALS
    assert session.focus == "credentials.app_secret"
    assert session.answers.setup_id == "dra234"


# -- what was found -----------------------------------------------------------------------


def test_findings_come_one_by_one_in_the_order_of_cause(asked, runner, operations):
    operations.results["diagnose"] = HANG
    operations.news["diagnose"] = [Progress("diagnosing", finding=f) for f in (BOT, REFUSED, DNS)]
    asked.asks.set_app_id(APP_ID)
    asked.run()
    runner.turn()
    assert [f.id for f in asked.findings] == ["net.open.dns", "feishu.credentials", "feishu.bot"]
    assert asked.verdict is None
    asked.session.cancel_work()
    runner.settle()
    assert asked.verdict.check == "feishu.credentials"
    assert asked.diagnosis is asked.diagnosis  # one object: the page shows it once


def test_a_failure_of_the_network_itself_goes_to_the_strip(asked, session, runner, operations):
    operations.results["diagnose"] = no_network()
    asked.asks.set_app_id(APP_ID)
    run(asked, runner)
    assert session.message.code == "net.timeout"


def test_one_is_made_again_with_what_waited_for_it(asked, runner, operations):
    waiting = blocked("feishu.bot", "feishu.credentials")
    operations.results["diagnose"] = made(DNS, REFUSED, waiting, feishu_calls=0)
    asked.asks.set_app_id(APP_ID)
    run(asked, runner)
    good = replace(REFUSED, status=Status.PASS, code="ok")
    operations.results["diagnose"] = made(good, BOT, feishu_calls=3, elapsed_ms=100)
    asked.run_again("feishu.credentials")
    runner.settle()
    assert operations.made("diagnose")[1][1].only == ("feishu.credentials", "feishu.bot")
    assert [f.status for f in asked.result.findings] == [Status.PASS] * 3
    assert asked.result.verdict.code == "verdict.well"
    assert (asked.result.feishu_calls, asked.result.elapsed_ms) == (3, 400)


def test_made_again_after_another_source_was_chosen_it_asks_the_same_setup(
    asked, runner, operations
):
    asked.asks.set_app_id(APP_ID)
    run(asked, runner)
    asked.asks.set_source(Source.FILE)
    asked.asks.set_path("/other.toml")
    asked.run_again("feishu.bot")
    runner.settle()
    assert operations.made("load_setup") == []
    assert operations.made("diagnose")[1][0].setup.feishu.app_id == APP_ID


def test_only_problems_are_shown_on_demand(asked, runner, operations):
    operations.results["diagnose"] = made(DNS, REFUSED, not_done("capability.sso", "not_proven"))
    asked.asks.set_app_id(APP_ID)
    run(asked, runner)
    asked.show_only_problems(True)
    assert [f.id for f in asked.shown_findings] == ["feishu.credentials"]
    asked.show_only_problems(False)
    assert len(asked.shown_findings) == 3


def test_other_answers_make_it_outdated_and_another_setup_drops_it(
    asked, session, runner, operations
):
    fill_prerequisites(session)
    fill_credentials(session)
    run(asked, runner)
    session.update(recipients_text="ada")
    assert not asked.outdated
    session.credentials.set_callback(CAN + "/other")
    assert asked.outdated
    assert asked.result is not None
    session.restore(session.answers, Step.PREREQUISITES)
    assert asked.result is None


def test_what_was_diagnosed_is_kept_and_compared_with_when_it_worked(asked, runner, operations):
    operations.results["diagnose"] = made(DNS, facts={"setup_id": "abc234"})
    asked.asks.set_app_id(APP_ID)
    run(asked, runner)
    assert operations.made("last_good") == [("abc234",)]
    assert operations.made("keep_diagnosis") == [(operations.results["diagnose"],)]


def test_the_output_of_the_server_becomes_part_of_the_diagnosis(asked, runner, operations):
    asked.asks.set_app_id(APP_ID)
    run(asked, runner)
    asked.server.set_text("$ sh check.sh\n{}")
    asked.server.compare()
    runner.settle()
    assert asked.result.server.host == "can-1"
    operations.results["read_server_check"] = InputError("server_check.not_found")
    asked.server.compare()
    runner.settle()
    assert asked.server.error.code == "server_check.not_found"
    assert asked.session.message is None
    assert asked.result.server.host == "can-1"


# -- lists and remedies -------------------------------------------------------------------


def test_lists_keep_the_order_and_know_who_waits():
    rests = Finding("feishu.tenant", Status.UNKNOWN, "diagnosis.rests_on", {"by": "feishu.app"})
    found = (blocked("feishu.bot", "feishu.app"), rests, DNS)
    assert waiting_for("feishu.app", found) == ("feishu.bot", "feishu.tenant")
    news = (Finding("permission.z", Status.PASS), DNS)
    ordered = laid_over((BOT,), news, ("permission.a",))
    assert [f.id for f in ordered] == ["net.open.dns", "feishu.bot", "permission.z"]
    assert stopped((REFUSED,)).complete is False
    both = merged(made(REFUSED, people=("a",)), made(BOT, people=("b", "a")), ())
    assert both.people == ("a", "b")
    assert both.complete


@pytest.mark.parametrize(
    ("check", "code", "step", "field"),
    [
        ("feishu.credentials", "feishu.10014", Step.CREDENTIALS, "credentials.app_secret"),
        ("feishu.credentials", "feishu.10003", Step.CREDENTIALS, "credentials.app_id"),
        ("net.can.tcp", "net.refused", Step.PREREQUISITES, "prerequisites.can_url"),
        ("net.can.tls", "net.tls.untrusted", Step.PREREQUISITES, "prerequisites.ca_file"),
        ("net.open.http", "net.portal", Step.PREREQUISITES, "prerequisites.proxy.system"),
        ("feishu.bot", "bot_missing", Step.PERMISSIONS, "permissions.row.feishu.bot"),
        ("permission.email", "x", Step.PERMISSIONS, "permissions.row.permission.email"),
        ("can.admin", "can.forbidden", Step.SAVE, "save.secret.api_key"),
    ],
)
def test_a_problem_leads_to_where_it_is_mended(check, code, step, field):
    remedy = remedy_of(Finding(check, Status.FAIL, code), typed=False)
    assert (remedy.step, remedy.field) == (step, field)


def test_typed_values_are_mended_where_they_were_typed():
    remedy = remedy_of(REFUSED, typed=True)
    assert (remedy.step, remedy.field) == (None, "diagnosis.app_secret")
    assert remedy_of(Finding("feishu.bot", Status.FAIL), typed=True) is None
    assert remedy_of(Finding("feishu.quota", Status.FAIL), typed=False) is None
