"""A bar for a share; what it shows stands in words beside it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from feishu_wizard.ui import theme

_WIDTH = 14
_HEIGHT = 6


class ShareBar(QWidget):
    """A rounded bar, filled by ``share`` (0 to 1). ``tone``: a colour token."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._share, self._tone = 0.0, "accent"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_share(self, share: float, tone: str = "accent") -> None:
        """Fill it that far; never quite full or empty unless it is."""
        if (share, tone) != (self._share, self._tone):
            self._share, self._tone = share, tone
            self.update()

    def sizeHint(self) -> QSize:
        """As high as a line of text, so that it stands at its middle."""
        return QSize(_WIDTH * theme.UNIT, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and the share."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        area = QRectF(0, (self.height() - _HEIGHT) / 2, self.width(), _HEIGHT)
        painter.setBrush(theme.color("border"))
        painter.drawRoundedRect(area, _HEIGHT / 2, _HEIGHT / 2)
        if self._share > 0:
            room = area.width() - _HEIGHT
            area.setWidth(_HEIGHT + room * min(self._share, 1.0))
            painter.setBrush(theme.color(self._tone))
            painter.drawRoundedRect(area, _HEIGHT / 2, _HEIGHT / 2)
