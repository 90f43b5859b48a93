"""The journal of a walk: pages of people, one transaction a page, nothing left behind."""

from __future__ import annotations

import json
import random
import sqlite3
import stat

import pytest

from feishu_wizard.domain.directory import Column, PeopleQuery, PersonState
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.walk import RangeKind, WalkState
from feishu_wizard.services.storage.rehearsal.journals import PRESENT, Head, Rehearsals
from feishu_wizard.services.storage.rehearsal.told import told_people
from feishu_wizard.services.storage.rehearsal.walk import Listing, StoredPage, WalkJournal

ALL = (1 << len(PRESENT)) - 1
HEAD = Head("w1", WalkState.RUNNING, "cli_a8c029e757e6500b", "https://open.example.com", "b", "t")
PLACES = {"od-1": "研发部", "od-2": "Sales", "od-3": ""}


def row(number: int, **values: object) -> tuple[object, ...]:
    person = {
        "open_id": f"ou_{number:08x}",
        "user_id": f"u{number:04d}",
        "union_id": f"on_{number:08x}",
        "name": f"name {number % 7}",
        "mobile": f"+86100{number:08d}",
        "email": f"P{number}@example.com",
        "enterprise_email": "",
        "state": "active",
        "departments": '["od-1"]',
        "place": "od-1",
        "present": ALL,
        "search": "",
        "foreign_mobile": False,
        "odd_name": False,
    }
    person.update(values)
    person["departments"] = json.dumps([person["place"]] if person["place"] else [])
    fields = ("name", "user_id", "mobile", "email", "enterprise_email")
    person["search"] = "\n".join(str(person[one]) for one in fields).lower()
    return tuple(person.values())


@pytest.fixture
def journals(paths):
    return Rehearsals(paths)


@pytest.fixture
def journal(journals):
    with journals.open("abc") as opened:
        opened.begin(HEAD)
        yield opened


def fill(journal, rows, size=50):
    walk = WalkJournal(journal, "w1")
    places = [(place, name, "0", 5) for place, name in PLACES.items()]
    for start in range(0, len(rows), size):
        page = StoredPage(people=rows[start : start + size], departments=places, done=False)
        walk.store(Listing("range"), page, 1)


def crowd(count=700):
    dice = random.Random(1)
    return [
        row(
            number,
            place=dice.choice(["od-1", "od-2", "od-3", "od-x", "0", ""]),
            state=dice.choice(list(PersonState)).value,
            email=dice.choice(["", f"P{number}@example.com", "same@example.com"]),
            foreign_mobile=number % 50 == 0,
            odd_name=number % 90 == 0,
        )
        for number in range(count)
    ]


def test_the_file_is_the_users_own_and_reading_makes_none(journals):
    assert journals.read("abc") is None
    assert not journals.path("abc").parent.exists()
    with journals.open("abc") as opened:
        assert opened.summary() is None
        assert opened.head() is None
    assert stat.S_IMODE(journals.path("abc").stat().st_mode) == 0o600
    assert stat.S_IMODE(journals.path("abc").parent.stat().st_mode) == 0o700


def test_an_empty_file_is_no_journal(journals):
    with journals.open("abc"):
        pass
    journals.path("abc").write_bytes(b"")
    assert journals.read("abc") is None


def test_forgetting_leaves_nothing(journals, journal):
    fill(journal, [row(1, name="林晓晴")])
    reader = journals.read("abc")
    journals.forget("abc")
    assert list(journals.path("abc").parent.iterdir()) == []
    assert reader.counts() == (0, 0)  # who had it open finds nobody either
    reader.close()
    journals.forget("abc")


def test_what_was_deleted_is_not_in_the_file(journals, journal):
    fill(journal, [row(number, name="WALTER-MITTY") for number in range(500)])
    journal.begin(HEAD)
    journal.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"WALTER-MITTY" not in journals.path("abc").read_bytes()


def test_a_broken_file_is_named(journals):
    path = journals.path("abc")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database" * 100)
    for use in (journals.open, journals.read):
        with pytest.raises(InputError) as caught:
            use("abc")
        assert caught.value.code == "journal.unusable"
        assert caught.value.params["path"] == str(path)


def test_a_file_of_a_newer_program_is_left_alone(journals, journal):
    journal.connection.execute("PRAGMA user_version = 99")
    with pytest.raises(InputError) as caught:
        journals.read("abc")
    assert caught.value.code == "journal.future"


