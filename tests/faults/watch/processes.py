"""What everybody on a computer can see of a running program, and what it has open: sampled."""

from __future__ import annotations

import contextlib
import os
import select
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

PACE_SECONDS = 0.02
_PROC = Path("/proc")
_LARGEST_OPEN = 4_194_304


class Sampler:
    """Looks at a process and its descendants until it is stopped.

    ``seen``: channel (such as ``cmdline of 4711``) to what stood there; ``files``: those that a
    process has open below ``tops``, also without a name (any more). ``met`` is set when a process
    came whose arguments hold ``worker``; its id is in ``worker`` then.
    """

    def __init__(self, root: int, tops: tuple[Path, ...] = (), worker: bytes = b"") -> None:
        self.root, self.tops, self._worker = root, tops, worker
        self.seen: dict[str, bytes] = {}
        self.files: dict[str, bytes] = {}
        self.looks = 0
        self.met = threading.Event()
        self.worker = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="sampler", daemon=True)

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            for pid in {*_family(self.root), *([self.worker] if self.worker else [])}:
                self._look(pid)
            self.looks += 1
            if self._ended.wait(PACE_SECONDS):
                return

    def _look(self, pid: int) -> None:
        for what in ("cmdline", "environ"):
            with contextlib.suppress(OSError):
                data = (_PROC / str(pid) / what).read_bytes()
                self.seen[f"{what} of {pid}, {len(data)} bytes"] = data
                if what == "cmdline" and self._worker and self._worker in data:
                    self.worker = pid
                    self.met.set()
        for name, data in _open_files(pid, self.tops):
            self.files[f"{name} when open, {len(data)} bytes"] = data


def _family(root: int) -> Iterator[int]:
    todo = [root]
    while todo:
        pid = todo.pop()
        yield pid
        with contextlib.suppress(OSError):  # it may end at any moment
            for children in (_PROC / str(pid) / "task").glob("*/children"):
                todo += [int(one) for one in children.read_text().split()]


def _open_files(pid: int, tops: tuple[Path, ...]) -> Iterator[tuple[str, bytes]]:
    folder = _PROC / str(pid) / "fd"
    with contextlib.suppress(OSError):
        for link in folder.iterdir():
            with contextlib.suppress(OSError):
                name = str(link.readlink())
                if not any(name.startswith(f"{top}/") for top in tops):
                    continue
                known = link.stat()
                if stat.S_ISREG(known.st_mode) and known.st_size <= _LARGEST_OPEN:
                    yield name, link.read_bytes()


def wait_for_end(pid: int, seconds: float) -> None:
    """Wait until a process that is no child of ours has ended."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        ready, _, _ = select.select([handle], [], [], seconds)
        assert ready, f"process {pid} was left over"
    finally:
        os.close(handle)
