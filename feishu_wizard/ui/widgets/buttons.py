"""Buttons and links, drawn by ourselves so that they look the same everywhere."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, icons, theme
from feishu_wizard.ui.widgets.base import show_if

RADIUS = 6.0
_RING = 3


class Button(QPushButton):
    """A push button. ``kind``: primary (one a page), secondary, quiet (no frame) or link.

    With an icon and no text it needs ``set_icon_only(name)`` so that it can be read aloud.
    """

    def __init__(
        self,
        text: str = "",
        kind: str = "secondary",
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)  # with a text, PySide first builds QIcon and its names (6 ms)
        self.setText(text)
        self._kind, self._icon, self._trailing = kind, icon, ""
        self._busy = False
        self.setAutoDefault(False)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        if kind in ("link", "quiet"):
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setFont(theme.font("strong" if kind == "primary" else "body"))

    def set_kind(self, kind: str) -> None:
        """Become primary where it is the next thing to press, secondary where it is not."""
        if kind != self._kind:
            self._kind = kind
            self.setFont(theme.font("strong" if kind == "primary" else "body"))
            self.updateGeometry()
            self.update()

    def set_icon(self, name: str, trailing: str = "") -> None:
        """Show the icon ``name`` before and ``trailing`` behind the text."""
        if (name, trailing) != (self._icon, self._trailing):
            self._icon, self._trailing = name, trailing
            self.updateGeometry()
            self.update()

    def set_icon_only(self, name: str, words: str) -> None:
        """Show an icon alone; ``words`` are its name and its tooltip."""
        self.set_icon(name)
        self.setText("")
        self.setToolTip(words)
        self.setAccessibleName(words)

    def set_menu(self, menu: QMenu) -> None:
        """Open ``menu`` when pressed."""
        self.setMenu(menu)
        self.set_icon(self._icon, "chevron-down")

    def set_busy(self, busy: bool) -> None:
        """Look as if waiting, but keep the focus; presses are ignored by who listens."""
        if busy != self._busy:
            self._busy = busy
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, not the window's positive one."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Room for icon and text in full, never less than a comfortable target."""
        metrics = self.fontMetrics()
        width = sum(self._parts().values()) + 2 * self._padding()
        small = self._kind == "link" or (self._kind == "quiet" and not self.text())
        tall = metrics.height() + theme.space(1 if small else 2)
        return QSize(max(width, tall), max(tall, 3 * theme.UNIT))

    def minimumSizeHint(self) -> QSize:
        """Never narrower than its text."""
        return self.sizeHint()

    def _padding(self) -> int:
        if self._kind == "link":
            return 3
        if self._kind == "quiet":
            return theme.space(1 if self.text() else 0.5)
        return theme.space(2)

    def _parts(self) -> dict[str, int]:
        """Widths of icon, text and trailing icon, gaps included."""
        side, gap = self._icon_side(), theme.space(0.75)
        text = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        parts = {"icon": side if self._icon else 0, "text": text if self.text() else 0}
        if self._icon and self.text():
            parts["icon"] += gap
        parts["trailing"] = (
            (side + (gap if self.text() or self._icon else 0)) if self._trailing else 0
        )
        return parts

    def _icon_side(self) -> int:
        return round(self.fontMetrics().height() * 0.95)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, focus ring, icon and text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        parts = self._parts()
        left = (self.width() - sum(parts.values())) // 2
        if self._kind == "link":
            left = self._padding()
        ink = self._ink()
        right_to_left = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        for name, width in reversed(parts.items()) if right_to_left else parts.items():
            if width:
                self._paint_part(painter, name, QRect(left, 0, width, self.height()), ink)
            left += width

    def _paint_part(self, painter: QPainter, name: str, area: QRect, ink: QColor) -> None:
        if name == "text":
            painter.setPen(ink)
            font = painter.font()
            font.setUnderline(self._kind == "link" and self.underMouse())
            painter.setFont(font)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic
            painter.drawText(area, int(flags), self.text())
            return
        side = self._icon_side()
        image = icons.pixmap(
            self._icon if name == "icon" else self._trailing, ink, side, self.devicePixelRatioF()
        )
        left = area.left() if name == "icon" else area.right() + 1 - side
        painter.drawPixmap(left, (self.height() - side) // 2, image)

    def _paint_ground(self, painter: QPainter) -> None:
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        fill, line = self._ground()
        if self.hasFocus():
            painter.setPen(QPen(theme.color("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS + 1, RADIUS + 1)
            area = area.adjusted(_RING, _RING, -_RING, -_RING)
            line = None if self._kind in ("quiet", "link") else line
        if fill is None and line is None:
            return
        painter.setPen(QPen(line, 1) if line else Qt.PenStyle.NoPen)
        painter.setBrush(fill if fill else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area, RADIUS, RADIUS)

    def _ground(self) -> tuple[QColor | None, QColor | None]:
        """Fill and line for kind and state."""
        usable = self.isEnabled() and not self._busy
        down, over = self.isDown() or self.isChecked(), self.underMouse() and usable
        if self._kind == "primary":
            token = "accent_pressed" if down else "accent_hover" if over else "accent"
            if not usable:
                return theme.color("neutral_soft"), theme.color("border")
            return theme.color(token), None
        if self._kind == "secondary":
            token = "pressed" if down else "hover" if over else "surface"
            return theme.color(token), theme.color("control" if usable else "border")
        token = "pressed" if down else "hover" if over and self._kind == "quiet" else ""
        return (theme.color(token) if token else None), None

    def _ink(self) -> QColor:
        if not self.isEnabled() or self._busy:
            return theme.color("muted")
        return theme.color({"primary": "on_accent", "link": "link"}.get(self._kind, "text"))

    def changeEvent(self, event: QEvent) -> None:
        """A language may bring a font of its own."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.setFont(theme.font("strong" if self._kind == "primary" else "body"))
            self.updateGeometry()


class LinkButton(Button):
    """Opens a page in the browser; shows the address as its tooltip; can be copied."""

    def __init__(
        self, text: str = "", url: str = "", kind: str = "link", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, kind, parent=parent)
        self._url = ""
        self._words = text
        self.clicked.connect(self._open)
        self.set_link(text, url)

    def set_link(self, text: str, url: str) -> None:
        """Show ``text`` and lead to ``url``; without an address the button is hidden."""
        self._url, self._words = url, text
        self.setText(text)
        self.set_icon("", "external-link")
        self.setToolTip(url)
        a11y.describe(self, text, url)
        show_if(self, bool(url))

    def url(self) -> str:
        """Return the address."""
        return self._url

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy the address."""
        from PySide6.QtGui import QAction, QKeySequence

        from feishu_wizard.ui import desktop

        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = QAction(_("Copy link"), menu)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.triggered.connect(lambda: desktop.copy(self._url))
        menu.addAction(copy)
        menu.popup(event.globalPos())

    def _open(self) -> None:
        from feishu_wizard.ui import desktop  # the window opens without it

        if desktop.open_url(self._url):
            return
        desktop.copy(self._url)
        words = _("No browser opened. The address was copied.")
        self.setText(words)
        a11y.announce(self, words, assertive=True)
