"""A table of any length that can be searched, sorted and grouped while the list still grows.

It asks for pages of 100 rows when they come into sight; who owns it fetches them elsewhere. The
table never waits, sorts or filters by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QItemSelectionModel, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTableView, QWidget

from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.widgets.big_model import Ask, BigColumn, BigModel, Fetch, Fetched, Fetching

__all__ = ["Ask", "BigColumn", "BigTable", "Fetch", "Fetched", "Fetching"]

_SCROLL_MS = 30  # while the handle is dragged, pages that only pass by are not fetched


class BigTable(QTableView):
    """``taken`` carries a row that was pressed with Enter or twice. ``picked`` follows every change
    of the selection, and of what is loaded of it. ``settled``: the list that was asked for is in
    sight; ``failed`` carries the error when it cannot be.
    """

    taken = Signal(object)
    picked = Signal()
    settled = Signal()
    failed = Signal(object)

    def __init__(
        self,
        table_id: str,
        columns: Sequence[BigColumn],
        fetch: Fetch,
        *,
        lines: int = 10,
        several: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        a11y.identify(self, table_id)
        self._lines = lines
        self._rows = BigModel(columns, fetch)
        self.setModel(self._rows)
        self._scrolling = _timer(self, _SCROLL_MS)
        self._behind = False  # more was typed while the former search is on its way
        self._next = Ask(sort=columns[0].key if columns[0].sorts else "")
        self._dress(several=several)
        self._connect()

    def _dress(self, *, several: bool) -> None:
        view, header, side = QAbstractItemView, self.horizontalHeader(), self.verticalHeader()
        mode = view.SelectionMode
        self.setSelectionMode(mode.ExtendedSelection if several else mode.SingleSelection)
        self.setSelectionBehavior(view.SelectionBehavior.SelectRows)
        self.setEditTriggers(view.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(view.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        side.hide()
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setSortIndicatorShown(bool(self._next.sort))
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        self._measure()

    def _connect(self) -> None:
        self._scrolling.timeout.connect(self._look)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self._soon())
        self.horizontalHeader().sectionClicked.connect(self._sort_by)
        self._rows.settled.connect(self._on_settled)
        self._rows.failed.connect(self._on_failed)
        self.doubleClicked.connect(lambda index: self._take(index.row()))
        self.selectionModel().selectionChanged.connect(lambda *_: self.picked.emit())
        self._rows.dataChanged.connect(lambda *_: self.picked.emit())

    # -- what is listed ---------------------------------------------------------------

    @property
    def ask(self) -> Ask:
        """What is asked for; ``offset`` and ``limit`` have no meaning here."""
        return self._next

    @property
    def total(self) -> int:
        """Rows of the list in sight."""
        return self._rows.total

    @property
    def waiting(self) -> bool:
        """Another list than the one in sight was asked for."""
        return self._rows.waiting

    def search(self, text: str) -> None:
        """Search at once; what is typed faster than lists come is searched for after the first."""
        if text.strip() == self._next.search:
            return
        self._next = replace(self._next, search=text.strip())
        if self._rows.waiting:
            self._behind = True
        else:
            self._ask()

    def set_group(self, group: str) -> None:
        """List one group only; "" for everything."""
        if group != self._next.group:
            self._next = replace(self._next, group=group)
            self._ask()

    def reload(self) -> None:
        """List the same anew; the reading place stays where it can."""
        self._ask()

    def clear_rows(self) -> None:
        """Show nothing."""
        self._behind = False
        self._rows.empty()

    def chosen(self) -> list[Any]:
        """The selected rows that are loaded, in their order."""
        rows = (self._rows.row_at(row) for row in self._chosen_rows())
        return [row for row in rows if row is not None]

    def chosen_count(self) -> int:
        """How many rows are selected, loaded or not; cheap."""
        return sum(last - first + 1 for first, last in self._spans())

    def load_chosen(self) -> None:
        """Fetch what is selected and not there yet; ``picked`` follows."""
        for first, last in self._spans():
            self._rows.load(first, last)

    def select_row(self, row: int) -> None:
        """Select a row and make it the current one."""
        flags = QItemSelectionModel.SelectionFlag
        index = self._rows.index(row, 0)
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def sort_by(self, key: str, *, descending: bool = False) -> None:
        """Sort without the mouse."""
        if (key, descending) != (self._next.sort, self._next.descending):
            self._next = replace(self._next, sort=key, descending=descending)
            self._show_sorting()
            self._ask()

    # -- Qt ---------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """Header, ``lines`` rows and the bar below them."""
        rows = self._lines * self.verticalHeader().defaultSectionSize()
        bar = self.horizontalScrollBar().sizeHint().height()
        height = self.horizontalHeader().sizeHint().height() + rows + bar
        return QSize(60 * theme.UNIT, height + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        """Narrow is possible: columns out of sight are reached by the bar."""
        return QSize(40 * theme.UNIT, self.sizeHint().height())

    def keyboardSearch(self, search: str) -> None:
        """Letters find nothing here: Qt would go through every row."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes the current row; Alt with an arrow sorts by the current column."""
        key, alt = event.key(), event.modifiers() & Qt.KeyboardModifier.AltModifier
        if alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            column = self._rows.columns[max(self.currentIndex().column(), 0)]
            if column.sorts:
                self.sort_by(column.key, descending=key == Qt.Key.Key_Down)
            event.accept()
            return
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.currentIndex().row())
            event.accept()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More room shows more rows, and wider columns."""
        super().resizeEvent(event)
        self._share_room()
        self._soon()

    def changeEvent(self, event: QEvent) -> None:
        """Name columns and cells again in a new language; a font has its own heights."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            last = len(self._rows.columns) - 1
            self._rows.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, last)
            self.viewport().update()
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._measure()

    # -- inside -----------------------------------------------------------------------

    def _ask(self) -> None:
        self._behind = False
        self._rows.show(self._next)

    def _soon(self) -> None:
        if not self._scrolling.isActive():
            self._scrolling.start()

    def _look(self) -> None:
        """Fetch what is in sight, and a little on both sides."""
        first = self.rowAt(0)
        if first < 0:
            return
        last = self.rowAt(self.viewport().height() - 1)
        last = last if last >= 0 else self._rows.total - 1
        spare = self._lines
        self._rows.need(max(first - spare, 0), last + spare)

    def _on_settled(self) -> None:
        if self._behind:
            self._ask()
            return
        self._soon()
        self.settled.emit()

    def _on_failed(self, error: object) -> None:
        if self._behind:
            self._ask()
            return
        self.failed.emit(error)

    def _sort_by(self, section: int) -> None:
        """A header was pressed: sort by it, or the other way round."""
        column = self._rows.columns[section]
        if not column.sorts:
            self._show_sorting()
            return
        same = column.key == self._next.sort
        down = not self._next.descending if same else False
        self._next = replace(self._next, sort=column.key, descending=down)
        self._show_sorting()
        self._ask()

    def _show_sorting(self) -> None:
        keys = [column.key for column in self._rows.columns]
        order = Qt.SortOrder.DescendingOrder if self._next.descending else None
        if self._next.sort in keys:
            self.horizontalHeader().setSortIndicator(
                keys.index(self._next.sort), order or Qt.SortOrder.AscendingOrder
            )

    def _spans(self) -> list[tuple[int, int]]:
        """The selected rows as first and last of each stretch."""
        selection: Any = self.selectionModel().selection()  # its stub knows no iteration
        return sorted({(span.top(), span.bottom()) for span in selection})

    def _chosen_rows(self) -> Iterator[int]:
        for first, last in self._spans():
            yield from range(first, last + 1)

    def _take(self, row: int) -> None:
        found = self._rows.row_at(row) if row >= 0 else None
        if found is not None:
            self.taken.emit(found)

    def _measure(self) -> None:
        tall = self.fontMetrics().height() + theme.space(1.25)
        self.verticalHeader().setDefaultSectionSize(tall)
        self._share_room()
        self.updateGeometry()

    def _share_room(self) -> None:
        """Columns are as wide as their usual words; what is left goes to all in proportion."""
        digit, room = self.fontMetrics().horizontalAdvance("n"), self.viewport().width()
        header = self.horizontalHeader()
        widths = [
            max(column.chars * digit + theme.space(2.5), header.sectionSizeHint(number))
            for number, column in enumerate(self._rows.columns)
        ]
        spare = max(room - sum(widths), 0)
        for number, width in enumerate(widths):
            more = spare * width // sum(widths)
            self.setColumnWidth(number, width + more)


def _timer(parent: QWidget, ms: int) -> QTimer:
    made = QTimer(parent)
    made.setSingleShot(True)
    made.setInterval(ms)
    return made
