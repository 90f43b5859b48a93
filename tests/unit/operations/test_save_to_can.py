"""Compare, back up, write, read back, compare: what is not there afterwards was not saved."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from itertools import product

import pytest

from feishu_wizard.domain.change import SaveState
from feishu_wizard.domain.errors import (
    CanError,
    ConflictError,
    CredentialError,
    NetworkError,
    WizardError,
)
from feishu_wizard.domain.finding import Proof
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Network, Office, Setup
from feishu_wizard.domain.states import Act, Target
from feishu_wizard.operations.save_setup import plan_saves, save_all

APP_ID = "cli_a8c029e757e6500b"
OLD_APP = "cli_b8c029e757e6500b"
SECRET = "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E"
OLD_SECRET = "9zXw8Vt7Us6Rq5Po4Nm3Lk2Ji1Hg0FeD"
CALLBACK = "https://can.example.com/user/softLogin"
BASE = "/anymetrics/api/v1"


class NoWait:
    """A clock that notes what it was asked to wait."""

    def __init__(self):
        self.waited = []

    async def wait(self, seconds):
        self.waited.append(seconds)


@pytest.fixture
def kit(can):
    office = Office(url=can.origin, profile="can-rest", callback_url=CALLBACK)
    setup = Setup(
        id="abc234",
        feishu=Feishu(app_id=APP_ID),
        office=office,
        network=Network(proxy="none"),
    )
    secrets = {"app_secret": Secret(SECRET), "can_api_key": Secret("sk-5f3a9c1e7b2d4860")}
    return Kit(setup, secrets, api_base=can.origin + BASE)


@pytest.fixture
def plan(perform, kit):
    def make(changed=None):
        return perform(lambda p: plan_saves(p, changed or kit, (Target.CAN,), silent))

    return make


@pytest.fixture
def save(perform, kit, plan):
    """Compare and save, as two runs of the program."""

    def make(plans=None, changed=None, agreed=frozenset()):
        wanted = plans or plan(changed)
        [result] = perform(
            lambda p: save_all(p, changed or kit, wanted, silent, agreed, clock=NoWait())
        )
        return result

    return make


def acts(plans):
    return {row.field: row.act for row in plans[0].rows}


def stored(can):
    return (can.stored["appId"], can.stored["appSecret"], can.stored["callbackUrl"])


def test_the_first_save_writes_enables_and_reads_back(can, plan, save):
    plans = plan()
    assert acts(plans) == {
        "app_id": Act.SET,
        "app_secret": Act.SET,
        "callback_url": Act.SET,
        "enabled": Act.REPLACE,
    }
    assert can.writes == []
    result = save(plans)
    assert stored(can) == (APP_ID, SECRET, CALLBACK)
    assert can.stored["enabled"] is True
    assert [kind for kind, _ in can.writes] == ["save", "enable"]
    assert result.written
    assert result.fields == {
        "app_id": Proof.CONFIGURED,
        "callback_url": Proof.CONFIGURED,
        "enabled": Proof.CONFIGURED,
        "app_secret": Proof.STATED,  # no server shows it
    }


@pytest.mark.parametrize(("hints", "versions"), list(product([True, False], repeat=2)))
def test_a_second_save_changes_nothing_as_far_as_can_be_known(can, plan, save, hints, versions):
    can.hints, can.versions = hints, versions
    save()
    again = plan()
    unchanged = hints or versions
    assert again[0].empty is unchanged
    assert acts(again)["app_secret"] is (Act.KEEP if unchanged else Act.REPLACE)
    if unchanged:
        result = save(again)
        assert not result.written
        assert len(can.writes) == 2


def test_without_a_hint_a_version_of_somebody_else_is_not_trusted(can, plan, save):
    can.hints = False
    save()
    can.put(appSecret=OLD_SECRET)
    assert acts(plan())["app_secret"] is Act.REPLACE


@pytest.mark.parametrize("hints", [True, False])
def test_another_secret_is_replaced_and_the_rest_kept(can, kit, plan, save, hints):
    can.hints = hints
    save()
    other = replace(kit, secrets={**kit.secrets, "app_secret": Secret(OLD_SECRET)})
    plans = plan(other)
    assert {f for f, act in acts(plans).items() if act is not Act.KEEP} == {"app_secret"}
    assert all(not row.before and not row.after for row in plans[0].rows if row.secret)
    save(plans, other)
    assert stored(can) == (APP_ID, OLD_SECRET, CALLBACK)


def test_a_secret_that_is_kept_is_not_sent_again(can, kit, save):
    save()
    moved = replace(
        kit,
        setup=Setup(
            id="abc234",
            feishu=kit.setup.feishu,
            office=Office(
                url=can.origin, profile="can-rest", callback_url=CALLBACK + "?from=feishu"
            ),
            network=kit.setup.network,
        ),
    )
    save(changed=moved)
    assert "appSecret" not in can.writes[-1][1]
    assert stored(can) == (APP_ID, SECRET, CALLBACK + "?from=feishu")


def test_another_app_never_keeps_the_old_apps_secret(can, plan):
    can.put(appId=OLD_APP, appSecret=SECRET, callbackUrl=CALLBACK)
    assert acts(plan())["app_secret"] is Act.REPLACE


def test_only_the_switch_is_a_save_of_its_own(can, plan, save):
    can.put(appId=APP_ID, appSecret=SECRET, callbackUrl=CALLBACK)
    plans = plan()
    assert {f for f, act in acts(plans).items() if act is not Act.KEEP} == {"enabled"}
    save(plans)
    assert [kind for kind, _ in can.writes] == ["enable"]
    assert can.stored["enabled"] is True


def test_not_enabling_leaves_the_switch_alone(can, kit, save):
    off = replace(kit, enable=False)
    result = save(changed=off)
    assert [kind for kind, _ in can.writes] == ["save"]
    assert can.stored["enabled"] is False
    assert result.fields["enabled"] is Proof.CONFIGURED


# -- somebody else --------------------------------------------------------------------


def test_a_change_between_look_and_press_stops_before_anything_is_written(can, plan, save):
    plans = plan()
    can.put(callbackUrl="https://other.example.com/user/softLogin")
    with pytest.raises(ConflictError) as caught:
        save(plans)
    assert caught.value.code == "can.changed_meanwhile"
    assert can.writes == []
    assert can.stored["callbackUrl"] == "https://other.example.com/user/softLogin"


@pytest.mark.parametrize("first", [True, False])
def test_a_change_in_the_last_moment_is_refused_by_the_version(can, plan, save, first):
    if not first:
        can.put(appId=OLD_APP, appSecret=OLD_SECRET, callbackUrl=CALLBACK)
    before = can.stored["appId"]
    plans = plan()

    def meddle(kind):
        can.before = lambda _: None
        can.put(callbackUrl="https://other.example.com/user/softLogin")

    can.before = meddle
    with pytest.raises(WizardError) as caught:
        save(plans)
    assert caught.value.exit_code == 7
    assert can.stored["appId"] == before
    assert can.stored["enabled"] is False


def test_two_programs_do_not_save_one_setup_at_once(can, perform, kit, plan):
    from feishu_wizard.services.storage.locks import SetupLock

    plans = plan()

    async def both(place):
        with SetupLock(place.paths, kit.setup.id):
            return await save_all(place, kit, plans, silent)

    with pytest.raises(ConflictError) as caught:
        perform(both)
    assert caught.value.code == "setup.locked"
    assert can.writes == []


# -- answers that are lost ------------------------------------------------------------


@pytest.mark.parametrize(
    ("versions", "hints", "kind"), list(product([True, False], [True, False], ["save", "enable"]))
)
def test_an_answer_lost_after_the_write_is_settled_by_reading_back(
    can, save, versions, hints, kind
):
    can.versions, can.hints = versions, hints
    can.answer_lost = {kind}
    told = versions or hints or kind == "enable"
    if told:
        result = save()
        assert result.written
        assert can.stored["enabled"] is True
        assert [k for k, _ in can.writes] == ["save", "enable"]  # never written twice
    else:
        with pytest.raises(NetworkError):  # nothing tells whether the secret arrived
            save()
    assert stored(can) == (APP_ID, SECRET, CALLBACK)


@pytest.mark.parametrize(
    ("versions", "hints", "kind"), list(product([True, False], [True, False], ["save", "enable"]))
)
def test_a_write_that_never_arrived_is_never_called_saved(can, save, versions, hints, kind):
    can.versions, can.hints = versions, hints
    can.write_lost = {kind}
    with pytest.raises(WizardError) as caught:
        save()
    lost = isinstance(caught.value, NetworkError) if kind == "save" else None
    if lost is None:  # the values are there, and that is said
        assert caught.value.code == "can.not_enabled"
        assert caught.value.exit_code == 8
    else:
        assert lost
    assert can.stored["enabled"] is False


@pytest.mark.parametrize(("versions", "hints"), [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("how", ["lost", "pretended"])
def test_a_new_secret_that_never_arrived_is_never_called_saved(
    can, kit, save, versions, hints, how
):
    """App ID and callback are equal already, so only hint or version can tell."""
    save()
    can.versions, can.hints = versions, hints
    if how == "lost":
        can.write_lost = {"save"}
    else:
        can.pretends = True
    other = replace(kit, secrets={**kit.secrets, "app_secret": Secret(OLD_SECRET)})
    with pytest.raises((NetworkError, CanError)):
        save(changed=other)
    assert can.stored["appSecret"] == SECRET


def test_a_server_that_only_pretends_to_save_is_found_out(can, save):
    can.pretends = True
    with pytest.raises(CanError) as caught:
        save()
    assert caught.value.code == "can.not_saved"
    assert "app_id" in caught.value.params["fields"]
    assert [kind for kind, _ in can.writes] == ["save"]  # what is not stored is not enabled


def test_a_failed_save_leaves_the_last_good_configuration_in_force(can, kit, save):
    save()
    can.write_lost = {"save"}
    moved = Office(url=can.origin, profile="can-rest", callback_url=CALLBACK + "/x")
    wrong = replace(
        kit,
        setup=Setup(id="abc234", feishu=kit.setup.feishu, office=moved, network=kit.setup.network),
    )
    with pytest.raises(NetworkError):
        save(changed=wrong)
    assert stored(can) == (APP_ID, SECRET, CALLBACK)
    assert can.stored["enabled"] is True


# -- what is kept ---------------------------------------------------------------------


def test_the_journal_keeps_what_was_there_and_no_secret(can, perform, save, tmp_path):
    can.put(appId=OLD_APP, appSecret=OLD_SECRET, callbackUrl="https://old.example.com/cb")

    async def saves(place):
        return place.journal.can_saves("abc234")

    save()
    [note] = perform(saves)
    assert note.state is SaveState.SAVED
    assert note.before["app_id"] == OLD_APP
    assert note.before["callback_url"] == "https://old.example.com/cb"
    assert note.after["app_id"] == APP_ID
    assert note.after["enabled"] == "on"
    assert note.started_at <= note.ended_at
    with sqlite3.connect(tmp_path / "state" / "state" / "journal.sqlite3") as db:
        dump = "\n".join(db.iterdump())
    db.close()
    for secret in (SECRET, OLD_SECRET, SECRET[-8:], "sk-5f3a9c1e7b2d4860"):
        assert secret not in dump


def test_without_the_secret_nothing_is_asked(can, kit, plan):
    with pytest.raises(CredentialError) as caught:
        plan(replace(kit, secrets={"can_api_key": Secret("sk-5f3a9c1e7b2d4860")}))
    assert caught.value.params == {"name": "app_secret"}
    assert can.reads == 0


def test_without_the_key_nothing_is_asked(can, kit, plan):
    with pytest.raises(CredentialError) as caught:
        plan(replace(kit, secrets={"app_secret": Secret(SECRET)}))
    assert caught.value.params == {"name": "can_api_key"}
    assert can.reads == 0
