"""The session's work: one piece at a time that is shown as busy, and what nobody waits for."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.wizard.steps import Busy, Severity

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Progress, Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.controller import Controller
    from feishu_wizard.wizard.runner import Job, Runner
    from feishu_wizard.wizard.session import Session

T = TypeVar("T")
Work = Callable[["Workplace", "Report"], Awaitable[T]]


@dataclass(slots=True)
class _Run:
    """Work under way: whose page began it, which answers it rests on, and whether they changed."""

    owner: Controller
    rests_on: frozenset[str]
    void: bool = False
    job: Job | None = None


class Working:
    """Starts work for a session, and tells the session what came of it."""

    def __init__(
        self, session: Session, runner: Runner, workplace: Callable[[], Awaitable[Workplace]]
    ) -> None:
        self.busy: Busy | None = None
        self._session = session
        self._runner = runner
        self._workplace = workplace
        self._run: _Run | None = None

    def start(
        self,
        code: str,
        work: Work[T],
        done: Callable[[T], None],
        failed: Callable[[WizardError], bool] | None,
        rests_on: frozenset[str],
    ) -> None:
        """Begin; the caller has made sure that nothing is under way."""
        self.busy = Busy(code, time.monotonic(), {})
        run = self._run = _Run(self._session.current, rests_on)
        run.job = self._runner.run(
            self._body(work),
            progress=lambda news: self._progressed(run, news),
            done=lambda result: self._done(run, done, result),
            failed=lambda error: self._failed(run, error, failed),
            cancelled=lambda: self._cancelled(run),
        )

    def background(
        self,
        work: Work[T],
        done: Callable[[T], None],
        failed: Callable[[WizardError], None],
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> Job:
        """Begin what nobody waits for; it is not shown and not cancelled with a page."""

        def broke(error: BaseException) -> None:
            if not isinstance(error, WizardError):
                raise error
            failed(error)

        return self._runner.run(
            self._body(work),
            progress=progress,
            done=done,
            failed=broke,
            cancelled=lambda: None,
        )

    def cancel(self) -> None:
        """Stop the work under way."""
        if self._run is not None and self._run.job is not None:
            self._run.job.cancel()

    def cancel_of(self, owner: Controller) -> None:
        """Stop the work under way when the page of ``owner`` began it."""
        if self._run is not None and self._run.owner is owner:
            self.cancel()

    def make_void(self) -> None:
        """Stop the work under way and drop what it brings."""
        if self._run is not None:
            self._run.void = True
            self.cancel()

    def answers_changed(self, names: frozenset[str]) -> None:
        """Make the work void when it rests on one of these answers."""
        if self._run is not None and names & self._run.rests_on:
            self.make_void()

    # -- inside -----------------------------------------------------------------------

    def _body(self, work: Work[T]) -> Callable[[Report], Awaitable[T]]:
        async def body(report: Report) -> T:
            return await work(await self._workplace(), report)

        return body

    def _progressed(self, run: _Run, progress: Progress) -> None:
        if run.void:
            return
        if self.busy is not None and progress.code:
            self.busy = Busy(progress.code, self.busy.started, progress.params, progress.share)
        run.owner.progressed(progress)
        self._session.changed()

    def _settled(self) -> None:
        self.busy = None
        self._run = None

    def _done(self, run: _Run, done: Callable[[T], None], result: T) -> None:
        self._settled()
        if not run.void:
            done(result)
        self._session.changed()

    def _failed(
        self, run: _Run, error: BaseException, failed: Callable[[WizardError], bool] | None
    ) -> None:
        self._settled()
        if not isinstance(error, WizardError):
            self._session.say(Severity.ERROR, "internal", {"kind": type(error).__name__})
            raise error  # reaches the log through the excepthook; the window stays
        if not run.void and (failed is None or not failed(error)):
            self._session.say_error(error)
        self._session.changed()

    def _cancelled(self, run: _Run) -> None:
        self._settled()
        if run.void:
            self._session.changed()
        else:
            self._session.say(Severity.INFO, "cancelled")
