"""The left side of the window: every step with its state, in words and not by colour alone."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QFrame,
    QListView,
    QSizePolicy,
    QStyleOptionViewItem,
    QWidget,
)

from feishu_wizard.text import labels
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, icons, theme
from feishu_wizard.wizard.steps import Step, StepRow, StepState

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = int(Qt.ItemDataRole.UserRole)
_WRAP = int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap)
_STATE_TONES = {
    StepState.NOT_YET: "muted",
    StepState.CURRENT: "link",
    StepState.DONE: "success",
    StepState.OPEN: "warning",
}


class StepModel(QAbstractListModel):
    """The steps. A row that cannot be reached yet is disabled and cannot be selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[StepRow] = []

    def set_rows(self, rows: Sequence[StepRow]) -> None:
        """Show ``rows``; only what differs is repainted."""
        if len(rows) != len(self._rows):
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()
            return
        old, self._rows = self._rows, list(rows)
        for number, row in enumerate(rows):
            if row != old[number]:
                self.dataChanged.emit(self.index(number), self.index(number))

    def renamed(self) -> None:
        """All words are different now."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def step(self, index: Index) -> Step:
        """Return the step at ``index``."""
        return self._rows[index.row()].step

    def row_of(self, step: Step) -> int:
        """Return the row of ``step``, -1 when it is not there."""
        return next((n for n, row in enumerate(self._rows) if row.step is step), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Number of steps."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Number, title and state as one text; the row itself for the painter."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return _("{number}. {title}: {state}").format(
                number=index.row() + 1,
                title=labels.step_title(row.step),
                state=labels.step_state_word(row),
            )
        return row if role == ROW_ROLE else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Only reachable steps are enabled and selectable."""
        if not index.isValid() or not self._rows[index.row()].reachable:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class StepDelegate(QAbstractItemDelegate):
    """Paints a sign with the number, the title and the state word below it."""

    def __init__(self, view: StepList) -> None:
        super().__init__(view)
        self._list = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high as the wrapped title and the state word."""
        width = self._list.maximumViewportSize().width()
        title, state = self._texts(index, width)
        return QSize(width, title.height() + state.height() + theme.space(2.5))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one step."""
        row: StepRow = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(option.rect).adjusted(1, 2, -1, -2)
        self._paint_ground(painter, ground, row, index)
        top = option.rect.top() + theme.space(1.25)
        self._paint_sign(painter, option, row, index.row() + 1, top)
        title, state = self._texts(index, option.rect.width())
        muted = not row.reachable
        painter.setFont(theme.font("strong" if row.state is StepState.CURRENT else "body"))
        painter.setPen(theme.color("muted" if muted else "text"))
        title.moveTop(top)
        painter.drawText(title, _WRAP, labels.step_title(row.step))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color(_STATE_TONES[row.state]))
        state.moveTop(title.bottom() + 1)
        painter.drawText(state, _WRAP, labels.step_state_word(row))
        painter.restore()

    def _paint_ground(self, painter: QPainter, area: QRectF, row: StepRow, index: Index) -> None:
        focused = self._list.hasFocus() and self._list.currentIndex() == index
        if row.state is StepState.CURRENT:
            painter.setPen(theme.color("border"))
            painter.setBrush(theme.color("surface"))
            painter.drawRoundedRect(area, 8, 8)
        elif row.reachable and self._list.pointed_at() == index.row():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("pressed"))
            painter.drawRoundedRect(area, 8, 8)
        if focused:
            painter.setPen(QPen(theme.color("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 7, 7)

    def _paint_sign(
        self, painter: QPainter, option: QStyleOptionViewItem, row: StepRow, number: int, top: int
    ) -> None:
        side = _sign_side()
        area = QRectF(option.rect.left() + theme.space(1.25), top, side, side)
        if row.state in (StepState.DONE, StepState.OPEN):
            name = "check-circle" if row.state is StepState.DONE else "alert-triangle"
            ratio = self._list.devicePixelRatioF()
            image = icons.pixmap(name, theme.color(_STATE_TONES[row.state]), side, ratio)
            painter.drawPixmap(area.topLeft(), image)
            return
        current = row.state is StepState.CURRENT
        painter.setPen(QPen(theme.color("accent" if current else "control"), 1.4))
        painter.setBrush(theme.color("accent") if current else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(area.adjusted(0.7, 0.7, -0.7, -0.7))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("on_accent" if current else "muted"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(number))

    def _texts(self, index: Index, width: int) -> tuple[QRect, QRect]:
        """Where title and state word go, relative to the top of the row."""
        row: StepRow = index.data(ROW_ROLE)
        left = theme.space(1.25) + _sign_side() + theme.space(1.25)
        room = QRect(left, 0, max(1, width - left - theme.space(1)), 10_000)
        title = QFontMetrics(theme.font("strong")).boundingRect(
            room, _WRAP, labels.step_title(row.step)
        )
        state = QFontMetrics(theme.font("small")).boundingRect(
            room, _WRAP, labels.step_state_word(row)
        )
        title.setWidth(room.width())
        state.setWidth(room.width())
        return title, state


def _sign_side() -> int:
    return round(QFontMetrics(theme.font("body")).height() * 1.25)


class StepList(QListView):
    """The steps as a list. ``chosen`` tells that a person wants to open one."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        a11y.identify(self, "step-list")
        self._model = StepModel(self)
        self._current: Step | None = None
        self._pointed = -1
        self.setModel(self._model)
        self.setItemDelegate(StepDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.clicked.connect(self._choose)
        self.entered.connect(lambda index: self._point(index.row()))
        self.viewportEntered.connect(lambda: self._point(-1))
        self.retranslate()

    def show_rows(self, rows: Sequence[StepRow], current: Step) -> None:
        """Show ``rows`` and select the current step."""
        self._model.set_rows(rows)
        if current is not self._current:
            self._current = current
            self._select_current()

    def retranslate(self) -> None:
        """Set all words again."""
        a11y.describe(self, _("Steps"))
        self._model.renamed()
        self.scheduleDelayedItemsLayout()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()

    def pointed_at(self) -> int:
        """Return the row below the mouse, -1 when there is none."""
        return self._pointed

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse is elsewhere."""
        super().leaveEvent(event)
        self._point(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move; only Enter or Space opens, because opening cancels work under way."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self.currentIndex())
            event.accept()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What was only looked at by keyboard is not the current step."""
        super().focusOutEvent(event)
        self._select_current()

    def sizeHint(self) -> QSize:
        """Wide enough for the longest title on one line, within reason."""
        metrics = QFontMetrics(theme.font("strong"))
        longest = max(metrics.horizontalAdvance(labels.step_title(step)) for step in Step)
        sign = _sign_side() + theme.space(4.5)
        unit = metrics.horizontalAdvance("n")  # a CJK font calls a full em its average
        return QSize(sign + min(max(longest, 19 * unit), 30 * unit), 40 * theme.UNIT)

    def _point(self, row: int) -> None:
        if row != self._pointed:
            self._pointed = row
            self.viewport().update()

    def _select_current(self) -> None:
        if self._current is not None:
            self.setCurrentIndex(self._model.index(self._model.row_of(self._current)))

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and self._model.flags(index) & Qt.ItemFlag.ItemIsEnabled:
            self.chosen.emit(self._model.step(index))
