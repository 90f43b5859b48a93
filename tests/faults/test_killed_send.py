"""A sending, killed at random instants while every third answer is lost: one message for each."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from feishu_wizard.sandbox.world.directory import Directory
from feishu_wizard.sandbox.world.world import TENANT_KEY
from tests.faults.rig.lossy import LossyGate
from tests.sandbox_process import SandboxFactory, SandboxProcess

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL")

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("killed_send.py")
USERS, DEPARTMENTS, RECIPIENTS = 1_040, 12, 1_000
LOST = 0.3
# How a run may end by itself: done, not everybody reached yet, or without a network.
ENDS = (0, 8, 4)
# Of the instants, this share lies in the first second of a run, the rest shortly after a request.
AT_THE_START, LATER_S = 0.15, 0.03
MOST_RUNS_AT_THE_END = 25


@dataclass
class Sender:
    """Starts the program again and again; ``ends`` tells how it ended each time."""

    setup: Path
    state: Path
    names: Path
    gate: LossyGate
    random: random.Random
    ends: list[int] = field(default_factory=list)

    @property
    def killed(self) -> int:
        return self.ends.count(-signal.SIGKILL)

    def run(self, within: int = 0) -> int:
        """One run, killed ``within`` so many requests; 0: to its end. Its exit code."""
        child = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(self.setup), str(self.state), str(self.names)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        timer = self._arm(child, within) if within else None
        try:
            _out, complaint = child.communicate(timeout=110)
        finally:
            self.gate.heard = lambda number: None
            if timer is not None:
                timer.cancel()
            if child.poll() is None:
                child.kill()
                child.wait()
        assert child.returncode in (*ENDS, -signal.SIGKILL), complaint.decode()
        self.ends.append(child.returncode)
        return child.returncode

    def _arm(self, child: subprocess.Popen[bytes], within: int) -> threading.Timer:
        def kill() -> None:
            child.send_signal(signal.SIGKILL)  # does nothing to one that has ended

        if self.random.random() < AT_THE_START:
            timer = threading.Timer(self.random.uniform(0, 1), kill)
            timer.start()
            return timer
        timer = threading.Timer(self.random.uniform(0, LATER_S), kill)
        fatal = self.gate.requests + self.random.randint(1, within)

        def heard(number: int) -> None:
            if number == fatal:
                timer.start()

        self.gate.heard = heard
        return timer

    def noted(self) -> Counter[tuple[str, bool]]:
        """What the journal says: state of the messages, and whether there is a message id."""
        journal = self.state / "state" / "journal.sqlite3"
        with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as db:
            rows = db.execute("SELECT state, message_id != '' FROM sends").fetchall()
        db.close()
        return Counter((state, bool(there)) for state, there in rows)


@pytest.fixture
def practice(sandbox: SandboxFactory) -> SandboxProcess:
    return sandbox("--users", str(USERS), "--departments", str(DEPARTMENTS))


@pytest.fixture
def gate(practice: SandboxProcess) -> Iterator[LossyGate]:
    with LossyGate(int(practice["feishu"].rpartition(":")[2]), LOST, seed=5) as made:
        yield made


@pytest.fixture
def accounts() -> list[str]:
    """A thousand accounts that Feishu knows; the directory is the same in every process."""
    people = Directory(USERS, DEPARTMENTS, TENANT_KEY).people
    return [person.user_id for person in people if not person.resigned][:RECIPIENTS]


@pytest.fixture
def sender(
    practice: SandboxProcess, gate: LossyGate, accounts: list[str], tmp_path: Path
) -> Sender:
    setup, names = tmp_path / "setup.toml", tmp_path / "names.txt"
    told = practice.setup.read_text(encoding="utf-8")
    setup.write_text(told.replace(practice["feishu"], f"http://127.0.0.1:{gate.port}"))
    setup.chmod(0o600)
    names.write_text("\n".join(accounts))
    return Sender(setup, tmp_path / "state", names, gate, random.Random(5))


def kill_and_finish(sender: Sender, times: int, within: int) -> None:
    """Kill it so often before it is done, then let it come to its end."""
    while sender.killed < times:
        assert sender.run(within) != 0, f"done after {sender.killed} kills"
    for _ in range(MOST_RUNS_AT_THE_END):
        if sender.run() == 0:
            return
    pytest.fail(f"not done after {MOST_RUNS_AT_THE_END} further runs: {sender.ends}")


def check(sender: Sender, practice: SandboxProcess, accounts: list[str]) -> None:
    """Everybody has one message, nobody else has any, and the journal knows them all."""
    arrived = Counter(message["user_id"] for message in practice.state()["messages"])
    assert arrived == Counter(accounts)
    assert sender.noted() == Counter({("delivered", True): RECIPIENTS})
    assert sender.gate.lost > 0.2 * sender.gate.requests
    print(f"{len(sender.ends)} runs, {sender.gate.requests} requests, {sender.gate.lost} lost")


@pytest.mark.timeout(300)
def test_killed_at_twenty_instants(sender, practice, accounts) -> None:
    kill_and_finish(sender, times=20, within=60)
    check(sender, practice, accounts)


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("TORTURE") != "all", reason="make torture")
@pytest.mark.timeout(1800)
def test_killed_at_two_hundred_instants(sender, practice, accounts) -> None:
    kill_and_finish(sender, times=200, within=8)
    check(sender, practice, accounts)
