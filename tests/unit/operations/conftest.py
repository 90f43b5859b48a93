"""A workplace of the test's own, without a keyring."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from feishu_wizard.domain.progress import silent
from feishu_wizard.operations import change_app
from feishu_wizard.operations.context import Program, Workplace
from tests.unit.operations.app_change_practice import PracticeApp, open_tenant
from tests.unit.operations.can_stub import CanStub, can_stub


@pytest.fixture
def perform(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Run one operation in a workplace: ``perform(lambda place: plan_can(place, kit))``.

    Every call is a run of the program of its own; the state folder is the same.
    """
    program = Program(state_root=tmp_path / "state", use_keyring=False)

    def run(work: Callable[[Workplace], Any]) -> Any:
        async def main() -> Any:
            async with Workplace(program) as place:
                return await work(place)

        return asyncio.run(main())

    return run


@pytest.fixture
def can() -> Iterator[CanStub]:
    with can_stub() as made:
        yield made


# -- an app that changes itself -----------------------------------------------------------


@pytest.fixture(scope="module")
def tenant(module_sandbox):
    made = module_sandbox("--fresh")
    open_tenant(made)
    return made


@pytest.fixture
def app(tenant):
    """An app of the console that may change itself and has nothing else."""
    return PracticeApp.made(tenant)


@pytest.fixture
def propose(perform):
    return lambda app, wants=None: perform(lambda place: app.propose(place, wants))


@pytest.fixture
def carry_out(perform):
    def run(app, change, kit=None, report=silent):
        used = kit or app.kit
        return perform(lambda place: change_app.carry_out(place, used, change, report))

    return run


@pytest.fixture
def look(perform):
    return lambda app: perform(app.look)
