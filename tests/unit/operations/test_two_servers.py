"""A setup that saved to two servers: what was done at one says nothing of the other."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.change import SaveState
from feishu_wizard.domain.errors import InputError
from feishu_wizard.operations.undo_save import last_save
from tests.unit.operations.saving_case import APP_ID, CALLBACK, OTHER, Case, kit_for, stored

MOVED = CALLBACK + "/x"


@pytest.fixture
def case(perform, can):
    """Run a whole story in one workplace: ``case(async def story(case): ...)``."""
    return lambda story: perform(lambda place: story(Case(place, kit_for(can))))


def begun_elsewhere(case: Case, callback: str = CALLBACK) -> int:
    """The journal's note of a save of the same setup to another server, as yet without an end."""
    before = {"app_id": APP_ID, "callback_url": MOVED, "enabled": "off"}
    wanted = {"app_id": APP_ID, "callback_url": callback, "enabled": "on"}
    journal, setup_id = case.place.journal, case.kit.setup.id
    return journal.begin_save(setup_id, "https://can2.example.com/api", before, wanted)


def saved_elsewhere(case: Case) -> int:
    """The same, read back and equal."""
    number = begun_elsewhere(case)
    case.place.journal.finish_save(number, SaveState.SAVED, {"app_id": APP_ID})
    return number


def test_what_was_saved_to_another_server_is_not_taken_back_here(case, can):
    async def story(case):
        saved_elsewhere(case)
        with pytest.raises(InputError) as caught:
            await case.plan_undo()
        assert caught.value.code == "can.nothing_to_undo"
        assert await last_save(case.place, case.kit) is None  # and it is not offered either

    case(story)
    assert can.writes == []


def test_a_later_save_to_another_server_does_not_stand_before_ours(case, can):
    async def story(case):
        await case.save()
        case.wants(callback=MOVED)
        ours = (await case.save()).undo
        assert saved_elsewhere(case) > ours
        plan = await case.plan_undo()
        assert plan.undoes == ours == (await last_save(case.place, case.kit)).id
        await case.undo(plan)

    case(story)
    assert stored(can)[2] == CALLBACK
    assert can.stored["enabled"] is True


def test_an_open_save_to_another_server_explains_no_change_of_this_one(case, can):
    """What it wanted there is what somebody else stored here."""

    async def story(case):
        await case.save()
        begun_elsewhere(case, OTHER)
        can.put(callbackUrl=OTHER)
        plan = await case.plan()
        assert plan.unfinished is None
        assert [row.field for row in plan.conflicts] == ["callback_url"]

    case(story)
