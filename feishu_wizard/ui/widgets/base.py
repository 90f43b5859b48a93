"""What all bricks share: they follow a change of language and of colours by themselves."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from feishu_wizard.ui import theme


class Block(QWidget):
    """A widget made of others.

    ``retranslate`` is called when the language changed, ``recolor`` when the look changed; a
    subclass calls them itself at the end of its constructor where it needs them.
    """

    def changeEvent(self, event: QEvent) -> None:
        """Pass on a new language or a new look."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() is QEvent.Type.PaletteChange:
            self.recolor()

    def retranslate(self) -> None:
        """Set all texts again."""

    def recolor(self) -> None:
        """Take over the colours of the look in use."""


def column(parent: QWidget | None = None, spacing: float = 1) -> QVBoxLayout:
    """Return a vertical layout without margins; ``spacing`` in units of ``theme.UNIT``."""
    layout = QVBoxLayout(parent) if parent is not None else QVBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.space(spacing))
    return layout


def row(*widgets: QWidget, spacing: float = 1) -> QHBoxLayout:
    """Return a horizontal layout with ``widgets`` at the left, each as wide as it needs."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.space(spacing))
    for widget in widgets:
        layout.addWidget(widget)
    layout.addStretch(1)
    return layout


def clear(layout: QLayout) -> None:
    """Take every widget out of ``layout`` and delete it."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()


def show_if(widget: QWidget, wanted: bool) -> None:
    """Show or hide; a widget that has no parent yet will be shown with its parent to come."""
    if wanted and widget.parentWidget() is None:
        widget.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
    elif widget.isHidden() is wanted or not wanted:
        widget.setVisible(wanted)


def repolish(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, when it differs."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()
