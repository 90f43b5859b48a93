"""Killed at every call that a write makes: the file is the old or the new one, never torn."""

from __future__ import annotations

import json
import os

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and fork")

# Forks once per call into the operating system and kills the child there.
SCRIPT = """
import json, os, pathlib, signal, stat, sys
from feishu_wizard.services.storage.atomic import sweep_orphans, write_atomic

OLD, NEW = b"old " * 1000, b"new " * 2000
folder = pathlib.Path(sys.argv[1])
path = folder / "setup.toml"

def child(fatal):
    calls = 0
    def watch(frame, event, argument):
        nonlocal calls
        if event == "c_call" and argument is not sys.setprofile:
            calls += 1
            if calls == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.setprofile(watch)
    write_atomic(path, NEW)
    sys.setprofile(None)
    os._exit(0)

seen, killed, modes, leftovers = set(), 0, set(), 0
while True:
    path.write_bytes(OLD)
    path.chmod(0o600)
    pid = os.fork()
    if pid == 0:
        child(killed + 1)
    _, status = os.waitpid(pid, 0)
    content = path.read_bytes()
    seen.add({OLD: "old", NEW: "new"}.get(content, "torn"))
    for other in folder.iterdir():
        modes.add(stat.S_IMODE(other.stat().st_mode))
        if other != path:
            leftovers += 1
    sweep_orphans(folder)
    if [other.name for other in folder.iterdir()] != ["setup.toml"]:
        seen.add("unswept")
    if not os.WIFSIGNALED(status):
        break
    killed += 1
print(json.dumps([sorted(seen), killed, sorted(modes), leftovers, content == NEW]))
"""


def test_a_write_killed_anywhere(run_python, tmp_path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    done = run_python("-c", SCRIPT, str(folder))
    assert done.stderr == ""
    seen, killed, modes, leftovers, last = json.loads(done.stdout)
    assert seen == ["new", "old"]
    assert modes == [0o600]
    assert killed > 15
    assert leftovers > 3
    assert last
