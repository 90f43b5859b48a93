"""The pace of calls, on a clock that only moves when somebody sleeps."""

from __future__ import annotations

import asyncio
import heapq
import selectors
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from feishu_wizard.services.feishu import pace as module
from feishu_wizard.services.feishu.pace import PATIENCE_S, RECOVERY_S, Pace, api_of

API = "GET /open-apis/contact/v3/users/find_by_department"


class _Idle(selectors.SelectSelector):
    """Instead of waiting, the clock is moved on."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> Any:
        self.now += timeout or 0.0
        return super().select(0)


def play(work: Callable[[], Awaitable[Any]]) -> Any:
    """Run a coroutine on a loop whose time is that of its sleeps."""
    selector = _Idle()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign]
    try:
        return loop.run_until_complete(work())
    finally:
        loop.close()


def clock() -> float:
    return asyncio.get_running_loop().time()


async def moments(pace: Pace, count: int, api: str = API) -> list[float]:
    """When each of so many calls left, seconds from now."""
    begun = clock()
    found: list[float] = []

    async def one() -> None:
        await pace.turn(api)
        heapq.heappush(found, clock() - begun)

    await asyncio.gather(*(one() for _ in range(count)))
    return sorted(found)


@pytest.mark.parametrize(
    ("count", "seconds"), [(25, 0), (26, 1), (500, 19), (501, 60), (1200, 127)]
)
def test_no_window_holds_more_than_its_limit(count, seconds):
    times = play(lambda: moments(Pace(), count))
    assert times[-1] == pytest.approx(seconds, abs=0.01)
    for limit, window in ((25, 1.0), (500, 60.0)):
        for first, last in zip(times, times[limit:], strict=False):
            assert last - first >= window - 1e-4


def test_every_api_has_its_own_windows():
    async def work() -> float:
        pace = Pace()
        await asyncio.gather(moments(pace, 25), moments(pace, 25, "GET /other"))
        return clock()

    assert play(work) == pytest.approx(1000.0)


def test_without_limits_nothing_waits():
    assert play(lambda: moments(Pace(None, None), 3000))[-1] == 0.0


def test_first_come_first_served_and_a_cancelled_one_takes_no_slot():
    async def work() -> list[tuple[int, float]]:
        pace, begun = Pace(per_second=1, per_minute=None), clock()
        order: list[tuple[int, float]] = []

        async def one(number: int) -> None:
            await pace.turn(API)
            order.append((number, clock() - begun))

        tasks = [asyncio.create_task(one(number)) for number in range(6)]
        await asyncio.sleep(0.5)
        tasks[1].cancel()  # it sleeps for its slot
        tasks[3].cancel()  # it waits in line
        await asyncio.gather(*tasks, return_exceptions=True)
        return order

    order = play(work)
    assert [number for number, _at in order] == [0, 2, 4, 5]
    assert [at for _number, at in order] == pytest.approx([0, 1, 2, 3], abs=0.01)


def test_a_refusal_is_waited_for_and_slows_down_until_it_was_quiet():
    async def work() -> tuple[float, float, float]:
        pace = Pace()
        await pace.turn(API)
        pace.busy(API, 5.0)
        pace.busy(API, 5.0)  # of the same moment: slows down once
        assert pace.waiting(API) == 5.0
        first = (await moments(pace, 1))[0]
        slow = (await moments(pace, 60))[-1]
        await asyncio.sleep(61 + RECOVERY_S)
        again = (await moments(pace, 50))[-1]
        return first, slow, again

    first, slow, again = play(work)
    assert first == pytest.approx(5.0, abs=0.01)
    assert slow == pytest.approx(5.0, abs=0.01)  # twelve a second
    assert again == pytest.approx(1.0, abs=0.01)  # twenty-five a second


def test_waits_that_nobody_names_grow_and_an_answer_ends_that(monkeypatch):
    monkeypatch.setattr(module, "UNNAMED_S", 1.0)

    async def work() -> list[float]:
        pace, found = Pace(), []
        for _number in range(3):
            pace.busy(API, None)
            found.append(pace.waiting(API))
            await asyncio.sleep(pace.waiting(API))
        pace.served(API)
        pace.busy(API, None)
        return [*found, pace.waiting(API)]

    assert play(work) == pytest.approx([1.0, 2.0, 4.0, 1.0])


def test_a_long_wait_is_left_to_those_who_ask_for_it():
    async def work() -> tuple[float, float]:
        pace = Pace()
        pace.busy(API, 3600.0)
        waited = (await moments(pace, 1))[0]
        return waited, pace.waiting(API)

    waited, left = play(work)
    assert waited == pytest.approx(PATIENCE_S)
    assert left == pytest.approx(3600.0 - PATIENCE_S)


@pytest.mark.parametrize("before", [0, 30, 480, 500])
@pytest.mark.parametrize("calls", [1, 25, 26, 400, 500, 501, 1300])
def test_the_forecast_is_what_happens(before, calls):
    async def work() -> tuple[float, float]:
        pace = Pace()
        await moments(pace, before)
        told = pace.seconds_for(API, calls)
        return told, (await moments(pace, calls))[-1]

    told, happened = play(work)
    assert told == pytest.approx(happened, abs=1.1)


def test_no_calls_take_no_time():
    async def work() -> float:
        return Pace().seconds_for(API, 0)

    assert play(work) == 0.0


@pytest.mark.parametrize(
    ("path", "api"),
    [
        ("/open-apis/contact/v3/users/3e3cf96b", "/open-apis/contact/v3/users/{}"),
        ("/open-apis/contact/v3/users/zhangsan", "/open-apis/contact/v3/users/{}"),
        ("/open-apis/contact/v3/users/batch", "/open-apis/contact/v3/users/batch"),
        ("/open-apis/contact/v3/scopes", "/open-apis/contact/v3/scopes"),
        (
            "/open-apis/contact/v3/departments/od-1/children",
            "/open-apis/contact/v3/departments/{}/children",
        ),
        ("/open-apis/im/v1/messages/om_1", "/open-apis/im/v1/messages/{}"),
        ("/open-apis/bot/v3/info", "/open-apis/bot/v3/info"),
        ("/no/version", "/no/version"),
    ],
)
def test_the_api_of_a_path(path, api):
    assert api_of("GET", path) == f"GET {api}"


def test_the_limits_are_half_of_the_platforms():
    assert (module.PER_SECOND * 2, module.PER_MINUTE * 2) == (50, 1000)
