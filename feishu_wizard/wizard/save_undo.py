"""The last save to CAN, taken back: what that would change first, then the press."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.change import Consent, SaveNote, SavePlan, SaveResult
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.names import BY_HAND
from feishu_wizard.domain.paste import FieldKind, read_paste
from feishu_wizard.domain.secret import Secret
from feishu_wizard.wizard.beside import Beside
from feishu_wizard.wizard.controller import Asking
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.pasted import secret_in
from feishu_wizard.wizard.save_asked import CHANGED
from feishu_wizard.wizard.steps import Severity

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.save import SaveStep
    from feishu_wizard.wizard.session import Session

SECRET = "save.undo.secret"  # noqa: S105 - the name of a field


class UndoFlow(Asking):
    """``last``: the save that would be taken back; ``plan``: what that changes, once asked."""

    last: SaveNote | None = None
    plan: SavePlan | None = None
    agreed: frozenset[Consent] = frozenset()

    def __init__(self, session: Session, step: SaveStep) -> None:
        super().__init__(session)
        self._step = step
        self._secret: Secret | None = None
        self._looking = Beside(session)

    # -- shown by the page ------------------------------------------------------------

    @property
    def offered(self) -> bool:
        """There is a save of this setup that could be taken back."""
        return self.last is not None

    @property
    def secret_known(self) -> bool:
        """The former App Secret was typed."""
        return self._secret is not None

    def problems(self) -> list[FieldProblem]:
        """The secret that only a person knows, and what has to be confirmed."""
        plan = self.plan
        if not self.pressed or plan is None:
            return []
        found = []
        if plan.wants_secret and self._secret is None:
            found.append(FieldProblem(SECRET, "missing"))
        count = {"count": str(len(plan.conflicts))}
        for consent in sorted(plan.needs - self.agreed):
            name = f"save.undo.{consent.value}"
            found.append(FieldProblem(name, f"save.{consent.value}", count))
        return found

    # -- changed by the page ----------------------------------------------------------

    def look(self) -> None:
        """Find out, in this computer's journal only, what could be taken back."""
        answers = self.session.answers
        if answers.no_can or answers.profile == BY_HAND:
            self._looking.drop()
            self.last = self.plan = None
            return
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> SaveNote | None:
            from feishu_wizard.operations.undo_save import last_save

            return await last_save(place, kit)

        def known(found: SaveNote | None) -> None:
            self.last = found
            if found is None:
                self.forget()

        self._looking.start(work, known)

    def set_secret(self, text: str) -> None:
        """The App Secret of before the save; kept in memory until the undo is done."""
        self._secret = secret_in(read_paste(FieldKind.APP_SECRET, text))
        self.session.changed()

    def agree(self, consent: Consent, on: bool) -> None:
        """A tick by which a person confirms what the plan does beyond the usual."""
        self.agreed = self.agreed | {consent} if on else self.agreed - {consent}
        self.session.changed()

    def forget(self) -> None:
        """Close the plan; nothing was written."""
        self.plan, self._secret, self.agreed, self.pressed = None, None, frozenset(), False

    def put_by(self) -> None:
        """The person keeps the save."""
        self.forget()
        self.session.changed()

    def answers_replaced(self) -> None:
        """Another setup: what it could take back is found out when its page is shown."""
        self._looking.drop()
        self.forget()
        self.last = None

    # -- work -------------------------------------------------------------------------

    def prepare(self) -> None:
        """Read what is stored and show what taking the save back would change."""
        self.forget()
        self._read(quiet=False)

    def commit(self) -> None:
        """Write, read back, compare; then what was saved before can be taken back.

        With a secret that was typed just now another plan is to be read first.
        """
        plan = self.plan
        if plan is None or self.stop_at_problems():
            return
        if plan.wants_secret:
            self._read(quiet=False)
            return
        kit, secret, agreed = self.session.keeping.kit(), self._secret, self.agreed

        async def work(place: Workplace, report: Report) -> SaveResult:
            from feishu_wizard.operations.undo_save import undo_save

            return await undo_save(place, kit, plan, report, secret=secret, agreed=agreed)

        self.session.start("saving", work, self._done, failed=self._failed)

    def _read(self, *, quiet: bool) -> None:
        kit, secret = self.session.keeping.kit(), self._secret

        async def work(place: Workplace, report: Report) -> SavePlan:
            from feishu_wizard.operations.undo_save import plan_undo

            return await plan_undo(place, kit, report, secret)

        def read(plan: SavePlan) -> None:
            self.plan, self.pressed = plan, False

        self.session.start("comparing", work, read, failed=self._failed, quiet=quiet)

    def _done(self, result: SaveResult) -> None:
        self.forget()
        self._step.undone()
        self.look()
        self.session.say(Severity.SUCCESS, "undone", {"where": result.where})

    def _failed(self, error: WizardError) -> bool:
        again = self.plan is not None and error.code in CHANGED
        self.plan, self.agreed = None, frozenset()
        if not again:
            return False
        self.session.say_error(error)
        self._read(quiet=True)
        return True
