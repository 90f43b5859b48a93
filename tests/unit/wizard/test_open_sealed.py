"""Opening a hand-over file in the window: the passphrase lives until it has opened the file."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.setup import Setup
from feishu_wizard.operations.open_sealed import Opened
from feishu_wizard.wizard.sealed import OpenSealed

WORDS = "bado-kifu-lemo-nipa-rusi-tave"


@pytest.fixture
def opening(session, monkeypatch):
    """The panel; ``tried`` has the passphrases, ``answers`` what comes of them, one by one."""
    made = OpenSealed(session, "/tmp/a.age")
    made.tried, made.answers = [], []

    async def fake(place, path, passphrase, report):
        made.tried.append(passphrase.reveal())
        answer = made.answers.pop(0)
        if isinstance(answer, InputError):
            raise answer
        return answer

    monkeypatch.setattr("feishu_wizard.operations.open_sealed.open_sealed", fake)
    return made


def test_a_passphrase_that_opened_the_file_is_asked_for_the_next_time(opening, runner):
    opening.answers = [Opened(Kit(Setup(id="k3v9q2")), "/tmp/a.age", ())]
    opening.set_passphrase(f" {WORDS}\n")
    opening.open()
    runner.settle()
    assert opening.opened is not None
    assert opening.problems() == []
    opening.open()
    [problem] = opening.problems()
    assert (problem.field, problem.code) == ("open.passphrase", "passphrase.empty")
    assert opening.tried == [WORDS]


def test_a_wrong_one_is_told_at_its_field_and_may_be_tried_again(opening, runner, session):
    right = Opened(Kit(Setup(id="k3v9q2")), "/tmp/a.age", ())
    opening.answers = [InputError("sealed.passphrase", {"path": "/tmp/a.age"}), right]
    opening.set_passphrase(WORDS)
    opening.open()
    runner.settle()
    [problem] = opening.problems()
    assert (problem.field, problem.code) == ("open.passphrase", "sealed.passphrase")
    assert session.focus == "open.passphrase"
    assert opening.opened is None
    opening.open()
    runner.settle()
    assert opening.opened is right
    assert opening.tried == [WORDS, WORDS]
