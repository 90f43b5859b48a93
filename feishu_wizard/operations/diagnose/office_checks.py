"""``can.*``: what CAN's own interface says of key, right, switch and stored setting.

One read answers all but the last: that is CAN's own test, which it makes with what it has stored.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from feishu_wizard.domain.errors import CanError, WizardError
from feishu_wizard.domain.finding import (
    Evidence,
    Finding,
    Link,
    Proof,
    Status,
    Who,
    not_applicable,
    not_done,
)
from feishu_wizard.domain.names import BY_HAND
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.graph import Look, Tell
from feishu_wizard.operations.diagnose.office_egress import own_way_out
from feishu_wizard.operations.diagnose.office_reads import offered, stored
from feishu_wizard.operations.diagnose.office_stored import compared
from feishu_wizard.services.can.client import Recognition, Setting, looks_like

PROFILE, AUTH, ADMIN, STATUS, SAVED, EGRESS = (
    "can.profile",
    "can.auth",
    "can.admin",
    "can.status",
    "can.saved",
    "can.egress",
)
# CAN understood the call: it speaks the profile, whatever it thinks of the caller.
_UNDERSTOOD = frozenset({"unauthenticated", "forbidden"})
# The key was there but cannot be sent; another failure before the call is a gap, not a fault.
_WRONG_KEY = frozenset({"can.header_invalid", "can.input_missing"})
_ABOUT_KEYS = ("secret.", "keyring.", "can.secret_missing", *_WRONG_KEY)
# Only a person who looks into CAN, or a call from its machine, can tell these.
_UNSEEN = {STATUS: "can.by_hand_unseen", SAVED: "can.by_hand_unseen", EGRESS: "can.egress_unseen"}

Judge = Callable[[Case], Awaitable[Finding]]


def office_looks(case: Case) -> tuple[Look[Case], ...]:
    """Interface, key, right, switch, stored setting, CAN's own way out; each on the one before."""
    return (
        Look((PROFILE,), _told(PROFILE, _profile), ("net.can.http",), seconds=45.0),
        Look((AUTH,), _told(AUTH, _auth), (PROFILE,)),
        Look((ADMIN,), _told(ADMIN, _admin), (AUTH,)),
        Look((STATUS,), _told(STATUS, _status), (ADMIN,)),
        Look((SAVED,), _told(SAVED, compared), (ADMIN,), seconds=60.0),
        Look((EGRESS,), _told(EGRESS, own_way_out), (ADMIN,), seconds=60.0),
    )


def _told(check_id: str, judge: Judge) -> Callable[[Case, Tell], Awaitable[None]]:
    async def look(case: Case, tell: Tell) -> None:
        office = case.kit.setup.office
        if not office.url:
            tell(not_applicable(check_id))
        elif office.profile != BY_HAND:
            tell(await judge(case))
        elif case.kit.file_path:
            tell(_by_hand(case, check_id))
        else:
            tell(await _without_setup(case, check_id))

    return look


def _by_hand(case: Case, check_id: str) -> Finding:
    """This CAN shows nothing to a program: interface, key and right have no meaning here."""
    code = _UNSEEN.get(check_id)
    if code is None:
        return not_applicable(check_id)
    link = Link("can_web", case.kit.setup.office.url)
    return replace(not_done(check_id, code), who=Who.CAN_ADMIN, links=(link,))


async def _without_setup(case: Case, check_id: str) -> Finding:
    """Only an address was given: what CAN speaks can be seen, the rest needs a key."""
    offer, found = await offered(case)
    if check_id != PROFILE:
        params = {"profile": offer.profile}
        return Finding(check_id, Status.UNKNOWN, "can.needs_key", params, who=Who.CAN_ADMIN)
    return found if offer.fits else replace(found, status=Status.UNKNOWN)


# -- one read -------------------------------------------------------------------------


async def _profile(case: Case) -> Finding:
    seen = await stored(case)
    if isinstance(seen, Setting):
        return _speaks(case, (seen.evidence,))
    if isinstance(seen, CanError) and seen.outcome in _UNDERSTOOD and "reason" not in seen.params:
        return _speaks(case, seen.evidence)
    if seen.code.startswith(_ABOUT_KEYS):
        return await _without_key(case)
    if isinstance(seen, CanError) and seen.outcome == "rate_limited":
        return seen.finding(PROFILE, Status.UNKNOWN)
    return seen.finding(PROFILE)


def _speaks(case: Case, evidence: tuple[Evidence, ...]) -> Finding:
    office = case.kit.setup.office
    params = {"profile": office.profile, "base": case.kit.api_base or office.url}
    return Finding(PROFILE, Status.PASS, "ok", params, Proof.PROVEN, evidence=evidence)


async def _without_key(case: Case) -> Finding:
    """No key can be sent; "give me one", in the profile's form, shows the profile as well."""
    office = case.kit.setup.office
    base = case.kit.api_base or office.url
    seen: Recognition = await looks_like(case.http, base, case.place.profile(case.kit))
    if seen.fits:
        return _speaks(case, seen.evidence)
    code, params = "can.profile_not_spoken", {"base": base, "profile": office.profile}
    found = Finding(PROFILE, Status.FAIL, code, params, Proof.PROVEN, Who.CAN_ADMIN)
    return replace(found, evidence=seen.evidence)


async def _auth(case: Case) -> Finding:
    seen = await stored(case)
    if isinstance(seen, Setting):
        return _passed(AUTH, (seen.evidence,))
    if isinstance(seen, CanError) and seen.outcome == "forbidden":
        return _passed(AUTH, seen.evidence)
    if isinstance(seen, CanError) or seen.code in _WRONG_KEY:
        return seen.finding(AUTH)
    return seen.finding(AUTH, Status.UNKNOWN)


async def _admin(case: Case) -> Finding:
    seen = await stored(case)
    if isinstance(seen, WizardError):
        return seen.finding(ADMIN)
    return _passed(ADMIN, (seen.evidence,))


def _passed(check_id: str, evidence: tuple[Evidence, ...]) -> Finding:
    return Finding(check_id, Status.PASS, "ok", {}, Proof.PROVEN, evidence=evidence)


async def _status(case: Case) -> Finding:
    seen = await stored(case)
    if isinstance(seen, WizardError):
        return seen.finding(STATUS)
    evidence, link = (seen.evidence,), Link("can_web", case.kit.setup.office.url)
    if seen.enabled is None:
        found = Finding(STATUS, Status.UNKNOWN, "can.switch_not_told", who=Who.CAN_ADMIN)
    elif seen.enabled:
        found = Finding(STATUS, Status.PASS, "ok", proof=Proof.CONFIGURED)
    else:
        found = Finding(STATUS, Status.FAIL, "can.disabled", {}, Proof.CONFIGURED, Who.CAN_ADMIN)
    return replace(found, evidence=evidence, links=() if seen.enabled else (link,))
