"""Step 5: each capability proven by doing it; one panel for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.finding import Status
from feishu_wizard.text.catalog import _
from feishu_wizard.ui.pages.base import StepPage
from feishu_wizard.ui.pages.parts import hold_at_top
from feishu_wizard.ui.widgets.base import show_if
from feishu_wizard.ui.widgets.panel_tabs import PanelTabs, TabView
from feishu_wizard.wizard.rehearsal import Rehearsal
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Step

if TYPE_CHECKING:
    from feishu_wizard.ui.pages.push.panel import PushPanel
    from feishu_wizard.ui.pages.sign_in.panel import SignInPanel
    from feishu_wizard.ui.pages.sync.panel import SyncPanel

    _Panel: TypeAlias = PushPanel | SignInPanel | SyncPanel


class TestPage(StepPage):
    """Tabs for the chosen capabilities, and the panel of the one that is looked at."""

    __test__ = False  # the name is the step's; pytest need not collect it

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, Step.TEST, parent)
        self.controller = session.test
        self._tabs = PanelTabs("test.panel")
        self._tabs.chosen.connect(lambda value: self.controller.show_panel(Capability(value)))
        self.add(self._tabs)
        self._panels: dict[Capability, _Panel] = {}
        hold_at_top(self)
        self.retranslate()

    def refresh(self) -> None:
        """Show how each rehearsal stands, and the panel in use."""
        step = self.controller
        self._tabs.show_tabs([self._tab(panel) for panel in step.panels], step.panel.value)
        shown = self._panel(step.panel)
        for panel in self._panels.values():
            show_if(panel, panel is shown)
        shown.refresh()
        super().refresh()

    def retranslate(self) -> None:
        """Set all texts again; the panels do it themselves."""
        self.refresh()

    # -- inside -----------------------------------------------------------------------

    def _panel(self, panel: Capability) -> _Panel:
        """Made when it is first looked at."""
        if panel not in self._panels:
            made = _MAKERS[panel](self)
            self._panels[panel] = made
            self.body.insertWidget(self.body.indexOf(self._tabs) + len(self._panels), made)
        return self._panels[panel]

    def _tab(self, panel: Capability) -> TabView:
        word, status = _standing(self.controller.flow(panel))
        return TabView(panel.value, _tab_title(panel), word, status)


def _tab_title(panel: Capability) -> str:
    titles = {
        Capability.PUSH: _("Messages"),
        Capability.SSO: _("Sign-in"),
        Capability.USER_SYNC: _("User sync"),
    }
    return titles[panel]


def _standing(flow: Rehearsal) -> tuple[str, Status]:
    if flow.running:
        return _("Running"), Status.UNKNOWN
    if flow.done():
        return _("Done"), Status.PASS
    if flow.tried:
        return _("Something is open"), Status.WARN
    return _("Not tried yet"), Status.SKIP


def _push(page: StepPage) -> _Panel:
    from feishu_wizard.ui.pages.push.panel import PushPanel

    return PushPanel(page)


def _sign_in(page: StepPage) -> _Panel:
    from feishu_wizard.ui.pages.sign_in.panel import SignInPanel

    return SignInPanel(page)


def _sync(page: StepPage) -> _Panel:
    from feishu_wizard.ui.pages.sync.panel import SyncPanel

    return SyncPanel(page.session)


_MAKERS = {
    Capability.PUSH: _push,
    Capability.SSO: _sign_in,
    Capability.USER_SYNC: _sync,
}
