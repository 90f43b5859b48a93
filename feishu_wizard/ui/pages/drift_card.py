"""The start page's last comparison: its age, what differs since when, and "Check now"."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.text.catalog import _
from feishu_wizard.text.drift import compared_line, drift_lines
from feishu_wizard.ui import a11y
from feishu_wizard.ui.widgets.base import show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Banner
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.drift import DriftFlow
from feishu_wizard.wizard.steps import Severity


class DriftCard(Banner):
    """Made when there is a comparison to show; calm when nothing differs."""

    def __init__(self, flow: DriftFlow, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._flow = flow
        a11y.identify(self, "prerequisites.drift")
        self._lines = WrapLabel(selectable=True)
        a11y.identify(self._lines, "prerequisites.drift.lines")
        self.body.addWidget(self._lines)
        self.check = Button(icon="refresh")
        a11y.identify(self.check, "prerequisites.drift.check")
        self.check.clicked.connect(flow.check_now)
        self.add_action(self.check)

    def refresh(self) -> None:
        """Show the last comparison of the setup that is open or offered."""
        look = self._flow.look
        show_if(self, bool(look.at))
        if not look.at:
            return
        severity = Severity.WARNING if look.drifts else Severity.INFO
        self.show_text(severity, "", compared_line(look))
        self._lines.set_text("\n".join(drift_lines(look)))
        self.check.setText(_("Check now"))
        show_if(self.check, self._flow.may_check)
        self.check.setEnabled(self._flow.session.busy is None)
