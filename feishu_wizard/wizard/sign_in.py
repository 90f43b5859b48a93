"""The sign-in rehearsal: one real sign-in, and what a person saw at CAN's own.

A sign-in waits for a person for minutes, so it is no work that the page waits for. Leaving the
step, another app or other hosts end it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.sign_in import (
    LISTENER_PORT,
    Seen,
    SignInProgress,
    SignInState,
    SignInWay,
)
from feishu_wizard.wizard.alarm import Alarm
from feishu_wizard.wizard.beside import Beside
from feishu_wizard.wizard.rehearsal import Rehearsal
from feishu_wizard.wizard.steps import Severity, Verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from feishu_wizard.domain.errors import WizardError
    from feishu_wizard.domain.finding import Finding
    from feishu_wizard.domain.progress import Progress, Report
    from feishu_wizard.domain.sign_in import SignedIn, SignInOffer, UrlsCheck
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session

SECOND = 1.0
_RUNNING = frozenset({SignInState.STARTING, SignInState.WAITING, SignInState.READING})
_APP = frozenset(
    {"app_id_text", "edition", "open_url", "accounts_url", "app_type", f"secret:{APP_SECRET}"}
)
_CAN = frozenset({"callback_text", "can_text", "no_can"})


class SignInFlow(Rehearsal):
    """One sign-in at a time.

    ``offer`` is what the person opens while it waits, ``matrix`` its address as a QR code where a
    phone can open it; ``result`` who signed in; ``error`` why it
    ended without one. ``urls``: the registered redirect URLs, once they were looked at. ``seen``
    is what the admin said about CAN's own sign-in, ``told`` what that means.
    """

    state = SignInState.IDLE
    port = LISTENER_PORT
    offer: SignInOffer | None = None
    matrix: tuple[bytes, ...] = ()
    result: SignedIn | None = None
    error: WizardError | None = None
    urls: UrlsCheck | None = None
    seen: Seen | None = None
    told: Finding | None = None
    asked = False  # CAN's own sign-in was opened
    put_off = False  # who wants to go on without a sign-in gets no other button for it
    _ends_at = 0.0

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._waiting = Beside(session)  # for the person who signs in
        self._second = Alarm(session)

    # -- shown by the page ------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Begun, and neither ended nor cancelled."""
        return self.state in _RUNNING

    @property
    def tried(self) -> bool:
        """Somebody signed in or could not, here or at CAN."""
        return self.result is not None or self.error is not None or self.seen is not None

    @property
    def may_ask_can(self) -> bool:
        """There is a callback of CAN with which its own sign-in can be opened."""
        return self.session.credentials.callback.usable

    def seconds_left(self) -> float:
        """Until the offer expires; 0 when there is none."""
        return max(self._ends_at - time.monotonic(), 0.0) if self.offer is not None else 0.0

    # -- changed by the page ----------------------------------------------------------

    def set_port(self, port: int) -> None:
        """The port of the address that is registered for a sign-in by the browser."""
        if not self.running and port != self.port:
            self.port, self.urls = port, None
            self.session.changed()

    def begin(self, way: SignInWay | None = None) -> None:
        """Have somebody sign in. None: by a code where the platform offers it, else by browser."""
        if self.running:
            return
        self._end(SignInState.STARTING)
        self.error = self.result = None
        kit, port, lang = self.session.keeping.kit(), self.port, self.session.lang

        async def work(place: Workplace, report: Report) -> SignedIn:
            from feishu_wizard.operations.rehearse_login import sign_in

            return await sign_in(place, kit, way, port, report, lang=lang)

        self._waiting.start(work, self._came, self._failed, self._heard)
        self.session.changed()

    def cancel(self) -> None:
        """Stop waiting."""
        if self.running:
            self._end(SignInState.IDLE)
            self.put_off = True
            self.session.changed()

    def not_now(self) -> None:
        """Go on without a sign-in: it stays open."""
        self.put_off = True
        self.session.changed()

    def check_urls(self) -> None:
        """Compare the registered redirect URLs with the needed ones."""
        kit, port = self.session.keeping.kit(), self.port

        async def work(place: Workplace, report: Report) -> UrlsCheck:
            from feishu_wizard.operations.rehearse_login import check_urls

            return await check_urls(place, kit, port)

        self.session.start("checking_urls", work, self._urls, rests_on=_APP | _CAN)

    def register_listener(self) -> None:
        """Let the app register this program's address; the page has asked first."""
        self._change_listener(register=True)

    def remove_listener(self) -> None:
        """Let the app remove it again."""
        self._change_listener(register=False)

    def open_can(self, opened: Callable[[str], object]) -> None:
        """Make the address of CAN's own sign-in; ``opened`` brings it to the browser."""
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> str:
            from feishu_wizard.operations.rehearse_login import can_authorize_url

            return can_authorize_url(kit)

        def done(url: str) -> None:
            self.asked = True
            opened(url)

        self.session.start("preparing_sign_in", work, done, rests_on=_APP | _CAN)

    def state_seen(self, seen: Seen) -> None:
        """What the admin saw in the browser: kept as stated, with its meaning and fix."""
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> Finding:
            from feishu_wizard.operations.rehearse_login import note_seen

            return await note_seen(place, kit, seen)

        def done(told: Finding) -> None:
            self.seen, self.told = seen, told

        self.session.start("noting", work, done, rests_on=_APP | _CAN)

    # -- the step ---------------------------------------------------------------------

    def verb(self) -> Verb | None:
        """Sign in, until that was tried or put off."""
        if self.running or self.tried or self.put_off:
            return None
        return Verb("sign_in_once", {})

    def press(self) -> None:
        """What the verb says."""
        self.begin()

    def done(self) -> bool:
        """Somebody signed in, here or at CAN, and nobody saw an error there."""
        if self.seen is not None:
            return self.seen is Seen.SIGNED_IN
        return self.result is not None

    def answers_changed(self, names: frozenset[str]) -> None:
        """Another app: who signed in to that one says nothing here."""
        if names & _APP:
            self.answers_replaced()
        elif names & _CAN:
            self.urls = self.seen = self.told = None
            self.asked = False

    def answers_replaced(self) -> None:
        """Nobody signed in yet."""
        self._forget()

    def left(self) -> None:
        """Nobody looks any more: the code or the listener is put away."""
        self.cancel()

    # -- inside -----------------------------------------------------------------------

    def _forget(self) -> None:
        self._end(SignInState.IDLE)
        self.result = self.error = self.urls = self.seen = self.told = None
        self.asked = self.put_off = False

    def _end(self, state: SignInState) -> None:
        """No news of this run counts any more, and nothing of its code is kept."""
        self._waiting.drop()
        self._second.stop()
        self.offer, self.matrix = None, ()
        self._ends_at = 0.0
        self.state = state

    def _heard(self, news: Progress) -> None:
        if not isinstance(news, SignInProgress):
            return
        if news.code == "sign_in_reading":
            self.state = SignInState.READING
        if news.offer is not None:
            self._offered(news.offer)
        self.session.changed()

    def _offered(self, offer: SignInOffer) -> None:
        self.state, self.offer = SignInState.WAITING, offer
        self._ends_at = time.monotonic() + offer.seconds
        if offer.way is SignInWay.DEVICE:
            self._draw(offer.url)
        self._second.set(SECOND, self._tick)

    def _draw(self, url: str) -> None:
        """The address as a QR code; without it the link is there all the same."""

        async def work(place: Workplace, report: Report) -> tuple[bytes, ...]:
            import asyncio

            from feishu_wizard.operations.create_app import qr_matrix

            return await asyncio.to_thread(qr_matrix, url)

        def drawn(matrix: tuple[bytes, ...]) -> None:
            self.matrix = matrix

        self._waiting.also(work, drawn)

    def _came(self, result: SignedIn) -> None:
        self._end(SignInState.DONE)
        self.result = result

    def _failed(self, error: WizardError) -> None:
        self._end(SignInState.ENDED)
        self.error = error

    def _urls(self, check: UrlsCheck) -> None:
        self.urls = check

    def _change_listener(self, *, register: bool) -> None:
        kit, port = self.session.keeping.kit(), self.port

        async def work(place: Workplace, report: Report) -> UrlsCheck:
            from feishu_wizard.operations import rehearse_login as verbs

            change = verbs.register_listener if register else verbs.remove_listener
            await change(place, kit, port)
            return await verbs.check_urls(place, kit, port)

        def done(check: UrlsCheck) -> None:
            self.urls = check
            code = "listener_registered" if register else "listener_removed"
            self.session.say(Severity.SUCCESS, code, {"url": check.listener})

        self.session.start("changing_app", work, done, rests_on=_APP)

    def _tick(self) -> None:
        """A second has passed."""
        if self.running:
            self._second.set(SECOND, self._tick)
        self.session.changed()
