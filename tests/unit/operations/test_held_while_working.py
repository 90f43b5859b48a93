"""What writes holds the setup meanwhile, and drafts come to the disk in the order of the day."""

from __future__ import annotations

import asyncio
import os
import time

import pytest

from feishu_wizard.domain.errors import ConflictError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.setup import Setup
from feishu_wizard.domain.sitting import Sitting
from feishu_wizard.domain.states import Target
from feishu_wizard.operations.keep_draft import keep_draft
from feishu_wizard.operations.save_setup import plan_saves, save_all
from feishu_wizard.operations.undo_file import plan_file_undo, undo_file
from feishu_wizard.services.storage.locks import SetupLock
from tests.unit.operations.saving_case import CALLBACK, Case, kit_for

ID = "abc234"


def test_an_undo_does_not_run_beside_another_program(perform, can):
    async def story(place):
        case = Case(place, kit_for(can))
        await case.save()
        case.wants(callback=CALLBACK + "/x")
        await case.save()
        plan, writes = await case.plan_undo(), len(can.writes)
        with SetupLock(place.paths, ID), pytest.raises(ConflictError) as caught:
            await case.undo(plan)
        assert caught.value.code == "setup.locked"
        assert len(can.writes) == writes
        await case.undo(plan)
        assert len(can.writes) > writes

    perform(story)


def test_a_file_is_not_given_back_beside_another_program(perform, tmp_path):
    path = tmp_path / "setup.toml"
    kit = Kit(Setup(id=ID), file_path=str(path))

    async def story(place):
        await save_all(place, kit, await plan_saves(place, kit, (Target.FILE,), silent), silent)
        plan = await plan_file_undo(place, kit)
        with SetupLock(place.paths, ID), pytest.raises(ConflictError) as caught:
            await undo_file(place, kit, plan)
        assert caught.value.code == "setup.locked"
        assert path.exists()
        await undo_file(place, kit, plan)
        assert not path.exists()

    perform(story)


def test_a_draft_says_that_its_program_is_still_at_work(perform):
    """By the date of the note, for computers that cannot see each other's locks."""

    async def story(place):
        note = place.paths.state / "locks" / f"{ID}.holder"
        with place.claims.holding(ID):
            os.utime(note, (1.0, 1.0))
            await keep_draft(place, Sitting(setup=Setup(id=ID)))
            assert note.stat().st_mtime > time.time() - 3600

    perform(story)


def test_drafts_are_written_one_after_the_other(perform, monkeypatch):
    told = []

    async def slowly(write, draft):
        told.append(("begun", draft.step))
        await asyncio.sleep(0)  # let whoever else may write begin
        write(draft)
        told.append(("done", draft.step))

    async def story(place):
        monkeypatch.setattr(asyncio, "to_thread", slowly)
        steps = ("save", "test")
        await asyncio.gather(
            *(keep_draft(place, Sitting(setup=Setup(id=ID), step=s)) for s in steps)
        )
        assert place.drafts.load(ID).step == "test"

    perform(story)
    assert told == [("begun", "save"), ("done", "save"), ("begun", "test"), ("done", "test")]
