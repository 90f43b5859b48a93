"""``capability.*``: what was seen to work, from the ledger. Only a real call proves one; what a
person said is *stated*. None makes a call that another check of the diagnosis does not make."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Evidence, Finding, Proof, Status, not_applicable, not_done
from feishu_wizard.domain.ledger import Entry
from feishu_wizard.domain.proofs import Standing, numbers, weakens
from feishu_wizard.domain.verdict import failed_code, proven_code, standing_of
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.graph import Look, Tell
from feishu_wizard.operations.ledger import look as look_at_ledger
from feishu_wizard.operations.ledger import remember

_OF_BEFORE = "ledger.proven"  # kept by an earlier version, which did not say how


def capability_looks(case: Case) -> tuple[Look[Case], ...]:
    """One look a capability; in a whole diagnosis beside what the other checks read."""
    return tuple(Look((f"capability.{c.value}",), _look(c)) for c in Capability)


def _look(capability: Capability) -> Callable[[Case, Tell], Awaitable[None]]:
    async def look(case: Case, tell: Tell) -> None:
        tell(await _known(case, capability))

    return look


async def _known(case: Case, capability: Capability) -> Finding:
    check_id = f"capability.{capability.value}"
    if capability not in case.kit.setup.capabilities.chosen():
        return not_applicable(check_id)
    try:
        ledger = await look_at_ledger(case.place, case.kit)
        if ledger.entries and await _read(case):
            ledger = await look_at_ledger(case.place, case.kit)
    except WizardError:  # told by setup.state
        return not_done(check_id, "not_proven")
    return of_standing(capability, standing_of(ledger, capability.value))


async def _read(case: Case) -> bool:
    """What is in force now, where this diagnosis reads it anyway; False: nobody can tell."""
    asked = case.question
    if asked.offline or asked.only or asked.symptom or not case.may_sign_in:
        return False
    try:
        remember(case.place, case.kit, await (await case.reads()).view())
    except WizardError:  # told by the checks of the app
        return False
    return True


def of_standing(capability: Capability, stands: Standing) -> Finding:
    """What the ledger says of one capability, as a finding.

    A pass says what was proven and no more; a warning that it does not stand any longer, or that
    the last try failed. A proof of another app or another CAN is none.
    """
    check_id = f"capability.{capability.value}"
    if stands.failed is not None:
        return _failed(check_id, stands, stands.failed)
    good = stands.good
    if good is None:
        return not_done(check_id, "not_proven")
    params, proof, evidence = {**numbers(good), "at": good.at}, good.proof, _seen(good)
    changed = [one.part.value for one in stands.since if weakens(one)]
    if changed:
        params["parts"] = ",".join(changed)
        code = "capability.changed_since"
        return Finding(check_id, Status.WARN, code, params, proof, evidence=evidence)
    said = "proven" if good.what == _OF_BEFORE else proven_code(capability, stands)
    return Finding(check_id, Status.PASS, f"capability.{said}", params, proof, evidence=evidence)


def _failed(check_id: str, stands: Standing, failed: Entry) -> Finding:
    params = {**numbers(failed), "at": failed.at}
    if stands.before is not None:
        params["worked_at"] = stands.before.at
    proof = Proof.STATED if failed.proof is Proof.STATED else Proof.NONE
    code = f"capability.{failed_code(stands)}"
    return Finding(check_id, Status.WARN, code, params, proof, evidence=_seen(failed))


def _seen(entry: Entry) -> tuple[Evidence, ...]:
    return (entry.evidence,) if entry.evidence != Evidence() else ()
