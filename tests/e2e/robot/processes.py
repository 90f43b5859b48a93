"""Processes: start them, know all their descendants, read what /proc tells, end them by pid.

A process is always meant as (pid, start time), so that a pid used again is never hit.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .waiting import RobotError, wait_until

PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """One process of this machine, recognised again by its start time (clock ticks since boot)."""

    pid: int
    parent: int
    started: int


def look_up(pid: int) -> Process | None:
    """Return the process ``pid``, or None when there is none (a zombie counts as none)."""
    try:
        stat = (PROC / str(pid) / "stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # proc(5): "pid (comm) state ppid ..."; comm may hold anything, so cut after its last ")".
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else Process(pid, int(fields[1]), int(fields[19]))


def all_processes() -> list[Process]:
    """Return every living process."""
    found = (look_up(int(entry.name)) for entry in PROC.iterdir() if entry.name.isdigit())
    return [process for process in found if process]


def process_tree(pid: int) -> list[Process]:
    """Return the process ``pid`` and all its descendants, parents before children."""
    everybody = all_processes()
    tree = [process for process in everybody if process.pid == pid]
    for parent in tree:  # grows while it is walked
        tree.extend(process for process in everybody if process.parent == parent.pid)
    return tree


def _read(pid: int, name: str) -> list[str]:
    try:
        raw = (PROC / str(pid) / name).read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [part.decode("utf-8", "replace") for part in raw.split(b"\0") if part]


def process_arguments(pid: int) -> dict[int, list[str]]:
    """Return the command line of ``pid`` and of all its descendants, by pid."""
    return {process.pid: _read(process.pid, "cmdline") for process in process_tree(pid)}


def environ_of(pid: int) -> dict[str, str]:
    """Return the environment that ``pid`` was started with; empty when it is gone."""
    return dict(entry.partition("=")[::2] for entry in _read(pid, "environ"))


def process_environ(pid: int) -> dict[int, dict[str, str]]:
    """Return the environment of ``pid`` and of all its descendants, by pid."""
    return {process.pid: environ_of(process.pid) for process in process_tree(pid)}


def with_variable(name: str, value: str) -> list[Process]:
    """Return the processes started with ``name=value``: children keep it even when orphaned."""
    mine: list[Process] = []
    for process in all_processes():
        try:
            variables = environ_of(process.pid)
        except PermissionError:  # another user's process, so none that we started
            continue
        if variables.get(name) == value:
            mine.append(process)
    return mine


def is_alive(process: Process) -> bool:
    """Tell whether this very process lives, not another that got its pid."""
    now = look_up(process.pid)
    return now is not None and now.started == process.started


def end(processes: Iterable[Process], timeout: float = 5.0) -> None:
    """Ask the processes to end; kill those that do not within ``timeout`` seconds."""
    left = [process for process in processes if is_alive(process)]
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in left:
            if is_alive(process):
                _signal(process.pid, number)
        try:
            wait_until(
                lambda: not any(is_alive(process) for process in left),
                timeout,
                lambda: f"processes {[p.pid for p in left if is_alive(p)]} end",
            )
        except RobotError:
            if number == signal.SIGKILL:
                raise
        else:
            return


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return  # it ended by itself in between


class Child:
    """A program that we started: its pid, where its output goes, and its end.

    Its stdout and stderr are the files ``<name>.stdout`` and ``<name>.stderr`` in ``logs``.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str | Path],
        *,
        logs: Path,
        env: Mapping[str, str],
        cwd: Path | None = None,
        stdin: int = subprocess.DEVNULL,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.stdout = logs / f"{name}.stdout"
        self.stderr = logs / f"{name}.stderr"
        with self.stdout.open("wb") as out, self.stderr.open("wb") as err:
            self.popen = subprocess.Popen(
                [str(argument) for argument in arguments],
                stdin=stdin,
                stdout=out,
                stderr=err,
                env=dict(env),
                cwd=cwd,
                pass_fds=pass_fds,
                start_new_session=True,  # a Ctrl+C at the tests must not reach it before us
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self.popen.pid

    def exit_code(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self.popen.poll()

    def check_running(self) -> None:
        """Raise RobotError with the end of its output when the program has ended."""
        code = self.exit_code()
        if code is not None:
            raise RobotError(f"{self.name} ended with exit code {code}\n{self.output_tail()}")

    def output_tail(self, characters: int = 3000) -> str:
        """Return the last of its stderr and stdout, for a failure message."""
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-characters:]}"
            for path in (self.stderr, self.stdout)
            if path.exists() and path.stat().st_size
        )

    def wait(self, timeout: float) -> int:
        """Wait for its end and return the exit code."""
        return wait_until(
            lambda: None if self.exit_code() is None else (self.popen.returncode,),
            timeout,
            lambda: f"{self.name} (pid {self.pid}) ends\n{self.output_tail()}",
        )[0]

    def end(self, timeout: float = 5.0) -> None:
        """End the program and its descendants, with SIGKILL when SIGTERM is not obeyed."""
        if self.exit_code() is not None:
            return  # its pid may be another's by now
        descendants = process_tree(self.pid)[1:]
        self.popen.terminate()
        try:
            self.wait(timeout)
        except RobotError:
            self.popen.kill()
            self.wait(timeout)
        end(descendants, timeout)
