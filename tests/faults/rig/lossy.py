"""A gate that loses a share of the answers: the server has done it, and nobody hears of it."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from collections.abc import Callable

from tests.faults.rig.wire import ask, read_request, reset

HOST = "127.0.0.1"


class LossyGate:
    """Stands before a server of this computer, in a thread of its own.

    ``share`` of the answers are lost in a reset, drawn from ``seed``. ``heard`` is called with
    the number of every request that came, in the gate's thread; keep it short.
    """

    def __init__(self, upstream: int, share: float, seed: int) -> None:
        self.upstream, self.share = upstream, share
        self.requests = self.lost = 0
        self.heard: Callable[[int], None] = lambda number: None
        self.port = 0
        self._random = random.Random(seed)
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lossy", daemon=True)

    def __enter__(self) -> LossyGate:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(20)
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            # A killed client leaves its connection in any state.
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._exchanges(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _exchanges(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (request := await read_request(reader)) is not None:
            self.requests += 1
            self.heard(self.requests)
            answer = await ask(self.upstream, request)
            if self._random.random() < self.share:
                self.lost += 1
                reset(writer)
                return
            writer.write(answer.whole())
            await writer.drain()
