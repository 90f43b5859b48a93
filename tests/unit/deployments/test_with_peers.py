"""Eight other products' profiles as files that somebody adds: shown, trusted, tried read-only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from feishu_wizard.domain.deployment import Purpose
from feishu_wizard.domain.errors import CredentialError, InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Network, Office, Setup
from feishu_wizard.operations.deployments import add_profile, look_at, profile_look, try_profile
from tests.peers.serving import Host, Peer, Role, hosted
from tests.unit.can.peers import APP_ID, PEERS, SECRET, filled, made

pytestmark = pytest.mark.anyio
WRITING = {Purpose.CREATE, Purpose.SAVE, Purpose.SWITCH, Purpose.TEST}


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with hosted() as serving:
        yield serving


@pytest.fixture(params=PEERS, ids=lambda manners: manners.kind.name)
def peer(request: pytest.FixtureRequest, host: Host) -> Peer:
    return filled(host.put(made(request.param)))


def kit(host: Host, peer: Peer, profile_id: str, role: Role = "admin") -> Kit:
    secrets = {f"can_{name}": Secret(value) for name, value in peer.secrets(role).items()}
    office = Office(url=host.origin, profile=profile_id, inputs=dict(peer.inputs))
    return Kit(Setup(id="abc234", office=office, network=Network(proxy="none")), secrets)


async def test_the_app_secret_goes_to_the_calls_that_write_and_to_no_other(peer, place):
    look = look_at(peer.profile, f"{peer.name}.yaml", place)
    carried = {call.purpose for call in look.calls if "app_secret" in call.secrets}
    assert {Purpose.SAVE} <= carried <= WRITING
    assert {call.purpose for call in look.calls if call.writes} <= WRITING
    assert not look.weak
    assert not look.trusted


async def test_it_is_tried_read_only_once_it_is_trusted(peer, host, place):
    look = await add_profile(place, peer.profile, "x", trust=False)
    with pytest.raises(InputError) as caught:
        await try_profile(place, kit(host, peer, look.id), look.id)
    assert caught.value.code == "profile.untrusted"
    assert peer.seen == []
    await add_profile(place, peer.profile, "x", trust=True)
    tried = await try_profile(place, kit(host, peer, look.id), look.id)
    assert tried.fits, tried
    assert tried.stored["app_id"] == APP_ID
    assert SECRET not in str(tried)
    assert peer.writes == []
    # It was given as a file: what is known of it is what it says itself.
    after = await profile_look(place, look.id)
    assert (after.known_by, after.trusted) == (look.known_by, True)
    assert after.fitted_at
    stranger = await try_profile(place, kit(host, peer, look.id, "stranger"), look.id)
    assert not stranger.fits


async def test_what_is_for_one_run_is_asked_for_in_the_next(peer, host, place):
    look = await add_profile(place, peer.profile, "x", trust=True)
    given = kit(host, peer, look.id)
    run_only = place.run_only(look.id)
    assert run_only == {f"can_{one.name}" for one in look.declares if one.keep == "run"}
    bare = Kit(given.setup, {n: s for n, s in given.secrets.items() if n not in run_only})
    if run_only:
        with pytest.raises(CredentialError) as caught:
            await place.can(bare)
        assert caught.value.code == "can.session_needed"
    else:
        assert (await try_profile(place, bare, look.id)).fits
