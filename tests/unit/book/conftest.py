"""The desk of a player, and the wizard's session for what only its pages say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from tests.unit.book.desk import Desk
from tests.unit.wizard.conftest import (  # noqa: F401 - the fixtures that a player may ask for
    at,
    new_session,
    operations,
    runner,
    session,
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Desk:
    return Desk(tmp_path, monkeypatch, request.getfixturevalue)


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Every call is made once."""
    with stamina.set_testing(True, attempts=1):
        yield
