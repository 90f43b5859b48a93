"""A workplace of the test's own, without a keyring."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from feishu_wizard.operations.context import Program, Workplace
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
