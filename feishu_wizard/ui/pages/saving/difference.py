"""The difference between what is stored and what would be, one table per target."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.change import Change, SavePlan
from feishu_wizard.domain.states import Act, Target
from feishu_wizard.text import labels
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.ui.widgets.base import Block, column, show_if
from feishu_wizard.ui.widgets.diff_table import DiffRow, DiffTable
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.save import SaveStep

_TARGETS = (Target.CAN, Target.FILE)
_HIDDEN = "••••••"


class Differences(Block):
    """Tables for CAN and for the file; a secret appears only as what happens to it."""

    def __init__(self, controller: SaveStep, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        outer = column(self, spacing=1)
        self._heads: dict[Target, WrapLabel] = {}
        self._tables: dict[Target, DiffTable] = {}
        for target in _TARGETS:
            head = self._heads[target] = WrapLabel(role="strong")
            table = self._tables[target] = DiffTable(f"save.diff.{target.value}")
            outer.addWidget(head)
            outer.addWidget(table)

    def refresh(self) -> None:
        """Show the plans that were read; the page decides whether there is something to see."""
        plans = self._plans()
        for target in _TARGETS:
            plan = plans.get(target)
            table = self._tables[target]
            self._heads[target].set_text(_head(plan) if plan else "")
            shown = _shown(plan) if plan else ()
            table.set_rows([diff_row(change) for change in shown])
            table.setAccessibleName(_head(plan) if plan else "")
            show_if(table, bool(shown))

    def any(self) -> bool:
        """Tell whether something was read; once saved, the list of results takes its place."""
        return bool(self._plans())

    def open_plans(self) -> tuple[SavePlan, ...]:
        """The plans that are not carried out yet."""
        return tuple(self._plans().values())

    def _plans(self) -> dict[Target, SavePlan]:
        saved = {result.target for result in self._controller.results}
        return {p.target: p for p in self._controller.plans if p.target not in saved}

    def retranslate(self) -> None:
        """Set all texts again."""
        self.refresh()


def _head(plan: SavePlan) -> str:
    count = sum(1 for row in plan.rows if row.changes)
    if not count:
        return _("Nothing would change in {where}").format(where=plan.where)
    told = ngettext("{n} value changes in {where}", "{n} values change in {where}", count)
    return told.format(where=plan.where, n=count)


def _shown(plan: SavePlan) -> tuple[Change, ...]:
    """All of CAN's few fields; of a file only what changes."""
    if plan.target is Target.CAN:
        return plan.rows
    return tuple(row for row in plan.rows if row.changes)


def diff_row(change: Change) -> DiffRow:
    """One row in words; a secret shows only what happens to it."""
    before, after = (_value(change, value) for value in (change.before, change.after))
    if change.secret:
        before = "" if change.act is Act.SET else _HIDDEN
        after = _HIDDEN
    return DiffRow(_field(change.field), before, after, labels.act_word(change.act), change.changes)


def _field(name: str) -> str:
    """The label where the field has one; the dotted name of the file otherwise."""
    return name if "." in name else labels.field_label(name)


def _value(change: Change, value: str) -> str:
    if change.field != "enabled":
        return value
    return {"on": _("on"), "true": _("on"), "off": _("off"), "false": _("off")}.get(value, value)
