"""Recipients picked from the people that the sync rehearsal found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal

from feishu_wizard.domain.directory import PersonRow
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import show_some
from feishu_wizard.ui.pages.parts import HintLine
from feishu_wizard.ui.pages.sync.people_list import PeopleList
from feishu_wizard.ui.widgets.base import Block, column
from feishu_wizard.ui.widgets.buttons import Button

if TYPE_CHECKING:
    from feishu_wizard.wizard.session import Session

MOST = 200
"""People that can be picked at once."""


class PeoplePicker(Block):
    """The table of people; ``picked`` carries the selected rows (list of ``PersonRow``).

    Enter or a double click picks one row. Identifiers begin with ``prefix``.
    """

    picked = Signal(list)

    def __init__(self, session: Session, prefix: str = "test.people") -> None:
        super().__init__()
        self._flow = session.test.sync
        outer = column(self, spacing=1)
        self._empty = HintLine("info")
        self.list = PeopleList(self._flow, prefix, lines=7, several=True)
        self._add = Button(icon="plus-circle")
        a11y.identify(self._add, f"{prefix}.add")
        self._add.clicked.connect(self._take)
        self._reason = HintLine("info")
        for widget in (self._empty, self.list, self._reason):
            outer.addWidget(widget)
        outer.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        table = self.list.table
        table.picked.connect(self._show_chosen)
        table.settled.connect(self._show_chosen)
        table.taken.connect(self._take_one)
        self.retranslate()

    def refresh(self) -> None:
        """Show the people found, or how to find them."""
        found = self._flow.people > 0
        show_some((self._empty, not found), (self.list, found), (self._add, found))
        if found:
            self.list.refresh()
        self._show_chosen()

    def _show_chosen(self) -> None:
        table = self.list.table
        count = table.chosen_count() if self._flow.people else 0
        words = ngettext("Add {n} person", "Add {n} people", count)
        self._add.setText(words.format(n=count) if count else _("Add"))
        loaded = count <= MOST and len(table.chosen()) == count
        if count and count <= MOST and not loaded:
            table.load_chosen()
        self._add.setEnabled(bool(count) and loaded)
        too_many = _("At most {n} people can be added at once.").format(n=MOST)
        nobody = _("Select one person, or several with Shift or Ctrl.")
        reason = too_many if count > MOST else "" if count else nobody
        self._reason.set_text(reason if self._flow.people else "")

    def _take(self) -> None:
        rows = self.list.table.chosen()
        if rows and len(rows) <= MOST:
            self.picked.emit(rows)

    def _take_one(self, row: object) -> None:
        if isinstance(row, PersonRow):
            self.picked.emit([row])

    def retranslate(self) -> None:
        """Set all texts again; the list does it itself."""
        self._empty.set_text(
            _("Nobody was looked up yet: once the sync was rehearsed, people can be chosen here.")
        )
        self.refresh()
