"""The bottom of the window: help or work under way at the left, the buttons at the right."""

from __future__ import annotations

import time

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QProgressBar, QStackedWidget, QWidget

from feishu_wizard.text import labels
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.widgets.base import Block, column
from feishu_wizard.ui.widgets.buttons import Button, LinkButton
from feishu_wizard.ui.widgets.labels import ElapsedLabel
from feishu_wizard.wizard.steps import Busy, Verb

_FRAME_MS = 33
_LAP_SECONDS = 1.6


class BusyLine(QProgressBar):
    """A thin line that runs while work is under way and fills when its share is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        a11y.identify(self, "progress")
        self.setTextVisible(False)
        self.setFixedHeight(3)
        self._running = False
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self.update)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(10 * theme.UNIT, 3)

    def show_work(self, busy: Busy | None) -> None:
        """Run, fill, or rest."""
        self._running = busy is not None
        if busy is None or busy.share is None:
            self.setRange(0, 0 if self._running else 100)
            self.setValue(0)
        else:
            self.setRange(0, 100)
            self.setValue(min(99, int(busy.share * 100)))  # never full before it is done
        self._time()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Run only while it can be seen."""
        super().showEvent(event)
        self._time()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while hidden."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A hairline at rest, else the running or filled part."""
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        width = float(self.width())
        self._bar(painter, QRectF(0, 0, width, 3), "window")
        self._bar(painter, QRectF(0, 2, width, 1), "border")
        if not self._running:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.maximum() > 0:
            self._bar(painter, QRectF(0, 0, width * self.value() / 100, 3), "accent")
            return
        lap = (time.monotonic() % _LAP_SECONDS) / _LAP_SECONDS
        self._bar(painter, QRectF((lap * 1.35 - 0.35) * width, 0, width * 0.35, 3), "accent")

    def _bar(self, painter: QPainter, area: QRectF, token: str) -> None:
        painter.setBrush(theme.color(token))
        painter.drawRect(area)

    def _time(self) -> None:
        if self._running and self.isVisible() and self.maximum() == 0:
            self._timer.start()
        else:
            self._timer.stop()


class Footer(Block):
    """Cancel (or Close), Back and the positive button; the text of what is going on."""

    pressed = Signal()
    went_back = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("footer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        outer = column(self, spacing=0)
        self.line = BusyLine()
        outer.addWidget(self.line)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        pad = theme.space(4)
        self._row.setContentsMargins(pad, theme.space(1.5), pad, theme.space(1.75))
        self._row.setSpacing(theme.space(1.25))
        outer.addLayout(self._row)
        self._left = QStackedWidget()
        self.help = LinkButton()
        a11y.identify(self.help, "help")
        self._work = ElapsedLabel()
        a11y.identify(self._work, "busy")
        self._left.addWidget(_at_left(self.help))
        self._left.addWidget(self._work)
        self._row.addWidget(self._left, 1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(theme.space(1.25))
        self._buttons.addStretch(1)
        self._row.addLayout(self._buttons)
        self.cancel, self.back, self.next = Button(), Button(), Button(kind="primary")
        for name, button in (("cancel", self.cancel), ("back", self.back), ("next", self.next)):
            a11y.identify(button, name)
            self._buttons.addWidget(button)
        self.cancel.clicked.connect(self.cancelled)
        self.back.clicked.connect(self.went_back)
        self.next.clicked.connect(self.pressed)
        self._closing = False
        self._back_to = 0
        self.retranslate()

    def show_state(
        self,
        verb: Verb,
        busy: Busy | None,
        *,
        closing: bool,
        can_go_back: bool,
        back_to: int = 0,
    ) -> None:
        """Show the buttons and the work under way; ``back_to``: number of the step left aside."""
        words = labels.verb(verb)
        self.next.setText(with_mnemonic(words, "N"))
        self.next.setAccessibleName(words)
        self.next.set_busy(busy is not None)
        self.back.setVisible(can_go_back)
        self._back_to = back_to
        self._name_back()
        self._closing = closing and busy is None
        self._name_cancel()
        self.line.show_work(busy)
        self._left.setCurrentIndex(0 if busy is None else 1)
        if busy is None:
            self._work.stop()
        else:
            words = _("{work}…").format(work=labels.busy(busy).rstrip("….。"))
            self._work.start(busy.started, words)
        self.line.setAccessibleName(self._work.words() or _("Progress"))
        self.next.setAccessibleDescription(self._work.words())
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep every word in sight."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Put the help above the buttons when both do not fit side by side, as with large text."""
        need = self._buttons.sizeHint().width()
        margins = self._row.contentsMargins()
        around = margins.left() + margins.right() + self._row.spacing()
        self.setMinimumWidth(need + around)
        beside = max(self.help.sizeHint().width() if self.help.url() else 0, 20 * theme.UNIT)
        directions = QBoxLayout.Direction
        fits = self.width() >= need + around + beside
        self._row.setDirection(directions.LeftToRight if fits else directions.TopToBottom)

    def working_on(self) -> str:
        """Return the words of the work under way, "" when there is none."""
        return self._work.words()

    def retranslate(self) -> None:
        """Set the words of the buttons again."""
        self._name_back()
        self._name_cancel()

    def _name_back(self) -> None:
        number = self._back_to
        words = _("Back to step {number}").format(number=number) if number else _("Back")
        self.back.setText(with_mnemonic(words, "B"))
        self.back.setAccessibleName(words)

    def _name_cancel(self) -> None:
        words = _("Close") if self._closing else _("Cancel")
        self.cancel.setText(words)
        self.cancel.setAccessibleName(words)


def _at_left(widget: QWidget) -> QWidget:
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
    line.addStretch(1)
    return holder


def with_mnemonic(words: str, letter: str) -> str:
    """Mark the first Latin letter as mnemonic; behind other scripts goes ``letter``: 上一步(B)."""
    clean = words.replace("&", "&&")
    for place, sign in enumerate(clean):
        if sign.isascii() and sign.isalpha():
            return f"{clean[:place]}&{clean[place:]}"
    return f"{clean}(&{letter})"
