"""The program under test: started on a desk, seen and driven over the accessibility bus, ended."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from .atspi import ACCESSIBLE, REGISTRY, ROOT_PATH, Ref
from .desk import Desk
from .hands import Hands
from .processes import Child, end, process_arguments, process_environ, process_tree
from .scan import scan_processes
from .waiting import RobotError, wait_until


class App(Hands):
    """``with App(desk, [sys.executable, "-m", "feishu_wizard"], cwd=REPO) as app:``

    Entering starts it and waits for its window (``window_timeout`` seconds); leaving ends it when
    the test has not. ``name`` (later ``name_of_logs``) names the files of its output.
    """

    def __init__(
        self,
        desk: Desk,
        arguments: Sequence[str | Path],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        name: str = "app",
        window_timeout: float = 30,
    ) -> None:
        super().__init__(desk.a11y, desk.screen)
        self.desk = desk
        self._arguments = list(arguments)
        self._cwd = cwd
        self._env = desk.environment(**(env or {}))
        self.name_of_logs = name
        self._window_timeout = window_timeout
        self._is_mine: dict[str, bool] = {}  # bus names, by this start of the program
        self._child: Child | None = None

    # ---- start and end ---------------------------------------------------------------------

    def __enter__(self) -> App:
        try:
            return self.start()
        except BaseException:
            self._leave()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        if self._child:
            self._child.end()

    def start(self) -> App:
        """Start the program and wait until a window of it is showing."""
        if self._child and self._child.exit_code() is None:
            raise RobotError(f"{self.name_of_logs} runs already")
        self._known.clear()
        self._is_mine.clear()
        logs = self.desk.logs
        name, arguments = self.name_of_logs, self._arguments
        self._child = Child(name, arguments, logs=logs, env=self._env, cwd=self._cwd)
        self.desk.at_end(self._child.end)
        self.wait_look("the program shows a window", self.windows, self._window_timeout)
        return self

    @property
    def child(self) -> Child:
        """The process started last."""
        if self._child is None:
            raise RobotError(f"{self.name_of_logs} was never started")
        return self._child

    @property
    def pid(self) -> int:
        """The process id."""
        return self.child.pid

    @property
    def stdout(self) -> str:
        """What it has written to stdout so far."""
        return self.child.stdout.read_text(encoding="utf-8", errors="replace")

    @property
    def stderr(self) -> str:
        """What it has written to stderr so far."""
        return self.child.stderr.read_text(encoding="utf-8", errors="replace")

    def close(self, timeout: float = 10) -> int:
        """Close the active window as a person does (Alt+F4), wait for the end, return the code."""
        self.key("alt+F4")
        return self._ended("closes", timeout)

    def terminate(self, timeout: float = 10) -> int:
        """Send SIGTERM, wait for the end, return the exit code (-15: it had no handler)."""
        self.child.popen.send_signal(signal.SIGTERM)
        return self._ended("ends at SIGTERM", timeout)

    def wait_ended(self, timeout: float = 10) -> int:
        """Wait until the program has ended by itself, and return the exit code."""
        return self._ended("ends", timeout)

    def kill(self) -> int:
        """End it at once, as a power cut does, with its descendants; return the exit code."""
        tree = process_tree(self.pid)
        self.child.popen.kill()
        code = self.child.wait(10)
        end(tree)
        return code

    def _ended(self, how: str, timeout: float) -> int:
        def failure() -> str:
            return f"{self.name_of_logs} {how}\n{self.child.output_tail()}\n{self.dump()}"

        return wait_until(self._exit, timeout, failure)[0]

    def _exit(self) -> tuple[int] | None:
        code = self.child.exit_code()
        return None if code is None else (code,)

    # ---- where it is on the accessibility bus ----------------------------------------------

    def check_running(self) -> None:
        """Raise RobotError with its output when the program has ended."""
        self.child.check_running()

    def roots(self) -> list[Ref]:
        """Return the accessible applications that belong to the process or a descendant."""
        children = Ref(REGISTRY, ROOT_PATH).call(ACCESSIBLE, "GetChildren")
        found = [Ref(owner, path) for owner, path in self.bus.call(children)[0]]
        if new := {ref.owner for ref in found} - self._is_mine.keys():
            pids = {process.pid for process in process_tree(self.pid)}
            self._is_mine |= {owner: self.bus.pid_of(owner) in pids for owner in new}
        return [ref for ref in found if self._is_mine[ref.owner]]

    # ---- what tests ask --------------------------------------------------------------------

    def announcements(self) -> list[str]:
        """Return what this start of the program announced to a screen reader, oldest first."""
        mine = {ref.owner for ref in self.roots()}
        return [text for owner, text in self.desk.listener.announcements() if owner in mine]

    def wait_announcement(self, part: str, timeout: float = 10) -> str:
        """Wait until something that holds ``part`` was announced, and return it."""

        def heard() -> str | None:
            self.check_running()
            return next((text for text in self.announcements() if part in text), None)

        return wait_until(heard, timeout, lambda: f"{part!r} in {self.announcements()}")

    def screenshot(self, path: Path) -> Path:
        """Write the screen to ``path`` as PNG."""
        return self.screen.screenshot(path)

    def arguments(self) -> dict[int, list[str]]:
        """Return the command lines of the program and its descendants, by pid."""
        return process_arguments(self.pid)

    def environ(self) -> dict[int, dict[str, str]]:
        """Return the environments of the program and its descendants, by pid."""
        return process_environ(self.pid)

    def processes_showing(self, secret: str) -> list[str]:
        """Return where command lines or environments show ``secret`` (see ``scan_processes``)."""
        return scan_processes(secret, self.pid)
