"""The last comparison beside the steps: shown at the start with its age, made again when asked."""

from __future__ import annotations

from feishu_wizard.domain.drift import Drift, DriftLook, Side
from feishu_wizard.domain.setup import Feishu, Setup
from feishu_wizard.domain.sitting import Sitting
from feishu_wizard.wizard.steps import Severity
from tests.unit.wizard.fakes import APP_ID, no_network

OLD = Setup(id="k3v9q2", feishu=Feishu(app_id=APP_ID))
AT = "2026-11-16T10:00:00+00:00"
DIFFERS = DriftLook(
    AT, (Drift("enabled", ((Side.CAN, "off"),), "can.status", AT, "", AT),), frozenset(Side)
)
AGREES = DriftLook(AT, (), frozenset(Side))


def test_a_new_setup_was_never_compared(session, operations):
    assert not session.compared
    assert operations.made("last_drift") == []


def test_a_draft_that_is_offered_shows_its_last_comparison(new_session, operations):
    operations.results |= {"last_draft": Sitting(setup=OLD), "last_drift": DIFFERS}
    session = new_session()
    assert session.compared
    assert session.drift.look == DIFFERS
    assert not session.drift.may_check  # not taken up yet
    assert operations.made("last_drift") == [("k3v9q2",)]
    assert operations.made("compare_now") == []


def test_starting_over_leaves_it_behind(new_session, operations, runner):
    operations.results |= {"last_draft": Sitting(setup=OLD), "last_drift": DIFFERS}
    session = new_session()
    session.act("start_over")
    runner.settle()
    assert not session.compared


def test_check_now(new_session, operations, runner):
    sitting = Sitting(setup=OLD, app_id_text=APP_ID)
    operations.results |= {"last_draft": sitting, "last_drift": DIFFERS, "compare_now": AGREES}
    session = new_session()
    session.act("resume")
    runner.settle()
    assert session.drift.may_check
    session.drift.check_now()
    assert session.busy.code == "comparing_sides"
    runner.settle()
    assert session.drift.look.equal


def test_a_comparison_that_fails_keeps_the_last(new_session, operations, runner):
    sitting = Sitting(setup=OLD, app_id_text=APP_ID)
    operations.results |= {"last_draft": sitting, "last_drift": DIFFERS}
    operations.results["compare_now"] = no_network()
    session = new_session()
    session.act("resume")
    runner.settle()
    session.drift.check_now()
    runner.settle()
    assert session.message.severity is Severity.ERROR
    assert session.drift.look == DIFFERS
