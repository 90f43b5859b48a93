"""The bridge between asyncio and Qt: order, thread, errors, cancel, end."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest
from PySide6.QtCore import QObject

from feishu_wizard.domain.progress import Progress
from feishu_wizard.ui.bridge import AsyncRunner, RunnerStoppedError


class Heard:
    """Records every callback of one job, with the thread it came on."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, object]] = []
        self.threads: set[int] = set()

    def note(self, kind):
        def call(value=None):
            self.threads.add(threading.get_ident())
            self.calls.append((kind, value))

        return call

    @property
    def callbacks(self):
        kinds = ("progress", "done", "failed", "cancelled")
        return {kind: self.note(kind) for kind in kinds}

    @property
    def kinds(self):
        return [kind for kind, _ in self.calls]

    @property
    def settled(self):
        return [kind for kind in self.kinds if kind != "progress"]


@pytest.fixture
def runner(qapp):
    runner = AsyncRunner()
    yield runner
    assert runner.stop(timeout=5)


def test_nothing_starts_before_the_first_run(runner):
    assert runner._thread is None


def test_progress_comes_in_order_and_the_result_last_on_the_window_thread(runner, qtbot):
    heard = Heard()

    async def work(report):
        for number in range(50):
            report(Progress(str(number)))
            if number % 7 == 0:
                await asyncio.sleep(0)
        return threading.get_ident()

    runner.run(work, **heard.callbacks)
    assert heard.calls == []  # nothing may arrive before control returns to Qt
    qtbot.waitUntil(lambda: bool(heard.settled))
    assert [news.code for kind, news in heard.calls[:-1]] == [str(n) for n in range(50)]
    kind, ran_on = heard.calls[-1]
    assert kind == "done"
    assert ran_on != threading.get_ident()
    assert heard.threads == {threading.get_ident()}


def test_an_error_arrives_as_it_was_raised(runner, qtbot):
    heard = Heard()

    async def work(report):
        raise LookupError("no such thing")

    runner.run(work, **heard.callbacks)
    qtbot.waitUntil(lambda: bool(heard.settled))
    assert heard.settled == ["failed"]
    assert isinstance(heard.calls[-1][1], LookupError)


def test_work_that_wants_to_end_the_program_ends_only_itself(runner, qtbot):
    heard, after = Heard(), Heard()

    async def work(report):
        raise SystemExit(3)

    async def more(report):
        return "alive"

    runner.run(work, **heard.callbacks)
    runner.run(more, **after.callbacks)
    qtbot.waitUntil(lambda: bool(heard.settled and after.settled))
    assert heard.settled == ["failed"]
    assert after.calls == [("done", "alive")]


def test_cancelled_is_told_after_the_work_has_cleaned_up(runner, qtbot):
    heard, cleaned, started = Heard(), [], threading.Event()

    async def work(report):
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.02)
            cleaned.append(heard.kinds)

    job = runner.run(work, **heard.callbacks)
    qtbot.waitUntil(started.is_set)
    job.cancel()
    job.cancel()
    qtbot.waitUntil(lambda: bool(heard.settled))
    assert cleaned == [[]]
    assert heard.settled == ["cancelled"]


def test_cancel_before_the_work_began_and_after_it_ended(runner, qtbot):
    early, late, ran = Heard(), Heard(), []

    async def work(report):
        ran.append(1)

    runner.run(work, **early.callbacks).cancel()
    qtbot.waitUntil(lambda: bool(early.settled))
    assert early.settled == ["cancelled"]
    assert ran == []
    job = runner.run(work, **late.callbacks)
    qtbot.waitUntil(lambda: bool(late.settled))
    job.cancel()
    done = Heard()
    runner.run(work, **done.callbacks)
    qtbot.waitUntil(lambda: bool(done.settled))
    assert late.settled == ["done"]


def test_nothing_is_delivered_to_an_owner_that_is_gone(runner, qtbot):
    heard, other, ended = Heard(), Heard(), threading.Event()
    owner = QObject()

    async def work(report):
        report(Progress("begun"))
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def nothing(report):
        return None

    runner.run(work, owner=owner, **heard.callbacks)
    qtbot.waitUntil(lambda: heard.kinds == ["progress"])
    owner.deleteLater()
    qtbot.waitUntil(ended.is_set)
    runner.run(nothing, **other.callbacks)
    qtbot.waitUntil(lambda: bool(other.settled))
    assert heard.kinds == ["progress"]


