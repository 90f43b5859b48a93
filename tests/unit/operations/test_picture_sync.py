"""What the journal of a walk tells: numbers, findings, and how long it takes."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from feishu_wizard.domain.directory import Column
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Evidence, Proof, Status, Who
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.person_traits import is_foreign_mobile, is_odd_name
from feishu_wizard.domain.setup import Feishu, Setup
from feishu_wizard.domain.walk import Refused, WalkState
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.picture_sync import picture
from feishu_wizard.services.storage.paths import Paths
from feishu_wizard.services.storage.rehearsal.journals import PRESENT, Rehearsals
from feishu_wizard.text import book
from feishu_wizard.text.catalog import languages, use
from feishu_wizard.text.words import finding_words

APP_ID = "cli_a8c029e757e6500b"
KIT = Kit(Setup(id="k3v9q2", feishu=Feishu(app_id=APP_ID)))
CONSOLE = f"https://open.feishu.cn/app/{APP_ID}/auth"


def person(number: int, *hidden: str, **given: Any) -> dict[str, Any]:
    """An ordinary person; ``hidden`` fields did not come."""
    usual = {
        "open_id": f"ou_{number:032x}",
        "user_id": f"u{number}",
        "union_id": f"on_{number:032x}",
        "name": "林晓晴",
        "mobile": f"130{number:08d}",
        "email": f"p{number}@example.com",
        "enterprise_email": f"p{number}@corp.example.com",
        "state": "active",
        "departments": ["od-1"],
        "present": set(PRESENT),
    }
    made = usual | given
    made["present"] = set(made["present"]) - set(hidden)
    for name in hidden:
        blank = {"status": ("state", "unknown"), "department_ids": ("departments", [])}
        column, value = blank.get(name, (name, ""))
        made[column] = value
    return made


@dataclass
class Walked:
    """A journal as a walk leaves it."""

    people: list[dict[str, Any]]
    departments: list[tuple[str, str, str, int | None]] = field(
        default_factory=lambda: [("od-1", "数据平台部", "0", None)]
    )
    lists: dict[str, int] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    head: dict[str, Any] = field(default_factory=dict)

    def write(self, paths: Paths) -> None:
        """Write it into the file, row by row."""
        with Rehearsals(paths).open(KIT.setup.id) as journal:
            journal.erase()
            db = journal.connection
            head = {
                "only": 1,
                "walk": "w1",
                "state": "complete",
                "app_id": APP_ID,
                "hosts": "",
                "basis": "{}",
                "started_at": "2026-03-03T08:00:00Z",
                "range_kind": "all",
                "range_departments": 1,
            } | self.head
            self._insert(db, "walk", [head])
            columns = ("id", "name", "parent", "members")
            rows = [dict(zip(columns, row, strict=True)) for row in self.departments]
            self._insert(db, "departments", rows)
            self._insert(db, "people", [self._row(one) for one in self.people])
            lists = [
                {"kind": "members", "department": place, "state": "done", "rows": rows}
                for place, rows in self.lists.items()
            ]
            lists += [self._refusal(one) for one in self.refused]
            self._insert(db, "listings", lists)
            db.commit()

    @staticmethod
    def _insert(db: Any, table: str, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            marks = ", ".join("?" * len(row))
            query = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608
            db.execute(query, tuple(row.values()))

    @staticmethod
    def _refusal(one: Refused) -> dict[str, Any]:
        seen = [{"path": each.path, "log_id": each.log_id} for each in one.evidence]
        return {
            "kind": one.listing,
            "department": one.department,
            "state": "refused",
            "code": one.code,
            "evidence": json.dumps(seen),
        }

    @staticmethod
    def _row(one: dict[str, Any]) -> dict[str, Any]:
        bits = sum(1 << PRESENT.index(name) for name in one["present"])
        places = one["departments"]
        return one | {
            "departments": json.dumps(places),
            "place": places[0] if places else "",
            "present": bits,
            "search": "",
            "foreign_mobile": is_foreign_mobile(one["mobile"]),
            "odd_name": is_odd_name(one["name"]),
        }


@pytest.fixture
def shown(tmp_path):
    """The picture of a journal."""

    def show(walked: Walked) -> Any:
        program = Program(state_root=tmp_path, use_keyring=False)

        async def main() -> Any:
            async with Workplace(program) as place:
                walked.write(place.paths)
                return await picture(place, KIT)

        return asyncio.run(main())

    return show


def told(seen: Any) -> dict[str, str]:
    """Code of a finding to its status."""
    return {finding.code: finding.status.value for finding in seen.findings}


def finding(seen: Any, code: str) -> Any:
    found = [one for one in seen.findings if one.code == code]
    assert len(found) == 1, told(seen)
    return found[0]


def people(count: int = 4, *hidden: str, **given: Any) -> list[dict[str, Any]]:
    return [person(number, *hidden, **given) for number in range(count)]


def test_a_healthy_directory_has_no_problem(shown):
    seen = shown(Walked(people(), lists={"od-1": 4}))
    assert told(seen) == {
        "sync.complete": "pass",
        "sync.range_all": "pass",
        "sync.user_id_all": "pass",
        "sync.all_active": "pass",
    }
    assert all(one.proof is Proof.PROVEN for one in seen.findings)
    assert {row.column for row in seen.fields} == {column.value for column in Column}
    assert {(row.people, row.present, row.filled, row.reveals) for row in seen.fields} == {
        (4, 4, 4, "")
    }
    assert [(key.blank, key.duplicates) for key in seen.keys] == [(0, 0)] * 4
    assert seen.states == {"active": 4}


HIDDEN = [
    ("user_id", "sync.user_id_hidden", "fail", "permission.user_id", "user.employee_id"),
    ("name", "sync.name_hidden", "warn", "permission.user_base", "user.base"),
    ("mobile", "sync.mobile_hidden", "warn", "permission.mobile", "user.phone"),
    ("email", "sync.email_hidden", "warn", "permission.email", "user.email"),
    ("department_ids", "sync.department_hidden", "warn", "permission.department", "department"),
    ("status", "sync.state_hidden", "warn", "permission.employee", "user.employee"),
]


@pytest.mark.parametrize(("wire", "code", "status", "need", "scope"), HIDDEN)
def test_a_field_that_came_from_nobody_names_its_permission(shown, wire, code, status, need, scope):
    seen = shown(Walked(people(3, wire)))
    column = {"department_ids": "department", "status": "state"}.get(wire, wire)
    row = next(row for row in seen.fields if row.column == column)
    assert (row.present, row.filled, row.reveals) == (0, 0, need)
    one = finding(seen, code)
    assert told(seen)[code] == status
    assert one.id == f"sync.{column}"
    assert one.who is Who.DEVELOPER
    assert one.links[0].url.startswith(CONSOLE)
    assert f"contact:{scope}" in one.links[0].url or f":user.{scope}" in one.links[0].url
    assert "sync.odd_name" not in told(seen)
    assert "sync.outside" not in told(seen)


BLANK = [
    ("sync.mobile_blank", {"mobile": ""}),
    ("sync.email_enterprise_only", {"email": ""}),
    ("sync.email_blank", {"email": "", "enterprise_email": ""}),
]


@pytest.mark.parametrize(("code", "given"), BLANK)
def test_a_field_that_came_blank_is_no_missing_permission(shown, code, given):
    seen = shown(Walked(people(3, **given)))
    one = finding(seen, code)
    assert told(seen)[code] == "warn"
    assert one.who is Who.FEISHU_ADMIN
    row = next(row for row in seen.fields if row.column in given)
    assert (row.present, row.filled, row.reveals) == (3, 0, "")
    if code == "sync.email_enterprise_only":
        assert one.params["enterprise"] == "3"


def test_hidden_mail_beside_enterprise_mail(shown):
    one = finding(shown(Walked(people(3, "email"))), "sync.email_hidden")
    assert one.params == {"people": "3", "count": "3", "enterprise": "3"}


GAPS = [
    ("user_id", "sync.user_id_gaps", "fail"),
    ("mobile", "sync.mobile_gaps", "warn"),
    ("email", "sync.email_gaps", "warn"),
]


@pytest.mark.parametrize(("column", "code", "status"), GAPS)
def test_gaps_are_counted(shown, column, code, status):
    seen = shown(Walked([*people(9), person(9, **{column: ""})]))
    assert finding(seen, code).params == {"people": "10", "count": "1"}
    assert told(seen)[code] == status
    key = next(key for key in seen.keys if key.column == column)
    assert (key.people, key.blank) == (10, 1)


TWINS = [
    ("user_id", "sync.duplicate_user_id", "same", "same", "same"),
    ("email", "sync.duplicate_email", "A@example.com", "a@Example.com", "a@example.com"),
    ("enterprise_email", "sync.duplicate_enterprise_email", "b@x.cn", "B@x.cn", "b@x.cn"),
    ("mobile", "sync.duplicate_mobile", "+86 130-0000 0009", "13000000009", "13000000009"),
]


@pytest.mark.parametrize(("column", "code", "first", "second", "example"), TWINS)
def test_duplicates_are_found_as_they_are_compared(shown, column, code, first, second, example):
    twins = [person(4, **{column: first}), person(5, **{column: second})]
    seen = shown(Walked([*people(3), *twins]))
    key = next(key for key in seen.keys if key.column == column)
    assert (key.duplicates, key.examples) == (1, ((example, 2),))
    one = finding(seen, code)
    assert (one.id, one.params["example"], one.params["times"]) == (code, example, "2")
    assert [key.column for key in seen.keys if key.duplicates] == [column]


def test_blank_values_are_no_duplicates(shown):
    seen = shown(Walked(people(3, mobile="", email="", enterprise_email="")))
    assert [key.duplicates for key in seen.keys] == [0] * 4


def test_an_address_of_two_people_in_two_fields(shown):
    mixed = [person(4, email="Shared@corp.cn"), person(5, enterprise_email="shared@corp.cn")]
    both = person(6, email="own@corp.cn", enterprise_email="own@corp.cn")
    one = finding(shown(Walked([*mixed, both])), "sync.crossed_mail")
    assert one.params == {"count": "1", "example": "shared@corp.cn"}


def test_foreign_prefixed_and_mixed_mobiles(shown):
    mobiles = ["+447700900123", "+8613000000001", "+86 13000000002", "13000000003", ""]
    seen = shown(Walked([person(n, mobile=text) for n, text in enumerate(mobiles)]))
    assert (seen.foreign_mobiles, seen.prefixed_mobiles) == (1, 2)
    assert finding(seen, "sync.foreign_mobile").params["count"] == "1"
    assert finding(seen, "sync.mobile_mixed").params == {"count": "2", "bare": "1"}
    assert told(seen)["sync.foreign_mobile"] == "warn"


def test_prefixes_alone_are_no_problem(shown):
    seen = shown(Walked([person(n, mobile=f"+86130{n:08d}") for n in range(3)]))
    assert told(seen)["sync.mobile_prefix"] == "pass"
    assert seen.prefixed_mobiles == 3


def test_states_are_counted(shown):
    states = ["active", "active", "resigned", "exited", "frozen", "not_activated"]
    seen = shown(Walked([person(n, state=state) for n, state in enumerate(states)]))
    one = finding(seen, "sync.states")
    assert one.status is Status.WARN
    assert one.params == {
        "resigned": "1",
        "exited": "1",
        "frozen": "1",
        "not_activated": "1",
        "active": "2",
        "count": "4",
    }
    assert seen.states == {"active": 2, "resigned": 1, "exited": 1, "frozen": 1, "not_activated": 1}


def test_some_without_status_are_not_called_active(shown):
    seen = shown(Walked([*people(2), person(3, "status")]))
    assert not {"sync.all_active", "sync.states", "sync.state_hidden"} & set(told(seen))


def test_odd_names_are_counted(shown):
    names = ["林晓晴", "=cmd", "<script>", "\u202ex", " "]
    seen = shown(Walked([person(n, name=name) for n, name in enumerate(names)]))
    assert seen.odd_names == 4
    assert finding(seen, "sync.odd_name").params == {"count": "4", "people": "5"}
    row = next(row for row in seen.fields if row.column == "name")
    assert (row.present, row.filled) == (5, 4)


def test_people_under_the_root_and_people_nowhere(shown):
    rows = [person(1, departments=["0"]), person(2, departments=["od-1", "0"])]
    rows += [person(3, departments=[]), person(4)]
    seen = shown(Walked(rows))
    assert finding(seen, "sync.root_people").params == {"count": "2"}
    assert told(seen)["sync.root_people"] == "pass"
    assert finding(seen, "sync.outside").params == {"count": "1", "people": "4"}
    assert seen.outside == 3


def test_people_under_the_root_are_told_by_its_listing_where_departments_are_hidden(shown):
    seen = shown(Walked(people(3, "department_ids"), lists={"0": 3}))
    assert finding(seen, "sync.root_people").params == {"count": "3"}


def test_depth(shown):
    def chain(length):
        return [(f"od-{n}", f"{n}", f"od-{n - 1}" if n else "0", None) for n in range(length)]

    assert "sync.deep" not in told(shown(Walked(people(), chain(10))))


def test_deep_departments(shown):
    rows = [(f"od-{n}", f"{n}", f"od-{n - 1}" if n else "0", None) for n in range(12)]
    seen = shown(Walked(people(), list(reversed(rows))))
    assert finding(seen, "sync.deep").params == {"depth": "12"}


def test_a_loop_of_parents_ends(shown):
    rows = [("od-1", "a", "od-2", None), ("od-2", "b", "od-1", None), ("od-3", "c", "od-3", None)]
    assert "sync.deep" not in told(shown(Walked(people(), rows)))


def test_long_lists(shown):
    seen = shown(Walked(people(), lists={"od-1": 51, "od-2": 50, "od-3": 120}))
    one = finding(seen, "sync.pages")
    assert (one.status, one.params) == (
        Status.PASS,
        {"count": "2", "longest": "120", "page": "50"},
    )


@pytest.mark.parametrize("state", ["running", "paused", "broken_off"])
def test_an_unfinished_walk_is_the_first_thing_told(shown, state):
    head = {"state": state, "told_people": 90}
    seen = shown(Walked(people(3, "user_id"), lists={"od-1": 60}, head=head))
    assert seen.summary.state is WalkState(state)
    first = seen.findings[0]
    assert (first.id, first.code, first.status) == (
        "sync.complete",
        "sync.broken_off",
        Status.FAIL,
    )
    # What only the whole can tell is not told of a part.
    parts = {"sync.complete", "sync.fewer", "sync.range_all", "sync.pages", "sync.empty"}
    assert not parts & set(told(seen))
    assert "sync.user_id_hidden" in told(seen)


def test_an_unfinished_walk_that_met_nobody_is_not_called_empty(shown):
    seen = shown(Walked([], [], head={"state": "broken_off"}))
    assert told(seen) == {"sync.broken_off": "fail"}


def test_refused_and_unreadable_parts(shown):
    evidence = (Evidence(path="/open-apis/contact/v3/users/find_by_department", log_id="02abc"),)
    refused = [
        Refused("members", "od-1", "feishu.40004", evidence),
        Refused("members", "od-x", "feishu.40003"),
    ]
    seen = shown(Walked(people(), refused=refused, head={"unreadable": 2}))
    assert [one.code for one in seen.findings[:2]] == ["sync.refused", "sync.unreadable"]
    one = finding(seen, "sync.refused")
    assert one.params == {"count": "2", "department": "数据平台部", "feishu_code": "40004"}
    assert one.evidence[0].log_id == "02abc"
    assert finding(seen, "sync.unreadable").params == {"count": "2"}
    assert "sync.complete" not in told(seen)


def test_an_empty_result(shown):
    seen = shown(Walked([], [], head={"range_kind": "part", "range_departments": 0}))
    assert told(seen) == {"sync.empty": "fail"}
    assert [row.reveals for row in seen.fields] == [""] * 7
    links = [link.label for link in finding(seen, "sync.empty").links]
    assert links == ["console_auth", "console_manage"]


RANGES = [
    (1, 0, "sync.range_one_department"),
    (0, 2, "sync.range_users_only"),
    (2, 0, "sync.range_part"),
    (1, 1, "sync.range_part"),
]


@pytest.mark.parametrize(("departments", "users", "code"), RANGES)
def test_ranges(shown, departments, users, code):
    head = {"range_kind": "part", "range_departments": departments, "range_users": users}
    seen = shown(Walked(people(), head=head))
    assert told(seen)[code] == "warn"
    one = finding(seen, code)
    assert one.params == {"people": "4", "departments": str(departments), "users": str(users)}
    assert one.links


def test_fewer_people_than_feishu_counts(shown):
    seen = shown(Walked(people(4), lists={"od-1": 4}, head={"told_people": 5}))
    assert finding(seen, "sync.fewer").params == {"people": "4", "told": "5"}
    assert told(seen)["sync.fewer"] == "warn"


@pytest.mark.parametrize("counted", [None, 3, 4, 6])
def test_who_is_in_two_departments_may_be_counted_twice(shown, counted):
    walked = Walked(people(4), lists={"od-1": 4, "od-2": 2}, head={"told_people": counted})
    assert "sync.fewer" not in told(shown(walked))


def test_without_a_walk(tmp_path):
    async def main():
        async with Workplace(Program(state_root=tmp_path, use_keyring=False)) as place:
            await picture(place, KIT)

    with pytest.raises(InputError) as caught:
        asyncio.run(main())
    assert caught.value.code == "sync.no_walk"
    assert not (tmp_path / "rehearsals").exists()


def test_a_journal_of_which_no_walk_began(shown, tmp_path):
    async def main():
        async with Workplace(Program(state_root=tmp_path, use_keyring=False)) as place:
            Rehearsals(place.paths).open(KIT.setup.id).close()
            await picture(place, KIT)

    with pytest.raises(InputError) as caught:
        asyncio.run(main())
    assert caught.value.code == "sync.no_walk"


def test_every_finding_is_said_in_both_languages(shown):
    """Whole sentences: no value is missing in any of them."""
    refused = [Refused("members", "od-1", "feishu.40004")]
    mixed = [person(4, mobile="+8613000000004", state="frozen", name="=1"), person(5, mobile="")]
    scenes = [
        Walked([], [], head={"range_kind": "part"}),
        Walked(people(), refused=refused, head={"unreadable": 1}),
        Walked(people(3, "user_id", "name", "mobile", "email", "department_ids", "status")),
        Walked([*people(), *mixed], lists={"od-1": 51}, head={"told_people": 99}),
        Walked(people(2, email="a@b.cn", enterprise_email="", mobile="+447700900123")),
    ]
    spoken = set()
    for walked in scenes:
        seen = shown(walked)
        for language, _name in languages():
            use(language)
            for one in seen.findings:
                words = finding_words(one)
                assert book.knows(one.code), one.code
                assert "—" not in words.sentence, words.sentence
                assert bool(words.fix) or one.status is Status.PASS, one.code
                spoken.add(one.code)
    use("en")
    assert len(spoken) > 20


def test_a_hundred_thousand_people_are_counted_quickly(tmp_path):
    program = Program(state_root=tmp_path, use_keyring=False)
    rows = [Walked._row(person(n)) for n in range(100_000)]

    async def main():
        async with Workplace(program) as place:
            Walked([]).write(place.paths)
            columns = ", ".join(rows[0])
            marks = ", ".join(f":{name}" for name in rows[0])
            query = f"INSERT INTO people ({columns}) VALUES ({marks})"  # noqa: S608
            with Rehearsals(place.paths).open(KIT.setup.id) as journal:
                journal.connection.executemany(query, rows)
                journal.connection.commit()
                journal.index()
            began = time.process_time()
            seen = await picture(place, KIT)
            return seen, time.process_time() - began

    seen, seconds = asyncio.run(main())
    print(f"{seconds:.3f} s of CPU")
    assert seen.summary.people == 100_000
    assert [key.duplicates for key in seen.keys] == [0] * 4
    assert seconds < 4  # usually 1.5 on one busy core, while Python runs on
