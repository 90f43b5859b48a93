"""Desktops for the tests of keyrings: a D-Bus session, what runs in it, and a look at the home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent
VALUE = "9fK2mQ7xW4vT8sR1pL6nB3cD5hJ0gZyA"
SETUP = """
schema = "feishu-wizard/1"
id = "k3v9q2"
[feishu]
app_id = "cli_a8c029e757e6500b"
app_secret = "keyring:app_secret"
"""

# Keeps the secret of stdin as the window does, then says where it is, in words.
KEEP = """
import asyncio, json, sys
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Setup
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.keep_secret import keep_secret, kept_secret, secret_place
from feishu_wizard.text import words

async def main():
    kit = Kit(Setup(id="k3v9q2", feishu=Feishu(app_secret="keyring:app_secret")))
    async with Workplace(Program(use_keyring=sys.argv[1] == "keyring")) as place:
        secret = Secret(sys.stdin.read())
        ref = await keep_secret(place, kit, "app_secret", secret)
        where = await secret_place(place)
        found = await kept_secret(place, kit, "app_secret")
        said = words.code_words(where.reason).text if where.reason else where.backend
        same = found is not None and found.matches(secret)
        print(json.dumps([where.place, where.backend, where.reason, ref, same, said]))
asyncio.run(main())
"""


@dataclass(frozen=True)
class Visit:
    """What came of one visit: ``kept`` as the window told it, ``told`` by the diagnosis of the
    next run; how long each program took from its start to its end, in seconds."""

    kept: list[Any]
    told: dict[str, Any]
    keeping_s: float
    diagnosing_s: float


@dataclass(frozen=True)
class Desk:
    """Runs programs in a session of its own; ``session`` is the command that makes one."""

    folder: Path
    session: tuple[str, ...] = ("dbus-run-session", "--")
    before: str = ":"
    between: str = ":"

    def visit(self, value: str = VALUE, store: str = "keyring", **environment: str) -> Visit:
        """Keep a secret, then diagnose in another process."""
        (self.folder / "setup.toml").write_text(SETUP, encoding="utf-8")
        (self.folder / "setup.toml").chmod(0o600)
        (self.folder / "keep.py").write_text(KEEP, encoding="utf-8")
        (self.folder / "visit.py").write_text(_VISIT, encoding="utf-8")
        command = [sys.executable, str(self.folder / "visit.py"), store, self.before, self.between]
        started = time.monotonic()
        done = subprocess.run(
            [*self.session, *command],
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            cwd=self.folder,
            input=value,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        kept, told, keeping_s, diagnosing_s = json.loads(done.stdout.splitlines()[-1])
        assert time.monotonic() - started >= keeping_s
        found = next(one for one in told["checks"] if one["id"] == "setup.secrets")
        return Visit(kept, found, keeping_s, diagnosing_s)


# The session's own program: its children are timed one by one.
_VISIT = """
import json, os, subprocess, sys, time
store, before, between = sys.argv[1:]
value = sys.stdin.read()
behind = subprocess.Popen(["sh", "-c", before], stdin=subprocess.DEVNULL)
if not before.startswith("exec "):
    assert behind.wait(timeout=30) == 0
else:
    while not os.path.exists("ready"):  # bounded by the caller's own time
        assert behind.poll() is None
        time.sleep(0.02)
def run(*arguments, given=""):
    start = time.monotonic()
    done = subprocess.run([sys.executable, *arguments], input=given, capture_output=True,
                          text=True, timeout=60)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in (0, 6), done.stderr
    return json.loads(done.stdout), time.monotonic() - start
kept, keeping_s = run("keep.py", store, given=value)
subprocess.run(["sh", "-c", between], check=True)
told, diagnosing_s = run("-m", "feishu_wizard", "diagnose", "setup.toml", "--offline", "--json",
                         "--only", "setup.secrets")
if behind.poll() is None:
    behind.kill()
    behind.wait()
print(json.dumps([kept, told, keeping_s, diagnosing_s]))
"""
