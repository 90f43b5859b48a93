"""Choices with their consequences: radio buttons, ticks, a drop-down list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QRadioButton,
    QSizePolicy,
    QWidget,
)

from feishu_wizard.ui import a11y, icons, theme
from feishu_wizard.ui.widgets.base import clear, column
from feishu_wizard.ui.widgets.labels import WrapLabel


def _paint_sign(button: QAbstractButton, *, round_sign: bool) -> None:
    """Draw the box or circle of ``button``, its focus ring and its text."""
    painter = QPainter(button)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = _sign_side(button)
    area = QRectF(1.5, (button.height() - side) / 2 + 0.5, side - 1, side - 1)
    on, enabled = button.isChecked(), button.isEnabled()
    fill = "accent" if on else "hover" if button.underMouse() else "surface"
    painter.setBrush(theme.color(fill if enabled else "neutral_soft"))
    line = theme.color("accent" if on and enabled else "control")
    painter.setPen(QPen(line, 1.4))
    radius = side / 2 if round_sign else 4.0
    painter.drawRoundedRect(area, radius, radius)
    if on:
        _paint_mark(painter, area, round_sign=round_sign, enabled=enabled)
    if button.hasFocus():
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("focus"), 2))
        ring = QRectF(button.rect()).adjusted(1, 1, -1, -1)
        ring.setLeft(area.right() + 4)
        painter.drawRoundedRect(ring, 4, 4)
    painter.setPen(theme.color("text" if enabled else "muted"))
    text = QRect(side + theme.space(1.25), 0, button.width(), button.height())
    painter.drawText(
        text, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic), button.text()
    )


def _paint_mark(painter: QPainter, area: QRectF, *, round_sign: bool, enabled: bool) -> None:
    ink = theme.color("on_accent" if enabled else "muted")
    side = area.width()
    if round_sign:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(area.center(), side * 0.2, side * 0.2)
        return
    pen = QPen(ink, side * 0.12)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    mark = QPainterPath(area.topLeft() + QPointF(0.24, 0.53) * side)
    mark.lineTo(area.topLeft() + QPointF(0.43, 0.71) * side)
    mark.lineTo(area.topLeft() + QPointF(0.77, 0.32) * side)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(mark)


def _sign_side(button: QWidget) -> int:
    return round(button.fontMetrics().height() * 1.05)


def _sign_size(button: QAbstractButton) -> QSize:
    text = button.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, button.text())
    side = _sign_side(button)
    return QSize(side + theme.space(2) + text.width(), max(side, text.height(), 22) + 4)


class Radio(QRadioButton):
    """A radio button in our look."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """Room for sign and text."""
        return _sign_size(self)

    minimumSizeHint = sizeHint

    def hitButton(self, pos: object) -> bool:
        """All of it can be clicked."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        _paint_sign(self, round_sign=True)


class Tick(QCheckBox):
    """A check box in our look."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """Room for sign and text."""
        return _sign_size(self)

    minimumSizeHint = sizeHint

    def hitButton(self, pos: object) -> bool:
        """All of it can be clicked."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        _paint_sign(self, round_sign=False)


