"""How the session starts work: a protocol that ``ui/bridge.py`` fulfils with a background loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from feishu_wizard.domain.progress import Progress, Report

T = TypeVar("T")


class Job(Protocol):
    """Work under way."""

    def cancel(self) -> None:
        """Ask it to stop; ``cancelled`` is called after its own clean-up."""


class Timer(Protocol):
    """A call that is due later."""

    def cancel(self) -> None:
        """Do not call any more."""


class Runner(Protocol):
    """Runs coroutines elsewhere; every callback arrives on the thread that called ``run``."""

    def run(
        self,
        work: Callable[[Report], Awaitable[T]],
        *,
        progress: Callable[[Progress], None],
        done: Callable[[T], None],
        failed: Callable[[BaseException], None],
        cancelled: Callable[[], None],
    ) -> Job:
        """Start ``work``; exactly one of ``done``, ``failed``, ``cancelled`` follows."""
        ...

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call once after ``seconds``."""
        ...
