"""What outlives the window: the draft, an opened file, starting over, forgetting."""

from __future__ import annotations

import msgspec
import pytest

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.edition import AppType, Edition
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.outcomes import CredentialCheck
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Setup
from feishu_wizard.domain.sitting import Sitting
from feishu_wizard.domain.states import GrantState, Target, VersionState
from feishu_wizard.wizard.answers import ConsoleBy
from feishu_wizard.wizard.conversion import from_setup, to_setup
from feishu_wizard.wizard.draft import SETTLE_SECONDS
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Severity, Step, StepState
from tests.unit.wizard.fakes import (
    APP_ID,
    CALLBACK,
    CAN,
    SECRET,
    fill_prerequisites,
    grants,
)
from tests.unit.wizard.yesterday import yesterday


def kept(operations):
    return operations.made("keep_draft")[-1][0]


# -- going on -------------------------------------------------------------------------


def test_the_next_start_offers_to_go_on_and_changes_nothing_yet(new_session, operations):
    operations.results["last_draft"] = yesterday()
    session = new_session()
    assert session.message.code == "resume_waiting"
    assert session.message.actions == ("resume", "start_over")
    assert session.message.params["step"] == "permissions"
    assert session.step is Step.PREREQUISITES
    assert session.answers.can_text == ""
    calls = {name for name, _ in operations.calls}
    assert calls <= {"last_draft", "look_at_state", "who_holds", "ledger_look", "last_drift"}


def test_going_on_brings_back_answers_and_no_result(new_session, runner, operations):
    operations.results["last_draft"] = yesterday()
    session = new_session()
    session.act("resume")
    runner.settle()
    assert session.step is Step.PERMISSIONS
    assert session.message.code == "resumed"
    answers = session.answers
    assert answers.setup_id == "abc234"
    assert answers.can_text == CAN + "/anymetrics/home"
    assert answers.console_by is ConsoleBy.COLLEAGUE
    assert answers.capabilities == {Capability.SSO, Capability.PUSH}
    assert answers.declined == {"permission.mobile"}
    assert dict(answers.inputs) == {"tenant_id": "7"}
    assert session.permissions.waiting_since == "2026-03-01T08:00:00+00:00"
    rows = session.rows()
    assert [r.reachable for r in rows] == [True, True, True, False, False, False]
    assert StepState.DONE not in {r.state for r in rows}  # nothing was looked at today
    assert session.verb().code == "check_permissions"
    assert session.credentials.secret_known
    assert session.answers.secrets == ()


def test_the_second_sitting_starts_at_the_check_and_can_finish(new_session, runner, operations):
    operations.results["last_draft"] = yesterday()
    session = new_session()
    session.act("resume")
    runner.settle()
    session.press()
    runner.settle()
    assert session.step is Step.SAVE
    assert session.message.code == "permissions_complete"
    assert session.save.chosen == {Target.CAN}
    assert [d.name for d in session.save.declares] == ["tenant_id", "api_key"]
    session.press()
    runner.settle()
    kit = operations.made("plan_saves")[0][0]
    assert kit.setup.office.secrets == {"api_key": "keyring:can_api_key"}
    assert kit.api_base == CAN + "/anymetrics/api/v1"
    session.press()
    runner.settle()
    assert session.closing


def test_starting_over_leaves_the_page_as_it_is(new_session, runner, operations):
    operations.results["last_draft"] = yesterday()
    session = new_session()
    session.act("start_over")
    assert session.message is None
    assert session.answers.can_text == ""
    fill_prerequisites(session)
    runner.fire(SETTLE_SECONDS)
    runner.settle()
    assert kept(operations).setup.id == session.answers.setup_id != "abc234"


def test_while_the_offer_stands_nothing_replaces_the_draft(new_session, runner, operations):
    operations.results["last_draft"] = yesterday()
    session = new_session()
    session.prerequisites.set_can_text("h")
    assert runner.fire(SETTLE_SECONDS) == 0
    assert operations.made("keep_draft") == []
    session.act("resume")
    runner.settle()
    assert session.step is Step.PERMISSIONS


@pytest.mark.parametrize("how", ["press", "dismiss"])
def test_going_on_without_an_answer_to_the_offer_is_kept_too(new_session, runner, operations, how):
    operations.results["last_draft"] = yesterday()
    session = new_session()
    fill_prerequisites(session)
    if how == "press":
        session.press()
        runner.settle()
    else:
        session.dismiss_message()
        session.prerequisites.set_can_text(CAN + "/home")
    assert runner.fire(SETTLE_SECONDS) == 1
    runner.settle()
    assert kept(operations).can_text.startswith(CAN)
    session.act("resume")
    runner.settle()
    assert session.answers.setup_id != "abc234"


