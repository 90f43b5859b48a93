"""A setup that a program on another computer is noted to hold: told, and taken when asked to."""

from __future__ import annotations

import json
import tomllib

import pytest

from feishu_wizard.services.storage.paths import Paths


@pytest.fixture
def noted(sandbox):
    """A sandbox whose setup is noted as held by a computer that shares the user's folder."""
    practice = sandbox()
    setup_id = tomllib.loads(practice.setup.read_text(encoding="utf-8"))["id"]
    note = Paths.default().state / "locks" / f"{setup_id}.holder"
    note.parent.mkdir(parents=True)
    known = {"pid": 4711, "host": "jump-host-2", "since": "2026-03-01T08:00:00Z", "command": "send"}
    note.write_text(json.dumps(known), encoding="utf-8")
    return practice, note


@pytest.mark.parametrize("lang", ["en", "zh_Hans"])
def test_it_is_told_and_not_ignored(noted, run_python, lang):
    practice, note = noted
    before = note.read_bytes()
    done = run_python("-m", "feishu_wizard", "--lang", lang, "apply", str(practice.setup), "--yes")
    assert done.returncode == 7, done.stderr
    for part in ("jump-host-2", "4711", "feishu-wizard send", "--take-over"):
        assert part in done.stderr
    assert note.read_bytes() == before


def test_it_is_taken_when_asked_to(noted, run_python):
    practice, note = noted
    command = ("-m", "feishu_wizard", "apply", str(practice.setup), "--yes", "--take-over")
    done = run_python(*command)
    assert done.returncode == 0, done.stderr
    assert not note.exists()


@pytest.mark.parametrize("command", ["send", "rehearse-sync", "rehearse-login"])
def test_every_command_that_writes_asks(noted, run_python, command):
    practice, note = noted
    more = ["--to", "zhang.wei"] if command == "send" else []
    done = run_python("-m", "feishu_wizard", command, str(practice.setup), *more)
    assert done.returncode == 7, done.stderr
    assert note.exists()


def test_who_only_reads_is_not_asked(noted, run_python):
    practice, note = noted
    done = run_python("-m", "feishu_wizard", "apply", str(practice.setup), "--dry-run")
    assert done.returncode in (0, 6), done.stderr
    done = run_python("-m", "feishu_wizard", "diagnose", str(practice.setup), "--offline")
    assert done.returncode in (0, 6), done.stderr
    assert note.exists()
