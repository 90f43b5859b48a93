"""The App Secret in a save: what nobody can read is told by version, by mark and by flag."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.change import SaveState
from feishu_wizard.domain.errors import CanError, ConflictError
from feishu_wizard.domain.states import Act
from tests.unit.operations.saving_case import (
    OLD_SECRET,
    SECRET,
    Case,
    kit_for,
    row,
)

THIRD_SECRET = "Zt6Yr5Xe4Wq3Vp2Uo1Ti0Sn9Rm8Ql7Pk"


@pytest.fixture
def case(perform, can):
    """Run a whole story in one workplace: ``case(async def story(case): ...)``."""
    return lambda story: perform(lambda place: story(Case(place, kit_for(can))))


def test_a_secret_that_somebody_stores_between_look_and_press_is_told_by_the_version(case, can):
    """The plan replaces the secret before and after, so its rows say nothing of it."""

    async def story(case):
        await case.save()
        case.wants(secret=OLD_SECRET)
        plan = await case.plan()
        assert [change.field for change in plan.rows if change.changes] == ["app_secret"]
        can.put(appSecret=THIRD_SECRET)
        with pytest.raises(ConflictError) as caught:
            await case.save(plan)
        assert caught.value.code == "can.changed_meanwhile"

    case(story)
    assert can.stored["appSecret"] == THIRD_SECRET


def test_a_secret_that_our_own_open_save_may_have_stored_is_no_conflict(case, can):
    async def story(case):
        await case.save()
        case.wants(secret=OLD_SECRET)
        plan = await case.plan()
        finish = case.place.journal.finish_save
        case.place.journal.finish_save = None  # as if the machine had gone
        with pytest.raises(TypeError):
            await case.save(plan)
        case.place.journal.finish_save = finish
        assert can.stored["appSecret"] == OLD_SECRET
        case.wants(secret=THIRD_SECRET)
        again = await case.plan()
        assert again.unfinished is not None
        assert row(again, "app_secret").act is Act.REPLACE
        assert again.conflicts == ()

    case(story)


def test_a_server_that_says_it_has_no_secret_has_not_saved_it(case, can):
    """It shows no end of a secret, and the flag alone tells."""
    can.hints = False
    put = can.put
    can.put = lambda by="ops.liu", appSecret="", **values: put(by=by, **values)  # noqa: N803

    async def story(case):
        with pytest.raises(CanError) as caught:
            await case.save()
        assert caught.value.code == "can.not_saved"
        assert caught.value.params["fields"] == "app_secret"
        assert case.notes[0].state is SaveState.SETTLED

    case(story)
    assert can.writes[0][1]["appSecret"] == SECRET
