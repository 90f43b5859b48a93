"""What the three rehearsals of the test step have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.steps import Verb

if TYPE_CHECKING:
    from feishu_wizard.wizard.session import Session


class Rehearsal:
    """Base of push, sign-in and sync. Results live here, answers in the session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.pressed = False  # problems are shown only once the admin asked to go on

    @property
    def running(self) -> bool:
        """Something of it goes on beside the page."""
        return False

    @property
    def tried(self) -> bool:
        """Something came of it already, good or bad."""
        return False

    def verb(self) -> Verb | None:
        """What the positive button of the step does for this rehearsal now; None: go on."""
        return None

    def press(self) -> None:
        """Do what the verb says."""

    def done(self) -> bool:
        """It was done, and nothing of it is left open."""
        raise NotImplementedError

    def open_items(self) -> int:
        """How much of it is left open; at least one when nothing was proven."""
        return 0 if self.done() else 1

    def problems(self) -> list[FieldProblem]:
        """What to mend, at its field."""
        return []

    def answers_changed(self, names: frozenset[str]) -> None:
        """Drop results that rested on answers which are different now."""

    def answers_replaced(self) -> None:
        """All answers are others: drop every result."""

    def shown(self) -> None:
        """Its panel is looked at."""

    def left(self) -> None:
        """Its panel, or the whole step, is not looked at any more."""

    def stop_at_problems(self) -> bool:
        """Show the problems and focus the first one; False when there is none."""
        self.pressed = True
        errors = [p for p in self.problems() if p.severity.value == "error"]
        if errors:
            self.session.focus = errors[0].field
            self.session.changed()  # a page's own button does not go through the session
        return bool(errors)
