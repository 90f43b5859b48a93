"""A look at whether somebody approved: one call, and what slows it down is a value."""

from __future__ import annotations

import asyncio

import pytest

from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.states import VersionState
from feishu_wizard.operations.check_permissions import check_permissions
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.watch_approval import Look, look, version_state
from tests.unit.operations.permissions.matrix import Row
from tests.unit.operations.permissions.practice_app import counted, known_kit, make, post


@pytest.fixture(scope="module")
def practice(module_sandbox):
    return module_sandbox("--users", "12", "--departments", "2")


def looks(root, kit, count=1, *, checked=False):
    """So many looks in one run of the program, after a full check when one was made."""

    async def main():
        async with Workplace(Program(state_root=root, use_keyring=False)) as place:
            if checked:
                await check_permissions(place, kit, frozenset(), silent)
            before = (await place.feishu(kit)).calls
            seen = [await look(place, kit) for _ in range(count)]
            return seen, (await place.feishu(kit)).calls - before

    return asyncio.run(main())


def row(app):
    return Row(app, "granted", True, "all", True, "all")


@pytest.mark.parametrize(
    ("app", "state", "online"),
    [
        ("never", VersionState.NEVER_RELEASED, False),
        ("review", VersionState.UNDER_REVIEW, False),
        ("released", VersionState.RELEASED, True),
    ],
)
def test_one_look_is_one_call(practice, tmp_path, app, state, online):
    kit = make(practice, row(app), "permission.mobile")
    seen, calls = looks(tmp_path, kit, 3)
    assert seen == [Look(state, online)] * 3
    assert calls == counted(practice, kit) == 3


def without_description(practice):
    """An update of this app is under review, and it may not describe itself."""
    kit = make(practice, row("released"), "permission.mobile")
    app_id = kit.setup.feishu.app_id
    practice.control("grant", app_id, remove=["application:application:self_manage"])
    practice.control("release", app_id)
    return kit


def test_an_app_that_may_not_be_described_is_asked_by_its_list(practice, tmp_path):
    kit = without_description(practice)
    seen, calls = looks(tmp_path, kit, 3)
    assert seen == [Look(VersionState.UNKNOWN), *[Look(VersionState.RELEASED, True)] * 2]
    assert calls == 3
    after_check, calls = looks(tmp_path, kit, 2, checked=True)
    assert after_check == [Look(VersionState.RELEASED, True)] * 2
    assert calls == 2


def test_the_state_alone_finds_out_what_to_ask(practice, tmp_path):
    kit = without_description(practice)

    async def main():
        async with Workplace(Program(state_root=tmp_path, use_keyring=False)) as place:
            return [await version_state(place, kit) for _ in range(2)]

    before = counted(practice, kit)
    assert asyncio.run(main()) == [VersionState.RELEASED] * 2
    assert counted(practice, kit) - before == 3


@pytest.mark.parametrize(
    ("name", "code", "least"),
    [("rate-limited", "feishu.99991400", 1.0), ("quota-exhausted", "feishu.99991403", 0.0)],
)
def test_what_asks_to_come_less_often_is_a_value_with_its_wait(
    practice, tmp_path, name, code, least
):
    kit = known_kit(practice)
    post(practice, "drills", name=name, on=True)
    before = counted(practice, kit)
    try:
        (seen,), calls = looks(tmp_path, kit)
        with pytest.raises(FeishuError, match=code):
            asyncio.run(_state(tmp_path, kit))
    finally:
        post(practice, "drills", name=name, on=False)
    assert calls == 1
    assert counted(practice, kit) - before == 2
    assert (seen.state, seen.online, seen.slow) == (VersionState.UNKNOWN, None, code)
    assert seen.retry_after >= least


async def _state(root, kit):
    async with Workplace(Program(state_root=root, use_keyring=False)) as place:
        return await version_state(place, kit)


def test_a_stopped_app_is_a_failure(practice, tmp_path):
    kit = known_kit(practice)
    practice.control("stop")
    try:
        with pytest.raises(FeishuError, match=r"feishu\.99991662"):
            looks(tmp_path, kit)
    finally:
        practice.control("stop", stopped=False)
