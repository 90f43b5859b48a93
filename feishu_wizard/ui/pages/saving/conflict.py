"""What a plan needs a person's agreement for: both sides side by side, and a tick for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.change import Change, Consent, SavePlan
from feishu_wizard.text import labels, saving
from feishu_wizard.text.catalog import _
from feishu_wizard.text.words import code_words
from feishu_wizard.ui.pages.base import StepPage
from feishu_wizard.ui.widgets.base import Block, column, show_if
from feishu_wizard.ui.widgets.choices import TickRow
from feishu_wizard.ui.widgets.diff_table import DiffModel, DiffRow, DiffTable
from feishu_wizard.ui.widgets.field import MessageLine
from feishu_wizard.wizard.steps import Severity


class ConflictModel(DiffModel):
    """Field, what was last seen, what is there now, what is wanted."""

    @property
    def headings(self) -> tuple[str, ...]:
        """Names of the columns."""
        return _("Field"), _("Last seen here"), _("There now"), _("Wanted")


class Consents(Block):
    """Shows plans that are more than usual; ``agree`` takes a tick. ``prefix`` begins the ids."""

    def __init__(
        self,
        page: StepPage,
        prefix: str,
        agree: Callable[[Consent, bool], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._page, self._prefix = page, prefix
        outer = column(self, spacing=1)
        self._happened = MessageLine()
        self._table = DiffTable(f"{prefix}.conflicts", model=ConflictModel())
        self._ticks = {consent: TickRow(f"{prefix}.{consent.value}") for consent in Consent}
        self._problems = {consent: MessageLine() for consent in Consent}
        outer.addWidget(self._happened)
        outer.addWidget(self._table)
        for consent, tick in self._ticks.items():
            tick.toggled.connect(lambda on, which=consent: agree(which, on))
            outer.addWidget(tick)
            outer.addWidget(self._problems[consent])
        page.keep_still(*self._ticks.values())

    def show_plans(self, plans: Sequence[SavePlan], agreed: frozenset[Consent]) -> None:
        """Show what these plans need; nothing when they need nothing."""
        needed = frozenset(consent for plan in plans for consent in plan.needs)
        in_conflict = [plan for plan in plans if plan.conflicts]
        happened = " ".join(saving.conflict_sentence(plan) for plan in in_conflict)
        self._happened.show_text(happened, Severity.WARNING)
        self._table.set_rows([_row(row) for plan in in_conflict for row in plan.conflicts])
        self._table.setAccessibleName(happened)
        show_if(self._table, bool(in_conflict))
        if in_conflict:
            self._ticks[Consent.OVERWRITE].set_text(
                saving.overwrite_question(in_conflict),
                _("What they saved is lost then. Undo brings it back."),
            )
        if plans:
            self._ticks[Consent.WEAK_AUTH].set_text(
                _("Save although nothing proves who saves"),
                code_words("can.weak_auth", {"where": plans[0].where}).sentence,
            )
        for consent, tick in self._ticks.items():
            tick.set_checked(consent in agreed)
            show_if(tick, consent in needed)
            problem = self._page.problem_text(f"{self._prefix}.{consent.value}")
            self._problems[consent].show_text(*problem)


def _row(row: Change) -> DiffRow:
    if row.secret:
        return DiffRow(labels.field_label(row.field), "••••••", _("another one"), "••••••", True)
    name = row.field if "." in row.field else labels.field_label(row.field)
    seen, now, wanted = (
        saving.value_word(row, value) for value in (row.seen or "", row.before, row.after)
    )
    return DiffRow(name, seen, now, wanted, True)
