"""Grounds that hold other things: cards, banners, expanders."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.widgets.base import clear, column, repolish
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.labels import IconLabel, WrapLabel
from feishu_wizard.wizard.steps import Severity

SIGNS = {
    Severity.INFO: ("info", "info"),
    Severity.SUCCESS: ("check-circle", "success"),
    Severity.WARNING: ("alert-triangle", "warning"),
    Severity.ERROR: ("x-circle", "danger"),
}
"""Icon and colour token of each severity."""


class Card(QFrame):
    """A titled group. Put content into ``body``; ``header`` takes a badge or a button."""

    def __init__(
        self, title: str = "", text: str = "", icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        outer = QVBoxLayout(self)
        pad = theme.space(2.5)
        outer.setContentsMargins(pad, theme.space(2.25), pad, pad)
        outer.setSpacing(theme.space(1))
        self.header = QHBoxLayout()
        self.header.setSpacing(theme.space(1))
        self._icon = IconLabel(icon, "muted", scale=1.25) if icon else None
        if self._icon is not None:
            self.header.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._title = WrapLabel(title, "title")
        self.header.addWidget(self._title, 1)
        outer.addLayout(self.header)
        self._text = WrapLabel(text, "muted")
        outer.addWidget(self._text)
        self.body = column(spacing=2)
        self.body.setContentsMargins(0, theme.space(0.5), 0, 0)
        outer.addLayout(self.body)
        self.set_title(title, text)

    def set_title(self, title: str, text: str = "") -> None:
        """Name the group and say in muted words what it is for."""
        self._title.set_text(title)
        self._text.set_text(text)
        a11y.describe(self, title, text)

    def add(self, widget: QWidget) -> None:
        """Put ``widget`` at the end of the body."""
        self.body.addWidget(widget)


class Banner(QFrame):
    """A note on coloured ground: icon, title, text and, where given, a button."""

    def __init__(
        self,
        severity: Severity = Severity.INFO,
        text: str = "",
        title: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(
            theme.space(1.5), theme.space(1.25), theme.space(1.5), theme.space(1.25)
        )
        row.setSpacing(theme.space(1.25))
        self._icon = IconLabel("info", "info")
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        texts = column(spacing=0.5)
        self._title, self._text = WrapLabel(role="strong"), WrapLabel(selectable=True)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
            texts.addWidget(label)
        self.body = column(spacing=1)
        texts.addLayout(self.body)
        row.addLayout(texts, 1)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(theme.space(1))
        row.addLayout(self._actions)
        self.show_text(severity, text, title)

    def show_text(self, severity: Severity, text: str, title: str = "") -> None:
        """Show ``text`` under ``title`` in the colours of ``severity``."""
        icon, tone = SIGNS[severity]
        self._icon.set_icon(icon, tone)
        repolish(self, "banner", severity.value)
        self._title.set_text(title)
        self._text.set_text(text)
        a11y.describe(self, title or text, text if title else "")

    def add_action(self, button: QWidget) -> None:
        """Put ``button`` at the right side."""
        self._actions.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)


class Disclosure(QWidget):
    """A line that opens and closes what is in ``body``."""

    toggled = Signal(bool)

    def __init__(self, words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = column(self, spacing=0.5)
        self.button = Button(words, "link")
        self.button.setCheckable(False)
        self.button.clicked.connect(lambda: self.set_open(not self.is_open()))
        outer.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self._content = QWidget()
        self.body = column(self._content, spacing=1)
        outer.addWidget(self._content)
        self._content.hide()
        self._closed, self._opened = words, words
        self._show()

    def set_words(self, closed: str, opened: str = "") -> None:
        """Set the words of the line while closed and while open."""
        self._closed, self._opened = closed, opened or closed
        self._show()

    def is_open(self) -> bool:
        """Tell whether the body is shown."""
        return not self._content.isHidden()

    def set_open(self, is_open: bool) -> None:
        """Show or hide the body."""
        if is_open != self.is_open():
            self._content.setVisible(is_open)
            self._show()
            self.toggled.emit(is_open)

    def empty(self) -> None:
        """Take everything out of the body."""
        clear(self.body)

    def _show(self) -> None:
        self.button.setText(self._opened if self.is_open() else self._closed)
        self.button.set_icon("chevron-down" if self.is_open() else "chevron-right")
