"""The tour as a program of its own: pictures of every step, measured; and drills that are shown."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
STEPS = ["prerequisites", "credentials", "permissions", "save", "test", "finish"]
DRILLS = [
    ("wrong-secret", "credentials", "feishu.credentials"),
    ("app-disabled", "credentials", "feishu.app"),
    ("no-bot", "permissions", "feishu.bot"),
    ("no-redirect-url", "permissions", "feishu.redirect_url"),
    ("missing-scope:im:message:send_as_bot", "permissions", "permission.send_message"),
    ("captive-portal", "prerequisites", "net.open.http"),
    ("can-down", "prerequisites", "net.can.tcp"),
    ("can-not-admin", "save", ""),
    ("can-conflict", "save", ""),
]
NOT_DIAGNOSED = {"can-conflict"}  # only a save meets it


def tour(run: Run, out: Path, *options: str) -> dict[str, Any]:
    done = run("-m", "feishu_wizard", "tour", str(out), *options, timeout=110)
    told: dict[str, Any] = json.loads((out / "tour.json").read_text(encoding="utf-8"))
    assert done.returncode == 0, (told["failure"], done.stderr[-2000:])
    assert done.stderr == ""
    return told


@pytest.mark.parametrize(
    ("lang", "palette", "scale"),
    [("en", "light", "1"), ("zh_Hans", "dark", "1"), ("zh_Hans", "contrast", "1.5")],
)
def test_every_step_is_photographed_and_fits(
    lang: str, palette: str, scale: str, run_python: Run, tmp_path: Path
) -> None:
    told = tour(run_python, tmp_path, "--lang", lang, "--palette", palette, "--scale", scale)
    assert told["complete"] is True
    assert told["steps"] == STEPS
    assert [s for s in STEPS if any(p["step"] == s for p in told["pictures"])] == STEPS
    for picture in told["pictures"]:
        assert picture["clipped"] == [], picture["file"]
        assert picture["missing_glyphs"] == [], picture["file"]
        assert _size(tmp_path / picture["file"]) >= (900 * float(scale), 600 * float(scale))
    assert not any(p["error"] for p in told["pictures"])
    # The last one is the diagnosis of what was just set up; with a problem the tour fails.
    assert [p["view"] for p in told["pictures"]].count("diagnosis") == 1
    assert told["pictures"][-1]["view"] == "diagnosis"


@pytest.mark.parametrize(("drill", "step", "check"), DRILLS, ids=[d[0] for d in DRILLS])
def test_a_drill_is_shown_where_it_belongs(
    drill: str, step: str, check: str, run_python: Run, tmp_path: Path
) -> None:
    told = tour(run_python, tmp_path, "--lang", "en", "--drill", drill)
    assert told["sighting"]["step"] == step
    assert told["sighting"]["check"] == check
    assert told["pictures"][-1]["step"] == step
    if drill in NOT_DIAGNOSED:
        assert told["diagnosis"] is None
        return
    assert told["diagnosis"]["check"] == (check or "can.admin")
    assert told["pictures"][-1]["view"] == "diagnosis"
    assert told["pictures"][-1]["clipped"] == []


def test_a_drill_that_no_step_meets_is_shown_in_the_diagnosis(
    run_python: Run, tmp_path: Path
) -> None:
    told = tour(run_python, tmp_path, "--lang", "en", "--drill", "ip-denied")
    assert told["sighting"] is None
    assert told["diagnosis"]["check"] == "feishu.ip_allowlist"


def _size(path: Path) -> tuple[int, int]:
    """Width and height of a PNG, from its header."""
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:24])
    return width, height
