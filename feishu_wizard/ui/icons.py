"""Our own icons, tinted in a colour of the look in use and drawn sharp at every scale."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from feishu_wizard.resources import resource_path

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon


@lru_cache(maxsize=256)
def _pixmap(name: str, rgba: int, size: int, ratio: float) -> QPixmap:
    image = QPixmap(round(size * ratio), round(size * ratio))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    _drawing(name).render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    # Not fillRect: its overloads make PySide build QGradient with all its presets (20 ms).
    painter.drawPixmap(0, 0, _plain(rgba, image.width()))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def _drawing(name: str) -> QSvgRenderer:
    return QSvgRenderer(str(resource_path(f"icons/{name}.svg")))


def _plain(rgba: int, side: int) -> QPixmap:
    plain = QPixmap(side, side)
    plain.fill(QColor.fromRgba(rgba))
    return plain


def pixmap(name: str, color: QColor, size: int, ratio: float = 1.0) -> QPixmap:
    """Return the icon ``name`` in one colour, ``size`` device-independent pixels wide."""
    return _pixmap(name, color.rgba(), size, ratio)


def app_icon() -> QIcon:
    """Return the program's own icon, in its own colours."""
    from PySide6.QtGui import QIcon

    icon = QIcon()
    for size in (16, 24, 32, 48, 64, 128):
        icon.addPixmap(app_pixmap(size))
    return icon


@lru_cache(maxsize=16)
def app_pixmap(size: int, ratio: float = 1.0) -> QPixmap:
    """Return the program's own icon as one picture."""
    image = QPixmap(round(size * ratio), round(size * ratio))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    _drawing("app").render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image
