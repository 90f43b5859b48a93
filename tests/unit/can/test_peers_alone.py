"""Other products: what only one of them does, and its profile has to know."""

from __future__ import annotations

import json

import msgspec
import pytest

from feishu_wizard.domain.errors import CanError, InputError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can.client import CanClient
from feishu_wizard.services.can.profile import Profile, parse_profile
from tests.peers import cordys, teable
from tests.peers.grafana import MASK
from tests.unit.can.peers import (
    APP_ID,
    NEW_SECRET,
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


# -- what only one product does -----------------------------------------------------------


@only("dataease")
async def test_dataease_needs_its_prefix_and_its_header(manners, host, speak):
    peer = filled(host.put(made(manners)))
    await speak(peer).read()
    assert str(peer.seen[-1]) == "GET /de2api/lark/info"
    assert peer.seen[-1].headers["x-de-token"] == peer.secrets()["token"]


@only("metersphere")
async def test_metersphere_wants_the_csrf_header_on_reads_too(manners, host, speak):
    peer = filled(host.put(made(manners)))
    document = msgspec.to_builtins(profile_of(manners.kind))
    del document["auth"]["headers"]["CSRF-TOKEN"]
    with pytest.raises(CanError):
        await speak(peer, changed=msgspec.convert(document, Profile)).read()
    assert peer.refusals == ["csrf"]


@only("metersphere")
async def test_metersphere_marks_the_pair_that_passed(manners, host, speak):
    peer = filled(host.put(made(manners)))
    peer.somebody(valid=False)
    client = speak(peer)
    assert (await client.read()).valid is False
    assert (await client.test()).ok
    assert (await client.read()).valid is True
    assert peer.now.app_secret == SECRET


@only("cordys")
async def test_cordys_is_on_only_for_a_pair_that_works(manners, host, speak):
    peer = filled(host.put(made(manners)))
    peer.somebody(enabled=False, app_secret=WRONG_SECRET)
    client = speak(peer)
    told = await client.enable(True, await client.read())
    assert told.enabled is False
    assert told.valid is False


@only("cordys")
async def test_cordys_creates_with_the_company_id_of_the_profile(manners, host, speak):
    peer = host.put(made(manners))
    client = speak(peer)
    await client.save(wanted(peer, SECRET), await client.read())
    assert peer.now.extra == {"corpId": cordys.CORP}
    assert peer.wecom  # the other platform is left alone until this one is switched on
    await client.enable(True, await client.read())
    assert not peer.wecom


@only("jumpserver")
async def test_jumpserver_echoes_a_changed_secret_and_we_do_not_keep_it(manners, host, speak):
    peer = filled(host.put(made(manners)))
    client = speak(peer)
    told = await client.save(wanted(peer, NEW_SECRET), await client.read())
    assert told.stored_secret is None
    assert NEW_SECRET not in repr(told)
    assert NEW_SECRET not in json.dumps(told.raw_extra)


@only("jumpserver")
async def test_jumpserver_gets_only_what_is_changed(manners, host, speak):
    peer = filled(host.put(made(manners)))
    client = speak(peer)
    await client.enable(False, await client.read())
    assert json.loads(sent(peer)) == {"AUTH_FEISHU": False, "FEISHU_APP_ID": APP_ID}


@only("sqlbot")
async def test_sqlbot_creates_with_post_and_updates_with_put(manners, host, speak):
    peer = host.put(made(manners))
    client = speak(peer)
    await client.save(wanted(peer, SECRET), await client.read())
    await client.save(wanted(peer), await client.read())
    assert [call.method for call in peer.writes] == ["POST", "PUT"]
    for call in peer.writes:
        body = json.loads(call.raw)
        assert (body["id"], body["type"], body["name"]) == (8, 8, "lark")
        assert json.loads(body["config"]) == {"client_id": APP_ID, "client_secret": SECRET}


@only("sqlbot")
async def test_sqlbot_stores_a_pair_that_does_not_work_and_answers_500(manners, host, speak):
    """So the outcome of the save is what the read after it shows."""
    peer = filled(host.put(made(manners)))
    client = speak(peer)
    with pytest.raises(CanError) as caught:
        await client.save(wanted(peer, WRONG_SECRET), await client.read())
    assert caught.value.outcome == "server_error"
    seen = await client.read()
    assert seen.stored_secret.reveal() == WRONG_SECRET
    assert (seen.valid, seen.enabled) == (False, False)


@only("hengshi")
async def test_hengshi_gets_its_two_cookies_and_the_header_on_writes(manners, host, speak):
    peer = filled(host.put(made(manners)))
    client = speak(peer)
    await client.save(wanted(peer), await client.read())
    read, write = peer.seen[0], peer.writes[0]
    assert set(read.cookies) == set(write.cookies) == {"sid", "csrf"}
    assert "x-csrf-token" not in read.headers
    assert write.headers["x-csrf-token"] == write.cookies["csrf"]


@only("grafana")
async def test_grafana_keeps_the_secret_for_its_mask_only(manners, host, speak):
    peer = filled(host.put(made(manners)))
    document = msgspec.to_builtins(profile_of(manners.kind))
    document["secret"]["keep"] = "omit"
    client = speak(peer, changed=msgspec.convert(document, Profile))
    await client.save(wanted(peer), await client.read())
    assert peer.now.app_secret == ""  # what the right profile prevents

    filled(peer)
    client = speak(peer)
    await client.save(wanted(peer), await client.read())
    assert peer.now.app_secret == SECRET
    assert json.loads(peer.writes[-1].raw)["settings"]["clientSecret"] == MASK


@only("grafana")
async def test_grafana_is_asked_for_the_provider_that_was_entered(manners, host, http):
    peer = filled(host.put(made(manners)))
    profile = profile_of(manners.kind)
    secrets = {"token": Secret(peer.secrets()["token"])}
    for provider, fits in (("okta", True), ("", True), ("no_such", False)):
        client = CanClient(http, host.origin, profile, {"provider": provider}, secrets)
        found = await client.recognise()
        assert (found.fits, found.reason) == ((True, "fits") if fits else (False, "not_found"))
    assert [call.path.rpartition("/")[2] for call in peer.seen] == [
        "okta",
        "generic_oauth",
        "no_such",
    ]


@only("teable")
async def test_teable_is_updated_at_the_id_that_it_told(manners, host, speak):
    peer = filled(host.put(made(manners)))
    client = speak(peer)
    await client.save(wanted(peer), await client.read())
    path = f"/api/space/{teable.SPACE}/authentication/{teable.ROW}"
    assert [str(call) for call in peer.writes] == [f"PUT {path}"]


async def test_teable_to_the_letter_is_set_up_by_hand(host, http, speak):
    """No call that reads is documented: the profile does not fit, and without one it is none."""
    peer = host.put(teable.Teable(reads=False))
    found = await speak(peer).recognise()
    assert (found.fits, found.reason) == (False, "not_found")
    documented = peer.profile.replace(b"  get: {method: GET", b"  audit: {method: GET")
    assert documented != peer.profile
    with pytest.raises(InputError) as caught:
        parse_profile(documented, "teable.yaml")
    assert caught.value.code == "profile.invalid"
    assert "get" in caught.value.params["detail"]