def start_over(session):
    session.act("start_over")


def close_the_strip(session):
    session.dismiss_message()


def hear_something_else(session):
    session.say(Severity.INFO, "copied")


@pytest.mark.parametrize("end", [start_over, close_the_strip, hear_something_else])
def test_what_was_typed_while_it_was_asked_is_kept_once_it_is_not(
    new_session, runner, operations, end
):
    operations.results["last_draft"] = yesterday()
    session = new_session()
    fill_prerequisites(session)
    assert runner.fire(SETTLE_SECONDS) == 0
    end(session)
    assert runner.fire(SETTLE_SECONDS) == 1
    runner.settle()
    assert kept(operations).can_text == CAN
    assert kept(operations).setup.id != "abc234"
    start_over(session)  # it is kept once only
    assert runner.fire(SETTLE_SECONDS) == 0


def test_what_was_typed_before_going_on_with_the_offer_is_not_kept(new_session, runner, operations):
    operations.results["last_draft"] = yesterday()
    session = new_session()
    fill_prerequisites(session)
    session.act("resume")
    assert runner.fire(SETTLE_SECONDS) == 0
    runner.settle()
    runner.fire(SETTLE_SECONDS)
    runner.settle()
    assert {sitting.setup.id for (sitting,) in operations.made("keep_draft")} == {"abc234"}


def test_who_typed_already_is_not_asked(runner, operations):
    operations.results["last_draft"] = yesterday()

    async def workplace():
        return None

    session = Session(runner, workplace)
    session.keeping.begin()
    fill_prerequisites(session)
    runner.settle()
    assert session.message is None
    assert session.answers.can_text == CAN


def test_an_unfinished_sitting_without_waiting_is_offered_too(new_session, operations):
    operations.results["last_draft"] = yesterday(waiting_since="", step="save")
    session = new_session()
    assert session.message.code == "resume_offer"


# -- the draft ------------------------------------------------------------------------


def test_a_draft_is_written_once_typing_has_settled(session, runner, operations):
    for length in range(1, len(CAN) + 1):
        session.prerequisites.set_can_text(CAN[:length])
    assert len(runner.due) == 1
    runner.fire(SETTLE_SECONDS)
    runner.settle()
    assert [args[0].can_text for args in operations.made("keep_draft")] == [CAN]


def test_a_draft_holds_no_secret_and_brings_everything_back(at, runner, operations):
    session = at(Step.FINISH)
    session.permissions.set_declined("permission.mobile", True)
    session.save.hand.set_stated("enable", True)
    session.keeping.now()
    runner.settle()
    draft = kept(operations)
    text = msgspec.json.encode(draft).decode()
    assert SECRET not in text
    assert "sk-5f3a9c1e7b2d4860" not in text
    assert draft.refs == {
        "app_secret": "keyring:app_secret",
        "can_api_key": "keyring:can_api_key",
    }
    assert draft.visited == [s.value for s in Step]
    assert draft.declined == ["permission.mobile"]
    assert draft.stated == ["enable"]
    before = session.answers
    operations.results["last_draft"] = msgspec.json.decode(text, type=Sitting)
    session.keeping.offered = operations.results["last_draft"]
    session.act("resume")
    runner.settle()
    for name in ("can_text", "app_id_text", "callback_text", "refs", "declined", "stated"):
        assert getattr(session.answers, name) == getattr(before, name), name
    for name in ("setup_id", "profile", "api_base", "inputs", "capabilities", "recipients_text"):
        assert getattr(session.answers, name) == getattr(before, name), name


def test_closing_waits_until_the_draft_is_on_disk(session, runner, operations):
    closed = []
    session.keeping.now(lambda: closed.append("untouched"))
    assert closed == ["untouched"]
    assert operations.made("keep_draft") == []
    fill_prerequisites(session)
    session.keeping.now(lambda: closed.append("kept"))
    assert closed == ["untouched"]
    runner.settle()
    assert closed == ["untouched", "kept"]
    assert kept(operations).can_text == CAN


def test_a_draft_that_cannot_be_written_is_said_and_holds_nobody(session, runner, operations):
    operations.results["keep_draft"] = InputError("file.full", {"path": "/x"})
    closed = []
    fill_prerequisites(session)
    session.keeping.now(lambda: closed.append(True))
    runner.settle()
    assert closed == [True]
    assert session.message.code == "file.full"


