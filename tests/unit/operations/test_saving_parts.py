"""Parts of a save to CAN: each consent for itself, what can be taken back, what is kept of it."""

from __future__ import annotations

import re

import msgspec
import pytest

from feishu_wizard.domain.change import Change, Consent, SaveNote, SavePlan, SaveState
from feishu_wizard.domain.errors import ConflictError, CredentialError, WizardError
from feishu_wizard.domain.names import UNDO_SECRET
from feishu_wizard.domain.states import Act, Target
from feishu_wizard.operations.knowledge import profile as built_in
from feishu_wizard.operations.saving.consent import demand
from feishu_wizard.operations.saving.marks import fingerprint, hint_mark
from feishu_wizard.operations.saving.notes import undoable
from feishu_wizard.services.can.model import Op, SecretRules
from tests.unit.operations.saving_case import (
    ALL,
    CALLBACK,
    OLD_SECRET,
    SECRET,
    Case,
    kit_for,
)

THIRD_SECRET = "Zt6Yr5Xe4Wq3Vp2Uo1Ti0Sn9Rm8Ql7Pk"
MOVED = CALLBACK + "/x"


@pytest.fixture
def case(perform, can):
    """Run a whole story in one workplace: ``case(async def story(case): ...)``."""
    return lambda story: perform(lambda place: story(Case(place, kit_for(can))))


@pytest.mark.parametrize(
    ("agreed", "code"),
    [
        (set(), "can.conflict"),
        ({Consent.WEAK_AUTH}, "can.conflict"),
        ({Consent.OVERWRITE}, "can.weak_auth"),
        (ALL, ""),
    ],
)
def test_one_consent_does_not_stand_for_the_other(agreed, code):
    row = Change("callback_url", "https://b", "https://c", Act.REPLACE, conflict=True)
    plan = SavePlan(Target.CAN, "https://can", (row,), weak=True)
    if not code:
        demand(plan, frozenset(agreed))
        return
    with pytest.raises((ConflictError, CredentialError)) as caught:
        demand(plan, frozenset(agreed))
    assert caught.value.code == code


@pytest.mark.parametrize("state", SaveState)
def test_only_a_save_that_may_be_in_force_can_be_taken_back(state):
    earlier = SaveNote(1, "https://can", "2026-11-22T08:00:00Z", SaveState.SAVED, {}, {})
    note = SaveNote(2, "https://can", "2026-11-22T09:00:00Z", state, {}, {})
    wrote_nothing = state in (SaveState.REFUSED, SaveState.NOT_SAVED)
    assert undoable([note, earlier]) == (earlier if wrote_nothing else note)


def test_a_keyring_that_fails_stops_no_save(case, can, monkeypatch):
    async def story(case):
        async def locked(*arguments):
            raise CredentialError("keyring.locked")

        monkeypatch.setattr(case.place.store, "put", locked)
        await case.save()

    case(story)
    assert can.stored["appSecret"] == SECRET


def test_the_secret_before_the_last_but_one_is_not_kept_on(case, can):
    """The replaced one is not known, and nothing older is of any use."""

    async def story(case):
        await case.save()
        case.wants(secret=OLD_SECRET)
        await case.save()
        kept = await case.place.store.get("abc234", UNDO_SECRET)
        assert kept.reveal() == SECRET
        can.put(appSecret=THIRD_SECRET)
        await case.save(agreed=ALL)
        assert await case.place.store.get("abc234", UNDO_SECRET) is None

    case(story)


def test_a_lost_answer_and_a_server_that_cannot_be_read_leave_the_end_open(case, can):
    async def story(case):
        await case.save()
        case.wants(callback=MOVED)
        plan = await case.plan()
        can.answer_lost = {"save"}
        can.before = lambda kind: setattr(can, "upgraded", True)
        with pytest.raises(WizardError):
            await case.save(plan)
        assert case.notes[0].state is SaveState.UNKNOWN
        can.upgraded, can.answer_lost = False, set()
        again = await case.plan()
        assert again.unfinished is not None or case.notes[0].state is SaveState.SETTLED
        assert can.stored["callbackUrl"] == MOVED

    case(story)


def test_the_journal_has_nothing_by_which_a_secret_or_its_end_is_found(case, can):
    async def story(case):
        await case.save()
        [note] = case.notes
        assert re.fullmatch(r"[0-9a-f]{2}", note.after["hint"])
        assert re.fullmatch(r"[0-9a-f]{16}", note.after["secret"])
        kit, other = case.kit, msgspec.structs.replace(case.kit.setup, id="xyz789")
        elsewhere = type(kit)(other, kit.secrets)
        secret = kit.secrets["app_secret"]
        assert fingerprint(kit, secret) == note.after["secret"] != fingerprint(elsewhere, secret)
        assert hint_mark(kit, SECRET[-4:]) == note.after["hint"]
        assert hint_mark(kit, f"****{SECRET[-4:]}") == note.after["hint"]

    case(story)


def test_a_switch_by_way_of_the_save_brings_a_secret_that_is_not_shown_to_us(
    case, can, monkeypatch
):
    """The server shows some accounts stars only, and wants the secret with every save."""
    shown = can.body
    can.body = lambda: {**shown(), "appSecret": "********"}
    can.put(appId="cli_a8c029e757e6500b", appSecret=SECRET, callbackUrl=CALLBACK)
    by_save = Op(via="save", set={"/enabled": "${enabled}"})
    ops = msgspec.structs.replace(built_in("can-rest").ops, enable=by_save)

    async def story(case):
        case.speaks(monkeypatch, secret=SecretRules(read="plain", keep="resend"), ops=ops)
        await case.save()

    case(story)
    assert can.writes[-1][1]["enabled"] is True
    assert can.writes[-1][1]["appSecret"] == SECRET
    assert can.stored["enabled"] is True
