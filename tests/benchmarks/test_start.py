"""How fast the program starts, by ratio to something that every machine can run beside it."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUNS = 7
RUNS_OF_PAINT = 15  # a window's start varies more; the ratio of medians of 7 varied by 0.2


def _compiled(cache: Path) -> dict[str, str]:
    """The environment of both sides: bytecode is kept in ``cache``.

    pip compiles what it installs, while a checkout may lie there uncompiled.
    """
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**env, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(cache)}


def _until_end(cache: Path, *arguments: str) -> float:
    """Seconds until the process has ended."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        env=_compiled(cache),
    )
    return time.perf_counter() - started


def _until_line(cache: Path, *arguments: str) -> float:
    """Seconds until the process has written its first line."""
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**_compiled(cache), "QT_QPA_PLATFORM": "offscreen"},
    ) as child:
        assert child.stdout is not None
        line = child.stdout.readline()
        took = time.perf_counter() - started
        assert line.strip() == "painted"
        assert child.wait(30) == 0
    return took


def _medians(ours: list[float], theirs: list[float]) -> float:
    return statistics.median(ours) / statistics.median(theirs)


@pytest.mark.parametrize("question", ["--version", "--help"])
def test_a_question_is_answered_before_httpx_is_imported(question: str, tmp_path: Path) -> None:
    ours, theirs = [], []
    _until_end(tmp_path, "-m", "feishu_wizard", question)  # the first run of each compiles
    _until_end(tmp_path, "-c", "import httpx")
    for _ in range(RUNS):
        ours.append(_until_end(tmp_path, "-m", "feishu_wizard", question))
        theirs.append(_until_end(tmp_path, "-c", "import httpx"))
    ratio = _medians(ours, theirs)
    print(f"{question}: {ratio:.2f} x import httpx ({statistics.median(ours):.3f} s)")
    assert ratio <= 1.0


def test_the_first_page_is_painted_within_twice_a_bare_wizard(tmp_path: Path) -> None:
    script = str(Path(__file__).with_name("first_paint.py"))
    ours, theirs = [], []
    for kind in ("ours", "bare"):  # the first run of each compiles
        _until_line(tmp_path, script, kind)
    for _ in range(RUNS_OF_PAINT):
        ours.append(_until_line(tmp_path, script, "ours"))
        theirs.append(_until_line(tmp_path, script, "bare"))
    ratio = _medians(ours, theirs)
    print(f"first paint: {ratio:.2f} x bare QWizard ({statistics.median(ours):.3f} s)")
    assert ratio <= 2.0


def test_nothing_heavy_is_loaded_at_the_first_paint() -> None:
    """The ratio above rests on this: services come after the first paint."""
    script = (
        "import sys, tempfile\n"
        "from feishu_wizard.app import Options, open_window\n"
        "w = open_window(Options(lang='en', state_root=tempfile.mkdtemp()))\n"
        "heavy = {'httpx', 'keyring', 'sqlite3', 'jinja2', 'asyncio'} & set(sys.modules)\n"
        "print(sorted(heavy)); w.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.stdout.strip() == "[]"
