"""What goes wrong at a save, through ``apply`` and a sandbox in processes of their own."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from feishu_wizard.text import book
from tests.e2e.practice import console_part
from tests.sandbox_process import SandboxFactory, SandboxProcess

Run = Callable[..., subprocess.CompletedProcess[str]]
MASK = "******"


def apply(run_python: Run, setup: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command on a setup file."""
    return run_python("-m", "feishu_wizard", "--lang", "en", "apply", str(setup), *options)


def says(code: str, text: str) -> bool:
    """Whether a text holds the sentence of the book's entry, with anything filled in."""
    entry = book.find(code)
    assert code in entry.codes
    bare = re.sub(r"\[\[.*?\]\]", "{}", entry.title["en"])
    parts = [re.escape(part) for part in re.split(r"\{[^}]*\}", bare)]
    return re.search(".*".join(parts), text) is not None


def stored(practice: SandboxProcess) -> dict[str, Any]:
    """CAN's Feishu setting as it is stored; when it was saved is left out."""
    setting: dict[str, Any] = practice.state()["can"]["settings"]["feishu"]
    return {name: value for name, value in setting.items() if name != "last_test"}


def writes(practice: SandboxProcess) -> list[dict[str, Any]]:
    """Every call to CAN that could change something."""
    rows = practice.state()["requests"]
    return [r for r in rows if r["host"] == "can" and r["method"] not in ("GET", "HEAD")]


def drill(practice: SandboxProcess, name: str, on: bool = True) -> None:
    """Break one thing, or mend it."""
    with practice.client(base_url=practice["console"]) as client:
        client.post("/control/drills", json={"name": name, "on": on}).raise_for_status()


def moved(practice: SandboxProcess, folder: Path, to: str = "/moved/user/softLogin") -> Path:
    """The setup of the sandbox with another callback."""
    path = folder / f"{to.strip('/').replace('/', '-')}.toml"
    path.write_text(practice.setup.read_text().replace("/user/softLogin", to))
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module")
def healthy(module_sandbox: SandboxFactory) -> SandboxProcess:
    return module_sandbox()


def test_somebody_else_saves_between_look_and_write(
    sandbox: SandboxFactory, run_python: Run, tmp_path: Path
) -> None:
    practice = sandbox("--drill", "can-conflict")
    setup, before = moved(practice, tmp_path), stored(practice)
    done = apply(run_python, setup, "--yes")
    assert done.returncode == 7, done.stderr
    assert says("can.stale", done.stderr)
    assert "ops.liu" in done.stderr  # what is there now is shown, with who saved it
    after = stored(practice)
    assert after["updated_by"] == "ops.liu"
    for name in ("app_id", "app_secret", "callback_url", "enabled"):
        assert after[name] == before[name]
    again = apply(run_python, setup, "--yes")
    assert again.returncode == 0, again.stderr
    last = stored(practice)
    assert last["callback_url"].endswith("/moved/user/softLogin")
    assert last["capabilities"] == after["capabilities"]  # what they saved stays
    assert apply(run_python, setup, "--yes").returncode == 0
    assert len(writes(practice)) == 2  # the refused one and the one that arrived


def test_what_somebody_else_changed_is_never_overwritten_blindly(
    sandbox: SandboxFactory, run_python: Run, tmp_path: Path
) -> None:
    practice = sandbox()
    assert apply(run_python, practice.setup, "--yes").returncode == 0
    theirs = apply(run_python, moved(practice, tmp_path, "/theirs/user/softLogin"), "--yes")
    assert theirs.returncode == 0, theirs.stderr
    page = {"app_id": practice["app_id"], "callback": f"{practice['can']}/page/user/softLogin"}
    with practice.client(base_url=practice["can"]) as client:  # on CAN's own page
        client.post("/system/office-software", data={**page, "enabled": "on"})
    assert stored(practice)["callback_url"].endswith("/page/user/softLogin")
    dry = apply(run_python, practice.setup, "--dry-run")
    assert dry.returncode == 7, dry.stderr
    assert "/theirs/user/softLogin" in dry.stdout
    assert "/page/user/softLogin" in dry.stdout
    done = apply(run_python, practice.setup, "--yes")
    assert done.returncode == 7
    assert "admin (web)" in done.stderr
    assert stored(practice)["callback_url"].endswith("/page/user/softLogin")
    assert apply(run_python, practice.setup, "--dry-run", "--overwrite").returncode == 6
    forced = apply(run_python, practice.setup, "--yes", "--overwrite")
    assert forced.returncode == 0, forced.stderr
    assert stored(practice)["callback_url"] == practice["can"] + "/user/softLogin"


