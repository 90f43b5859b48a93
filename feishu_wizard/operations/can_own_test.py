"""CAN's own test of the Feishu app: the very server that will push sends the message."""

from __future__ import annotations

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Evidence, Finding, Proof, Status, Who
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.ledger import Entry
from feishu_wizard.operations import ledger
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.can.client import CanCheck, CanTest
from feishu_wizard.services.net.clock import now

CHECK = "can.test"
_STATUSES = {"pass": Status.PASS, "fail": Status.FAIL, "skip": Status.SKIP}
_MESSAGE = "message"  # the contract's name of the check that sends


async def can_own_test(
    place: Workplace, kit: Kit, test_user: str, *, confirmed: bool = False
) -> tuple[Finding, ...]:
    """Let CAN try what it has stored; ``test_user`` (a CAN account) gets a message where it can.

    Every call sends a new message: it is CAN's, without a uuid. Raises ``InputError``
    can.no_operation, and can.test_saves unless ``confirmed``, for a test that also stores what it
    is given; ``CanError`` and network failures as CAN's client does.
    """
    client = await place.can(kit)
    op = client.profile.ops.test
    if op is not None and op.saves and not confirmed:
        raise InputError("can.test_saves", {"profile": client.profile.id})
    test = await client.test(user=test_user)
    sends = bool(test_user and op is not None and op.user_at)
    told = [_of_check(check, test_user if sends else "", test.evidence) for check in test.checks]
    whole = _of_whole(test, sends, test_user)
    if sends and _reached(test):
        _note(place, kit, test_user, test.evidence)
    return (whole, *told)


def _reached(test: CanTest) -> bool:
    """CAN says of the message itself that it was sent; a bare "ok" may not have sent any."""
    return any(check.id == _MESSAGE and check.status == "pass" for check in test.checks)


def _of_whole(test: CanTest, sends: bool, user: str) -> Finding:
    params, evidence = {"who": user}, (test.evidence,)
    if not test.ok:
        code, status = "can_test.failed", Status.FAIL
    elif sends and _reached(test):
        code, status = "can_test.message_sent", Status.PASS
    else:
        code, status = "can_test.pair_only", Status.WARN
    proof = Proof.PROVEN if status is not Status.FAIL else Proof.NONE
    return Finding(CHECK, status, code, params, proof, Who.CAN_ADMIN, evidence)


def _of_check(check: CanCheck, user: str, evidence: Evidence) -> Finding:
    """One line of CAN's test; a code that Feishu gave to CAN is explained as Feishu's."""
    status = _STATUSES.get(check.status, Status.UNKNOWN)
    code, params = "can_test.check", {"check": check.id, "msg": check.message, "who": user}
    if status is Status.FAIL and check.upstream_code.isdecimal():
        code = f"feishu.{check.upstream_code}"
        params["feishu_code"] = check.upstream_code
    who = Who.DEVELOPER if status is Status.FAIL else Who.CAN_ADMIN
    return Finding(f"{CHECK}.{check.id}", status, code, params, who=who, evidence=(evidence,))


def _note(place: Workplace, kit: Kit, user: str, evidence: Evidence) -> None:
    at = now()
    params = {"who": user}
    entry = Entry("capability.push", "push.by_can", at, params=params, evidence=evidence)
    ledger.note(place, kit, entry)
