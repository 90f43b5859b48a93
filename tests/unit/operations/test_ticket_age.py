"""A store app's ticket that CAN told is asked for anew before the platform lets it go."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Setup
from feishu_wizard.operations import store_ticket


@pytest.mark.parametrize(("minutes", "asked"), [(20, 1), (40, 2), (60, 2)])
def test_within_the_hour_of_a_new_one(monkeypatch, minutes, asked):
    clock, calls = SimpleNamespace(now=1000.0), []
    monkeypatch.setattr(store_ticket, "time", SimpleNamespace(monotonic=lambda: clock.now))

    async def app_ticket():
        calls.append(clock.now)
        return Secret("told-ticket-0001")

    async def can(kit):
        return SimpleNamespace(app_ticket=app_ticket)

    async def story():
        tickets, place = store_ticket.Tickets(), SimpleNamespace(can=can)
        first = await tickets.of(place, Kit(Setup(id="abc234")))
        clock.now += minutes * 60
        assert await tickets.of(place, Kit(Setup(id="abc234"))) is first

    asyncio.run(story())
    assert len(calls) == asked
