"""Runs the real command line and searches everything that a run leaves or shows."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.watch.canaries import Cage
from tests.faults.watch.processes import Sampler, wait_for_end
from tests.faults.watch.tap import Tap

ROOT = Path(__file__).resolve().parents[3]
RUN_SECONDS = 90.0
WORKER = b"sealed_worker.py"
_TEMPORARY = re.compile(r"\.(.+)\.[a-z0-9]+\.feishu-wizard\.tmp")


@dataclass(frozen=True)
class Ended:
    """How a run ended and what it said."""

    code: int
    out: str
    err: str


@dataclass
class Bench:
    """The places that are searched, and where a canary is allowed to be, one by one.

    ``tops``: folders; every name and every byte below them is searched. ``allowed``: a file to
    the names of the canaries that a person has put, or has chosen to have put, there.
    """

    cage: Cage
    tops: tuple[Path, ...]
    taps: tuple[Tap, ...]
    environ: Mapping[str, str]
    allowed: dict[Path, frozenset[str]] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    def allow(self, path: Path, *names: str) -> Path:
        """This one file may hold these canaries."""
        self.allowed[path] = self.allowed.get(path, frozenset()) | frozenset(names)
        return path

    def wizard(self, *arguments: object, exit_code: int = 0, **options: object) -> Ended:
        """Run ``feishu-wizard``; see ``run``."""
        given = ["-m", "feishu_wizard", "--lang", "en", *(str(one) for one in arguments)]
        name = " ".join(Path(one).name for one in given[4:])
        return self.run(name, given, exit_code=exit_code, **options)  # type: ignore[arg-type]

    def run(
        self,
        name: str,
        arguments: list[str],
        *,
        stdin: str = "",
        exit_code: int = 0,
        shown: Iterable[str] = (),
        kill_at: threading.Event | None = None,
        **environ: str,
    ) -> Ended:
        """One run of Python; everything is searched while it runs and after it.

        ``shown``: canaries that the person has put into the environment. ``kill_at``: SIGKILL
        when this is set; "worker" events come from the sampler.
        """
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.tops[0],
            env={**self.environ, "PYTHONPATH": str(ROOT), **environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with Sampler(child.pid, self.tops, WORKER) as sampler:
            if kill_at is not None:
                out, err = self._killed(child, stdin, kill_at, sampler)
            else:
                out, err = child.communicate(stdin.encode(), RUN_SECONDS)
        said = Ended(child.returncode, out.decode(), err.decode())
        assert said.code == exit_code, (name, said.code, said.out[-900:], said.err[-900:])
        assert sampler.looks, "nobody looked at the process"
        self.check(name, {"stdout": out, "stderr": err}, sampler, shown)
        return said

    def check(
        self,
        name: str,
        said: Mapping[str, bytes],
        sampler: Sampler | None = None,
        shown: Iterable[str] = (),
    ) -> None:
        """Search every channel; the test fails with the step, the canary and the channel."""
        self.steps.append(name)
        leaks = [*self._said(said), *self._files(), *self._sent()]
        if sampler is not None:
            leaks += self._seen(sampler, frozenset(shown))
        assert leaks == [], f"after “{name}”: {leaks}"

    def arrived(self, tap: Tap) -> set[str]:
        """Names of the canaries that came to a server."""
        return set(self.cage.found(tap.heard()))

    # -- inside -------------------------------------------------------------------------------

    def _said(self, said: Mapping[str, bytes]) -> list[str]:
        return [
            f"{one} in {where}" for where, data in said.items() for one in self.cage.found(data)
        ]

    def _files(self) -> list[str]:
        found = []
        for top in self.tops:
            for path in sorted(top.rglob("*")):
                name = str(path.relative_to(top)).encode("utf-8", "surrogateescape")
                found += [f"{one} in the name {path}" for one in self.cage.found(name)]
                if path.is_symlink() or not path.is_file():
                    continue
                allowed = self.allowed.get(path, frozenset())
                data = path.read_bytes()
                found += [f"{one} in {path}" for one in self.cage.found(data, allowed)]
        return found

    def _sent(self) -> list[str]:
        found = []
        for tap in self.taps:
            allowed = [one.name for one in self.cage.all.values() if tap.name in one.hosts]
            names = self.cage.found(tap.heard(), allowed)
            found += [f"{one} sent to {tap.name}" for one in names]
        return found

    def _seen(self, sampler: Sampler, shown: frozenset[str]) -> list[str]:
        found = []
        for where, data in sampler.seen.items():
            allowed = shown if where.startswith("environ") else ()
            found += [f"{one} in {where}" for one in self.cage.found(data, allowed)]
        for where, data in sampler.files.items():
            path = _meant(Path(where.rpartition(" when open")[0]))
            names = self.cage.found(data, self.allowed.get(path, frozenset()))
            found += [f"{one} in {where}" for one in names]
        return found

    def _killed(
        self, child: subprocess.Popen[bytes], stdin: str, at: threading.Event, sampler: Sampler
    ) -> tuple[bytes, bytes]:
        event = sampler.met if at is WORKER_CAME else at
        assert child.stdin is not None
        child.stdin.write(stdin.encode())
        child.stdin.close()
        child.stdin = None
        assert event.wait(RUN_SECONDS), "the moment to kill it never came"
        os.kill(child.pid, signal.SIGKILL)
        ended = child.communicate(timeout=RUN_SECONDS)
        if sampler.worker:  # it ends by itself, without a parent
            wait_for_end(sampler.worker, RUN_SECONDS)
        return ended


def _meant(path: Path) -> Path:
    """The file that is written by way of this one; one that is left over has no such excuse."""
    temporary = _TEMPORARY.fullmatch(path.name)
    return path.with_name(temporary[1]) if temporary else path


WORKER_CAME = threading.Event()
"""Stands for the moment in which the process that seals has begun."""
