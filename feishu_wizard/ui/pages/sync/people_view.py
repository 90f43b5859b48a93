"""The people that a walk found, as a table, and as a CSV file."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.directory import Column, PersonState
from feishu_wizard.text import sync as told
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.parts import HintLine, choose_file
from feishu_wizard.ui.pages.sync.people_list import PeopleList
from feishu_wizard.ui.widgets.base import show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.ui.widgets.choices import TickRow
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.wizard.sync import SyncFlow


class PeopleView(Card):
    """Shows the people of a ``SyncFlow``."""

    def __init__(self, flow: SyncFlow, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._flow = flow
        self.list = PeopleList(flow, "test.sync")
        self._buttons = QWidget()
        line = FlowLayout(self._buttons, spacing=2)
        self._export = Button(icon="file")
        a11y.identify(self._export, "test.sync.export")
        self._export.clicked.connect(self._choose)
        self._bom = TickRow("test.sync.export.bom")
        self._bom.set_checked(True)
        line.addWidget(self._export)
        line.addWidget(self._bom)
        self._private = HintLine("shield")
        for widget in (self.list, self._buttons, self._private):
            self.add(widget)
        self.retranslate()

    def refresh(self) -> None:
        """Show the list once somebody was found."""
        flow = self._flow
        show_if(self, flow.people > 0)
        if flow.people:
            self.list.refresh()
        self._export.setEnabled(flow.session.busy is None)

    def _choose(self) -> None:
        choose_file(
            self,
            _("Save the people listed"),
            "feishu-people.csv",
            self._write,
            save=True,
            kinds=_("Table (*.csv)"),
        )

    def _write(self, path: str) -> None:
        headings = {column.value: told.column_word(column) for column in Column}
        headings |= {f"state.{state.value}": told.state_word(state) for state in PersonState}
        self._flow.export(path, self.list.query(), headings, bom=self._bom.checked())

    def retranslate(self) -> None:
        """Set all texts again; the list does it itself."""
        self.set_title(_("People"))
        self._export.setText(_("Save what is listed…"))
        self._bom.set_text(_("For Excel"))
        self._private.set_text(
            _("The file holds personal data. Formulas in names are made harmless.")
        )
        self.refresh()
