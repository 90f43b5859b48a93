"""The window's thread: its heart beats while work goes on in the background."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QEventLoop, Qt, QTimer

from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.ui.bridge import AsyncRunner

BEAT_MS = 4
Work = Callable[[Report], Awaitable[object]]


@dataclass
class Seen:
    """What the window saw of one piece of work. Times in seconds; ``gap``: the longest time in
    which the window could not have painted."""

    settled: str = ""
    value: object = None
    seconds: float = 0.0
    gap: float = 0.0
    cancel_seconds: float | None = None
    progress: list[Progress] = field(default_factory=list)


class Window:
    """Runs work as a page does, and measures."""

    def __init__(self, runner: AsyncRunner) -> None:
        self._runner = runner

    def idle(self, seconds: float) -> float:
        """The longest gap while nothing is done."""
        end = time.monotonic() + seconds
        return self._beat(lambda: time.monotonic() >= end)

    def run(self, work: Work, cancel_when: Callable[[], bool] | None = None) -> Seen:
        """Run work to its end; cancel it as soon as ``cancel_when`` says so."""
        seen = Seen()
        start = time.monotonic()
        cancelled_at = 0.0

        def settle(word: str) -> Callable[..., None]:
            def call(value: object = None) -> None:
                seen.settled, seen.value = word, value
                seen.seconds = time.monotonic() - start
                if cancelled_at:
                    seen.cancel_seconds = time.monotonic() - cancelled_at

            return call

        job = self._runner.run(
            work,
            progress=seen.progress.append,
            done=settle("done"),
            failed=settle("failed"),
            cancelled=settle("cancelled"),
        )

        def over() -> bool:
            nonlocal cancelled_at
            if cancel_when and not cancelled_at and not seen.settled and cancel_when():
                cancelled_at = time.monotonic()
                job.cancel()
            return bool(seen.settled) or time.monotonic() - start > 30

        seen.gap = self._beat(over)
        return seen

    def _beat(self, over: Callable[[], bool]) -> float:
        """Let Qt work until ``over``; the longest time between two beats, in seconds."""
        loop, timer = QEventLoop(), QTimer()
        last, worst = time.monotonic(), 0.0

        def beat() -> None:
            nonlocal last, worst
            now = time.monotonic()
            worst, last = max(worst, now - last), now
            if over():
                loop.quit()

        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(beat)
        timer.start(BEAT_MS)
        loop.exec()
        timer.stop()
        return worst
