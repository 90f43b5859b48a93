"""Writing a hand-over file: what is asked for before anything is written."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from feishu_wizard.wizard.sealed import SealFile


class Session(SimpleNamespace):
    """Only what the panel's controller asks a session for."""

    def __init__(self) -> None:
        super().__init__(focus=None, started=[], keeping=SimpleNamespace(kit=lambda: None))

    def changed(self) -> None:
        """Nobody looks on."""

    def start(self, code: str, work: Any, done: Any) -> None:
        self.started.append(code)


@pytest.fixture
def sealing() -> SealFile:
    return SealFile(Session())


def test_two_passphrases_that_differ_are_told_at_the_second(sealing) -> None:
    sealing.set_path(" /tmp/a.age ")
    sealing.set_passphrase("bado-kifu-lemo")
    sealing.set_again("bado-kifu-lema")
    assert sealing.problems() == []  # nobody pressed yet
    sealing.write()
    [problem] = sealing.problems()
    assert problem.code == "passphrase.differ"
    assert problem.field == sealing.session.focus == "save.passphrase_again"
    assert sealing.session.started == []
    sealing.set_again("bado-kifu-lemo\n")
    sealing.write()
    assert sealing.session.started == ["sealing"]


def test_a_made_up_one_needs_no_second_typing_and_is_forgotten(sealing) -> None:
    sealing.set_path("/tmp/a.age")
    sealing.propose()
    assert sealing.weak == ""
    sealing.write()
    assert sealing.session.started == ["sealing"]
    sealing.forget()
    assert not sealing.passphrase
    assert not sealing.again
    assert sealing.problems() == []


def test_a_weak_one_is_told_and_taken(sealing) -> None:
    sealing.set_path("/tmp/a.age")
    sealing.set_passphrase("short")
    sealing.set_again("short")
    assert sealing.weak == "passphrase.short"
    sealing.write()
    assert sealing.session.started == ["sealing"]
