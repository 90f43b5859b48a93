"""Where each value goes on CAN's page: drawn by us from its menu names, never a screenshot."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from feishu_wizard.text.catalog import N_, _
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.widgets.base import Block

# Names as CAN's English documents give them; the words of other languages are this program's.
_PATH = (N_("Management Settings"), N_("Office Software"), N_("Feishu"))
_SWITCH = N_("Available Integration Apps")
_BOXES = {
    "app_id": N_("App ID"),
    "app_secret": N_("App Secret"),
    "callback_url": N_("Callback domain"),
}
_SAVE = N_("Save")
_RADIUS = 4.0


def translated() -> bool:
    """The names are shown in other words than those of CAN's documents."""
    return any(_(name) != name for name in (*_PATH, _SWITCH, *_BOXES.values(), _SAVE))


class WhereInCan(Block):
    """A page as CAN's documents describe it, with the place of the current step marked.

    Screen readers get the same in words: the way through the menus, and what comes next.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        a11y.identify(self, "save.where_in_can")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._current = ""
        self.retranslate()

    def set_current(self, name: str) -> None:
        """Mark a step of ``HAND_FIELDS``; "" marks none."""
        if name != self._current:
            self._current = name
            self.retranslate()

    def retranslate(self) -> None:
        """Say in words what is drawn."""
        way = " > ".join(_(part) for part in _PATH)
        a11y.describe(self, _("Where it goes in CAN: {way}").format(way=way), self._in_words())
        self.updateGeometry()
        self.update()

    def recolor(self) -> None:
        """Draw in the new colours."""
        self.update()

    def _in_words(self) -> str:
        parts = {"enable": _SWITCH, **_BOXES, "save": _SAVE}
        order = _(", ").join(_(part) for part in parts.values())
        told = _("On the page, from top to bottom: {order}.").format(order=order)
        if self._current in parts:
            told += " " + _("Now: {name}.").format(name=_(parts[self._current]))
        return told

    # -- sizes ------------------------------------------------------------------------

    @property
    def _line(self) -> float:
        """The height of one row of the drawing: a label's, and English below it if need be."""
        return self._metrics.height() * (2.1 if translated() else 1.6)

    @property
    def _metrics(self) -> QFontMetricsF:
        return QFontMetricsF(theme.font("small"))

    def sizeHint(self) -> QSize:
        """Six rows; as wide as both columns need."""
        return self._size(self._metrics.height() * 12)

    def minimumSizeHint(self) -> QSize:
        """Every word fits; the empty boxes may be short."""
        return self._size(self._metrics.height() * 4)

    def _size(self, box: float) -> QSize:
        wide = self._menu_width() + self._label_width() + box + theme.space(4)
        return QSize(round(wide), round(self._line * 6.2 + theme.space(3)))

    def _menu_width(self) -> float:
        return self._widest(_PATH) + self._metrics.height() * 2.4

    def _label_width(self) -> float:
        return self._widest((_SWITCH, *_BOXES.values())) + self._metrics.height()

    def _widest(self, names: tuple[str, ...]) -> float:
        every = (text for name in names for text in (name, _(name)))
        return max(self._metrics.horizontalAdvance(text) for text in every)

    # -- drawing ----------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw menu and page."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("small"))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(theme.color("border"))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(frame, _RADIUS, _RADIUS)
        self._draw_menu(painter, frame)
        self._draw_page(painter, frame)

    def _draw_menu(self, painter: QPainter, frame: QRectF) -> None:
        """The way to the page, each level further in."""
        width, step = self._menu_width(), self._metrics.height() * 0.6
        painter.setPen(theme.color("border"))
        painter.drawLine(
            round(frame.left() + width), round(frame.top()),
            round(frame.left() + width), round(frame.bottom()),
        )  # fmt: skip
        top = frame.top() + theme.space(1)
        for level, name in enumerate(_PATH):
            area = QRectF(
                frame.left() + theme.space(1) + level * step, top + level * self._line * 1.15,
                width - theme.space(1) - level * step, self._line,
            )  # fmt: skip
            self._draw_name(painter, area, name, strong=level == len(_PATH) - 1)

    def _draw_page(self, painter: QPainter, frame: QRectF) -> None:
        """The switch, the three boxes and the button, from top to bottom."""
        left = frame.left() + self._menu_width() + theme.space(2)
        right, top = frame.right() - theme.space(2), frame.top() + theme.space(1)
        for number, name in enumerate(("enable", *_BOXES, "save")):
            row = QRectF(left, top + number * self._line * 1.2, right - left, self._line)
            if name == self._current:
                self._mark(painter, row)
            self._draw_row(painter, row, name)

    def _draw_row(self, painter: QPainter, row: QRectF, name: str) -> None:
        inner = QRectF(row.left() + self._label_width(), row.center().y(), 0, 0)
        height = self._metrics.height()
        if name == "save":
            width = self._widest((_SAVE,)) + height * 1.6
            self._draw_box(painter, QRectF(row.left(), row.top(), width, row.height()), name)
            self._draw_name(painter, row.adjusted(height * 0.8, 0, 0, 0), _SAVE)
            return
        self._draw_name(painter, row, _SWITCH if name == "enable" else _BOXES[name])
        wide = height * 2 if name == "enable" else row.right() - inner.left() - height * 0.4
        box = QRectF(inner.left(), row.center().y() - height * 0.55, wide, height * 1.1)
        self._draw_box(painter, box, name)
        if name == "enable":
            self._draw_knob(painter, box)

    def _draw_box(self, painter: QPainter, box: QRectF, name: str) -> None:
        current = name == self._current
        painter.setPen(QPen(theme.color("accent" if current else "border"), 2 if current else 1))
        painter.setBrush(theme.color("surface"))
        radius = box.height() / 2 if name == "enable" else _RADIUS
        painter.drawRoundedRect(box, radius, radius)

    def _draw_knob(self, painter: QPainter, box: QRectF) -> None:
        """The switch as it is when it is on: the knob stands at the right."""
        side = box.height() * 0.7
        knob = QRectF(box.right() - side * 1.2, box.center().y() - side / 2, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawEllipse(knob)

    def _mark(self, painter: QPainter, row: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent_soft"))
        painter.drawRoundedRect(row.adjusted(-6, -2, 6, 2), _RADIUS, _RADIUS)

    def _draw_name(
        self, painter: QPainter, area: QRectF, name: str, *, strong: bool = False
    ) -> None:
        """The word of this language, and CAN's own below it where it is another one."""
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.color("accent" if strong else "text"))
        if _(name) == name:
            painter.drawText(area, flags, name)
            return
        half = area.height() / 2
        upper = QRectF(area.left(), area.top(), area.width(), half)
        painter.drawText(upper, flags, _(name))
        painter.setPen(theme.color("muted"))
        painter.drawText(upper.translated(0, half), flags, name)
