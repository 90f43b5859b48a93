"""Runs the cells of one write path: each of its calls, with each fault."""

from __future__ import annotations

import errno
import os
import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.write_paths.strace import Call, Seen, Server, enumerate_calls, traced

KILL = "signal=KILL"
FAULTS = (KILL, *(f"error={name}" for name in ("ENOSPC", "EIO", "EACCES", "EROFS", "EDQUOT")))
KILLED = -9


@dataclass
class Bench:
    """Two servers: of one every child is traced, the other looks at what was left."""

    faulty: Server
    sound: Server
    folder: Path
    made: int = 0
    void: list[str] = field(default_factory=list)

    def fresh(self, path: str) -> Path:
        """A folder with the state before the write."""
        model = self.folder / "models" / path
        if not model.exists():
            model.mkdir(parents=True)
            answer, status = self.sound.ask(path, model, "before")
            assert (answer, status) == ([], 0)
        self.made += 1
        return shutil.copytree(model, self.folder / f"{self.made}")

    def calls(self, path: str) -> Seen:
        """What the write does when nothing is wrong, as strace tells."""
        root, log = self.fresh(path), self.folder / "log"
        with traced(self.faulty.process.pid, log):
            answer, status = self.faulty.ask(path, root, "act")
        assert (answer, status) == ({"code": "", "complaint": ""}, 0)
        seen = enumerate_calls(log, root)
        shutil.rmtree(root)
        return seen

    def run(self, path: str, fault: str, calls: list[Call], at: int) -> list[str]:
        """What is wrong after one fault at each of the calls.

        strace breaks the ``at``-th call of a name; a child comes as near to that as its cell
        wants by calls that do nothing.
        """
        found = []
        calls = [call for call in calls if fault == KILL or not call.releases]
        # A lock call that ends with EACCES says that somebody else holds the lock: fcntl(2).
        calls = [call for call in calls if (call.name, fault) != ("flock", "error=EACCES")]
        for name in sorted({call.name for call in calls}):
            inject = f"inject={name}:{fault}:when={at}"
            with traced(self.faulty.process.pid, Path(os.devnull), "-e", inject):
                for call in (one for one in calls if one.name == name):
                    cell = f"{path} {name}#{call.nth} {fault}"
                    found += [f"{cell}: {one}" for one in self._cell(path, fault, call, at)]
        return found

    def _cell(self, path: str, fault: str, call: Call, at: int) -> list[str]:
        root = self.fresh(path)
        number = 0 if fault == KILL else getattr(errno, fault.partition("=")[2])
        # A close that fails has closed all the same (close(2)); only strace's leaves it open, so
        # the next try is made by another process.
        alone = fault == KILL or call.name == "close"
        asked = {"number": call.number, "nth": call.nth, "at": at, "errno": number}
        answer, status = self.faulty.ask(path, root, "act" if alone else "cell", **asked)
        if status != (KILLED if fault == KILL else 0):
            return [f"it ended with {status}: {answer}"]
        if alone:
            answer, status = self.sound.ask(path, root, "after", outcome=answer)
        shutil.rmtree(root)
        return list(answer) if status == 0 else [f"then it ended with {status}: {answer}"]


def chosen(calls: list[Call], most: int, seed: str) -> list[Call]:
    """So many of the calls, in their order; those that change something come first."""
    if len(calls) <= most:
        return calls
    draw = random.Random(seed)
    changing = [call for call in calls if call.name in CHANGING]
    others = [call for call in calls if call.name not in CHANGING]
    draw.shuffle(changing)
    draw.shuffle(others)
    return (changing + others)[:most]


CHANGING = frozenset(
    {
        "openat", "write", "pwrite64", "fsync", "fdatasync", "fchmod", "fchown", "ftruncate",
        "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir",
        "mkdirat", "chmod", "fchmodat",
    }
)  # fmt: skip
