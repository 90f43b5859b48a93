"""Waiting for an approver: cheap looks, at most one a minute, bounded in number, cancellable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.states import VersionState
from feishu_wizard.wizard.alarm import Alarm
from feishu_wizard.wizard.steps import Severity

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.operations.watch_approval import Look
    from feishu_wizard.wizard.session import Session

# One call a minute costs 1,440 a day of a monthly quota; an hour of them is a fair wait.
WAIT_SECONDS = 60.0
WAIT_LOOKS = 60
LONGEST_SECONDS = 600.0  # where the platform asks again and again to slow down
QUOTA = "feishu.99991403"  # the month's calls are used up (facts: feishu.md section 2.6)


class ApprovalWait:
    """Looks while somebody looks on. ``decided`` is called once, when the review is over.

    ``since``: RFC 3339 time of the submission, kept after the looking ended ("" when nothing is
    waited for). ``seconds``: until the next look. ``stopped_by``: the code that ended it, or "".
    A look begins only after the one before has answered.
    """

    def __init__(self, session: Session, decided: Callable[[], None]) -> None:
        self.since = ""
        self.looks_left = 0
        self.seconds = WAIT_SECONDS
        self.stopped_by = ""
        self._session = session
        self._decided = decided
        self._alarm = Alarm(session)
        self._number = 0  # of the wait: answers to looks of an earlier one are late
        self._looking = False
        self._in_review = False

    @property
    def active(self) -> bool:
        """Somebody is being waited for now."""
        return self.looks_left > 0

    @property
    def slowed(self) -> bool:
        """The platform asked for fewer calls."""
        return self.seconds > WAIT_SECONDS

    def begin(self, *, in_review: bool) -> None:
        """Look from now on; ``in_review``: a version was seen under review already."""
        self.since = self.since or datetime.now(UTC).isoformat(timespec="seconds")
        self.end()
        self.looks_left, self.stopped_by, self._in_review = WAIT_LOOKS, "", in_review
        self._schedule()

    def end(self) -> None:
        """Look no more; what is waited for stays known."""
        self._number += 1
        self.looks_left, self.seconds = 0, WAIT_SECONDS
        self._alarm.stop()

    def forget(self) -> None:
        """Nothing is waited for any more."""
        self.end()
        self.since = self.stopped_by = ""

    # -- inside -----------------------------------------------------------------------

    def _schedule(self) -> None:
        self._alarm.set(self.seconds, self._look)

    def _look(self) -> None:
        if self._looking or self._session.busy is not None:  # other calls are under way: later
            self._schedule()
            return
        self._looking = True
        self.looks_left -= 1
        kit, number = self._session.keeping.kit(), self._number

        async def work(place: Workplace, report: Report) -> Look:
            from feishu_wizard.operations.watch_approval import look

            return await look(place, kit)

        def seen(told: Look) -> None:
            self._looking = False
            if number == self._number:
                self._seen(told)

        def broke(error: WizardError) -> None:
            self._looking = False
            if number == self._number:
                self._session.say_error(error)
                self._go_on()

        self._session.background(work, seen, broke)
        self._session.changed()

    def _seen(self, told: Look) -> None:
        """A refusal for speed slows down, the month's quota ends it; both are named."""
        if told.slow == QUOTA:
            self.end()
            self.stopped_by = told.slow
            self._session.say(Severity.WARNING, told.slow)
        elif told.slow:
            self.seconds = max(told.retry_after, min(2 * self.seconds, LONGEST_SECONDS))
            self._go_on()
        elif self._over(told.state):
            self.end()
            self._decided()
        else:
            self.seconds = WAIT_SECONDS
            self._go_on()

    def _over(self, state: VersionState) -> bool:
        """The review is over. Before the first release a version that was submitted cannot
        always be told from none, so "none" counts only after one was seen under review."""
        if state is VersionState.UNDER_REVIEW:
            self._in_review = True
            return False
        if state is VersionState.UNKNOWN:
            return False
        return state is not VersionState.NEVER_RELEASED or self._in_review

    def _go_on(self) -> None:
        if self.looks_left:
            self._schedule()
        else:
            self.end()
        self._session.changed()
