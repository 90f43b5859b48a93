"""The hand-off sheet: for whom, the message as it is sent, and the same as a file or on paper."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.handoff import Audience, Handoff
from feishu_wizard.text.catalog import _, current
from feishu_wizard.ui import a11y, desktop
from feishu_wizard.ui.pages.diagnosis_papers import Preview
from feishu_wizard.ui.pages.parts import HintLine, choose_file
from feishu_wizard.ui.widgets.base import column
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.choices import DropDown, Option
from feishu_wizard.ui.widgets.copy_row import CopyButton
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.handoff import HandoffFlow
from feishu_wizard.wizard.session import Session

PREFIX = "permissions.handoff"


class HandoffPanel(QWidget):
    """Copy, save or print what somebody else is asked to do."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.flow = HandoffFlow(session)
        self._made: tuple[Handoff, str] | None = None  # what the preview shows, in which language
        outer = column(self, spacing=1.25)
        self._for = WrapLabel(role="strong")
        self._audience = DropDown(f"{PREFIX}.audience")
        self._audience.picked.connect(lambda value: self.flow.set_audience(Audience(value)))
        outer.addLayout(_line(self._for, self._audience))
        self._preview = Preview(PREFIX)
        outer.addWidget(self._preview)
        self._promise = HintLine("shield")
        outer.addWidget(self._promise)
        self._copy = CopyButton(self._preview.toPlainText, kind="primary")
        a11y.identify(self._copy, f"{PREFIX}.copy")
        self._save = Button(icon="file")
        a11y.identify(self._save, f"{PREFIX}.save")
        self._save.clicked.connect(self._choose)
        self._print = Button(icon="external-link")
        a11y.identify(self._print, f"{PREFIX}.print")
        self._print.clicked.connect(self._open)
        outer.addLayout(_line(self._copy, self._save, self._print))
        self._where = WrapLabel(role="small", selectable=True)
        outer.addWidget(self._where)
        outer.addStretch(1)
        self.retranslate()

    def refresh(self) -> None:
        """Show the sheet as things stand; nothing is made while nobody looks."""
        if not self.isVisible():
            return
        handoff, flow = self.flow.handoff, self.flow
        if (handoff, current()) != self._made:
            from feishu_wizard.text.handoff import message  # with the redactor's patterns

            self._made = (handoff, current())
            self._preview.show_text(message(handoff))
        self._audience.set_value(flow.audience.value)
        saved = flow.saved
        self._where.set_text(_("Written: {path}").format(path=saved) if saved else "")
        for widget in (self._audience, self._save, self._print):
            widget.setEnabled(not flow.busy)

    def showEvent(self, event: QShowEvent) -> None:
        """What changed while it was hidden is shown now."""
        super().showEvent(event)
        self.refresh()

    def _choose(self) -> None:
        kinds = f"{_('Web page (*.html)')};;Markdown (*.md)"
        title, name = _("Save the sheet"), "feishu-handoff.html"
        choose_file(self, title, name, self.flow.save, save=True, kinds=kinds)

    def _open(self) -> None:
        """The page is saved first, where a person chooses: nothing is written unasked."""
        if self.flow.page:
            self._browse(self.flow.page)
            return
        title, name = _("Save the sheet to print it"), "feishu-handoff.html"
        choose_file(self, title, name, self._print_from, save=True, kinds=_("Web page (*.html)"))

    def _print_from(self, path: str) -> None:
        self.flow.save(path, self._browse)

    def _browse(self, path: str) -> None:
        if not desktop.open_page(path):
            self.flow.not_opened(path)

    def retranslate(self) -> None:
        """Set all texts again."""
        self._for.set_text(_("For:"))
        self._audience.set_options(
            (
                Option(Audience.DEVELOPER.value, _("The app's developer")),
                Option(Audience.ADMIN.value, _("The Feishu administrator")),
            )
        )
        a11y.describe(self._audience, _("Who reads the sheet"))
        a11y.describe(self._preview, _("Message to send"))
        self._promise.set_text(_("Everything is in it, and no secret."))
        self._copy.set_words(_("Copy the message"))
        self._save.setText(_("Save as…"))
        self._print.setText(_("Open in the browser to print…"))
        self.refresh()


def _line(*widgets: QWidget) -> FlowLayout:
    """Widgets side by side, or below one another where there is no room."""
    flow = FlowLayout()
    for widget in widgets:
        flow.addWidget(widget)
    return flow
