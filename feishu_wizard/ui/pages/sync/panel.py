"""The sync rehearsal: walk, result, people, and what would become of CAN's accounts."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.ui.pages.sync.accounts import AccountsCard
from feishu_wizard.ui.pages.sync.people_view import PeopleView
from feishu_wizard.ui.pages.sync.result import ResultCard
from feishu_wizard.ui.pages.sync.walk import WalkCard
from feishu_wizard.ui.widgets.base import Block, column
from feishu_wizard.wizard.session import Session


class SyncPanel(Block):
    """Shows ``session.test.sync``; each part appears once there is something to show."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        flow = session.test.sync
        outer = column(self, spacing=2)
        self._walk = WalkCard(flow)
        self._result = ResultCard(flow)
        self._people = PeopleView(flow)
        self._accounts = AccountsCard(flow)
        for part in self._parts():
            outer.addWidget(part)

    def _parts(self) -> tuple[WalkCard, ResultCard, PeopleView, AccountsCard]:
        return self._walk, self._result, self._people, self._accounts

    def refresh(self) -> None:
        """Show where the rehearsal stands."""
        for part in self._parts():
            part.refresh()

    def retranslate(self) -> None:
        """Set all texts again."""
        for part in self._parts():
            part.retranslate()
