"""Measures what is on the screen: text that does not fit its widget, characters without a glyph."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QRadioButton,
    QWidget,
)

# Rounding of fractional font metrics may ask for one more pixel than is there.
_SLACK = 1


def misfits(window: QWidget) -> list[str]:
    """Every visible text that is clipped, as ``identifier: text (needs WxH, has WxH)``."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisibleTo(window) or widget.visibleRegion().isEmpty():
            continue
        need = _needed(widget)
        if need is None:
            continue
        width, height = widget.width() + _SLACK, widget.height() + _SLACK
        if need.width() > width or need.height() > height:
            name = widget.objectName() or type(widget).__name__
            sizes = f"needs {need.width()}x{need.height()}, has {widget.width()}x{widget.height()}"
            found.append(f"{name}: {_text(widget)!r} ({sizes})")
    return found


def missing_glyphs(window: QWidget) -> list[str]:
    """Every visible character that the fonts of this machine cannot draw."""
    found = set()
    for widget in window.findChildren(QWidget):
        if widget.isVisibleTo(window):
            found |= _without_glyph(_text(widget), widget.font())
    return sorted(found)


def _text(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    if isinstance(widget, QLineEdit):
        return widget.text() or widget.placeholderText()
    return widget.currentText() if isinstance(widget, QComboBox) else ""


def _needed(widget: QWidget) -> QSize | None:
    """The room that the widget's text asks for; None when it has none, or may scroll."""
    if not _text(widget):
        return None
    if isinstance(widget, QLabel):
        if widget.wordWrap():
            return QSize(0, widget.heightForWidth(widget.width()))
        return widget.sizeHint()
    if isinstance(widget, QLineEdit):
        return _placeholder(widget)
    if isinstance(widget, QCheckBox | QRadioButton):
        return widget.minimumSizeHint()
    return widget.sizeHint() if isinstance(widget, QAbstractButton | QComboBox) else None


def _placeholder(edit: QLineEdit) -> QSize | None:
    """A line edit scrolls its value, but an example that is cut off is of no use."""
    if edit.text():
        return None
    wide = edit.fontMetrics().horizontalAdvance(edit.placeholderText())
    margins = edit.textMargins()
    return QSize(wide + margins.left() + margins.right(), 0)


def _without_glyph(text: str, font: QFont) -> set[str]:
    missing = set()
    for char in set(text):
        if char.isspace() or not char.isprintable():
            continue
        layout = QTextLayout(char, font)
        layout.setTextOption(QTextOption())
        layout.beginLayout()
        layout.createLine()
        layout.endLayout()
        runs = layout.glyphRuns()
        if not runs or any(0 in run.glyphIndexes() for run in runs):
            missing.add(char)
    return missing
