"""Saves: compare, back up, write, read back, compare. What is not equal was not saved."""

from __future__ import annotations

from feishu_wizard.domain.change import Consent, SavePlan, SaveResult
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.states import Target
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.save_to_can import NOBODY_ASKED, plan_can, save_can
from feishu_wizard.operations.save_to_file import plan_file, save_file
from feishu_wizard.operations.saving.consent import demand
from feishu_wizard.operations.saving.read_back import WALL, Clock


async def plan_saves(
    place: Workplace, kit: Kit, targets: tuple[Target, ...], report: Report
) -> tuple[SavePlan, ...]:
    """Read what is stored at every target and tell what would change. Writes nothing."""
    plans = []
    for target in targets:
        report(Progress("comparing", {"target": target.value}))
        plan = plan_can(place, kit) if target is Target.CAN else plan_file(place, kit)
        plans.append(await plan)
    return tuple(plans)


async def save_all(
    place: Workplace,
    kit: Kit,
    plans: tuple[SavePlan, ...],
    report: Report,
    agreed: frozenset[Consent] = NOBODY_ASKED,
    clock: Clock = WALL,
) -> tuple[SaveResult, ...]:
    """Carry out the plans that were read by a person, in order; stops at the first failure.

    ``agreed``: what the person confirmed beyond the plans (``SavePlan.needs``). Two programs
    saving the same setup at once exclude each other (``ConflictError``).
    """
    results = []
    with place.claims.holding(kit.setup.id):
        for plan in plans:
            report(Progress("saving", {"where": plan.where}))
            if plan.target is Target.CAN:
                results.append(await save_can(place, kit, plan, agreed=agreed, clock=clock))
            else:
                demand(plan, agreed)
                results.append(await save_file(place, kit, plan))
    return tuple(results)
