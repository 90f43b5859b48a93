"""Step 5: each capability proven by doing it: a message, a sign-in, a walk of the address book."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from feishu_wizard.domain.capability import Capability
from feishu_wizard.wizard.controller import Controller, proceed
from feishu_wizard.wizard.message import FieldProblem
from feishu_wizard.wizard.steps import Verb

if TYPE_CHECKING:
    from feishu_wizard.wizard.push import PushFlow
    from feishu_wizard.wizard.rehearsal import Rehearsal
    from feishu_wizard.wizard.sign_in import SignInFlow
    from feishu_wizard.wizard.sync import SyncFlow

# The quickest proof comes first.
PANELS = (Capability.PUSH, Capability.SSO, Capability.USER_SYNC)
_FLOWS = {Capability.PUSH: "push", Capability.SSO: "sign_in", Capability.USER_SYNC: "sync"}


class TestStep(Controller):
    """Three rehearsals side by side; one panel is shown at a time."""

    __test__ = False  # the name is the step's; pytest need not collect it
    _panel: Capability | None = None
    _seen: frozenset[Capability] = frozenset()

    # -- the rehearsals, made when first asked for ------------------------------------

    @cached_property
    def push(self) -> PushFlow:
        """A message to people."""
        from feishu_wizard.wizard.push import PushFlow

        return PushFlow(self.session)

    @cached_property
    def sign_in(self) -> SignInFlow:
        """A sign-in."""
        from feishu_wizard.wizard.sign_in import SignInFlow

        return SignInFlow(self.session)

    @cached_property
    def sync(self) -> SyncFlow:
        """A walk of the address book."""
        from feishu_wizard.wizard.sync import SyncFlow

        return SyncFlow(self.session)

    def flow(self, panel: Capability) -> Rehearsal:
        """The rehearsal of a capability."""
        found: Rehearsal = getattr(self, _FLOWS[panel])
        return found

    def _made(self) -> list[Rehearsal]:
        return [vars(self)[name] for name in _FLOWS.values() if name in vars(self)]

    # -- shown by the page ------------------------------------------------------------

    @property
    def panels(self) -> tuple[Capability, ...]:
        """The chosen capabilities; without any, a message still shows that the app works."""
        chosen = self.session.answers.capabilities
        return tuple(panel for panel in PANELS if panel in chosen) or (Capability.PUSH,)

    @property
    def panel(self) -> Capability:
        """Which of them is shown."""
        return self._panel if self._panel in self.panels else self.panels[0]

    # -- changed by the page ----------------------------------------------------------

    def show_panel(self, panel: Capability) -> None:
        """Look at another rehearsal. What runs in the one that is left goes on."""
        if panel is self.panel or panel not in self.panels:
            return
        self.flow(self.panel).left()
        self._panel, self.session.message = panel, None  # it spoke of the panel that is left
        self._look()
        self.session.changed()

    # -- the shell --------------------------------------------------------------------

    def verb(self) -> Verb:
        """What the panel's rehearsal wants; then the next panel; then the next step."""
        own = self.flow(self.panel).verb()
        if own is not None:
            return own
        following = self._next()
        if following is not None:
            return Verb(f"next_{following.value}", {})
        return proceed(self.open_items())

    def press(self) -> None:
        """What the verb says."""
        flow = self.flow(self.panel)
        following = self._next()
        if flow.verb() is not None:
            flow.press()
        elif following is not None:
            self.show_panel(following)
        else:
            self.session.advance()

    def done(self) -> bool:
        """Every chosen rehearsal was done."""
        return all(self.flow(panel).done() for panel in self.panels)

    def open_items(self) -> int:
        """What is left open in all of them."""
        return sum(self.flow(panel).open_items() for panel in self.panels)

    def problems(self) -> list[FieldProblem]:
        """Those of the panel that is shown."""
        return self.flow(self.panel).problems()

    def entered(self) -> None:
        """The page is shown."""
        self._look()

    def left(self) -> None:
        """Another page is shown."""
        self.flow(self.panel).left()

    def answers_changed(self, names: frozenset[str]) -> None:
        """Each rehearsal knows what it rests on."""
        for flow in self._made():
            flow.answers_changed(names)

    def answers_replaced(self) -> None:
        """Nothing was looked at yet."""
        self._panel, self._seen = None, frozenset()
        for flow in self._made():
            flow.answers_replaced()

    # -- inside -----------------------------------------------------------------------

    def _look(self) -> None:
        self._seen |= {self.panel}
        self.flow(self.panel).shown()

    def _next(self) -> Capability | None:
        """The next rehearsal that nobody has looked at yet."""
        return next((p for p in self.panels if p not in self._seen | {self.panel}), None)
