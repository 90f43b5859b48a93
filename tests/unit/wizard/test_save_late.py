"""Nothing of a save outlives what it was given for: results, agreement, secrets, late answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feishu_wizard.domain.change import Change, Consent, SavePlan
from feishu_wizard.domain.drift import DriftLook
from feishu_wizard.domain.errors import ConflictError
from feishu_wizard.domain.outcomes import Declared
from feishu_wizard.domain.states import Act, Target
from feishu_wizard.wizard.steps import Step
from tests.unit.wizard.fakes import HANG, KEY, network, offer
from tests.unit.wizard.looks import press


@pytest.mark.parametrize("answered", [True, False], ids=["answer on its way", "still writing"])
def test_a_result_that_comes_after_a_change_is_not_called_saved(at, runner, operations, answered):
    session = at(Step.SAVE)
    session.save.set_secret("api_key", KEY)
    press(session, runner)
    assert session.verb().code == "save_to_can"
    if not answered:
        operations.results["save_all"] = HANG
    session.press()
    runner.work_on() if answered else runner.turn()
    session.save.set_enable(False)
    runner.settle()
    assert session.busy is None
    assert session.save.results == ()
    assert not session.save.done()
    assert session.verb().code == "show_changes"


def test_what_was_agreed_to_does_not_stand_for_the_plan_that_follows(at, runner, operations):
    """Somebody saves once more at the last moment: that change was never shown."""
    session = at(Step.SAVE)
    session.save.set_secret("api_key", KEY)
    change = Change("callback_url", "https://b", "https://c", Act.REPLACE, conflict=True)
    operations.results["plan_saves"] = (SavePlan(Target.CAN, "https://can", (change,), "7"),)
    press(session, runner)
    session.save.agree(Consent.OVERWRITE, True)
    operations.results["save_all"] = ConflictError(
        "can.changed_meanwhile", {"where": "https://can"}
    )
    press(session, runner)
    assert session.save.conflicts
    assert session.save.agreed == frozenset()
    press(session, runner)
    assert session.focus == "save.overwrite"
    assert len(operations.made("save_all")) == 1


@pytest.mark.parametrize("end", [lambda undo: undo.put_by(), lambda undo: undo.prepare()])
def test_a_former_secret_that_was_typed_ends_with_its_plan(at, runner, operations, end):
    undo = at(Step.SAVE).save.undo
    undo.prepare()
    runner.settle()
    undo.set_secret("9zXw8Vt7Us6Rq5Po4Nm3Lk2Ji1Hg0FeD")
    assert undo.secret_known
    end(undo)
    runner.settle()
    assert not undo.secret_known
    assert [made[-1] for made in operations.made("plan_undo")] == [None] * len(
        operations.made("plan_undo")
    )


def test_a_session_of_the_browser_is_kept_nowhere(at, runner, operations):
    label = {"en": "a", "zh_Hans": "b"}
    asked = (
        Declared("api_key", label, True, keep="keyring"),
        Declared("session", label, True, keep="run"),
    )
    base = offer()
    operations.results["check_prerequisites"] = network(offered=replace(base, declares=asked))
    session = at(Step.SAVE)
    session.save.set_secret("api_key", KEY)
    session.save.set_secret("session", "sid=s3ss10n-0123456789")
    press(session, runner)
    assert session.save.plans
    kept = [name for _, name, _ in operations.made("keep_secret")]
    assert "can_api_key" in kept
    assert "can_session" not in kept


def test_a_comparison_that_is_read_late_is_not_of_what_stands_there_now(at, runner, operations):
    session = at(Step.SAVE)
    operations.results["last_drift"] = DriftLook("2026-11-16T10:00:00+00:00")
    session.drift.renew()
    runner.work_on()
    session.drift.answers_replaced()
    runner.settle()
    assert session.drift.look == DriftLook()
