"""``can.egress``: whether CAN itself reaches the platform, by CAN's own test.

What the platform answers to CAN is another matter: any code of its proves the way.
"""

from __future__ import annotations

import re
from dataclasses import replace

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.errors import CanError, NetworkError, WizardError
from feishu_wizard.domain.finding import Finding, Proof, Status, Who
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.office_reads import tried
from feishu_wizard.operations.permissions.standing import named_address
from feishu_wizard.services.can.client import CanCheck, CanTest

EGRESS = "can.egress"
_IP_DENIED = "99991401"
# The platform's codes have four digits or more; three are an HTTP status, of whomever.
_OF_PLATFORM, _OF_HTTP = re.compile(r"\d{4,}"), re.compile(r"[1-5]\d\d")
_NO_ANSWER = frozenset({"net.timeout", "net.deadline", "net.proxy.timeout"})


async def own_way_out(case: Case) -> Finding:
    """Let the server try with what it has stored; nothing is written, no message is sent."""
    test = await tried(case)
    if test is None:
        return _unknown("can.no_own_test", profile=case.kit.setup.office.profile)
    if isinstance(test, WizardError):
        return _not_tested(test)
    denied = next((row for row in test.checks if row.upstream_code == _IP_DENIED), None)
    if denied is not None:
        return _denied(case, test, denied)
    failed = [row for row in test.checks if row.status == "fail"]
    code = next((r.upstream_code for r in failed if _OF_PLATFORM.fullmatch(r.upstream_code)), "")
    if code:
        return _reached(test, "can.egress_answered", feishu_code=code, msg=_message(test))
    if test.ok or any(row.status == "pass" for row in test.checks):
        return _reached(test, "ok")
    if not failed or any(_OF_HTTP.fullmatch(row.upstream_code) for row in failed):
        return replace(_unknown("can.egress_unclear"), evidence=(test.evidence,))
    return _shut(test)


def _message(test: CanTest) -> str:
    failed = (row.message for row in test.checks if row.status == "fail" and row.message)
    return next(failed, "")


def _reached(test: CanTest, code: str, **params: str) -> Finding:
    return Finding(EGRESS, Status.PASS, code, params, Proof.PROVEN, evidence=(test.evidence,))


def _shut(test: CanTest) -> Finding:
    """Not one answer of the platform came back to CAN."""
    params = {"msg": _message(test)}
    found = Finding(EGRESS, Status.FAIL, "can.no_egress", params, Proof.PROVEN, Who.NETWORK)
    return replace(found, evidence=(test.evidence,))


def _denied(case: Case, test: CanTest, row: CanCheck) -> Finding:
    """The token endpoint is open to all; the first real call meets the app's IP allow-list."""
    ip = named_address(row.message)
    params = {"ip": ip, "msg": row.message, "feishu_code": _IP_DENIED}
    link = case.link(ConsolePage.SECURITY)
    found = Finding(EGRESS, Status.FAIL, "can.egress_ip_denied", params, Proof.PROVEN)
    return replace(found, who=Who.DEVELOPER, evidence=(test.evidence,), links=(link,))


def _not_tested(error: WizardError) -> Finding:
    """CAN did not make the test, or did not say what came of it."""
    if isinstance(error, NetworkError) and error.code in _NO_ANSWER:
        return replace(_unknown("can.egress_no_answer"), evidence=error.evidence)
    if isinstance(error, CanError) and error.outcome == "upstream":
        return error.finding(EGRESS)
    if isinstance(error, CanError) and error.outcome == "incomplete":
        return replace(_unknown("can.egress_nothing_stored"), evidence=error.evidence)
    return error.finding(EGRESS, Status.UNKNOWN)


def _unknown(code: str, **params: str) -> Finding:
    return Finding(EGRESS, Status.UNKNOWN, code, params, who=Who.CAN_ADMIN)
