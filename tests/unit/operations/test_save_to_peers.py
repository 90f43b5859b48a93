"""Saving to servers that are no CAN, through profiles that were added and trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec
import pytest

from feishu_wizard.domain.errors import CanError, ConflictError, InputError
from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Network, Office, Setup
from feishu_wizard.domain.states import Act, Target
from feishu_wizard.operations.can_own_test import can_own_test
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.office_stored import compared
from feishu_wizard.operations.save_setup import plan_saves, save_all
from tests.peers.serving import Host, Peer, hosted
from tests.unit.can.peers import (
    APP_ID,
    CALLBACK,
    NEW_CALLBACK,
    OTHER_APP,
    PEERS,
    SECRET,
    Manners,
    filled,
    made,
    profile_of,
)
from tests.unit.operations.diagnose.practice_case import in_case

SETUP_ID = "abc234"


class Immediately:
    """A clock for reading back that does not wait between the tries."""

    async def wait(self, seconds: float) -> None:
        """Go on at once."""


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with hosted() as serving:
        yield serving


@pytest.fixture(params=PEERS, ids=lambda manners: manners.kind.name)
def manners(request: pytest.FixtureRequest) -> Manners:
    found: Manners = request.param
    return found


@pytest.fixture
def peer(manners: Manners, host: Host) -> Peer:
    return host.put(made(manners))


@pytest.fixture
def kit(peer: Peer, host: Host) -> Kit:
    """The setup of an administrator who added the product's profile and trusted it."""
    used = profile_of(type(peer))
    office = Office(
        url=host.origin, profile=used.id, callback_url=CALLBACK, inputs=dict(peer.inputs)
    )
    setup = Setup(
        id=SETUP_ID, feishu=Feishu(app_id=APP_ID), office=office, network=Network(proxy="none")
    )
    secrets = {f"can_{name}": Secret(value) for name, value in peer.secrets().items()}
    return Kit(setup, {"app_secret": Secret(SECRET), **secrets})


@pytest.fixture
def plan(perform: Callable[..., Any], peer: Peer) -> Callable[[Kit], Any]:
    def make(kit: Kit) -> Any:
        async def work(place: Any) -> Any:
            place.shelf.put(kit.setup.office.profile, peer.profile, trusted=True)
            return await plan_saves(place, kit, (Target.CAN,), silent)

        return perform(work)

    return make


@pytest.fixture
def save(perform: Callable[..., Any], plan: Callable[[Kit], Any]) -> Callable[..., Any]:
    def make(kit: Kit, plans: Any = None) -> Any:
        agreed = plans or plan(kit)
        clock = Immediately()
        return perform(lambda place: save_all(place, kit, agreed, silent, clock=clock))[0]

    return make


def acts(plans: Any) -> dict[str, Act]:
    return {row.field: row.act for row in plans[0].rows}


def test_a_first_sitting(peer, kit, plan, save, manners):
    """Compare, save, switch on, read back; the second time there is little or nothing to do."""
    first = plan(kit)
    assert acts(first)["app_id"] is Act.SET
    assert acts(first)["callback_url"] is (Act.SET if peer.has_callback else Act.KEEP)
    assert peer.writes == []

    done = save(kit, first)
    assert done.written
    stored = peer.now
    assert (stored.app_id, stored.app_secret) == (APP_ID, SECRET)
    assert stored.callback == (CALLBACK if peer.has_callback else "")
    assert stored.enabled is (manners.switch is not None)
    assert peer.refusals == []

    count = len(peer.history)
    again = plan(kit)
    visible = {field: act for field, act in acts(again).items() if field != "app_secret"}
    assert set(visible.values()) == {Act.KEEP}
    if manners.shows == "plain":
        assert again[0].empty
        assert not save(kit, again).written
        assert len(peer.history) == count
    else:
        save(kit, again)
        assert peer.now == stored  # sent once more, because nobody can see that it is there


def test_somebody_elses_change_between_plan_and_save_is_told(peer, kit, plan, save):
    filled(peer)
    wanted = replace_app(kit)
    read = plan(wanted)
    changes = {"callback": NEW_CALLBACK} if peer.has_callback else {"app_id": "cli_cccc"}
    peer.somebody(**changes)
    stored = peer.now
    with pytest.raises(ConflictError) as caught:
        save(wanted, read)
    assert caught.value.code == "can.changed_meanwhile"
    assert peer.writes == []
    assert peer.now == stored


def test_a_server_that_was_upgraded_is_not_written_to(peer, kit, plan, save):
    filled(peer)
    wanted = replace_app(kit)
    read = plan(wanted)
    peer.upgraded = True
    with pytest.raises(CanError) as caught:
        save(wanted, read)
    assert caught.value.code == "can.profile_changed"
    assert peer.writes == []


def test_an_account_that_may_not_is_told_before_anything_is_written(peer, kit, plan):
    filled(peer)
    reader = {f"can_{name}": Secret(value) for name, value in peer.secrets("reader").items()}
    with pytest.raises(CanError):
        plan(replace(kit, secrets={**kit.secrets, **reader}))
    assert peer.writes == []


def test_a_profile_that_nobody_trusts_is_not_used(perform, peer, kit):
    async def work(place: Any) -> Any:
        place.shelf.put(kit.setup.office.profile, peer.profile, trusted=False)
        return await plan_saves(place, kit, (Target.CAN,), silent)

    with pytest.raises(InputError) as caught:
        perform(work)
    assert caught.value.code == "profile.untrusted"
    assert peer.seen == []


def test_a_diagnosis_compares_what_the_server_keeps_and_changes_nothing(peer, kit, tmp_path):
    """Also where there is no callback to compare, and where the product's own test saves."""
    filled(peer)
    stored = (peer.now.app_id, peer.now.app_secret, peer.now.callback, peer.now.enabled)

    async def work(case: Case) -> Any:
        case.place.shelf.put(kit.setup.office.profile, peer.profile, trusted=True)
        return await compared(case)

    found = in_case(tmp_path / "state", kit, work)
    assert (found.status, found.code) == (Status.PASS, "can.saved_equal")
    assert (peer.now.app_id, peer.now.app_secret, peer.now.callback, peer.now.enabled) == stored
    peer.somebody(app_id=OTHER_APP)
    found = in_case(tmp_path / "state", kit, work)
    assert (found.code, found.params["fields"]) == ("can.saved_differs", "app_id")
    if peer.name == "cordys":
        assert peer.writes == []


def test_its_own_test_is_confirmed_where_it_saves(perform, peer, kit, manners):
    filled(peer)

    async def work(place: Any, *, confirmed: bool = False) -> Any:
        place.shelf.put(kit.setup.office.profile, peer.profile, trusted=True)
        return await can_own_test(place, kit, "", confirmed=confirmed)

    if manners.test == "tries":
        assert perform(work)[0].code == "can_test.pair_only"
        return
    with pytest.raises(InputError) as caught:
        perform(work)
    expected = {"saves": "can.test_saves", None: "can.no_operation"}
    assert caught.value.code == expected[manners.test]
    assert peer.writes == []
    if manners.test == "saves":
        before = peer.now
        assert perform(partial(work, confirmed=True))[0].code == "can_test.pair_only"
        assert peer.history[-1] == ("test", before)  # it sent back what was stored


def replace_app(kit: Kit) -> Kit:
    """The same setup for another app."""
    feishu = msgspec.structs.replace(kit.setup.feishu, app_id=OTHER_APP)
    return replace(kit, setup=msgspec.structs.replace(kit.setup, feishu=feishu))
