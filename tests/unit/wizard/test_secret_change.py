"""A change of the App Secret from the page: nothing is taken over before it has passed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.errors import ConflictError
from feishu_wizard.domain.finding import Finding, Proof, Status
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.progress import Progress
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.secret_change import SecretChange, Stage, Unfinished
from feishu_wizard.wizard.answers import Answers
from feishu_wizard.wizard.by_hand import HAND_FIELDS
from feishu_wizard.wizard.secret_change import FIELD
from feishu_wizard.wizard.steps import Severity, Step
from tests.unit.wizard.fakes import HANG, SECRET, fill_credentials
from tests.unit.wizard.practice import stored
from tests.unit.wizard.yesterday import yesterday

NEW = "N3wN3wN3wN3wN3wN3wN3wN3wN3wN3wN3"
PAIR = Finding("secret_change.pair", Status.PASS, "credentials_ok", {}, Proof.PROVEN)
DONE = SecretChange((PAIR,), "secret_change.done", {}, "keyring:app_secret")


@pytest.fixture
def kept(at, runner):
    """The credentials step with a secret that passed and is kept."""
    session = at(Step.CREDENTIALS)
    fill_credentials(session)
    session.credentials.check()
    runner.settle()
    return session


def secret_of(session):
    known = session.answers.secret(APP_SECRET)
    return known.reveal() if known else None


def test_it_is_offered_where_a_secret_is_kept(at, kept):
    assert kept.credentials.change.offered


def test_nothing_is_offered_before_a_secret_is_kept(at):
    session = at(Step.CREDENTIALS)
    assert not session.credentials.change.offered
    assert session.credentials.change.in_force is None


def test_the_old_secret_is_in_use_until_the_new_one_has_passed(kept, runner, operations):
    operations.results["change_secret"] = HANG
    change = kept.credentials.change
    change.set_secret(NEW)
    assert secret_of(kept) == SECRET
    change.change()
    runner.turn()
    assert kept.busy.code == "changing_secret"
    assert secret_of(kept) == SECRET
    assert change.in_force is None
    kit, new, *_ = operations.made("change_secret")[0]
    assert (kit.secrets[APP_SECRET].reveal(), new.reveal()) == (SECRET, NEW)


def test_rows_come_one_by_one_and_the_new_secret_is_taken_over(kept, runner, operations):
    operations.results["change_secret"] = DONE
    operations.news["change_secret"] = [Progress("", finding=PAIR)]
    change = kept.credentials.change
    change.set_secret(f" {NEW}\n")
    change.change()
    runner.settle()
    assert [row.id for row in change.findings] == ["secret_change.pair"]
    assert change.in_force == ("secret_change.done", {})
    assert secret_of(kept) == NEW
    assert change.typed is None
    assert kept.credentials.result is None  # it was about the former one
    assert NEW not in repr(kept.keeping.sitting())


def test_a_wrong_secret_leaves_what_was_typed_and_the_old_one_in_use(kept, runner, operations):
    bad = Finding("secret_change.pair", Status.FAIL, "feishu.10014", {"feishu_code": "10014"})
    operations.results["change_secret"] = SecretChange((bad,), "secret_change.unchanged")
    change = kept.credentials.change
    change.set_secret(NEW)
    change.change()
    runner.settle()
    assert change.typed.value == NEW
    assert secret_of(kept) == SECRET
    assert kept.focus == FIELD
    assert change.in_force[0] == "secret_change.unchanged"


def test_without_a_secret_nothing_begins_and_the_box_says_so(kept, operations):
    change = kept.credentials.change
    change.change()
    assert operations.made("change_secret") == []
    assert [(p.field, p.code) for p in change.problems()] == [(FIELD, "missing")]
    assert kept.focus == FIELD
    change.set_secret("short1")
    assert change.problems()[0].severity is Severity.WARNING
    assert kept.problems() == []  # the step itself is not held up by it


def test_a_cancel_is_looked_into(kept, runner, operations):
    operations.results["change_secret"] = HANG
    change = kept.credentials.change
    change.set_secret(NEW)
    change.change()
    runner.turn()
    operations.results["look_back"] = Unfinished(
        Stage.KEPT, "secret_change.kept_only", {"where": "x"}, True, "keyring:app_secret"
    )
    kept.cancel_work()
    runner.settle()
    assert change.in_force == ("secret_change.kept_only", {"where": "x"})
    assert change.can_finish
    assert secret_of(kept) is None  # the kept one is the new one now
    operations.results["change_secret"] = DONE
    change.finish()
    runner.settle()
    assert operations.made("change_secret")[-1][1] is None
    assert change.in_force[0] == "secret_change.done"


def test_another_program_holds_the_setup(kept, runner, operations):
    operations.results["change_secret"] = ConflictError("setup.locked", {"pid": "1"})
    change = kept.credentials.change
    change.set_secret(NEW)
    change.change()
    runner.settle()
    assert kept.message.code == "setup.locked"
    assert change.in_force is None
    assert secret_of(kept) == SECRET


def test_the_next_start_says_what_is_in_force(new_session, runner, operations):
    operations.results["last_draft"] = yesterday(step="test", waiting_since="")
    operations.results["look_back"] = Unfinished(
        Stage.SAVING, "secret_change.can_unclear", {"where": "x"}, True, "keyring:app_secret"
    )
    session = new_session()
    session.act("resume")
    runner.settle()
    assert (session.message.severity, session.message.code) == (
        Severity.WARNING,
        "secret_change.can_unclear",
    )
    session.go(Step.CREDENTIALS)
    runner.settle()
    assert session.credentials.change.can_finish


def test_what_an_earlier_run_left_in_another_setup_is_not_shown_in_this_one(
    new_session, runner, operations
):
    operations.results["last_draft"] = yesterday(step="test", waiting_since="")
    operations.results["look_back"] = Unfinished(
        Stage.SAVING, "secret_change.can_unclear", {"where": "x"}, True, "keyring:app_secret"
    )
    session = new_session()
    session.act("resume")
    runner.work_on()
    runner.tell()  # the sitting is there, and the look back begins
    assert session.answers.app_id_text
    runner.work_on()
    session.restore(Answers(), Step.PREREQUISITES)
    runner.settle()
    assert operations.made("look_back")
    assert session.credentials.change.unfinished is None
    assert session.message is None


def test_entering_it_in_can_is_stated_by_a_person(kept, runner, operations):
    change = kept.credentials.change
    assert kept.save.offered  # the page was open once
    kept.update(stated=frozenset(HAND_FIELDS))
    operations.results["change_secret"] = replace(
        DONE, in_force="secret_change.by_hand", stage=Stage.BY_HAND
    )
    change.set_secret(NEW)
    change.change()
    runner.settle()
    assert change.by_hand
    assert change.new_secret() == NEW
    assert "app_secret" not in kept.answers.stated  # the tick was about the former secret
    change.entered_in_can()
    runner.settle()
    assert kept.answers.stated == frozenset(HAND_FIELDS)
    assert len(operations.made("close_change")) == 1
    assert change.in_force is None


def test_what_was_put_back_is_not_the_typed_one(kept, runner, operations):
    operations.results["change_secret"] = replace(DONE, in_force="secret_change.put_back")
    change = kept.credentials.change
    change.set_secret(NEW)
    change.change()
    runner.settle()
    assert secret_of(kept) is None
    assert kept.answers.ref(APP_SECRET) == "keyring:app_secret"


def test_another_setup_forgets_the_change(kept):
    change = kept.credentials.change
    change.set_secret(NEW)
    kept.restore(kept.answers, Step.CREDENTIALS)
    assert change.typed is None


def test_the_link_leads_to_where_the_secret_stands(kept):
    kept.update(edition=Edition.LARK)
    link = kept.credentials.change.base_info_link
    assert link == f"https://open.larksuite.com/app/{kept.credentials.app_id.value}/baseinfo"


def test_a_reset_on_a_real_sandbox(healthy, sit):
    """Over HTTP: a reset in the console, the new secret in one box, and CAN has it."""
    admin = sit(healthy)
    session = admin.walk(Step.SAVE)
    session.save.set_secret("api_key", healthy["secrets"]["api_key"])
    new = healthy.control("reset-secret")["app_secret"]
    session.go(Step.CREDENTIALS)
    admin.settle()
    change = session.credentials.change
    change.set_secret(new)
    change.change()
    admin.settle()
    assert change.in_force[0] == "secret_change.done", change.findings
    assert stored(healthy)["app_secret"] == new
    session.credentials.check()
    admin.settle()
    assert session.credentials.done()
    assert Secret(new).matches(session.answers.secret(APP_SECRET))
    assert new.encode() not in admin.written()
