"""The app changes itself: proposed, shown, and only then done. Nothing is written unconfirmed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from feishu_wizard.domain.app_change import (
    AppChange,
    ChangeResult,
    Part,
    PartChange,
    VersionText,
)
from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.means import Means
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.steps import Severity

if TYPE_CHECKING:
    from feishu_wizard.domain.errors import WizardError
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session

# Official docs: application-v7 publish, changelog and remark.
NOTE_LIMIT = 500
# The administrator may not want these for everybody; the rest is what the plan lists.
OPTIONAL = (Part.CONTACTS_RANGE, Part.AVAILABILITY)
_APP = frozenset({"app_id_text", "edition", "open_url", "app_type", f"secret:{APP_SECRET}"})
_RESTS_ON = _APP | {"capabilities", "callback_text", "declined"}
# The app is shut for now, or somebody else was quicker: the way itself stays open.
_LOCKED = frozenset({"feishu.210040", "feishu.210020", "feishu.210302", "change.under_review"})
_PASSING = ("net.", "change.stale", "change.not_", "feishu.99991400", "feishu.99991403")


class ChangeFlow:
    """What is proposed, what came of it, and whether the platform lets the app do it at all.

    ``proposal`` is what was read and would be done; ``change`` that without what the admin left
    out. ``confirmed`` is what ``result`` is about. ``interrupted``: it was stopped midway, and
    only a check tells what was done.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.proposal: AppChange | None = None
        self.confirmed: AppChange | None = None
        self.result: ChangeResult | None = None
        self.undoing = False
        self.interrupted = False
        self.pressed = False
        self.left_out: frozenset[Part] = frozenset()
        self._note = ""
        self._running = False
        self._barred = False
        self._locked_by: object = None  # the check that was in force when the app was locked
        self._app, self._asked_for = self._basis()
        session.subscribe(self._look_round)

    # -- shown by the panel -----------------------------------------------------------

    @property
    def change(self) -> AppChange | None:
        """The proposal as it would be carried out now."""
        if self.proposal is None:
            return None
        parts = tuple(p for p in self.proposal.parts if p.part not in self.left_out)
        version = self.proposal.version
        if self.left_out and version and not self._needs_version(parts):
            version, parts = None, tuple(p for p in parts if p.part is not Part.VERSION)
        text = replace(version, note=self._note) if version else None
        return replace(self.proposal, parts=parts, version=text)

    @property
    def note(self) -> str:
        """What the approver will read."""
        return self._note

    @property
    def problem(self) -> FieldProblem | None:
        """Why the version cannot be submitted with this note; said once the verb was pressed."""
        if not self.pressed or self.proposal is None or self.proposal.version is None:
            return None
        if not self._note.strip():
            return FieldProblem("permissions.change.note", "change.note_missing")
        if len(self._note) > NOTE_LIMIT:
            params = {"count": str(len(self._note)), "limit": str(NOTE_LIMIT)}
            return FieldProblem("permissions.change.note", "change.note_too_long", params)
        return None

    @property
    def unread(self) -> tuple[PartChange, ...]:
        """What the platform took and nobody can read back."""
        if self.result is None or self.confirmed is None:
            return ()
        told = {part.part for part in (*self.result.done, *self.result.left)}
        return tuple(part for part in self.confirmed.parts if part.part not in told)

    @property
    def undo_waits(self) -> bool:
        """While a version is under review nothing can be taken back."""
        return self.session.permissions.plan.version is VersionState.UNDER_REVIEW

    @property
    def refused(self) -> frozenset[Means]:
        """Whether the platform let the app change itself, as far as was seen of this app."""
        return frozenset({Means.SELF}) if self._barred or self._locked else frozenset()

    @property
    def active(self) -> bool:
        """There is something to read."""
        return self.proposal is not None or self.result is not None or self.interrupted

    # -- changed by the panel ---------------------------------------------------------

    def propose(self, *, quiet: bool = False) -> None:
        """Read the app and show what would be changed."""
        step = self.session.permissions
        kit, states, standing = self.session.keeping.kit(), step.states, step.standing

        async def work(place: Workplace, report: Report) -> AppChange:
            from feishu_wizard.operations.change_app import propose

            return await propose(place, kit, states, standing, VersionText("", ""))

        self.session.start(
            "reading_app",
            work,
            self._proposed,
            failed=self._shut,
            quiet=quiet,
            rests_on=_RESTS_ON,
        )

    def set_note(self, text: str) -> None:
        """The version's note, as proposed in words and edited by the admin."""
        if text != self._note:
            self._note = text
            self.session.changed()

    def leave_out(self, part: Part, out: bool) -> None:
        """The admin does not want this for the whole company."""
        if part in OPTIONAL:
            self.left_out = self.left_out | {part} if out else self.left_out - {part}
            self.session.changed()

    def confirm(self) -> None:
        """Do what is shown."""
        self.pressed = True
        change = self.change
        if change is None or not change.parts or self.problem is not None:
            self.session.changed()
        elif self.session.busy is None:
            self._carry_out(change, undoing=False)

    def undo(self) -> None:
        """Take back what can be taken back."""
        back = self.result.undo if self.result else None
        if back is not None and self.session.busy is None:
            self._carry_out(back, undoing=True)

    def put_away(self) -> None:
        """Not now: forget the proposal, or how it ended. What is refused stays so."""
        if not self._running:
            self._drop()
            self.session.changed()

    def answers_changed(self) -> None:
        """Another app, host or capabilities: nothing of this is true any more."""
        app, asked_for = self._basis()
        if (app, asked_for) == (self._app, self._asked_for):
            return
        self._drop()
        if app != self._app:
            self._barred, self._locked_by = False, None
        self._app, self._asked_for = app, asked_for

    # -- inside -----------------------------------------------------------------------

    def _needs_version(self, parts: tuple[PartChange, ...]) -> bool:
        """Something in it acts with a version only, or something else waits for one."""
        if any(not part.at_once and part.part is not Part.VERSION for part in parts):
            return True
        plan = self.session.permissions.plan
        waits = any(row.state is GrantState.REQUESTED for row in plan.with_version)
        return waits or plan.version is VersionState.NEVER_RELEASED

    def _carry_out(self, change: AppChange, *, undoing: bool) -> None:
        kit = self.session.keeping.kit()

        async def work(place: Workplace, report: Report) -> ChangeResult:
            from feishu_wizard.operations.change_app import carry_out

            return await carry_out(place, kit, change, report)

        self._running, self.interrupted = True, False
        self.session.start(
            "changing_app",
            work,
            lambda result: self._done(change, result, undoing),
            failed=self._not_begun,
            rests_on=_APP,
        )

    def _proposed(self, proposal: AppChange) -> None:
        self.confirmed = self.result = None
        self.interrupted = self.pressed = False
        if not proposal.parts:
            self._drop()
            self.session.permissions.check(quiet=True)
            self.session.say(Severity.SUCCESS, "change_nothing")
            return
        self.proposal = proposal

    def _shut(self, error: WizardError) -> bool:
        """A version is under review: said, and not offered again before that has changed."""
        if error.code in _LOCKED:
            self._locked_by = self.session.permissions.result
        return False

    def _not_begun(self, error: WizardError) -> bool:
        """Not even the app could be read: nothing was changed, and the proposal stands."""
        self._running = False
        return False

    def _done(self, change: AppChange, result: ChangeResult, undoing: bool) -> None:
        self._running = False
        refused = result.refused
        if refused is not None and refused.code == "change.stale":
            self._stale(refused, undoing)
            return
        self._remember(refused)
        self._drop()
        self.confirmed, self.result, self.undoing = change, result, undoing
        self.session.permissions.check(quiet=True)
        self._tell(result, undoing)

    def _stale(self, refused: Finding, undoing: bool) -> None:
        """Somebody else was quicker: what is there now is shown, and nothing was written."""
        if undoing:
            self._drop()
            self.session.permissions.check(quiet=True)
        else:
            self.propose(quiet=True)
        self.session.say(Severity.WARNING, refused.code, dict(refused.params), finding=refused)

    def _tell(self, result: ChangeResult, undoing: bool) -> None:
        refused, session = result.refused, self.session
        if refused is not None:
            session.say(Severity.ERROR, refused.code, dict(refused.params), finding=refused)
        elif undoing:
            session.say(Severity.SUCCESS, "change_undone")
        elif result.version_id and self.confirmed and self.confirmed.version:
            number = self.confirmed.version.number
            session.say(Severity.SUCCESS, "change_submitted", {"version": number})
        else:
            session.say(Severity.SUCCESS, "change_made")

    def _remember(self, refused: Finding | None) -> None:
        if refused is None or refused.code.startswith(_PASSING):
            return
        if refused.code in _LOCKED:
            self._locked_by = self.session.permissions.result
        else:
            self._barred = True

    @property
    def _locked(self) -> bool:
        """Until a later check has seen that no version is under review any more."""
        if self._locked_by is None:
            return False
        seen = self.session.permissions.result
        open_now = (VersionState.RELEASED, VersionState.REJECTED, VersionState.NEVER_RELEASED)
        return seen is self._locked_by or seen is None or seen.plan.version not in open_now

    def _basis(self) -> tuple[tuple[str, ...], tuple[object, ...]]:
        """The app, and what is asked of it."""
        answers = self.session.answers
        app = (answers.setup_id, answers.app_id_text.strip(), answers.edition, answers.open_url)
        return app, (answers.capabilities, answers.callback_text, answers.declined)

    def _look_round(self) -> None:
        """Work that ended without a word was cancelled: nobody knows how far it came."""
        self.answers_changed()
        if self._running and self.session.busy is None:
            self._drop()
            self.interrupted = True
            self.session.changed()

    def _drop(self) -> None:
        self.proposal = self.confirmed = self.result = None
        self.undoing = self.interrupted = self.pressed = self._running = False
        self.left_out, self._note = frozenset(), ""
