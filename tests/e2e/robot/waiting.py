"""Waiting for facts: an observable condition, a deadline, and a failure that says what was seen."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# A slow machine may be given more time: every deadline is multiplied by this.
PATIENCE = float(os.environ.get("ROBOT_PATIENCE", "1"))
_PAUSE = 0.02  # seconds between two looks, at least
_LONGEST_PAUSE = 0.25


class RobotError(AssertionError):
    """What was expected did not happen; the text says what was seen instead."""


class Deadline:
    """A moment after which nobody waits any longer; ``seconds`` are multiplied by PATIENCE."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds * PATIENCE
        self._end = time.monotonic() + self.seconds

    def left(self) -> float:
        """Seconds that remain, never negative."""
        return max(0.0, self._end - time.monotonic())

    def passed(self) -> bool:
        """Tell whether the moment is over."""
        return self.left() == 0.0


def wait_until(
    look: Callable[[], T | None],
    timeout: float,
    what: str | Callable[[], str],
) -> T:
    """Call ``look`` until it returns something true, and return that.

    The last look is taken after the deadline, so that a machine under load is not blamed for
    time it did not get. A look keeps the program busy too, as it answers: between two looks is
    a pause about as long as a look. Raises RobotError with the text of ``what`` (made only when
    needed).
    """
    deadline = Deadline(timeout)
    while True:
        last_look = deadline.passed()
        began = time.monotonic()
        if seen := look():
            return seen
        if last_look:
            text = what() if callable(what) else what
            raise RobotError(f"not within {deadline.seconds:g} s: {text}")
        took = time.monotonic() - began
        time.sleep(min(max(took, _PAUSE), _LONGEST_PAUSE))
