"""The sync rehearsal: a walk of the address book, beside the page, and what it came to.

A walk of 100,000 people takes ten minutes. So it is no work that the page waits for: the other
rehearsals and steps stay usable meanwhile. Another app, secret or host stops it, and so does the
end of the program; what was walked is in its journal, and it goes on from there.
"""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.walk import WalkProgress, WalkState
from feishu_wizard.wizard.alarm import Alarm
from feishu_wizard.wizard.beside import Beside
from feishu_wizard.wizard.steps import Verb
from feishu_wizard.wizard.sync_people import PeopleFound

if TYPE_CHECKING:
    import asyncio

    from feishu_wizard.domain.accounts import Comparison
    from feishu_wizard.domain.progress import Progress, Report
    from feishu_wizard.domain.walk import SyncPicture, WalkNews, WalkSummary
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session
    from feishu_wizard.wizard.sync_accounts import SyncAccounts

BEAT = 0.25
"""Seconds between two looks at the news of a walk: more often nobody can read them."""

_APP = frozenset({"app_id_text", "edition", "open_url", "accounts_url", "app_type", "tenant_key"})
_SECRET = frozenset({f"secret:{APP_SECRET}"})
_STOPPED = frozenset({WalkState.PAUSED, WalkState.BROKEN_OFF})


