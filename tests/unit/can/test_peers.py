"""Eight settings APIs that are not CAN's, each spoken through its profile alone."""

from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest
import yaml

from feishu_wizard.domain.errors import CanError, InputError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.resources import resource_text
from feishu_wizard.services.can.client import Wanted
from feishu_wizard.services.can.profile import Profile
from tests.peers.grafana import MASK
from tests.peers.serving import Peer, Stored
from tests.unit.can.peers import (
    APP_ID,
    CALLBACK,
    NEW_CALLBACK,
    NEW_SECRET,
    OTHER_APP,
    PEERS,
    SECRET,
    WRONG_SECRET,
    filled,
    made,
    only,
    profile_of,
    sent,
    wanted,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def profile(peer: Peer) -> Profile:
    return profile_of(type(peer))


# -- what a profile says of itself --------------------------------------------------------


@pytest.fixture(scope="module")
def schema() -> jsonschema.protocols.Validator:
    checked = json.loads(resource_text("schemas/can-profile-1.json"))
    return jsonschema.validators.validator_for(checked)(checked)


def test_the_profile_is_data_that_the_schema_knows(peer, profile, schema):
    schema.validate(yaml.safe_load(peer.profile))
    assert profile.evidence in ("source", "docs")
    assert "not CAN" in profile.note["en"]
    assert "不是 CAN" in profile.note["zh_Hans"]


def test_no_product_prevents_a_conflict_and_no_profile_claims_it(profile):
    assert profile.concurrency.mode == "none"


def test_what_a_product_has_not_is_left_to_the_hand(manners, profile):
    ops = profile.ops
    assert (ops.enable is None) == (manners.switch is None)
    assert (ops.test is None) == (manners.test is None)
    assert bool(ops.test and ops.test.saves) == (manners.test == "saves")
    assert ops.audit is ops.accounts is ops.app_ticket is None
    assert (profile.fields.callback_url is not None) == manners.kind.has_callback


# -- status -------------------------------------------------------------------------------


async def test_status_of_a_server_where_nothing_is_stored(peer, speak, manners):
    seen = await speak(peer).read()
    assert seen.empty
    assert (seen.app_id, seen.callback_url, seen.secret_hint) == ("", "", "")
    assert seen.enabled in ((False, None) if manners.switch else (None,))
    assert not seen.secret_set
    assert (peer.writes, peer.refusals) == ([], [])


async def test_status_of_a_server_where_all_is_stored(peer, speak, manners):
    filled(peer)
    seen = await speak(peer).read()
    assert not seen.empty
    assert seen.app_id == APP_ID
    assert seen.callback_url == (CALLBACK if peer.has_callback else "")
    assert seen.enabled is (True if manners.switch else None)
    known = {"plain": True, "mask": True, "nothing": None}
    assert seen.secret_set is known[manners.shows]
    stored = seen.stored_secret
    assert (stored.reveal() if stored else "") == (SECRET if manners.shows == "plain" else "")
    assert SECRET not in repr(seen)
    assert SECRET not in json.dumps(seen.raw_extra)


# -- save ---------------------------------------------------------------------------------


async def test_the_first_save(peer, speak, manners):
    client = speak(peer)
    told = await client.save(wanted(peer, SECRET), await client.read())
    by, stored = peer.history[0]
    assert by == manners.first
    assert (stored.app_id, stored.app_secret) == (APP_ID, SECRET)
    assert stored.callback == (NEW_CALLBACK if peer.has_callback else "")
    assert stored.enabled is False
    assert len(peer.history) == 1
    assert peer.refusals == []
    assert told.app_id == (await client.read()).app_id == APP_ID


async def test_a_first_save_without_a_secret_makes_none_up(peer, speak, manners):
    """Where the stored one would be sent again, there is none: nothing is written."""
    client = speak(peer)
    current = await client.read()
    if manners.shows == "plain":
        with pytest.raises(CanError) as caught:
            await client.save(wanted(peer), current)
        assert caught.value.outcome == "secret_needed"
        assert peer.writes == []
    else:
        assert not (await client.save(wanted(peer), current)).secret_set
        assert (peer.now.app_id, peer.now.app_secret) == (APP_ID, "")


async def test_a_save_keeps_the_secret_and_everything_else(peer, speak, manners):
    before = filled(peer).now
    client = speak(peer)
    told = await client.save(wanted(peer, app_id=OTHER_APP), await client.read())
    after = peer.now
    assert peer.history[-1][0] == "save"
    assert (after.app_id, after.app_secret) == (OTHER_APP, SECRET)
    assert after.callback == (NEW_CALLBACK if peer.has_callback else "")
    assert after.enabled is (manners.switch is not None)
    assert after.valid is before.valid
    assert after.extra == before.extra
    assert told.app_id == OTHER_APP
    assert (SECRET in sent(peer)) == (manners.shows == "plain")
    assert peer.refusals == []


async def test_a_save_changes_the_secret_and_nothing_else(peer, speak, manners):
    before = filled(peer).now
    peer.pairs[APP_ID] = NEW_SECRET
    client = speak(peer)
    current = await client.read()
    await client.save(Wanted(APP_ID, current.callback_url, Secret(NEW_SECRET)), current)
    after = peer.now
    assert (after.app_id, after.app_secret) == (APP_ID, NEW_SECRET)
    assert after.callback == before.callback
    assert after.enabled is (manners.switch is not None)
    assert after.extra == before.extra
    seen = await client.read()
    shown = seen.stored_secret.reveal() if seen.stored_secret else ""
    assert shown == (NEW_SECRET if manners.shows == "plain" else "")


async def test_saving_twice_changes_nothing_more(peer, speak):
    client = speak(peer)
    await client.save(wanted(peer, SECRET), await client.read())
    once = peer.now
    await client.save(wanted(peer), await client.read())
    assert peer.now == once


async def test_no_profile_sends_a_mask_as_a_secret(peer, speak):
    filled(peer)
    client = speak(peer)
    current = await client.read()
    with pytest.raises(CanError) as caught:
        await client.save(wanted(peer, MASK), current)
    assert caught.value.outcome == "secret_masked"
    assert peer.writes == []


@only("hengshi", "grafana", "cordys")
async def test_without_carry_the_rest_would_be_lost(manners, host, speak):
    """The other way round: what the tests above see is there because it was carried."""
    peer = filled(host.put(made(manners)))
    before = peer.now.extra
    document = msgspec.to_builtins(profile_of(manners.kind))
    document["ops"]["save"]["carry"] = []
    needed = {"hengshi": {"/id": "lark"}, "cordys": {"/type": "LARK", "/config/startEnable": True}}
    document["ops"]["save"]["set"] = needed.get(peer.name, {})
    client = speak(peer, changed=msgspec.convert(document, Profile))
    await client.save(wanted(peer), await client.read())
    assert not before.items() <= peer.now.extra.items()


@only("dataease", "metersphere")
async def test_without_carry_the_form_would_be_refused(manners, host, speak):
    """These two want the whole form, with the fields that no profile names."""
    peer = filled(host.put(made(manners)))
    document = msgspec.to_builtins(profile_of(manners.kind))
    document["ops"]["save"]["carry"] = []
    client = speak(peer, changed=msgspec.convert(document, Profile))
    with pytest.raises(CanError) as caught:
        await client.save(wanted(peer), await client.read())
    assert caught.value.outcome == "invalid"
    assert peer.refusals == ["field"]


# -- the switch ---------------------------------------------------------------------------


async def test_enable_and_disable(peer, speak, manners):
    filled(peer)
    peer.somebody(enabled=False)
    before = peer.now
    client = speak(peer)
    if manners.switch is None:
        assert not client.can("enable")
        with pytest.raises(InputError) as caught:
            await client.enable(True, await client.read())
        assert caught.value.code == "can.no_operation"
        assert peer.writes == []
        return
    for on in (True, False):
        told = await client.enable(on, await client.read())
        assert told.enabled is on
        assert peer.now == Stored(**{**vars(before), "enabled": on})
        assert peer.history[-1][0] == {"call": "enable", "save": "save"}[manners.switch]
    assert peer.refusals == []


@only("cordys", "jumpserver", "grafana")
async def test_a_switch_that_saves_does_not_save_an_empty_setting(manners, host, speak):
    peer = host.put(made(manners))
    client = speak(peer)
    with pytest.raises(CanError) as caught:
        await client.enable(True, await client.read())
    assert caught.value.outcome == "incomplete"
    assert peer.writes == []


# -- the product's own test ---------------------------------------------------------------


async def test_its_own_test(peer, speak, manners):
    filled(peer)
    client = speak(peer)
    if manners.test is None:
        assert not client.can("test")
        with pytest.raises(InputError) as caught:
            await client.test()
        assert caught.value.code == "can.no_operation"
        return
    assert (await client.test()).ok
    assert (await client.test(wanted(peer, SECRET))).ok
    pair = (peer.now.app_id, peer.now.app_secret)
    verdict = await client.test(wanted(peer, WRONG_SECRET))
    assert not verdict.ok
    assert WRONG_SECRET not in repr(verdict)
    now = (peer.now.app_id, peer.now.app_secret)
    assert now == ((APP_ID, WRONG_SECRET) if manners.test == "saves" else pair)
    assert peer.refusals == []


@only(*(manners.kind.name for manners in PEERS if manners.test))
async def test_the_stored_pair_is_tried_without_typing_the_secret(manners, host, speak):
    peer = filled(host.put(made(manners)))
    client = speak(peer)
    peer.somebody(app_secret=WRONG_SECRET)
    assert not (await client.test()).ok
    peer.somebody(app_secret=SECRET)
    assert (await client.test()).ok
    kept = [entry for by, entry in peer.history if by == "test"]
    assert all(entry.app_secret for entry in kept)


@only("cordys")
async def test_a_test_that_saves_says_so_and_does(manners, host, speak):
    peer = filled(host.put(made(manners)))
    assert profile_of(manners.kind).ops.test.saves
    client = speak(peer)
    assert not (await client.test(wanted(peer, WRONG_SECRET))).ok
    by, stored = peer.history[-1]
    assert by == "test"
    assert (stored.app_secret, stored.callback) == (WRONG_SECRET, NEW_CALLBACK)
    assert stored.enabled is False
    assert stored.extra == {"corpId": peer.history[0][1].extra["corpId"]}
