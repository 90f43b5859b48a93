"""A profile that comes with a hand-over file is used after a yes on a terminal only."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from feishu_wizard.cli import opening
from feishu_wizard.domain.deployment import Origin, ProfileLook
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.setup import Setup
from feishu_wizard.operations import deployments
from feishu_wizard.operations.open_sealed import Opened

LOOK = ProfileLook("our-can", "0" * 64, {"en": "Ours"}, {}, "proposed", Origin.ADDED, False)
OPENED = Opened(Kit(Setup(id="abc234")), "/x.age", (), LOOK, b"id: our-can\n")


@pytest.fixture
def added(monkeypatch) -> list[object]:
    kept: list[object] = []

    async def add(place, data, source, *, trust):
        kept.append((data, source, trust))

    monkeypatch.setattr(deployments, "add_profile", add)
    return kept


def look() -> None:
    asyncio.run(opening._look_at_profile(SimpleNamespace(), OPENED))


def test_without_a_terminal_it_is_told_and_not_added(monkeypatch, added) -> None:
    told = []
    words = opening.error_words
    monkeypatch.setattr(opening, "may_ask", lambda: False)
    monkeypatch.setattr(opening, "error_words", lambda error: told.append(error) or words(error))
    look()
    [error] = told
    assert error.code == "sealed.profile"
    assert error.params == {"profile": "our-can"}
    assert added == []


@pytest.mark.parametrize("yes", [True, False])
def test_on_a_terminal_it_is_shown_and_asked_for(monkeypatch, added, capsys, yes) -> None:
    monkeypatch.setattr(opening, "may_ask", lambda: True)
    monkeypatch.setattr(opening.click, "confirm", lambda *a, **k: yes)
    look()
    assert "our-can" in capsys.readouterr().err
    assert added == ([(b"id: our-can\n", "/x.age", True)] if yes else [])