class SyncFlow(PeopleFound):
    """One walk at a time.

    ``state`` None: nothing was walked for this app. ``news``: of the walk under way. ``summary``
    and ``picture``: what the journal holds; ``picture_error`` why no picture could be made of it.
    ``error``: why the last walk ended before its end. ``version`` is another number when there
    are other people to show.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._walking = Beside(session)
        self._beat = Alarm(session)
        self._shown_at = 0.0  # when news was last passed on, of ``time.monotonic()``
        self._lane: asyncio.Lock | None = None  # touched on the loop's thread only
        self._looked = False
        self.version = 0
        self._forget()

    @cached_property
    def accounts(self) -> SyncAccounts:
        """The accounts that CAN holds, against the people found."""
        from feishu_wizard.wizard.sync_accounts import SyncAccounts

        return SyncAccounts(self)

    # -- shown by the panel -----------------------------------------------------------

    @property
    def running(self) -> bool:
        """A walk is under way."""
        return self.state is WalkState.RUNNING

    @property
    def tried(self) -> bool:
        """Something was walked, or could not be."""
        return self.state is not None or self.error is not None

    @property
    def stopped(self) -> bool:
        """A walk was begun and is not at its end."""
        return self.state in _STOPPED

    @property
    def people(self) -> int:
        """People found so far."""
        if self.running and self.news is not None:
            return self.news.people
        return self.summary.people if self.summary is not None else 0

    @property
    def comparison(self) -> Comparison | None:
        """The accounts of CAN against the people found."""
        return self.accounts.comparison

    @property
    def red(self) -> bool:
        """Something in the result would do harm; what was typed away is none of it."""
        found = self.picture.findings if self.picture is not None else ()
        return self.accounts.red or any(f.status is Status.FAIL for f in found)

    # -- changed by the panel ---------------------------------------------------------

    def begin(self) -> None:
        """Walk; a walk that was broken off goes on."""
        self._walk(resume=True)

    def go_on(self) -> None:
        """Go on at the page where it stopped."""
        self._walk(resume=True)

    def begin_again(self) -> None:
        """Throw away what was walked, and walk anew."""
        self._walk(resume=False)

    def pause(self) -> None:
        """Stop; what was walked is kept."""
        if self.running:
            self._end(WalkState.PAUSED)
            self.put_off = True  # who stopped it does not want the big button to go on
            self._read()
            self.session.changed()

    def not_now(self) -> None:
        """Leave the step without a walk: it stays open."""
        self.put_off = True
        self.session.changed()

    # -- the step ---------------------------------------------------------------------

    def verb(self) -> Verb | None:
        """Walk, or go on; nothing once it failed or was put off: the panel has its own button."""
        if self.running or self.put_off or self.error is not None:
            return None
        if self.stopped:
            return Verb("go_on_walking", {})
        return Verb("rehearse_sync", {}) if self.state is None else None

    def press(self) -> None:
        """What the verb says."""
        self.begin()

    def done(self) -> bool:
        """The walk missed nothing and found nothing red."""
        complete = self.summary is not None and self.summary.complete
        return self.state is WalkState.COMPLETE and complete and not self.red

    def shown(self) -> None:
        """Look once what an earlier sitting left; this calls nobody."""
        if not self._looked and not self.running:
            self._looked = True
            self._read()

    def answers_changed(self, names: frozenset[str]) -> None:
        """Another app: everything is void. Another secret stops the walk; what it found stays."""
        if names & _APP:
            self.answers_replaced()
        elif names & _SECRET and self.running:
            self._end(WalkState.BROKEN_OFF)
            self._read()

    def answers_replaced(self) -> None:
        """Nothing was walked for this app."""
        self._forget()

    # -- inside -----------------------------------------------------------------------

    def _forget(self) -> None:
        self._end(None)
        self.news: WalkNews | None = None
        self.summary: WalkSummary | None = None
        self.picture: SyncPicture | None = None
        self.picture_error: WizardError | None = None
        self.error: WizardError | None = None
        self.put_off = False
        self._looked = False
        self.version += 1
        if "accounts" in vars(self):
            self.accounts.forget()

    def _end(self, state: WalkState | None) -> None:
        """No news of this run counts any more."""
        self._walking.drop()
        self._beat.stop()
        self.state = state

    def _walk(self, *, resume: bool) -> None:
        if self.running:
            return
        fresh = not resume or not self.stopped
        self._end(WalkState.RUNNING)
        self.error = self.picture_error = None
        self.put_off, self._looked = False, True
        self.accounts.forget()
        if fresh:
            self.news = self.summary = self.picture = None
        self.version += 1
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> WalkSummary:
            from feishu_wizard.operations.rehearse_sync import rehearse_sync

            async with self._own_lane():
                return await rehearse_sync(place, kit, report, resume=resume)

        self._walking.start(work, self._came, self._failed, self._heard)
        self.session.changed()

    def _own_lane(self) -> asyncio.Lock:
        """A walk that was paused may still be writing its last page when the next one begins."""
        import asyncio

        if self._lane is None:
            self._lane = asyncio.Lock()
        return self._lane

    def _heard(self, news: Progress) -> None:
        """Numbers change with every page; they are shown a few times a second."""
        if not isinstance(news, WalkProgress) or news.news is None:
            return
        self.news = news.news
        if not self._beat.is_set:
            wait = max(self._shown_at + BEAT - time.monotonic(), 0.0)
            self._beat.set(wait, self._show_news)

    def _show_news(self) -> None:
        self._shown_at = time.monotonic()
        self.session.changed()

    def _came(self, summary: WalkSummary) -> None:
        self._end(None)
        self._take(summary, walked=True)

    def _failed(self, error: WizardError) -> None:
        self._end(WalkState.BROKEN_OFF)
        self.error = error
        self._read()

    def _read(self) -> None:
        """Read what the journal holds."""
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> WalkSummary | None:
            from feishu_wizard.operations.rehearse_sync import last_walk

            async with self._own_lane():
                return await last_walk(place, kit)

        self._walking.also(work, self._found, self._unread)

    def _found(self, summary: WalkSummary | None) -> None:
        """A walk of another app says nothing here; one that still runs was killed."""
        if summary is None or summary.app_id != self.session.credentials.app_id.value:
            self.state, self.summary = None, None
            return
        self._take(summary)

    def _take(self, summary: WalkSummary, *, walked: bool = False) -> None:
        paused = self.state is WalkState.PAUSED
        self.summary, self.state = summary, summary.state
        if summary.state is not WalkState.COMPLETE:
            self.state = WalkState.PAUSED if paused else WalkState.BROKEN_OFF
        self.version += 1
        self.accounts.look(compare=walked)
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> SyncPicture:
            from feishu_wizard.operations.picture_sync import picture

            return await picture(place, kit)

        self._walking.also(work, self._drawn, self._unread)

    def _drawn(self, picture: SyncPicture) -> None:
        self.picture = picture

    def _unread(self, error: WizardError) -> None:
        """The journal gave no answer: the reason is shown in its place."""
        self.picture_error = error
