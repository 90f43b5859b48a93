"""Many programs save one setup at once: one after the other, and everybody else is told.

Six of them always, thirty by ``make torture``.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from feishu_wizard.domain.change import SaveState
from feishu_wizard.services.storage.journal import Journal
from feishu_wizard.services.storage.locks import SetupLock
from feishu_wizard.services.storage.paths import Paths
from tests.sandbox_process import SandboxFactory, SandboxProcess

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("saving_at_once.py")
SAVED, LOCKED = 0, 7
COUNTS = [
    pytest.param(6, id="six"),
    pytest.param(
        30,
        id="thirty",
        marks=[
            pytest.mark.slow,
            pytest.mark.timeout(600),
            pytest.mark.skipif(os.environ.get("TORTURE") != "all", reason="make torture"),
        ],
    ),
]


class Program:
    """One program, which does its work whenever it is told to."""

    def __init__(self, stack: ExitStack, log: Path, *arguments: str) -> None:
        self._log = log
        errors = stack.enter_context(log.open("w"))
        self.process = stack.enter_context(
            subprocess.Popen(
                [sys.executable, str(PROGRAM), *arguments],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        )
        stack.callback(self._end)

    def _end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()

    def line(self) -> str:
        """The next line that it says."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go(self) -> None:
        """Let it begin."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def leave(self) -> int:
        """Let it end; its exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(30)

    def errors(self) -> str:
        """What it said to the person."""
        return self._log.read_text(encoding="utf-8")


@contextmanager
def programs(folder: Path, count: int, *arguments: Any) -> Iterator[list[Program]]:
    """So many programs, all started and waiting. ``{}`` in an argument is the number of each."""
    with ExitStack() as stack:
        made = [
            Program(stack, folder / f"{n:02d}.log", *(str(a).format(f"{n:02d}") for a in arguments))
            for n in range(count)
        ]
        for each in made:
            assert each.line() == "ready", each.errors()
        yield made


def round_of(waiting: list[Program], target: Path) -> list[int]:
    """Let all of them begin at once; their exit codes. The file is whole at every look."""
    for each in waiting:
        each.go()
    codes = []
    for each in waiting:
        codes.append(int(each.line() or "-1"))
        if target.exists():
            assert tomllib.loads(target.read_text(encoding="utf-8"))["id"]
    return codes


@pytest.mark.parametrize("count", COUNTS)
def test_one_after_the_other_and_the_others_are_told(
    sandbox: SandboxFactory, tmp_path: Path, home: Path, count: int
) -> None:
    practice = sandbox()
    target = tmp_path / "shared.toml"
    with programs(tmp_path, count, practice.setup, "{}", target) as all_of_them:
        waiting, refused = all_of_them, 0
        for _round in range(count):
            codes = round_of(waiting, target)
            assert set(codes) <= {SAVED, LOCKED}, [each.errors() for each in waiting]
            assert SAVED in codes  # there is always one that gets on
            refused += codes.count(LOCKED)
            waiting = [each for each, code in zip(waiting, codes, strict=True) if code == LOCKED]
            if not waiting:
                break
        assert waiting == []
        assert [each.leave() for each in all_of_them] == [0] * count
    assert refused >= count // 4  # they did get into each other's way
    _told(all_of_them, refused)
    _one_order(practice, target, count)
    _nothing_left(practice, target, home)


def _told(all_of_them: list[Program], refused: int) -> None:
    """Every loser was told in words; nobody crashed."""
    said = "\n".join(each.errors() for each in all_of_them)
    assert said.count("Another window or command is working on this setup") == refused
    assert "Traceback" not in said
    assert "Something unexpected" not in said
    assert "feishu-wizard apply (process " in said  # as a rule, who it was, too


def _one_order(practice: SandboxProcess, target: Path, count: int) -> None:
    """The journal, CAN's own audit and the file tell the same story."""
    setup_id = tomllib.loads(practice.setup.read_text(encoding="utf-8"))["id"]
    journal = Journal(Paths.default())
    noted = [note for note in reversed(journal.can_saves(setup_id)) if note.wanted]
    journal.close()
    assert [note.state for note in noted] == [SaveState.SAVED] * count
    noted_urls = [note.wanted["callback_url"] for note in noted]
    audit = sorted(practice.state()["can"]["audit"], key=lambda row: row["version"])
    changes = [change for row in audit if row["action"] == "save" for change in row["changes"]]
    urls = [change for change in changes if change["field"] == "callbackUrl"]
    assert [change["after"] for change in urls] == noted_urls
    assert [change["before"] for change in urls[1:]] == noted_urls[:-1]
    assert len(set(noted_urls)) == count
    assert practice.state()["can"]["settings"]["feishu"]["callback_url"] == noted_urls[-1]
    file = tomllib.loads(target.read_text(encoding="utf-8"))
    assert file["office"]["callback_url"] == noted_urls[-1]


def _nothing_left(practice: SandboxProcess, target: Path, home: Path) -> None:
    """No temporary file, no holder, no secret; the setup is free."""
    paths = Paths.default()
    assert list((paths.state / "locks").glob("*.holder")) == []
    own = [path for top in (home, target.parent) for path in top.rglob("*") if path.is_file()]
    assert [path for path in own if path.name.endswith((".tmp", ".new"))] == []
    secrets = [practice["app_secret"], *practice["secrets"].values()]
    for path in own:
        content = path.read_bytes()
        assert not any(secret.encode() in content for secret in secrets), path
    setup_id = tomllib.loads(target.read_text(encoding="utf-8"))["id"]
    with SetupLock(paths, setup_id):
        pass
    with contextlib.closing(sqlite3.connect(paths.state / "journal.sqlite3")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("count", COUNTS)
def test_a_journal_that_many_make_and_write_at_once(tmp_path: Path, count: int) -> None:
    rows = 10
    with programs(tmp_path, count, "notes", "{}", rows) as all_of_them:
        assert round_of(all_of_them, tmp_path / "none") == [SAVED] * count, [
            each.errors() for each in all_of_them
        ]
        assert [each.leave() for each in all_of_them] == [0] * count
    journal = Journal(Paths.default())
    saves = journal.saves("k3v9q2")
    journal.close()
    assert len({(save.target, save.place) for save in saves}) == len(saves) == count * rows
    for number in range(count):  # of each program in its own order
        mine = [int(save.place) for save in reversed(saves) if save.target == f"note-{number:02d}"]
        assert mine == list(range(rows))
