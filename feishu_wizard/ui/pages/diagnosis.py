"""The diagnosis: what is asked, the verdict, the tree of checks, and what is handed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.diagnosis import Diagnosis
from feishu_wizard.domain.finding import Status
from feishu_wizard.text import spoken
from feishu_wizard.text.catalog import _
from feishu_wizard.text.verdict import change_sentence, verdict_sentence
from feishu_wizard.text.words import status_word
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage, show_some
from feishu_wizard.ui.pages.diagnosis_question import QuestionCard
from feishu_wizard.ui.pages.diagnosis_view import Part, Rows, group_of
from feishu_wizard.ui.pages.parts import Facts, hold_at_top
from feishu_wizard.ui.widgets.card import Banner, Card, Disclosure
from feishu_wizard.ui.widgets.choices import Tick
from feishu_wizard.ui.widgets.copy_row import CopyButton
from feishu_wizard.ui.widgets.finding_tree import FindingTree
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.diagnosis import open_problems
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Aside, Severity

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.diagnosis import DiagnosisAside

MOST_CALLS = 15
_SEVERITIES = {
    "verdict.problem": Severity.ERROR,
    "verdict.note": Severity.WARNING,
    "verdict.well": Severity.SUCCESS,
}


class DiagnosisPage(StepPage):
    """Opened from any step; nothing is called before the button is pressed."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, Aside.DIAGNOSIS, parent)
        self.controller = session.diagnosis
        self._question = QuestionCard(self, self.controller)
        self.add(self._question)
        self._build_verdict()
        self._build_tree()
        self._build_papers()
        self._told: Diagnosis | None = None
        self._was_busy = False
        session.background(_open_book, lambda _known: None, session.say_error)
        hold_at_top(self)
        self.retranslate()

    # -- building ---------------------------------------------------------------------

    def _build_verdict(self) -> None:
        self._verdict_card = Card()
        self._verdict = Banner(Severity.INFO)
        a11y.identify(self._verdict, "diagnosis.verdict")
        self._outdated = Banner(Severity.WARNING)
        self._since = WrapLabel(selectable=True)
        a11y.identify(self._since, "diagnosis.since")
        self._facts = Facts("diagnosis.facts")
        self._buttons = QWidget()
        line = FlowLayout(self._buttons)
        self._copy = CopyButton(lambda: self.controller.papers.text("md"))
        a11y.identify(self._copy, "diagnosis.copy")
        line.addWidget(self._copy)
        for widget in (self._verdict, self._outdated, self._since, self._facts, self._buttons):
            self._verdict_card.add(widget)
        self.add(self._verdict_card)

    def _build_tree(self) -> None:
        self._tree_card = Card()
        self._filter = Tick()
        a11y.identify(self._filter, "diagnosis.filter")
        self._filter.toggled.connect(self.controller.show_only_problems)
        self._tree_card.header.addWidget(self._filter)
        self._rows = Rows(self.controller.remedy)
        self._tree = FindingTree("diagnosis", self._rows.view)
        self._tree.again.connect(self.controller.run_again)
        self._tree.mend.connect(self._mend)
        self._none = Banner(Severity.SUCCESS)
        self._tree_card.add(self._none)
        self._tree_card.add(self._tree)
        self.add(self._tree_card)

    def _build_papers(self) -> None:
        """Three folded parts; each is made when it is first opened."""
        self._papers = Card()
        self._folds = {name: Disclosure() for name in ("server", "sheet", "report")}
        self._parts: dict[str, Part] = {}
        for name, fold in self._folds.items():
            a11y.identify(fold.button, f"diagnosis.{name}")
            fold.toggled.connect(lambda on, name=name: self._open_part(name) if on else None)
            self._papers.add(fold)
        self.add(self._papers)

    def _open_part(self, name: str) -> None:
        if name not in self._parts:
            part = self._make_part(name)
            self._parts[name] = part
            self._folds[name].body.addWidget(part)
        self._parts[name].refresh()

    def _make_part(self, name: str) -> Part:
        if name == "server":
            from feishu_wizard.ui.pages.diagnosis_server import ServerPart

            return ServerPart(self.controller)
        from feishu_wizard.ui.pages.diagnosis_papers import ReportPart, SheetPart

        if name == "sheet":
            return SheetPart(self.controller, self.controller.save_sheet)
        return ReportPart(self.controller)

    # -- acting -----------------------------------------------------------------------

    def _mend(self, check_id: str) -> None:
        finding = next(f for f in self.controller.findings if f.id == check_id)
        remedy = self.controller.remedy(finding)
        if remedy is None:
            return
        if remedy.step is None:
            self._question.unfold()
        self.controller.mend(remedy)

    # -- showing ----------------------------------------------------------------------

    def title(self) -> str:
        """Heading of the page."""
        return _("Diagnosis")

    def intro(self) -> str:
        """What it does."""
        return _(
            "Finds out why an integration does not work: what is wrong, what proves it, who can "
            "fix it and where. It only looks; nothing is changed."
        )

    def refresh(self) -> None:
        """Show the question, and what was found so far."""
        controller = self.controller
        self._question.refresh()
        if controller.busy and not self._was_busy and controller.result is None:
            self._tree.fold()
        self._was_busy = controller.busy
        found = controller.findings
        self._show_verdict()
        self._tree.show_groups(self._rows.groups(controller.shown_findings), busy=self.busy)
        self._filter.setChecked(controller.only_problems)
        empty = controller.only_problems and bool(found) and not controller.shown_findings
        show_some(
            (self._verdict_card, controller.busy or bool(found)),
            (self._tree_card, bool(found)),
            (self._none, empty),
            (self._papers, controller.diagnosis is not None),
        )
        for name, part in self._parts.items():
            if self._folds[name].is_open() and controller.diagnosis is not None:
                part.refresh()
        self._tell(controller.diagnosis)
        super().refresh()

    def _show_verdict(self) -> None:
        controller = self.controller
        diagnosis = controller.diagnosis
        if controller.busy or diagnosis is None:
            words = _("{done} checks so far, {problems} problems.")
            found = controller.findings
            told = words.format(done=len(found), problems=open_problems(found))
            self._verdict.show_text(Severity.INFO, told, _("Diagnosing…"))
        else:
            severity = _SEVERITIES.get(diagnosis.verdict.code, Severity.INFO)
            self._verdict.show_text(*_verdict_words(diagnosis, severity))
        show_some((self._outdated, controller.outdated))
        self._facts.show_facts(_facts(diagnosis) if diagnosis and not controller.busy else ())
        ready = diagnosis is not None and not controller.busy
        self._since.set_text(_since(controller) if ready else "")
        show_some((self._buttons, ready))
        self._copy.setEnabled(ready and bool(controller.papers.text("md")))

    def _tell(self, diagnosis: Diagnosis | None) -> None:
        """Once per result: open the first cause, and have the verdict read aloud."""
        if diagnosis is None or diagnosis is self._told or self.controller.busy:
            return
        first = self._told is None or self._told.at != diagnosis.at
        self._told = diagnosis
        if diagnosis.verdict.check and first:
            self._tree.reveal(group_of(diagnosis.verdict.check), diagnosis.verdict.check)
        if self.isVisible():
            a11y.announce(self._verdict, verdict_sentence(diagnosis))

    def first_field(self) -> QWidget | None:
        """The verb; what it is about is chosen already."""
        return self._question.run

    def focus_field(self, field_id: str) -> bool:
        """Open the folded question when the field lies in it."""
        if not super().focus_field(field_id):
            self._question.unfold()
            return super().focus_field(field_id)
        return True

    def retranslate(self) -> None:
        """Set all texts again."""
        self._question.retranslate()
        self._verdict_card.set_title(_("Verdict"))
        self._outdated.show_text(
            Severity.WARNING,
            _("Answers have changed since this diagnosis. Diagnose again."),
        )
        self._copy.set_words(_("Copy all"))
        self._tree_card.set_title(_("What was looked at"))
        self._filter.setText(_("Problems only"))
        self._filter.setAccessibleName(_("Problems only"))
        self._filter.updateGeometry()
        self._none.show_text(Severity.SUCCESS, _("No check found a problem."))
        self._papers.set_title(_("To go on with"))
        self._folds["server"].set_words(_("Compare with the CAN server"))
        self._folds["sheet"].set_words(_("Sheet for the network administrator"))
        self._folds["report"].set_words(_("Report: preview and save"))
        self.refresh()


