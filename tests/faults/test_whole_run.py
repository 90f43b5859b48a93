"""A whole first setup, killed at random instants: it resumes and ends, and nothing is lost."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from feishu_wizard.services.storage.locks import SetupLock
from feishu_wizard.services.storage.paths import Paths
from feishu_wizard.services.storage.setup_file import read_setup
from tests.e2e.practice import console_part
from tests.faults.secret_forms import holding
from tests.sandbox_process import SandboxFactory, SandboxProcess

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL")

ROOT = Path(__file__).resolve().parents[2]
SEED = 6
PEOPLE = 3
MOST_RUNS_AT_THE_END = 3


@dataclass
class Setting:
    """One first setup on a sandbox of its own, begun again as often as it is killed."""

    practice: SandboxProcess
    folder: Path
    ends: list[int] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        console_part(self.practice)
        self.out.mkdir(parents=True)
        fit = [
            one["user_id"]
            for one in self.practice.state()["people"]
            if one["activated"] and not (one["resigned"] or one["frozen"])
        ]
        self.people = fit[:PEOPLE]
        folders = {"state": str(self.state), "out": str(self.out), "people": self.people}
        self.told = {**self.practice.ready, **folders}

    @property
    def state(self) -> Path:
        return self.folder / "own"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def secrets(self) -> dict[str, str]:
        """Entry to value."""
        ready = self.practice.ready
        return {"app_secret": ready["app_secret"], "can_api_key": ready["secrets"]["api_key"]}

    def run(self, kill_after: float | None = None) -> int:
        """One run of the program; its exit code. Killed after so many seconds, unless it ended."""
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.whole_run"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert child.stdin is not None
            child.stdin.write(json.dumps(self.told))
            child.stdin.close()
            child.stdin = None
            _out, complaint = child.communicate(timeout=kill_after or 100)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            _out, complaint = child.communicate()
        assert child.returncode in (0, -signal.SIGKILL), complaint
        self.ends.append(child.returncode)
        return child.returncode

    def finish(self) -> None:
        """Let it come to its end."""
        for _ in range(MOST_RUNS_AT_THE_END):
            if self.run() == 0:
                return
        pytest.fail(f"not done: {self.ends}")

    # -- what is true at any time ------------------------------------------------------------

    def check(self) -> None:
        """Every file is whole, secrets are in their places, CAN has the old or the new setting."""
        for path in self.folder.rglob("*"):
            if path.is_file() and not path.name.endswith(".tmp"):
                self._whole(path)
        for name, value in self.secrets.items():
            for found in holding(self.folder, value):
                assert Path(found).name.lstrip(".").startswith(f"{name}.secret"), found
                assert Path(found).stat().st_mode & 0o777 == 0o600
        stored = self.stored()
        assert stored[:3] in (("", "", ""), self.wanted()[:3])

    def _whole(self, path: Path) -> None:
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".sqlite3":
            with closing(sqlite3.connect(path)) as db:
                assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        elif path.name == "setup.toml":
            assert read_setup(path).feishu.app_id == self.practice["app_id"]
        elif path.name == "report.md":
            assert self.practice["app_id"] in path.read_text(encoding="utf-8").replace("\\_", "_")

    def stored(self) -> tuple[object, ...]:
        """What CAN has: App ID, App Secret, callback URL, and whether it is switched on."""
        found = self.practice.state()["can"]["settings"]["feishu"]
        names = ("app_id", "app_secret", "callback_url", "enabled")
        return tuple(found[name] for name in names)

    def wanted(self) -> tuple[object, ...]:
        callback = self.practice["can"] + "/user/softLogin"
        return (self.practice["app_id"], self.practice["app_secret"], callback, True)

    # -- what is true in the end -------------------------------------------------------------

    def check_end(self) -> None:
        """One message for each, the setting as wanted, one setup, nothing open, nothing left."""
        self.check()
        assert self.stored() == self.wanted()
        arrived = [one["user_id"] for one in self.practice.state()["messages"]]
        assert sorted(arrived) == sorted(self.people)
        assert [path.name for path in self.folder.rglob("*.tmp")] == []
        assert {"setup.toml", "report.md", "report.json"} == {p.name for p in self.out.iterdir()}
        [setup] = {path.parent.name for path in self.state.rglob("*.secret")}
        assert [path.stem for path in (self.state / "state" / "drafts").glob("*.json")] == [setup]
        with SetupLock(Paths.under(self.state), setup):
            pass
        with closing(sqlite3.connect(self.state / "state" / "journal.sqlite3")) as db:
            sends = db.execute("SELECT recipient, state FROM sends WHERE setup_id = ?", (setup,))
            assert {row[0].partition(":")[2]: row[1] for row in sends} == dict.fromkeys(
                self.people, "delivered"
            )
            states = {row[0] for row in db.execute("SELECT state FROM can_saves")}
            # What a kill left open was looked at by the next run: it is there, or it never was.
            assert states
            assert states <= {"saved", "settled", "not_saved"}, states
            for table in ("sends", "can_saves", "proofs"):
                query = f"SELECT DISTINCT setup_id FROM {table}"  # noqa: S608
                assert db.execute(query).fetchall() == [(setup,)], table


NewSetting = Callable[[], Setting]


@pytest.fixture
def begin(sandbox: SandboxFactory, tmp_path: Path) -> Iterator[NewSetting]:
    """Begin a first setup on a fresh sandbox; the former one's sandbox is ended."""
    made: list[Setting] = []

    def new() -> Setting:
        if made:
            made[-1].practice.stop()
        made.append(Setting(sandbox("--fresh"), tmp_path / str(len(made))))
        return made[-1]

    return new


def kill(begin: NewSetting, times: int, draw: random.Random) -> list[int]:
    """Kill so many runs at a uniformly random time of a whole one; how many runs each setup took.

    The length of a whole run is measured first, and anew with each setup that comes to its end.
    """
    setting, killed, runs = begin(), 0, []
    start = time.monotonic()
    setting.finish()
    length = time.monotonic() - start
    setting.check_end()
    setting = begin()
    while killed < times:
        code = setting.run(draw.uniform(0, length))
        setting.check()
        killed += code != 0
        if code == 0 or killed == times:
            setting.finish()
            setting.check_end()
            runs.append(len(setting.ends))
            if killed < times:
                setting = begin()
    return runs


@pytest.mark.timeout(300)
def test_killed_five_times(begin: NewSetting) -> None:
    assert sum(kill(begin, 5, random.Random(SEED))) > 5


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("TORTURE") != "all", reason="make torture")
@pytest.mark.timeout(3600)
def test_killed_a_hundred_times(begin: NewSetting) -> None:
    runs = kill(begin, 100, random.Random(SEED + 1))
    print(f"100 kills, {len(runs)} setups, {sum(runs)} runs")
