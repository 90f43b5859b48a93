"""A scan that makes an app or completes one: runs beside the page, ends when the step is left.

It may take ten minutes. So it is no work that the page waits for: fields stay usable, typing does
not stop it. Leaving the step, another setup, other hosts and closing the window do.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from feishu_wizard.domain.edition import AppType, Edition
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.means import Means
from feishu_wizard.domain.scan import OtherBrand, Scanned, ScanOffer, ScanState, ScanWish
from feishu_wizard.wizard import scan_wish
from feishu_wizard.wizard.alarm import Alarm
from feishu_wizard.wizard.beside import Beside
from feishu_wizard.wizard.steps import Severity, Step

if TYPE_CHECKING:
    from feishu_wizard.domain.permission import Need
    from feishu_wizard.domain.progress import Progress, Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.controller import Controller
    from feishu_wizard.wizard.session import Session

SECOND = 1.0
_RUNNING = frozenset({ScanState.STARTING, ScanState.WAITING, ScanState.OTHER_BRAND})
_ENDS = {
    "scan.denied": ScanState.DENIED,
    "scan.expired": ScanState.EXPIRED,
    "scan.taken": ScanState.TAKEN,
    "scan.not_offered": ScanState.NOT_OFFERED,
}


class ScanFlow:
    """One scan at a time. ``completing``: for the app of this setup; else it makes a new one.

    ``offer`` is what is shown while waiting, ``matrix`` its link as a QR code. ``trouble`` says
    why the platform cannot be asked right now, ``error`` why it ended without a result.
    ``app_id``: what the scan brought. ``edition``: where the person who scanned belongs to, when
    that is not where this setup lives.
    """

    def __init__(self, session: Session, completing: bool) -> None:
        self.completing = completing
        self.state = ScanState.IDLE
        self.offer: ScanOffer | None = None
        self.matrix: tuple[bytes, ...] = ()
        self.error: WizardError | None = None
        self.trouble: WizardError | None = None
        self.app_id = ""
        self.edition: Edition | None = None
        self.session = session
        self._home = Step.PERMISSIONS if completing else Step.CREDENTIALS
        self._texts = ("", "")
        self._asked = ScanWish(())
        self._rests_on: tuple[str, ...] = ()
        self._ends_at = 0.0  # of ``time.monotonic()``
        self._waiting = Beside(session)  # for the person who scans
        self._second = Alarm(session)
        self._elsewhere: OtherBrand | Scanned | None = None
        self._agreed: Edition | None = None
        self._taken = False  # App ID and secret stand in the setup
        self._check_due = False
        session.subscribe(self._look_round)

    # -- shown by the page ------------------------------------------------------------

    @property
    def offered(self) -> bool:
        """A scan makes self-built apps only, and needs an accounts host."""
        answers = self.session.answers
        hosts = answers.edition is not Edition.PRIVATE or bool(answers.accounts_url)
        return hosts and answers.app_type is AppType.SELF_BUILT

    @property
    def running(self) -> bool:
        """Begun, and neither ended nor cancelled."""
        return self.state in _RUNNING

    @property
    def needed(self) -> tuple[Need, ...]:
        """Permissions that CAN needs; of an existing app only those that it lacks."""
        return scan_wish.needed(self.session, completing=self.completing)

    @property
    def helpers(self) -> tuple[Need, ...]:
        """Permissions that only this program's checks need; each can be left out."""
        return scan_wish.helpers(self.session, completing=self.completing)

    def wants(self, need: Need) -> bool:
        """Whether a helper is asked for."""
        return need.id not in self.session.answers.declined

    @property
    def wish(self) -> ScanWish:
        """What the scan asks for. Name and description count for a new app only."""
        return scan_wish.wish(self.session, self._texts, completing=self.completing)

    def seconds_left(self) -> float:
        """Until the code expires; 0 when there is none."""
        return max(self._ends_at - time.monotonic(), 0.0) if self.running else 0.0

    # -- changed by the page ----------------------------------------------------------

    def set_helper(self, need_id: str, wanted: bool) -> None:
        """Ask for a helper, or leave it out on purpose, which the plan then says, too."""
        self.session.permissions.set_declined(need_id, not wanted)

    def begin(self, name: str = "", description: str = "") -> None:
        """Ask for a code. ``name`` and ``description`` are those of a new app, in words."""
        if self.running or not self.offered:
            return
        self._texts = (name, description)
        self._reset(ScanState.STARTING)
        self._asked = self.wish
        self._rests_on = self._basis()
        self._start(None)
        self.session.changed()

    def again(self) -> None:
        """A new code for the same wish."""
        self.begin(*self._texts)

    def cancel(self) -> None:
        """Stop waiting. What somebody confirms on the phone afterwards happens all the same."""
        if self.running:
            self._end(ScanState.CANCELLED)
            self.session.changed()

    def go_on_there(self) -> None:
        """The admin agrees to fetch the result from the other brand, and to work there."""
        elsewhere = self._elsewhere
        if self.state is not ScanState.OTHER_BRAND or elsewhere is None:
            return
        if isinstance(elsewhere, Scanned):
            self._take(elsewhere)
            return
        offer = replace(elsewhere.offer, lifetime=self.seconds_left())
        self._elsewhere, self._agreed = None, elsewhere.edition
        self.state = ScanState.WAITING
        self._start(replace(elsewhere, offer=offer))
        self.session.changed()

    def put_away(self) -> None:
        """Forget how it ended."""
        if not self.running:
            self._reset(ScanState.IDLE)
            self.session.changed()

    def by_hand(self) -> None:
        """Go the way without a scan."""
        self.put_away()
        if self.completing:
            self.session.permissions.choose(Means.CONSOLE)

    # -- inside -----------------------------------------------------------------------

    def _basis(self) -> tuple[str, ...]:
        """What the scan rests on; when it changes, the scan is void."""
        answers = self.session.answers
        app = self.session.credentials.app_id.value if self.completing else ""
        return (answers.setup_id, answers.edition, answers.open_url, answers.accounts_url, app)

    def _start(self, resume: OtherBrand | None) -> None:
        kit, wish = self.session.keeping.kit(), self._asked

        async def work(place: Workplace, report: Report) -> Scanned | OtherBrand:
            from feishu_wizard.operations.create_app import scan

            return await scan(place, kit, wish, report, resume)

        self._waiting.start(work, self._came, self._failed, self._heard)
        self._second.set(SECOND, self._tick)

    def _heard(self, news: Progress) -> None:
        from feishu_wizard.operations.create_app import ScanProgress

        if not isinstance(news, ScanProgress):
            return
        self.trouble = news.trouble
        if news.offer is not None:
            self.state = ScanState.WAITING
            self.offer = news.offer
            self.matrix = news.matrix or self.matrix
            self._ends_at = time.monotonic() + news.offer.lifetime
        self.session.changed()

    def _came(self, result: Scanned | OtherBrand) -> None:
        known = (None, self.session.answers.edition, self._agreed)
        if result.edition in known and isinstance(result, Scanned):
            self._take(result)
        elif self.completing:  # its app lives here: whoever is at home there cannot touch it
            edition = result.edition or self.session.answers.edition
            self._failed(WizardError("scan.wrong_brand", {"edition": edition.value}))
        else:  # nothing goes there before the admin agreed
            self._elsewhere, self.edition, self.trouble = result, result.edition, None
            self.state = ScanState.OTHER_BRAND

    def _take(self, scanned: Scanned) -> None:
        if self.completing and scanned.app_id != self._asked.app_id:
            params = {"app_id": scanned.app_id, "wanted": self._asked.app_id}
            self._failed(WizardError("scan.other_app", params))
            return
        self._end(ScanState.DONE)
        self.app_id = scanned.app_id
        if self.completing:
            self.session.update(scanned_by=scanned.open_id)
        else:
            self.session.credentials.take_scanned(scanned)
        self._taken = self._check_due = True
        self._look_round()

    def _check(self) -> None:
        """Find out at once what it is worth, and say what came."""
        session = self.session
        self._check_due = False
        if self.completing:
            session.permissions.check(quiet=True)
            session.say(Severity.SUCCESS, "scan_completed", {"app_id": self.app_id})
        else:
            session.credentials.check(pair_only=True)
            session.say(Severity.SUCCESS, "scan_created", {"app_id": self.app_id})

    def _failed(self, error: WizardError) -> None:
        self._end(_ENDS.get(error.code, ScanState.FAILED))
        self.error = error
        if self.completing and self.state is ScanState.NOT_OFFERED:
            self.session.say_error(error)  # the plan goes on to the next means at once

    def _look_round(self) -> None:
        """Something changed: does the scan still have its page, and is there room to check?"""
        session = self.session
        if self.running and (session.step is not self._home or self._basis() != self._rests_on):
            self._end(ScanState.CANCELLED)
            session.changed()
        elif self._outdated():
            self._reset(ScanState.IDLE)
            session.changed()
        elif self._check_due and session.busy is None and session.current is self._owner():
            self._check()

    def _outdated(self) -> bool:
        """How it ended says nothing of the setup, or of the app, that is there now."""
        if self.state is ScanState.IDLE or self.running:
            return False
        app_id = self.session.credentials.app_id.value
        other_app = self.state is ScanState.DONE and self._taken and app_id != self.app_id
        return other_app or self._rests_on[0] != self.session.answers.setup_id

    def _owner(self) -> Controller:
        return self.session.controller(self._home)

    def _reset(self, state: ScanState) -> None:
        self._end(state)
        self.error, self.app_id, self._agreed = None, "", None
        self._taken = self._check_due = False

    def _end(self, state: ScanState) -> None:
        """No news of this run counts any more, and nothing of its code is kept."""
        self._waiting.drop()
        self._second.stop()
        self.offer = self.trouble = self._elsewhere = self.edition = None
        self.matrix, self._ends_at = (), 0.0
        self.state = state

    def _tick(self) -> None:
        """A second has passed. While the admin is asked, nobody else sees the code expire."""
        if isinstance(self._elsewhere, OtherBrand) and self.seconds_left() <= 0:
            self._failed(WizardError("scan.expired"))
        elif self.running:
            self._second.set(SECOND, self._tick)
        self.session.changed()
