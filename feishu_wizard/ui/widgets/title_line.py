"""A title with a small note behind it; the note goes below where both do not fit side by side."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from feishu_wizard.ui import theme
from feishu_wizard.ui.widgets.labels import WrapLabel


class TitleLine(QWidget):
    """Strong words, then small grey ones that a person can mark and copy."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = WrapLabel(role="strong", parent=self)
        self.note = WrapLabel(role="small", selectable=True, parent=self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_texts(self, title: str, note: str = "") -> None:
        """Show both; without a note the title has the line for itself."""
        self.title.setText(title)
        self.note.set_text(note)
        self.updateGeometry()
        self._place(self.width(), move=True)

    def sizeHint(self) -> QSize:
        """Both on one line."""
        wide = _wide(self.title) + self._gap() + _wide(self.note)
        return QSize(wide, self._place(wide, move=False))

    def minimumSizeHint(self) -> QSize:
        """As narrow as a wrapped title."""
        return QSize(10 * theme.UNIT, self.fontMetrics().height())

    def heightForWidth(self, width: int) -> int:
        """One line, or what the wrapped words need."""
        return self._place(width, move=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, another place for the note."""
        super().resizeEvent(event)
        self._place(self.width(), move=True)

    def changeEvent(self, event: QEvent) -> None:
        """A language may bring a font of its own."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.FontChange):
            self.updateGeometry()

    def _gap(self) -> int:
        return theme.space(1.25) if self.note.text() else 0

    def _place(self, width: int, *, move: bool) -> int:
        """Return the height for ``width``; with ``move`` put the labels there."""
        first, second = _wide(self.title), _wide(self.note)
        if first + self._gap() + second <= width:
            tall = self.title.heightForWidth(first)
            rest = width - first - self._gap()
            # On one base line: the small words sink by what their letters are lower.
            sunk = self.title.fontMetrics().ascent() - self.note.fontMetrics().ascent()
            areas = (
                QRect(0, 0, first, tall),
                QRect(first + self._gap(), sunk, rest, self.note.heightForWidth(rest)),
            )
        else:
            tall = self.title.heightForWidth(width)
            below = self.note.heightForWidth(width) if self.note.text() else 0
            areas = (QRect(0, 0, width, tall), QRect(0, tall, width, below))
            tall += below
        if move:
            # In the middle of a line that a badge beside it has made higher.
            down = max(0, (self.height() - tall) // 2)
            self.title.setGeometry(areas[0].translated(0, down))
            self.note.setGeometry(areas[1].translated(0, down))
        return tall


def _wide(label: QLabel) -> int:
    """Width of the text on one line; a label that wraps would hint at a narrower one."""
    text = label.text()
    # Two more than the letters: a label lays its text out in whole pixels.
    return label.fontMetrics().horizontalAdvance(text) + 2 if text else 0
