"""Test, keep, save, read back, prove; and what is in force wherever it stops."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from feishu_wizard.domain.errors import ConflictError, CredentialError
from feishu_wizard.domain.finding import Proof, Status
from feishu_wizard.domain.names import APP_SECRET, FORMER_SECRET
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.secret_change import Stage
from feishu_wizard.operations.change_secret import change_secret
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.secret_marks import close_change, kept_now, look_back
from feishu_wizard.services.storage.locks import SetupLock
from tests.unit.operations.can_stub import BASE
from tests.unit.operations.diagnose.practice_case import (
    kit_of,
    told_in_words,
    with_feishu,
    with_office,
)
from tests.unit.wizard.practice import drill, stored

OLD = "9zXw8Vt7Us6Rq5Po4Nm3Lk2Ji1Hg0FeD"
WRONG = "Wr0ngWr0ngWr0ngWr0ngWr0ngWr0ngWr"
CALLBACK = "https://can.example.com/user/softLogin"


@pytest.fixture(scope="module")
def practice(module_sandbox):
    return module_sandbox()


@pytest.fixture
def kit(practice):
    """The sandbox's own setup; new secrets go into files, which outlive a run."""
    return replace(kit_of(practice), place="file")


@pytest.fixture
def with_stub(kit, can):
    """The sandbox's platform with a CAN that misbehaves as told."""
    office = {"url": can.origin, "callback_url": CALLBACK, "secrets": {}}
    setup = with_office(kit.setup, **office)
    can.put(appId=setup.feishu.app_id, appSecret=OLD, callbackUrl=CALLBACK, enabled=True)
    secrets = {APP_SECRET: Secret(OLD), "can_api_key": Secret("sk-5f3a9c1e7b2d4860")}
    return replace(
        kit, setup=setup, secrets=secrets, api_base=can.origin + BASE.split("/office")[0]
    )


@pytest.fixture
def change(perform):
    """Change to a secret; the reported rows by the last part of their ids."""

    def run(kit, new, report=lambda progress: None):
        text = new if isinstance(new, Secret) or new is None else Secret(new)
        result = perform(lambda place: change_secret(place, kit, text, report))
        told_in_words(result.findings)
        return result, {f.id.rpartition(".")[2]: f for f in result.findings}

    return run


def reset(practice):
    return practice.control("reset-secret")["app_secret"]


def seen(perform, kit):
    return perform(lambda place: look_back(place, kit))


def kept(perform, kit, ref):
    known = replace(kit, setup=with_feishu(kit.setup, app_secret=ref))
    return perform(lambda place: kept_now(place, known)).reveal()


def test_a_reset_secret_is_in_force_everywhere_in_one_go(practice, kit, change, perform):
    before = stored(practice)
    new = reset(practice)
    order = []
    result, rows = change(kit, new, lambda news: order.append(news.finding.id))
    assert [one.rpartition(".")[2] for one in order] == [
        "pair",
        "kept",
        "saved",
        "read_back",
        "proven",
    ]
    assert {row.status for row in rows.values()} == {Status.PASS}
    assert rows["proven"].code == "secret_change.proven_by_can"
    assert rows["proven"].proof is Proof.PROVEN
    assert result.in_force == "secret_change.done"
    assert kept(perform, kit, result.ref) == new
    after = stored(practice)
    assert {k: after[k] for k in ("app_id", "callback_url", "enabled")} == {
        k: before[k] for k in ("app_id", "callback_url", "enabled")
    }
    assert perform(lambda place: place.store.get(kit.setup.id, FORMER_SECRET)) is None
    assert seen(perform, kit) is None


def test_a_wrong_secret_changes_nothing(practice, kit, change, perform, tmp_path):
    before, calls = stored(practice), len(practice.state()["requests"])
    result, rows = change(kit, WRONG)
    assert rows["pair"].code == "feishu.10014"
    assert rows["saved"].status is Status.SKIP
    assert result.in_force == "secret_change.unchanged"
    assert result.ref == ""
    assert stored(practice) == before
    asked = practice.state()["requests"][calls:]
    assert [r["path"] for r in asked] == ["/open-apis/auth/v3/tenant_access_token/internal"]
    assert not list((tmp_path / "state").rglob("*.secret"))
    assert seen(perform, kit) is None


def test_only_the_secret_is_changed_in_can(practice, with_stub, can, change):
    new = reset(practice)
    can.put(callbackUrl=CALLBACK + "/elsewhere", enabled=False)
    result, rows = change(with_stub, new)
    assert can.stored["appSecret"] == new
    assert can.stored["callbackUrl"] == CALLBACK + "/elsewhere"
    assert can.stored["enabled"] is False
    assert rows["read_back"].code == "secret_change.read_back_end"
    assert result.in_force in ("secret_change.done", "secret_change.saved_unproven")


