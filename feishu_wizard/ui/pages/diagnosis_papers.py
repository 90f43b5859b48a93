"""The report with its preview, and the sheet for the network administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.pages.diagnosis_view import Part
from feishu_wizard.ui.pages.parts import HintLine, choose_file
from feishu_wizard.ui.widgets.base import column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.choices import DropDown, Option
from feishu_wizard.ui.widgets.copy_row import CopyButton
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel

if TYPE_CHECKING:
    from feishu_wizard.wizard.diagnosis import DiagnosisAside

_LINES = 16


class Preview(QPlainTextEdit):
    """The text as it will be written; it scrolls by itself and cannot be changed."""

    def __init__(self, preview_id: str) -> None:
        super().__init__()
        a11y.identify(self, preview_id)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFont(theme.font("mono"))
        self.setFixedHeight(self.fontMetrics().lineSpacing() * _LINES + theme.space(2))

    def show_text(self, text: str) -> None:
        """Show ``text``; the reading place stays when it is shown already."""
        if self.toPlainText() != text:
            self.setPlainText(text)


class ReportPart(Part):
    """What the report will hold, before it is written."""

    def __init__(self, controller: DiagnosisAside) -> None:
        super().__init__()
        self._controller = controller
        outer = column(self, spacing=1.25)
        self._promise = HintLine("shield")
        outer.addWidget(self._promise)
        holder = QWidget()
        line = FlowLayout(holder)
        self._kind = DropDown("diagnosis.report.kind")
        self._kind.picked.connect(lambda _value: self.refresh())
        self._save = Button(icon="file")
        a11y.identify(self._save, "diagnosis.export")
        self._save.clicked.connect(self._choose)
        for widget in (self._kind, self._save):
            line.addWidget(widget)
        outer.addWidget(holder)
        self._preview = Preview("diagnosis.report.preview")
        outer.addWidget(self._preview)
        self._same = WrapLabel(role="small")
        outer.addWidget(self._same)
        self._where = WrapLabel(role="small", selectable=True)
        outer.addWidget(self._where)
        self.retranslate()

    def refresh(self) -> None:
        """Show the text of the kind that is chosen."""
        kind = self._kind.value()
        self._preview.show_text(self._controller.papers.text(kind if kind == "json" else "md"))
        html = _("The HTML file holds the same, laid out for reading and printing.")
        self._same.set_text(html if kind == "html" else "")
        written = _("Written: {path}").format(path=self._controller.exported_to)
        self._where.set_text(written if self._controller.exported_to else "")
        self._save.setEnabled(self._controller.session.busy is None)

    def _choose(self) -> None:
        kind = self._kind.value()
        words = {"html": _("Web page (*.html)"), "md": "Markdown (*.md)", "json": "JSON (*.json)"}
        name, take = f"feishu-diagnosis.{kind}", self._controller.export
        choose_file(self, _("Save the report"), name, take, save=True, kinds=words[kind])

    def retranslate(self) -> None:
        """Set all texts again."""
        self._promise.set_text(
            _(
                "This is all that the report tells. It holds no secret, and people only as "
                "“person 1”, “person 2”; who they are stays on this computer."
            )
        )
        self._kind.set_options(
            (
                Option("html", _("Web page (HTML)")),
                Option("md", _("Text (Markdown)")),
                Option("json", _("Data (JSON)")),
            )
        )
        a11y.describe(self._kind, _("Form of the report"))
        a11y.describe(self._preview, _("What the report tells"))
        self._save.setText(_("Save the report…"))
        self.refresh()


class SheetPart(Part):
    """Hosts, ports and test commands, for who opens the way in the network."""

    def __init__(self, controller: DiagnosisAside, save: Callable[[str], None]) -> None:
        super().__init__()
        self._controller, self._write = controller, save
        outer = column(self, spacing=1.25)
        self._text = WrapLabel(role="muted")
        outer.addWidget(self._text)
        self._preview = Preview("diagnosis.sheet.preview")
        outer.addWidget(self._preview)
        holder = QWidget()
        line = FlowLayout(holder)
        self._copy = CopyButton(lambda: controller.papers.text("sheet"))
        a11y.identify(self._copy, "diagnosis.sheet.copy")
        self._save = Button(icon="file")
        a11y.identify(self._save, "diagnosis.sheet.save")
        self._save.clicked.connect(self._choose)
        line.addWidget(self._copy)
        line.addWidget(self._save)
        outer.addWidget(holder)
        self.retranslate()

    def refresh(self) -> None:
        """Show the sheet."""
        text = self._controller.papers.text("sheet")
        self._preview.show_text(text)
        show_if(self._preview, bool(text))
        for button in (self._copy, self._save):
            button.setEnabled(bool(text) and self._controller.session.busy is None)

    def _choose(self) -> None:
        kinds = _("Text (*.md *.txt)")
        title, name = _("Save the sheet"), "feishu-network.md"
        choose_file(self, title, name, self._write, save=True, kinds=kinds)

    def retranslate(self) -> None:
        """Set all texts again."""
        self._text.setText(
            _("Hosts, ports, from which machine, and a command that tests each. Hand it on as is.")
        )
        a11y.describe(self._preview, _("Sheet for the network administrator"))
        self._copy.set_words(_("Copy the sheet"))
        self._save.setText(_("Save the sheet…"))
        self.refresh()
