"""Who is person 7: told on the computer that made the report, and nowhere else."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Evidence, Finding, Status
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.export_report import export_diagnosis
from feishu_wizard.operations.report_people import report_people
from tests.unit.report.made import FACTS, plain

WEI = "张伟\tzhang.wei@example.com\tou_5f1e2d3c4b5a6978"


def at(root, work):
    async def inside():
        async with Workplace(Program(state_root=root, use_keyring=False)) as place:
            return await work(place)

    return asyncio.run(inside())


def named():
    path = "/open-apis/contact/v3/users/ou_5f1e2d3c4b5a6978"
    seen = (
        Evidence("GET", "open.feishu.cn", path, 200, 41050, "li.na@example.com: no dept"),
        Evidence("GET", "open.feishu.cn", "/open-apis/contact/v3/users/9a8b7c6d", 200, 0, "张伟"),
    )
    finding = Finding(
        "person.exists", Status.FAIL, "feishu.41050", {"person": "user_id:lina.01"}, evidence=seen
    )
    return plain(finding, people=(WEI,), facts=FACTS | {"person": "lina.01"})


@pytest.fixture
def made(tmp_path):
    folder = tmp_path / "sent"
    folder.mkdir()
    path = str(folder / "r.json")
    assert at(tmp_path / "home", lambda place: export_diagnosis(place, named(), path)) == path
    return path


def test_the_same_person_has_the_same_number_in_every_field(made):
    content = json.loads(Path(made).read_text(encoding="utf-8"))
    check = next(c for c in content["checks"] if c["id"] == "person.exists")
    first, second = check["evidence"]
    assert first["path"].endswith("/users/{person 1}")
    assert second["msg"] == "person 1"
    assert first["msg"] == "person 2: no dept"
    assert second["path"].endswith("/users/{person 3}")
    assert content["facts"]["person"] == "person 4"
    assert content["people"] == ["person 1", "person 2", "person 3", "person 4"]


def test_at_home_it_is_told_who_they_are(made, tmp_path):
    assert at(tmp_path / "home", lambda place: report_people(place, made)) == {
        "person 1": tuple(WEI.split("\t")),
        "person 2": ("li.na@example.com",),
        "person 3": ("9a8b7c6d",),
        "person 4": ("lina.01", "user_id:lina.01"),
    }


def test_the_key_is_private_and_not_beside_the_report(made, tmp_path):
    keys = list((tmp_path / "home" / "state" / "people").iterdir())
    assert len(keys) == 1
    assert keys[0].stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "sent").iterdir()] == ["r.json"]


def test_elsewhere_nobody_can_tell(made, tmp_path):
    with pytest.raises(InputError, match=r"report\.no_key"):
        at(tmp_path / "elsewhere", lambda place: report_people(place, made))


@pytest.mark.parametrize("report", ["../../etc/passwd", "", "0123456789abcdeg", "/etc/passwd\0"])
def test_the_id_of_a_foreign_report_leads_nowhere(made, tmp_path, report):
    content = json.loads(Path(made).read_text(encoding="utf-8"))
    foreign = tmp_path / "foreign.json"
    foreign.write_text(json.dumps(content | {"report": report}))
    with pytest.raises(InputError, match=r"report\.no_key"):
        at(tmp_path / "home", lambda place: report_people(place, str(foreign)))
