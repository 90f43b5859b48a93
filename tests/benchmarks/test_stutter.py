"""The window during a walk of the address book, against itself while nothing goes on."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
MORE_GAP_MS = 35.0
FIRST_PAGE_MS = 100.0
# A million empty turns of a loop take about this long on an office computer. On a machine that
# is slower than that right now, everything may take longer in the same proportion.
LOOPS_MS = 40.0


@pytest.fixture(scope="module")
def measured(
    module_sandbox: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """One run of the window: idle and walking in turn, over real HTTP at the usual pace."""
    practice = module_sandbox("--users", "20000", "--departments", "3000", "--rate-limits")
    script = str(Path(__file__).with_name("stutter.py"))
    done = subprocess.run(
        [sys.executable, script, str(practice.setup), str(tmp_path_factory.mktemp("state"))],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
    )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def slowness(measured: dict[str, Any]) -> float:
    """How much slower this machine is than the one that the figures are meant for; at least 1."""
    factor = max(float(measured["loops_ms"]) / LOOPS_MS, 1.0)
    print(f"{measured['loops_ms']:.0f} ms for a million turns: {factor:.1f} times slower")
    return factor


def test_a_walk_does_not_make_the_window_stutter(measured: dict[str, Any]) -> None:
    idle, walking = (statistics.median(measured[name]) for name in ("idle", "walking"))
    print(f"longest gap: idle {idle:.0f} ms, walking {walking:.0f} ms; {measured}")
    assert walking <= idle + MORE_GAP_MS * slowness(measured)


def test_a_list_of_80_000_shows_its_first_page_at_once_while_it_grows(
    measured: dict[str, Any],
) -> None:
    assert measured["running"]
    assert measured["people"] > 80_000
    limit = FIRST_PAGE_MS * slowness(measured)
    slow = {what: ms for what, ms in measured["first_pages"].items() if ms > limit}
    print({what: round(ms) for what, ms in measured["first_pages"].items()})
    assert slow == {}
