"""The draft on disk: written once changes have settled, so that a killed program loses little."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from feishu_wizard.wizard.alarm import Alarm

if TYPE_CHECKING:
    from feishu_wizard.domain.errors import WizardError
    from feishu_wizard.domain.instance import Claim
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.domain.sitting import Sitting
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session

# A draft is written this long after the last change, so typing does not write a file a key; and
# while one goes on typing, this long after the first change that is not in it. A program that is
# killed loses at most that.
SETTLE_SECONDS = 0.4
LONGEST_SECONDS = 2.0


class Draft:
    """``touched``: something was changed in this sitting, so there is something to keep.

    ``sitting`` tells what to write, ``kept`` hears who holds the setup then.
    """

    def __init__(
        self, session: Session, sitting: Callable[[], Sitting], kept: Callable[[Claim], None]
    ) -> None:
        self.touched = False
        self._session = session
        self._sitting = sitting
        self._kept = kept
        self._alarm = Alarm(session)
        self._due = 0.0

    def soon(self) -> None:
        """Write once changes have settled."""
        self.touched = True
        settled = time.monotonic() + SETTLE_SECONDS
        if not self._alarm.is_set:
            self._due = settled - SETTLE_SECONDS + LONGEST_SECONDS
        elif settled > self._due:
            return
        self._alarm.set(SETTLE_SECONDS, self.now)

    def now(self, then: Callable[[], None] = lambda: None) -> None:
        """Write at once; ``then`` is called when it is on disk, or could not be written."""
        self._alarm.stop()
        if not self.touched:
            then()
            return
        sitting = self._sitting()

        async def work(place: Workplace, report: Report) -> Claim:
            from feishu_wizard.operations.claim_setup import claim_setup
            from feishu_wizard.operations.keep_draft import keep_draft

            claim = await claim_setup(place, sitting.setup.id, file_path=sitting.file_path)
            await keep_draft(place, sitting)
            return claim

        def kept(claim: Claim) -> None:
            self._kept(claim)
            then()

        def broke(error: WizardError) -> None:
            self._session.say_error(error)
            then()

        self._session.background(work, kept, broke)

    def let_go(self) -> None:
        """Nothing of what was changed until now is to be written."""
        self._alarm.stop()
        self.touched = False
