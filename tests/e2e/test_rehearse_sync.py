"""The sync rehearsal in a terminal, in real time, against a sandbox that keeps its limits."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from feishu_wizard.resources import resource_text
from tests.sandbox_process import SandboxFactory, SandboxProcess
from tests.truth import truth_of_process

Run = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[2]
COMMAND = ("-m", "feishu_wizard", "--lang", "en", "rehearse-sync")
SCHEMA = json.loads(resource_text("schemas/sync-1.json"))
USERS, DEPARTMENTS = 400, 260
FLOOR_S = 10.0  # 261 calls at 25 a second: the last of them leaves ten seconds after the first
TOLERATED = 1.15


@pytest.fixture(scope="module")
def practice(module_sandbox: SandboxFactory) -> SandboxProcess:
    """A small company; every call is counted against the platform's limits."""
    return module_sandbox("--rate-limits", "--users", str(USERS), "--departments", str(DEPARTMENTS))


def rehearse(run: Run, practice: SandboxProcess, *options: str) -> Any:
    return run(
        "-m", "feishu_wizard", "--lang", "en", "rehearse-sync", *options, str(practice.setup)
    )


def test_a_walk_in_real_time(practice: SandboxProcess, run_python: Run) -> None:
    truth = truth_of_process(USERS, DEPARTMENTS, practice["app_id"])
    done = rehearse(run_python, practice, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # nobody looks: no progress
    found = json.loads(done.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    assert found["complete"]
    assert (found["people"], found["departments"]) == (len(truth.people), DEPARTMENTS)
    assert found["throttled"] == 0
    seen = practice.state()["requests"]
    assert {one["status"] for one in seen} == {200}
    began, ended = (datetime.fromisoformat(found[name]) for name in ("started_at", "ended_at"))
    took = (ended - began).total_seconds()
    print(f"{took:.1f} s, {took / FLOOR_S:.2f} x the floor")
    assert took <= TOLERATED * FLOOR_S


@pytest.fixture
def small(sandbox: SandboxFactory) -> SandboxProcess:
    return sandbox("--users", "60", "--departments", "8")


def test_people_and_accounts_side_by_side(
    small: SandboxProcess, run_python: Run, tmp_path: Path
) -> None:
    people = [one for one in small.state()["people"] if not one["resigned"]]
    names = [one["user_id"] for one in people[:40]] + ["gone.away", "left.long.ago"]
    accounts, out = tmp_path / "accounts.csv", tmp_path / "people.csv"
    accounts.write_text("login\n" + "\n".join(names) + "\n", encoding="utf-8")
    options = ("--accounts", str(accounts), "--csv", str(out))
    done = rehearse(run_python, small, *options, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    compared = found["accounts"]
    assert compared["read"] == 42
    assert compared["fates"]["loses"] == 2
    assert compared["fates"]["created"] == len(people) - 40
    silent = [one for one in people[:40] if one["frozen"] or not one["activated"]]
    assert compared["no_push"] == 2 + len(silent)
    assert not compared["dangerous"]  # 2 of 42 are below 5 %
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + len(people)
    assert {row[1] for row in rows[1:]} == {one["user_id"] for one in people}


def test_many_removals_are_a_finding(
    small: SandboxProcess, run_python: Run, tmp_path: Path
) -> None:
    accounts = tmp_path / "accounts.csv"
    accounts.write_text("login\nnobody1\nnobody2\n", encoding="utf-8")
    done = rehearse(run_python, small, "--accounts", str(accounts))
    assert done.returncode == 6
    assert "Too many accounts would lose access" in done.stdout


def test_a_file_that_cannot_be_used_is_refused_before_the_walk(
    small: SandboxProcess, run_python: Run, tmp_path: Path
) -> None:
    for options in (("--accounts", str(tmp_path / "no.csv")), ("--csv", str(tmp_path / "a" / "b"))):
        done = rehearse(run_python, small, *options)
        assert done.returncode == 2
        assert str(tmp_path) in done.stderr
        assert done.stdout == ""
    assert small.state()["requests"] == []


def test_a_part_of_the_company_is_told_as_such(small: SandboxProcess, run_python: Run) -> None:
    with small.client(base_url=small["console"]) as console:
        drill = {"name": "contact-range-partial", "on": True}
        console.post("/control/drills", json=drill).raise_for_status()
    done = rehearse(run_python, small, "--json")
    found = json.loads(done.stdout)
    assert found["range"]["kind"] == "part"
    assert 0 < found["people"] < 59


def test_offline_is_a_network_error(small: SandboxProcess, run_python: Run) -> None:
    setup = small.setup
    small.stop()
    done = run_python(*COMMAND, str(setup))
    assert done.returncode in (2, 4), done.stderr
    assert done.stdout == ""


@pytest.mark.skipif(os.name != "posix", reason="SIGINT")
def test_interrupted_it_goes_on_where_it_stopped(sandbox: SandboxFactory, run_python: Run) -> None:
    practice = sandbox("--users", "400", "--departments", "120", "--latency", "20")
    child = subprocess.Popen(
        [sys.executable, *COMMAND, "--json", str(practice.setup)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while members(practice) < 40:
        assert child.poll() is None
    child.send_signal(signal.SIGINT)
    out, told = child.communicate(timeout=20)
    assert child.returncode == 130, told
    assert out == ""
    assert "goes on from there" in told
    before = members(practice)
    done = rehearse(run_python, practice, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["complete"]
    assert found["people"] == 399
    assert members(practice) - before <= 121 - before + 10  # a few were under way


def members(practice: SandboxProcess) -> int:
    """Calls that listed somebody so far."""
    return sum("find_by_department" in one["path"] for one in practice.state()["requests"])
