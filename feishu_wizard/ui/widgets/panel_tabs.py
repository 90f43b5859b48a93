"""Tabs of a page: what each panel is about, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from feishu_wizard.domain.finding import Status
from feishu_wizard.ui import a11y, icons, theme
from feishu_wizard.ui.widgets.base import clear

RADIUS = 8.0
_ICONS = {
    Status.PASS: ("check-circle", "success"),
    Status.WARN: ("alert-triangle", "warning"),
    Status.UNKNOWN: ("clock", "info"),
}


@dataclass(frozen=True, slots=True)
class TabView:
    """One tab: ``word`` says how it stands, ``status`` chooses icon and colour (SKIP: none)."""

    value: str
    title: str
    word: str
    status: Status = Status.SKIP


class _Tab(QPushButton):
    """A tile with a title and a word below it."""

    def __init__(self, tab_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        a11y.identify(self, tab_id)
        self._view = TabView("", "", "")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_view(self, view: TabView) -> None:
        """Show another title or word."""
        if view != self._view:
            self._view = view
            a11y.describe(self, view.title, view.word)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Room for both lines in full."""
        title, word = self._fonts()
        side = round(word.height() * 0.95)
        words = word.horizontalAdvance(self._view.word) + side + theme.space(0.75)
        wide = max(title.horizontalAdvance(self._view.title), words)
        return QSize(wide + theme.space(3), title.height() + word.height() + theme.space(2.25))

    def minimumSizeHint(self) -> QSize:
        """Never narrower than its words."""
        return self.sizeHint()

    @staticmethod
    def _fonts() -> tuple[QFontMetrics, QFontMetrics]:
        return QFontMetrics(theme.font("strong")), QFontMetrics(theme.font("small"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses the tab that has the focus, not the window's positive button."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """A language may bring a font of its own."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, title, icon and word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        chosen = self.isChecked()
        line = "focus" if self.hasFocus() else "accent" if chosen else "border"
        painter.setPen(QPen(theme.color(line), 2 if chosen or self.hasFocus() else 1))
        ground = "accent_soft" if chosen else "hover" if self.underMouse() else "surface"
        painter.setBrush(theme.color(ground))
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        title, word = self._fonts()
        left, top = theme.space(1.5), theme.space(1)
        room = self.width() - 2 * left
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.color("text"))
        painter.drawText(QRect(left, top, room, title.height()), 0, self._view.title)
        top += title.height() + theme.space(0.25)
        icon, tone = _ICONS.get(self._view.status, ("", "muted"))
        if icon:
            side = round(word.height() * 0.95)
            image = icons.pixmap(icon, theme.color(tone), side, self.devicePixelRatioF())
            painter.drawPixmap(left, top, image)
            left += side + theme.space(0.75)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text" if icon else "muted"))
        painter.drawText(QRect(left, top, room, word.height()), 0, self._view.word)


class PanelTabs(QWidget):
    """A row of tabs; ``chosen`` carries the value picked by a person. Hidden with less than two.

    The tabs have the identifiers ``<tabs_id>.<value>``.
    """

    chosen = Signal(str)

    def __init__(self, tabs_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        a11y.identify(self, tabs_id)
        self._id = tabs_id
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.space(1.5))
        self._group = QButtonGroup(self)
        self._tabs: dict[str, _Tab] = {}
        # Assistive technology toggles a button without clicking it.
        self._group.buttonToggled.connect(self._on_toggled)

    def show_tabs(self, views: Sequence[TabView], value: str) -> None:
        """Show ``views`` with ``value`` chosen, without a signal."""
        blocked = self._group.blockSignals(True)
        if tuple(self._tabs) != tuple(view.value for view in views):
            self._rebuild(views)
        for view in views:
            self._tabs[view.value].show_view(view)
        if value in self._tabs:
            self._tabs[value].setChecked(True)
        self._group.blockSignals(blocked)
        self.setVisible(len(views) > 1)

    def _rebuild(self, views: Sequence[TabView]) -> None:
        for tab in self._tabs.values():
            self._group.removeButton(tab)
        clear(self._row)
        self._tabs = {}
        for view in views:
            tab = _Tab(f"{self._id}.{view.value}")
            self._group.addButton(tab)
            self._row.addWidget(tab, 1)
            self._tabs[view.value] = tab

    def _on_toggled(self, tab: QPushButton, checked: bool) -> None:
        if checked:
            self.chosen.emit(next(v for v, t in self._tabs.items() if t is tab))
