"""One window at a time on a setup: who has it is told, and what helps is offered."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.errors import ConflictError, InputError
from feishu_wizard.domain.instance import Claim, Holder
from feishu_wizard.domain.kit import Kit
from feishu_wizard.wizard.draft import LONGEST_SECONDS, SETTLE_SECONDS
from feishu_wizard.wizard.steps import Severity, Step
from tests.unit.wizard.fakes import CAN, fill_prerequisites
from tests.unit.wizard.yesterday import yesterday

WHO = {"pid": "4711", "host": "here", "since": "2026-03-01T08:00:00Z", "command": ""}


class Bell:
    """A bell that rings as told, and remembers."""

    def __init__(self, heard=False):
        self.heard, self.rung, self.answers = heard, [], []

    def answer(self, address):
        self.answers.append(address)

    def ring(self, address, heard):
        self.rung.append(address)
        heard(self.heard)


@pytest.fixture
def offered(new_session, operations):
    """A session that was offered yesterday's sitting, on a bell of the test's own."""

    def make(heard=False, holder=None):
        operations.results["last_draft"] = yesterday()
        operations.results["who_holds"] = holder
        session = new_session()
        session.keeping.holding.bell = Bell(heard)
        return session

    return make


def locked(operations, code="setup.locked", **who):
    operations.results["claim_setup"] = lambda place, setup_id, **how: Claim(
        setup_id,
        f"bell-{setup_id}",
        None if how.get("take_over") else ConflictError(code, WHO | who),
    )


def test_a_sitting_that_is_taken_up_is_held_and_answered_for(offered, runner, operations):
    session = offered()
    session.act("resume")
    runner.settle()
    assert operations.made("claim_setup") == [("abc234", "", False)]
    assert session.keeping.holding.bell.answers == ["bell-abc234"]
    assert session.answers.setup_id == "abc234"


def test_the_other_window_comes_to_the_front_and_this_one_ends(offered, runner, operations):
    session = offered(heard=True, holder=Holder("4711", "here", "2026"))
    assert session.message.code == "resume_elsewhere"
    assert session.message.actions == ("show_window", "start_another")
    locked(operations)
    session.act("show_window")
    runner.settle()
    bell = session.keeping.holding.bell
    assert (bell.rung, bell.answers) == (["bell-abc234"], [])
    assert session.keeping.holding.elsewhere
    assert session.answers.setup_id != "abc234"
    assert session.message is None
    assert operations.made("keep_draft") == []


def test_the_other_window_is_gone_meanwhile(offered, runner, operations):
    session = offered(holder=Holder("4711", "here", "2026"))
    session.act("show_window")
    runner.settle()
    assert session.message.code == "resumed"
    assert session.step is Step.PERMISSIONS


def test_a_command_that_has_the_setup_is_named_at_the_offer(offered, runner, operations):
    session = offered(holder=Holder("4711", "here", "2026", "apply"))
    assert session.message.code == "resume_waiting"
    locked(operations, command="apply")
    session.act("resume")
    runner.settle()
    message = session.message
    assert (message.severity, message.code) == (Severity.ERROR, "setup.locked")
    assert message.params["command"] == "apply"
    assert message.actions == ("take_again", "start_another")
    assert not session.keeping.holding.elsewhere
    operations.results["claim_setup"] = lambda place, setup_id, **how: Claim(setup_id, "bell")
    session.act("take_again")
    runner.settle()
    assert session.answers.setup_id == "abc234"
    assert session.message.code == "resumed"


def test_a_window_that_does_not_answer_is_no_dead_end(offered, runner, operations):
    session = offered(holder=Holder("4711", "here", "2026"))
    locked(operations)
    session.act("show_window")
    runner.settle()
    assert session.message.actions == ("take_again", "start_another")
    session.act("start_another")
    assert session.message is None
    fill_prerequisites(session)
    runner.fire(SETTLE_SECONDS)
    assert session.keeping.offered is None
    operations.results["claim_setup"] = lambda place, setup_id, **how: Claim(setup_id, "bell")
    runner.settle()
    ((sitting,),) = operations.made("keep_draft")
    assert sitting.setup.id != "abc234"


def test_what_was_typed_before_another_setup_is_begun_is_kept(offered, runner, operations):
    session = offered(holder=Holder("4711", "here", "2026"))
    fill_prerequisites(session)
    locked(operations)
    session.act("show_window")
    runner.settle()
    assert session.message.actions == ("take_again", "start_another")
    assert runner.fire(SETTLE_SECONDS) == 0
    operations.results["claim_setup"] = lambda place, setup_id, **how: Claim(setup_id, "bell")
    session.act("start_another")
    assert runner.fire(SETTLE_SECONDS) == 1
    runner.settle()
    ((sitting,),) = operations.made("keep_draft")
    assert sitting.setup.id != "abc234"


def test_another_computers_note_is_asked_about(offered, runner, operations):
    session = offered()
    locked(operations, "setup.locked_elsewhere", host="there")
    session.act("resume")
    runner.settle()
    assert session.message.code == "setup.locked_elsewhere"
    assert session.message.params["host"] == "there"
    assert session.message.actions == ("take_over", "start_another")
    assert session.keeping.holding.bell.rung == []  # nobody here could answer
    session.prerequisites.set_can_text("h")
    assert runner.fire(SETTLE_SECONDS) == 0  # while it is asked nothing replaces the draft
    session.act("take_over")
    runner.settle()
    assert session.message.code == "resumed"
    assert operations.made("claim_setup")[-1] == ("abc234", "", True)


def test_a_file_that_another_window_has_is_shown_there(new_session, runner, operations):
    operations.results["load_setup"] = Kit(yesterday().setup)
    locked(operations)
    session = new_session()
    session.keeping.holding.bell = Bell(heard=True)
    session.keeping.open_file("/tmp/setup.toml")
    runner.settle()
    assert session.keeping.holding.elsewhere
    assert session.answers.setup_id != "abc234"


def test_a_file_that_cannot_be_had_leaves_the_page(new_session, runner, operations):
    operations.results["load_setup"] = Kit(yesterday().setup)
    locked(operations, command="send")
    session = new_session("/tmp/setup.toml")
    assert session.message.code == "setup.locked"
    assert session.answers.can_text == ""
    operations.results["claim_setup"] = lambda place, setup_id, **how: Claim(setup_id, "bell")
    session.act("take_again")
    runner.settle()
    assert session.message.code == "file_opened"
    assert operations.made("claim_setup")[-1] == ("abc234", "/tmp/setup.toml", False)


def test_the_first_answer_that_is_kept_takes_the_setup(session, runner, operations):
    session.keeping.holding.bell = bell = Bell()
    assert operations.made("claim_setup") == []
    fill_prerequisites(session)
    for _ in range(2):
        session.prerequisites.set_can_text(CAN + "/x")
        session.prerequisites.set_can_text(CAN)
        runner.fire(SETTLE_SECONDS)
        runner.settle()
    made = [name for name, _ in operations.calls if name in ("claim_setup", "keep_draft")]
    assert made == ["claim_setup", "keep_draft"] * 2
    assert bell.answers == [f"bell-{session.answers.setup_id}"]


def test_a_folder_without_locks_is_told_once_and_in_nobodys_way(session, runner, operations):
    trouble = InputError("setup.lock_unusable", {"path": "/x", "detail": "No locks available"})
    operations.results["claim_setup"] = lambda place, setup_id, **how: Claim(
        setup_id, "bell", trouble
    )
    fill_prerequisites(session)
    runner.fire(SETTLE_SECONDS)
    runner.settle()
    assert session.message.code == "setup.lock_unusable"
    assert len(operations.made("keep_draft")) == 1
    session.dismiss_message()
    session.prerequisites.set_can_text(CAN + "/x")
    runner.fire(SETTLE_SECONDS)
    runner.settle()
    assert session.message is None
    assert len(operations.made("keep_draft")) == 2


def test_a_setup_that_is_forgotten_is_answered_for_no_more(session, runner, operations):
    session.keeping.holding.bell = bell = Bell()
    fill_prerequisites(session)
    runner.fire(SETTLE_SECONDS)
    runner.settle()
    session.keeping.forget()
    runner.settle()
    assert bell.answers[-1] == ""


def test_who_types_on_and_on_is_kept_now_and_then(session, runner, monkeypatch):
    now = 100.0
    monkeypatch.setattr("feishu_wizard.wizard.draft.time.monotonic", lambda: now)
    session.prerequisites.set_can_text("h")
    (first,) = runner.due
    while now < 100.0 + LONGEST_SECONDS - SETTLE_SECONDS:
        last = runner.due[0]
        now += SETTLE_SECONDS / 2
        session.prerequisites.set_can_text(session.answers.can_text + "x")
    assert last is not first
    waits = runner.due[0]
    for _ in range(10):  # from here on it is not put off any more
        now += SETTLE_SECONDS / 2
        session.prerequisites.set_can_text(session.answers.can_text + "x")
    assert runner.due == [waits]


# -- what is damaged, or of a later program --------------------------------------------


def test_a_damaged_journal_is_put_aside_only_when_the_person_says_so(
    new_session, runner, operations
):
    damage = InputError("journal.damaged", {"path": "/x/journal.sqlite3", "detail": "empty"})
    operations.results["last_draft"] = yesterday()
    _returns(operations, damage)
    session = new_session()
    assert session.message.code == "journal.damaged"
    assert session.message.actions == ("put_aside", "resume", "start_over")
    assert operations.made("put_journal_aside") == []
    session.act("put_aside")
    runner.settle()
    assert session.message.code == "journal_aside"
    assert session.message.params == {"path": "/state/journal.sqlite3.damaged-1"}
    session.act("resume")
    runner.settle()
    assert session.step is Step.PERMISSIONS


def _returns(operations, damage):
    """The fakes raise what is an error; this operation returns it."""

    class Told:
        code, params, finding = damage.code, damage.params, damage.finding

    operations.results["look_at_state"] = Told()


def test_a_draft_of_a_later_program_is_told_and_left(new_session, runner, operations):
    _returns(operations, InputError("draft.future", {"path": "/x/d.json"}))
    session = new_session()
    assert session.message.code == "draft.future"
    assert session.message.actions == ()
    fill_prerequisites(session)
    runner.fire(SETTLE_SECONDS)
    runner.settle()
    assert len(operations.made("keep_draft")) == 1
