"""Start real sandboxes for tests, as child processes over HTTP on loopback."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30.0
STOP_SECONDS = 10.0


class SandboxProcess:
    """A running sandbox: its ready line as ``ready``, and a person's hands as methods."""

    def __init__(self, arguments: tuple[str, ...], folder: Path) -> None:
        folder.mkdir(parents=True)
        self._log = folder / "stderr.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "feishu_wizard.sandbox", "--port", "0", *arguments],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        try:
            self.ready: dict[str, Any] = json.loads(self._first_line())
        except BaseException:
            self.stop()
            raise

    def _first_line(self) -> bytes:
        """Read the JSON line that says the three origins answer."""
        stdout = self.process.stdout
        assert stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            ready = selector.select(START_SECONDS)
        line = stdout.readline() if ready else b""
        if not line.strip():
            raise RuntimeError(f"the sandbox did not start: {self.log()}")
        return line

    def __getitem__(self, key: str) -> Any:
        """Return one value of the ready line: ``sandbox["feishu"]``."""
        return self.ready[key]

    @property
    def setup(self) -> Path:
        """The complete setup file that the sandbox wrote."""
        return Path(self.ready["setup"])

    def log(self) -> str:
        """Return what the sandbox wrote to stderr so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def client(self, **options: Any) -> httpx.Client:
        """Return an HTTP client that trusts this sandbox's certificate, if it has one."""
        ca_file = self.ready.get("ca_file")
        if ca_file:
            import ssl

            options.setdefault("verify", ssl.create_default_context(cafile=ca_file))
        else:  # plain http: to read the machine's certificates takes longer than most calls
            options.setdefault("verify", False)
        return httpx.Client(trust_env=False, timeout=30, **options)

    def _answer(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        with self.client(base_url=self.ready["console"]) as client:
            reply = client.request(method, path, json=body)
            reply.raise_for_status()
            return reply.json() if reply.content else None

    def control(self, action: str, app_id: str | None = None, **body: Any) -> Any:
        """Do what a person does in the console, e.g. ``control("grant", scopes=[...])``."""
        app = app_id or self.ready["app_id"]
        return self._answer("POST", f"/control/apps/{app}/{action}", body)

    def approve_registration(self, code: str, **body: Any) -> Any:
        """Approve a scanned registration on the "phone"."""
        return self._answer("POST", f"/control/registration/{code}/approve", body)

    def state(self) -> Any:
        """Return requests seen, messages delivered and settings stored."""
        return self._answer("GET", "/control/state.json")

    def stop(self) -> int:
        """End this one process with SIGTERM, and with SIGKILL if it will not; return its code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        return self.process.returncode


SandboxFactory = Callable[..., SandboxProcess]


@contextlib.contextmanager
def sandbox_factory(folder: Path) -> Iterator[SandboxFactory]:
    """Yield ``start(*arguments)``; every sandbox that it started is stopped at the end."""
    with contextlib.ExitStack() as stack:
        count = 0

        def start(*arguments: str) -> SandboxProcess:
            nonlocal count
            count += 1
            running = SandboxProcess(arguments, folder / str(count))
            stack.callback(running.stop)
            return running

        yield start
