"""Other products: who changed it meanwhile, who may not, and what is no answer at all."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.errors import CanError
from feishu_wizard.services.can.client import looks_like
from feishu_wizard.services.can.profile import Profile
from feishu_wizard.services.net.http import Policy
from tests.peers.grafana import tag
from tests.peers.serving import Peer
from tests.unit.can.peers import (
    NEW_CALLBACK,
    NEW_SECRET,
    OTHER_APP,
    SECRET,
    filled,
    made,
    only,
    profile_of,
    wanted,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def profile(peer: Peer) -> Profile:
    return profile_of(type(peer))


# -- conflict -----------------------------------------------------------------------------


async def test_a_change_meanwhile_is_found_by_reading_again(peer, speak):
    """No product refuses the write, so only a read before it can tell."""
    filled(peer)
    client = speak(peer)
    current = await client.read()
    changes = {"callback": NEW_CALLBACK} if peer.has_callback else {"app_id": OTHER_APP}
    peer.somebody(**changes)
    again = await client.still_fits()
    assert again.fits
    assert (again.setting.app_id, again.setting.callback_url) != (
        current.app_id,
        current.callback_url,
    )
    await client.save(wanted(peer), current)
    assert peer.refusals == []
    assert peer.history[-1][0] == "save"  # it was overwritten, as the products do


async def test_a_changed_secret_is_seen_where_it_is_shown(peer, speak, manners):
    filled(peer)
    client = speak(peer)
    before = await client.read()
    peer.somebody(app_secret=NEW_SECRET)
    after = await client.read()
    if manners.shows == "plain":
        assert after.stored_secret.reveal() == NEW_SECRET
        assert before.stored_secret.reveal() == SECRET
    else:
        assert (after.version, after.raw_extra) == (before.version, before.raw_extra)


@only("grafana")
async def test_an_etag_of_what_is_shown_is_no_version(manners, host, http):
    """Its tag stays when only the secret changes, so a profile must not take it for one."""
    peer = filled(host.put(made(manners)))

    async def seen() -> str:
        head = {"Authorization": f"Bearer {peer.secrets()['token']}"}
        url = f"{host.origin}/api/v1/sso-settings/generic_oauth"
        reply = await http.request("GET", url, policy=Policy.CAN, headers=head)
        assert reply.headers["etag"] == tag(reply.json())
        return reply.headers["etag"]

    first = await seen()
    peer.somebody(app_secret=NEW_SECRET)
    assert await seen() == first
    peer.somebody(enabled=False)
    assert await seen() != first


# -- who may not, and what is no answer ---------------------------------------------------


@pytest.mark.parametrize("role", ["stranger", "reader"])
async def test_refused_to_read_and_to_save(peer, speak, manners, role):
    filled(peer)
    current = await speak(peer).read()
    stored = peer.now
    client = speak(peer, role)
    expected = getattr(manners, role)
    calls = [client.read(), client.save(wanted(peer, NEW_SECRET), current)]
    if manners.switch:
        calls.append(client.enable(False, current))
    if manners.test:
        calls.append(client.test(wanted(peer, SECRET), current=current))
    for call in calls:
        with pytest.raises(CanError) as caught:
            await call
        assert caught.value.outcome == expected
        assert NEW_SECRET not in repr(caught.value.params)
    assert peer.now == stored
    found = await client.recognise()
    assert found.setting is None
    reasons = {"unexpected": "redirect"}
    assert found.reason == reasons.get(expected, expected)


@only("sqlbot")
async def test_the_words_of_a_server_that_fails_are_kept(manners, host, speak):
    peer = filled(host.put(made(manners)))
    with pytest.raises(CanError) as caught:
        await speak(peer, "reader").read()
    assert caught.value.params["msg"] == "Only administrators are allowed to call!"


async def test_without_a_key_it_is_recognised_or_said_why_not(peer, http, host, profile, manners):
    found = await looks_like(http, host.origin, profile, dict(peer.inputs))
    reasons = {"dataease": "server_error", "metersphere": "redirect"}
    assert found.reason == reasons.get(peer.name, "unauthenticated")
    # A server that answers 401 with nothing in it could be anybody's.
    assert found.fits == (peer.name not in (*reasons, "cordys"))


async def test_a_login_page_with_status_200_is_no_answer(peer, speak, manners):
    filled(peer)
    client = speak(peer)
    current = await client.read()
    stored = peer.now
    peer.login_page = True
    calls = [client.read(), client.save(wanted(peer, NEW_SECRET), current)]
    if manners.switch:
        calls.append(client.enable(False, current))
    if manners.test:
        calls.append(client.test(wanted(peer, SECRET), current=current))
    for call in calls:
        with pytest.raises(CanError) as caught:
            await call
        assert (caught.value.outcome, caught.value.params["reason"]) == ("unexpected", "login_page")
    assert (await client.still_fits()).reason == "login_page"
    assert peer.now == stored


async def test_an_upgraded_server_no_longer_fits(peer, speak):
    filled(peer)
    client = speak(peer)
    assert (await client.still_fits()).fits
    peer.upgraded = True
    found = await client.still_fits()
    assert not found.fits
    assert found.setting is None
    assert found.reason == "foreign_envelope"
    assert peer.writes == []
