"""Hand-over files on the command line: sealed, opened, asked for, refused."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from feishu_wizard.services.storage.setup_file import read_setup
from tests.unit.storage.age_files import age_file

SECRET, WORDS = "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E", "bado-kifu-lemo-nipa-rusi-tave"
SETUP = f"""\
schema = "feishu-wizard/1"
id = "abc234"
[feishu]
app_id = "cli_a8c029e757e6500b"
app_secret = "plain:{SECRET}"
[office]
url = "https://can.example.com"
"""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    folders = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("STATE", "CONFIG")}
    return {**os.environ, **folders, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}


@pytest.fixture
def run(tmp_path: Path, env: dict[str, str]):
    def call(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "feishu_wizard", "--lang", "en", *arguments]
        done = subprocess.run(
            command,
            input=given,
            cwd=tmp_path,
            env=env,
            check=False,
            capture_output=True,
            text=True,
            timeout=90,
        )
        assert SECRET not in done.stdout + done.stderr
        return done

    return call


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.age"
    path.write_bytes(age_file(SETUP.encode(), WORDS))
    return path


def test_a_setup_is_sealed_and_opened_again(run, tmp_path) -> None:
    (tmp_path / "setup.toml").write_text(SETUP)
    out = tmp_path / "out.age"
    told = run("apply", "setup.toml", "--to", "sealed:out.age", "--dry-run")
    assert (told.returncode, out.exists()) == (6, False)
    assert "With its secrets: App Secret." in told.stdout
    done = run("apply", "setup.toml", "--to", "sealed:out.age", "--passphrase-stdin", given=WORDS)
    assert done.returncode == 0, done.stderr
    assert "different ways" in done.stderr
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    again = run("diagnose", "out.age", "--passphrase-stdin", "--offline", given=f"{WORDS}\n")
    assert again.returncode in (0, 6), again.stderr
    assert "Secrets in it: App Secret." in again.stderr


@pytest.mark.parametrize(
    "command",
    [
        ["diagnose", "theirs.age", "--offline"],
        ["apply", "theirs.age", "--to", "file:x.toml", "--yes"],
        ["send", "theirs.age", "--to", "group:ops"],
        ["rehearse-sync", "theirs.age"],
        ["rehearse-login", "theirs.age"],
        ["server-check", "script", "theirs.age"],
    ],
    ids=lambda command: command[0],
)
def test_without_a_terminal_nothing_is_asked(run, theirs, command) -> None:
    done = run(*command)
    assert done.returncode == 2, done.stderr
    assert "opens with its passphrase only" in done.stderr


def test_another_passphrase_is_told(run, theirs) -> None:
    wrong = run("send", "theirs.age", "--to", "group:ops", "--passphrase-stdin", given="another\n")
    assert wrong.returncode == 2
    assert "This is not the passphrase" in wrong.stderr


def test_a_sealed_file_becomes_a_setup_file_without_plain_secrets(run, theirs, tmp_path) -> None:
    done = run(
        "apply", "theirs.age", "--to", "file:x.toml", "--yes", "--passphrase-stdin", given=WORDS
    )
    assert done.returncode == 0, done.stderr
    assert SECRET not in (tmp_path / "x.toml").read_text()
    assert read_setup(tmp_path / "x.toml").feishu.app_id == "cli_a8c029e757e6500b"


def test_an_empty_line_and_an_endless_one_are_refused(run, theirs) -> None:
    arguments = ("diagnose", "theirs.age", "--offline", "--passphrase-stdin")
    assert run(*arguments, given="\n").returncode == 2
    done = run(*arguments, given="x" * 100_000)
    assert done.returncode == 2
    assert "x" * 50 not in done.stderr


def test_another_app_id_does_not_get_the_secret_of_the_file(run, theirs) -> None:
    done = run(
        "diagnose", "theirs.age", "--app-id", "cli_b8c029e757e6500b", "--passphrase-stdin",
        "--only", "setup.secrets", "--offline", "--json", given=WORDS,
    )  # fmt: skip
    assert done.returncode in (0, 6), done.stderr
    assert '"not_applicable"' in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal")
def test_on_a_terminal_the_passphrase_is_asked_for_twice_and_not_shown(tmp_path, env) -> None:
    (tmp_path / "setup.toml").write_text(SETUP)
    command = ["apply", "setup.toml", "--to", "sealed:out.age"]
    said, code = on_terminal(tmp_path, env, command, ["short", "shirt"])
    assert code == 2
    assert "A passphrase that can be read aloud:" in said
    assert "The two passphrases are not the same." in said
    assert "shirt" not in said
    assert not (tmp_path / "out.age").exists()


def on_terminal(folder: Path, env: dict[str, str], command: list[str], answers: list[str]):
    """Run a command on a terminal of its own; what it said, and its exit code."""
    import pty
    import select

    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        python = [sys.executable, "-m", "feishu_wizard", "--lang", "en", *command]
        os.execve(sys.executable, python, env)  # noqa: S606 - our own module
    said, asked, left = b"", b"", list(answers)
    try:
        while select.select([terminal], [], [], 60)[0]:
            try:
                piece = os.read(terminal, 4096)
            except OSError:  # Linux: the other side is closed
                break
            said, asked = said + piece, asked + piece
            if left and asked.rstrip(b" ").endswith((b"own):", b"again:")):
                os.write(terminal, left.pop(0).encode() + b"\n")
                asked = b""  # what is typed before the next question is thrown away by getpass
    finally:
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
    return said.decode(), os.waitstatus_to_exitcode(status)