def test_stop_settles_pending_work_and_runs_the_cleanups_backwards(qapp, qtbot):
    runner, heard, order = AsyncRunner(), [Heard() for _ in range(5)], []

    async def work(report):
        report(Progress("begun"))
        await asyncio.Event().wait()

    def cleanup(name):
        async def clean():
            order.append((name, threading.current_thread().name))

        return clean

    async def broken():
        raise OSError("cannot close")

    runner.on_stop(cleanup("first"))
    runner.on_stop(cleanup("second"))
    for each in heard:
        runner.run(work, **each.callbacks)
    qtbot.waitUntil(lambda: all(each.kinds == ["progress"] for each in heard))
    thread = runner._thread
    assert runner.stop(timeout=5)
    assert not thread.is_alive()
    assert [each.settled for each in heard] == [["cancelled"]] * 5
    assert order == [("second", "asyncio"), ("first", "asyncio")]
    with pytest.raises(RunnerStoppedError):
        runner.run(work, **heard[0].callbacks)


def test_a_cleanup_that_fails_is_logged_and_the_next_one_still_runs(qapp, qtbot, caplog):
    runner, heard, order = AsyncRunner(), Heard(), []

    async def work(report):
        return None

    async def good():
        order.append("good")

    async def broken():
        raise OSError("cannot close")

    runner.on_stop(good)
    runner.on_stop(broken)
    runner.run(work, **heard.callbacks)
    assert runner.stop(timeout=5)
    assert order == ["good"]
    assert heard.settled in (["done"], ["cancelled"])
    assert "clean-up at the end failed" in caplog.text


def test_stop_is_bounded_when_work_does_not_let_go(qapp, qtbot, caplog):
    runner, heard, release = AsyncRunner(), Heard(), threading.Event()

    async def work(report):
        report(Progress("begun"))
        release.wait()  # blocks the loop itself, as a fault would

    runner.run(work, **heard.callbacks)
    qtbot.waitUntil(lambda: heard.kinds == ["progress"])
    assert not runner.stop(timeout=0.1)
    assert "did not end" in caplog.text
    release.set()
    runner._thread.join(5)
    assert not runner._thread.is_alive()


def test_a_callback_that_fails_does_not_hold_up_the_others(runner, qtbot):
    heard = Heard()

    async def work(report):
        return None

    def fail(_):
        raise ValueError("fault in a page")

    with qtbot.captureExceptions() as caught:
        runner.run(work, **(heard.callbacks | {"done": fail}))
        runner.run(work, **heard.callbacks)
        qtbot.waitUntil(lambda: bool(heard.settled))
    assert [kind for kind, *_ in caught] == [ValueError]


def test_two_thousand_jobs(runner, qtbot):
    results = []

    async def work(report):
        await asyncio.sleep(0)
        return 1

    for _ in range(2000):
        runner.run(
            work,
            progress=lambda _: None,
            done=results.append,
            failed=results.append,
            cancelled=lambda: results.append(None),
        )
    qtbot.waitUntil(lambda: len(results) == 2000, timeout=20_000)
    assert results == [1] * 2000
    assert runner._tasks == set()


def test_the_window_lives_while_much_arrives(runner, qtbot):
    """A flood of progress is delivered in slices, so that timers and paints come between."""
    beats, heard = [], Heard()

    async def work(report):
        for number in range(20_000):
            report(Progress(str(number)))

    def beat():
        beats.append(len(heard.calls))
        if not heard.settled:
            runner.later(0, beat)

    runner.run(work, **heard.callbacks)
    runner.later(0, beat)
    qtbot.waitUntil(lambda: bool(heard.settled), timeout=20_000)
    assert len(heard.calls) == 20_001
    assert len({count for count in beats if 0 < count < 20_000}) >= 2


def test_later_calls_once_unless_cancelled(runner, qtbot):
    called = []
    dropped = runner.later(0.0, lambda: called.append("dropped"))
    dropped.cancel()
    dropped.cancel()
    runner.later(0.01, lambda: called.append("late"))
    runner.later(0.0, lambda: called.append("soon"))
    qtbot.waitUntil(lambda: len(called) == 2)
    assert called == ["soon", "late"]


def test_blocking_calls_run_beside_the_loop(runner, qtbot):
    heard = Heard()

    async def work(report):
        names = await asyncio.gather(*(asyncio.to_thread(threading.current_thread) for _ in "ab"))
        with pytest.raises(KeyError):
            await asyncio.to_thread({}.__getitem__, "missing")
        return names

    runner.run(work, **heard.callbacks)
    qtbot.waitUntil(lambda: bool(heard.settled))
    kind, threads = heard.calls[-1]
    assert kind == "done"
    assert all(thread.daemon for thread in threads)


HANGING = """
import asyncio, threading
from PySide6.QtCore import QCoreApplication
from feishu_wizard.ui.bridge import AsyncRunner
app = QCoreApplication([])
runner = AsyncRunner()
async def work(report):
    report(None)
    await asyncio.to_thread(threading.Event().wait)
runner.run(work, progress=lambda _: app.quit(), done=print, failed=print, cancelled=lambda: None)
app.exec()
print(runner.stop(5))
"""


def test_a_blocking_call_that_hangs_does_not_keep_the_program_alive():
    ended = subprocess.run(
        [sys.executable, "-c", HANGING], capture_output=True, text=True, timeout=30, check=True
    )
    assert ended.stdout == "True\n"
