"""The program whose children write: ``server.py FD``, a socket to its master.

It forks for every write, so that each begins with calls counted from nought (strace counts them
for every process), and itself makes no call that is counted: it talks over a socket only.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.faults.write_paths import judge
from tests.faults.write_paths.catalogue import PATHS
from tests.faults.write_paths.path import WritePath

_PR_SET_PTRACER = 0x59616D61  # Yama: only a parent may trace, unless told so (prctl(2))
LIBC = ctypes.CDLL(None, use_errno=True)


def burn(number: int, times: int) -> set[int]:
    """Make a system call that fails at once, whatever it is: no descriptor, no address.

    Returns the kinds of failure (errno).
    """
    found = set()
    for _ in range(times):
        LIBC.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)
        found.add(ctypes.get_errno())
    return found


def write(path: WritePath, root: Path, request: dict[str, Any]) -> Any:
    """The child's part: "act" (how it ended), "cell" (and what is wrong then), or "after"."""
    with judge.heard() as told:
        if request["do"] == "after":
            outcome = judge.Outcome(**request["outcome"]) if request["outcome"] else None
            return judge.after(path, root, outcome)
        burn(request["number"], request["at"] - request["nth"])
        outcome = judge.acted(path, root)
        late = burn(request["number"], request["nth"]) & {request["errno"]}
        if request["do"] == "act":
            return {"code": outcome.code, "complaint": outcome.complaint}
        found = ["the fault did not happen"] if late else []
        found += judge.after(path, root, outcome)
    return found + judge.spoken(told)


def serve(master: socket.socket) -> None:
    """Answer until the master hangs up."""
    while asked := master.recv(65_536):
        request = json.loads(asked)
        path, root = PATHS[request["path"]], Path(request["root"])
        child = os.fork()
        if child == 0:
            if request["do"] == "before":
                path.before(root)
                answer: Any = []
            else:
                answer = write(path, root, request)
            master.send(json.dumps({"answer": answer}).encode()[:60_000])
            os._exit(0)
        _, status = os.waitpid(child, 0)
        master.send(json.dumps({"status": os.waitstatus_to_exitcode(status)}).encode())


def warm_up() -> None:
    """Import and cache whatever a write needs: that is no part of the write."""
    with tempfile.TemporaryDirectory() as name:
        for path in PATHS.values():
            root = Path(name) / path.name
            root.mkdir()
            path.before(root)
            with judge.heard() as told:
                found = judge.after(path, root, judge.acted(path, root))
            assert found + judge.spoken(told) == [], path.name


if __name__ == "__main__":
    LIBC.prctl(_PR_SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)
    warm_up()
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        channel.send(b'{"ready": true}')
        serve(channel)