def test_a_server_that_shows_nothing_of_the_secret(practice, with_stub, can, change):
    can.hints = False
    _result, rows = change(with_stub, reset(practice))
    assert rows["read_back"].code == "secret_change.read_back_set"
    assert rows["read_back"].proof is Proof.STATED


def test_can_is_down_at_the_save(practice, with_stub, change, perform):
    office = {"url": "http://127.0.0.1:9"}
    kit = replace(with_stub, setup=with_office(with_stub.setup, **office), api_base="")
    new = reset(practice)
    result, rows = change(kit, new)
    assert rows["saved"].status is Status.FAIL
    assert rows["read_back"].blocked_by == "secret_change.saved"
    assert result.in_force == "secret_change.kept_only"
    assert kept(perform, kit, result.ref) == new
    former = perform(
        lambda p: p.store.get(
            kit.setup.id, f"file:{p.paths.state / kit.setup.id / 'app_secret_before.secret'}"
        )
    )
    assert former.reveal() == OLD
    left = seen(perform, kit)
    assert (left.in_force, left.new_kept, left.ref) == (
        "secret_change.kept_only",
        True,
        result.ref,
    )


def test_what_was_left_open_is_finished_without_typing(practice, with_stub, can, change, perform):
    new = reset(practice)
    can.write_lost.add("save")
    result, rows = change(with_stub, new)
    assert rows["saved"].status is Status.FAIL
    assert result.in_force == "secret_change.kept_only"  # the version says that nothing moved
    assert can.stored["appSecret"] == OLD
    can.write_lost.clear()
    later = replace(
        with_stub,
        setup=with_feishu(with_stub.setup, app_secret=seen(perform, with_stub).ref),
        secrets={"can_api_key": with_stub.secrets["can_api_key"]},
    )
    _again, rows = change(later, None)
    assert rows["saved"].code == "secret_change.saved"
    assert can.stored["appSecret"] == new


def test_a_lost_write_without_versions_leaves_it_open(practice, with_stub, can, change, perform):
    can.versions = can.hints = False
    can.write_lost.add("save")
    result, _rows = change(with_stub, reset(practice))
    assert result.in_force == "secret_change.can_unclear"
    assert seen(perform, with_stub).in_force == "secret_change.can_unclear"


@pytest.mark.parametrize(
    ("row", "in_force", "new_kept"),
    [
        ("pair", None, False),
        ("kept", "secret_change.kept_only", True),
        ("saved", "secret_change.saved_unproven", True),
        ("read_back", "secret_change.saved_unproven", True),
    ],
)
def test_killed_between_two_steps(practice, kit, tmp_path, perform, row, in_force, new_kept):
    """The work ends for good after a step; another run of the program says what holds."""
    new = Secret(reset(practice))

    def report(progress):
        if progress.finding.id == f"secret_change.{row}":
            raise asyncio.CancelledError

    async def killed():
        async with Workplace(Program(tmp_path / "state", use_keyring=False)) as place:
            await change_secret(place, kit, new, report)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(killed())
    left = seen(perform, kit)
    assert (left.in_force if left else None) == in_force
    if left is None:
        return
    assert left.new_kept is new_kept
    perform(lambda place: close_change(place, kit))
    assert seen(perform, kit) is None


def test_memory_that_is_gone_with_the_run_is_not_called_kept(practice, kit, perform):
    """Without a password store the new secret is lost with the run."""
    here = replace(kit, place="session")
    new = Secret(reset(practice))

    def report(progress):
        if progress.finding.id == "secret_change.kept":
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        perform(lambda place: change_secret(place, here, new, report))
    left = seen(perform, here)
    assert left.in_force == "secret_change.unclear"
    assert not left.new_kept


def test_killed_before_anything_was_kept(practice, kit, perform, monkeypatch):
    here = replace(kit, place="keyring")
    new = Secret(reset(practice))

    async def killed(*arguments):
        raise asyncio.CancelledError

    async def work(place):
        monkeypatch.setattr(place.store, "put", killed)
        return await change_secret(place, here, new, lambda news: None)

    with pytest.raises(asyncio.CancelledError):
        perform(work)
    assert seen(perform, here).in_force == "secret_change.unchanged"


