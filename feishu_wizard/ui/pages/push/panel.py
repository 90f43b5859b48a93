"""The push rehearsal: a real message to real people, the way CAN will send it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage
from feishu_wizard.ui.pages.push.message import MessageCard
from feishu_wizard.ui.pages.push.people import RecipientsCard
from feishu_wizard.ui.pages.push.results import ResultsCard
from feishu_wizard.ui.widgets.base import Block, column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Banner
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.wizard.steps import Severity


class PushPanel(Block):
    """What an earlier sitting left; recipients; what they get; what became of it."""

    def __init__(self, page: StepPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = page.session.test.push
        outer = column(self, spacing=2)
        self._unfinished = Banner(Severity.WARNING)
        a11y.identify(self._unfinished, "test.unfinished")
        self._go_on, self._let_go = Button(icon="send"), Button()
        a11y.identify(self._go_on, "test.unfinished.go_on")
        a11y.identify(self._let_go, "test.unfinished.let_go")
        self._go_on.clicked.connect(self._take_up)
        self._let_go.clicked.connect(self._leave)
        buttons = QWidget()
        row = FlowLayout(buttons)
        row.addWidget(self._go_on)
        row.addWidget(self._let_go)
        self._unfinished.body.addWidget(buttons)
        page.keep_still(self._go_on, self._let_go)
        self._parts = (RecipientsCard(page), MessageCard(page), ResultsCard(page))
        for widget in (self._unfinished, *self._parts):
            outer.addWidget(widget)
        self.retranslate()

    # ``unfinished`` is another object once the app is another one.

    def _take_up(self) -> None:
        self._flow.unfinished.go_on()

    def _leave(self) -> None:
        self._flow.unfinished.let_go()

    def refresh(self) -> None:
        """Show where the sending stands."""
        self._show_unfinished()
        for part in self._parts:
            part.refresh()

    def _show_unfinished(self) -> None:
        begun = self._flow.unfinished.batch
        if begun is not None:
            rest = begun.left + begun.unknown
            title = ngettext(
                "A sending was cut off: {n} recipient is left",
                "A sending was cut off: {n} recipients are left",
                rest,
            ).format(n=rest)
            text = _("{n} have their message already and get no second one.")
            self._unfinished.show_text(Severity.WARNING, text.format(n=begun.reached), title)
        show_if(self._unfinished, begun is not None)

    def retranslate(self) -> None:
        """Set all texts again."""
        self._go_on.setText(_("Send to the rest"))
        self._let_go.setText(_("Leave it"))
        for part in self._parts:
            part.retranslate()
        self.refresh()
