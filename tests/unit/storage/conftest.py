"""Folders of this test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from feishu_wizard.services.storage.paths import Paths


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.under(tmp_path / "own")
