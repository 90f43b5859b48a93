"""The made clock of the scale tests: it jumps over waits, and only over waits."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from tests import virtual_clock
from tests.virtual_clock import StuckError, VirtualTime, run_virtual


def test_hours_pass_at_once_and_exactly():
    async def sleep() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.sleep(7200.25)
        return loop.time() - began

    began = time.monotonic()
    assert run_virtual(sleep()) == 7200.25
    assert time.monotonic() - began < 5


def test_timers_fall_due_in_their_order():
    async def race() -> list[tuple[str, float]]:
        loop, seen = asyncio.get_running_loop(), []
        began = loop.time()

        async def one(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            seen.append((name, round(loop.time() - began, 6)))

        await asyncio.gather(one("c", 30), one("a", 0.001), one("b", 29.999))
        return seen

    assert run_virtual(race()) == [("a", 0.001), ("b", 29.999), ("c", 30.0)]


def test_a_deadline_is_kept_in_made_time():
    async def late() -> None:
        async with asyncio.timeout(5):
            await asyncio.sleep(6)

    with pytest.raises(TimeoutError):
        run_virtual(late())


def test_time_stands_still_while_a_thread_works():
    """Else every deadline of the program would be over before a thread could answer."""

    async def work() -> tuple[str, float]:
        loop = asyncio.get_running_loop()
        began, gate = loop.time(), threading.Event()
        threading.Timer(0.05, gate.set).start()
        async with asyncio.timeout(1):
            await asyncio.to_thread(gate.wait)
        return "done", loop.time() - began

    assert run_virtual(work()) == ("done", 0.0)


def test_a_call_from_another_thread_is_waited_for():
    async def work() -> str:
        loop, future = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()
        threading.Timer(0.05, lambda: loop.call_soon_threadsafe(future.set_result, "rung")).start()
        return await future

    assert run_virtual(work()) == "rung"


def test_a_wait_for_nothing_is_told(monkeypatch):
    monkeypatch.setattr(virtual_clock, "PATIENCE_S", 0.05)

    async def forever() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(StuckError):
        run_virtual(forever())


def test_other_clocks_can_follow():
    clock = VirtualTime(start=1_000_000.0)

    async def work() -> tuple[float, float]:
        clock.loop = asyncio.get_running_loop()
        before = clock()
        await asyncio.sleep(61.5)
        return before, clock()

    assert clock() == 1_000_000.0
    assert run_virtual(work()) == (1_000_000.0, 1_000_061.5)
