"""Looks at the network layer by layer, at the platform's fingerprint, and at what CAN speaks."""

from __future__ import annotations

import asyncio

from feishu_wizard.domain.address import read_can_address
from feishu_wizard.domain.diagnosis import LAYERS
from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.finding import (
    Evidence,
    Finding,
    Proof,
    Status,
    Who,
    blocked,
    not_applicable,
)
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.outcomes import PrerequisiteCheck, ProfileOffer
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.knowledge import BUILTIN_PROFILES, declared, profile
from feishu_wizard.services.can.client import Recognition, looks_like
from feishu_wizard.services.can.profile import Profile
from feishu_wizard.services.feishu.auth import fingerprint
from feishu_wizard.services.net.http import Http, Policy
from feishu_wizard.services.net.probe import probe


async def check_prerequisites(place: Workplace, kit: Kit, report: Report) -> PrerequisiteCheck:
    """Check all hosts side by side; no credential is used, nothing is written."""
    http = await place.http(kit)
    hosts = kit.setup.feishu.hosts
    opened, accounts, (can, offer) = await asyncio.gather(
        _platform(http, kit, report),
        probe(http, hosts.accounts, name="accounts", policy=Policy.FEISHU, report=report),
        _office(http, kit, report),
    )
    return PrerequisiteCheck((*opened, *accounts, *can), offer)


async def _platform(http: Http, kit: Kit, report: Report) -> list[Finding]:
    hosts = kit.setup.feishu.hosts
    layers = await probe(http, hosts.open, name="open", policy=Policy.FEISHU, report=report)
    failed = next((f for f in layers if f.status is Status.FAIL), None)
    mark = blocked("feishu.fingerprint", failed.id) if failed else await platform_mark(http, kit)
    report(Progress("", finding=mark))
    return [*layers, mark]


async def platform_mark(http: Http, kit: Kit) -> Finding:
    """The check ``feishu.fingerprint``: who answers, found out without a credential."""
    try:
        answer = await fingerprint(http, kit.setup.feishu.hosts)
    except NetworkError as error:
        return error.finding("feishu.fingerprint")
    host = answer.evidence.host
    return Finding(
        "feishu.fingerprint",
        Status.PASS,
        "fingerprint_ok",
        {"host": host},
        Proof.PROVEN,
        evidence=(answer.evidence,),
    )


async def _office(
    http: Http, kit: Kit, report: Report
) -> tuple[list[Finding], ProfileOffer | None]:
    url = kit.setup.office.url
    if not url:
        layers = [not_applicable(f"net.can.{layer}") for layer in LAYERS]
        return [*layers, not_applicable("can.profile")], None
    layers = await probe(http, url, name="can", policy=Policy.CAN, report=report)
    failed = next((f for f in layers if f.status is Status.FAIL), None)
    if failed is not None:
        mark = blocked("can.profile", failed.id)
        report(Progress("", finding=mark))
        return [*layers, mark], ProfileOffer(fits=False, reason="unreachable")
    offer, mark = await find_profile(http, kit)
    report(Progress("", finding=mark))
    return [*layers, mark], offer


async def find_profile(http: Http, kit: Kit) -> tuple[ProfileOffer, Finding]:
    """Find the profile that this CAN speaks, by read-only calls without a key.

    No match is no failure: the finding warns that CAN is set up by hand, with the reason that
    the first address gave.
    """
    bases = read_can_address(kit.setup.office.url).api_bases
    tries = [(base, profile_id) for base in bases for profile_id in BUILTIN_PROFILES]
    seen = await asyncio.gather(*(_ask(http, base, profile_id) for base, profile_id in tries))
    for (base, profile_id), answer in zip(tries, seen, strict=True):
        if answer.fits:
            offer = _offer(profile_id, profile(profile_id), base, answer.reason)
            return offer, _spoken(profile_id, base, answer.evidence)
    finding = Finding(
        "can.profile",
        Status.WARN,
        f"by_hand.{seen[0].reason}",
        {"tried": ", ".join(bases)},
        Proof.NONE,
        Who.YOU,
        seen[0].evidence,
    )
    return ProfileOffer(fits=False, reason=seen[0].reason), finding


async def _ask(http: Http, base: str, profile_id: str) -> Recognition:
    """One address and one profile. Another port that nobody serves is an answer, too."""
    try:
        return await looks_like(http, base, profile(profile_id))
    except NetworkError as error:
        return Recognition(False, error.code, error.evidence)


def _spoken(profile_id: str, base: str, evidence: tuple[Evidence, ...]) -> Finding:
    return Finding(
        "can.profile",
        Status.PASS,
        "profile_fits",
        {"profile": profile_id, "base": base},
        Proof.PROVEN,
        evidence=evidence,
    )


def _offer(profile_id: str, used: Profile, base: str, reason: str) -> ProfileOffer:
    return ProfileOffer(True, reason, profile_id, used.evidence, base, declared(profile_id))
