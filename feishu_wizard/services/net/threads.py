"""Blocking calls that may hang: run in daemon threads, waited for with a bound.

A thread of the interpreter's own pools is joined at exit, so one hung name server or keyring
would keep the program alive. A daemon thread is not.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar
from weakref import WeakSet

P = ParamSpec("P")
T = TypeVar("T")
_served: WeakSet[asyncio.AbstractEventLoop] = WeakSet()


def start(work: Callable[[], T], name: str) -> Future[T]:
    """Run ``work`` in a daemon thread of its own and return its future."""
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()  # from here on nobody who stops waiting cancels it

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - handed to whoever awaits the future
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


async def wait(future: Future[T], seconds: float) -> T:
    """Await a future of ``start``; ``TimeoutError`` when it is not done in time.

    The thread goes on and the future stays usable: a slow service may still answer.
    """
    wrapped = asyncio.wrap_future(future)
    try:
        done, _ = await asyncio.wait({wrapped}, timeout=seconds)
        if not done:
            raise TimeoutError
        return wrapped.result()
    finally:
        wrapped.cancel()


class DaemonExecutor(ThreadPoolExecutor):
    """A default executor of an event loop whose threads never keep the program from ending.

    ``loop.getaddrinfo`` runs there, and a dead name server blocks it for half a minute.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Start ``fn`` in a daemon thread of its own."""
        return start(lambda: fn(*args, **kwargs), "name-resolution")

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the pool without waiting: there is no worker of the pool itself."""
        super().shutdown(wait=False, cancel_futures=cancel_futures)


def use_daemon_executor() -> None:
    """Make name resolution of the running loop unable to block the end of the program."""
    loop = asyncio.get_running_loop()
    if loop not in _served:
        loop.set_default_executor(DaemonExecutor(max_workers=1))
        _served.add(loop)
