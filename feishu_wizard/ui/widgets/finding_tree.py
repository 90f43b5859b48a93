"""Groups of checks that open and close, and the rows in them, as a connectivity analyzer shows it.

Rows are made when their group is opened, details when their row is, and never so many at once
that the window would stand still: a diagnosis has fifty checks, and most of them nobody needs
to read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from feishu_wizard.domain.finding import Status
from feishu_wizard.text.catalog import _
from feishu_wizard.text.words import status_word
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.widgets.base import Block, column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.check_row import SIGNS, RowView
from feishu_wizard.ui.widgets.finding_row import TROUBLE, FindingRow, RowData
from feishu_wizard.ui.widgets.labels import IconLabel, Pill
from feishu_wizard.ui.widgets.title_line import TitleLine

SLICE_SECONDS = 0.008
"""Longest stretch of making rows before the window may paint again: half a frame."""
# What is told of a group, the worst first.
_WORST = (Status.FAIL, Status.WARN, Status.UNKNOWN, Status.PASS, Status.SKIP)
_TONES = {Status.FAIL: "danger", Status.WARN: "warning", Status.PASS: "success"}
MakeView = Callable[[str], RowView]


@dataclass(frozen=True, slots=True)
class GroupData:
    """Checks under one heading; ``note`` names the host."""

    group_id: str
    title: str
    rows: tuple[RowData, ...]
    note: str = ""

    @property
    def counts(self) -> list[tuple[Status, int]]:
        """How many rows have each outcome, the worst first."""
        found = [row.status for row in self.rows]
        return [(s, found.count(s)) for s in _WORST if s in found]

    @property
    def troubled(self) -> bool:
        """Something in it needs somebody."""
        return any(row.status in TROUBLE for row in self.rows)


class FindingGroup(Block):
    """A heading that opens and closes, with a count of each outcome, and its rows.

    ``changed`` tells that there is something to show that is not made yet: see ``make_one``.
    """

    again = Signal(str)
    mend = Signal(str)
    changed = Signal()

    def __init__(self, group_id: str, prefix: str, make_view: MakeView) -> None:
        super().__init__()
        a11y.identify(self, f"{prefix}.group.{group_id}")
        self._prefix, self._make_view = prefix, make_view
        self._rows: dict[str, FindingRow] = {}
        self._data = GroupData(group_id, "", ())
        self._open, self._chosen, self._busy = False, False, False
        self._todo: list[RowData] = []
        outer = column(self, spacing=1)
        outer.addWidget(self._build_head(f"{prefix}.group.{group_id}.toggle"))
        self._content = QWidget()
        self._list = column(self._content, spacing=1)
        self._list.setContentsMargins(theme.space(4), 0, 0, theme.space(1))
        outer.addWidget(self._content)
        self._content.hide()

    def _build_head(self, toggle_id: str) -> QWidget:
        head = self._head = QWidget()
        line = QHBoxLayout(head)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.space(1))
        self.toggle = _Toggle()
        a11y.identify(self.toggle, toggle_id)
        self.toggle.clicked.connect(lambda: self._choose(not self._open))
        self.toggle.turned.connect(self._choose)
        self._icon, self._title = IconLabel(scale=1.25), TitleLine()
        line.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self._title, 1)
        self._pills = {status: Pill() for status in _WORST}
        for pill in self._pills.values():
            pill.hide()
            line.addWidget(pill, 0, Qt.AlignmentFlag.AlignVCenter)
        return head

    def show_data(self, data: GroupData, *, busy: bool) -> None:
        """Show ``data``; it opens by itself with its first problem, unless it was closed."""
        if (data, busy) == (self._data, self._busy):
            return
        self._data, self._busy = data, busy
        status = data.counts[0][0] if data.counts else Status.SKIP
        self._icon.set_icon(*SIGNS[status])
        self._title.set_texts(data.title, data.note)
        counts = dict(data.counts)
        for each, pill in self._pills.items():
            if each in counts or not pill.isHidden():
                pill.set_text(_told(each, counts[each]) if each in counts else "", _tone(each))
        if data.troubled and not self._chosen:
            self._open = True
        self._show()

    def fold(self) -> None:
        """Another diagnosis begins: closed, and nobody has chosen anything."""
        self._open = self._chosen = False
        for row in self._rows.values():
            row.set_expanded(False)
        self._show()

    def is_open(self) -> bool:
        """Tell whether the rows are shown."""
        return self._open

    def open_up(self) -> None:
        """Show the rows, as long as nobody has closed them by hand."""
        if not self._chosen and not self._open:
            self._open = True
            self._show()

    def row(self, check_id: str) -> FindingRow | None:
        """Return the row of a check, None while it was never shown."""
        return self._rows.get(check_id)

    def make_one(self) -> bool:
        """Make or renew one row; False when all are shown as they are."""
        if not self._todo:
            return False
        data = self._todo.pop(0)
        row = self._rows.get(data.check_id)
        if row is None:
            row_id = f"{self._prefix}.row.{data.check_id}"
            row = self._rows[data.check_id] = FindingRow(row_id, data.check_id)
            row.again.connect(self.again)
            row.mend.connect(self.mend)
        row.show_data(data, self._make_view(data.check_id), busy=self._busy)
        place = [one.check_id for one in self._data.rows if one.check_id in self._rows]
        if self._list.indexOf(row) != place.index(data.check_id):
            self._list.removeWidget(row)
            self._list.insertWidget(place.index(data.check_id), row)
        show_if(row, True)
        return True

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click anywhere on the heading opens or closes it."""
        on_head = self._head.geometry().contains(event.position().toPoint())
        if on_head and event.button() is Qt.MouseButton.LeftButton:
            self._choose(not self._open)
            return
        super().mouseReleaseEvent(event)

    def _choose(self, is_open: bool) -> None:
        self._chosen, self._open = True, is_open
        self._show()

    def _show(self) -> None:
        show_if(self._content, self._open)
        self.toggle.set_icon_only(
            "chevron-down" if self._open else "chevron-right",
            _("Hide the checks") if self._open else _("Show the checks"),
        )
        counts = _(", ").join(_told(status, count) for status, count in self._data.counts)
        name = _("{title}: {counts}").format(title=self._data.title, counts=counts)
        a11y.describe(self.toggle, name, _("open") if self._open else _("closed"))
        a11y.describe(self, name, self._data.note)
        wanted = {row.check_id for row in self._data.rows}
        for check_id, row in self._rows.items():
            if check_id not in wanted:
                row.hide()
        self._todo = list(self._data.rows) if self._open else []
        if self._todo:
            self.changed.emit()


