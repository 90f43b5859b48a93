"""One diagnosis from question to verdict."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping

from feishu_wizard import __version__
from feishu_wizard.domain.diagnosis import (
    Diagnosis,
    Question,
    order_of,
    selects,
    verdict_of,
)
from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.graph import Graph
from feishu_wizard.operations.diagnose.permission_checks import permission_ids
from feishu_wizard.operations.diagnose.plan import asked_ids, looks_for
from feishu_wizard.operations.diagnose.platform_checks import slowed_down
from feishu_wizard.operations.drift import note_drift, with_since
from feishu_wizard.services.net.clock import now

SECONDS = 120.0


async def diagnose(place: Workplace, kit: Kit, question: Question, report: Report) -> Diagnosis:
    """Run what the question asks for, and what that rests on; findings come as they are known.

    At most fifteen authenticated calls of the platform, retries included; nothing is written but
    since when setup, CAN and platform differ. Cancel it at any time.
    """
    started = time.monotonic()
    at = now()
    case = Case(place, kit, question, await place.http(kit))

    def tell(finding: Finding) -> None:
        report(Progress("diagnosing", finding=finding))

    graph = Graph(looks_for(case), tell)
    try:
        in_time = await graph.run(case, SECONDS)
    finally:
        await case.close()
    known = dict(graph.findings)
    slow = slowed_down(case, known)
    if slow is not None:
        known[slow.id] = slow
        tell(slow)
    if kit.setup.id:
        look = await note_drift(place, kit, known.values(), at)
        known = {name: with_since(finding, look) for name, finding in known.items()}
    findings = _shown(known, question.only, kit)
    return Diagnosis(
        findings=findings,
        verdict=verdict_of(findings, offline=question.offline),
        feishu_calls=case.feishu_calls,
        elapsed_ms=round((time.monotonic() - started) * 1000),
        at=at,
        version=__version__,
        facts=_facts(kit, question),
        people=tuple(case.people),
        complete=in_time and not asked_ids(case) and not question.offline,
    )


def check_order(kit: Kit) -> tuple[str, ...]:
    """All check ids that a diagnosis of this setup may have, in the order of cause."""
    return order_of(permission_ids(kit))


def _shown(known: Mapping[str, Finding], only: tuple[str, ...], kit: Kit) -> tuple[Finding, ...]:
    """What was asked for, and what stands in its way, in the order of cause."""
    asked = {i for i in known if selects(only, i)}
    asked |= {by for i in asked if (by := _stands_on(known[i])) in known}
    return tuple(known[i] for i in check_order(kit) if i in asked)


def _stands_on(finding: Finding) -> str:
    return finding.blocked_by or finding.params.get("by", "")


def _facts(kit: Kit, question: Question) -> dict[str, str]:
    """What was diagnosed, as plain values."""
    setup, hosts = kit.setup, kit.setup.feishu.hosts
    return {
        "setup_id": setup.id,
        "edition": setup.feishu.edition.value,
        "open_url": hosts.open,
        "accounts_url": hosts.accounts,
        "app_id": setup.feishu.app_id,
        "can": setup.office.url,
        "profile": setup.office.profile,
        "callback_url": setup.office.callback_url,
        "capabilities": ",".join(sorted(c.value for c in setup.capabilities.chosen())),
        "person": question.person,
        "symptom": question.symptom.value if question.symptom else "",
        "os": sys.platform,
    }
