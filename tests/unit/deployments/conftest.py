"""What these tests share."""

from __future__ import annotations

import pytest

from tests.unit.deployments.made import workplace


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def place(tmp_path):
    async with workplace(tmp_path / "root") as made:
        yield made
