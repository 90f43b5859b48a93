"""The walk of a large company within the platform's limits: complete, exact, and no slower.

Product and sandbox share one process and one made clock, so that minutes of waiting cost nothing.
8,000 people here, 100,000 with SCALE=full (``make bench``).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from feishu_wizard.domain.progress import Progress
from feishu_wizard.domain.walk import RangeKind, WalkNews, WalkProgress, WalkState, WalkSummary
from feishu_wizard.operations.rehearse_sync import rehearse_sync
from feishu_wizard.services.feishu.pace import PER_MINUTE, PER_SECOND
from tests.in_process import InProcess
from tests.truth import found_in, member_calls, truth_of

FULL = os.environ.get("SCALE") == "full"
USERS, DEPARTMENTS = (100_000, 3_000) if FULL else (8_000, 900)
TOLERATED = 1.15

pytestmark = pytest.mark.timeout(600 if FULL else 120)


def floor_s(calls: int) -> float:
    """Seconds before which nobody can have made the last of so many calls to one API.

    The first leaves at 0, none leaves when it would be the 26th within a second or the 501st
    within a minute. So 500 calls take 19 s, and every further 500 a minute more: the number of
    calls divided by the rate, less the burst of the first window.
    """
    left: list[float] = []
    for number in range(calls):
        moment = left[-1] if left else 0.0
        if number >= PER_SECOND:
            moment = max(moment, left[number - PER_SECOND] + 1.0)
        if number >= PER_MINUTE:
            moment = max(moment, left[number - PER_MINUTE] + 60.0)
        left.append(moment)
    return left[-1]


def test_the_floor_is_what_it_says():
    assert floor_s(1) == 0
    assert floor_s(25) == 0
    assert floor_s(26) == 1
    assert floor_s(500) == 19
    assert floor_s(501) == 60
    assert floor_s(3_001) == 360


@dataclass
class Walked:
    """A finished walk: what it said, how long it took in made seconds, and its news."""

    practice: InProcess
    summary: WalkSummary
    took: float
    news: list[WalkNews]

    @property
    def floor(self) -> float:
        return floor_s(member_calls(self.practice.apps.world.directory))


def walk(practice: InProcess) -> Walked:
    news: list[WalkNews] = []

    def report(progress: Progress) -> None:
        if isinstance(progress, WalkProgress) and progress.news is not None:
            news.append(progress.news)

    async def work() -> WalkSummary:
        async with practice.place() as place:
            return await rehearse_sync(place, practice.kit, report)

    summary, took = practice.run(work())
    return Walked(practice, summary, took, news)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory):
    practice = InProcess.made(
        tmp_path_factory.mktemp("scale"), users=USERS, departments=DEPARTMENTS, rate_limits=True
    )
    yield walk(practice)
    practice.close()


def test_it_is_complete_and_exact(walked: Walked):
    world = walked.practice.apps.world
    truth = truth_of(world.directory, world.app.app_id)
    found = found_in(walked.practice.journal)
    assert found.people == truth.people
    assert found.departments == truth.departments
    assert found.memberships == truth.memberships
    assert len(truth.people) == USERS - 1  # one has left the company
    assert walked.summary.complete
    assert walked.summary.state is WalkState.COMPLETE
    assert walked.summary.range_kind is RangeKind.ALL
    assert walked.summary.people == len(truth.people)
    assert walked.summary.departments == DEPARTMENTS


def test_the_platform_never_has_to_slow_it_down(walked: Walked):
    assert set(walked.practice.statuses()) == {200}
    assert walked.summary.throttled == 0


def test_it_takes_no_longer_than_the_limits_make_it(walked: Walked):
    ratio = walked.took / walked.floor
    print(f"{walked.took:.1f} s, {ratio:.3f} x the floor of {walked.floor:.1f} s")
    assert ratio <= TOLERATED


def test_it_makes_no_call_too_many(walked: Walked):
    """Nobody's members are listed twice; the tree costs a call a page, and a little besides."""
    book = walked.practice.apps.world.directory
    needed = member_calls(book) + -(-DEPARTMENTS // 50)
    assert needed <= walked.summary.calls <= needed + 10


def test_the_bar_is_honest(walked: Walked):
    """The total is known early, nothing goes back, and what is left is about right."""
    people = [one.people for one in walked.news]
    assert people == sorted(people)
    shares = [one.share for one in walked.news if one.share is not None]
    assert shares == sorted(shares)
    knew = next(i for i, one in enumerate(walked.news) if one.expected)
    assert walked.news[knew].people < 0.05 * USERS
    early = [one.expected for one in walked.news[knew:] if one.expected]
    assert all(abs(total - USERS) < 0.1 * USERS for total in early)


def test_an_answer_that_takes_its_time_changes_nothing(tmp_path: Path):
    """A fifth of a second each: several calls under way make up for it."""
    practice = InProcess.made(
        tmp_path, users=2_000, departments=700, rate_limits=True, latency_ms=200
    )
    try:
        walked = walk(practice)
        print(f"{walked.took:.1f} s, floor {walked.floor:.1f} s")
        assert walked.summary.complete
        assert set(practice.statuses()) == {200}
        assert walked.took <= TOLERATED * walked.floor
    finally:
        practice.close()


def test_others_that_use_up_the_limits_are_let_through(tmp_path: Path):
    """The customer's production takes most of a minute's calls: slower, complete, and told."""
    practice = InProcess.made(tmp_path, users=600, departments=600, rate_limits=True)
    world = practice.apps.world
    key = f"{world.app.app_id} GET /contact/v3/users/find_by_department"
    minute = ((1000, 60),)
    for _ in range(900):
        assert world.limiter.take(key, minute) is None
    try:
        walked = walk(practice)
        refused = practice.statuses().get(429, 0)
        assert walked.summary.complete
        assert walked.summary.people == 599
        assert 0 < refused <= 40
        assert walked.summary.throttled == refused
        assert any(one.waiting_s > 0 for one in walked.news)
    finally:
        practice.close()
