"""One window at a time on a setup: taking it, and what is offered when another one has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from feishu_wizard.wizard.steps import Severity

if TYPE_CHECKING:
    from feishu_wizard.domain.errors import WizardError
    from feishu_wizard.domain.instance import Claim
    from feishu_wizard.domain.progress import Report
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.wizard.session import Session

ACTIONS = ("take_again", "take_over", "start_another")


class Bell(Protocol):
    """Windows of this program on this computer; ``ui/instance.py`` fulfils it."""

    def answer(self, address: str) -> None:
        """Come to the front whenever somebody rings there; "" answers no more."""

    def ring(self, address: str, heard: Callable[[bool], None]) -> None:
        """Have the window that answers there come to the front; tell soon whether one did."""


class Nobody:
    """Without a window there is no bell."""

    def answer(self, address: str) -> None:
        """Nobody will come."""

    def ring(self, address: str, heard: Callable[[bool], None]) -> None:
        """Nobody hears it."""
        heard(False)


class Holding:
    """Takes the setup that the window works on, for as long as it does."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.bell: Bell = Nobody()
        self.elsewhere = False  # another window has the setup and came to the front: this one ends
        self._address = ""
        self._again: Callable[[bool], None] | None = None
        self._told: set[str] = set()

    def take(
        self, setup_id: str, go_on: Callable[[], None], *, path: str = "", anyway: bool = False
    ) -> None:
        """Take a setup up and go on; when another program has it, say so and offer what helps.

        ``path``: the setup's file. ``anyway``: another computer's note does not count.
        """

        async def work(place: Workplace, report: Report) -> Claim:
            from feishu_wizard.operations.claim_setup import claim_setup

            return await claim_setup(place, setup_id, file_path=path, take_over=anyway)

        def done(claim: Claim) -> None:
            if claim.free:
                go_on()
                self.took(claim)
            else:
                self._refused(claim, again)

        def again(over: bool) -> None:
            self.take(setup_id, go_on, path=path, anyway=over)

        self.session.background(work, done, self.session.say_error)

    def took(self, claim: Claim) -> None:
        """The setup is this window's: others reach it here. What could not be locked is told."""
        self._again = None
        if claim.address != self._address:
            self._address = claim.address
            self.bell.answer(claim.address)
        if claim.refusal is not None and claim.setup_id not in self._told:
            self._told.add(claim.setup_id)
            self.session.say_error(claim.refusal)

    def let_go(self) -> None:
        """The window works on no setup that is kept."""
        self._address, self._again = "", None
        self.bell.answer("")

    @property
    def asking(self) -> bool:
        """What to do about a setup that another program has is asked and not answered."""
        message = self.session.message
        return self._again is not None and message is not None and ACTIONS[-1] in message.actions

    def act(self, action: str) -> bool:
        """Buttons of that question; True when the action was one of them."""
        again = self._again
        if again is None or action not in ACTIONS:
            return False
        self._again = None
        if action != "start_another":
            again(action == "take_over")
        return True

    # -- inside -----------------------------------------------------------------------

    def _refused(self, claim: Claim, again: Callable[[bool], None]) -> None:
        refusal = claim.refusal
        assert refusal is not None
        if refusal.code == "setup.locked":
            self.bell.ring(claim.address, lambda heard: self._rung(heard, refusal, again))
        else:
            self._tell(refusal, again, "take_over")

    def _rung(self, heard: bool, refusal: WizardError, again: Callable[[bool], None]) -> None:
        if heard:
            self.elsewhere = True
            self.session.changed()
        else:
            self._tell(refusal, again, "take_again")

    def _tell(self, refusal: WizardError, again: Callable[[bool], None], first: str) -> None:
        self._again = again
        self.session.say(
            Severity.ERROR,
            refusal.code,
            dict(refusal.params),
            finding=refusal.finding("setup.state"),
            actions=(first, "start_another"),
        )
