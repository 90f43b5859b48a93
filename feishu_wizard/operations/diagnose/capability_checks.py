"""``capability.*``: what was seen to work. Only a real call proves a capability."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Finding, Proof, Status, not_applicable, not_done
from feishu_wizard.domain.setup import Setup
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.graph import Look, Tell


def capability_looks(case: Case) -> tuple[Look[Case], ...]:
    """One look a capability; none makes a call."""
    return tuple(Look((f"capability.{c.value}",), _look(c)) for c in Capability)


def proof_fingerprint(setup: Setup) -> str:
    """What a proof in the journal was made with: another app or another CAN makes it void."""
    feishu, office = setup.feishu, setup.office
    values = (feishu.hosts.open, feishu.app_id, office.url, office.callback_url)
    return hashlib.sha256("\0".join(values).encode()).hexdigest()[:16]


def _look(capability: Capability) -> Callable[[Case, Tell], Awaitable[None]]:
    async def look(case: Case, tell: Tell) -> None:
        tell(_known(case, capability))

    return look


def _known(case: Case, capability: Capability) -> Finding:
    check_id = f"capability.{capability.value}"
    setup = case.kit.setup
    if capability not in setup.capabilities.chosen():
        return not_applicable(check_id)
    if not setup.id:
        return not_done(check_id, "not_proven")
    try:
        proofs = case.place.journal.proofs(setup.id)
    except WizardError:  # told by setup.state
        return not_done(check_id, "not_proven")
    mark = proof_fingerprint(setup)
    kept = [p for p in proofs if (p.check_id, p.fingerprint) == (check_id, mark)]
    if not kept:
        return not_done(check_id, "not_proven")
    params = {"at": kept[-1].at}
    evidence = (kept[-1].evidence,)
    return Finding(
        check_id, Status.PASS, "capability.proven", params, Proof.PROVEN, evidence=evidence
    )
