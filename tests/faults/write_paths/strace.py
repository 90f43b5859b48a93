"""strace at work on the program: what calls a write makes, and what happens when one fails."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
# Calls that take a path or a descriptor.
TRACED = "trace=%file,%desc"
_CALL = re.compile(r"^(?P<pid>\d+) +\[ *(?P<number>\d+)\] (?P<name>\w+)\((?P<rest>.*)$")
# Waiting for sockets, and the terminal's: no part of a write, and loops live from them.
_NOT_FILES = frozenset({"poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_ctl"})


@dataclass(frozen=True)
class Call:
    """One system call of a write: the ``nth`` of its name; ``number`` as the kernel knows it.

    ``releases``: it gives a lock back, which no kernel refuses for any of the faults' reasons.
    """

    name: str
    number: int
    nth: int
    releases: bool = False


_NO_FAULT: dict[str, Any] = {"number": 0, "nth": 0, "at": 0, "errno": 0, "outcome": None}


@dataclass
class Server:
    """The forking program; see ``server``."""

    process: subprocess.Popen[bytes]
    channel: socket.socket

    def ask(self, path: str, root: Path, do: str, **more: Any) -> Any:
        """The child's answer, and how it ended (None: it was killed before it answered)."""
        request = {"path": path, "root": str(root), "do": do} | _NO_FAULT | more
        self.channel.send(json.dumps(request).encode())
        answer = None
        while "status" not in (told := json.loads(self.channel.recv(65_536))):
            answer = told["answer"]
        return answer, told["status"]


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """A server that is ready."""
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    mine.settimeout(60)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.write_paths.server", str(its.fileno())],
        cwd=ROOT,
        env=environment,
        pass_fds=[its.fileno()],
    )
    its.close()
    try:
        assert mine.recv(65_536) == b'{"ready": true}'
        yield Server(process, mine)
    finally:
        mine.close()
        process.wait(timeout=20)


@contextlib.contextmanager
def traced(pid: int, log: Path, *more: str) -> Iterator[None]:
    """Everything that process forks meanwhile is traced, with ``more`` options."""
    command = ["strace", "-f", "-n", "-y", "-p", str(pid), "-o", str(log)]
    tracer = subprocess.Popen([*command, "-e", TRACED, *more], stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    try:
        line = tracer.stderr.readline()
        assert "attached" in line, line
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.communicate(timeout=20)


def why_not() -> str:
    """Why strace cannot be used here; "" when it can."""
    if shutil.which("strace") is None:
        return "strace is not installed (see packaging/linux/system_packages.py)"
    sleeper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with traced(sleeper.pid, Path(os.devnull)):
            return ""
    except AssertionError as error:
        return f"processes cannot be traced here: {error}"
    finally:
        sleeper.communicate(b"\n")


@dataclass
class Seen:
    """What a clean write does: the calls that touch its files, and the most of any one name."""

    calls: list[Call] = field(default_factory=list)
    most: int = 0


def enumerate_calls(log: Path, root: Path) -> Seen:
    """Read strace's log of one child: every call that touches a file below ``root``."""
    seen, counted = Seen(), Counter[str]()
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        found = _CALL.match(line)
        if found is None or found["name"] in _NOT_FILES:
            continue
        counted[found["name"]] += 1
        if str(root) in found["rest"]:
            releases = "F_UNLCK" in found["rest"] or "LOCK_UN" in found["rest"]
            name, number = found["name"], int(found["number"])
            seen.calls.append(Call(name, number, counted[name], releases))
    seen.most = max(counted.values(), default=0)
    return seen
