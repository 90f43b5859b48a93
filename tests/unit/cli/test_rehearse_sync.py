"""The sync rehearsal in a terminal: its lines, its document, its exit codes."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import jsonschema
import pytest

from feishu_wizard.cli import rehearse_sync as command
from feishu_wizard.cli.output import clean
from feishu_wizard.cli.sync_document import document
from feishu_wizard.cli.sync_lines import Line, news_line, result_lines, table
from feishu_wizard.domain.accounts import AccountSource, AccountsRead, Comparison, Fate
from feishu_wizard.domain.directory import MATCH_KEYS, Column, PersonState
from feishu_wizard.domain.finding import Evidence, Finding, Status, Who
from feishu_wizard.domain.progress import Progress
from feishu_wizard.domain.walk import (
    FieldShare,
    KeyQuality,
    RangeKind,
    Refused,
    SyncPicture,
    WalkNews,
    WalkProgress,
    WalkState,
    WalkSummary,
)
from feishu_wizard.resources import resource_text
from feishu_wizard.text.catalog import use

SCHEMA = json.loads(resource_text("schemas/sync-1.json"))
WHOLE = WalkSummary(
    walk="w1",
    state=WalkState.COMPLETE,
    app_id="cli_a8c029e757e6500b",
    started_at="2026-03-03T08:00:00.000Z",
    ended_at="2026-03-03T08:06:00.000Z",
    range_kind=RangeKind.ALL,
    range_departments=0,
    range_users=0,
    people=4012,
    departments=120,
    told_people=4012,
    unreadable=0,
    calls=131,
    throttled=0,
)
REFUSAL = Evidence("GET", "open.feishu.cn", "/open-apis/x", 403, 40004, log_id="2026L")
BROKEN = replace(
    WHOLE,
    state=WalkState.BROKEN_OFF,
    ended_at="",
    range_kind=RangeKind.PART,
    range_departments=2,
    range_users=1,
    unreadable=3,
    refused=(Refused("members", "od-1", "feishu.40004", (REFUSAL,)),),
)
PICTURE = SyncPicture(
    summary=WHOLE,
    fields=(
        FieldShare("name", 4012, 4012, 4012),
        FieldShare("mobile", 4012, 0, 0, "permission.mobile"),
    ),
    keys=(KeyQuality("email", 4012, 17, 2, (("li.na@example.com", 3), ("x@example.com", 2))),),
    states={"active": 4000, "frozen": 12},
    foreign_mobiles=4,
    prefixed_mobiles=4008,
    odd_names=1,
    outside=2,
)
READ = AccountsRead(
    AccountSource.FILE, "people.csv", 100, {"name": "login"}, "gb18030", ((7, "file.io"),), 1
)
SAFE = Comparison(
    Column.USER_ID, 100, 4012, {Fate.CREATED.value: 3912, Fate.SAME.value: 100}, 4, complete=True
)
LOSING = replace(SAFE, counts={Fate.LOSES.value: 40, Fate.SAME.value: 60})


@pytest.fixture(autouse=True)
def english():
    use("en")


def printed(*given: object) -> str:
    return clean("\n".join(result_lines(*given)))


def test_what_the_walk_came_to_stands_first():
    lines = printed(PICTURE).splitlines()
    assert lines[0] == "✓ 4,012 people in 120 departments; the tenant says 4,012"
    assert lines[1] == "  131 calls to Feishu"


def test_a_field_that_is_hidden_names_its_permission():
    text = printed(PICTURE)
    assert "filled for everybody" in text
    assert "hidden without: Permission: get user mobile number" in text


def test_duplicates_are_shown_with_how_many_have_them():
    assert "li.na@example.com (3), x@example.com (2)" in printed(PICTURE)


def test_an_incomplete_walk_says_what_is_missing_and_why():
    text = printed(replace(PICTURE, summary=BROKEN))
    assert text.startswith("✗ ")
    assert "Departments: 2, single people: 1" in text
    assert "3 rows could not be read." in text
    assert "od-1" in text
    assert "code 40004" in text
    assert "2026L" in text


def test_accounts_and_a_warning_that_cannot_be_overlooked():
    good, bad = printed(PICTURE, READ, SAFE), printed(PICTURE, READ, LOSING)
    assert "Would be created" in good
    assert "1 line was left out" in good
    assert "✗" not in good
    assert "Too many accounts would lose access" in bad
    half = printed(PICTURE, READ, replace(SAFE, complete=False))
    assert "nobody can say who would lose access" in half


def test_what_came_from_outside_moves_no_cursor():
    key = KeyQuality("email", 1, 0, 1, (("\x1b[2Ja@example.com", 2),))
    assert "\x1b" not in printed(replace(PICTURE, keys=(key,)))


def test_chinese_columns_stand_below_each_other():
    rows = list(table([["姓名", "1"], ["Email", "2"], ["", "3"]]))
    assert rows == ["  姓名   1", "  Email  2", "         3"]


NEWS = WalkNews(people=1200, departments=40, listings_done=9, listings_open=3, calls=12)


@pytest.mark.parametrize(
    ("news", "told"),
    [
        (NEWS, ["1,200 people so far", "40 departments"]),
        (
            replace(NEWS, expected=4012, per_second=410.4, seconds_left=83.0),
            ["1,200 of about 4,012 people", "40 departments", "410 people a second", "1:23 left"],
        ),
        (replace(NEWS, waiting_s=11.0), ["40 departments", "Feishu asks to wait 11 s"]),
    ],
)
def test_progress_in_one_line(news, told):
    parts = news_line(news).split(" · ")
    assert [part for part in parts if part in told] == told


def test_progress_is_written_over_on_a_terminal_only(capsys, monkeypatch):
    with Line() as quiet:
        quiet(WalkProgress("checking_network", news=NEWS))
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with Line() as line:
        line(Progress("checking_network"))
        line(WalkProgress("checking_network", news=replace(NEWS, people=1)))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\r") == 2
    assert err.endswith("\n")
    assert "1 person so far · 40 departments" in err


# -- the document --------------------------------------------------------------------------

FINDING = Finding("feishu.fields", Status.WARN, "feishu.99991672", {"scope": "x"}, who=Who.YOU)
DOCUMENTS = {
    "plain": document(PICTURE),
    "broken": document(replace(PICTURE, summary=BROKEN, findings=(FINDING,))),
    "accounts": document(PICTURE, READ, LOSING),
    "untold": document(replace(PICTURE, summary=replace(WHOLE, told_people=None))),
}


def valid(content: object) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(json.loads(json.dumps(content)))


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_written_fits_the_schema(name):
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(DOCUMENTS[name])))


def test_nothing_may_be_missing():
    whole = DOCUMENTS["accounts"]
    for key in whole:
        assert not valid({k: v for k, v in whole.items() if k != key}), key
    for key in whole["accounts"]:
        made = copy.deepcopy(whole)
        del made["accounts"][key]
        assert not valid(made), key


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (("properties", "state"), [s.value for s in WalkState]),
        (("properties", "range", "properties", "kind"), [k.value for k in RangeKind]),
        (
            ("properties", "fields", "items", "properties", "column"),
            [c.value for c in Column],
        ),
        (
            ("properties", "keys", "items", "properties", "column"),
            [c.value for c in MATCH_KEYS],
        ),
        (("properties", "states", "propertyNames"), [s.value for s in PersonState]),
        (("$defs", "accounts", "properties", "source"), [s.value for s in AccountSource]),
    ],
)
def test_the_words_are_those_of_the_domain(place, words):
    part = SCHEMA
    for name in place:
        part = part[name]
    assert sorted(part["enum"]) == sorted(words)


def test_every_fate_is_counted():
    assert set(DOCUMENTS["accounts"]["accounts"]["fates"]) == {fate.value for fate in Fate}
    assert set(SCHEMA["$defs"]["accounts"]["properties"]["fates"]["required"]) == {
        fate.value for fate in Fate
    }


# -- how it ends ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("picture", "comparison", "code"),
    [
        (PICTURE, None, 0),
        (replace(PICTURE, findings=(FINDING,)), None, 0),
        (replace(PICTURE, findings=(replace(FINDING, status=Status.FAIL),)), None, 6),
        (replace(PICTURE, summary=BROKEN), None, 6),
        (PICTURE, SAFE, 0),
        (PICTURE, LOSING, 6),
    ],
)
def test_the_exit_code(picture, comparison, code):
    compared = command.Compared(READ, comparison) if comparison else None
    assert command._exit_code(picture, compared) == code
