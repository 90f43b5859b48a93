"""The last saves are taken back, newest first, by a save with its own plan and read back."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.change import Consent, SaveState
from feishu_wizard.domain.errors import ConflictError, InputError
from feishu_wizard.domain.states import Act
from feishu_wizard.services.can.model import SecretRules
from tests.unit.operations.saving_case import (
    ALL,
    APP_ID,
    CALLBACK,
    OLD_APP,
    OLD_SECRET,
    OTHER,
    SECRET,
    Case,
    kit_for,
    row,
    stored,
)

MOVED = CALLBACK + "/x"


@pytest.fixture
def case(perform, can):
    """Run a whole story in one workplace."""
    return lambda story: perform(lambda place: story(Case(place, kit_for(can))))


def test_before_the_first_save_there_is_nothing_to_take_back(case, can):
    async def story(case):
        assert await case.last() is None
        with pytest.raises(InputError) as caught:
            await case.plan_undo()
        assert caught.value.code == "can.nothing_to_undo"

    case(story)
    assert can.writes == []


def test_twice_goes_further_back_and_a_new_save_comes_first_again(case, can):
    async def story(case):
        await case.save()
        case.wants(callback=MOVED)
        await case.save()
        case.wants(callback=OTHER, enable=False)
        await case.save()
        assert (can.stored["callbackUrl"], can.stored["enabled"]) == (OTHER, False)
        plan = await case.plan_undo()
        assert {c.field: c.after for c in plan.rows if c.changes} == {
            "callback_url": MOVED,
            "enabled": "on",
        }
        result = await case.undo(plan)
        assert result.written
        assert (can.stored["callbackUrl"], can.stored["enabled"]) == (MOVED, True)
        await case.undo()
        assert can.stored["callbackUrl"] == CALLBACK
        case.wants(callback=OTHER)
        await case.save()
        assert (await case.last()).wanted["callback_url"] == OTHER
        await case.undo()
        assert can.stored["callbackUrl"] == CALLBACK

    case(story)
    assert stored(can) == (APP_ID, SECRET, CALLBACK)


def test_the_first_save_ever_can_only_be_switched_off_and_that_is_said(case, can):
    async def story(case):
        await case.save()
        plan = await case.plan_undo()
        assert plan.remarks == ("undo.nothing_before",)
        assert [c.field for c in plan.rows if c.changes] == ["enabled"]
        await case.undo(plan)
        assert await case.last() is None

    case(story)
    assert stored(can) == (APP_ID, SECRET, CALLBACK)
    assert can.stored["enabled"] is False


def test_the_former_secret_is_given_back_where_it_is_kept(case, can):
    async def story(case):
        await case.save()
        case.wants(secret=OLD_SECRET)
        await case.save()
        assert can.stored["appSecret"] == OLD_SECRET
        plan = await case.plan_undo()
        assert row(plan, "app_secret").act is Act.REPLACE
        assert plan.remarks == ()
        await case.undo(plan)

    case(story)
    assert can.stored["appSecret"] == SECRET


def test_a_secret_that_nobody_knows_stays_and_that_is_said_before(case, can):
    can.put(appId=APP_ID, appSecret=OLD_SECRET, callbackUrl=OTHER)

    async def story(case):
        await case.save()
        plan = await case.plan_undo()
        assert plan.remarks == ("undo.secret_unknown",)
        assert row(plan, "app_secret").act is Act.KEEP
        await case.undo(plan)

    case(story)
    assert stored(can) == (APP_ID, SECRET, OTHER)


def test_a_secret_that_the_server_shows_is_given_back(case, can, monkeypatch):
    can.plain = True
    can.put(appId=OLD_APP, appSecret=OLD_SECRET, callbackUrl=OTHER, enabled=True)

    async def story(case):
        case.speaks(monkeypatch, secret=SecretRules(read="plain", keep="resend"))
        await case.save()
        assert stored(can) == (APP_ID, SECRET, CALLBACK)
        plan = await case.plan_undo()
        assert plan.remarks == ()
        await case.undo(plan)

    case(story)
    assert stored(can) == (OLD_APP, OLD_SECRET, OTHER)


def test_another_app_comes_back_only_with_its_secret(case, can):
    can.put(appId=OLD_APP, appSecret=OLD_SECRET, callbackUrl=OTHER)

    async def story(case):
        await case.save()
        plan = await case.plan_undo()
        assert plan.wants_secret
        with pytest.raises(InputError) as caught:
            await case.undo(plan)
        assert caught.value.code == "can.undo_wants_secret"
        assert stored(can) == (APP_ID, SECRET, CALLBACK)
        typed = await case.plan_undo(OLD_SECRET)
        assert not typed.wants_secret
        await case.undo(typed, secret=OLD_SECRET)

    case(story)
    assert stored(can) == (OLD_APP, OLD_SECRET, OTHER)


@pytest.mark.parametrize("known", [True, False])
def test_a_server_that_wants_the_secret_each_time_is_asked_for_at_the_field(
    case, can, monkeypatch, known
):
    async def story(case):
        case.speaks(monkeypatch, secret=SecretRules(read="omitted", keep="reenter"))
        await case.save()
        case.wants(callback=MOVED)
        await case.save()
        if not known:  # another one was entered meanwhile, and nobody kept the stored one
            case.wants(secret=OLD_SECRET)
            await case.place.store.forget("abc234", ["app_secret_saved", "app_secret_undo"])
        plan = await case.plan_undo()
        assert plan.wants_secret is not known
        await case.undo(plan if known else None, secret="" if known else SECRET)

    case(story)
    assert stored(can) == (APP_ID, SECRET, CALLBACK)


def test_what_somebody_changed_since_is_a_conflict_here_too(case, can):
    async def story(case):
        await case.save()
        case.wants(callback=MOVED)
        await case.save()
        can.put(callbackUrl=OTHER)
        plan = await case.plan_undo()
        assert [c.field for c in plan.conflicts] == ["callback_url"]
        with pytest.raises(ConflictError) as caught:
            await case.undo(plan)
        assert caught.value.code == "can.conflict"
        assert can.stored["callbackUrl"] == OTHER
        await case.undo(plan, agreed=frozenset({Consent.OVERWRITE}))

    case(story)
    assert can.stored["callbackUrl"] == CALLBACK


def test_what_the_save_did_not_change_stays_as_it_is_now(case, can):
    async def story(case):
        await case.save()
        case.wants(callback=MOVED)
        await case.save()
        can.put(enabled=False)
        plan = await case.plan_undo()
        assert [c.field for c in plan.rows if c.changes] == ["callback_url"]
        await case.undo(plan, agreed=ALL)

    case(story)
    assert can.stored["callbackUrl"] == CALLBACK
    assert can.stored["enabled"] is False


def test_an_undo_whose_answer_was_lost_is_repeated_harmlessly(case, can):
    async def story(case):
        await case.save()
        case.wants(callback=MOVED)
        await case.save()
        can.answer_lost = {"save"}
        await case.undo()
        assert case.notes[0].undoes == case.notes[1].id
        assert case.notes[0].state is SaveState.SAVED
        can.answer_lost = set()

    case(story)
    assert can.stored["callbackUrl"] == CALLBACK


def test_no_secret_is_kept_where_the_setup_keeps_none(case, can):
    async def story(case):
        case.wants(place="file")
        await case.save()
        case.wants(secret=OLD_SECRET)
        await case.save()
        assert await case.place.store.get("abc234", "app_secret_saved") is None
        assert (await case.plan_undo()).remarks == ("undo.secret_unknown",)

    case(story)


def test_forgetting_a_setup_forgets_what_undo_kept(case, can):
    from feishu_wizard.operations.forget_setup import forget_setup

    async def story(case):
        await case.save()
        assert await case.place.store.get("abc234", "app_secret_saved") is not None
        await forget_setup(case.place, case.kit)
        assert await case.place.store.get("abc234", "app_secret_saved") is None
        assert case.notes == []
        assert await case.last() is None

    case(story)
