"""Work beside the page of which only the newest counts, such as a reading that is made again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from feishu_wizard.wizard.work import T, Work

if TYPE_CHECKING:
    from feishu_wizard.domain.errors import WizardError
    from feishu_wizard.domain.progress import Progress
    from feishu_wizard.wizard.runner import Job
    from feishu_wizard.wizard.session import Session


class Beside:
    """At most one piece of work at a time, with short readings that belong to it.

    Once it was dropped, or another one was started, nothing that it brings is heard any more.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._number = 0  # of the work: what an earlier one brings is late
        self._job: Job | None = None

    def start(
        self,
        work: Work[T],
        done: Callable[[T], None],
        failed: Callable[[WizardError], None] | None = None,
        heard: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """Begin, in place of what is under way. Without ``failed`` the strip shows the error.

        The window is told after ``done`` and ``failed``; after ``heard`` only by the caller.
        """
        self.drop()
        self._job = self._begin(work, done, failed, heard)

    def also(
        self,
        work: Work[T],
        done: Callable[[T], None],
        failed: Callable[[WizardError], None] | None = None,
    ) -> None:
        """Begin a short reading that belongs to it: left to its end, but not heard after it."""
        self._begin(work, done, failed, lambda _: None)

    def drop(self) -> None:
        """Stop what is under way, and hear no more of it."""
        self._number += 1
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def unless_dropped(self, call: Callable[[T], None]) -> Callable[[T], None]:
        """``call`` for what belongs to the work of now: later it does nothing."""
        number = self._number

        def heard(news: T) -> None:
            if number == self._number:
                call(news)

        return heard

    def _begin(
        self,
        work: Work[T],
        done: Callable[[T], None],
        failed: Callable[[WizardError], None] | None,
        heard: Callable[[Progress], None],
    ) -> Job:
        return self._session.background(
            work,
            self.unless_dropped(self._then_tell(done)),
            self.unless_dropped(self._then_tell(failed or self._session.say_error)),
            self.unless_dropped(heard),
        )

    def _then_tell(self, call: Callable[[T], None]) -> Callable[[T], None]:
        def told(news: T) -> None:
            call(news)
            self._session.changed()

        return told
