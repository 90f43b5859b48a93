"""The sync rehearsal against a real sandbox: the walk, its lists, its files, another day."""

from __future__ import annotations

import csv

import pytest

from feishu_wizard.domain.accounts import Fate
from feishu_wizard.domain.directory import Column, PeopleQuery, PersonState
from feishu_wizard.domain.walk import WalkState
from feishu_wizard.wizard.steps import Step

PEOPLE = 120
SEEN = PEOPLE - 1  # one has resigned: no listing brings them


@pytest.fixture(scope="module")
def practice(module_sandbox):
    return module_sandbox("--users", str(PEOPLE), "--departments", "9")


@pytest.fixture
def admin(practice, sit):
    """Somebody who opens the test step with a pair that works; nothing else was checked."""
    made = sit(practice)
    made.fill()
    made.session.restore(made.session.answers, Step.TEST)
    made.session.test.sync.shown()
    made.settle()
    return made


@pytest.fixture
def walked(admin):
    admin.session.test.sync.begin()
    admin.settle()
    return admin


def page_of(admin, query):
    pages, errors = [], []
    admin.session.test.sync.people_page(query, pages.append, errors.append)
    admin.settle()
    assert errors == []
    return pages[0]


def test_everybody_is_found_and_nothing_stays_open(walked, practice):
    flow = walked.session.test.sync
    assert flow.error is None
    assert (flow.state, flow.people) == (WalkState.COMPLETE, SEEN), flow.error
    assert practice.state()["totals"]["people"] == PEOPLE
    assert flow.picture.summary == flow.summary
    assert flow.verb() is None


def test_before_it_nothing_was_asked_and_no_file_made(admin):
    flow = admin.session.test.sync
    assert (flow.state, flow.picture_error) == (None, None)
    assert list(admin.root.rglob("*.sqlite3")) == []


def test_pages_are_found_and_sorted(walked, practice):
    page = page_of(walked, PeopleQuery(sort=Column.USER_ID, limit=100))
    assert (len(page.rows), page.total) == (100, SEEN)
    ids = [row.person.user_id for row in page.rows]
    assert ids == sorted(ids)
    person = page.rows[7].person
    told = {each["user_id"]: each["name"] for each in practice.state()["people"]}
    found = page_of(walked, PeopleQuery(search=person.user_id))
    assert [row.person.name for row in found.rows] == [told[person.user_id]]


def test_people_and_fates_become_files(walked, practice, tmp_path):
    flow = walked.session.test.sync
    target = tmp_path / "people.csv"
    flow.export(str(target), PeopleQuery(), {"name": "Name"}, bom=True)
    walked.settle()
    assert walked.session.message.code == "written", walked.session.message
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][0] == "Name"
    assert len(rows) == SEEN + 1


def test_accounts_of_a_file_are_compared(walked, practice, tmp_path):
    flow = walked.session.test.sync
    active = PeopleQuery(only=f"state:{PersonState.ACTIVE.value}", limit=40)
    people = [row.person for row in page_of(walked, active).rows]
    source = tmp_path / "accounts.csv"
    lines = ["account,name"] + [f"{p.user_id},{p.name}" for p in people]
    lines += [f"gone{n},Gone" for n in range(10)]
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    flow.accounts.read_file(str(source))
    walked.settle()
    assert flow.accounts.error is None, flow.accounts.error
    comparison = flow.comparison
    assert comparison.accounts == 50
    assert comparison.losing >= 10
    assert (comparison.no_push, flow.red, flow.open_items()) == (10, True, 1)
    pages = []
    flow.accounts.fates_page(Fate.LOSES, "gone", (0, 100), pages.append, pages.append)
    walked.settle()
    assert pages[0].total == 10
    flow.accounts.type_away(str(comparison.losing))
    assert not flow.red
    target = tmp_path / "fates.csv"
    flow.accounts.export(str(target), (Fate.LOSES, ""), {}, bom=False)
    walked.settle()
    assert target.read_text(encoding="utf-8").count("gone") >= 10


def test_the_next_day_everything_is_there_without_a_call(walked, practice, sit):
    before = len(practice.state()["requests"])
    setup = walked.session.answers.setup_id
    walked.close()
    later = sit(practice)
    later.fill()
    later.session.update(setup_id=setup)
    later.session.restore(later.session.answers, Step.TEST)
    flow = later.session.test.sync
    flow.shown()
    later.settle()
    assert (flow.state, flow.people) == (WalkState.COMPLETE, SEEN), flow.error
    assert flow.picture is not None
    assert len(practice.state()["requests"]) == before


def test_a_walk_that_was_paused_goes_on(admin, practice):
    flow = admin.session.test.sync
    flow.begin()
    admin.runner.turn()
    flow.pause()
    admin.settle()
    assert flow.state in (None, WalkState.PAUSED), flow.error
    flow.go_on()
    admin.settle()
    assert (flow.state, flow.people) == (WalkState.COMPLETE, SEEN), flow.error
