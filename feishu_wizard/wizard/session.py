"""The wizard's state and its movements. Lives on the thread that made it; no Qt, no I/O."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.wizard.answers import Answers, changed_names
from feishu_wizard.wizard.controllers import Controllers
from feishu_wizard.wizard.keeping import Keeping
from feishu_wizard.wizard.message import FieldProblem, Message
from feishu_wizard.wizard.steps import ORDER, Aside, Severity, Step, StepRow, StepState, Verb, View
from feishu_wizard.wizard.work import T, Work, Working

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Progress
    from feishu_wizard.domain.secret import Secret
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.controller import Controller
    from feishu_wizard.wizard.runner import Job, Runner, Timer
    from feishu_wizard.wizard.steps import Busy


class Session(Controllers):
    """Answers, steps, the work under way and what it brought; pages only show it."""

    def __init__(
        self, runner: Runner, workplace: Callable[[], Awaitable[Workplace]], lang: str = "en"
    ) -> None:
        super().__init__()
        self.answers = Answers()
        self.step = Step.PREREQUISITES
        self.aside: Aside | None = None
        self.message: Message | None = None
        self.focus: str | None = None
        self.lang = lang
        self._runner = runner
        self._listeners: list[Callable[[], None]] = []
        self._work = Working(self, runner, workplace)
        self._visited: set[Step] = {Step.PREREQUISITES}
        self._put_by: Message | None = None  # what the strip said when the step was left for a look
        self.keeping = Keeping(self)

    @property
    def _session(self) -> Session:
        return self

    # -- what pages and the shell read ------------------------------------------------

    @property
    def view(self) -> View:
        """What the window shows: the current step, or what was opened instead of it."""
        return self.aside or self.step

    @property
    def current(self) -> Controller:
        """The controller of what is shown."""
        return self.controller(self.view)

    def rows(self) -> list[StepRow]:
        """The step list: every step with its state, open items, and whether it may be opened."""
        return [self._row(step) for step in ORDER]

    def verb(self) -> Verb:
        """The positive button of the current step."""
        return self.current.verb()

    def problems(self) -> list[FieldProblem]:
        """What to mend on the current page; empty until it is worth saying."""
        return self.current.problems()

    @property
    def can_go_back(self) -> bool:
        """There is a step before this one, or behind what is shown instead."""
        return self.aside is not None or self.step is not ORDER[0]

    # -- movements --------------------------------------------------------------------

    def press(self) -> None:
        """The positive button."""
        if self.busy is None:
            self.focus = None
            self.current.press()
            self.changed()

    def back(self) -> None:
        """One step back, or back to the step; nothing is lost."""
        if self.aside is not None:
            self._return()
        elif self.can_go_back:
            self.go(ORDER[ORDER.index(self.step) - 1])

    def diagnose(self) -> None:
        """Open the diagnosis instead of the step. The step's work goes on, its message is kept."""
        if self.aside is None:
            self._put_by, self.message, self.focus = self.message, None, None
            self.aside = Aside.DIAGNOSIS
            self.diagnosis.entered()
            self.changed()

    def advance(self) -> None:
        """One step on, from the positive button of a step that is finished or left open."""
        if self.step is not ORDER[-1]:
            self._enter(ORDER[ORDER.index(self.step) + 1])

    def go(self, step: Step) -> None:
        """Open a step of the list; work under way on the page that is left is cancelled."""
        if self.aside is not None and step is self.step:
            self._return()
        elif step in self._visited or self._row(step).reachable:
            self._enter(step)

    def visited(self) -> tuple[Step, ...]:
        """Steps that were opened, in order."""
        return tuple(step for step in ORDER if step in self._visited)

    def restore(self, answers: Answers, step: Step) -> None:
        """Take over answers of an earlier sitting or a file, and open a step."""
        self._work.make_void()
        self.answers = answers
        self._visited = set(ORDER[: ORDER.index(step) + 1])
        for controller in self._made():
            controller.answers_replaced()
        if "ledger" in vars(self):
            self.ledger.answers_replaced()
        if "drift" in vars(self):
            self.drift.answers_replaced()
        self._enter(step)

    def update(self, **changes: Any) -> None:
        """Replace answers; results that rested on the old ones are dropped by their step."""
        before = self.answers
        self.answers = replace(before, **changes)
        names = changed_names(before, self.answers)
        if not names:
            return
        self._work.answers_changed(names)
        for controller in self._made():
            controller.answers_changed(names)
        if "ledger" in vars(self):
            self.ledger.answers_changed(names)
        self.keeping.soon()
        self.changed()

    def take_secrets(self, secrets: tuple[tuple[str, Secret], ...]) -> None:
        """Secrets that were fetched from where they are kept: nothing has changed by that."""
        self.answers = replace(self.answers, secrets=secrets)
        self.changed()

    def act(self, action: str) -> None:
        """Carry out a button of the message strip."""
        self.message = None
        if not self.keeping.act(action):
            self.current.act(action)
        self.changed()

    def dismiss_message(self) -> None:
        """The admin closed the strip."""
        self.message = None
        self.keeping.catch_up()
        self.changed()

    # -- work -------------------------------------------------------------------------

    @property
    def busy(self) -> Busy | None:
        """The work under way that is waited for."""
        return self._work.busy

    def start(
        self,
        code: str,
        work: Work[T],
        done: Callable[[T], None],
        *,
        failed: Callable[[WizardError], bool] | None = None,
        quiet: bool = False,
        rests_on: frozenset[str] = frozenset(),
    ) -> None:
        """Run an operation on the background loop; one at a time, shown as busy.

        ``failed`` may take the error itself (returns True); else the strip shows it. When an
        answer of ``rests_on`` changes meanwhile, the work is cancelled and what it brings dropped.
        """
        if self.busy is not None:
            return
        if not quiet:
            self.message = None
        self._work.start(code, work, done, failed, rests_on)
        self.changed()

    def background(
        self,
        work: Work[T],
        done: Callable[[T], None],
        failed: Callable[[WizardError], None],
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> Job:
        """Run something beside the page, such as keeping the draft; only its starter stops it."""
        return self._work.background(work, done, failed, progress)

    def cancel_work(self) -> None:
        """Stop the work under way; what was answered stays."""
        self._work.cancel()

    def later(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call once after a while, on this thread."""
        return self._runner.later(seconds, call)

    # -- telling ----------------------------------------------------------------------

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Be called after every change."""
        self._listeners.append(listener)

    def changed(self) -> None:
        """Tell the window that something is different."""
        for listener in tuple(self._listeners):
            listener()

    def say(
        self,
        severity: Severity,
        code: str,
        params: dict[str, str] | None = None,
        *,
        finding: Finding | None = None,
        actions: tuple[str, ...] = (),
    ) -> None:
        """Put a message into the strip."""
        self.message = Message(severity, code, params or {}, finding, actions)
        self.keeping.catch_up()
        self.changed()

    def say_error(self, error: WizardError) -> None:
        """Put a failure into the strip, details behind it."""
        finding = error.finding(f"{self.view.value}.work", Status.FAIL)
        self.say(Severity.ERROR, error.code, dict(error.params), finding=finding)

    # -- inside -----------------------------------------------------------------------

    def _row(self, step: Step) -> StepRow:
        if step not in self._visited:
            return StepRow(step, StepState.NOT_YET, 0, False)
        controller = self.controller(step)
        left = controller.open_items()
        if step is self.step:
            state = StepState.CURRENT
        elif left:
            state = StepState.OPEN
        else:
            state = StepState.DONE if controller.done() else StepState.NOT_YET
        return StepRow(step, state, left, True)

    def _return(self) -> None:
        """From the diagnosis back to the step, which is found as it was left."""
        self._work.cancel_of(self.current)
        self.current.left()
        self.aside, self.focus = None, None
        self.message, self._put_by = self._put_by, None
        self.changed()

    def _enter(self, step: Step) -> None:
        self.cancel_work()
        if step is not self.step or self.aside is not None:
            self.current.left()
        self.aside, self._put_by = None, None
        self.step = step
        self.message = None
        self.focus = None
        self._visited.add(step)
        self.current.entered()
        self.keeping.soon()
        self.changed()
