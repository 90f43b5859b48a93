"""An event loop whose time is made: it jumps to the next timer when nothing else is to be done.

Hours of waiting for a rate limit pass in the time that the work between takes, and every run
sees the same times. Time stands still while work is out in a thread of an executor: what that
takes is real, and no deadline of the program may fall due meanwhile.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
# A thread that does not come back within this is a hang of the test, not a wait.
PATIENCE_S = 60.0
START = 1_000.0  # small, so that adding microseconds to it loses nothing


class StuckError(Exception):
    """Nobody outside calls, and no timer could."""


class _Jumping(selectors.DefaultSelector):
    """Asks the system without waiting; where the loop would have waited, its time jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.loop: VirtualLoop | None = None

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        assert self.loop is not None
        if timeout is not None and not self.loop.outside:
            self.loop.jump(timeout)
            return []
        ready = super().select(PATIENCE_S)
        if not ready:
            raise StuckError(f"nothing happened for {PATIENCE_S:g} real seconds")
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop with ``time()`` of its own, in seconds; ``outside``: work that is out in threads."""

    def __init__(self) -> None:
        selector = _Jumping()
        self.outside = 0
        self._now = START
        super().__init__(selector)
        selector.loop = self

    def time(self) -> float:
        """Made seconds; they pass by ``jump`` only."""
        return self._now

    def jump(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> asyncio.Future[Any]:
        """As the loop does, with the clock stopped until it is done."""
        future = super().run_in_executor(executor, func, *args)
        self.outside += 1
        future.add_done_callback(self._back)
        return future

    async def shutdown_default_executor(self, *args: Any) -> None:
        """As the loop does it, in a thread that says when the others have ended."""
        self.outside += 1
        try:
            await super().shutdown_default_executor(*args)
        finally:
            self.outside -= 1

    def _back(self, future: asyncio.Future[Any]) -> None:
        self.outside -= 1


class VirtualTime:
    """A clock for others (a sandbox): Unix seconds that follow the loop it is given."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self.start = start
        self.loop: asyncio.AbstractEventLoop | None = None

    def __call__(self) -> float:
        """Unix seconds now."""
        return self.start if self.loop is None else self.start + self.loop.time() - START


def run_virtual(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end in made time, as ``asyncio.run`` does in real time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
