"""The one thing to do next, at the top of the permissions page, by the means that is best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.means import Means, Task
from feishu_wizard.text import plan
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import show_some
from feishu_wizard.ui.pages.console_way import ConsoleWay
from feishu_wizard.ui.pages.other_ways import OtherWays, RehearseToday
from feishu_wizard.ui.pages.wait_block import WaitBlock, local_time
from feishu_wizard.ui.widgets.base import column, show_if
from feishu_wizard.ui.widgets.buttons import Button, LinkButton
from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.wizard.session import Session

if TYPE_CHECKING:
    from feishu_wizard.ui.pages.change_panel import ChangePanel
    from feishu_wizard.ui.pages.handoff_panel import HandoffPanel
    from feishu_wizard.ui.pages.scan_panel import ScanPanel

_PANELS = (Means.SELF, Means.SCAN, Means.HANDOFF)


class NextCard(Card):
    """Title, reason, one primary button; other ways below it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._controller = session, session.permissions
        self.recheck = Button(icon="refresh")
        a11y.identify(self.recheck, "permissions.recheck")
        self.recheck.clicked.connect(self._controller.check)
        self.header.addWidget(self.recheck)
        self._slot = column(spacing=2)
        self.body.addLayout(self._slot)
        self.console, self.wait = ConsoleWay(self._controller), WaitBlock(self._controller)
        self._admin = LinkButton(kind="primary")
        a11y.identify(self._admin, "permissions.open_admin")
        self.apply = Button(kind="primary", icon="send")
        a11y.identify(self.apply, "permissions.ask_approval")
        self.apply.clicked.connect(self._controller.ask_approval)
        self._panels: dict[Means, ScanPanel | ChangePanel | HandoffPanel] = {}
        self._slot.addWidget(self.console)
        for button in (self._admin, self.apply):
            self._slot.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self.add(self.wait)
        self._others = OtherWays(self._controller)
        self.add(self._others)
        self._rehearse = RehearseToday(self._controller)
        self.add(self._rehearse)

    def still(self) -> tuple[QWidget, ...]:
        """What rests while work is under way."""
        return (self.recheck, self.wait.wait, self.apply, self.console.done)

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the next step."""
        controller = self._controller
        checked = controller.result is not None
        step = controller.next
        self._show_words(checked)
        shown = step.means if checked else Means.NONE
        self._admin.set_link(_("Open the administrator's page"), controller.admin_link)
        show_some(
            (self.console, shown is Means.CONSOLE),
            (self._admin, shown is Means.ADMIN),
            (self.apply, shown is Means.APPLY),
        )
        self._show_panels(shown)
        self.console.refresh()
        self.wait.refresh()
        by_hand = step.task in (Task.RELEASE, Task.COMPLETE) and shown is not Means.SELF
        show_if(self.wait, checked and (by_hand or step.task is Task.WAIT))
        self._others.refresh(shown=checked)
        self._rehearse.refresh()
        show_if(self.recheck, checked)
        self.recheck.set_kind("primary" if shown is Means.CHECK else "secondary")

    def _show_words(self, checked: bool) -> None:
        controller = self._controller
        if checked:
            head = plan.next_words(controller.next, controller.plan)
            self.set_title(head.title, head.text)
        elif controller.waiting_since:
            self.set_title(
                _("Submitted {time}").format(time=local_time(controller.waiting_since)),
                _("Check now whether the version was approved. The check changes nothing."),
            )
        else:
            self.set_title(
                _("Not checked yet"),
                _("The check reads what the app has and proves it with calls. It changes nothing."),
            )

    def _show_panels(self, shown: Means) -> None:
        if shown in _PANELS and shown not in self._panels:
            self._panels[shown] = self._panel(shown)
            self._slot.addWidget(self._panels[shown])
        for means, panel in self._panels.items():
            told = means is Means.SELF and self._controller.changed_itself
            show_if(panel, means is shown or told)
            if means is shown or told:
                panel.refresh()

    def _panel(self, means: Means) -> ScanPanel | ChangePanel | HandoffPanel:
        """Made when it is first wanted: most sittings need one of them."""
        if means is Means.SCAN:
            from feishu_wizard.ui.pages.scan_panel import ScanPanel

            return ScanPanel(self._controller.scan, "permissions.scan")
        if means is Means.SELF:
            from feishu_wizard.ui.pages.change_panel import ChangePanel

            return ChangePanel(self._controller.change)
        from feishu_wizard.ui.pages.handoff_panel import HandoffPanel

        return HandoffPanel(self._session)

    def retranslate(self) -> None:
        """Set all texts again."""
        self.recheck.setText(_("Check again"))
        self.apply.setText(_("Ask for approval"))
        for part in (self.console, self.wait, self._others, self._rehearse):
            part.retranslate()
        for panel in self._panels.values():
            panel.retranslate()
