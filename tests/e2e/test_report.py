"""A report of a real diagnosis: no secret and nobody in it, and the same verdict elsewhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from feishu_wizard.operations.open_report import open_report
from tests.sandbox_process import SandboxFactory, SandboxProcess
from tests.unit.report.made import forms

Run = Callable[..., Any]


@pytest.fixture
def broken(sandbox: SandboxFactory) -> SandboxProcess:
    """A tenant of 200 people whose app lost its bot."""
    return sandbox("--drill", "no-bot", "--users", "200")


def wizard(run: Run, *arguments: str, **environment: str) -> Any:
    return run("-m", "feishu_wizard", *arguments, **environment)


def everybody(practice: SandboxProcess) -> list[dict[str, Any]]:
    """The people of the sandbox, as an app with every field permission sees them."""
    with practice.client(base_url=practice["feishu"]) as client:
        pair = {"app_id": practice["app_id"], "app_secret": practice["app_secret"]}
        path = "/open-apis/auth/v3/tenant_access_token/internal"
        token = client.post(path, json=pair).json()["tenant_access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        found: list[dict[str, Any]] = []
        for department in departments(client):
            found += pages(client, "users/find_by_department", {"department_id": department})
        return found


def departments(client: Any) -> list[str]:
    rows = pages(client, "departments/0/children", {"fetch_child": "true"})
    return ["0", *(row["open_department_id"] for row in rows)]


def pages(client: Any, endpoint: str, query: dict[str, str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    query = query | {"page_size": "50"}
    while True:
        data = client.get(f"/open-apis/contact/v3/{endpoint}", params=query).json()["data"]
        rows += data.get("items") or []
        if not data.get("has_more"):
            return rows
        query["page_token"] = data["page_token"]


def identifiers(people: list[dict[str, Any]]) -> set[str]:
    names = ("name", "en_name", "mobile", "email", "user_id", "open_id", "union_id")
    return {str(one[name]) for one in people for name in names if one.get(name)}


@pytest.fixture
def reports(broken: SandboxProcess, run_python: Run, tmp_path: Path) -> dict[str, Path]:
    """One diagnosis of one person in each form; ``account`` tells whose it was."""
    person = next(one for one in everybody(broken) if one.get("user_id"))
    account = f"--person=user_id:{person['user_id']}"
    made = {}
    for kind in ("html", "md", "json"):
        made[kind] = tmp_path / f"report.{kind}"
        path = f"--report={made[kind]}"
        done = wizard(run_python, "diagnose", str(broken.setup), account, path)
        assert done.returncode == 6, done.stderr
        assert str(made[kind]) in done.stderr
    return made


def test_no_secret_and_nobody_is_in_any_form(
    reports: dict[str, Path], broken: SandboxProcess
) -> None:
    people = everybody(broken)
    assert len({one["open_id"] for one in people}) > 190  # some have left
    kept = [str(value) for value in broken["secrets"].values()]
    hidden = {broken["app_secret"], *kept} | identifiers(people)
    searched = {form for value in hidden for form in forms(value)}
    for path in reports.values():
        text = path.read_text(encoding="utf-8")
        assert sorted(form for form in searched if form in text) == []
        assert "person 1" in text


def test_it_says_the_same_elsewhere_and_in_another_language(
    reports: dict[str, Path], run_python: Run, tmp_path: Path
) -> None:
    elsewhere = {"XDG_STATE_HOME": str(tmp_path / "elsewhere"), "HTTPS_PROXY": "http://127.0.0.1:1"}
    content = json.loads(reports["json"].read_text(encoding="utf-8"))
    for kind in ("html", "json"):
        opened = asyncio.run(open_report(str(reports[kind])))
        assert opened.verdict.code == content["conclusion"]["code"]
        assert opened.verdict.check == content["conclusion"]["check"] == "feishu.bot"
        statuses = {f.id: f.status.value for f in opened.findings}
        assert statuses == {c["id"]: c["status"] for c in content["checks"]}
        here = wizard(run_python, "--lang=en", "report", "open", str(reports[kind]), **elsewhere)
        assert here.returncode == 0
        assert here.stdout.splitlines()[0] == content["verdict"]
        there = wizard(
            run_python, "--lang=zh_Hans", "report", "open", str(reports[kind]), **elsewhere
        )
        assert there.returncode == 0
        assert "机器人" in there.stdout.splitlines()[0]


def test_only_the_customer_can_tell_who_it_is(
    reports: dict[str, Path], run_python: Run, tmp_path: Path
) -> None:
    at_home = wizard(run_python, "report", "people", str(reports["html"]))
    assert at_home.returncode == 0, at_home.stderr
    assert at_home.stdout.startswith("person 1: ")
    state = {"XDG_STATE_HOME": str(tmp_path / "elsewhere")}
    elsewhere = wizard(run_python, "report", "people", str(reports["html"]), **state)
    assert elsewhere.returncode == 2
    assert elsewhere.stdout == ""


def test_what_changed_since_it_worked(
    reports: dict[str, Path], sandbox: SandboxFactory, run_python: Run, tmp_path: Path
) -> None:
    well = tmp_path / "well.json"
    done = wizard(run_python, "diagnose", str(sandbox().setup), "--report", str(well))
    assert done.returncode == 0, done.stderr
    told = wizard(
        run_python, "--lang=en", "report", "open", str(well), "--compare", str(reports["html"])
    )
    assert told.returncode == 0
    changed = [line for line in told.stdout.splitlines() if line.startswith("  Bot — ")]
    assert len(changed) == 1


@pytest.mark.parametrize(
    "text", ["", "{", '{"schema": "feishu-wizard/diagnosis/1"', '{"name": "x"}', "<html></html>"]
)
def test_what_is_no_report_ends_with_2(run_python: Run, tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    told = wizard(run_python, "--lang=en", "report", "open", str(path))
    assert told.returncode == 2
    assert told.stdout == ""
    assert str(path) in told.stderr
    assert "Traceback" not in told.stderr
