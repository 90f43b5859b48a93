"""A change of the App Secret from the page: the new one is taken, and every step is shown.

The new secret lives here until it has passed; only then do the other steps work with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.paste import FieldKind, Pasted, read_paste
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.secret_change import SecretChange, Stage, Unfinished
from feishu_wizard.wizard.answers import with_entry, with_text
from feishu_wizard.wizard.beside import Beside
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.pasted import secret_in, told_at
from feishu_wizard.wizard.steps import Severity

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session

FIELD = "credentials.new_secret"
_RESTS_ON = frozenset({"app_id_text", "edition", "open_url", "accounts_url", "app_type", "proxy"})
_STATED = frozenset({"app_secret", "save"})


class SecretChangeFlow:
    """What the folded part of the page shows and does. Lives as ``session.credentials.change``."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.typed: Pasted | None = None
        self.findings: tuple[Finding, ...] = ()
        self.result: SecretChange | None = None
        self.unfinished: Unfinished | None = None
        self._new: Secret | None = None
        self._pressed = False
        self._running = False
        self._looking_back = Beside(session)
        session.subscribe(self._look_whether_stopped)

    # -- shown by the page ------------------------------------------------------------

    @property
    def offered(self) -> bool:
        """There is a secret that could be changed, or a change to be finished."""
        kept = bool(self.session.answers.ref(APP_SECRET))
        return kept or self.unfinished is not None or bool(self.findings)

    @property
    def in_force(self) -> tuple[str, dict[str, str]] | None:
        """Text code and values of what holds now; None while nothing has happened."""
        if self._running:
            return None
        told = self.unfinished or self.result
        return (told.in_force, dict(told.params)) if told is not None else None

    @property
    def can_finish(self) -> bool:
        """The new secret is kept: the rest needs no typing."""
        return self.unfinished is not None and self.unfinished.new_kept and not self.by_hand

    @property
    def by_hand(self) -> bool:
        """What is left is a person's: enter it in CAN."""
        left = self.unfinished or self.result
        return left is not None and left.stage is Stage.BY_HAND and not self._running

    @property
    def base_info_link(self) -> str:
        """The console page where the secret stands, and is reset."""
        return self.session.credentials.base_info_link

    def problems(self) -> list[FieldProblem]:
        """What is wrong with the new secret as typed."""
        return told_at(FIELD, self.typed, needed=self._pressed)

    def new_secret(self) -> str:
        """The secret in use, for the copy button of the guided part."""
        secret = self.session.answers.secret(APP_SECRET)
        return secret.reveal() if secret is not None else ""

    # -- changed by the page ----------------------------------------------------------

    def set_secret(self, text: str) -> None:
        """The new secret as typed."""
        self.typed = read_paste(FieldKind.APP_SECRET, text) if text else None
        self._new = secret_in(self.typed)
        self._pressed = False
        self.session.changed()

    def change(self) -> None:
        """Test, keep, save, read back, prove with what was typed."""
        self._pressed = True
        if self._new is None:
            self.session.focus = FIELD
            self.session.changed()
            return
        self._start(self._new)

    def finish(self) -> None:
        """Go on with the new secret that is kept already."""
        if self.can_finish:
            self._start(None)

    def entered_in_can(self) -> None:
        """A person entered it in CAN: stated, not read back."""
        self.session.update(stated=self.session.answers.stated | _STATED)
        self.put_away()

    def put_away(self) -> None:
        """No more is wanted of this change."""
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> None:
            from feishu_wizard.operations.secret_marks import close_change

            await close_change(place, kit)

        self._forget()
        self.session.background(work, lambda _: self.session.changed(), self.session.say_error)
        self.session.changed()

    def look_back(self) -> None:
        """Is there a change that an earlier run left behind? Calls nobody."""
        if not self.session.credentials.app_id.usable:
            return
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> Unfinished | None:
            from feishu_wizard.operations.secret_marks import look_back

            return await look_back(place, kit)

        self._looking_back.start(work, self._looked_back)

    def arrived(self, finding: Finding) -> None:
        """A row, as it comes."""
        kept = tuple(row for row in self.findings if row.id != finding.id)
        self.findings = (*kept, finding)

    def replaced(self) -> None:
        """All answers are others."""
        self._forget()

    # -- inside -----------------------------------------------------------------------

    def _start(self, new: Secret | None) -> None:
        if self.session.busy is not None:
            return
        kit = self.session.keeping.kit()
        self.findings, self.result, self.unfinished = (), None, None
        self._running = True

        async def work(place: Workplace, report: Report) -> SecretChange:
            from feishu_wizard.operations.change_secret import change_secret

            return await change_secret(place, kit, new, report)

        self.session.start(
            "changing_secret", work, self._changed, failed=self._failed, rests_on=_RESTS_ON
        )

    def _changed(self, result: SecretChange) -> None:
        self._running = False
        self.result, self.findings = result, result.findings
        if result.ref:
            self._take_over(result)
        elif self.session.credentials.shown:
            self.session.focus = FIELD
        if result.in_force == "secret_change.unchanged":
            self.look_back()

    def _take_over(self, result: SecretChange) -> None:
        """From now on all steps work with what is kept; what was put back needs no typing."""
        answers = self.session.answers
        put_back = result.in_force.startswith("secret_change.put_back")
        now = self._new if not put_back else None
        secrets = with_entry(answers.secrets, APP_SECRET, now)
        refs = with_text(answers.refs, APP_SECRET, result.ref)
        self.typed, self._new, self._pressed = None, None, False
        self.session.credentials.forget_result()
        self.session.update(secrets=secrets, refs=refs)

    def _failed(self, error: WizardError) -> bool:
        self._running = False
        self.look_back()
        return False

    def _look_whether_stopped(self) -> None:
        """Cancelled: what was done until then is found out, not guessed."""
        if self._running and self.session.busy is None and self.result is None:
            self._running = False
            self.look_back()

    def _looked_back(self, found: Unfinished | None) -> None:
        if self._running:
            return
        self.unfinished = found
        if found is not None and found.new_kept:
            # What was typed before the change is no longer what is kept.
            answers = self.session.answers
            refs = with_text(answers.refs, APP_SECRET, found.ref)
            secrets = with_entry(answers.secrets, APP_SECRET, None)
            self.session.update(secrets=secrets, refs=refs)
            if found.stage is Stage.BY_HAND:
                self.session.keeping.secrets.fetch(APP_SECRET)
        if found is not None and not self.session.credentials.shown:
            self.session.say(Severity.WARNING, found.in_force, dict(found.params))

    def _forget(self) -> None:
        self._looking_back.drop()
        self.findings, self.result, self.unfinished = (), None, None
        self.typed, self._new, self._pressed = None, None, False
