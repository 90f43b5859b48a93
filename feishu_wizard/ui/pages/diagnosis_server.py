"""This computer and the CAN server side by side: script to copy, output to paste, comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QWidget

from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.text import spoken
from feishu_wizard.text.catalog import _
from feishu_wizard.text.words import check_title, code_words, error_words, status_word
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.pages.diagnosis_view import Part
from feishu_wizard.ui.pages.parts import HintLine
from feishu_wizard.ui.widgets.base import clear, column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.check_row import SIGNS
from feishu_wizard.ui.widgets.copy_row import CopyButton
from feishu_wizard.ui.widgets.field import MessageLine
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import IconLabel, Pill, WrapLabel
from feishu_wizard.wizard.steps import Severity

if TYPE_CHECKING:
    from feishu_wizard.domain.diagnosis import ServerCheck
    from feishu_wizard.wizard.diagnosis import DiagnosisAside

_LINES = 6
_TONES = {Status.FAIL: "danger", Status.WARN: "warning", Status.PASS: "success"}


class ServerPart(Part):
    """What the shell of the CAN server reaches, beside what this computer reaches."""

    def __init__(self, controller: DiagnosisAside) -> None:
        super().__init__()
        self._controller = controller
        outer = column(self, spacing=1.25)
        self._how = WrapLabel(role="muted")
        outer.addWidget(self._how)
        self._build_scripts(outer.addWidget)
        self._paste = QPlainTextEdit()
        a11y.identify(self._paste, "diagnosis.server.output")
        self._paste.setTabChangesFocus(True)
        self._paste.setFont(theme.font("mono"))
        self._paste.setFixedHeight(self._paste.fontMetrics().lineSpacing() * _LINES)
        self._paste.textChanged.connect(
            lambda: controller.server.set_text(self._paste.toPlainText())
        )
        outer.addWidget(self._paste)
        self._problem = MessageLine()
        outer.addWidget(self._problem)
        self._compare = Button(icon="server")
        a11y.identify(self._compare, "diagnosis.server.compare")
        self._compare.clicked.connect(controller.server.compare)
        outer.addWidget(self._compare, 0, Qt.AlignmentFlag.AlignLeft)
        self._table = ServerTable()
        outer.addWidget(self._table)
        self.retranslate()

    def _copy_script(self, shell: str) -> CopyButton:
        return CopyButton(lambda: self._controller.server.scripts.get(shell, ""), exact=True)

    def _build_scripts(self, add: object) -> None:
        holder = QWidget()
        line = FlowLayout(holder)
        scripts = self._controller.server.scripts
        self._copies = {shell: self._copy_script(shell) for shell in ("sh", "powershell")}
        for shell, button in self._copies.items():
            a11y.identify(button, f"diagnosis.server.script.{shell}")
            button.setEnabled(shell in scripts)
            line.addWidget(button)
        add(holder)  # type: ignore[operator]

    def refresh(self) -> None:
        """Show what was read."""
        server = self._controller.server
        server.fetch_scripts()
        busy = self._controller.session.busy is not None
        for shell, button in self._copies.items():
            button.setEnabled(shell in server.scripts)
        self._paste.setReadOnly(busy)
        if self._paste.toPlainText() != server.text:
            self._paste.setPlainText(server.text)
        told = error_words(server.error).short if server.error else ""
        self._problem.show_text(told, Severity.ERROR)
        self._compare.setEnabled(not busy and bool(server.text.strip()))
        self._table.show_check(self._controller.findings, server.read)

    def retranslate(self) -> None:
        """Set all texts again."""
        self._how.setText(
            _(
                "Run the script on the machine of CAN: it makes the same network checks there, "
                "holds no secret, and prints what it found. Paste that here."
            )
        )
        self._copies["sh"].set_words(_("Copy the script (Linux, sh)"))
        self._copies["powershell"].set_words(_("Copy the script (Windows, PowerShell)"))
        a11y.describe(self._paste, _("Output of the script"))
        self._paste.setPlaceholderText(_("Paste the output here, prompt and all"))
        self._compare.setText(_("Compare"))
        self._table.retranslate()
        self.refresh()


class ServerTable(QWidget):
    """One line a check: here and there, by sign and word."""

    def __init__(self) -> None:
        super().__init__()
        a11y.identify(self, "diagnosis.server.table")
        outer = column(self, spacing=1)
        self._label = HintLine("info")
        outer.addWidget(self._label)
        self._conclusion = WrapLabel(role="strong", selectable=True)
        a11y.identify(self._conclusion, "diagnosis.server.conclusion")
        outer.addWidget(self._conclusion)
        self._holder = QWidget()
        self._grid = QGridLayout(self._holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.space(2))
        self._grid.setVerticalSpacing(theme.space(0.75))
        self._grid.setColumnStretch(0, 1)
        outer.addWidget(self._holder)
        self._notes = WrapLabel(role="small")
        outer.addWidget(self._notes)
        self._shown: tuple[object, ...] = ()
        self.hide()

    def show_check(self, here: tuple[Finding, ...], there: ServerCheck | None) -> None:
        """Show both; nothing is rebuilt when it is shown already."""
        show_if(self, there is not None)
        if there is None or self._shown == (here, there):
            return
        self._shown = (here, there)
        clear(self._grid)
        time = spoken.local_time(there.at)
        words = _(
            "Measured in the shell of {host} at {time} with {tool}. CAN's own process may have "
            "another proxy, other certificates, or a container around it."
        )
        told = words.format(host=there.host or _("that host"), time=time, tool=there.tool)
        self._label.set_text(told)
        from feishu_wizard.domain.server_check import conclude, side_by_side

        rows = side_by_side(here, there)
        said = conclude(rows)
        first = {"first": check_title(said.first), "title": check_title(said.first)}
        self._conclusion.setText(code_words(said.code, first if said.first else {}).sentence)
        for place, text in enumerate((_("Check"), _("This computer"), _("CAN server's shell"))):
            self._grid.addWidget(WrapLabel(text, "small"), 0, place)
        for line, row in enumerate(rows, 1):
            role = "strong" if row.differs else "body"
            self._grid.addWidget(WrapLabel(check_title(row.check), role), line, 0)
            self._grid.addWidget(_outcome(row.here), line, 1)
            self._grid.addWidget(_outcome(row.there), line, 2)
        self._notes.set_text("\n".join(code_words(code).sentence for code in there.notes))

    def retranslate(self) -> None:
        """Words are made anew with the next refresh."""
        self._shown = ()


def _outcome(finding: Finding | None) -> QWidget:
    """The sign and the word of an outcome; nothing where it was not looked at."""
    holder = QWidget()
    line = FlowLayout(holder, spacing=0.5)
    if finding is not None:
        icon, tone = SIGNS[finding.status]
        line.addWidget(IconLabel(icon, tone))
        line.addWidget(Pill(status_word(finding.status), _TONES.get(finding.status, "neutral")))
        a11y.describe(holder, status_word(finding.status))
    return holder
