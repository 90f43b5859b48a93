"""What a save would change: field, before, after, what happens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QStyledItemDelegate,
    QTableView,
    QWidget,
)

from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, theme

Index = QModelIndex | QPersistentModelIndex
_LONG = re.compile(r"\S{20,}")
_BREAKS = re.compile(r"[/.?&=_@,;-]+|[^/.?&=_@,;-]{12}")


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One row, all in words. ``changes`` rows are shown in strong letters."""

    field: str
    before: str
    after: str
    what: str
    changes: bool


class DiffModel(QAbstractTableModel):
    """The rows of a difference."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[DiffRow, ...] = ()

    def rows(self) -> tuple[DiffRow, ...]:
        """Return the rows shown."""
        return self._rows

    def set_rows(self, rows: Sequence[DiffRow]) -> None:
        """Show ``rows``."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Number of fields."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Field, before, after, what happens."""
        return 0 if parent.isValid() else 4

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words of a cell; strong letters where something changes."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        text = (row.field, row.before, row.after, row.what)[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text or "—"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return text or _("empty")
        if role == Qt.ItemDataRole.ToolTipRole:
            return text
        if role == Qt.ItemDataRole.FontRole and row.changes and index.column() in (0, 3):
            font = QFont(theme.font("strong"))
            return font
        if role == Qt.ItemDataRole.ForegroundRole and not row.changes:
            return theme.color("muted")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Heads of the columns; the rows have none."""
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return self.headings[section] if role == Qt.ItemDataRole.DisplayRole else None

    @property
    def headings(self) -> tuple[str, ...]:
        """Names of the columns."""
        return _("Field"), _("Now"), _("After saving"), _("What happens")


class _Wrapping(QStyledItemDelegate):
    """Wraps addresses as well; the model keeps them as they are."""

    def displayText(self, value: object, locale: QLocale | QLocale.Language) -> str:
        """As the view's words, with places to break."""
        return breakable(super().displayText(value, locale))


class DiffTable(QTableView):
    """A table as high as its rows, so that the page scrolls and not the table.

    ``model`` brings column names of its own.
    """

    def __init__(
        self,
        table_id: str,
        name: str = "",
        parent: QWidget | None = None,
        model: DiffModel | None = None,
    ) -> None:
        super().__init__(parent)
        a11y.identify(self, table_id)
        a11y.describe(self, name)
        self._model = model or DiffModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_Wrapping(self))
        self.setWordWrap(True)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)

    def set_rows(self, rows: Sequence[DiffRow]) -> None:
        """Show ``rows``; equal ones leave the selection alone."""
        if tuple(rows) != self._model.rows():
            self._model.set_rows(rows)
            self._fit()

    def sizeHint(self) -> QSize:
        """As high as header and rows."""
        rows = sum(self.rowHeight(i) for i in range(self._model.rowCount()))
        frame = 2 * self.frameWidth() + 2
        return QSize(60 * theme.UNIT, self.horizontalHeader().sizeHint().height() + rows + frame)

    def minimumSizeHint(self) -> QSize:
        """Narrow is possible, lower than the rows is not."""
        return QSize(40 * theme.UNIT, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A new width wraps differently."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Name the columns again in a new language."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 3)

    def _fit(self) -> None:
        for column, width in enumerate(self._widths()):
            self.setColumnWidth(column, width)
        self.resizeRowsToContents()
        for row in range(self._model.rowCount()):
            self.setRowHeight(row, self.rowHeight(row) + theme.space(1))
        self.updateGeometry()

    def _widths(self) -> list[int]:
        """Field and what happens as wide as their words need, each at most a share of the room.

        Of before and after, one that needs less than half leaves it to the other.
        """
        room = self.viewport().width()
        hints = [
            max(self.sizeHintForColumn(column), self.horizontalHeader().sectionSizeHint(column))
            + theme.space(1.5)
            for column in range(4)
        ]
        field, what = min(hints[0], room * 3 // 10), min(hints[3], room // 4)
        rest = room - field - what
        spare = max(0, rest - hints[1] - hints[2])
        before = max(rest // 5, min(hints[1] + spare // 2, rest // 2))
        if hints[2] < rest // 2:
            before = max(before, min(hints[1] + spare // 2, rest - hints[2]))
        return [field, before, rest - before, what]


def breakable(text: str) -> str:
    """Let long words, such as addresses, go on in the next line: invisible places to break."""
    return _LONG.sub(lambda word: _BREAKS.sub("\\g<0>\u200b", word[0]), text)
