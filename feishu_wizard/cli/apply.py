"""``apply``: bring the configuration of a setup file to the CAN server, or to another file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from feishu_wizard.cli.output import data, note, progress_printer
from feishu_wizard.cli.runtime import may_ask
from feishu_wizard.domain.change import Change, SavePlan, SaveResult
from feishu_wizard.domain.errors import ExitCode, InputError
from feishu_wizard.domain.names import BY_HAND
from feishu_wizard.domain.states import Target
from feishu_wizard.text.catalog import _
from feishu_wizard.text.labels import act_word, field_label, target_word
from feishu_wizard.text.words import proof_word

if TYPE_CHECKING:
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.operations.context import Workplace


async def apply(place: Workplace, file: str, *, dry_run: bool, yes: bool, to: str) -> int:
    """Plan, show, ask, save, read back. Returns the exit code."""
    from feishu_wizard.operations.load_setup import load_setup
    from feishu_wizard.operations.save_setup import plan_saves, save_all

    target = _target(to)
    kit = _for_target(await load_setup(place, file), target, to)
    report = progress_printer()
    plans = await plan_saves(place, kit, (target,), report)
    for plan in plans:
        _show(plan)
    if all(plan.empty for plan in plans):
        note(_("Nothing to change: what is stored equals the file. Nothing was written."))
        return int(ExitCode.OK)
    if dry_run:
        return int(ExitCode.FINDINGS)
    if not yes and not _confirmed(plans):
        return int(ExitCode.USAGE)
    for result in await save_all(place, kit, plans, report):
        _show_result(result)
    return int(ExitCode.OK)


def _target(to: str) -> Target:
    if to == "can":
        return Target.CAN
    if to.startswith("file:") and len(to) > len("file:"):
        return Target.FILE
    raise InputError("apply.target", {"to": to})


def _for_target(kit: Kit, target: Target, to: str) -> Kit:
    if target is Target.FILE:
        return replace(kit, file_path=to.removeprefix("file:"))
    if not kit.setup.office.url:
        raise InputError("setup.no_can")
    if kit.setup.office.profile == BY_HAND:
        raise InputError("setup.by_hand", {"url": kit.setup.office.url})
    return kit


def _show(plan: SavePlan) -> None:
    data(f"{target_word(plan.target)}: {plan.where}")
    for row in plan.rows:
        data(f"  {_line(row)}")


def _line(row: Change) -> str:
    """One field: what is there, what will be, what happens; a secret never shows its value."""
    sign = "~" if row.changes else "="
    name = field_label(row.field)
    if row.secret or not row.changes:
        return f"{sign} {name}: {act_word(row.act)}"
    before = row.before or _("(empty)")
    return f"{sign} {name}: {before} → {row.after or _('(empty)')} ({act_word(row.act)})"


def _confirmed(plans: tuple[SavePlan, ...]) -> bool:
    if not may_ask():
        note(_("Without a terminal nothing is asked: repeat with --yes to save."))
        return False
    where = ", ".join(plan.where for plan in plans)
    return click.confirm(_("Save these changes to {where}?").format(where=where), err=True)


def _show_result(result: SaveResult) -> None:
    note(_("Saved to {where}, read back and equal.").format(where=result.where))
    for field, proof in result.fields.items():
        note(f"  {field_label(field)}: {proof_word(proof)}")
