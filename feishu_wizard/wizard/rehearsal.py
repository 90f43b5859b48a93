"""What the three rehearsals of the test step have in common."""

from __future__ import annotations

from feishu_wizard.wizard.controller import Asking
from feishu_wizard.wizard.steps import Verb


class Rehearsal(Asking):
    """Base of push, sign-in and sync. Results live here, answers in the session."""

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

    def answers_changed(self, names: frozenset[str]) -> None:
        """Drop results that rested on answers which are different now."""

    def answers_replaced(self) -> None:
        """All answers are others: drop every result."""

    def shown(self) -> None:
        """Its panel is looked at."""

    def left(self) -> None:
        """Its panel, or the whole step, is not looked at any more."""
