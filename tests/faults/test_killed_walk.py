"""The walk, killed at random instants while every third answer is lost: it ends exact."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.rig.lossy import LossyGate
from tests.sandbox_process import SandboxFactory, SandboxProcess
from tests.truth import Truth, found_in, truth_of_process

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL")

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("killed_walk.py")
USERS, DEPARTMENTS = 3_000, 160
LOST = 0.3
BROKEN_OFF = 4  # as the program itself ends when the network is gone
# A run is killed while it is at one of its first requests, or at some moment of its first second.
AT_REQUEST, AT_SECOND, LATER_S = 9, 1.0, 0.04
MOST_RUNS_AT_THE_END = 25


@dataclass
class Walker:
    """Starts the program again and again; ``killed`` and ``broken`` count how it ended."""

    setup: Path
    state: Path
    gate: LossyGate
    random: random.Random
    killed: int = 0
    broken: int = 0
    ends: list[int] = field(default_factory=list)

    def run(self, *, kill: bool) -> int:
        """One run; its exit code, negative for a signal."""
        child = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(self.setup), str(self.state)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        timer = self._arm(child) if kill else None
        try:
            _out, complaint = child.communicate(timeout=100)
        finally:
            self.gate.heard = lambda number: None
            if timer is not None:
                timer.cancel()
            if child.poll() is None:
                child.kill()
                child.wait()
        return self._counted(child.returncode, complaint.decode())

    def _counted(self, code: int, complaint: str) -> int:
        assert code in (0, -signal.SIGKILL, BROKEN_OFF), complaint
        self.ends.append(code)
        self.killed += code == -signal.SIGKILL
        self.broken += code == BROKEN_OFF
        return code

    def _arm(self, child: subprocess.Popen[bytes]) -> threading.Timer:
        """Choose the instant: some milliseconds after a request, or a moment of the start."""

        def kill() -> None:
            child.send_signal(signal.SIGKILL)  # does nothing to one that has ended

        later = self.random.uniform(0, LATER_S)
        if self.random.random() < 0.2:
            timer = threading.Timer(self.random.uniform(0, AT_SECOND), kill)
            timer.start()
            return timer
        timer = threading.Timer(later, kill)
        fatal = self.gate.requests + self.random.randint(1, AT_REQUEST)

        def heard(number: int) -> None:
            if number == fatal:
                timer.start()

        self.gate.heard = heard
        return timer


@pytest.fixture
def practice(sandbox: SandboxFactory) -> SandboxProcess:
    return sandbox("--users", str(USERS), "--departments", str(DEPARTMENTS))


@pytest.fixture
def truth(practice: SandboxProcess) -> Truth:
    return truth_of_process(USERS, DEPARTMENTS, practice["app_id"])


@pytest.fixture
def gate(practice: SandboxProcess) -> Iterator[LossyGate]:
    with LossyGate(int(practice["feishu"].rpartition(":")[2]), LOST, seed=5) as made:
        yield made


@pytest.fixture
def walker(practice: SandboxProcess, gate: LossyGate, tmp_path: Path) -> Walker:
    setup = tmp_path / "setup.toml"
    told = practice.setup.read_text(encoding="utf-8")
    setup.write_text(told.replace(practice["feishu"], f"http://127.0.0.1:{gate.port}"))
    setup.chmod(0o600)
    return Walker(setup, tmp_path / "state", gate, random.Random(5))


def until_killed(walker: Walker, times: int, truth: Truth) -> None:
    """Kill it so often; a walk that comes to its end meanwhile is exact, and another begins."""
    while walker.killed < times:
        if walker.run(kill=True) == 0:
            check(walker, truth)


def check(walker: Walker, truth: Truth) -> None:
    """What was written down is what is there: nobody missing, nobody twice, nothing else."""
    found = found_in(walker.state / "state" / "rehearsals" / "sandbox.sqlite3")
    assert found.people == truth.people
    assert found.departments == truth.departments
    assert found.memberships == truth.memberships


def finish(walker: Walker, truth: Truth) -> None:
    """Let it come to its end, which lost answers may still take some runs."""
    for _ in range(MOST_RUNS_AT_THE_END):
        if walker.run(kill=False) == 0:
            check(walker, truth)
            return
    pytest.fail(f"not done after {MOST_RUNS_AT_THE_END} further runs: {walker.ends}")


def lost_enough(gate: LossyGate) -> bool:
    return gate.lost > 0.2 * gate.requests


def test_killed_at_twenty_instants(walker: Walker, gate: LossyGate, truth: Truth) -> None:
    until_killed(walker, 20, truth)
    finish(walker, truth)
    assert lost_enough(gate)
    print(f"{len(walker.ends)} runs, {walker.broken} broken off, {gate.requests} requests")


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("TORTURE") != "all", reason="make torture")
@pytest.mark.timeout(1800)
def test_killed_at_two_hundred_instants(walker: Walker, gate: LossyGate, truth: Truth) -> None:
    until_killed(walker, 200, truth)
    finish(walker, truth)
    assert lost_enough(gate)
    print(f"{len(walker.ends)} runs, {walker.broken} broken off, {gate.requests} requests")
