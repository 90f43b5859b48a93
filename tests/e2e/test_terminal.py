"""The whole path in a terminal: ``apply`` and ``send`` as real processes on a real sandbox."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.practice import console_part
from tests.sandbox_process import SandboxFactory, SandboxProcess

Run = Callable[..., Any]


@pytest.fixture
def ready(sandbox: SandboxFactory) -> SandboxProcess:
    """A fresh tenant whose administrator did the console part."""
    practice = sandbox("--fresh")
    console_part(practice)
    return practice


def wizard(run: Run, *arguments: str) -> Any:
    return run("-m", "feishu_wizard", *arguments)


def test_apply_saves_enables_and_reads_back(ready: SandboxProcess, run_python: Run) -> None:
    done = wizard(run_python, "apply", str(ready.setup), "--yes")
    assert done.returncode == 0, done.stderr
    stored = ready.state()["can"]["settings"]["feishu"]
    assert stored["app_id"] == ready["app_id"]
    assert stored["app_secret"] == ready["app_secret"]
    assert stored["callback_url"] == ready["can"] + "/user/softLogin"
    assert stored["enabled"] is True
    assert ready["app_secret"] not in done.stdout + done.stderr


def test_a_second_apply_writes_nothing(ready: SandboxProcess, run_python: Run) -> None:
    assert wizard(run_python, "apply", str(ready.setup), "--yes").returncode == 0
    before = _writes(ready)
    again = wizard(run_python, "apply", str(ready.setup), "--yes")
    assert again.returncode == 0
    assert "Nothing was written" in again.stderr
    assert _writes(ready) == before


def test_dry_run_tells_and_changes_nothing(ready: SandboxProcess, run_python: Run) -> None:
    before = ready.state()["can"]["settings"]
    plan = wizard(run_python, "apply", str(ready.setup), "--dry-run")
    assert plan.returncode == 6
    assert ready["app_id"] in plan.stdout
    assert ready.state()["can"]["settings"] == before
    assert _writes(ready) == []


def test_without_a_terminal_nothing_is_asked(ready: SandboxProcess, run_python: Run) -> None:
    done = wizard(run_python, "apply", str(ready.setup))
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert _writes(ready) == []


def test_apply_to_a_file_can_be_read_again(
    ready: SandboxProcess, run_python: Run, tmp_path: Path
) -> None:
    target = tmp_path / "copy.toml"
    made = wizard(run_python, "apply", str(ready.setup), "--to", f"file:{target}", "--yes")
    assert made.returncode == 0, made.stderr
    assert target.stat().st_mode & 0o777 == 0o600
    assert ready["app_secret"] not in target.read_text()
    again = wizard(run_python, "apply", str(ready.setup), "--to", f"file:{target}", "--yes")
    assert again.returncode == 0
    assert "Nothing was written" in again.stderr


def test_send_delivers_once_to_each(ready: SandboxProcess, run_python: Run) -> None:
    people = ready.state()["people"][:2]
    to = [part for person in people for part in ("--to", person["user_id"])]
    done = wizard(run_python, "send", str(ready.setup), *to, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["deliveries"]
    assert [row["state"] for row in rows] == ["delivered", "delivered"]
    assert all(row["proves_push"] for row in rows)
    got = [message["message_id"] for message in ready.state()["messages"]]
    assert sorted(got) == sorted(row["message_id"] for row in rows)


def test_an_unknown_recipient_is_partial_success(ready: SandboxProcess, run_python: Run) -> None:
    person = ready.state()["people"][0]
    done = wizard(run_python, "send", str(ready.setup), "--to", person["user_id"], "--to", "nobody")
    assert done.returncode == 8
    assert len(ready.state()["messages"]) == 1


# -- bad input: one sentence naming file, key or host; the promised code; nothing changed ------


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"\xff\xfe\x00binary", "UTF-8"),
        (b'schema = "feishu-wizard/1"\n[feishu\napp_id = ', "TOML"),
        (b'name = "somebody else"\n', "feishu-wizard"),
        (b'schema = "feishu-wizard/9"\n', "feishu-wizard/9"),
        (b"", "feishu-wizard"),
    ],
    ids=["unreadable", "half-written", "foreign", "future", "empty"],
)
def test_a_bad_setup_file_is_named(
    content: bytes, named: str, run_python: Run, tmp_path: Path
) -> None:
    path = tmp_path / "setup.toml"
    path.write_bytes(content)
    done = wizard(run_python, "--lang", "en", "apply", str(path), "--yes")
    assert done.returncode == 2, done.stderr
    first = done.stderr.splitlines()[0]
    assert str(path) in first
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_bytes() == content


def test_a_missing_setup_file_is_named(run_python: Run, tmp_path: Path) -> None:
    done = wizard(run_python, "apply", str(tmp_path / "none.toml"), "--yes")
    assert done.returncode == 2
    assert str(tmp_path / "none.toml") in done.stderr


def test_an_unreachable_can_is_named(
    ready: SandboxProcess, run_python: Run, tmp_path: Path
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{closed.getsockname()[1]}"
        path = _with_can(ready, tmp_path, dead)
        done = wizard(run_python, "apply", str(path), "--yes")
    assert done.returncode == 4, done.stderr
    assert dead.removeprefix("http://") in done.stderr.splitlines()[0]
    assert "refused" in done.stderr.splitlines()[0]


@pytest.mark.parametrize(("api", "code"), [("html", 4), ("error", 1), ("none", 4)])
def test_a_can_that_answers_something_else(
    api: str, code: int, sandbox: SandboxFactory, run_python: Run
) -> None:
    practice = sandbox("--fresh", "--can-api", api)
    console_part(practice)
    done = wizard(run_python, "apply", str(practice.setup), "--yes")
    assert done.returncode == code, done.stderr
    assert practice["can"].removeprefix("http://") in done.stderr.splitlines()[0]
    assert practice.state()["can"]["settings"].get("feishu", {}).get("app_id", "") == ""


def test_a_revoked_admin_key(ready: SandboxProcess, run_python: Run) -> None:
    with ready.client(base_url=ready["console"]) as client:
        client.post("/control/can", json={"revoke_key": True}).raise_for_status()
    done = wizard(run_python, "apply", str(ready.setup), "--yes")
    assert done.returncode == 3, done.stderr
    assert "key" in done.stderr.splitlines()[0].lower()
    assert _writes(ready) == []


@pytest.mark.parametrize(
    ("drill", "code", "word"),
    [
        ("can-save-lost", 1, "read back"),
        ("can-not-admin", 3, "administrator"),
        ("wrong-secret", 3, "secret"),
    ],
)
def test_drills_that_a_save_or_send_meets(
    drill: str, code: int, word: str, sandbox: SandboxFactory, run_python: Run
) -> None:
    practice = sandbox("--fresh")
    console_part(practice)
    person = practice.state()["people"][0]["user_id"]
    with practice.client(base_url=practice["console"]) as client:
        client.post("/control/drills", json={"name": drill, "on": True}).raise_for_status()
    arguments = ("apply", str(practice.setup), "--yes")
    if drill == "wrong-secret":
        arguments = ("send", str(practice.setup), "--to", person)
    done = wizard(run_python, *arguments)
    assert done.returncode == code, done.stderr
    assert word in done.stderr.lower()


def test_a_conflict_stops_before_anything_is_overwritten(
    sandbox: SandboxFactory, run_python: Run, tmp_path: Path
) -> None:
    practice = sandbox("--drill", "can-conflict")
    path = tmp_path / "moved.toml"
    text = practice.setup.read_text().replace("/user/softLogin", "/can/user/softLogin")
    path.write_text(text)
    before = practice.state()["can"]["settings"]["feishu"]
    done = wizard(run_python, "apply", str(path), "--yes")
    assert done.returncode == 7, done.stderr
    after = practice.state()["can"]["settings"]["feishu"]
    assert after["callback_url"] == before["callback_url"]
    assert after["enabled"] == before["enabled"]


def _with_can(practice: SandboxProcess, folder: Path, can: str) -> Path:
    path = folder / "other.toml"
    path.write_text(practice.setup.read_text().replace(practice["can"], can))
    path.chmod(0o600)
    return path


def _writes(practice: SandboxProcess) -> list[str]:
    return [
        f"{r['method']} {r['path']}"
        for r in practice.state()["requests"]
        if r["host"] == "can" and r["method"] not in ("GET", "HEAD")
    ]


def test_the_whole_path_over_tls_with_a_ca_file(
    sandbox: SandboxFactory, run_python: Run, tmp_path: Path
) -> None:
    practice = sandbox("--fresh", "--tls")
    console_part(practice)
    assert practice["can"].startswith("https://")
    applied = wizard(run_python, "apply", str(practice.setup), "--yes")
    assert applied.returncode == 0, applied.stderr
    person = practice.state()["people"][0]["user_id"]
    sent = wizard(run_python, "send", str(practice.setup), "--to", person)
    assert sent.returncode == 0, sent.stderr
    without = tmp_path / "without.toml"
    without.write_text(practice.setup.read_text().replace(practice["ca_file"], ""))
    refused = wizard(run_python, "send", str(without), "--to", person)
    assert refused.returncode == 4
    assert "certificate" in refused.stderr.lower()
    assert len(practice.state()["messages"]) == 1
