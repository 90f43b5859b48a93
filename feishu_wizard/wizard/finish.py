"""Step 6: what is proven, granted, configured or stated, and what to click next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.outcomes import CapabilityWord
from feishu_wizard.domain.verdict import Known, capability_words
from feishu_wizard.wizard.controller import Controller
from feishu_wizard.wizard.steps import Severity, Verb

if TYPE_CHECKING:
    from feishu_wizard.domain.permission import NeedState
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace


class FinishStep(Controller):
    """The last page: four words, next clicks, what to remove again, export, forget."""

    exported_to: str = ""
    finished: bool = False

    @property
    def words(self) -> tuple[CapabilityWord, ...]:
        """Per chosen capability the one word that is true of it."""
        session = self.session
        known = Known(
            states=session.permissions.states,
            checked=session.permissions.result is not None,
            saved=session.save.field_proofs(),
            delivered_as_can=session.test.proves_push,
            delivered=bool(session.test.deliveries) and not session.test.failed,
        )
        return capability_words(session.answers.capabilities, known)

    @property
    def removable(self) -> tuple[NeedState, ...]:
        """Permissions that only served this program and are granted."""
        rows = self.session.permissions.states
        return tuple(
            r for r in rows if not r.need.for_can and r.state.value in ("granted", "proven")
        )

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
        states = session.permissions.states

        async def work(place: Workplace, report: Report) -> str:
            from feishu_wizard.operations.export_report import export_report

            return await export_report(place, kit, path, findings, states, words)

        session.start("exporting", work, self._exported)

    def verb(self) -> Verb:
        """Nothing is left but to close."""
        return Verb("close", {})

    def press(self) -> None:
        """Ask the window to close."""
        self.finished = True

    def done(self) -> bool:
        """The page was seen."""
        return True

    def answers_replaced(self) -> None:
        """Another setup: its report was not written yet."""
        self.exported_to = ""
        self.finished = False

    def _exported(self, path: str) -> None:
        self.exported_to = path
        self.session.say(Severity.SUCCESS, "exported", {"path": path})
