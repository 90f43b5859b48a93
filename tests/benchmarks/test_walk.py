"""What a walk costs, by ratio to the official SDK on the same directory in the same run.

Both sides are child processes that walk a sandbox over HTTP on loopback, without rate limits. The
product stores every page in its journal; the SDK stores nothing. CPU time is that of the walk
alone: the SDK's import, many times ours, is left out in its favour; its memory is not, because it
is there while a program walks. Full size: SCALE=full (``make bench``).
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox_process import SandboxFactory, SandboxProcess

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FULL = os.environ.get("SCALE") == "full"
USERS, DEPARTMENTS = (100_000, 3_000) if FULL else (6_000, 180)
SMALL_USERS, SMALL_DEPARTMENTS = (10_000, 300) if FULL else (600, 18)
ROUNDS = 3 if FULL else 7
PER_CPU, PER_CPU_ASYNC, MEMORY, FLAT_MB = 1.1, 5.0, 0.4, 5.0

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="resource"),
    pytest.mark.timeout(1800 if FULL else 240),
]


def environment() -> dict[str, str]:
    """Both sides alike: no proxy, and this checkout."""
    kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    return {**kept, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"}


def ours(practice: SandboxProcess, state: Path) -> dict[str, Any]:
    """One walk of the product in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(HERE / "our_walk.py"), str(practice.setup), str(state)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    measured: dict[str, Any] = json.loads(done.stdout)
    assert measured["complete"]
    return measured


class Lark:
    """The SDK in a process that walks when it is told to: its import takes seconds."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, str(HERE / "lark_walk.py")],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready"

    def walk(self, kind: str, practice: SandboxProcess) -> dict[str, Any]:
        where = practice["feishu"], practice["app_id"], practice["app_secret"]
        assert self._child.stdin is not None
        self._child.stdin.write(" ".join((kind, *where)) + "\n")
        self._child.stdin.flush()
        measured: dict[str, Any] = json.loads(self._line())
        return measured

    def _line(self) -> str:
        assert self._child.stdout is not None
        return self._child.stdout.readline().strip()

    def end(self) -> None:
        self._child.communicate(timeout=30)


@dataclass
class Measured:
    """Walks of one directory: ours and theirs in turn; their async client once, on a small one."""

    ours: list[dict[str, Any]]
    theirs: list[dict[str, Any]]
    async_rate: float

    @property
    def our_rate(self) -> float:
        """People a CPU second."""
        return statistics.median(one["people"] / one["cpu"] for one in self.ours)

    @property
    def their_rate(self) -> float:
        """Rows a CPU second, which counts a person in two departments twice, in its favour."""
        return statistics.median(one["rows"] / one["cpu"] for one in self.theirs)


@pytest.fixture(scope="module")
def measured(module_sandbox: SandboxFactory, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """The rounds in turn, then the async client on a small directory.

    That one makes a client with a TLS context for every call, twenty times the work of the call:
    a small directory shows its rate as well as a large one.
    """
    folder = tmp_path_factory.mktemp("walks")
    practice = module_sandbox("--users", str(USERS), "--departments", str(DEPARTMENTS))
    small = module_sandbox("--users", str(SMALL_USERS), "--departments", str(SMALL_DEPARTMENTS))
    lark = Lark()
    mine, theirs = [], []
    try:
        for number in range(ROUNDS):
            mine.append(ours(practice, folder / str(number)))
            theirs.append(lark.walk("sync", practice))
        their_async = lark.walk("async", small)
    finally:
        lark.end()
    return Measured(mine, theirs, their_async["rows"] / their_async["cpu"])


def test_people_per_cpu_second_against_the_sequential_client(measured: Measured) -> None:
    ratio = measured.our_rate / measured.their_rate
    print(f"{measured.our_rate:.0f} against {measured.their_rate:.0f} a CPU second: {ratio:.2f} x")
    assert {one["people"] for one in measured.ours} == {USERS - 1}
    assert all(one["rows"] >= USERS - 1 for one in measured.theirs)
    assert ratio >= PER_CPU


def test_people_per_cpu_second_against_the_async_client(measured: Measured) -> None:
    ratio = measured.our_rate / measured.async_rate
    print(f"{measured.our_rate:.0f} against {measured.async_rate:.0f} a CPU second: {ratio:.1f} x")
    assert ratio >= PER_CPU_ASYNC


def test_peak_memory_against_the_sequential_client(measured: Measured) -> None:
    mine = statistics.median(one["peak_mb"] for one in measured.ours)
    theirs = min(one["peak_mb"] for one in measured.theirs)
    print(f"{mine:.0f} MB against {theirs:.0f} MB: {mine / theirs:.2f} x")
    assert mine <= MEMORY * theirs


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc")
def test_memory_stays_flat_in_the_course_of_a_walk(measured: Measured) -> None:
    growth = statistics.median(quarters(one["memory"]) for one in measured.ours)
    print(f"last quarter of the walk less the first: {growth:+.1f} MB")
    assert growth <= FLAT_MB


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc")
def test_memory_does_not_depend_on_the_number_of_people(
    measured: Measured, module_sandbox: SandboxFactory, tmp_path: Path
) -> None:
    tenth = module_sandbox("--users", str(USERS // 10), "--departments", str(DEPARTMENTS // 10))
    small = statistics.fmean(ours(tenth, tmp_path)["memory"])
    large = statistics.median(statistics.fmean(one["memory"]) for one in measured.ours)
    print(f"{small:.1f} MB for {USERS // 10} people, {large:.1f} MB for {USERS}")
    assert large - small <= FLAT_MB


def quarters(memory: list[float]) -> float:
    """Mean of the last quarter less mean of the first, in MB."""
    part = len(memory) // 4
    assert part >= 3
    return statistics.fmean(memory[-part:]) - statistics.fmean(memory[:part])
