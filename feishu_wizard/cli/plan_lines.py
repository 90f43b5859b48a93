"""A plan and its results as lines: what is there, what will be, what somebody else changed."""

from __future__ import annotations

from feishu_wizard.cli.output import data, note
from feishu_wizard.cli.tree import DASH
from feishu_wizard.domain.change import Change, SavePlan, SaveResult
from feishu_wizard.text import saving
from feishu_wizard.text.catalog import _
from feishu_wizard.text.labels import act_word, field_label, target_word
from feishu_wizard.text.words import proof_word


def show_plan(plan: SavePlan) -> None:
    """The difference to stdout, what else has to be known of it to stderr."""
    data(f"{target_word(plan.target)}: {plan.where}")
    for row in plan.rows:
        data(f"  {_line(row)}")
    warning = saving.conflict_sentence(plan)
    if warning:
        note(f"! {warning}")
    for remark in saving.plan_remarks(plan):
        note(f"! {remark}")
    doubt = saving.unverified(plan.known_by)
    if doubt and not plan.empty:
        note(doubt)


def show_result(result: SaveResult) -> None:
    """Where it was saved, and how well each field is known."""
    note(_("Saved to {where}, read back and equal.").format(where=result.where))
    for field, proof in result.fields.items():
        # A dash: "App Secret: stated" would be masked as if it were the value.
        note(f"  {field_label(field)}{DASH}{proof_word(proof)}")


def _line(row: Change) -> str:
    """One field: what is there, what will be, what happens; a secret never shows its value."""
    if row.conflict:
        return f"! {saving.conflict_line(row)}"
    sign = "~" if row.changes else "="
    name = field_label(row.field)
    if row.secret or not row.changes:
        return f"{sign} {name}{DASH}{act_word(row.act)}"
    before, after = saving.value_word(row, row.before), saving.value_word(row, row.after)
    return f"{sign} {name}: {before} → {after} ({act_word(row.act)})"