def test_a_can_that_is_set_up_by_hand_waits_for_a_person(practice, kit, change, perform):
    by_hand = replace(kit, setup=with_office(kit.setup, profile="by-hand"))
    before = stored(practice)
    result, rows = change(by_hand, reset(practice))
    assert rows["saved"].code == "secret_change.enter_in_can"
    assert rows["proven"].code == "secret_change.proven_by_token"
    assert (result.in_force, result.stage) == ("secret_change.by_hand", Stage.BY_HAND)
    assert stored(practice) == before
    assert seen(perform, by_hand).in_force == "secret_change.by_hand"
    perform(lambda place: close_change(place, by_hand))
    assert seen(perform, by_hand) is None


def test_without_can_the_pair_is_all_there_is(practice, kit, change, perform):
    alone = replace(kit, setup=with_office(kit.setup, url="", profile="by-hand"))
    result, rows = change(alone, reset(practice))
    assert rows["saved"].status is Status.SKIP
    assert result.in_force == "secret_change.no_can"
    assert seen(perform, alone) is None


def test_another_app_in_can_is_left_alone(practice, with_stub, can, change):
    can.put(appId="cli_b8c029e757e6500b")
    result, rows = change(with_stub, reset(practice))
    assert rows["saved"].code == "secret_change.not_in_can"
    assert can.stored["appSecret"] == OLD
    assert result.in_force == "secret_change.no_can"


def test_the_former_secret_is_put_back_when_the_new_one_fails_after_all(
    practice, kit, change, perform
):
    """Somebody resets it once more between the test and the proof."""
    old = reset(practice)
    kit = replace(kit, secrets={APP_SECRET: Secret(old)})
    change(kit, old)
    new = reset(practice)

    def report(progress):
        if progress.finding.id == "secret_change.read_back":
            reset(practice)

    result, rows = change(kit, new, report)
    assert rows["proven"].code == "feishu.10014"
    assert result.in_force == "secret_change.put_back"
    assert kept(perform, kit, result.ref) == old
    assert stored(practice)["app_secret"] == old
    assert seen(perform, kit) is None


def test_can_cannot_be_put_back(practice, with_stub, can, change, perform):
    kit = replace(with_stub, secrets={**with_stub.secrets, APP_SECRET: Secret(OLD)})
    new = reset(practice)

    def report(progress):
        if progress.finding.id == "secret_change.read_back":
            reset(practice)
            can.write_lost.add("save")

    result, rows = change(kit, new, report)
    assert result.in_force == "secret_change.put_back_here"
    assert rows["saved"].status is Status.FAIL
    assert kept(perform, kit, result.ref) == OLD
    assert can.stored["appSecret"] == new


def test_cans_own_test_fails_although_the_pair_is_right(practice, kit, change):
    with drill(practice, "can-no-egress"):
        result, rows = change(kit, reset(practice))
    assert rows["proven"].code == "secret_change.can_test_failed"
    assert rows["saved"].status is Status.PASS
    assert result.in_force == "secret_change.saved_unproven"


def test_no_place_to_keep_it_ends_before_can(practice, kit, change, monkeypatch):
    new = reset(practice)
    before = stored(practice)
    monkeypatch.setattr("feishu_wizard.services.storage.secrets._LARGEST_FILE", 1)
    too_long = replace(kit, place="keyring")

    async def refuse(self, *arguments):
        raise CredentialError("secret.missing", {"name": "app_secret"})

    monkeypatch.setattr("feishu_wizard.services.storage.secrets.SecretStore.put", refuse)
    result, rows = change(replace(too_long, secrets={APP_SECRET: Secret(OLD)}), new)
    assert rows["kept"].status is Status.FAIL
    assert rows["saved"].blocked_by == "secret_change.kept"
    assert result.in_force == "secret_change.unchanged"
    assert stored(practice) == before


def test_nothing_to_go_on_with(kit, change):
    empty = replace(kit, setup=with_feishu(kit.setup, app_secret=""))
    with pytest.raises(CredentialError, match=r"secret\.missing"):
        change(empty, None)


def test_two_programs_exclude_each_other(kit, perform):
    async def work(place):
        with SetupLock(place.paths, kit.setup.id):
            await change_secret(place, kit, Secret(WRONG), lambda news: None)

    with pytest.raises(ConflictError):
        perform(work)


def test_no_secret_is_in_any_file_but_its_own(practice, kit, change, tmp_path):
    new = reset(practice)
    change(kit, new)
    files = [p for p in (tmp_path / "state").rglob("*") if p.is_file()]
    holding = [p.name for p in files if new.encode() in p.read_bytes()]
    assert holding == ["app_secret.secret"]
