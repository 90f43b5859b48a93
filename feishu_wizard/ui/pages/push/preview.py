"""The test message, drawn roughly as Feishu shows it."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from feishu_wizard.domain.sample_message import Sample
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.widgets.base import column
from feishu_wizard.ui.widgets.labels import WrapLabel

_RADIUS = 8.0
_WIDTH = 56  # units; about as wide as a card in the client


class MessagePreview(QWidget):
    """A card with a coloured head, or a plain bubble."""

    def __init__(self, preview_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        a11y.identify(self, preview_id)
        self.setFixedWidth(theme.space(_WIDTH))
        self._card = True
        outer = QVBoxLayout(self)
        pad = theme.space(1.5)
        outer.setContentsMargins(pad, theme.space(1), pad, pad)
        outer.setSpacing(theme.space(2))
        self._title = WrapLabel(role="strong")
        outer.addWidget(self._title)
        inner = column(spacing=0.75)
        self._lines, self._note = WrapLabel(), WrapLabel(role="small")
        inner.addWidget(self._lines)
        inner.addWidget(self._note)
        outer.addLayout(inner)

    def show_message(self, sample: Sample, *, card: bool) -> None:
        """Show ``sample`` as a card or as text."""
        self._title.setText(sample.title)
        self._lines.setText("\n".join(sample.lines))
        self._note.setText(sample.note)
        if card != self._card:
            self._card = card
            self.update()
        text = "\n".join((sample.title, *sample.lines, sample.note))
        a11y.describe(self, _("Preview of the message"), text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw frame and head."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        frame = QPainterPath()
        frame.addRoundedRect(area, _RADIUS, _RADIUS)
        painter.fillPath(frame, theme.color("window"))
        if self._card:
            head = QPainterPath()
            bottom = self._title.geometry().bottom() + theme.space(1)
            head.addRect(QRectF(area.left(), area.top(), area.width(), bottom))
            painter.fillPath(frame.intersected(head), theme.color("warning_soft"))
        painter.setPen(theme.color("border"))
        painter.drawPath(frame)
