"""What we last saw, what is there, what we want: nothing is overwritten that nobody looked at."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from feishu_wizard.domain.change import Consent, SaveState
from feishu_wizard.domain.errors import CanError, ConflictError, CredentialError, NetworkError
from feishu_wizard.domain.states import Act
from feishu_wizard.operations.knowledge import profile as built_in
from feishu_wizard.services.can.model import (
    AppliesTo,
    Auth,
    SecretRules,
    Verify,
    VersionProbe,
)
from tests.unit.operations.can_stub import SAVED_AT
from tests.unit.operations.saving_case import (
    ALL,
    APP_ID,
    CALLBACK,
    OLD_APP,
    OLD_SECRET,
    OTHER,
    SECRET,
    Case,
    NoWait,
    kit_for,
    row,
    stored,
)

MOVED = CALLBACK + "/x"
PLAIN = SecretRules(read="plain", keep="resend")


@pytest.fixture
def case(perform, can):
    """Run a whole story in one workplace: ``case(async def story(case): ...)``."""
    return lambda story: perform(lambda place: story(Case(place, kit_for(can))))


# -- somebody else --------------------------------------------------------------------


def test_what_was_never_seen_is_no_conflict(case, can):
    can.put(appId=OLD_APP, appSecret=OLD_SECRET, callbackUrl=OTHER)

    async def story(case):
        plan = await case.plan()
        assert plan.conflicts == ()
        assert plan.seen_at == ""
        assert not plan.needs
        await case.save(plan)

    case(story)
    assert stored(can) == (APP_ID, SECRET, CALLBACK)


def test_what_somebody_changed_since_is_shown_with_who_and_when(case, can):
    async def story(case):
        await case.save()
        can.put(callbackUrl=OTHER, enabled=False)
        plan = await case.plan()
        assert {c.field for c in plan.conflicts} == {"callback_url", "enabled"}
        callback = row(plan, "callback_url")
        assert (callback.seen, callback.before, callback.after) == (CALLBACK, OTHER, CALLBACK)
        assert (plan.changed_by, plan.changed_at) == ("ops.liu", SAVED_AT)
        assert plan.moved
        assert plan.seen_at
        assert plan.needs == {Consent.OVERWRITE}
        with pytest.raises(ConflictError) as caught:
            await case.save(plan)
        assert caught.value.code == "can.conflict"
        assert caught.value.params["by"] == "ops.liu"
        assert caught.value.params["fields"] == "callback_url, enabled"
        assert stored(can) == (APP_ID, SECRET, OTHER)
        again = await case.plan()  # looking does not make it anybody's agreement
        assert again.conflicts == plan.conflicts
        await case.save(again, agreed=frozenset({Consent.OVERWRITE}))
        assert (await case.plan()).empty

    case(story)
    assert stored(can) == (APP_ID, SECRET, CALLBACK)


def test_what_somebody_changed_to_what_we_want_is_no_conflict(case, can):
    async def story(case):
        await case.save()
        can.put(callbackUrl=OTHER)
        case.wants(callback=OTHER)
        plan = await case.plan()
        assert plan.conflicts == ()
        assert plan.empty

    case(story)


def test_our_own_change_is_no_conflict(case, can):
    async def story(case):
        await case.save()
        case.wants(callback=MOVED)
        plan = await case.plan()
        assert plan.conflicts == ()
        assert row(plan, "callback_url").seen == CALLBACK
        await case.save(plan)

    case(story)
    assert stored(can) == (APP_ID, SECRET, MOVED)


@pytest.mark.parametrize("when", ["before the read", "at the write"])
def test_after_a_change_in_the_last_moment_the_next_plan_shows_it(case, can, when):
    async def story(case):
        await case.save()
        case.wants(callback=MOVED)
        plan = await case.plan()

        def meddle(kind):
            can.before = lambda _: None
            can.put(callbackUrl=OTHER)

        if when == "at the write":
            can.before = meddle
        else:
            can.put(callbackUrl=OTHER)
        with pytest.raises((ConflictError, CanError)) as caught:
            await case.save(plan)
        assert caught.value.exit_code == 7
        assert can.stored["callbackUrl"] == OTHER
        now = await case.plan()
        assert [c.field for c in now.conflicts] == ["callback_url"]
        assert row(now, "callback_url").seen == CALLBACK

    case(story)


@pytest.mark.parametrize(
    ("hints", "versions", "told"),
    [(True, True, True), (True, False, True), (False, True, True), (False, False, False)],
)
def test_a_secret_that_somebody_replaced_is_a_conflict_where_it_can_be_told(
    case, can, hints, versions, told
):
    can.hints, can.versions = hints, versions

    async def story(case):
        await case.save()
        can.put(appSecret=OLD_SECRET)
        plan = await case.plan()
        assert row(plan, "app_secret").act is Act.REPLACE
        assert row(plan, "app_secret").conflict is told

    case(story)


@pytest.mark.parametrize("hints", [True, False])
def test_our_own_new_secret_is_no_conflict(case, can, hints):
    can.hints = hints

    async def story(case):
        await case.save()
        case.wants(secret=OLD_SECRET)
        plan = await case.plan()
        assert [c.field for c in plan.rows if c.changes] == ["app_secret"]
        assert plan.conflicts == ()
        await case.save(plan)

    case(story)
    assert can.stored["appSecret"] == OLD_SECRET


def test_a_secret_that_is_shown_is_compared_itself(case, can, monkeypatch):
    can.plain, can.hints, can.versions = True, False, False

    async def story(case):
        case.speaks(monkeypatch, secret=PLAIN)
        result = await case.save()
        assert result.fields["app_secret"].value == "configured"
        assert (await case.plan()).empty
        can.put(appSecret=OLD_SECRET)
        assert [c.field for c in (await case.plan()).conflicts] == ["app_secret"]

    case(story)


# -- consent --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["UID", "ACCOUNT", "account"])
def test_a_caller_that_is_only_named_is_confirmed_first(case, can, monkeypatch, kind):
    async def story(case):
        headers = {"tenant-id": "1", "auth-type": kind, "auth-value": "${secret.api_key}"}
        case.speaks(monkeypatch, auth=Auth(headers=headers))
        plan = await case.plan()
        assert plan.needs == {Consent.WEAK_AUTH}
        with pytest.raises(CredentialError) as caught:
            await case.save(plan)
        assert caught.value.code == "can.weak_auth"
        assert can.writes == []
        await case.save(plan, agreed=ALL)

    case(story)
    assert stored(can) == (APP_ID, SECRET, CALLBACK)


def test_calls_without_any_secret_are_weak(case, can, monkeypatch):
    async def story(case):
        case.speaks(monkeypatch, auth=Auth(headers={"x-user": "admin"}))
        assert (await case.plan()).weak

    case(story)


# -- the profile ----------------------------------------------------------------------


@pytest.mark.parametrize("when", ["plan", "save"])
def test_a_server_that_answers_in_another_form_is_not_written_to(case, can, when):
    async def story(case):
        plan = await case.plan()
        can.upgraded = True
        with pytest.raises(CanError) as caught:
            await (case.plan() if when == "plan" else case.save(plan))
        assert caught.value.code == "can.profile_changed"
        assert caught.value.params["profile"] == "can-rest"
        assert caught.value.exit_code == 4
        assert can.writes == []
        assert case.notes == []

    case(story)


@pytest.mark.parametrize(("versions", "fits"), [(["0.*"], True), (["3.*"], False), ([], True)])
def test_a_server_of_another_version_is_not_written_to(case, can, monkeypatch, versions, fits):
    probe = VersionProbe(path="/version", at="/data/version")

    async def story(case):
        case.speaks(monkeypatch, applies_to=AppliesTo(versions=versions, probe=probe))
        if fits:
            assert not (await case.plan()).empty
            return
        with pytest.raises(CanError) as caught:
            await case.plan()
        assert caught.value.code == "can.profile_changed"
        assert caught.value.params["version"] == "0"

    case(story)
    assert can.writes == []


@pytest.mark.parametrize(("lag", "retries", "arrives"), [(1, 2, True), (2, 2, True), (3, 2, False)])
def test_a_server_that_answers_before_it_has_stored_is_read_again(
    case, can, monkeypatch, lag, retries, arrives
):
    clock = NoWait()
    can.put(appId=OLD_APP, appSecret=OLD_SECRET, callbackUrl=OTHER, enabled=True)
    can.lag = lag

    async def story(case):
        case.speaks(monkeypatch, verify=Verify(after_save=["app_id"], retries=retries))
        if arrives:
            result = await case.save(clock=clock)
            assert result.fields["app_id"].value == "configured"
            assert result.fields["callback_url"].value == "stated"  # the profile does not compare
        else:
            with pytest.raises(CanError) as caught:
                await case.save(clock=clock)
            assert caught.value.code == "can.not_saved"

    case(story)
    assert clock.waited == [0.25, 0.5][: min(lag, retries)]


@pytest.mark.parametrize("keep", ["reenter", "resend"])
def test_a_server_that_wants_the_secret_each_time_gets_it(case, can, monkeypatch, keep):
    async def story(case):
        case.speaks(monkeypatch, secret=SecretRules(read="omitted", keep=keep))
        await case.save()
        case.wants(callback=MOVED)
        plan = await case.plan()
        assert row(plan, "app_secret").act is Act.KEEP
        await case.save(plan)

    case(story)
    assert can.writes[-1][1]["appSecret"] == SECRET
    assert stored(can) == (APP_ID, SECRET, MOVED)


# -- every end is noted ---------------------------------------------------------------


def test_an_end_that_nobody_noted_is_told_and_harmless(case, can):
    """The program dies between the write and the note."""

    async def story(case):
        await case.save()
        case.wants(callback=MOVED)
        plan = await case.plan()

        def die(kind):
            raise KeyboardInterrupt

        finish = case.place.journal.finish_save
        case.place.journal.finish_save = die  # as if the machine had gone
        with pytest.raises(TypeError):
            await case.save(plan)
        case.place.journal.finish_save = finish
        assert can.stored["callbackUrl"] == MOVED
        again = await case.plan()
        assert again.unfinished is not None
        assert again.unfinished.state is SaveState.OPEN
        assert again.unfinished.wanted["callback_url"] == MOVED
        assert again.conflicts == ()  # what is there is our own
        assert again.empty
        await case.save(again)
        assert (await case.plan()).unfinished is None
        assert case.notes[0].state is SaveState.SETTLED
        assert case.notes[0].after["callback_url"] == MOVED

    case(story)


def test_after_an_open_save_another_wish_is_no_conflict_with_ourselves(case, can):
    async def story(case):
        await case.save()
        case.wants(callback=MOVED)
        plan = await case.plan()
        finish = case.place.journal.finish_save
        case.place.journal.finish_save = None
        with pytest.raises(TypeError):
            await case.save(plan)
        case.place.journal.finish_save = finish
        case.wants(callback=OTHER)
        assert (await case.plan()).conflicts == ()
        await case.save()
        assert [note.state for note in case.notes][:2] == [SaveState.SAVED, SaveState.SETTLED]

    case(story)
    assert can.stored["callbackUrl"] == OTHER


def test_a_save_that_is_cancelled_is_noted_as_unknown(case, can):
    async def story(case):
        plan = await case.plan()
        arrived = asyncio.Event()
        loop = asyncio.get_running_loop()
        can.before = lambda kind: loop.call_soon_threadsafe(arrived.set)
        saving = asyncio.create_task(case.save(plan))
        await asyncio.wait_for(arrived.wait(), 5)
        saving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await saving
        assert case.notes[0].state in (SaveState.UNKNOWN, SaveState.SAVED)
        return case.notes[0].state

    assert case(story) is SaveState.UNKNOWN


def test_a_refusal_a_lie_and_a_lost_answer_are_told_apart(case, can):
    async def story(case):
        await case.save()
        case.wants(callback=MOVED)
        can.before = lambda kind: can.put(callbackUrl=OTHER)
        with pytest.raises(CanError):
            await case.save()
        assert case.notes[0].state is SaveState.REFUSED
        assert case.notes[0].after["callback_url"] == OTHER
        can.before = lambda kind: None
        can.pretends = True
        with pytest.raises(CanError):
            await case.save(agreed=ALL)
        assert case.notes[0].state is SaveState.NOT_SAVED
        can.pretends = False
        can.write_lost = {"save"}
        with pytest.raises(NetworkError):
            await case.save(agreed=ALL)
        assert case.notes[0].state is SaveState.REFUSED  # read back: the version did not move
        can.write_lost = set()
        await case.save(agreed=ALL)
        assert case.notes[0].state is SaveState.SAVED

    case(story)
    assert stored(can) == (APP_ID, SECRET, MOVED)


def test_values_without_the_switch_are_noted_as_such(case, can):
    async def story(case):
        can.write_lost = {"enable"}
        with pytest.raises(CanError) as caught:
            await case.save()
        assert caught.value.code == "can.not_enabled"
        assert caught.value.params["reason"]
        assert case.notes[0].state is SaveState.PARTIAL
        can.write_lost = set()
        plan = await case.plan()
        assert [c.field for c in plan.rows if c.changes] == ["enabled"]
        await case.save(plan)

    case(story)
    assert can.stored["enabled"] is True


def test_the_built_in_profiles_tell_who_saved_last():
    for name in ("can-rest", "can-verb"):
        state = built_in(name).state
        assert state.updated_by
        assert state.updated_at
        assert msgspec.structs.replace(state, updated_by=None).updated_by is None
