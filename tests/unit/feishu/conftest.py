"""What the tests of the platform's client share."""

from __future__ import annotations

import pytest
import stamina

from feishu_wizard.services.feishu import pace
from tests.unit.feishu.fake import FakeHttp


@pytest.fixture
def anyio_backend() -> str:
    """The product runs on asyncio."""
    return "asyncio"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Repeat without the pauses between the tries; the number of tries stays."""
    monkeypatch.setattr(pace, "UNNAMED_S", 0.0)
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def http() -> FakeHttp:
    return FakeHttp()
