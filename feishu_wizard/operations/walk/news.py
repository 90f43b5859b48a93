"""How a walk is going: people, rate and time left, at most ten times a second."""

from __future__ import annotations

import asyncio
from collections import deque

from feishu_wizard.domain.progress import Report
from feishu_wizard.domain.walk import WalkNews, WalkProgress
from feishu_wizard.services.feishu.address_book import CHILDREN_API, MEMBERS_API
from feishu_wizard.services.feishu.pace import Pace

EVERY_S = 0.1
WINDOW_S = 10.0


class WalkNewsDesk:
    """Counts, and tells ``report`` about it. Times are those of the event loop."""

    def __init__(self, report: Report, pace: Pace, people: int, departments: int) -> None:
        self.people = people
        self.departments = departments
        self.done = 0
        self.open = 0
        self.calls = 0
        self.expected: int | None = None
        self._report = report
        self._pace = pace
        self._met = 0  # people on the pages of this run, new or not
        self._pages = 0
        self._told_at = float("-inf")
        self._seen: deque[tuple[float, int]] = deque([(_now(), people)])
        self._best = 0.0

    def page(self, people: int, new: int, departments: int) -> None:
        """Note what one answer brought."""
        self.people += new
        self.departments += departments
        if people:
            self._met += people
            self._pages += 1

    def tell(self, *, at_once: bool = False) -> None:
        """Tell, unless it was told less than a tenth of a second ago."""
        now = _now()
        if now - self._told_at < EVERY_S and not at_once:
            return
        self._told_at = now
        waiting = max(self._pace.waiting(api) for api in (MEMBERS_API, CHILDREN_API))
        rate = self._rate(now)
        news = WalkNews(
            people=self.people,
            departments=self.departments,
            listings_done=self.done,
            listings_open=self.open,
            calls=self.calls,
            expected=self.expected,
            per_second=rate,
            seconds_left=self._left(),
            waiting_s=waiting,
        )
        params = {"people": str(self.people), "departments": str(self.departments)}
        self._report(WalkProgress("walking", params, news.share, news=news))

    def _rate(self, now: float) -> float:
        """People a second over the last ten seconds."""
        self._seen.append((now, self.people))
        while len(self._seen) > 2 and self._seen[1][0] <= now - WINDOW_S:
            self._seen.popleft()
        begun, people = self._seen[0]
        rate = (self.people - people) / (now - begun) if now > begun else 0.0
        if now - begun >= 1.0:
            self._best = max(self._best, rate)
        return rate

    def _left(self) -> float | None:
        """Seconds left: what the limits make of the calls to come, or what the line makes of it.

        The limits let many calls through at once and then none for a while, so the rate of the
        last seconds alone would promise too much and too little in turn.
        """
        if self.expected is None or not self._pages or not self._best:
            return None
        people = max(self.expected - self.people, 0)
        calls = max(self.open, round(people * self._pages / max(self._met, 1)))
        return max(self._pace.seconds_for(MEMBERS_API, calls), people / self._best)


def _now() -> float:
    return asyncio.get_running_loop().time()
