"""Rate limits per API and app, in the tiers of the official frequency control page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Final

TIERS: Final[dict[int, tuple[tuple[int, int], ...]]] = {
    2: ((20, 60),),
    3: ((100, 60),),
    4: ((1000, 60), (50, 1)),
    5: ((1, 1),),
    6: ((5, 1),),
    7: ((10, 1),),
    8: ((20, 1),),
    9: ((50, 1),),
}
"""Tier to (calls, seconds); all windows of a tier must have room."""

PER_RECEIVER: Final = ((5, 1),)


@dataclass(frozen=True)
class Throttled:
    """A refused call: the limit and the seconds until its window opens again."""

    limit: int
    reset: int


@dataclass
class Limiter:
    """Counts calls in fixed windows; ``clock`` gives seconds."""

    clock: Callable[[], float]
    _windows: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    _cold: dict[str, float] = field(default_factory=dict)

    def take(self, key: str, windows: tuple[tuple[int, int], ...]) -> Throttled | None:
        """Count one call under ``key``, or tell which limit refuses it."""
        now = self.clock()
        counts: list[tuple[tuple[str, int], int, int]] = []
        for limit, seconds in windows:
            slot = int(now // seconds)
            start, used = self._windows.get((key, seconds), (slot, 0))
            if start != slot:
                used = 0
            if used >= limit:
                return Throttled(limit, max(1, ceil((slot + 1) * seconds - now)))
            counts.append(((key, seconds), slot, used + 1))
        for window, slot, used in counts:
            self._windows[window] = (slot, used)
        return None

    def take_cold(self, key: str) -> Throttled | None:
        """The ``rate-limited`` drill: a call is refused, the same one a second later passes."""
        now = self.clock()
        ready = self._cold.get(key)
        if ready is not None and ready - 0.05 <= now < ready + 60:
            del self._cold[key]
            return None
        if ready is None or now >= ready + 60:
            self._cold[key] = now + 1
        return Throttled(1, 1)