class FindingTree(QWidget):
    """Groups by id; nothing is rebuilt that stays. ``prefix`` begins every identifier.

    ``make_view`` says what is shown of a check; it is asked for rows that are looked at only.
    """

    again = Signal(str)
    mend = Signal(str)

    def __init__(self, prefix: str, make_view: MakeView) -> None:
        super().__init__()
        a11y.identify(self, f"{prefix}.tree")
        self._prefix, self._make_view = prefix, make_view
        self._layout = column(self, spacing=1.5)
        self._groups: dict[str, FindingGroup] = {}
        self._wanted: tuple[GroupData, ...] = ()
        self._todo: list[GroupData] = []
        self._busy = False
        self._revealed = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._work)

    @property
    def settled(self) -> bool:
        """Everything that was asked for is shown."""
        return not self._timer.isActive()

    def show_groups(self, groups: Sequence[GroupData], *, busy: bool) -> None:
        """Show ``groups`` in this order, little by little; what was opened stays open."""
        self._wanted, self._busy = tuple(groups), busy
        self._todo = list(groups)
        wanted = {group.group_id for group in groups}
        for group_id, shown in self._groups.items():
            if group_id not in wanted:
                shown.hide()
        self._work()

    def fold(self) -> None:
        """Another diagnosis begins."""
        self._revealed = ""
        for group in self._groups.values():
            group.fold()

    def reveal(self, group_id: str, check_id: str) -> None:
        """Open a group and the details of a row once they are there."""
        self._revealed = check_id
        group = self._groups.get(group_id)
        if group is not None:
            group.open_up()
        self._timer.start(0)

    def row(self, check_id: str) -> FindingRow | None:
        """Return the row of a check when it has been shown."""
        found = (group.row(check_id) for group in self._groups.values())
        return next((row for row in found if row is not None), None)

    def group(self, group_id: str) -> FindingGroup | None:
        """Return a group that is shown or was."""
        return self._groups.get(group_id)

    def _work(self) -> None:
        """Make what is missing for half a frame, then let the window paint."""
        until = time.monotonic() + SLICE_SECONDS
        while self._one():
            if time.monotonic() > until:
                self._timer.start(0)
                return
        self._timer.stop()
        row = self.row(self._revealed) if self._revealed else None
        if row is not None:
            self._revealed = ""
            row.set_expanded(True)

    def _one(self) -> bool:
        if self._todo:
            self._show_group(self._todo.pop(0))
            return True
        return any(self._groups[group.group_id].make_one() for group in self._wanted)

    def _show_group(self, data: GroupData) -> None:
        group = self._groups.get(data.group_id)
        if group is None:
            group = FindingGroup(data.group_id, self._prefix, self._make_view)
            self._groups[data.group_id] = group
            group.again.connect(self.again)
            group.mend.connect(self.mend)
            group.changed.connect(lambda: self._timer.start(0))
        group.show_data(data, busy=self._busy)
        there = [one.group_id for one in self._wanted if one.group_id in self._groups]
        place = there.index(data.group_id)
        if self._layout.indexOf(group) != place:
            self._layout.removeWidget(group)
            self._layout.insertWidget(place, group)
        show_if(group, True)


class _Toggle(Button):
    """The sign before a heading; the arrow keys open and close as in every tree."""

    turned = Signal(bool)

    def __init__(self) -> None:
        super().__init__(kind="quiet")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Right opens, Left closes."""
        if event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            self.turned.emit(event.key() == Qt.Key.Key_Right)
            return
        super().keyPressEvent(event)


def _told(status: Status, count: int) -> str:
    return _("{count} {word}").format(count=count, word=status_word(status))


def _tone(status: Status) -> str:
    return _TONES.get(status, "neutral")
