"""Step 6: what is proven, granted, configured or stated, and what to click next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.app_change import ChangeResult
from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.means import Means
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.outcomes import CapabilityWord
from feishu_wizard.domain.standing import PATCH_SCOPE, RANGE_SCOPE
from feishu_wizard.domain.states import VersionState
from feishu_wizard.domain.verdict import Known, capability_words
from feishu_wizard.wizard.controller import Controller
from feishu_wizard.wizard.steps import Severity, Verb

if TYPE_CHECKING:
    from feishu_wizard.domain.permission import NeedState
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace


# Removed last: without the one nothing more is changed, without the other little is read.
SELF_MANAGE = "application:application:self_manage"
# Nobody asked for these; where somebody granted them, they are not needed any more.
_POWERS = (RANGE_SCOPE, PATCH_SCOPE)
_APP = frozenset({"app_id_text", "edition", "open_url", "app_type", f"secret:{APP_SECRET}"})


class FinishStep(Controller):
    """The last page: four words, next clicks, what to remove again, export, forget."""

    exported_to: str = ""
    finished: bool = False
    removal: ChangeResult | None = None
    _gone: frozenset[str] = frozenset()  # read back as removed

    @property
    def words(self) -> tuple[CapabilityWord, ...]:
        """Per chosen capability the one word that is true of it."""
        session = self.session
        known = Known(
            states=session.permissions.states,
            checked=session.permissions.result is not None,
            saved=session.save.field_proofs(),
            look=session.ledger.look,
        )
        return capability_words(session.answers.capabilities, known)

    @property
    def removable(self) -> tuple[NeedState, ...]:
        """Permissions that only served this program and are granted."""
        return tuple(
            row
            for row in self.session.permissions.states
            if not row.need.for_can
            and row.state.value in ("granted", "proven")
            and row.need.scope not in self._gone
        )

    @property
    def powers(self) -> tuple[str, ...]:
        """Permissions by which the app may change itself: nobody needs them any more."""
        standing = self.session.permissions.standing
        there = {PATCH_SCOPE: standing.may_patch, RANGE_SCOPE: standing.may_set_range}
        return tuple(
            scope
            for scope in _POWERS
            if (there[scope] or scope in standing.foreign_scopes) and scope not in self._gone
        )

    @property
    def removable_scopes(self) -> tuple[str, ...]:
        """All of them, in the order in which they are removed."""
        own = [row.need.scope for row in self.removable]
        first = [scope for scope in own if scope != SELF_MANAGE]
        last = [SELF_MANAGE] if SELF_MANAGE in own else []
        return (*first, *self.powers, *last)

    @property
    def may_remove(self) -> bool:
        """The app can remove them itself, right now."""
        step = self.session.permissions
        locked = step.plan.version is VersionState.UNDER_REVIEW
        refused = Means.SELF in step.refused or Means.SELF in step.change.refused
        return step.standing.may_patch and not locked and not refused and PATCH_SCOPE in self.powers

    @property
    def removed(self) -> frozenset[str]:
        """What was removed here, and read back as gone."""
        return self._gone

    @property
    def reads_less(self) -> bool:
        """Without the permission to describe itself, the app tells less in later checks."""
        return SELF_MANAGE in self._gone

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was checked in this sitting, for the report."""
        session = self.session
        checked = session.permissions.result
        return (
            *session.prerequisites.findings,
            *session.credentials.findings,
            *(checked.findings if checked else ()),
        )

    def export(self, path: str) -> None:
        """Write the report (Markdown or JSON, by the name's ending)."""
        session = self.session
        findings, words, kit = self.findings, self.words, session.keeping.kit()
        states, look = session.permissions.states, session.ledger.look

        async def work(place: Workplace, report: Report) -> str:
            from feishu_wizard.operations.export_report import export_report

            return await export_report(place, kit, path, findings, states, words, look)

        session.start("exporting", work, self._exported)

    def remove(self) -> None:
        """Remove what only served this program; the page has asked first."""
        kit, scopes = self.session.keeping.kit(), self.removable_scopes

        async def work(place: Workplace, report: Report) -> ChangeResult:
            from feishu_wizard.operations.change_app import carry_out, propose_removal

            return await carry_out(place, kit, await propose_removal(place, kit, scopes), report)

        self.session.start("removing_helpers", work, self._removed, rests_on=_APP)

    def verb(self) -> Verb:
        """Nothing is left but to close."""
        return Verb("close", {})

    def press(self) -> None:
        """Ask the window to close."""
        self.finished = True

    def done(self) -> bool:
        """The page was seen."""
        return True

    def entered(self) -> None:
        """What was proven in the meantime is in the ledger."""
        self.session.ledger.renew()

    def answers_changed(self, names: frozenset[str]) -> None:
        """Another app: nothing was removed of that one."""
        if names & _APP:
            self._forget_removal()

    def answers_replaced(self) -> None:
        """Another setup: its report was not written yet."""
        self.exported_to = ""
        self.finished = False
        self._forget_removal()

    def _forget_removal(self) -> None:
        self.removal, self._gone = None, frozenset()

    def _removed(self, result: ChangeResult) -> None:
        """Only what was read back counts; what is left keeps its exact links."""
        self.removal = result
        self._gone |= {scope for part in result.done for scope in part.removes}
        refused = result.refused
        if refused is not None:
            self.session.say(Severity.ERROR, refused.code, dict(refused.params), finding=refused)
        else:
            self.session.say(Severity.SUCCESS, "helpers_removed")

    def _exported(self, path: str) -> None:
        self.exported_to = path
        self.session.say(Severity.SUCCESS, "exported", {"path": path})
