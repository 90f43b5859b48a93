"""What every step offers the shell and the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.steps import Verb

if TYPE_CHECKING:
    from feishu_wizard.domain.progress import Progress
    from feishu_wizard.wizard.session import Session


class Asking:
    """What has fields to fill in: shows what to mend in them only once somebody went on."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.pressed = False  # problems are shown only once the admin asked to go on

    def problems(self) -> list[FieldProblem]:
        """What to mend, at its field."""
        return []

    def stop_at_problems(self) -> bool:
        """Show the problems and focus the first one; False when there is none."""
        self.pressed = True
        errors = [p for p in self.problems() if p.severity.value == "error"]
        if errors:
            self.session.focus = errors[0].field
            self.session.changed()  # a page's own button does not go through the session
        return bool(errors)


class Controller(Asking):
    """Base of the six step controllers. Results live here, answers in the session."""

    def verb(self) -> Verb:
        """The verb of the positive button now."""
        raise NotImplementedError

    def press(self) -> None:
        """Do what the verb says."""
        raise NotImplementedError

    def done(self) -> bool:
        """The step was done in this sitting (or an earlier one that was taken over)."""
        raise NotImplementedError

    def open_items(self) -> int:
        """How many items were left open."""
        return 0

    def answers_changed(self, names: frozenset[str]) -> None:
        """Drop results that rested on answers which are different now."""

    def answers_replaced(self) -> None:
        """All answers are others: drop every result."""

    @property
    def shown(self) -> bool:
        """The step is the current one: what its work brings may move on and speak."""
        return self.session.current is self

    def entered(self) -> None:
        """The page is shown."""

    def left(self) -> None:
        """Another page is shown."""

    def progressed(self, progress: Progress) -> None:
        """News from the work under way."""

    def act(self, action: str) -> None:
        """Carry out an action of the message strip."""


def proceed(open_items: int) -> Verb:
    """The verb that leaves a step, honest about what stays open."""
    if open_items:
        return Verb("continue_open", {"count": str(open_items)})
    return Verb("continue", {})
