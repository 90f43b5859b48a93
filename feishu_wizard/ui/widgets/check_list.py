"""A list of check rows that keeps what stays: open details, the focus, the reading place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.finding import Finding
from feishu_wizard.ui import theme
from feishu_wizard.ui.widgets.base import column
from feishu_wizard.ui.widgets.check_row import CheckRow, RowView, finding_view


class CheckList(QWidget):
    """Rows by id. ``show_rows`` adds, updates and removes without rebuilding what stays.

    ``ruled`` is for many compact rows: hairlines keep them apart.
    """

    def __init__(self, parent: QWidget | None = None, *, ruled: bool = False) -> None:
        super().__init__(parent)
        self._ruled = ruled
        self._layout = column(self, spacing=0.75 if ruled else 1.5)
        self._rows: dict[str, CheckRow] = {}

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the hairlines."""
        if not self._ruled:
            return
        painter = QPainter(self)
        painter.setPen(theme.color("border"))
        for row in list(self._rows.values())[1:]:
            top = row.geometry().top() - self._layout.spacing() // 2 - 1
            painter.drawLine(0, top, self.width(), top)

    def show_rows(self, views: Sequence[tuple[str, RowView]]) -> None:
        """Show ``(row id, view)`` pairs in this order; open details stay open."""
        wanted = dict(views)
        for row_id in [row for row in self._rows if row not in wanted]:
            gone = self._rows.pop(row_id)
            self._layout.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for index, (row_id, view) in enumerate(wanted.items()):
            row = self._rows.get(row_id)
            if row is None:
                row = self._rows[row_id] = CheckRow(row_id)
            row.set_view(view)
            if self._layout.indexOf(row) != index:
                self._layout.insertWidget(index, row)
        self._rows = {row_id: self._rows[row_id] for row_id in wanted}

    def show_findings(self, findings: Sequence[Finding], prefix: str = "") -> None:
        """Show findings; the row ids are ``prefix`` and the check id."""
        self.show_rows([(prefix + finding.id, finding_view(finding)) for finding in findings])

    def row(self, row_id: str) -> CheckRow:
        """Return a row, to put a button into its ``body``."""
        return self._rows[row_id]

    def row_ids(self) -> list[str]:
        """Return the ids in the order shown."""
        return list(self._rows)
