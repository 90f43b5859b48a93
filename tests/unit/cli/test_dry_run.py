"""``apply --dry-run`` writes nothing: not to CAN, not into the journal, and takes no setup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from feishu_wizard.cli import opening
from feishu_wizard.cli.apply import Asked, apply
from feishu_wizard.domain.errors import ExitCode
from feishu_wizard.services.storage.locks import SetupLock
from tests.unit.operations.can_stub import CanStub, can_stub
from tests.unit.operations.conftest import perform
from tests.unit.operations.saving_case import CALLBACK, Case, kit_for

__all__ = ["perform"]
MOVED = CALLBACK + "/x"


@pytest.fixture
def can() -> Iterator[CanStub]:
    with can_stub() as made:
        yield made


@pytest.fixture
def bench(perform, can, monkeypatch):
    """A setup that was saved twice; the command opens it with its secrets."""
    kit = kit_for(can)

    async def load(place: Any, path: str) -> Any:
        return replace(kit)

    monkeypatch.setattr(opening, "load_setup", load)

    async def story(place):
        case = Case(place, kit)
        await case.save()
        case.wants(callback=MOVED)
        await case.save()

    perform(story)
    return lambda **asked: perform(lambda place: apply(place, "setup.toml", Asked(**asked)))


def undone(perform, can) -> bool:
    """The journal has noted that the last save was taken back."""

    async def look(place):
        return any(note.undoes for note in Case(place, kit_for(can)).notes)

    return perform(look)


def test_an_undo_that_somebody_made_by_hand_is_noted_by_a_real_run_only(bench, perform, can):
    can.put(callbackUrl=CALLBACK)
    writes = len(can.writes)
    assert bench(undo=True, dry_run=True) == ExitCode.OK
    assert not undone(perform, can)
    assert bench(undo=True) == ExitCode.OK
    assert undone(perform, can)
    assert len(can.writes) == writes


def test_it_looks_beside_a_program_that_holds_the_setup(bench, perform, can):
    async def held(place):
        with SetupLock(place.paths, "abc234"):
            return await apply(place, "setup.toml", Asked(dry_run=True))

    writes = len(can.writes)
    assert perform(held) == ExitCode.FINDINGS
    assert can.stored["callbackUrl"] == MOVED
    assert len(can.writes) == writes


def test_a_conflict_has_the_exit_code_of_one(bench, can):
    can.put(callbackUrl="https://other.example.com/user/softLogin")
    for asked in ({"dry_run": True}, {"yes": True}):
        assert bench(**asked) == ExitCode.CONFLICT
    assert can.stored["callbackUrl"] == "https://other.example.com/user/softLogin"
