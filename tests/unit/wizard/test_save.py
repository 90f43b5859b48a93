"""The save page: targets, ticks, what is written and what is not."""

from __future__ import annotations

from itertools import product

from feishu_wizard.domain.outcomes import PrerequisiteCheck
from feishu_wizard.domain.states import Target
from feishu_wizard.wizard.by_hand import HAND_FIELDS
from feishu_wizard.wizard.steps import Severity, Step
from tests.unit.wizard.fakes import (
    CAN,
    can_plan,
    network,
    no_network,
    offer,
)
from tests.unit.wizard.looks import press


def test_every_choice_of_targets_can_be_left(at, runner, operations, tmp_path):
    """Whatever is chosen, presses alone lead on, and the row says what is left."""
    session = at(Step.SAVE)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    session.save.file.set_path(str(tmp_path / "setup.toml"))
    choices = [c for n in (1, 2, 3) for c in product(Target, repeat=n) if len(set(c)) == n]
    for wanted in {frozenset(choice) for choice in choices}:
        session.go(Step.SAVE)
        session.update(targets=wanted, stated=frozenset())
        for _ in range(4):
            if session.step is Step.SAVE:
                press(session, runner)
        assert session.step is Step.TEST, (wanted, session.problems())
        left = session.save.open_items()
        assert left == (len(HAND_FIELDS) if Target.BY_HAND in wanted else 0)


def test_ticks_that_are_left_do_not_save_a_second_time(at, runner, operations):
    session = at(Step.SAVE)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    session.update(targets=frozenset({Target.CAN, Target.BY_HAND}))
    press(session, runner)
    press(session, runner)
    assert session.verb().code == "continue_open"
    assert session.verb().params == {"count": str(len(HAND_FIELDS))}
    for name in HAND_FIELDS:
        session.save.hand.set_stated(name, True)
    assert session.verb().code == "continue"
    assert len(operations.made("save_all")) == 1


def test_nothing_to_do_is_said_and_nothing_is_written(at, runner, operations):
    operations.results["plan_saves"] = (can_plan(empty=True),)
    session = at(Step.SAVE)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    press(session, runner)
    assert session.message.code == "nothing_to_save"
    assert session.closing
    press(session, runner)
    assert session.step is Step.TEST
    assert operations.made("save_all") == []


def test_a_failed_save_is_compared_again_before_the_next(at, runner, operations):
    operations.results["save_all"] = no_network("can.example.com")
    session = at(Step.SAVE)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    press(session, runner)
    press(session, runner)
    assert session.message.severity is Severity.ERROR
    assert session.message.params["host"] == "can.example.com"
    assert not session.closing
    assert session.verb().code == "show_changes"


def test_cancel_becomes_close_only_after_a_save(at, runner):
    session = at(Step.SAVE)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    press(session, runner)
    assert not session.closing
    press(session, runner)
    assert session.closing


def test_a_missing_key_is_asked_at_its_box(at, runner, operations):
    session = at(Step.SAVE)
    press(session, runner)
    assert session.focus == "save.secret.api_key"
    assert operations.made("plan_saves") == []


def test_a_key_that_worked_is_kept_where_secrets_are_kept(at, runner, operations):
    session = at(Step.SAVE)
    session.save.set_secret("api_key", "sk-5f3a9c1e7b2d4860")
    press(session, runner)
    assert [args[1] for args in operations.made("keep_secret")] == ["app_secret", "can_api_key"]
    assert session.answers.ref("can_api_key") == "keyring:can_api_key"
    assert session.keeping.setup().office.secrets == {"api_key": "keyring:can_api_key"}


def test_without_can_only_a_file_is_offered(session, runner, operations):
    operations.results["check_prerequisites"] = PrerequisiteCheck(network().findings)
    session.prerequisites.set_no_can(True)
    press(session, runner)
    session.credentials.set_app_id("cli_a8c029e757e6500b")
    session.credentials.set_secret("Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E")
    press(session, runner)
    press(session, runner)
    assert session.save.offered == (Target.FILE,)
    press(session, runner)
    assert session.focus == "save.file_path"
    session.save.file.set_path("/tmp/setup.toml")
    press(session, runner)
    assert session.verb().code == "save_to_file"
    press(session, runner)
    press(session, runner)
    assert session.step is Step.TEST
    kit = operations.made("plan_saves")[0][0]
    assert kit.setup.office.url == ""
    assert kit.file_path == "/tmp/setup.toml"


def test_by_hand_gives_the_values_to_copy_and_waits_for_ticks(at, runner, operations):
    operations.results["check_prerequisites"] = network(
        warned="can.profile", offered=offer(False, "html")
    )
    session = at(Step.SAVE)
    assert session.save.hand.value("app_id") == "cli_a8c029e757e6500b"
    assert session.save.hand.value("callback_url") == CAN + "/user/softLogin"
    assert session.save.hand.value("app_secret") == ""
    assert session.save.hand.reveal_secret().reveal() == "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E"
    assert session.verb().params == {"count": "5"}
    assert not session.closing
    for name in HAND_FIELDS:
        session.save.hand.set_stated(name, True)
    assert session.verb().code == "continue"
    assert session.closing
    assert operations.made("plan_saves") == []
