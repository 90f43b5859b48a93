"""Serve the three origins in one event loop until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import uvicorn
from starlette.types import ASGIApp

from feishu_wizard.sandbox.setup_files import Certificates

HOST = "127.0.0.1"
GRACE_SECONDS = 1


class _Server(uvicorn.Server):
    """A server that leaves signals to the command and says when it accepts connections."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def quiet_end(record: logging.LogRecord) -> bool:
    """Drop uvicorn's complaint about connections that were still open when we were told to stop."""
    return "graceful shutdown exceeded" not in record.msg


def log_errors() -> None:
    """Write the servers' errors to stderr, and nothing else."""
    logging.basicConfig(level=logging.ERROR, format="sandbox: %(message)s")
    logging.getLogger("uvicorn.error").addFilter(quiet_end)


def bind(port: int) -> socket.socket:
    """A bound loopback socket; port 0 picks a free one."""
    # asyncio switches Nagle off only for sockets that name their protocol.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((HOST, port))
    except OSError:
        made.close()
        raise
    return made


@dataclass
class Origin:
    """One server that can be closed and opened again on its port."""

    app: ASGIApp
    socket: socket.socket
    certificates: Certificates | None
    port: int = field(init=False)
    _server: _Server | None = None
    _task: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.port = int(self.socket.getsockname()[1])

    async def open(self) -> None:
        """Accept connections; returns when they are accepted."""
        if self._server is not None:
            return
        if self.socket.fileno() < 0:
            self.socket = bind(self.port)
        tls = self.certificates
        config = uvicorn.Config(
            self.app,
            http="h11",
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            ssl_certfile=str(tls.cert_file) if tls else None,
            ssl_keyfile=str(tls.key_file) if tls else None,
            timeout_graceful_shutdown=GRACE_SECONDS,
            backlog=1024,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[self.socket]))
        ready = asyncio.create_task(self._server.ready.wait())
        await asyncio.wait((ready, self._task), return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._task.done():
            self._task.result()

    async def close(self) -> None:
        """Stop accepting and end what is under way."""
        server, task = self._server, self._task
        self._server = self._task = None
        if server is not None and task is not None:
            server.should_exit = True
            await task
        self.socket.close()
