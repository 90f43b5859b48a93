"""A value that is only read and copied, such as what belongs into a page of the console."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, desktop, theme
from feishu_wizard.ui.widgets.base import Block, column
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.labels import WrapLabel

COPIED_MS = 2500
MASK = "••••••••••••"


class CopyButton(Button):
    """Copies what ``value`` returns, and says so a moment. ``exact``: see ``desktop.copy``."""

    def __init__(
        self,
        value: Callable[[], str],
        *,
        secret: bool = False,
        exact: bool = False,
        kind: str = "secondary",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", kind, "copy", parent)
        self._value, self._secret, self._exact, self._done = value, secret, exact, False
        self._words = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(COPIED_MS)
        self._timer.timeout.connect(lambda: self._mark(False))
        self.clicked.connect(self._copy)
        self.retranslate()

    def set_words(self, words: str) -> None:
        """Say what is copied instead of plain "Copy"."""
        self._words = words
        self.retranslate()

    def retranslate(self) -> None:
        """Set the words again."""
        self.setText(_("Copied") if self._done else self._words or _("Copy"))
        self.set_icon("check-circle" if self._done else "copy")

    def sizeHint(self) -> QSize:
        """Room for either text, so that nothing jumps when it is pressed."""
        shown = super().sizeHint()
        other = self._words or _("Copy")
        widest = max(self.fontMetrics().horizontalAdvance(t) for t in (_("Copied"), other))
        now = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(shown.width() - now + widest, shown.height())

    def _copy(self) -> None:
        if self._secret:
            desktop.copy_secret(self._value())
        else:
            desktop.copy(self._value(), exact=self._exact)
        self._mark(True)
        self._timer.start()
        a11y.announce(self, _("Copied"))

    def _mark(self, done: bool) -> None:
        self._done = done
        self.retranslate()


class _ReadOnlyText(QPlainTextEdit):
    """Several lines, as high as its text up to a bound."""

    LINES = 10

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFont(theme.font("mono"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """As high as the wrapped text."""
        # Frame and padding of the style sheet lie round the viewport.
        around = self.height() - self.viewport().height() + 2 * self.document().documentMargin()
        around += 2  # with nothing to spare, Qt believes that the last line does not fit
        return QSize(super().sizeHint().width(), ceil(self._text_height() + around))

    def _text_height(self) -> float:
        """Height of the first lines as laid out: fallback fonts are higher than the own one."""
        document, heights = self.document(), []
        layout, block = document.documentLayout(), document.begin()
        least = ceil(QFontMetricsF(self.font()).lineSpacing())
        while block.isValid():
            lines = max(block.lineCount(), 1)
            height = ceil(layout.blockBoundingRect(block).height() / lines)
            heights += [max(height, least)] * lines
            block = block.next()
        return sum(heights[: self.LINES])

    def minimumSizeHint(self) -> QSize:
        """Narrow is possible, lower than the text is not."""
        return QSize(8 * theme.UNIT, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A new width wraps differently."""
        super().resizeEvent(event)
        policies = Qt.ScrollBarPolicy
        fits = int(self.document().size().height()) <= self.LINES
        self.setVerticalScrollBarPolicy(
            policies.ScrollBarAlwaysOff if fits else policies.ScrollBarAsNeeded
        )
        self.updateGeometry()


class CopyRow(Block):
    """Label, read-only value in fixed-width letters, button that copies it.

    ``multiline`` is for texts. A secret is never shown: ``set_secret`` takes a function that
    returns it at the moment of copying, and it leaves the clipboard after 30 seconds.
    """

    def __init__(
        self,
        row_id: str,
        label: str = "",
        value: str = "",
        *,
        multiline: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._label_text = label
        self._secret: Callable[[], str] | None = None
        outer = column(self, spacing=0.5)
        self._label = QLabel()
        self._label.setFont(theme.font("strong"))
        self._label.setWordWrap(True)
        outer.addWidget(self._label)
        self._row = QHBoxLayout()
        self._row.setSpacing(theme.space(1))
        self._box: QLineEdit | _ReadOnlyText = _ReadOnlyText() if multiline else _line()
        a11y.identify(self._box, f"{row_id}.value")
        self._label.setBuddy(self._box)
        self._row.addWidget(self._box, 1)
        self._copy = CopyButton(self.value)
        a11y.identify(self._copy, row_id)
        self._row.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        outer.addLayout(self._row)
        self._hint = WrapLabel(role="small")
        outer.addWidget(self._hint)
        self._hint.hide()
        self.set_label(label)
        self.set_value(value)

    def set_label(self, label: str, hint: str = "") -> None:
        """Name the value and say below where it belongs."""
        self._label_text = label
        self._label.setText(label)
        self._hint.set_text(hint)
        a11y.describe(self._box, label, hint)
        self.retranslate()

    def value(self) -> str:
        """Return what would be copied."""
        return self._secret() if self._secret is not None else self._shown()

    def set_value(self, value: str) -> None:
        """Show ``value``."""
        self._secret = None
        self._show(value)

    def set_secret(self, reveal: Callable[[], str]) -> None:
        """Show dots; copying asks ``reveal`` for the value."""
        self._secret = reveal
        self._copy._secret = True
        self._show(MASK)

    def add_widget(self, widget: QWidget) -> None:
        """Put ``widget`` (a tick, a link) behind the button."""
        self._row.addWidget(widget)

    def retranslate(self) -> None:
        """Name the button after what it copies."""
        self._copy.retranslate()
        name = _("Copy {what}").format(what=a11y.plain(self._label_text))
        self._copy.setAccessibleName(name if self._label_text else _("Copy"))

    def _shown(self) -> str:
        box = self._box
        return box.text() if isinstance(box, QLineEdit) else box.toPlainText()

    def _show(self, value: str) -> None:
        if self._shown() == value:
            return
        if isinstance(self._box, QLineEdit):
            self._box.setText(value)
            self._box.setCursorPosition(0)
            self._box.setToolTip(value if self._secret is None else "")
        else:
            self._box.setPlainText(value)


def _line() -> QLineEdit:
    line = QLineEdit()
    line.setReadOnly(True)
    line.setFont(theme.font("mono"))
    return line
