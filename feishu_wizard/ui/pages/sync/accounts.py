"""The accounts that CAN holds against the people found: what a sync would do with each."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from feishu_wizard.domain.accounts import (
    AccountSource,
    AccountsRead,
    Comparison,
    Fate,
    FatePage,
    FateRow,
)
from feishu_wizard.domain.directory import MATCH_KEYS, Column
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.text import sync as told
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.text.words import code_words
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.pages.base import show_some
from feishu_wizard.ui.pages.parts import Facts, HintLine, choose_file
from feishu_wizard.ui.pages.sync.danger import DangerBlock
from feishu_wizard.ui.widgets.base import column, show_if
from feishu_wizard.ui.widgets.big_table import Ask, BigColumn, BigTable, Fetched, Fetching
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Card, Disclosure
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import finding_view
from feishu_wizard.ui.widgets.choices import DropDown, Option, TickRow
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.sync import SyncFlow

_SKIPPED = 10


class AccountsCard(Card):
    """Shows the ``accounts`` of a ``SyncFlow``."""

    def __init__(self, flow: SyncFlow, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._flow, self._accounts = flow, flow.accounts
        self._version = -1
        self._build_source()
        self._build_result()
        self.retranslate()

    # -- building ---------------------------------------------------------------------

    def _build_source(self) -> None:
        buttons = QWidget()
        line = FlowLayout(buttons)
        self._file = Button(icon="file")
        a11y.identify(self._file, "test.sync.accounts_file")
        self._file.clicked.connect(self._choose)
        self._can = Button(icon="server")
        a11y.identify(self._can, "test.sync.accounts_can")
        self._can.clicked.connect(self._accounts.read_from_can)
        line.addWidget(self._file)
        line.addWidget(self._can)
        self._trouble = CheckList()
        self._read = WrapLabel(role="muted", selectable=True)
        self._skipped = Disclosure()
        a11y.identify(self._skipped.button, "test.sync.skipped")
        self._skipped_lines = WrapLabel(selectable=True)
        self._skipped.body.addWidget(self._skipped_lines)
        for widget in (buttons, self._trouble, self._read, self._skipped):
            self.add(widget)

    def _build_result(self) -> None:
        self._result = QWidget()
        body = column(self._result, spacing=1.5)
        by = QHBoxLayout()
        by.setSpacing(theme.space(1))
        self._by_label = WrapLabel()
        self._by_label.setWordWrap(False)
        self._by = DropDown("test.sync.match_key")
        self._by.picked.connect(lambda value: self._accounts.compare(Column(value)))
        by.addWidget(self._by_label)
        by.addWidget(self._by)
        by.addStretch(1)
        body.addLayout(by)
        self._danger = DangerBlock(self._accounts)
        self._numbers, self._no_push = Facts("test.sync.fates"), HintLine("alert-triangle")
        body.addWidget(self._danger)
        body.addWidget(self._numbers)
        body.addWidget(self._no_push)
        above = QHBoxLayout()
        above.setSpacing(theme.space(1))
        self._search = QLineEdit()
        a11y.identify(self._search, "test.sync.fates.search")
        self._which = DropDown("test.sync.fates.group")
        above.addWidget(self._search, 1)
        above.addWidget(self._which)
        body.addLayout(above)
        self._table = BigTable("test.sync.fates.table", _columns(), self._fetch, lines=7)
        body.addWidget(self._table)
        body.addWidget(self._export_row())
        self._search.textChanged.connect(self._table.search)
        self._which.picked.connect(self._table.set_group)
        self.add(self._result)

    def _export_row(self) -> QWidget:
        row = QWidget()
        line = FlowLayout(row, spacing=2)
        self._export = Button(icon="file")
        a11y.identify(self._export, "test.sync.fates.export")
        self._export.clicked.connect(self._choose_target)
        self._bom = TickRow("test.sync.fates.export.bom")
        self._bom.set_checked(True)
        line.addWidget(self._export)
        line.addWidget(self._bom)
        return row

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what was read and what a sync would do with it."""
        accounts = self._accounts
        idle, error = self._flow.session.busy is None, accounts.error
        show_if(self, self._flow.people > 0 and not self._flow.running)
        rows = [("test.sync.accounts_error", finding_view(error.finding("sync")))] if error else []
        self._trouble.show_rows(rows)
        self._read.set_text(_read_words(accounts.read) if accounts.read is not None else "")
        self._show_skipped(accounts.read)
        show_some(
            (self._trouble, bool(rows)),
            (self._can, accounts.offered),
            (self._result, accounts.comparison is not None),
        )
        for widget in (self._file, self._can, self._by, self._export):
            widget.setEnabled(idle)
        if accounts.comparison is not None:
            self._show_comparison(accounts.comparison)

    def _show_skipped(self, read: AccountsRead | None) -> None:
        count = read.skipped_count if read is not None else 0
        show_if(self._skipped, count > 0)
        if read is None or not count:
            return
        words = ngettext("{n} line was left out", "{n} lines were left out", count)
        self._skipped.set_words(words.format(n=told.number(count)))
        line = _("Line {n}: {reason}")
        lines = [
            line.format(n=number, reason=code_words(code).sentence)
            for number, code in read.skipped[:_SKIPPED]
        ]
        self._skipped_lines.setText("\n".join(lines + (["…"] if count > len(lines) else [])))

    def _show_comparison(self, comparison: Comparison) -> None:
        self._by.set_value(self._accounts.matched_by.value)
        self._danger.refresh()
        if self._version == self._accounts.version:
            return
        self._version = self._accounts.version
        counts = comparison.counts
        self._numbers.show_facts(
            [(told.fate_word(f), told.number(counts.get(f, 0))) for f in Fate if counts.get(f, 0)]
        )
        words = ngettext(
            "{n} account is not named like a Feishu user ID: CAN sends it no message.",
            "{n} accounts are not named like a Feishu user ID: CAN sends them no message.",
            comparison.no_push,
        )
        some = comparison.no_push > 0
        self._no_push.set_text(words.format(n=told.number(comparison.no_push)) if some else "")
        options = [Option("", _("All"))]
        for fate in Fate:
            if counts.get(fate, 0):
                label = _("{group} ({n})").format(
                    group=told.fate_word(fate), n=told.number(counts[fate])
                )
                options.append(Option(fate.value, label))
        self._which.set_options(options)
        self._table.set_group(self._which.value())
        self._table.reload()

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_title(
            _("What would become of CAN's accounts?"),
            _("With a list of them you see who would be created, changed, or shut out."),
        )
        self._file.setText(_("Choose a CSV file…"))
        self._can.setText(_("Ask CAN"))
        self._by_label.setText(_("Recognised by"))
        a11y.describe(self._by, _("Recognised by"))
        options = [Option(key.value, told.column_word(key)) for key in MATCH_KEYS]
        self._by.set_options(options)
        self._search.setPlaceholderText(_("Account or name"))
        a11y.describe(self._search, _("Search accounts"))
        a11y.describe(self._which, _("Which accounts are listed"))
        a11y.describe(self._table, _("Accounts and people"))
        self._export.setText(_("Save what is listed…"))
        self._bom.set_text(_("For Excel"))
        self._danger.retranslate()
        self._version = -1
        self.refresh()

    # -- acting -----------------------------------------------------------------------

    def _choose(self) -> None:
        kinds = _("Table (*.csv *.txt)")
        title = _("Choose the list of accounts")
        choose_file(self, title, "", self._accounts.read_file, save=False, kinds=kinds)

    def _choose_target(self) -> None:
        kinds, title = _("Table (*.csv)"), _("Save the accounts listed")
        choose_file(self, title, "can-accounts.csv", self._write, save=True, kinds=kinds)

    def _write(self, path: str) -> None:
        ask = self._table.ask
        wanted = (Fate(ask.group) if ask.group else None, ask.search)
        self._accounts.export(path, wanted, told.fate_headings(), bom=self._bom.checked())

    def _fetch(
        self, ask: Ask, done: Callable[[Fetched], None], failed: Callable[[WizardError], None]
    ) -> Fetching:
        def came(page: FatePage) -> None:
            done(Fetched(page.rows, page.total))

        fate = Fate(ask.group) if ask.group else None
        window = (ask.offset, ask.limit)
        return self._accounts.fates_page(fate, ask.search, window, came, failed)