async def _open_book(place: Workplace, report: Report) -> bool:
    """Read the error book before the first finding needs it: that takes a third of a second."""
    from feishu_wizard.text import book

    return book.knows("ok")


def _verdict_words(diagnosis: Diagnosis, severity: Severity) -> tuple[Severity, str, str]:
    """Severity, further words and the one sentence."""
    if diagnosis.complete:
        return severity, "", verdict_sentence(diagnosis)
    if diagnosis.verdict.code in ("verdict.problem", "verdict.note"):
        return severity, _("Not everything was looked at."), verdict_sentence(diagnosis)
    nothing = _("What was looked at is in order; not everything was looked at.")
    return Severity.INFO, "", nothing


def _since(controller: DiagnosisAside) -> str:
    """What changed since it last worked, when something does not work now."""
    told, now = controller.since, controller.result
    if told is None or now is None or not now.complete or not now.problems:
        return ""
    return change_sentence(told.code, told.since, len(told.changes), told.first)


def _facts(diagnosis: Diagnosis) -> tuple[tuple[str, str], ...]:
    """What it cost, when it was made, and how many checks have each outcome."""
    calls = _("{count} of at most {most}").format(count=diagnosis.feishu_calls, most=MOST_CALLS)
    took = _("{seconds} s").format(seconds=f"{diagnosis.elapsed_ms / 1000:.1f}")
    counted = _(", ").join(
        _("{count} {word}").format(count=count, word=status_word(Status(name)))
        for name, count in diagnosis.summary.items()
        if count
    )
    timed = bool(diagnosis.elapsed_ms)
    return (
        (_("Checks"), counted),
        (_("Feishu calls used"), calls if timed else ""),
        (_("Time taken"), took if timed else ""),
        (_("Made at"), spoken.local_time(diagnosis.at)),
    )
