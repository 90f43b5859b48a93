"""The walk through the address book: exact, whatever happens on the way."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from feishu_wizard.domain.directory import Column, PeopleQuery, PersonState
from feishu_wizard.domain.errors import ConflictError, FeishuError, InputError, NetworkError
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.walk import RangeKind, WalkState, WalkSummary
from feishu_wizard.operations import ledger
from feishu_wizard.operations.forget_setup import forget_setup
from feishu_wizard.operations.load_setup import load_setup
from feishu_wizard.operations.rehearse_sync import (
    forget_walk,
    last_walk,
    people_page,
    rehearse_sync,
)
from feishu_wizard.sandbox.world import actions
from feishu_wizard.sandbox.world.audience import Audience
from feishu_wizard.services.storage.rehearsal.journals import Rehearsals
from feishu_wizard.services.storage.rehearsal.walk import Listing, StoredPage, WalkJournal
from tests.in_process import HostTransport, InProcess, InProcessPlace
from tests.truth import found_in, truth_of

Answer = Callable[[httpx.Request], "httpx.Response | Exception | None"]


class Line(HostTransport):
    """The way to the sandbox, on which ``answer`` may answer, or break, instead of it."""

    answer: Answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        made = self.answer(request) if "/contact/" in request.url.path else None
        if isinstance(made, Exception):
            raise made
        return made or await super().handle_async_request(request)


class Practice(InProcess):
    """A sandbox whose line the test holds."""

    answer: Answer = staticmethod(lambda request: None)

    def place(self) -> InProcessPlace:
        made = super().place()
        line = Line(self.apps)
        line.answer = self.answer
        made._http_in_process._transport = line
        return made

    def walk(self, report: Any = silent, *, resume: bool = True) -> WalkSummary:
        async def work() -> WalkSummary:
            async with self.place() as place:
                return await rehearse_sync(place, self.kit, report, resume=resume)

        return self.run(work())[0]

    def last(self) -> WalkSummary | None:
        async def work() -> WalkSummary | None:
            async with self.place() as place:
                return await last_walk(place, self.kit)

        return self.run(work())[0]

    def whole_truth(self) -> Any:
        return truth_of(self.apps.world.directory, self.apps.world.app.app_id)

    def narrow(self, departments: tuple[int, ...] = (), users: tuple[int, ...] = ()) -> None:
        audience = Audience("some", users=set(users), departments=set(departments))
        actions.set_range(self.apps.world.app, audience, at_once=True)


@pytest.fixture
def made(tmp_path: Path):
    """Make a sandbox: ``made(users=400, departments=20)``."""
    with contextlib.ExitStack() as stack:

        def make(**options: Any) -> Practice:
            practice = Practice.made(tmp_path / str(random.random()), **options)
            stack.callback(practice.close)
            return practice

        yield make


@pytest.fixture
def practice(made) -> Practice:
    return made(users=700, departments=9)  # 78 people in each: two pages


def refusal(code: int, status: int = 400) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "msg": "no"})


def asks(request: httpx.Request, **params: str) -> bool:
    return all(request.url.params.get(name) == value for name, value in params.items())


def exact(practice: Practice, summary: WalkSummary) -> bool:
    truth, found = practice.whole_truth(), found_in(practice.journal)
    return found == truth and summary.people == len(truth.people) and summary.complete


def test_over_real_http(module_sandbox, perform):
    running = module_sandbox("--users", "120", "--departments", "8")

    async def work(place):
        kit = await load_setup(place, str(running.setup))
        before = await last_walk(place, kit), await people_page(place, kit, PeopleQuery())
        summary = await rehearse_sync(place, kit, silent)
        table = await people_page(place, kit, PeopleQuery(sort=Column.DEPARTMENT))
        entry = ledger.entries(place, kit)[-1]
        again = await last_walk(place, kit)
        await forget_walk(place, kit)
        return before, summary, table, entry, again, await last_walk(place, kit)

    before, summary, table, entry, again, gone = perform(work)
    assert before[0] is None
    assert before[1].total == 0
    assert summary.complete
    assert (summary.people, summary.departments, summary.told_people) == (119, 8, 119)
    assert (summary.range_kind, summary.range_departments, summary.range_users) == (
        RangeKind.ALL,
        6,
        4,
    )
    assert table.total == 119
    assert len(table.rows) == 100
    assert again == summary
    assert (entry.check_id, entry.what, entry.good) == (
        "capability.user_sync",
        "ledger.walked",
        True,
    )
    assert entry.params["people"] == "119"
    assert entry.evidence.log_id
    assert gone is None


def test_everybody_once(practice):
    summary = practice.walk()
    assert exact(practice, summary)
    assert len(practice.whole_truth().people) < practice.whole_truth().memberships
    assert summary.calls == len(
        [one for one in practice.apps.world.journal.requests if "/contact/" in one.path]
    )


@pytest.mark.parametrize("seed", range(12))
def test_paused_anywhere_it_goes_on_at_that_page(practice, seed):
    stop_at = random.Random(seed).randrange(1, 26)
    asked: list[tuple[str, str]] = []
    tasks: list[asyncio.Task[Any]] = []

    def answer(request):
        key = f"{request.url.path} {request.url.params.get('department_id')}"
        asked.append((key, request.url.params.get("page_token", "")))
        if len(asked) == stop_at:
            tasks[-1].cancel()

    practice.answer = answer

    async def work():
        async with practice.place() as place:
            tasks.append(asyncio.current_task())
            await rehearse_sync(place, practice.kit, silent)

    with pytest.raises(asyncio.CancelledError):
        practice.run(work())
    assert practice.last().state is WalkState.PAUSED
    first, asked[:] = asked.copy(), []
    summary = practice.walk()
    assert exact(practice, summary)
    twice = set(first) & set(asked)
    assert len(twice) <= 8  # those under way at that moment


def test_killed_it_is_broken_off_and_goes_on(practice):
    practice.answer = lambda r: refusal(99991403) if "page_token" in r.url.params else None
    with pytest.raises(FeishuError):
        practice.walk()
    with Rehearsals(practice.place().paths).open(practice.kit.setup.id) as journal:
        WalkJournal(journal, journal.head().walk).set_state(WalkState.RUNNING)
    assert practice.last().state is WalkState.BROKEN_OFF
    walk, people = practice.last().walk, practice.last().people
    assert people
    practice.answer = lambda r: None
    summary = practice.walk()
    assert summary.walk == walk
    assert exact(practice, summary)


def test_a_used_up_quota_stops_it_at_once(practice):
    asked = []

    def answer(request):
        asked.append(request)
        return refusal(99991403) if len(asked) == 10 else None

    practice.answer = answer
    with pytest.raises(FeishuError) as caught:
        practice.walk()
    assert caught.value.feishu_code == 99991403
    assert len(asked) <= 10 + 8
    assert practice.last().state is WalkState.BROKEN_OFF


def test_without_permission_it_says_so(practice):
    practice.answer = lambda r: refusal(99991672)
    with pytest.raises(FeishuError) as caught:
        practice.walk()
    assert caught.value.feishu_code == 99991672


def test_a_spent_page_token_begins_its_listing_again(practice):
    spent = []

    def answer(request):
        if request.url.params.get("page_token") and len(spent) < 3:
            spent.append(request)
            return refusal(40012)
        return None

    practice.answer = answer
    assert exact(practice, practice.walk())
    assert len(spent) == 3


def test_a_token_that_is_never_good_costs_one_listing(practice):
    book = practice.apps.world.directory
    place = book.department_id(3, "open_department_id")
    practice.answer = lambda r: (
        refusal(40012) if asks(r, department_id=place) and "page_token" in r.url.params else None
    )
    summary = practice.walk()
    assert [(one.listing, one.department, one.code) for one in summary.refused] == [
        ("members", place, "feishu.40012")
    ]
    assert summary.state is WalkState.COMPLETE
    assert not summary.complete


@pytest.mark.parametrize("depth", ["root", "below"])
def test_too_many_departments_are_walked_level_by_level(made, depth):
    practice = made(users=100, departments=60)
    if depth == "below":
        practice.narrow(departments=tuple(range(6)))
    root = "root" if depth == "root" else "/departments/0/children"

    def answer(request):
        big = asks(request, fetch_child="true") and root not in request.url.path
        return refusal(43010) if big else None

    practice.answer = answer
    summary = practice.walk()
    assert summary.complete
    assert len(found_in(practice.journal).departments) == 60


def test_a_range_of_one_department(made):
    practice = made(users=400, departments=40)
    practice.narrow(departments=(1,))
    summary = practice.walk()
    book = practice.apps.world.directory
    inside = [n for n in range(40) if 1 in book.lineage(n)]
    people = {n for place in inside for n in book.members(place)}
    assert summary.complete
    assert (summary.range_kind, summary.range_departments, summary.range_users) == (
        RangeKind.PART,
        1,
        0,
    )
    assert summary.people == len(people)
    assert summary.departments == len(inside)
    assert summary.told_people == book.departments[1].total
    root = [one for one in practice.apps.world.journal.requests if "/departments/0" in one.path]
    assert len(root) == 1  # asked once, never again


def test_only_single_people(made):
    practice = made(users=400, departments=40)
    practice.narrow(users=tuple(range(10, 130)))
    summary = practice.walk()
    assert summary.complete
    assert (summary.people, summary.departments) == (120, 0)
    assert (summary.range_users, summary.told_people) == (120, 120)


def test_departments_and_people_who_are_in_them(made):
    practice = made(users=400, departments=40)
    book = practice.apps.world.directory
    below = next(n for n in range(6, 40) if 1 in book.lineage(n))
    practice.narrow(departments=(1, below), users=(*book.members(1)[:2], book.members(0)[0]))
    summary = practice.walk()
    assert summary.complete
    assert summary.told_people == book.departments[1].total + 1  # nobody counted twice


def test_members_of_user_groups(made):
    practice = made(users=60, departments=8)
    world = practice.apps.world
    practice.narrow(users=(10,))
    someone = world.person_id(20, "open_id", world.app)
    practice.narrow(users=(10, 20))

    def answer(request):
        if request.url.path.endswith("/scopes"):
            return httpx.Response(200, json={"code": 0, "data": {"group_ids": ["g1"]}})
        if "/group/g1/" in request.url.path:
            mine = [{"member_id": someone}] if asks(request, member_type="user") else []
            return httpx.Response(200, json={"code": 0, "data": {"memberlist": mine}})
        return None

    practice.answer = answer
    summary = practice.walk()
    assert summary.complete
    assert set(found_in(practice.journal).people) == {someone}


def test_groups_that_nobody_may_list_are_told(made):
    practice = made(users=60, departments=8)
    practice.narrow(departments=(1,))

    def answer(request):
        if request.url.path.endswith("/scopes"):
            body = {"code": 0, "data": {"group_ids": ["g1", "g2"]}}
            return httpx.Response(200, json=body)
        return refusal(99991672) if "/group/" in request.url.path else None

    practice.answer = answer
    summary = practice.walk()
    assert {(one.listing, one.department, one.code) for one in summary.refused} == {
        ("group", "g1", "feishu.99991672"),
        ("group", "g2", "feishu.99991672"),
    }
    assert not summary.complete


@pytest.mark.parametrize("code", [40004, 41050, 40014, 40003])
def test_a_refused_department_is_told_and_the_others_stay(practice, code):
    book = practice.apps.world.directory
    place = book.department_id(3, "open_department_id")
    practice.answer = lambda r: refusal(code, 403) if asks(r, department_id=place) else None
    summary = practice.walk()
    (refused,) = summary.refused
    assert (refused.listing, refused.department, refused.code) == (
        "members",
        place,
        f"feishu.{code}",
    )
    assert refused.evidence[0].feishu_code == code
    alone = [n for n in book.members(3) if book.people[n].departments == (3,)]
    assert summary.people == 699 - len(alone)
    entry = entries_of(practice)[-1]
    assert not entry.good


def entries_of(practice: Practice) -> Any:
    async def work() -> Any:
        async with practice.place() as place:
            return ledger.entries(place, practice.kit)

    return practice.run(work())[0]


def test_an_odd_page_is_told_and_the_others_stay(practice):
    place = practice.apps.world.directory.department_id(3, "open_department_id")

    def answer(request):
        if not asks(request, department_id=place):
            return None
        data = {"items": [], "has_more": True, "page_token": "same"}
        return httpx.Response(200, json={"code": 0, "data": data})

    practice.answer = answer
    (refused,) = practice.walk().refused
    assert refused.code == "net.unexpected"
    assert refused.evidence


def test_an_odd_person_is_counted_and_the_others_stay(practice):
    def answer(request):
        if not asks(request, department_id="0"):
            return None
        rows = [{"open_id": "ou_1", "name": "林"}, {"open_id": "ou_2", "name": ["?"]}]
        return httpx.Response(200, json={"code": 0, "data": {"items": rows}})

    practice.answer = answer
    summary = practice.walk()
    assert summary.unreadable == 1
    assert not summary.complete
    assert "ou_1" in found_in(practice.journal).people


def test_fields_without_permission_are_absent(practice):
    scopes = practice.apps.world.app.scopes
    for name in ("user.employee", "user.phone", "user.department"):
        del scopes["tenant", f"contact:{name}:readonly"]
    summary = practice.walk()
    assert summary.complete

    async def work():
        async with practice.place() as place:
            return await people_page(place, practice.kit, PeopleQuery(limit=3))

    page, _took = practice.run(work())
    for row in page.rows:
        assert row.person.state is PersonState.UNKNOWN
        assert row.person.departments == ()
        assert row.person.present == {"user_id", "union_id", "name", "email"}


def test_lost_answers_lose_nothing(practice):
    dice = random.Random(5)

    def answer(request):
        return httpx.ReadError("reset") if dice.random() < 0.3 else None

    practice.answer = answer
    assert exact(practice, practice.walk())


def test_a_dead_line_breaks_it_off_and_it_goes_on_later(practice):
    asked = []

    def answer(request):
        asked.append(request)
        return httpx.ConnectError("refused") if len(asked) > 8 else None

    practice.answer = answer
    with pytest.raises(NetworkError) as caught:
        practice.walk()
    assert caught.value.code == "walk.offline"
    assert caught.value.params["reason"].startswith("net.")
    broken = practice.last()
    assert broken.state is WalkState.BROKEN_OFF
    assert caught.value.params["people"] == str(broken.people)
    practice.answer = lambda r: None
    summary = practice.walk()
    assert summary.walk == broken.walk
    assert exact(practice, summary)
    assert summary.calls > broken.calls


def test_throttled_it_waits_and_loses_nothing(practice):
    asked = []

    def answer(request):
        asked.append(request)
        if len(asked) % 7:
            return None
        return httpx.Response(429, json={"code": 99991400}, headers={"x-ogw-ratelimit-reset": "2"})

    practice.answer = answer
    news = []
    summary = practice.walk(lambda progress: news.append(progress.news))
    assert exact(practice, summary)
    assert summary.throttled == len(asked) // 7
    assert any(one.waiting_s > 0 for one in news)


def test_news_are_at_most_ten_a_second_and_count_up(made):
    practice = made(users=3000, departments=60, latency_ms=100)
    moments, news = [], []

    def report(progress):
        moments.append(asyncio.get_running_loop().time())
        news.append(progress.news)

    practice.walk(report)
    gaps = [b - a for a, b in itertools.pairwise(moments[:-1])]
    assert min(gaps) >= 0.099
    assert [one.people for one in news] == sorted(one.people for one in news)
    assert news[-1].people == 2999
    assert news[-1].listings_open == 0
    assert any(one.seconds_left is not None for one in news)
    assert any(one.per_second > 0 for one in news)


def test_another_app_begins_again(practice):
    first = practice.walk()
    with Rehearsals(practice.place().paths).open(practice.kit.setup.id) as journal:
        WalkJournal(journal, first.walk).set_state(WalkState.PAUSED)
        with journal.writing() as db:
            db.execute("UPDATE walk SET app_id = 'cli_a8c029e757e6500b'")
    second = practice.walk()
    assert second.walk != first.walk
    assert exact(practice, second)


def test_wanted_it_begins_again(practice):
    first = practice.walk()
    assert practice.walk(resume=True).walk != first.walk  # it was complete
    with Rehearsals(practice.place().paths).open(practice.kit.setup.id) as journal:
        WalkJournal(journal, journal.head().walk).set_state(WalkState.PAUSED)
    paused = practice.last()
    assert practice.walk(resume=False).walk != paused.walk


def test_one_walk_at_a_time(made):
    practice = made(users=60, departments=8, latency_ms=100)

    async def work():
        async with practice.place() as place:
            first = asyncio.create_task(rehearse_sync(place, practice.kit, silent))
            await asyncio.sleep(0.5)
            running = await last_walk(place, practice.kit)
            with pytest.raises(ConflictError) as second:
                await rehearse_sync(place, practice.kit, silent)
            with pytest.raises(ConflictError) as forgotten:
                await forget_walk(place, practice.kit)
            return running, second.value.code, forgotten.value.code, await first

    (running, second, forgotten, summary), _took = practice.run(work())
    assert running.state is WalkState.RUNNING
    assert second == forgotten == "walk.under_way"
    assert summary.complete


def test_a_walk_that_was_replaced_writes_nothing_more(practice):
    practice.walk()
    opened = Rehearsals(practice.place().paths).open(practice.kit.setup.id)
    with opened as journal, pytest.raises(ConflictError) as caught:
        WalkJournal(journal, "another").store(Listing("members", "x"), StoredPage(), 1)
    assert caught.value.code == "walk.replaced"


def test_a_group_that_does_not_exist(practice):
    practice.walk()

    async def work():
        async with practice.place() as place:
            await people_page(place, practice.kit, PeopleQuery(only="nobody"))

    with pytest.raises(InputError) as caught:
        practice.run(work())
    assert caught.value.code == "walk.unknown_group"


def test_forgetting_the_setup_forgets_its_people(practice):
    practice.walk()
    assert practice.journal.exists()

    async def work():
        async with practice.place() as place:
            await forget_setup(place, practice.kit)

    practice.run(work())
    assert list(practice.journal.parent.iterdir()) == []


def test_it_writes_nothing_but_its_journal_and_the_ledger(practice):
    practice.walk()
    methods = {
        one.method for one in practice.apps.world.journal.requests if "/contact/" in one.path
    }
    assert methods == {"GET"}
    text = json.dumps([one.path for one in practice.apps.world.journal.requests])
    assert "/messages" not in text
