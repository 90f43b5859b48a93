"""Small parts that several pages use: labelled facts, numbered steps, groups of rows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.widgets.base import column, show_if
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import IconLabel, WrapLabel
from feishu_wizard.ui.widgets.page import Page


class Facts(QWidget):
    """Labelled values on a grid, calm and selectable; takes no room while it is empty."""

    def __init__(self, facts_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        a11y.identify(self, facts_id)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.space(2))
        self._grid.setVerticalSpacing(theme.space(0.5))
        self._grid.setColumnStretch(1, 1)
        self._labels: list[tuple[WrapLabel, WrapLabel]] = []
        self.hide()

    def show_facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Show ``(label, value)`` pairs; those without a value are left out."""
        wanted = [(label, value) for label, value in rows if value]
        while len(self._labels) < len(wanted):
            self._add(len(self._labels))
        for number, (name, text) in enumerate(self._labels):
            label, value = wanted[number] if number < len(wanted) else ("", "")
            name.set_text(label)
            text.set_text(value)
            a11y.describe(text, f"{label}: {value}" if value else "")
        show_if(self, bool(wanted))

    def _add(self, number: int) -> None:
        name = WrapLabel(role="muted")
        name.setWordWrap(False)
        text = WrapLabel(selectable=True)
        self._grid.addWidget(name, number, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(text, number, 1)
        self._labels.append((name, text))


class HintLine(QWidget):
    """A calm line with an icon: where a secret goes, what happens next."""

    def __init__(
        self, icon: str, role: str = "muted", *, tone: str = "muted", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(1))
        self._icon = IconLabel(icon, tone)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        self._text = WrapLabel(role=role)
        row.addWidget(self._text, 1)

    def set_text(self, text: str) -> None:
        """Show ``text``; "" hides the line."""
        self._text.setText(text)
        show_if(self, bool(text))

    def text(self) -> str:
        """Return what is shown."""
        return self._text.text()


class Number(QWidget):
    """A number in a circle; a tick mark's colour when the step is done."""

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number, self._tone = number, "accent"
        self.setFont(theme.font("strong"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_number(self, number: int, tone: str = "accent") -> None:
        """Show ``number``; ``tone``: accent for what is to be done, neutral for the rest."""
        if (number, tone) != (self._number, self._tone):
            self._number, self._tone = number, tone
            self.update()

    def sizeHint(self) -> QSize:
        """A circle round two digits."""
        side = round(self.fontMetrics().height() * 1.5)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw circle and number."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self.sizeHint().width()
        area = QRectF(0.5, 0.5, side - 1, side - 1)
        strong = self._tone == "accent"
        painter.setPen(theme.color("accent" if strong else "border"))
        painter.setBrush(theme.color("accent" if strong else "neutral_soft"))
        painter.drawEllipse(area)
        painter.setPen(theme.color("on_accent" if strong else "muted"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(self._number))


class StepBlock(QWidget):
    """A numbered thing to do: title, a sentence, ``body``, a row of buttons, ``foot``."""

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(1.5))
        self._number = Number(number)
        row.addWidget(self._number, 0, Qt.AlignmentFlag.AlignTop)
        texts = column(spacing=0.75)
        texts.setContentsMargins(0, theme.space(0.25), 0, 0)
        row.addLayout(texts, 1)
        self._title, self._text = WrapLabel(role="strong"), WrapLabel(role="muted")
        texts.addWidget(self._title)
        texts.addWidget(self._text)
        self.body = column(spacing=1)
        texts.addLayout(self.body)
        self._actions = FlowLayout()
        texts.addLayout(self._actions)
        self.foot = column(spacing=1)
        texts.addLayout(self.foot)

    def set_text(self, title: str, text: str = "") -> None:
        """Say what to do; "" when the content says it."""
        self._title.set_text(title)
        self._text.set_text(text)

    def set_number(self, number: int, tone: str = "accent") -> None:
        """Number it among the others that are shown."""
        self._number.set_number(number, tone)

    def add_actions(self, *buttons: QWidget) -> None:
        """Put buttons into the row below."""
        for button in buttons:
            self._actions.addWidget(button)


def hold_at_top(page: Page) -> None:
    """Keep the complete ``page`` at the top by a stretch instead of its layout's alignment.

    Qt cuts an aligned layout to the height of its size hint, which does not know that lines wrap.
    """
    page.body.setAlignment(Qt.AlignmentFlag(0))
    page.body.addStretch(1)


def choose_file(
    parent: QWidget, title: str, start: str, take: object, *, save: bool, kinds: str = ""
) -> QFileDialog:
    """Open the file dialog without stopping the window; ``take`` gets the chosen path."""
    dialog = QFileDialog(parent, title, start, kinds)
    mode, accept = QFileDialog.FileMode, QFileDialog.AcceptMode
    dialog.setFileMode(mode.AnyFile if save else mode.ExistingFile)
    dialog.setAcceptMode(accept.AcceptSave if save else accept.AcceptOpen)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(take)
    dialog.open()
    return dialog
