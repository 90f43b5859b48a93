"""The sync rehearsal beside the page: how it begins, stops, goes on, and what it leaves open."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.accounts import (
    Account,
    AccountSource,
    AccountsRead,
    Comparison,
    Fate,
    FatePage,
    FateRow,
)
from feishu_wizard.domain.directory import Column, PeoplePage, PeopleQuery, Person, PersonRow
from feishu_wizard.domain.errors import InputError, NetworkError
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.progress import Progress
from feishu_wizard.domain.walk import (
    RangeKind,
    Refused,
    SyncPicture,
    WalkNews,
    WalkProgress,
    WalkState,
    WalkSummary,
)
from feishu_wizard.wizard.steps import Severity, Step
from tests.unit.wizard.fakes import APP_ID, HANG

ROOMS = {
    "rehearse_sync": "rehearse_sync",
    "last_walk": "rehearse_sync",
    "people_page": "rehearse_sync",
    "picture": "picture_sync",
    "read_accounts_file": "compare_accounts",
    "read_accounts_from_can": "compare_accounts",
    "last_accounts": "compare_accounts",
    "last_comparison": "compare_accounts",
    "compare": "compare_accounts",
    "fates_page": "compare_accounts",
    "export_people": "export_people",
    "export_fates": "export_people",
}
PAGE = PeoplePage((PersonRow(Person("ou_1", "zhang.wei", name="Zhang Wei"), "Sales"),), 1)
FATES = FatePage((FateRow(Fate.LOSES, Account("old")),), 1)
READ = AccountsRead(AccountSource.FILE, "accounts.csv", 100, {"name": "account"})


def summary(state=WalkState.COMPLETE, *, app_id=APP_ID, people=3_980, **changes):
    values = {
        "walk": "w1",
        "state": state,
        "app_id": app_id,
        "started_at": "2026-11-22T09:30:00+00:00",
        "ended_at": "2026-11-22T09:31:00+00:00",
        "range_kind": RangeKind.ALL,
        "range_departments": 0,
        "range_users": 0,
        "people": people,
        "departments": 41,
        "told_people": 4_000,
        "unreadable": 0,
        "calls": 231,
        "throttled": 0,
    }
    return WalkSummary(**(values | changes))


def drawn(*findings):
    return SyncPicture(summary(), (), (), findings=findings)


def compared(by=Column.USER_ID, losing=0, *, complete=True):
    return Comparison(by, 100, 3_980, {"loses": losing, "same": 100 - losing}, 3, complete)


def progress(people=1_240, **changes):
    return WalkProgress("walking", news=WalkNews(people, 17, 60, 24, 88, 4_000, **changes))


@pytest.fixture
def operations(operations, monkeypatch):
    """The rooms of the sync answer as told; nothing was walked and read before."""
    for name, room in ROOMS.items():
        monkeypatch.setattr(f"feishu_wizard.operations.{room}.{name}", operations._fake(name))
    offered = "feishu_wizard.operations.compare_accounts.can_offers_accounts"
    monkeypatch.setattr(offered, lambda place, kit: False)
    operations.results |= {
        "rehearse_sync": summary(),
        "last_walk": None,
        "people_page": PAGE,
        "picture": drawn(),
        "read_accounts_file": READ,
        "read_accounts_from_can": READ,
        "last_accounts": None,
        "last_comparison": None,
        "compare": lambda place, kit, by: compared(by),
        "fates_page": FATES,
        "export_people": 3_980,
        "export_fates": 12,
    }
    return operations


@pytest.fixture
def flow(at, operations):
    """The rehearsal of the test step, looked at for the first time."""
    session = at(Step.TEST)
    session.test.sync.shown()
    return session.test.sync


@pytest.fixture
def walking(flow, operations, runner):
    """A walk under way."""
    operations.results["rehearse_sync"] = HANG
    operations.news["rehearse_sync"] = [progress()]
    flow.begin()
    runner.turn()
    return flow


def resumed(operations):
    """Whether each walk asked to go on."""
    return [arguments[-1] for arguments in operations.made("rehearse_sync")]


# -- before ---------------------------------------------------------------------------------


def test_looking_at_it_reads_what_is_kept_and_calls_nobody(flow, operations, runner):
    runner.settle()
    flow.shown()
    runner.settle()
    assert len(operations.made("last_walk")) == 1
    assert operations.made("rehearse_sync") == []
    assert (flow.state, flow.summary, flow.running, flow.tried) == (None, None, False, False)
    assert flow.verb().code == "rehearse_sync"
    assert flow.open_items() == 1


def test_an_earlier_walk_is_shown_again(at, operations, runner):
    operations.results["last_walk"] = summary()
    flow = at(Step.TEST).test.sync
    flow.shown()
    runner.settle()
    assert flow.state is WalkState.COMPLETE
    assert flow.summary.people == flow.people == 3_980
    assert flow.picture == drawn()
    assert (flow.verb(), flow.open_items(), flow.done()) == (None, 0, True)


@pytest.mark.parametrize("state", [WalkState.RUNNING, WalkState.BROKEN_OFF, WalkState.PAUSED])
def test_a_walk_that_an_earlier_sitting_left_goes_on(at, operations, runner, state):
    operations.results["last_walk"] = summary(state, people=1_000)
    flow = at(Step.TEST).test.sync
    flow.shown()
    runner.settle()
    assert flow.state is WalkState.BROKEN_OFF
    assert flow.verb().code == "go_on_walking"
    assert flow.open_items() == 1
    flow.press()
    runner.settle()
    assert resumed(operations) == [True]
    assert flow.state is WalkState.COMPLETE


def test_a_walk_of_another_app_says_nothing(at, operations, runner):
    operations.results["last_walk"] = summary(app_id="cli_b7d139f868f7611c")
    flow = at(Step.TEST).test.sync
    flow.shown()
    runner.settle()
    assert (flow.state, flow.summary, flow.picture) == (None, None, None)


def test_without_a_walk_one_may_go_on_with_it_open(flow, runner):
    runner.settle()
    flow.not_now()
    assert flow.verb() is None
    assert flow.open_items() == 1


# -- under way ------------------------------------------------------------------------------


def test_a_walk_runs_beside_the_page(walking):
    assert walking.session.busy is None
    assert walking.running
    assert walking.people == 1_240
    assert walking.verb() is None
    assert walking.open_items() == 1


def test_news_is_passed_on_a_few_times_a_second(walking, operations, runner):
    seen = []
    walking.session.subscribe(lambda: seen.append(walking.news.people))
    assert len([timer for timer in runner.due if timer.seconds <= 0.25]) == 1
    for people in (1_300, 1_350, 1_400):
        walking._heard(progress(people))
    assert seen == []
    [timer] = [timer for timer in runner.due if timer.seconds <= 0.25]
    timer.waiting = False
    timer.call()
    assert seen == [1_400]
    walking._heard(progress(1_450))
    [timer] = [timer for timer in runner.due if timer.seconds <= 0.25]
    assert 0 < timer.seconds <= 0.25


def test_other_news_is_no_news(walking):
    walking._heard(Progress("walking"))
    assert walking.news.people == 1_240


def test_what_came_is_shown(walking, operations, runner):
    walking.pause()
    runner.settle()
    operations.results["rehearse_sync"] = summary()
    walking.go_on()
    runner.settle()
    assert walking.state is WalkState.COMPLETE
    assert walking.picture == drawn()
    assert walking.done()


def test_a_pause_keeps_what_was_walked_and_the_big_button_lets_one_go_on(
    walking, operations, runner
):
    operations.results["last_walk"] = summary(WalkState.RUNNING, people=1_240)
    walking.pause()
    runner.settle()
    assert (walking.state, walking.summary.people) == (WalkState.PAUSED, 1_240)
    assert walking.verb() is None
    operations.results["rehearse_sync"] = summary()
    walking.go_on()
    runner.settle()
    assert resumed(operations) == [True, True]
    assert walking.state is WalkState.COMPLETE


def test_the_next_walk_waits_until_the_paused_one_has_written_its_last_page(
    walking, operations, runner
):
    order = []

    class Lane:
        async def __aenter__(self):
            order.append("in")

        async def __aexit__(self, *_):
            order.append("out")

    walking.pause()
    runner.settle()
    walking._lane = Lane()
    operations.results["rehearse_sync"] = lambda *_, **__: order.append("walk") or summary()
    walking.go_on()
    runner.settle()
    assert order == ["in", "walk", "out"]


def test_beginning_again_throws_away_what_was_walked(walking, operations, runner):
    walking.pause()
    runner.settle()
    operations.results["rehearse_sync"] = HANG
    walking.begin_again()
    assert (walking.news, walking.summary, walking.people) == (None, None, 0)
    runner.turn()
    assert resumed(operations) == [True, False]


def test_two_walks_never_run_at_once(walking, operations, runner):
    walking.begin()
    walking.begin_again()
    runner.turn()
    assert len(operations.made("rehearse_sync")) == 1


def test_what_cannot_be_walked_says_why_and_is_no_dead_end(flow, operations, runner):
    operations.results["rehearse_sync"] = NetworkError("net.timeout", {"host": "open.feishu.cn"})
    flow.begin()
    runner.settle()
    assert (flow.state, flow.error.code, flow.tried) == (None, "net.timeout", True)
    assert flow.verb() is None
    assert flow.open_items() == 1
    operations.results["rehearse_sync"] = summary()
    flow.begin()
    runner.settle()
    assert (flow.error, flow.state) == (None, WalkState.COMPLETE)


def test_a_walk_that_broke_off_shows_how_far_it_came(flow, operations, runner):
    operations.results["rehearse_sync"] = NetworkError("net.timeout")
    operations.results["last_walk"] = summary(WalkState.BROKEN_OFF, people=700)
    flow.begin()
    runner.settle()
    assert (flow.state, flow.people, flow.stopped) == (WalkState.BROKEN_OFF, 700, True)
    assert flow.picture is not None


def test_leaving_the_step_does_not_stop_it(walking):
    walking.session.go(Step.SAVE)
    assert walking.running


# -- other answers --------------------------------------------------------------------------


def test_another_app_stops_it_and_drops_what_was_found(walking, runner):
    walking.session.update(app_id_text="cli_b7d139f868f7611c")
    assert (walking.state, walking.news, walking.summary) == (None, None, None)
    runner.settle()  # nothing of the stopped walk hangs on
    assert not walking.running


def test_another_secret_stops_it_and_keeps_what_was_found(walking, operations, runner):
    operations.results["last_walk"] = summary(WalkState.BROKEN_OFF, people=1_240)
    walking.answers_changed(frozenset({f"secret:{APP_SECRET}"}))
    runner.settle()
    assert (walking.state, walking.people) == (WalkState.BROKEN_OFF, 1_240)


def test_other_recipients_change_nothing(walking):
    walking.session.update(recipients_text="li.lei")
    assert walking.running


def test_another_setup_drops_everything(flow, runner):
    flow.begin()
    runner.settle()
    version = flow.version
    flow.session.restore(flow.session.answers, Step.TEST)
    assert flow.summary is None
    assert flow.version > version


# -- what is red ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [{"refused": (Refused("members", "od_1", "feishu.41050"),)}, {"unreadable": 3}],
)
def test_what_is_missing_stays_open(flow, operations, runner, changes):
    operations.results["rehearse_sync"] = summary(**changes)
    flow.begin()
    runner.settle()
    assert (flow.state, flow.done(), flow.open_items()) == (WalkState.COMPLETE, False, 1)


def test_a_red_finding_stays_open_a_yellow_one_does_not(flow, operations, runner):
    operations.results["picture"] = drawn(Finding("feishu.fields", Status.WARN, "x"))
    flow.begin()
    runner.settle()
    assert flow.done()
    operations.results["picture"] = drawn(Finding("feishu.fields", Status.FAIL, "x"))
    flow.begin_again()
    runner.settle()
    assert (flow.red, flow.open_items()) == (True, 1)


def test_a_picture_that_cannot_be_read_says_why(flow, operations, runner):
    operations.results["picture"] = InputError("journal.unusable", {"path": "x"})
    flow.begin()
    runner.settle()
    assert (flow.picture, flow.picture_error.code) == (None, "journal.unusable")


# -- accounts -------------------------------------------------------------------------------


@pytest.fixture
def walked(flow, runner):
    flow.begin()
    runner.settle()
    return flow


def test_accounts_are_read_and_compared_by_the_user_id(walked, operations, runner):
    walked.accounts.read_file("/tmp/accounts.csv")
    assert walked.session.busy.code == "reading_accounts"
    runner.settle()
    assert walked.accounts.read == READ
    assert walked.comparison == compared()
    assert operations.made("compare")[0][1] is Column.USER_ID
    walked.accounts.compare(Column.EMAIL)
    runner.settle()
    assert walked.accounts.matched_by is walked.comparison.matched_by is Column.EMAIL


def test_accounts_can_come_from_can(walked, operations, runner):
    walked.accounts.read_from_can()
    runner.settle()
    assert len(operations.made("read_accounts_from_can")) == 1
    assert walked.comparison is not None


def test_what_cannot_be_read_says_why_beside_the_list(walked, operations, runner):
    operations.results["read_accounts_file"] = InputError("accounts.no_columns", {"path": "a"})
    walked.accounts.read_file("/tmp/accounts.csv")
    runner.settle()
    assert walked.accounts.error.code == "accounts.no_columns"
    assert walked.session.message is None
    operations.results["read_accounts_file"] = READ
    walked.accounts.read_file("/tmp/accounts.csv")
    runner.settle()
    assert walked.accounts.error is None


def test_too_many_removals_are_open_until_they_are_typed_away(walked, operations, runner):
    operations.results["compare"] = compared(losing=40)
    walked.accounts.read_file("/tmp/accounts.csv")
    runner.settle()
    assert (walked.red, walked.open_items()) == (True, 1)
    walked.accounts.type_away("4")
    assert walked.red
    walked.accounts.type_away("40")
    assert (walked.red, walked.open_items()) == (False, 0)
    walked.accounts.compare(Column.EMAIL)
    runner.settle()
    assert walked.red  # another list of removals has to be typed away anew


def test_a_comparison_with_an_incomplete_walk_is_red_whatever_it_says(walked, operations, runner):
    operations.results["compare"] = compared(complete=False)
    walked.accounts.read_file("/tmp/accounts.csv")
    runner.settle()
    assert walked.red


def test_after_another_walk_the_accounts_are_compared_again(walked, operations, runner):
    walked.accounts.read_file("/tmp/accounts.csv")
    runner.settle()
    operations.results["last_accounts"] = READ
    walked.begin_again()
    assert walked.comparison is None
    runner.settle()
    assert len(operations.made("compare")) == 2
    assert walked.comparison is not None


def test_an_earlier_comparison_is_shown_again_without_comparing(at, operations, runner):
    operations.results |= {
        "last_walk": summary(),
        "last_accounts": READ,
        "last_comparison": compared(Column.EMAIL, 40),
    }
    flow = at(Step.TEST).test.sync
    flow.shown()
    runner.settle()
    assert flow.comparison == compared(Column.EMAIL, 40)
    assert flow.accounts.matched_by is Column.EMAIL
    assert operations.made("compare") == []
    assert flow.red


def test_whether_can_offers_its_accounts_is_known(flow, operations, runner, monkeypatch):
    offered = "feishu_wizard.operations.compare_accounts.can_offers_accounts"
    monkeypatch.setattr(offered, lambda place, kit: True)
    flow.begin()
    runner.settle()
    assert flow.accounts.offered


# -- lists and files ------------------------------------------------------------------------


def test_pages_come_beside_everything_else(walking, operations, runner):
    pages, query = [], PeopleQuery(search="zhang", limit=100)
    walking.people_page(query, pages.append, pages.append)
    runner.turn()
    assert pages == [PAGE]
    assert operations.made("people_page")[0][1] == query
    walking.accounts.fates_page(Fate.LOSES, "old", (200, 100), pages.append, pages.append)
    runner.turn()
    assert pages == [PAGE, FATES]
    assert operations.made("fates_page")[0][1:] == (Fate.LOSES, "old", 200, 100)


def test_why_a_page_does_not_come_is_told(walking, operations, runner):
    operations.results["people_page"] = InputError("journal.unusable")
    errors = []
    walking.people_page(PeopleQuery(), errors.append, errors.append)
    runner.turn()
    assert [error.code for error in errors] == ["journal.unusable"]


def test_people_are_written_as_they_are_listed(walked, operations, runner):
    query = PeopleQuery(search="zhang")
    walked.export("/tmp/people.csv", query, {"name": "Name"}, bom=True)
    assert walked.session.busy.code == "exporting_people"
    runner.settle()
    assert operations.made("export_people")[0][1:5] == (
        "/tmp/people.csv",
        query,
        True,
        {"name": "Name"},
    )
    message = walked.session.message
    assert (message.severity, message.code) == (Severity.SUCCESS, "written")


def test_accounts_are_written_as_they_are_listed(walked, operations, runner):
    walked.accounts.export("/tmp/f.csv", (Fate.LOSES, "old"), {}, bom=False)
    runner.settle()
    assert operations.made("export_fates")[0][1:5] == ("/tmp/f.csv", Fate.LOSES, "old", False)
    assert walked.session.message.params == {"path": "/tmp/f.csv"}
