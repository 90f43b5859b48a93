"""People and fates in CSV files, hostile names included, all the way from file to file."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from feishu_wizard.cli.output import clean
from feishu_wizard.domain.accounts import Fate
from feishu_wizard.domain.directory import Column, PeopleQuery, PersonState
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.setup import Setup
from feishu_wizard.operations import compare_accounts, export_people
from feishu_wizard.report import markdown
from feishu_wizard.services.storage.rehearsal.journals import Rehearsals
from tests.walked import fill, person

KIT = Kit(Setup(id="k3v9q2"))
WORDS = {column.value: column.value.upper() for column in Column} | {"state.resigned": "离职"}
HOSTILE = {
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0",
    "\x1b]0;title\x07\x1b[31m红": "␛]0;title␇␛[31m红",
    "\u202egnp.exe": "[U+202E]gnp.exe",
    "＝1+1": "'＝1+1",
}


def rows_of(path: Path, encoding: str = "utf-8") -> list[list[str]]:
    text = path.read_bytes().decode(encoding)
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@pytest.fixture
def walk(perform):
    def made(*people: tuple[object, ...]) -> None:
        async def main(place: Any) -> None:
            with Rehearsals(place.paths).open(KIT.setup.id) as rehearsal:
                fill(rehearsal, people)

        perform(main)

    return made


@pytest.fixture
def export(perform, tmp_path):
    def made(query: PeopleQuery = PeopleQuery(), **how: Any) -> tuple[int, Path]:  # noqa: B008
        path = how.pop("path", tmp_path / "people.csv")
        options = {"bom": False, "headings": WORDS} | how
        return perform(
            lambda place: export_people.export_people(place, KIT, str(path), query, **options)
        ), path

    return made


def test_people_in_the_order_of_the_query(walk, export):
    told: list[Any] = []
    walk(*(person(number) for number in range(4500)))
    query = PeopleQuery(sort=Column.USER_ID, descending=True, search="人", offset=7, limit=3)
    count, path = export(query, report=told.append)
    rows = rows_of(path)
    assert (count, len(rows)) == (4500, 4501)
    assert rows[0] == [column.value.upper() for column in Column]
    names = [row[1] for row in rows[1:]]
    assert names == sorted(names, reverse=True)
    assert len(set(names)) == 4500
    assert [round(one.share, 2) for one in told] == [0.44, 0.89, 1.0]


def test_one_group_of_them(walk, export):
    walk(person(1), person(2, state=PersonState.RESIGNED))
    count, path = export(PeopleQuery(only="state:resigned"), bom=True)
    assert count == 1
    assert rows_of(path, "utf-8-sig")[1] == [
        "人2", "u2", "+8613800000002", "p2@example.com", "", "数据部", "离职",
    ]  # fmt: skip


def test_nobody(walk, export):
    walk(person(1))
    assert export(PeopleQuery(search="nobody"))[0] == 0


def test_without_a_walk(export):
    with pytest.raises(InputError, match=r"accounts\.no_walk"):
        export()


@pytest.mark.parametrize(
    ("name", "code"), [("", "file.is_directory"), ("missing/x.csv", "file.no_folder")]
)
def test_places_that_are_refused(walk, export, tmp_path, name, code):
    walk(person(1))
    with pytest.raises(InputError) as caught:
        export(path=tmp_path / name)
    assert caught.value.code == code


def test_a_refused_query_leaves_the_old_file(walk, export, tmp_path):
    walk(person(1))
    (tmp_path / "people.csv").write_text("old")
    with pytest.raises(InputError):
        export(PeopleQuery(only="nothing:like:it"))
    assert (tmp_path / "people.csv").read_text() == "old"


@pytest.mark.parametrize(("name", "shown"), HOSTILE.items())
def test_hostile_names_from_file_to_file(perform, walk, export, tmp_path, name, shown):
    """The same name as a person and as an account: read, compared, listed, printed, written."""
    source, target = tmp_path / "in.csv", tmp_path / "fates.csv"
    quoted = name.replace('"', '""')
    source.write_text(f'账号,姓名\n"{quoted}","{quoted}"\n', encoding="utf-8")
    walk(person(1, name=name, user_id=name))

    async def main(place: Any) -> Any:
        await compare_accounts.read_accounts_file(place, KIT, str(source))
        await compare_accounts.compare(place, KIT, Column.USER_ID)
        page = await compare_accounts.fates_page(place, KIT, Fate.SAME, name, 0, 10)
        options = {"bom": False, "headings": {"fate.same": "不变"}}
        count = await export_people.export_fates(place, KIT, str(target), None, "", **options)
        return page, count

    page, count = perform(main)
    assert (page.total, count) == (1, 1)
    found = page.rows[0]
    assert (found.account.name, found.account.display, found.person_name) == (name, name, name)
    assert rows_of(target) == [
        list(export_people.FATE_COLUMNS),
        ["不变", shown, shown, "", "", shown, shown, "", ""],
    ]
    assert rows_of(export()[1])[1][:2] == [shown, shown]
    printed = clean(name)
    assert not any(ord(ch) < 0x20 or 0x7F <= ord(ch) < 0xA0 for ch in printed)
    assert "\u202e" not in printed
    assert re.search(r"(?<!\\)<", markdown.plain(name)) is None


def test_fates_with_words(perform, walk, tmp_path):
    source, target = tmp_path / "in.csv", tmp_path / "fates.csv"
    source.write_text("账号,姓名,邮箱\nu1,旧,p1@example.com\nadmin,,\n", encoding="utf-8")
    walk(person(1, email=""))

    async def main(place: Any) -> int:
        await compare_accounts.read_accounts_file(place, KIT, str(source))
        await compare_accounts.compare(place, KIT, Column.USER_ID)
        words = {"no_push.yes": "yes", "accounts.lost_absent": "nobody", "name": "name is new"}
        return await export_people.export_fates(
            place, KIT, str(target), None, "", bom=False, headings=words
        )

    assert perform(main) == 2
    first, second = rows_of(target)[1:]
    assert first[-1] == "name is new; would_blank:email"
    assert second == ["loses", "admin", "", "", "", "", "", "yes", "nobody"]
