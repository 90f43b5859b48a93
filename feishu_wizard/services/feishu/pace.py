"""How often each API may be called: half of what the platform allows, and less when it says so.

Official limits (server API frequency control): most APIs allow 50 calls a second and 1000 a minute
for one app in one tenant, HTTP 429 or 400 with code 99991400 beyond that, and the seconds to wait
in ``x-ogw-ratelimit-reset``. The customer's production shares them, so half is the default.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from dataclasses import dataclass, field

PER_SECOND = 25
PER_MINUTE = 500
# After an answer that asks to slow down: half the rate, back to double after so long without one.
RECOVERY_S = 30.0
_SLOWEST = 1 / 8
PATIENCE_S = 20.0
_INSTANT_S = 1e-6  # a clock of floats never comes nearer
# A wait that no header names; doubled with every further refusal in a row.
UNNAMED_S = 0.5
LONGEST_UNNAMED_S = 30.0

# Segments of a path at the place of an id that are none. What is missing here shares the pace of
# its neighbours: slower, never too fast.
_WORDS = frozenset(
    {"apply", "basic_batch", "batch", "batch_get_id", "find_by_department", "info", "query"}
    | {"internal", "visibility", "simplelist"}
)
_VERSION = re.compile(r"v\d+")


def api_of(method: str, path: str) -> str:
    """The API behind a path: method and path with the ids cut out."""
    parts = path.split("/")
    start = next((n for n, part in enumerate(parts) if _VERSION.fullmatch(part)), len(parts))
    for place in range(start + 2, len(parts), 2):
        if parts[place] not in _WORDS:
            parts[place] = "{}"
    return f"{method} {'/'.join(parts)}"


@dataclass(slots=True)
class _Lane:
    """One API: when its last calls left, newest last, and what the platform asked for."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    left: deque[float] = field(default_factory=deque)
    not_before: float = 0.0
    share: float = 1.0
    slowed_at: float = 0.0
    refusals: int = 0


class Pace:
    """Sliding windows of one second and one minute for each API. For one event loop.

    ``None`` lifts a limit. First come, first served; a cancelled waiter takes no slot with it.
    The clock is the event loop's, and the only wait is ``asyncio.sleep``.
    """

    def __init__(
        self, per_second: int | None = PER_SECOND, per_minute: int | None = PER_MINUTE
    ) -> None:
        self._windows = [
            (limit, seconds)
            for limit, seconds in ((per_second, 1.0), (per_minute, 60.0))
            if limit is not None
        ]
        self._kept = max((limit for limit, _seconds in self._windows), default=0)
        self._lanes: dict[str, _Lane] = {}

    async def turn(self, api: str) -> None:
        """Wait until the API may be called, and count the call.

        A time that the platform asked for is waited for up to ``PATIENCE_S``: who has more
        patience looks at ``waiting`` first, who has none is told by the platform's own answer.
        """
        lane, clock = self._lane(api), asyncio.get_running_loop().time
        async with lane.lock:
            given_up = clock() + PATIENCE_S
            while True:
                now = clock()
                wait = max(self._free_at(lane, now), min(lane.not_before, given_up)) - now
                if wait <= _INSTANT_S:
                    break
                await asyncio.sleep(wait)
            lane.left.append(now)
            if len(lane.left) > self._kept:
                lane.left.popleft()

    def busy(self, api: str, wait_s: float | None) -> None:
        """Note that the platform asked to slow down, and for how long (seconds; None: not told).

        Calls that were under way together are told together: they slow it down once.
        """
        lane, now = self._lane(api), asyncio.get_running_loop().time()
        if now >= lane.not_before:
            lane.share = max(self._share(lane, now) / 2, _SLOWEST)
            lane.slowed_at = now
            lane.refusals += 1
        unnamed = min(UNNAMED_S * 2 ** (lane.refusals - 1), LONGEST_UNNAMED_S)
        lane.not_before = max(lane.not_before, now + (unnamed if wait_s is None else wait_s))

    def served(self, api: str) -> None:
        """Note an ordinary answer."""
        self._lane(api).refusals = 0

    def waiting(self, api: str) -> float:
        """Seconds for which the platform asked to wait, from now."""
        lane, now = self._lane(api), asyncio.get_running_loop().time()
        return max(0.0, lane.not_before - now)

    def seconds_for(self, api: str, calls: int) -> float:
        """How long so many further calls take at the least, as things stand."""
        if calls <= 0:
            return 0.0
        lane, now = self._lane(api), asyncio.get_running_loop().time()
        share, longest = self._share(lane, now), self.waiting(api)
        for limit, seconds in self._windows:
            allowed = max(1, int(limit * share))
            recent = [moment for moment in lane.left if moment > now - seconds]
            whole, base = divmod(len(recent) + calls - 1, allowed)
            if base < len(recent):
                begun = recent[base]
            else:
                begun = now + self._gap(seconds, base - len(recent))
            longest = max(longest, begun + whole * seconds - now)
        return longest

    def _gap(self, window: float, calls: int) -> float:
        """Seconds between the first and the last of so many calls inside one window."""
        shorter = [(limit, seconds) for limit, seconds in self._windows if seconds < window]
        return max((calls // limit * seconds for limit, seconds in shorter), default=0.0)

    def _free_at(self, lane: _Lane, now: float) -> float:
        share, free = self._share(lane, now), now
        for limit, seconds in self._windows:
            moment = _nth_last(lane.left, max(1, int(limit * share)))
            if moment is not None:
                free = max(free, moment + seconds)
        return free

    def _share(self, lane: _Lane, now: float) -> float:
        """Which part of the usual rate holds now; it doubles with every quiet half minute."""
        if lane.share >= 1.0:
            return 1.0
        quiet = max(0.0, now - max(lane.slowed_at, lane.not_before))
        return min(1.0, lane.share * 2.0 ** int(quiet / RECOVERY_S))

    def _lane(self, api: str) -> _Lane:
        lane = self._lanes.get(api)
        if lane is None:
            lane = self._lanes[api] = _Lane()
        return lane


def _nth_last(moments: deque[float], count: int) -> float | None:
    """The oldest of the last ``count`` moments; None when there are fewer."""
    return moments[-count] if 0 < count <= len(moments) else None