def test_demo_and_tour_keep_nothing(runner, operations):
    async def workplace():
        return None

    session = Session(runner, workplace)
    session.keeping.enabled = False
    session.keeping.begin()
    fill_prerequisites(session)
    session.keeping.now()
    runner.settle()
    assert operations.calls == []


# -- forgetting -----------------------------------------------------------------------


def test_forgetting_starts_over_and_writes_no_draft_again(at, runner, operations):
    session = at(Step.FINISH)
    session.finish.export("/tmp/report.md")
    runner.settle()
    old = session.answers.setup_id
    session.keeping.forget()
    assert runner.fire(SETTLE_SECONDS) == 0
    runner.settle()
    kit = operations.made("forget_setup")[0][0]
    assert kit.setup.id == old
    assert set(kit.secrets) == {"app_secret", "can_api_key"}
    assert session.message.code == "forgotten"
    assert session.step is Step.PREREQUISITES
    assert session.answers.setup_id != old
    assert session.answers.secrets == ()
    assert session.answers.can_text == ""
    assert session.finish.exported_to == ""
    assert [row.reachable for row in session.rows()] == [True] + [False] * 5
    drafts = len(operations.made("keep_draft"))
    runner.fire(SETTLE_SECONDS)
    session.keeping.now()
    runner.settle()
    assert len(operations.made("keep_draft")) == drafts


def test_forgetting_forgets_the_wait(at, runner, operations):
    operations.results["check_permissions"] = grants(
        rest=GrantState.UNDER_REVIEW, version=VersionState.UNDER_REVIEW
    )
    session = at(Step.PERMISSIONS)
    session.press()
    runner.settle()
    session.keeping.forget()
    runner.settle()
    assert session.keeping.sitting().waiting_since == ""


# -- a file ---------------------------------------------------------------------------


def file_kit(**feishu):
    setup = yesterday().setup
    changed = msgspec.structs.replace(setup.feishu, **feishu)
    return Kit(msgspec.structs.replace(setup, feishu=changed))


def test_an_opened_file_fills_the_pages_and_checks_nothing(new_session, operations):
    operations.results["load_setup"] = file_kit()
    session = new_session("/tmp/setup.toml")
    assert session.message.code == "file_opened"
    assert session.message.params == {"path": "/tmp/setup.toml"}
    assert session.step is Step.PREREQUISITES
    assert session.prerequisites.can_origin == CAN
    assert session.credentials.app_id.value == APP_ID
    assert session.credentials.callback.value == CALLBACK
    assert session.credentials.secret_known
    assert session.answers.file_path == "/tmp/setup.toml"
    calls = {name for name, _ in operations.calls}
    assert calls <= {"load_setup", "claim_setup", "ledger_look", "last_drift"}


def test_a_file_comes_back_as_it_was_read(new_session, operations):
    kit = file_kit(edition=Edition.LARK, tenant_key="2ed263bf32cf1651", app_type=AppType.STORE)
    operations.results["load_setup"] = kit
    session = new_session("/tmp/setup.toml")
    assert session.keeping.setup() == kit.setup


def test_a_file_that_cannot_be_read_is_named_and_leaves_the_page(new_session, operations):
    operations.results["load_setup"] = InputError("setup.foreign", {"path": "/tmp/x.toml"})
    session = new_session("/tmp/x.toml")
    assert session.message.severity is Severity.ERROR
    assert session.message.params["path"] == "/tmp/x.toml"
    assert session.answers.file_path == ""


def test_a_file_of_a_can_without_address_is_prepare_only():
    answers = from_setup(Setup(id="abc234"))
    assert answers.no_can
    again = to_setup(answers, app_id="", callback="", can_url="")
    assert again == Setup(id="abc234")


def test_a_kept_secret_comes_back_for_the_guided_page(new_session, runner, operations):
    """By hand on the second day: the copy button needs the secret, and nothing becomes void."""
    secret = Secret("x" * 32)
    operations.results["kept_secret"] = secret
    session = new_session()
    session.update(refs=((APP_SECRET, "keyring:app_secret"),), can_text="https://can.example.com")
    session.credentials.result = CredentialCheck(())
    session.restore(session.answers, Step.SAVE)
    session.credentials.result = passed = CredentialCheck(())
    runner.settle()
    assert session.save.hand.reveal_secret() is secret
    assert session.credentials.result is passed
