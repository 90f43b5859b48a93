"""One check of a diagnosis: its details, and buttons that mend it or make it again."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal

from feishu_wizard.domain.finding import Status
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.widgets.base import clear, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.check_row import CheckRow, RowView, details_frame

TROUBLE = (Status.FAIL, Status.WARN)


@dataclass(frozen=True, slots=True)
class RowData:
    """One check; ``mend``: words of the button that leads to where it is mended.

    ``version`` is another number when there is something else to show than before.
    """

    check_id: str
    status: Status
    mend: str = ""
    again: bool = True
    version: int = 0


class FindingRow(CheckRow):
    """A check with its details, and buttons that mend it or make it again."""

    again = Signal(str)
    mend = Signal(str)

    def __init__(self, row_id: str, check_id: str) -> None:
        self.check_id = check_id
        self._data: RowData | None = None
        self._mend: Button | None = None
        self._again: Button | None = None
        super().__init__(row_id)

    def show_data(self, data: RowData, view: RowView, *, busy: bool) -> None:
        """Show ``view``; buttons rest while work is under way."""
        self._data = data
        self.set_view(view)
        self._show_actions(busy=busy)

    def set_expanded(self, is_open: bool) -> None:
        """Open or close the details, which are made now."""
        view = self.view()
        if is_open and view is not None and view.details and not self._details_body.count():
            self._details_body.addWidget(details_frame(view, self.row_id))
        super().set_expanded(is_open)
        self._show_actions(busy=False)

    def retranslate(self) -> None:
        """Name the buttons again."""
        super().retranslate()
        view, words = self.view(), _("Run again")
        if self._again is not None and view is not None:
            self._again.setText(words)
            name = _("{action}: {title}").format(action=words, title=view.title)
            self._again.setAccessibleName(name)

    def _show_details(self, view: RowView) -> None:
        if self.is_expanded() or not view.details:
            super()._show_details(view)
            return
        clear(self._details_body)
        show_if(self._toggle, True)
        self.retranslate()

    def _show_links(self, view: RowView) -> None:
        """Behind the links and the expander stand the buttons of this row."""
        super()._show_links(view)
        for button in (self._mend, self._again):
            if button is not None:
                self._foot.removeWidget(button)
                self._foot.addWidget(button)

    def _show_actions(self, *, busy: bool) -> None:
        data = self._data
        if data is None:
            return
        troubled = data.status in (*TROUBLE, Status.UNKNOWN)
        wanted = data.again and (troubled or self.is_expanded())
        if data.mend and self._mend is None:
            self._mend = self._button("mend", "chevron-right")
            self._mend.clicked.connect(lambda: self.mend.emit(self.check_id))
        if wanted and self._again is None:
            self._again = self._button("again", "refresh")
            self._again.clicked.connect(lambda: self.again.emit(self.check_id))
            self.retranslate()
        if self._mend is not None:
            self._mend.setText(data.mend.replace("&", "&&"))
            show_if(self._mend, bool(data.mend))
            self._mend.setEnabled(not busy)
        if self._again is not None:
            show_if(self._again, wanted)
            self._again.setEnabled(not busy)

    def _button(self, name: str, icon: str) -> Button:
        button = Button("", "link", icon)
        a11y.identify(button, f"{self.row_id}.{name}")
        self._foot.addWidget(button)
        return button
