"""A QR code, drawn in whole pixels of the screen so that a phone reads it at every scale."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from feishu_wizard.ui import a11y

QUIET = 4
"""Modules of white round the code (ISO/IEC 18004)."""
SIDE = 320
_LEAST = 3  # pixels of the screen a module has at least; phones blur less


class QrCode(QWidget):
    """Shows a code that was made elsewhere: making it would keep the window still.

    White lies round it in every look: readers need the contrast.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._matrix: tuple[bytes, ...] = ()
        self._image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_code(self, matrix: tuple[bytes, ...], text: str = "", name: str = "") -> None:
        """Show ``matrix``, in which 1 is a dark module; an empty one shows nothing.

        ``text`` is what it encodes, ``name`` says aloud what it is for.
        """
        a11y.describe(self, name, text)
        self._text = text
        if matrix is self._matrix:
            return
        self._matrix = matrix
        self._image = _picture(matrix) if matrix else QImage()
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """Return what is encoded."""
        return self._text

    def pixels(self) -> int:
        """Pixels of the screen that a module is wide."""
        side = max(self._image.width(), 1)
        return max(_LEAST, int(SIDE * self.devicePixelRatioF()) // side)

    def sizeHint(self) -> QSize:
        """A square of whole modules, in device-independent pixels."""
        side = ceil(self._image.width() * self.pixels() / self.devicePixelRatioF())
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """A part of it is of no use."""
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        """Another screen may have another scale."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it unsmoothed, one pixel of the screen for one of the picture."""
        if self._image.isNull():
            return
        side = self._image.width() * self.pixels()
        picture = self._image.scaled(side, side)
        picture.setDevicePixelRatio(self.devicePixelRatioF())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(QPoint(0, 0), picture)


def _picture(matrix: tuple[bytes, ...]) -> QImage:
    """One pixel for each module, quiet zone included."""
    side = len(matrix) + 2 * QUIET
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    black = QColor(Qt.GlobalColor.black).rgb()
    for y, line in enumerate(matrix):
        for x, dark in enumerate(line):
            if dark:
                image.setPixel(x + QUIET, y + QUIET, black)
    return image
