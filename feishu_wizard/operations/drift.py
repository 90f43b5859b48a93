"""Compares setup, CAN and platform, and remembers since when they differ.

Every diagnosis is such a comparison; "Check now" makes only the checks that it takes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from feishu_wizard.domain.diagnosis import Question
from feishu_wizard.domain.drift import COMPARED, Drift, DriftLook, Side, beside, look_at
from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import Report
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.storage.comparisons import Comparisons


async def last_drift(place: Workplace, setup_id: str) -> DriftLook:
    """The last comparison of a setup. Calls nobody."""
    return await asyncio.to_thread(Comparisons(place.paths).last, setup_id)


async def compare_now(place: Workplace, kit: Kit, report: Report) -> DriftLook:
    """Make the checks that tell a difference, and no others; writes nothing but the comparison."""
    from feishu_wizard.operations.diagnose.run import diagnose

    await diagnose(place, kit, Question(only=COMPARED), report)
    return await last_drift(place, kit.setup.id)


async def note_drift(place: Workplace, kit: Kit, findings: Iterable[Finding], at: str) -> DriftLook:
    """Lay what was found beside the last comparison and keep it.

    A run in which neither CAN nor the platform could be read leaves the last one as it is.
    """
    kept, now = Comparisons(place.paths), look_at(findings, at)
    last = await asyncio.to_thread(kept.last, kit.setup.id)
    if now.read <= {Side.SETUP}:
        return last
    look = beside(last, now)
    await asyncio.to_thread(kept.keep, kit.setup.id, look)
    return look


def with_since(finding: Finding, look: DriftLook) -> Finding:
    """The finding with the times of its difference, for its words."""
    told = [drift for drift in look.drifts if drift.check == finding.id and drift.seen == look.at]
    if not told:
        return finding
    first: Drift = min(told, key=lambda drift: drift.since)
    times = {"differs_since": first.since, "equal_before": first.before}
    return replace(finding, params={**finding.params, **times})