def test_a_page_is_kept_wholly_or_not_at_all(journals, journal):
    walk = WalkJournal(journal, "w1")
    bad = StoredPage(people=[row(1)], opens=[("members", "od-1", "")], told=object())
    with pytest.raises(InputError) as caught:
        walk.store(Listing("range"), bad, 1)
    assert caught.value.code == "journal.unusable"
    assert journal.counts() == (0, 0)
    assert walk.listings() == [Listing("range")]


def test_the_frontier_and_the_summary(journal):
    walk = WalkJournal(journal, "w1")
    seen = '{"log_id": "first"}'
    page = StoredPage(
        opens=[("members", "od-1", ""), ("members", "od-2", ""), ("members", "od-1", "")],
        range_kind=RangeKind.ALL,
        range_departments=2,
        range_users=1,
        told=12,
        evidence=seen,
    )
    assert walk.store(Listing("range"), page, 2) == 0
    one, two = walk.listings()
    assert walk.store(one, StoredPage([row(1), row(2)], page_token="p", done=False, rows=2), 1) == 2
    assert walk.listings() == [Listing("members", "od-1", "p"), two]
    assert walk.store(one, StoredPage([row(2), row(3)], rows=2, unreadable=1), 1) == 1
    walk.refuse([two], "feishu.40004", [Evidence(feishu_code=40004)])
    walk.end(told_people(journal), "later")
    summary = journal.summary()
    assert (summary.people, summary.unreadable, summary.calls) == (3, 1, 4)
    assert (summary.range_kind, summary.range_departments, summary.range_users) == ("all", 2, 1)
    assert (summary.told_people, summary.state, summary.ended_at) == (12, "complete", "later")
    assert summary.refused[0].department == "od-2"
    assert summary.refused[0].evidence == (Evidence(feishu_code=40004),)
    assert walk.evidence_of_ends()[0].log_id == "first"


def test_a_restarted_listing_counts_from_the_beginning(journal):
    walk = WalkJournal(journal, "w1")
    walk.store(Listing("range"), StoredPage([row(1)], page_token="p", done=False, rows=1), 1)
    walk.restart(Listing("range"))
    assert walk.listings() == [Listing("range")]
    walk.store(Listing("range"), StoredPage([row(1)], rows=1), 1)
    assert journal.rows("SELECT rows FROM listings") == [(1,)]
    assert journal.counts()[0] == 1


def expected(rows, query):
    """The same in plain Python."""
    names = ("open_id", "user_id", "union_id", "name", "mobile", "email", "enterprise_email")
    people = [
        dict(zip(names, one, strict=False))
        | {"number": n, "state": one[7], "place": one[9], "search": one[11]}
        | {"foreign": one[12], "odd": one[13]}
        for n, one in enumerate(rows)
    ]
    kind, _, rest = query.only.partition(":")
    emails = [one["email"].lower() for one in people]
    tests = {
        "": lambda one: True,
        "blank": lambda one: one[rest] == "",
        "duplicate": lambda one: one["email"] and emails.count(one["email"].lower()) > 1,
        "state": lambda one: one["state"] == rest,
        "foreign_mobile": lambda one: one["foreign"],
        "odd_name": lambda one: one["odd"],
        "outside": lambda one: one["place"] == "",
    }
    found = [one for one in people if query.search.lower() in one["search"] and tests[kind](one)]
    place = {"0": "", **{key: name or key for key, name in PLACES.items()}}
    keys = {
        Column.NAME: lambda one: (one["name"], one["search"]),
        Column.DEPARTMENT: lambda one: (
            place.get(one["place"], one["place"]),
            one["place"],
            one["name"],
        ),
    }
    key = keys.get(query.sort, lambda one: one[query.sort.value])
    found.sort(key=lambda one: (key(one), one["number"]), reverse=query.descending)
    page = found[query.offset : query.offset + query.limit]
    return [one["open_id"] for one in page], len(found)


QUERIES = [
    *(PeopleQuery(sort=column, descending=down) for column in Column for down in (False, True)),
    *(PeopleQuery(sort=column, offset=333, limit=41) for column in Column),
    PeopleQuery(offset=10_000),
    PeopleQuery(search="NAME 3"),
    PeopleQuery(search="name 3", sort=Column.DEPARTMENT, offset=20),
    PeopleQuery(search="u00", sort=Column.EMAIL, descending=True),
    PeopleQuery(search="no such"),
    PeopleQuery(search="%"),
    PeopleQuery(only="blank:email"),
    PeopleQuery(only="blank:enterprise_email", sort=Column.MOBILE),
    PeopleQuery(only="duplicate:email"),
    PeopleQuery(only="state:frozen", sort=Column.DEPARTMENT),
    PeopleQuery(only="foreign_mobile"),
    PeopleQuery(only="odd_name", sort=Column.USER_ID),
    PeopleQuery(only="outside"),
    PeopleQuery(search="name 2", only="state:active"),
]