class _Consequence(WrapLabel):
    """The muted text below a sign; a click on it is a click on the sign."""

    def __init__(self, button: QAbstractButton) -> None:
        super().__init__(role="muted")
        self._button = button
        self.setContentsMargins(_sign_side(button) + theme.space(1.25), 0, 0, 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Do what the sign does."""
        self._button.setFocus(Qt.FocusReason.MouseFocusReason)
        self._button.click()


class TickRow(QWidget):
    """A tick with a text below that says what it means."""

    toggled = Signal(bool)

    def __init__(
        self, row_id: str, text: str = "", consequence: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        outer = column(self, spacing=0)
        self.tick = Tick()
        a11y.identify(self.tick, row_id)
        self._consequence = _Consequence(self.tick)
        outer.addWidget(self.tick, 0, Qt.AlignmentFlag.AlignLeft)
        outer.addWidget(self._consequence)
        self.tick.toggled.connect(self.toggled)
        self.setFocusProxy(self.tick)
        self.set_text(text, consequence)

    def set_text(self, text: str, consequence: str = "") -> None:
        """Name the tick and say what follows from it."""
        self.tick.setText(text)
        self._consequence.set_text(consequence)
        a11y.describe(self.tick, text, consequence)
        self.tick.updateGeometry()

    def checked(self) -> bool:
        """Tell whether it is ticked."""
        return self.tick.isChecked()

    def set_checked(self, checked: bool) -> None:
        """Tick or untick it without a signal."""
        blocked = self.tick.blockSignals(True)
        self.tick.setChecked(checked)
        self.tick.blockSignals(blocked)
        self.tick.update()


class Option(NamedTuple):
    """One of several: its value, its label and what follows from it."""

    value: str
    label: str
    consequence: str = ""


class ChoiceGroup(QWidget):
    """Radio buttons, each with its consequence. ``changed`` carries the value chosen by a person.

    The buttons have the identifiers ``<group_id>.<value>``.
    """

    changed = Signal(str)

    def __init__(self, group_id: str, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        a11y.identify(self, group_id)
        self._id = group_id
        outer = column(self, spacing=1)
        self._title = WrapLabel(role="strong")
        self._help = WrapLabel(role="muted")
        outer.addWidget(self._title)
        outer.addWidget(self._help)
        self._help.set_text("")
        self._list = column(spacing=1.25)
        outer.addLayout(self._list)
        self._group = QButtonGroup(self)
        self._options: tuple[Option, ...] = ()
        self._buttons: dict[str, Radio] = {}
        self._texts: dict[str, _Consequence] = {}
        # Assistive technology toggles a button without clicking it.
        self._group.buttonToggled.connect(self._on_toggled)
        self.set_title(title)

    def set_title(self, title: str) -> None:
        """Ask the question that the options answer."""
        self._title.set_text(title)
        a11y.describe(self, title)

    def set_help(self, text: str) -> None:
        """Say below the question what it decides; "" for nothing."""
        self._help.set_text(text)
        a11y.describe(self, self._title.text(), text)

    def set_options(self, options: Sequence[Option]) -> None:
        """Show ``options``; those that were there keep their state and focus."""
        if tuple(options) == self._options:
            return
        if [o.value for o in options] != [o.value for o in self._options]:
            self._rebuild([o.value for o in options])
        self._options = tuple(options)
        for option in options:
            button = self._buttons[option.value]
            button.setText(option.label)
            button.updateGeometry()
            self._texts[option.value].set_text(option.consequence)
            a11y.describe(button, option.label, option.consequence)

    def _rebuild(self, values: Sequence[str]) -> None:
        chosen = self.value()
        for button in self._buttons.values():
            self._group.removeButton(button)
        clear(self._list)
        self._buttons, self._texts = {}, {}
        for value in values:
            button = Radio()
            a11y.identify(button, f"{self._id}.{value}")
            text = _Consequence(button)
            holder = QWidget()
            inner = column(holder, spacing=0)
            inner.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            inner.addWidget(text)
            self._list.addWidget(holder)
            self._group.addButton(button)
            self._buttons[value], self._texts[value] = button, text
        self.set_value(chosen)

    def value(self) -> str:
        """Return the chosen value, "" when none is."""
        return next((v for v, b in self._buttons.items() if b.isChecked()), "")

    def set_value(self, value: str) -> None:
        """Choose ``value`` without a signal."""
        button = self._buttons.get(value)
        if button is not None and not button.isChecked():
            blocked = self._group.blockSignals(True)
            button.setChecked(True)
            self._group.blockSignals(blocked)

    def _on_toggled(self, _button: QAbstractButton, checked: bool) -> None:
        if checked:
            self.changed.emit(self.value())

    def button(self, value: str) -> Radio:
        """Return the radio button of ``value``, for focus."""
        return self._buttons[value]


class DropDown(QComboBox):
    """A drop-down list in our look; ``picked`` carries the value chosen by a person."""

    picked = Signal(str)

    def __init__(self, box_id: str, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        a11y.identify(self, box_id)
        a11y.describe(self, name)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.activated.connect(lambda _index: self.picked.emit(self.value()))

    def set_options(self, options: Sequence[Option]) -> None:
        """Fill the list, keeping the chosen value where it still exists."""
        held = [Option(self.itemData(i), self.itemText(i)) for i in range(self.count())]
        if [(o.value, o.label) for o in options] == [(o.value, o.label) for o in held]:
            return
        chosen, blocked = self.value(), self.blockSignals(True)
        self.clear()
        for option in options:
            self.addItem(option.label, option.value)
        self.set_value(chosen)
        self.blockSignals(blocked)
        self.updateGeometry()

    def value(self) -> str:
        """Return the chosen value, "" when the list is empty."""
        return str(self.currentData() or "")

    def set_value(self, value: str) -> None:
        """Choose ``value`` without a signal."""
        index = self.findData(value)
        if index >= 0 and index != self.currentIndex():
            blocked = self.blockSignals(True)
            self.setCurrentIndex(index)
            self.blockSignals(blocked)
            self.update()

    def sizeHint(self) -> QSize:
        """Room for the longest entry and the arrow."""
        metrics = self.fontMetrics()
        texts = [self.itemText(i) for i in range(self.count())] or [""]
        widest = max(metrics.horizontalAdvance(text) for text in texts)
        return QSize(widest + metrics.height() + theme.space(4), metrics.height() + theme.space(2))

    def minimumSizeHint(self) -> QSize:
        """Never narrower than its longest entry."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame of a line edit, the entry and the arrow."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.hasFocus()
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.color("accent" if focused else "control"), 2 if focused else 1))
        painter.setBrush(theme.color("hover" if self.underMouse() else "surface"))
        painter.drawRoundedRect(area, 6, 6)
        side, pad = round(self.fontMetrics().height() * 0.95), theme.space(1.25)
        painter.setPen(theme.color("text" if self.isEnabled() else "muted"))
        words = self.rect().adjusted(pad, 0, -side - pad, 0)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), self.currentText())
        arrow = icons.pixmap("chevron-down", theme.color("muted"), side, self.devicePixelRatioF())
        painter.drawPixmap(self.width() - side - pad, (self.height() - side) // 2, arrow)
