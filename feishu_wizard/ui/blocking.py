"""Threads for blocking calls of the background loop; they never keep the program alive."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


class DaemonExecutor(ThreadPoolExecutor):
    """Runs each blocking call (a name lookup, a file) in a daemon thread of its own.

    Threads of the ordinary executor are joined when the program exits, so one lookup that hangs
    would keep the closed program alive.
    """

    LIMIT = 32

    def __init__(self) -> None:
        super().__init__(max_workers=1)
        self._places = threading.BoundedSemaphore(self.LIMIT)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Start ``fn`` in a thread; at most ``LIMIT`` run at once, others wait in theirs."""
        future: Future[T] = Future()

        def work() -> None:
            with self._places:
                if not future.set_running_or_notify_cancel():
                    return
                try:
                    future.set_result(fn(*args, **kwargs))
                except BaseException as error:  # noqa: BLE001 - handed over to who waits
                    future.set_exception(error)

        threading.Thread(target=work, name="blocking call", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nothing to wait for: the threads are daemons."""