def test_a_mask_is_never_written_back(
    sandbox: SandboxFactory, run_python: Run, tmp_path: Path
) -> None:
    practice = sandbox("--drill", "can-masked-secret")
    for to in ("/one/user/softLogin", "/two/user/softLogin"):
        done = apply(run_python, moved(practice, tmp_path, to), "--yes")
        assert done.returncode == 0, done.stderr
        assert stored(practice)["app_secret"] == practice["app_secret"]
        assert stored(practice)["callback_url"].endswith(to)
    assert MASK not in str(writes(practice))
    dry = apply(run_python, moved(practice, tmp_path, "/two/user/softLogin"), "--dry-run")
    assert dry.returncode == 0, dry.stdout


def test_a_save_that_is_lost_is_never_called_saved(
    healthy: SandboxProcess, run_python: Run, tmp_path: Path
) -> None:
    setup, before = moved(healthy, tmp_path), stored(healthy)
    drill(healthy, "can-save-lost")
    try:
        for _time in range(2):
            done = apply(run_python, setup, "--yes")
            assert done.returncode == 1, done.stderr
            assert says("can.not_saved", done.stderr)
            assert stored(healthy) == before
    finally:
        drill(healthy, "can-save-lost", on=False)
    dry = apply(run_python, setup, "--dry-run")
    assert dry.returncode == 6, dry.stderr
    assert "will be replaced" in dry.stdout


@pytest.mark.parametrize(
    ("name", "code", "exit_code"),
    [("can-not-admin", "can.forbidden", 3), ("can-down", "net.refused", 4)],
)
def test_without_a_right_or_a_server_nothing_is_written(
    name: str, code: str, exit_code: int, sandbox: SandboxFactory, run_python: Run, tmp_path: Path
) -> None:
    practice = sandbox()
    setup, before = moved(practice, tmp_path), stored(practice)
    drill(practice, name)
    try:
        for options in (("--dry-run",), ("--yes",), ("--yes",)):
            done = apply(run_python, setup, *options)
            assert done.returncode == exit_code, done.stderr
            assert says(code, done.stderr)
    finally:
        drill(practice, name, on=False)
    assert stored(practice) == before
    assert writes(practice) == []
    assert apply(run_python, setup, "--yes").returncode == 0


def test_saves_are_taken_back_newest_first(
    sandbox: SandboxFactory, run_python: Run, tmp_path: Path
) -> None:
    practice = sandbox("--fresh")
    console_part(practice)
    setup = practice.setup
    nothing = apply(run_python, setup, "--undo", "--yes")
    assert nothing.returncode == 2
    assert says("can.nothing_to_undo", nothing.stderr)
    assert apply(run_python, setup, "--yes").returncode == 0
    assert apply(run_python, moved(practice, tmp_path), "--yes").returncode == 0
    dry = apply(run_python, setup, "--undo", "--dry-run")
    assert dry.returncode == 6, dry.stderr
    assert stored(practice)["callback_url"].endswith("/moved/user/softLogin")
    done = apply(run_python, setup, "--undo", "--yes")
    assert done.returncode == 0, done.stderr
    assert stored(practice)["callback_url"] == practice["can"] + "/user/softLogin"
    assert stored(practice)["enabled"] is True
    first = apply(run_python, setup, "--undo", "--yes")
    assert first.returncode == 0, first.stderr
    assert says("undo.nothing_before", first.stderr)
    assert stored(practice)["enabled"] is False
    assert stored(practice)["app_secret"] == practice["app_secret"]
    assert apply(run_python, setup, "--undo", "--yes").returncode == 2
    assert apply(run_python, setup, "--undo", "--to", "file:x.toml").returncode == 2


def test_a_save_that_was_killed_is_told_by_the_next_one(
    sandbox: SandboxFactory, run_python: Run, tmp_path: Path, home: Path
) -> None:
    """The journal has a row without an end, as after a power failure."""
    import sqlite3

    practice = sandbox()
    setup = moved(practice, tmp_path)
    assert apply(run_python, setup, "--yes").returncode == 0
    [journal] = home.rglob("journal.sqlite3")
    with sqlite3.connect(journal) as db:
        db.execute("UPDATE can_saves SET state = 'open', ended_at = '', after = '{}'")
        db.execute("DELETE FROM can_seen")
    db.close()
    done = apply(run_python, setup, "--yes")
    assert done.returncode == 0, done.stderr
    assert says("save.unfinished", done.stderr)
    assert "/moved/user/softLogin" in done.stderr
    again = apply(run_python, setup, "--yes")
    assert not says("save.unfinished", again.stderr)
    assert len(writes(practice)) == 1
