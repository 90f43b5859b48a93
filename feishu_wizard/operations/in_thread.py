"""Work that would hold up the loop: done in a thread, told about on the loop, and stoppable."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from feishu_wizard.domain.progress import Progress, Report

T = TypeVar("T")


class StoppedError(Exception):
    """Nobody waits for the work any more; it ends at the next slice."""


class Told:
    """The thread's side: tells progress on the loop, and notices that it is to stop."""

    def __init__(self, report: Report) -> None:
        self._loop = asyncio.get_running_loop()
        self._report = report
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Ask the thread to end at its next slice."""
        self._stopped.set()

    def step(self, progress: Progress) -> None:
        """Tell progress between two slices; raises ``StoppedError`` when nobody waits."""
        if self._stopped.is_set():
            raise StoppedError
        self._loop.call_soon_threadsafe(self._tell, progress)

    def _tell(self, progress: Progress) -> None:
        if not self._stopped.is_set():
            self._report(progress)


async def in_thread(work: Callable[[Told], T], report: Report) -> T:
    """Run ``work`` in a thread; a cancelled wait ends at once, the thread at its next slice."""
    told = Told(report)
    try:
        return await asyncio.to_thread(work, told)
    finally:
        told.stop()
