"""Too many would lose access: said in red, and put aside by typing how many."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.accounts import Comparison
from feishu_wizard.text import sync as told
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.ui.widgets.base import column, show_if
from feishu_wizard.ui.widgets.card import Banner
from feishu_wizard.ui.widgets.field import Field
from feishu_wizard.wizard.steps import Severity
from feishu_wizard.wizard.sync_accounts import SyncAccounts


class DangerBlock(QWidget):
    """The red finding of a comparison, and the field that puts it aside."""

    def __init__(self, accounts: SyncAccounts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._accounts = accounts
        body = column(self, spacing=1)
        self._banner = Banner(Severity.ERROR)
        self._typed = Field("test.sync.typed")
        self._typed.changed.connect(accounts.type_away)
        body.addWidget(self._banner)
        body.addWidget(self._typed)

    def refresh(self) -> None:
        """Show it while the comparison is dangerous; once typed away, calmly."""
        comparison = self._accounts.comparison
        dangerous = comparison is not None and comparison.dangerous
        show_if(self, dangerous)
        if comparison is None or not dangerous:
            return
        aside = self._accounts.typed_away
        title, text = _words(comparison)
        if aside:
            text = _("You typed the number: this is meant. The rehearsal is no longer open.")
        self._banner.show_text(Severity.WARNING if aside else Severity.ERROR, text, title)
        self._typed.set_text(self._accounts.typed)
        label = _("Type {n} to say that this is meant")
        self._typed.set_label(label.format(n=comparison.losing))

    def retranslate(self) -> None:
        """Set all texts again."""
        self.refresh()


def _words(comparison: Comparison) -> tuple[str, str]:
    losing = ngettext(
        "{n} of {all} accounts would lose access",
        "{n} of {all} accounts would lose access",
        comparison.losing,
    ).format(n=told.number(comparison.losing), all=told.number(comparison.accounts))
    if not comparison.complete:
        return losing, _(
            "The address book was not read to its end, so nobody can say who would really lose "
            "access. Better go on reading first."
        )
    return losing, _(
        "A first sync like this has shut out whole companies. Look at the list below: is the "
        "contacts range too narrow, or are they recognised by the wrong field?"
    )
