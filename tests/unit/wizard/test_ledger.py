"""The ledger beside the steps: read at the start and on the last page, compared when asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.finding import Proof
from feishu_wizard.domain.ledger import BasisPart, Difference, Entry, LedgerLook
from feishu_wizard.domain.setup import Feishu, Setup
from feishu_wizard.domain.sitting import Sitting
from feishu_wizard.wizard.steps import Severity, Step
from tests.unit.wizard.fakes import APP_ID, Hang, no_network

PUSH = Entry("capability.push", "ledger.delivered_as_can", "2026-03-03T08:00:00Z")
LOOK = LedgerLook((PUSH,))
OLD = Setup(id="k3v9q2", feishu=Feishu(app_id=APP_ID))


@pytest.fixture
def filled(session, runner, operations):
    """A session whose setup has a proof."""
    operations.results["ledger_look"] = LOOK
    session.credentials.set_app_id(APP_ID)
    session.ledger.renew()
    runner.settle()
    return session


def test_a_new_setup_reads_no_ledger(session, operations):
    assert session.proven == ()
    assert operations.made("ledger_look") == []


def test_a_draft_that_is_offered_shows_what_was_proven(new_session, operations):
    operations.results |= {"last_draft": Sitting(setup=OLD), "ledger_look": LOOK}
    session = new_session()
    assert session.message.actions == ("resume", "start_over")
    assert session.proven == ((Capability.PUSH, PUSH),)
    [(kit,)] = operations.made("ledger_look")
    assert (kit.setup.id, dict(kit.secrets)) == ("k3v9q2", {})
    assert operations.made("check_now") == []


def test_starting_over_leaves_it_behind(new_session, operations, runner):
    operations.results |= {"last_draft": Sitting(setup=OLD), "ledger_look": LOOK}
    session = new_session()
    session.act("start_over")
    runner.settle()
    assert session.proven == ()


def test_going_on_reads_it_again(new_session, operations, runner):
    operations.results |= {"last_draft": Sitting(setup=OLD), "ledger_look": LOOK}
    session = new_session()
    session.act("resume")
    runner.settle()
    assert session.proven == ((Capability.PUSH, PUSH),)
    assert len(operations.made("ledger_look")) == 2


def test_what_failed_since_is_not_called_proven(filled):
    failed = replace(PUSH, good=False)
    filled.ledger._take(LedgerLook((PUSH, failed)), filled.answers.setup_id)
    assert filled.proven == ()


def test_what_a_person_said_is_not_called_proven(filled):
    said = Entry("capability.sso", "ledger.seen_signed_in", "2026-03-03", Proof.STATED)
    filled.ledger._take(LedgerLook((said,)), filled.answers.setup_id)
    assert filled.proven == ()
    assert filled.ledger.standing(Capability.SSO).stated == said


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.credentials.set_app_id("cli_b8c029e757e6500b"),
        lambda s: s.credentials.set_secret("Zz7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E"),
        lambda s: s.prerequisites.set_can_text("https://other.example.com"),
    ],
)
def test_another_app_secret_or_server_drops_it(filled, change):
    change(filled)
    assert filled.ledger.look == LedgerLook()
    assert not filled.ledger.may_check


def test_what_does_not_matter_leaves_it(filled):
    filled.test.push.set_recipients("li.na")
    assert filled.ledger.look == LOOK


def test_check_now_says_what_changed(filled, operations, runner):
    since = {PUSH.check_id: (Difference(BasisPart.VERSION, "1.0.2", "1.0.3"),)}
    found = LedgerLook((PUSH,), "2026-03-10T08:00:00Z", since)
    operations.results["check_now"] = found
    assert filled.ledger.may_check
    filled.ledger.check_now()
    assert filled.busy.code == "reading_basis"
    runner.settle()
    assert filled.busy is None
    assert filled.ledger.look == found
    assert filled.ledger.standing(Capability.PUSH).weaker


def test_a_check_that_fails_is_said_and_changes_nothing(filled, operations, runner):
    operations.results["check_now"] = no_network()
    filled.ledger.check_now()
    runner.settle()
    assert filled.message.severity is Severity.ERROR
    assert filled.ledger.look == LOOK


def test_another_app_while_it_is_asked_drops_the_answer(filled, operations, runner):
    operations.results["check_now"] = Hang()
    filled.ledger.check_now()
    filled.credentials.set_app_id("cli_b8c029e757e6500b")
    runner.settle()
    assert filled.busy is None
    assert filled.ledger.look == LedgerLook()


def test_a_reading_of_another_setup_that_comes_late_is_dropped(filled, runner):
    filled.ledger.renew()
    filled.credentials.set_app_id("cli_b8c029e757e6500b")
    runner.settle()
    assert filled.ledger.look == LedgerLook()


def test_a_ledger_that_cannot_be_read_is_said(session, operations, runner):
    operations.results["ledger_look"] = no_network()
    session.ledger.renew()
    runner.settle()
    assert session.message.severity is Severity.ERROR


def test_the_last_page_reads_what_was_proven_in_the_meantime(filled, operations, runner):
    before = len(operations.made("ledger_look"))
    filled._visited.add(Step.FINISH)
    filled.go(Step.FINISH)
    runner.settle()
    assert len(operations.made("ledger_look")) == before + 1
    codes = {word.capability: word.code for word in filled.finish.words}
    assert codes["push"] == "delivered_unsaved"
