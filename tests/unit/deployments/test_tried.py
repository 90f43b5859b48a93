"""Trying a profile on a real server, read-only; finding the one that a server speaks."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.check_prerequisites import (
    MOST_ADDED,
    check_prerequisites,
    find_profile,
)
from feishu_wizard.operations.deployments import (
    add_profile,
    profile_look,
    try_bytes,
    try_profile,
)
from feishu_wizard.operations.load_setup import load_setup
from feishu_wizard.text.catalog import use
from feishu_wizard.text.deployment import try_sentence
from tests.unit.deployments.made import SESSION, ours, workplace

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def practice(module_sandbox):
    return module_sandbox()


@pytest.fixture
async def kit(place, practice) -> Kit:
    return await load_setup(place, str(practice.setup))


async def test_a_profile_that_fits_shows_what_is_stored_and_changes_nothing(place, kit, practice):
    await add_profile(place, ours("acme-can"), "x", trust=True)
    before = practice.state()["can"]
    tried = await try_profile(place, kit, "acme-can")
    assert (tried.fits, tried.reason) == (True, "fits")
    assert tried.stored["app_id"] == practice["app_id"]
    assert tried.stored["enabled"] == "true"
    assert {one.method for one in tried.evidence} == {"GET"}
    after = practice.state()["can"]
    for unchanged in ("settings", "audit", "pushes", "sync_runs"):
        assert after[unchanged] == before[unchanged]


async def test_a_fit_makes_a_derived_profile_live_and_no_other(place, kit):
    await add_profile(place, ours("given-can"), "x", trust=True)
    await add_profile(place, ours("derived-can"), "", trust=True, derived=True)
    for profile_id in ("given-can", "derived-can"):
        assert place.profile_of(profile_id).evidence == "proposed"
        await try_profile(place, kit, profile_id)
    given, derived = [await profile_look(place, one) for one in ("given-can", "derived-can")]
    assert (given.known_by, derived.known_by) == ("proposed", "live")
    assert given.fitted_at.endswith("Z")
    assert given.trusted
    assert derived.trusted
    assert place.profile_of("derived-can").evidence == "live"
    # The file itself stays as it was given, so its trust does, too; a changed one begins anew.
    assert (place.shelf.folder / "derived-can.yaml").read_bytes() == ours("derived-can")
    again = await add_profile(place, b"# edited\n" + ours("derived-can"), "", trust=True)
    assert (again.known_by, again.fitted_at) == ("proposed", "")


async def test_what_does_not_fit_is_told_with_its_reason(place, kit, practice):
    wrong = ours("wrong-can", **{"/office-software/feishu": "/nowhere/feishu"})
    tried = await try_bytes(place, kit, wrong, "x")
    assert (tried.fits, tried.reason) == (False, "not_found")
    use("en")
    assert "has nothing at" in try_sentence(tried)
    bad_key = dataclasses.replace(kit, secrets={"can_api_key": Secret("sk-0000000000000000000")})
    tried = await try_bytes(place, bad_key, ours("acme-can"), "x")
    assert (tried.fits, tried.reason) == (False, "unauthenticated")
    await add_profile(place, wrong, "x", trust=True)
    await try_profile(place, kit, "wrong-can")
    assert (await profile_look(place, "wrong-can")).fitted_at == ""


async def test_an_untrusted_profile_is_not_tried_by_its_name(place, kit):
    await add_profile(place, ours("acme-can"), "x", trust=False)
    with pytest.raises(InputError) as caught:
        await try_profile(place, kit, "acme-can")
    assert caught.value.code == "profile.untrusted"


async def test_a_trusted_profile_is_found_before_ours(place, kit):
    http = await place.http(kit)
    offer, _found = await find_profile(http, kit, place.added_profiles())
    assert (offer.profile, offer.origin) == ("can-rest", "built_in")
    await add_profile(place, ours("acme-can"), "x", trust=False)
    offer, _found = await find_profile(http, kit, place.added_profiles())
    assert offer.profile == "can-rest"
    await add_profile(place, ours("acme-can"), "x", trust=True)
    offer, found = await find_profile(http, kit, place.added_profiles())
    assert (offer.profile, offer.origin, offer.known_by) == ("acme-can", "added", "proposed")
    assert found.status is Status.PASS
    assert [d.name for d in offer.declares] == ["tenant_id", "api_key"]
    whole = await check_prerequisites(place, kit, silent)
    assert whole.offer is not None
    assert whole.offer.profile == "acme-can"


async def test_a_profile_for_another_server_hinders_nothing(place, kit):
    await add_profile(place, SESSION.encode(), "x", trust=True)
    wrong = ours("wrong-can", **{"/office-software/feishu": "/nowhere/feishu"})
    await add_profile(place, wrong, "x", trust=True)
    offer, _found = await find_profile(await place.http(kit), kit, place.added_profiles())
    assert (offer.fits, offer.profile) == (True, "can-rest")


async def test_the_number_of_calls_is_bounded_and_the_setups_own_profile_goes_first(
    place, kit, module_sandbox
):
    for n in range(MOST_ADDED + 4):
        wrong = ours(f"wrong-{n}", **{"/office-software/feishu": f"/nowhere/{n}"})
        await add_profile(place, wrong, "x", trust=True)
    asked: list[str] = []
    http = await place.http(kit)
    request = http.request

    async def counted(method, url, **options):
        asked.append(url)
        return await request(method, url, **options)

    http.request = counted  # type: ignore[method-assign]
    office = msgspec.structs.replace(kit.setup.office, profile="wrong-0")
    own = dataclasses.replace(kit, setup=msgspec.structs.replace(kit.setup, office=office))
    offer, _found = await find_profile(http, own, place.added_profiles())
    assert offer.profile == "can-rest"
    theirs = {url.rpartition("/")[2] for url in asked if "/nowhere/" in url}
    assert len(theirs) == MOST_ADDED
    assert "0" in theirs
    assert len(asked) <= 3 * (MOST_ADDED + 2)


@pytest.mark.parametrize(("mode", "reason"), [("none", "not_found"), ("html", "login_page")])
async def test_a_server_that_speaks_nothing_is_set_up_by_hand_all_the_same(
    tmp_path, sandbox, mode, reason
):
    running = sandbox("--can-api", mode)
    async with workplace(tmp_path / "root") as place:
        kit = await load_setup(place, str(running.setup))
        await add_profile(place, ours("acme-can"), "x", trust=True)
        offer, found = await find_profile(await place.http(kit), kit, place.added_profiles())
        assert not offer.fits
        assert found.status is Status.WARN
        tried = await try_profile(place, kit, "acme-can")
        assert (tried.fits, tried.reason) == (False, reason)