def _read_words(read: AccountsRead) -> str:
    count = ngettext("{n} account", "{n} accounts", read.count).format(n=told.number(read.count))
    if read.source is AccountSource.CAN:
        return _("{count} from CAN").format(count=count)
    found = _("{count} from {file}").format(count=count, file=read.place.replace("\\", "/"))
    columns = [
        _("{field} from “{heading}”").format(field=told.account_field(field), heading=heading)
        for field, heading in read.columns.items()
    ]
    return _("{found}: {columns}").format(found=found, columns=told.several(columns))


def _columns() -> tuple[BigColumn, ...]:
    def made(
        key: str, title: Callable[[], str], chars: int, cell: Callable[[FateRow], str]
    ) -> BigColumn:
        return BigColumn(key, title, cell, chars, sorts=False)

    return (
        made("account", lambda: _("Account"), 15, _account),
        made("fate", lambda: _("What happens"), 18, lambda row: told.fate_word(row.fate)),
        made("person", lambda: _("Person"), 14, lambda row: row.person_name),
        made("user_id", lambda: _("User ID"), 13, lambda row: row.user_id),
        made("changes", lambda: _("Changes"), 16, _changes),
        made("push", lambda: _("Messages"), 12, lambda row: _("none") if row.no_push else ""),
    )


def _account(row: FateRow) -> str:
    return row.account.name if row.account is not None else ""


def _changes(row: FateRow) -> str:
    return told.several([told.account_field(field) for field in row.changes])
