"""What the step asks before it overwrites, and what it asks for when a secret is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feishu_wizard.domain.change import Change, Consent, SaveNote, SavePlan, SaveState
from feishu_wizard.domain.errors import CanError, ConflictError, CredentialError
from feishu_wizard.domain.states import Act, Target
from feishu_wizard.wizard.answers import Answers
from feishu_wizard.wizard.save_undo import SECRET
from feishu_wizard.wizard.steps import Severity, Step
from tests.unit.wizard.fakes import APP_ID, can_plan
from tests.unit.wizard.looks import fields, press

KEY = "sk-5f3a9c1e7b2d4860"
FORMER = "9zXw8Vt7Us6Rq5Po4Nm3Lk2Ji1Hg0FeD"
NOTE = SaveNote(3, "https://can", "2026-11-22T08:00:00Z", SaveState.SAVED, {}, {})


def in_conflict() -> SavePlan:
    """Somebody changed the callback."""
    row = Change("callback_url", "https://b", "https://c", Act.REPLACE, seen="https://a")
    rows = (Change("app_id", APP_ID, APP_ID, Act.KEEP), replace(row, conflict=True))
    return SavePlan(Target.CAN, "https://can", rows, "7", changed_by="ops.liu")


@pytest.fixture
def saving(at):
    """The step, with the key of its profile."""
    session = at(Step.SAVE)
    session.save.set_secret("api_key", KEY)
    return session


def test_a_conflict_is_told_by_the_button_and_needs_a_tick(saving, runner, operations):
    operations.results["plan_saves"] = (in_conflict(),)
    press(saving, runner)
    assert (saving.verb().code, saving.verb().params) == ("save_replace", {"count": "1"})
    press(saving, runner)
    assert saving.focus == "save.overwrite"
    assert fields(saving) == ["save.overwrite"]
    assert operations.made("save_all") == []
    saving.save.agree(Consent.OVERWRITE, True)
    press(saving, runner)
    assert operations.made("save_all")[0][-1] == {Consent.OVERWRITE}
    assert saving.save.agreed == frozenset()


def test_agreement_ends_with_the_plan_it_was_given_for(saving, runner, operations):
    operations.results["plan_saves"] = (in_conflict(),)
    press(saving, runner)
    saving.save.agree(Consent.OVERWRITE, True)
    saving.save.compare()
    runner.settle()
    assert saving.save.agreed == frozenset()
    saving.save.agree(Consent.OVERWRITE, True)
    saving.save.set_enable(False)
    assert saving.save.agreed == frozenset()


def test_a_caller_who_is_only_named_is_confirmed(saving, runner, operations):
    operations.results["plan_saves"] = (replace(can_plan(), weak=True),)
    press(saving, runner)
    press(saving, runner)
    assert fields(saving) == ["save.weak_auth"]
    saving.save.agree(Consent.WEAK_AUTH, True)
    press(saving, runner)
    assert len(operations.made("save_all")) == 1


@pytest.mark.parametrize(
    "error",
    [
        ConflictError("can.changed_meanwhile", {"where": "https://can"}),
        CanError("stale", {"host": "can"}),
    ],
    ids=["before", "at the write"],
)
def test_somebody_else_at_the_last_moment_is_shown_at_once(saving, runner, operations, error):
    press(saving, runner)
    operations.results["save_all"] = error
    operations.results["plan_saves"] = (in_conflict(),)
    press(saving, runner)
    assert saving.message.severity is Severity.ERROR
    assert saving.message.code == error.code
    assert saving.save.conflicts == (in_conflict(),)
    assert saving.verb().code == "save_replace"


def test_an_app_secret_that_is_gone_is_asked_at_a_field(saving, runner, operations):
    operations.results["plan_saves"] = CredentialError("secret.missing", {"name": "app_secret"})
    saving.update(secrets=tuple(s for s in saving.answers.secrets if s[0] != "app_secret"))
    saving.save.set_secret("api_key", KEY)
    press(saving, runner)
    assert saving.focus == "save.app_secret"
    [problem] = saving.problems()
    assert (problem.field, problem.code) == ("save.app_secret", "app_secret_needed")
    saving.save.set_app_secret(FORMER)
    assert fields(saving) == []
    assert saving.save.wants_app_secret  # the field stays while one types
    operations.results["plan_saves"] = (can_plan(),)
    press(saving, runner)
    assert not saving.save.wants_app_secret


def test_a_server_that_wants_the_secret_each_time_asks_for_it(saving, runner, operations):
    press(saving, runner)
    operations.results["save_all"] = CanError("secret_needed", {"host": "can"})
    press(saving, runner)
    assert saving.save.wants_app_secret
    assert saving.message.code == "can.secret_needed"
    assert saving.focus == "save.app_secret"


def test_a_key_whose_place_is_empty_is_asked_at_its_field(at, runner, operations):
    session = at(Step.SAVE)
    session.update(refs=(*session.answers.refs, ("can_api_key", "keyring:can_api_key")))
    operations.results["plan_saves"] = CredentialError("secret.missing", {"name": "can_api_key"})
    press(session, runner)
    assert session.focus == "save.secret.api_key"
    assert fields(session) == ["save.secret.api_key"]
    session.save.set_secret("api_key", KEY)
    assert fields(session) == []


# -- undo -----------------------------------------------------------------------------


def test_what_can_be_taken_back_is_told_at_every_visit(at, runner, operations):
    operations.results["last_save"] = NOTE
    session = at(Step.SAVE)
    runner.settle()
    assert session.save.undo.last == NOTE
    session.go(Step.CREDENTIALS)
    operations.results["last_save"] = None
    session.go(Step.SAVE)
    runner.settle()
    assert not session.save.undo.offered


def test_a_save_of_another_setup_that_is_told_late_cannot_be_taken_back_here(
    saving, runner, operations
):
    operations.results["last_save"] = NOTE
    saving.save.undo.look()
    runner.work_on()
    saving.restore(Answers(), Step.PREREQUISITES)
    runner.settle()
    assert operations.made("last_save")
    assert not saving.save.undo.offered


def test_taking_back_shows_first_and_asks_like_any_save(saving, runner, operations):
    undo = saving.save.undo
    operations.results["plan_undo"] = in_conflict()
    undo.prepare()
    runner.settle()
    assert undo.plan == in_conflict()
    undo.commit()
    assert saving.focus == "save.undo.overwrite"
    assert operations.made("undo_save") == []
    undo.agree(Consent.OVERWRITE, True)
    undo.commit()
    runner.settle()
    assert saving.message.code == "undone"
    assert undo.plan is None
    assert len(operations.made("undo_save")) == 1


def test_a_secret_that_only_a_person_knows_makes_another_plan(saving, runner, operations):
    undo = saving.save.undo
    operations.results["plan_undo"] = lambda place, kit, report, secret: replace(
        can_plan(), wants_secret=secret is None
    )
    undo.prepare()
    runner.settle()
    undo.commit()
    assert saving.focus == SECRET
    undo.set_secret(FORMER)
    undo.commit()
    runner.settle()
    assert not undo.plan.wants_secret
    assert operations.made("undo_save") == []  # the new plan is read first
    undo.commit()
    runner.settle()
    assert operations.made("undo_save")[0][3].reveal() == FORMER
    assert saving.message.code == "undone"
    assert FORMER not in repr(undo.__dict__)


def test_keeping_the_save_writes_nothing(saving, runner, operations):
    undo = saving.save.undo
    undo.prepare()
    runner.settle()
    undo.put_by()
    assert undo.plan is None
    assert operations.made("undo_save") == []


def test_another_answer_closes_the_plan_of_an_undo(saving, runner, operations):
    undo = saving.save.undo
    undo.prepare()
    runner.settle()
    saving.save.set_enable(False)
    assert undo.plan is None
