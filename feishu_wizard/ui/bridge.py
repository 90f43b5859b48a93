"""The one file that knows asyncio and Qt: coroutines run on a loop in a background thread, what
they bring arrives on the thread that owns the window.

Everything that comes back goes through one queue and one queued signal, so that the order is kept
and no Qt object is touched by, or collected on, the loop's thread. The thread starts with the first
coroutine, and asyncio is imported there: the first paint does not pay for it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

if TYPE_CHECKING:
    import asyncio

    from feishu_wizard.domain.progress import Progress, Report

T = TypeVar("T")
Call = Callable[[], object]

log = logging.getLogger(__name__)

SLICE_SECONDS = 0.008
"""Longest stretch of callbacks before the window may paint again: half a frame."""


class RunnerStoppedError(RuntimeError):
    """Work was given to a runner that has been stopped."""


class Courier(QObject):
    """Carries calls to the thread that made this object; they are made in the order sent.

    A call must not run an event loop of its own (dialogs are opened, never executed): what waits
    behind it would wait for that loop.
    """

    _woken = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._calls: deque[Call] = deque()
        self._lock = threading.Lock()
        self._armed = False  # a wake-up is under way
        self._woken.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def send(self, call: Call) -> None:
        """Have ``call`` made on the owner's thread; from any thread."""
        with self._lock:
            self._calls.append(call)
            wake, self._armed = not self._armed, True
        if wake:
            self._woken.emit()

    @Slot()
    def _deliver(self) -> None:
        until = time.monotonic() + SLICE_SECONDS
        while (call := self._next()) is not None:
            try:
                call()
            except BaseException:
                self._go_on()  # the excepthook gets the error, the calls behind it still come
                raise
            if time.monotonic() > until:
                self._go_on()
                return

    def _next(self) -> Call | None:
        with self._lock:
            if self._calls:
                return self._calls.popleft()
            self._armed = False
            return None

    def _go_on(self) -> None:
        # A timer, not the signal: posted events would come before the window paints.
        QTimer.singleShot(0, self, self._deliver)

    def flush(self) -> None:
        """Make every waiting call now; an error is logged, so that the others are made too."""
        while (call := self._next()) is not None:
            try:
                call()
            except Exception:
                log.exception("a callback failed while the program ended")


class AsyncJob:
    """Work under way. Settles exactly once."""

    def __init__(self, runner: AsyncRunner, settle: Callable[[asyncio.Task[Any]], None]) -> None:
        self._runner = runner
        self._settle = settle
        self._cancelled = False  # written on the owner's thread
        self._task: asyncio.Task[Any] | None = None  # touched on the loop's thread only

    def cancel(self) -> None:
        """Ask it to stop; ``cancelled`` is called after its own clean-up.

        Asking again changes nothing: a second cancel would interrupt that clean-up.
        """
        if not self._cancelled:
            self._cancelled = True
            self._runner.post(self._cancel_task)

    def _cancel_task(self) -> None:
        if self._task is not None and not self._task.cancelling():
            self._task.cancel()

    def start(self, task: asyncio.Task[Any]) -> None:
        """Follow ``task``; called on the loop's thread."""
        self._task = task
        task.add_done_callback(self._settle)
        if self._cancelled:
            self._cancel_task()


class QtTimer:
    """A call that is due later, on the owner's thread."""

    def __init__(self, parent: QObject, seconds: float, call: Callable[[], None]) -> None:
        self._timer: QTimer | None = QTimer(parent)
        self._timer.setSingleShot(True)
        # PySide holds a bound method weakly; the lambda keeps this object until it fired.
        self._timer.timeout.connect(lambda: self._fire())  # noqa: PLW0108
        self._timer.start(max(0, round(seconds * 1000)))
        self._call = call

    def cancel(self) -> None:
        """Do not call any more."""
        if self._timer is not None:
            self._timer.stop()
            self._timer.deleteLater()
            self._timer = None

    def _fire(self) -> None:
        self.cancel()
        self._call()


