"""What is wrong with a setup: asked from any step, about this sitting, a file, or a few values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from feishu_wizard.domain.diagnosis import Diagnosis, Question, Verdict, needs_somebody
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.wizard import findings as lists
from feishu_wizard.wizard.controller import Controller
from feishu_wizard.wizard.diagnosis_asked import DiagnosisAsked, Source
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.papers import Papers
from feishu_wizard.wizard.remedies import Remedy, remedy_of
from feishu_wizard.wizard.server_side import ServerSide
from feishu_wizard.wizard.steps import Severity, Verb

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Progress, Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.report.compare import Comparison
    from feishu_wizard.wizard.session import Session

_Made = tuple[Diagnosis, "Comparison | None"]

# Answers that a diagnosis of this sitting rests on; a secret counts by "secret:<name>".
_RESTS_ON = frozenset(
    {"can_text", "no_can", "edition", "open_url", "accounts_url", "proxy", "proxy_user", "ca_file"}
    | {"plain_http", "pinned", "app_id_text", "callback_text", "capabilities", "profile", "inputs"}
)


class DiagnosisAside(Controller):
    """One diagnosis at a time; its findings stay until the next one, whatever is opened."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.asks = DiagnosisAsked(session)
        self.only_problems = False
        self.result: Diagnosis | None = None
        self.arriving: tuple[Finding, ...] = ()
        self.asked: Source | None = None
        self.since: Comparison | None = None  # with when it last worked, as far as that was kept
        self.outdated = False
        self.exported_to = ""
        self._get_kit = self.asks.kit()
        self._pressed_for: Source | None = None
        self._stopped: tuple[tuple[Finding, ...], Diagnosis] | None = None
        self.server = ServerSide(self)
        self.papers = Papers(self)

    # -- what was found ---------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """A diagnosis is under way."""
        busy = self.session.busy
        return busy is not None and busy.code == "diagnosing"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, in the order of cause; news of the run under way laid over it."""
        before = self.result.findings if self.result else ()
        return lists.laid_over(before, self.arriving, self._permissions())

    @property
    def shown_findings(self) -> tuple[Finding, ...]:
        """``findings``, or those of them that need somebody."""
        found = self.findings
        return tuple(f for f in found if needs_somebody(f)) if self.only_problems else found

    @property
    def diagnosis(self) -> Diagnosis | None:
        """What can be told now: the result, or what had arrived when the work was stopped."""
        if self.result is not None or self.busy or not self.arriving:
            return self.result
        if self._stopped is None or self._stopped[0] is not self.arriving:
            self._stopped = (self.arriving, lists.stopped(self.findings))
        return self._stopped[1]

    @property
    def verdict(self) -> Verdict | None:
        """The first cause, once the run has ended."""
        diagnosis = self.diagnosis
        return diagnosis.verdict if diagnosis is not None else None

    # -- changed by the page ----------------------------------------------------------

    def show_only_problems(self, only: bool) -> None:
        """Leave out what needs nobody."""
        self.only_problems = only
        self.session.changed()

    # -- work -------------------------------------------------------------------------

    def run(self) -> None:
        """Diagnose what was chosen; findings come as they are known."""
        if self.session.busy is not None or self.stop_at_problems():
            return
        self.result, self.arriving, self.outdated = None, (), False
        self.asked, self.exported_to = self.asks.source, ""
        self._get_kit = self.asks.kit()
        self._start(self.asks.question(), self._finished, remember=True)

    def run_again(self, check_id: str) -> None:
        """Make one check again, and those that it had kept from being made."""
        if self.session.busy is not None or self.stop_at_problems():
            return
        if self.asks.source is self.asked:  # what was corrected since counts
            self._get_kit = self.asks.kit()
        only = (check_id, *lists.waiting_for(check_id, self.findings))
        self._start(replace(self.asks.question(), only=only, symptom=None), self._made_again)

    def remedy(self, finding: Finding) -> Remedy | None:
        """The step and field where it is mended; None where this window has none open."""
        if not needs_somebody(finding) or self.asked is Source.FILE:
            return None
        remedy = remedy_of(finding, typed=self.asked is Source.TYPED)
        if remedy is None or remedy.step is None:
            return remedy
        return remedy if remedy.step in self._open_steps() else None

    def mend(self, remedy: Remedy) -> None:
        """Go to the step and the field; an unfinished sitting is taken up for that."""
        if remedy.step is not None and self.session.keeping.offered is not None:
            self.session.keeping.resume(lambda: self._open(remedy))
        else:
            self._open(remedy)

    def take_over(self) -> None:
        """Open the setup file in the steps, to change it there."""
        self.session.keeping.open_file(self.asks.file_paste.value)

    def export(self, path: str) -> None:
        """Write the report: HTML, Markdown or JSON by the ending of ``path``."""
        diagnosis = self.diagnosis
        if diagnosis is None:
            return

        async def work(place: Workplace, report: Report) -> str:
            from feishu_wizard.operations.export_report import export_diagnosis

            return await export_diagnosis(place, diagnosis, path)

        self.session.start("exporting", work, self._exported)

    def save_sheet(self, path: str) -> None:
        """Write the sheet for the network administrator."""
        text = self.papers.text("sheet")

        async def work(place: Workplace, report: Report) -> str:
            from feishu_wizard.operations.save_text import save_text

            return await save_text(place, text, path)

        self.session.start("exporting", work, self._saved)

    # -- the session ------------------------------------------------------------------

    def verb(self) -> Verb:
        """Diagnose; its button is on the page."""
        return Verb("diagnose", {})

    def press(self) -> None:
        """Diagnose."""
        self.run()

    def done(self) -> bool:
        """It is no step."""
        return self.result is not None

    def problems(self) -> list[FieldProblem]:
        """What is missing or cannot be used, at its field."""
        return self.asks.problems(pressed=self.pressed and self._pressed_for is self.asks.source)

    def stop_at_problems(self) -> bool:
        """What is missing is told for the source that was pressed for, not for the next chosen."""
        self._pressed_for = self.asks.source
        return super().stop_at_problems()

    def answers_changed(self, names: frozenset[str]) -> None:
        """What was found stays readable, but it is about other values now."""
        secret = any(name.startswith("secret:") for name in names)
        if self.asked is Source.SITTING and self.result and (secret or names & _RESTS_ON):
            self.outdated = True

    def answers_replaced(self) -> None:
        """Another setup: a diagnosis of the former one is dropped."""
        if self.asked is Source.SITTING:
            self.result, self.arriving, self.asked = None, (), None

    def progressed(self, progress: Progress) -> None:
        """Findings come one by one."""
        if progress.finding is not None:
            kept = tuple(f for f in self.arriving if f.id != progress.finding.id)
            self.arriving = (*kept, progress.finding)

    # -- inside -----------------------------------------------------------------------

    def _open(self, remedy: Remedy) -> None:
        if remedy.step is not None:
            self.session.go(remedy.step)
        self.session.focus = remedy.field
        self.session.changed()

    def _start(
        self, question: Question, done: Callable[[_Made], None], *, remember: bool = False
    ) -> None:
        get_kit = self._get_kit
        self.pressed = False

        async def work(place: Workplace, report: Report) -> _Made:
            from feishu_wizard.operations.diagnose import diagnose

            made = await diagnose(place, await get_kit(place), question, report)
            return made, await _remembered(place, made) if remember else None

        self.session.start("diagnosing", work, done)

    def _finished(self, made: _Made) -> None:
        result, self.since = made
        self.result = replace(result, server=self.server.read)
        self.arriving = ()
        self.session.drift.renew()

    def _made_again(self, made: _Made) -> None:
        part, _good = made
        before = self.diagnosis or part
        self.result = lists.merged(before, part, self._permissions())
        self.arriving = ()

    def server_read(self) -> None:
        """The output from the CAN server belongs to what is shown and exported."""
        if self.result is not None:
            self.result = replace(self.result, server=self.server.read)

    def _saved(self, path: str) -> None:
        self.session.say(Severity.SUCCESS, "written", {"path": path})

    def _exported(self, path: str) -> None:
        self.exported_to = path
        self.session.say(Severity.SUCCESS, "exported", {"path": path})

    def _open_steps(self) -> frozenset[str]:
        offered = self.session.keeping.offered
        if offered is not None:
            return frozenset(offered.visited)
        return frozenset(step.value for step in self.session.visited())

    def _permissions(self) -> tuple[str, ...]:
        needs = self.session.permissions.needs
        return tuple(need.id for need in needs if need.id.startswith("permission."))


async def _remembered(place: Workplace, made: Diagnosis) -> Comparison | None:
    """What changed since the last diagnosis without a problem; this one is kept as well."""
    from feishu_wizard.operations.keep_diagnosis import keep_diagnosis, last_good
    from feishu_wizard.operations.open_report import compare
    from feishu_wizard.report.outgoing import outgoing

    name = made.facts.get("setup_id") or made.facts.get("app_id") or ""
    good = await last_good(place, name) if name else None
    await keep_diagnosis(place, made)
    # What was kept has people by pseudonym, so what is compared with it has them, too.
    return compare(good, outgoing(made).diagnosis) if good is not None else None


def open_problems(found: tuple[Finding, ...]) -> int:
    """How many findings are problems, for a summary while the run goes on."""
    return sum(1 for finding in found if finding.status is Status.FAIL)
