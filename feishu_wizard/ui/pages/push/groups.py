"""The groups that the bot is in, as buttons that add them to the recipients."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.recipient import Resolved
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.parts import HintLine
from feishu_wizard.ui.widgets.base import Block, clear, column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.flow import FlowLayout

MOST = 40
"""Groups that are offered as buttons; others are named by their id."""


class GroupPicker(Block):
    """``picked`` carries the chat id of a group."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        a11y.identify(self, "test.groups")
        self._shown: tuple[Resolved, ...] | None = None
        outer = column(self, spacing=1)
        self._hint = HintLine("info")
        self._buttons = QWidget()
        self._row = FlowLayout(self._buttons)
        outer.addWidget(self._buttons)
        outer.addWidget(self._hint)

    def show_groups(self, groups: tuple[Resolved, ...] | None) -> None:
        """Show what was read; None: nothing was read yet."""
        if groups == self._shown:
            return
        self._shown = groups
        clear(self._row)
        for group in (groups or ())[:MOST]:
            self._row.addWidget(self._button(group))
        show_if(self._buttons, bool(groups))
        self._hint.set_text(_hint(groups))

    def _button(self, group: Resolved) -> Button:
        chat_id = group.receive_id
        button = Button(icon="plus-circle", parent=self._buttons)
        button.setText((group.name or chat_id).replace("&", "&&"))
        a11y.identify(button, f"test.group.{chat_id}")
        button.clicked.connect(lambda: self.picked.emit(chat_id))
        return button

    def retranslate(self) -> None:
        """Set all texts again."""
        self._hint.set_text(_hint(self._shown))


def _hint(groups: tuple[Resolved, ...] | None) -> str:
    if groups is None:
        return ""
    if not groups:
        return _("The bot is in no group. Add it to one in Feishu, then choose it here.")
    if len(groups) > MOST:
        words = _("{n} more groups are not shown; name one by its id, which begins with oc_.")
        return words.format(n=len(groups) - MOST)
    return ""