class AsyncRunner:
    """Fulfils ``wizard.runner.Runner``: one loop in one daemon thread, started by the first run."""

    def __init__(self) -> None:
        self._courier = Courier()
        self._lock = threading.Lock()
        self._waiting: list[Call] = []  # posted before the loop was there
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping: asyncio.Event | None = None
        self._tasks: set[asyncio.Task[Any]] = set()  # asyncio itself holds them weakly
        self._cleanups: list[Callable[[], Awaitable[None]]] = []
        self._stopped = False

    def run(
        self,
        work: Callable[[Report], Awaitable[T]],
        *,
        progress: Callable[[Progress], None],
        done: Callable[[T], None],
        failed: Callable[[BaseException], None],
        cancelled: Callable[[], None],
        owner: QObject | None = None,
    ) -> AsyncJob:
        """Start ``work``; exactly one of ``done``, ``failed``, ``cancelled`` follows, last.

        When ``owner`` is destroyed first, the work is cancelled and nothing is called.
        """
        alive = _alive(owner)

        def send(call: Call) -> None:
            self._courier.send(lambda: call() if alive() else None)

        def report(news: Progress) -> None:
            send(lambda: progress(news))

        def settle(task: asyncio.Task[T]) -> None:
            self._tasks.discard(task)
            send(lambda: _tell(task, done, failed, cancelled))

        async def body() -> T:
            try:
                return await work(report)
            except (SystemExit, KeyboardInterrupt) as error:  # these would end the loop's thread
                raise RuntimeError(f"{type(error).__name__} in background work") from error

        def spawn() -> None:
            assert self._loop is not None
            task = self._loop.create_task(body())
            self._tasks.add(task)
            job.start(task)

        job = AsyncJob(self, settle)
        if owner is not None:
            owner.destroyed.connect(lambda *_: job.cancel())
        self.post(spawn, start=True)
        return job

    def later(self, seconds: float, call: Callable[[], None]) -> QtTimer:
        """Call once after ``seconds``, on the owner's thread."""
        return QtTimer(self._courier, seconds, call)

    def on_stop(self, cleanup: Callable[[], Awaitable[None]]) -> None:
        """Await ``cleanup`` on the loop before it ends; the last one registered comes first."""
        self._cleanups.append(cleanup)

    def post(self, call: Call, *, start: bool = False) -> None:
        """Make ``call`` on the loop's thread; ``start`` starts that thread if need be."""
        with self._lock:
            if self._stopped and start:
                raise RunnerStoppedError("the runner has been stopped")
            if self._loop is not None:
                self._loop.call_soon_threadsafe(call)
                return
            self._waiting.append(call)
            if start and self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="asyncio", daemon=True)
                self._thread.start()

    def stop(self, timeout: float = 5.0) -> bool:
        """Cancel all work, run the clean-ups, end the thread; False when it did not end in time.

        Calls that were due are made before this returns.
        """
        with self._lock:
            thread, self._stopped = self._thread, True
        if thread is not None:
            self.post(self._ask_to_stop)
            thread.join(timeout)
            if thread.is_alive():
                log.warning("background work did not end within %.1f s", timeout)
        self._courier.flush()
        return thread is None or not thread.is_alive()

    def _ask_to_stop(self) -> None:
        assert self._stopping is not None
        self._stopping.set()

    def _serve(self) -> None:
        import asyncio

        with asyncio.Runner() as runner:
            runner.run(self._main())
            with self._lock:
                self._loop = None

    async def _main(self) -> None:
        import asyncio

        from feishu_wizard.ui.blocking import DaemonExecutor

        loop = asyncio.get_running_loop()
        loop.set_default_executor(DaemonExecutor())
        self._stopping = asyncio.Event()
        with self._lock:
            self._loop = loop
            for call in self._waiting:
                loop.call_soon(call)
            self._waiting.clear()
        await self._stopping.wait()
        await self._finish()

    async def _finish(self) -> None:
        import asyncio

        tasks = tuple(self._tasks)
        for task in tasks:
            if not task.cancelling():
                task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for cleanup in reversed(self._cleanups):
            try:
                await cleanup()
            except Exception:
                log.exception("clean-up at the end failed")


def _alive(owner: QObject | None) -> Callable[[], bool]:
    """Return a function that tells whether ``owner`` still exists."""
    if owner is None:
        return lambda: True
    gone = threading.Event()
    owner.destroyed.connect(lambda *_: gone.set())
    return lambda: not gone.is_set()


def _tell(
    task: asyncio.Task[T],
    done: Callable[[T], None],
    failed: Callable[[BaseException], None],
    cancelled: Callable[[], None],
) -> None:
    if task.cancelled():
        cancelled()
        return
    error = task.exception()
    if error is None:
        done(task.result())
    else:
        failed(error)