@pytest.mark.parametrize("few", [0, 5, 5_000])
@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_a_page_is_what_plain_python_finds(journal, monkeypatch, query, ended, few):
    monkeypatch.setattr("feishu_wizard.services.storage.rehearsal.sought._FEW", few)
    rows = crowd()
    fill(journal, rows)
    if ended:
        journal.index()
    page = journal.page(query)
    assert ([one.person.open_id for one in page.rows], page.total) == expected(rows, query)


def test_searching_for_ids_and_numbers(journal):
    fill(journal, [*crowd(60), row(900, mobile="+8613800138000")])
    for text in ("138 0013 8000", "138-0013", "+86 138"):
        assert journal.page(PeopleQuery(search=text)).total == 1
    assert journal.page(PeopleQuery(search="ou_00000010")).rows[0].person.user_id == "u0016"
    assert journal.page(PeopleQuery(search="ON_0000001")).total == 16
    assert journal.page(PeopleQuery(search="\0")).total == 0


@pytest.mark.parametrize(
    ("mobiles", "total"),
    [
        (["+8613800138000", "13800138000"], 2),
        (["+8613800138000", "0086 138-0013-8000", "+8613800138001"], 2),
        (["+8613800138000", "+8613800138001", ""], 0),
    ],
)
@pytest.mark.parametrize("ended", [False, True])
def test_the_same_mobile_however_it_is_written(journal, mobiles, total, ended):
    fill(journal, [row(number, mobile=mobile) for number, mobile in enumerate(mobiles)])
    if ended:
        journal.index()
    assert journal.page(PeopleQuery(only="duplicate:mobile")).total == total


def test_someone_met_before_is_found_under_his_own_name(journal):
    """The texts that are searched stay in step with the rows, also when some were there already."""
    fill(journal, [row(1, name="anna"), row(2, name="bert")])
    fill(journal, [row(3, name="carl"), row(2, name="bert"), row(4, name="dora")])
    for name in ("anna", "bert", "carl", "dora"):
        (found,) = journal.page(PeopleQuery(search=name)).rows
        assert found.person.name == name


def test_a_person_is_told_as_they_came(journal):
    fill(journal, [row(1, place="od-1", present=1 << PRESENT.index("name"))])
    found = journal.person("ou_00000001")
    assert found.department == "研发部"
    assert found.person.departments == ("od-1",)
    assert found.person.present == {"name"}
    assert journal.person("ou_none") is None


def test_readers_see_one_moment_while_the_walk_writes(journals, journal):
    fill(journal, crowd(100))
    with journals.read("abc") as reader:
        reader.connection.execute("BEGIN")
        assert reader.page(PeopleQuery()).total == 100
        fill(journal, [row(number) for number in range(1000, 1050)])
        assert reader.page(PeopleQuery()).total == 100
        reader.connection.rollback()
        assert reader.page(PeopleQuery()).total == 150


@pytest.mark.parametrize(
    "only", ["nobody", "blank:", "blank:height", "state:asleep", "duplicate:x"]
)
def test_a_group_of_no_name_is_refused(journal, only):
    with pytest.raises(InputError) as caught:
        journal.page(PeopleQuery(only=only))
    assert caught.value.code == "walk.unknown_group"
    assert caught.value.params == {"group": only}


def test_a_walk_begun_anew_knows_nobody(journal):
    fill(journal, crowd(60))
    journal.index()
    journal.begin(HEAD)
    assert journal.counts() == (0, 0)
    assert journal.page(PeopleQuery(search="name")).total == 0
    fill(journal, [row(1)])
    assert journal.page(PeopleQuery(search="name")).total == 1


def test_the_columns_are_the_contracts(journal):
    db = journal.connection
    assert isinstance(db, sqlite3.Connection)
    found = [one[1] for one in db.execute("PRAGMA table_info(people)")]
    assert found == [
        *("open_id", "user_id", "union_id", "name", "mobile", "email", "enterprise_email"),
        *("state", "departments", "place", "present", "search", "foreign_mobile", "odd_name"),
    ]
