"""People of a walk in a table: searched, sorted, by groups, while the walk still goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from feishu_wizard.domain.directory import Column, PeoplePage, PeopleQuery, PersonRow
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.text import sync as told
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.text.words import error_words
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.widgets.base import Block, column, show_if
from feishu_wizard.ui.widgets.big_model import PAGE
from feishu_wizard.ui.widgets.big_table import Ask, BigColumn, BigTable, Fetched, Fetching
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.choices import DropDown, Option
from feishu_wizard.ui.widgets.labels import WrapLabel

if TYPE_CHECKING:
    from feishu_wizard.wizard.sync import SyncFlow

_PATIENCE_MS = 300  # a list that comes sooner needs no "searching"


class PeopleList(Block):
    """Search box, groups, table, and below it how many there are.

    Identifiers begin with ``prefix``, such as ``test.sync``. ``several``: rows can be selected
    together.
    """

    def __init__(
        self, flow: SyncFlow, prefix: str, *, lines: int = 10, several: bool = False
    ) -> None:
        super().__init__()
        self._flow, self._version = flow, -1
        self._error: WizardError | None = None
        outer = column(self, spacing=1)
        self._above = QHBoxLayout()
        self._above.setSpacing(theme.space(1))
        outer.addLayout(self._above)
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(False)
        a11y.identify(self.search, f"{prefix}.search")
        self.group = DropDown(f"{prefix}.group")
        self._above.addWidget(self.search, 1)
        self._above.addWidget(self.group)
        table_id = f"{prefix}.table"
        self.table = BigTable(table_id, people_columns(), self._fetch, lines=lines, several=several)
        outer.addWidget(self.table)
        below = QHBoxLayout()
        below.setSpacing(theme.space(1))
        self._count = WrapLabel(role="muted")
        self._newest = Button(kind="link", icon="refresh")
        a11y.identify(self._newest, f"{prefix}.newest")
        below.addWidget(self._count, 1)
        below.addWidget(self._newest)
        outer.addLayout(below)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        self.search.textChanged.connect(self.table.search)
        self.search.textChanged.connect(lambda _text: self._patience.start())
        self.group.picked.connect(self.table.set_group)
        self._newest.clicked.connect(self.table.reload)
        self.table.settled.connect(self._settled)
        self.table.failed.connect(self._failed)
        self._patience.timeout.connect(self._show_count)

    def query(self) -> PeopleQuery:
        """What is listed now, without a page."""
        return _query(self.table.ask)

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """List anew when there are others; while a walk fills the first page, by itself."""
        flow = self._flow
        self._show_groups()
        if self._version != flow.version:
            self._version = flow.version
            if flow.people:
                self.table.reload()
            else:
                self.table.clear_rows()
        elif self._grows and self.table.total < PAGE and not self.table.waiting:
            self.table.reload()
        show_if(self._newest, self._grows and self.table.total >= PAGE)
        self._show_count()

    @property
    def _grows(self) -> bool:
        """A walk has brought people that are not in the list yet."""
        ask = self.table.ask
        narrowed = bool(ask.search or ask.group)
        return self._flow.running and not narrowed and self._flow.people > self.table.total

    def _show_groups(self) -> None:
        rows = told.groups(self._flow.picture)
        self.group.set_options([Option(value, words) for value, words in rows])
        if self.table.ask.group not in dict(rows):
            self.table.set_group("")
        self.group.set_value(self.table.ask.group)

    def _show_count(self) -> None:
        if self._error is not None:
            self._count.setText(error_words(self._error).sentence)
            return
        if self.table.waiting:
            if not self._patience.isActive():
                self._count.setText(_("Searching…"))
            return
        total, ask = self.table.total, self.table.ask
        if total:
            words = ngettext("{n} person", "{n} people", total).format(n=told.number(total))
        elif ask.search or ask.group:
            words = _("Nobody matches.")
        else:
            words = _("Nobody was found yet.") if self._flow.running else _("Nobody was found.")
        self._count.setText(words)

    def _settled(self) -> None:
        self._error = None
        self._show_count()

    def _failed(self, error: object) -> None:
        self._error = error if isinstance(error, WizardError) else None
        self._show_count()

    def retranslate(self) -> None:
        """Set all texts again."""
        self.search.setPlaceholderText(_("Name, ID, e-mail or mobile"))
        a11y.describe(self.search, _("Search people"))
        a11y.describe(self.group, _("Which people are listed"))
        hint = _("Alt with the up or down arrow sorts by the current column.")
        a11y.describe(self.table, _("People found"), hint)
        self._newest.setText(_("Show the newest"))
        self.refresh()

    # -- inside -----------------------------------------------------------------------

    def _fetch(
        self, ask: Ask, done: Callable[[Fetched], None], failed: Callable[[WizardError], None]
    ) -> Fetching:
        def came(page: PeoplePage) -> None:
            done(Fetched(page.rows, page.total))

        return self._flow.people_page(_query(ask), came, failed)


def _query(ask: Ask) -> PeopleQuery:
    return PeopleQuery(
        search=ask.search,
        sort=Column(ask.sort),
        descending=ask.descending,
        only=ask.group,
        offset=ask.offset,
        limit=ask.limit,
    )


def people_columns() -> tuple[BigColumn, ...]:
    """The columns of a table of people, in the order in which they are looked for."""

    def made(key: Column, chars: int, cell: Callable[[PersonRow], str]) -> BigColumn:
        return BigColumn(key.value, lambda: told.column_word(key), cell, chars)

    return (
        made(Column.NAME, 14, lambda row: row.person.name),
        made(Column.USER_ID, 13, lambda row: row.person.user_id),
        made(Column.DEPARTMENT, 16, lambda row: row.department),
        made(Column.MOBILE, 15, lambda row: row.person.mobile),
        made(Column.EMAIL, 22, lambda row: row.person.email),
        made(Column.ENTERPRISE_EMAIL, 22, lambda row: row.person.enterprise_email),
        made(Column.STATE, 13, lambda row: told.state_word(row.person.state)),
    )
