"""Texts and small signs: wrapping labels, icons, badges, elapsed time."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from feishu_wizard.text.catalog import _
from feishu_wizard.ui import icons, theme
from feishu_wizard.ui.widgets.base import repolish, show_if

_MOST_HEIGHTS = 16


class WrapLabel(QLabel):
    """Plain text that wraps. ``role``: heading, title, strong, body, muted, small or mono.

    ``tone`` (success, warning, danger, info, muted) colours it. ``selectable`` lets a person mark
    and copy the text, by keyboard too.
    """

    def __init__(
        self,
        text: str = "",
        role: str = "body",
        *,
        tone: str = "",
        selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._role = role
        self._heights: dict[int, int] = {}  # by width
        self._measured = ""  # the text they belong to
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setProperty("role", role)
        self.setFont(theme.font(role))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if selectable:
            flags = Qt.TextInteractionFlag
            self.setTextInteractionFlags(
                flags.TextSelectableByMouse | flags.TextSelectableByKeyboard
            )
        if tone:
            self.set_tone(tone)
        self.setText(text)

    def set_text(self, text: str) -> None:
        """Show ``text``; an empty one hides the label so that it takes no room."""
        self.setText(text)
        show_if(self, bool(text))

    def heightForWidth(self, width: int) -> int:
        """As Qt, but a layout asks for more width than ``maximumWidth`` then allows.

        Layouts ask for every width five times and more, and Qt breaks the lines anew each time.
        """
        width, text = min(width, self.maximumWidth()), self.text()
        if text != self._measured or len(self._heights) > _MOST_HEIGHTS:
            self._heights.clear()
            self._measured = text
        height = self._heights.get(width)
        if height is None:
            height = super().heightForWidth(width)
            self._heights[width] = height
        return height

    def set_tone(self, tone: str) -> None:
        """Colour the text; "" takes the ordinary colour."""
        repolish(self, "tone", tone)

    def changeEvent(self, event: QEvent) -> None:
        """Fonts and styles change the heights; a language may bring a font of its own."""
        super().changeEvent(event)
        self._heights.clear()
        if event.type() is QEvent.Type.LanguageChange:
            self.setFont(theme.font(self._role))


class IconLabel(QWidget):
    """An icon as large as a line of text. It carries no meaning that is not also in words."""

    def __init__(
        self,
        name: str = "",
        tone: str = "muted",
        *,
        scale: float = 1.15,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name, self._tone, self._scale = name, tone, scale
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, name: str, tone: str = "muted") -> None:
        """Show the icon ``name`` in the colour of the token ``tone``."""
        if (name, tone) != (self._name, self._tone):
            self._name, self._tone = name, tone
            self.update()

    def sizeHint(self) -> QSize:
        """A square in proportion to the text."""
        side = round(self.fontMetrics().height() * self._scale)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tinted icon."""
        if self._name:
            size = self.sizeHint().width()
            image = icons.pixmap(
                self._name, theme.color(self._tone), size, self.devicePixelRatioF()
            )
            QPainter(self).drawPixmap(0, 0, image)


class Pill(QWidget):
    """A badge with one or two words. ``tone``: success, warning, danger, info, accent, neutral."""

    def __init__(
        self, text: str = "", tone: str = "neutral", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._text, self._tone = text, tone
        self.setFont(theme.font("small"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def set_text(self, text: str, tone: str = "neutral") -> None:
        """Show ``text``; an empty one hides the badge."""
        show_if(self, bool(text))
        if (text, tone) != (self._text, self._tone):
            self._text, self._tone = text, tone
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()

    def text(self) -> str:
        """Return the words shown."""
        return self._text

    def sizeHint(self) -> QSize:
        """Room for the words and the round ends."""
        metrics = self.fontMetrics()
        return QSize(
            metrics.horizontalAdvance(self._text) + metrics.height() + 2, metrics.height() + 6
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rounded ground, its line and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, line, ink = _pill_tokens(self._tone)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(theme.color(line))
        painter.setBrush(theme.color(ground))
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        painter.setPen(theme.color(ink))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)


def _pill_tokens(tone: str) -> tuple[str, str, str]:
    if tone == "neutral":
        return "neutral_soft", "border", "muted"
    if tone == "accent":
        return "accent_soft", "accent_soft", "link"
    return f"{tone}_soft", f"{tone}_line", tone


class ElapsedLabel(WrapLabel):
    """What is going on and for how many seconds: "Checking the network… 3 s"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._words = ""
        self._started = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(250)
        self._timer.timeout.connect(self._tick)

    def start(self, since: float, words: str = "") -> None:
        """Count from ``since`` (``time.monotonic()``) behind ``words``."""
        self._started, self._words = since, words
        self.setAccessibleName(words)  # the seconds are not worth reading aloud each time
        self._tick()
        self._timer.start()

    def stop(self) -> None:
        """Count no more and show nothing."""
        self._timer.stop()
        self._words = ""
        self.setAccessibleName("")
        self.clear()

    def words(self) -> str:
        """Return the words without the seconds."""
        return self._words

    def _tick(self) -> None:
        seconds = elapsed_words(time.monotonic() - self._started)
        self.setText(f"{self._words} {seconds}".strip())


def elapsed_words(seconds: float) -> str:
    """Return a duration in whole seconds, or minutes and seconds; "" below one second."""
    whole = int(seconds)
    if whole < 1:
        return ""
    if whole < 60:
        return _("{seconds} s").format(seconds=whole)
    return _("{minutes} min {seconds} s").format(minutes=whole // 60, seconds=whole % 60)
