"""Looks at the network layer by layer, at the platform's fingerprint, and at what CAN speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from feishu_wizard.domain.address import API_PATH, read_can_address
from feishu_wizard.domain.deployment import Origin
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
from feishu_wizard.operations.knowledge import BUILTIN_PROFILES, profile
from feishu_wizard.operations.profile_look import declared_of
from feishu_wizard.services.can.client import Recognition, looks_like
from feishu_wizard.services.can.profile import Profile
from feishu_wizard.services.feishu.auth import fingerprint
from feishu_wizard.services.net.http import Http, Policy
from feishu_wizard.services.net.probe import probe

MOST_ADDED: Final = 6  # profiles of this computer; each is asked at two or three addresses
_SURE: Final = 1


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one profile found at one address."""

    profile: Profile
    base: str
    answer: Recognition


async def check_prerequisites(place: Workplace, kit: Kit, report: Report) -> PrerequisiteCheck:
    """Check all hosts side by side; no credential is used, nothing is written."""
    http = await place.http(kit)
    hosts = kit.setup.feishu.hosts
    opened, accounts, (can, offer) = await asyncio.gather(
        _platform(http, kit, report),
        probe(http, hosts.accounts, name="accounts", policy=Policy.FEISHU, report=report),
        _office(http, kit, report, place.added_profiles),
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
    http: Http, kit: Kit, report: Report, added: Callable[[], Sequence[Profile]]
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
    offer, mark = await find_profile(http, kit, added())
    report(Progress("", finding=mark))
    return [*layers, mark], offer


async def find_profile(
    http: Http, kit: Kit, added: Sequence[Profile] = ()
) -> tuple[ProfileOffer, Finding]:
    """Find the profile that this CAN speaks, by read-only calls without a key.

    ``added``: profiles of this computer that may be used, asked before the built-in ones; at
    most ``MOST_ADDED`` of them, that of the setup first. No match is no failure: the finding
    warns that CAN is set up by hand, with the reason that the first address gave.
    """
    own = kit.setup.office.profile
    chosen = sorted(added, key=lambda one: one.id != own)[:MOST_ADDED]
    theirs = await _asked(http, kit, chosen)
    best = _best(theirs)
    if best is not None and _sureness(best) >= _SURE:
        return _offer(best), _spoken(best.profile.id, best.base, best.answer.evidence)
    ours = await _asked(http, kit, [profile(one) for one in BUILTIN_PROFILES])
    best = _best([*theirs, *ours])
    if best is not None:
        return _offer(best), _spoken(best.profile.id, best.base, best.answer.evidence)
    answer = ours[0].answer
    bases = read_can_address(kit.setup.office.url).api_bases
    finding = Finding(
        "can.profile",
        Status.WARN,
        f"by_hand.{answer.reason}",
        {"tried": ", ".join(bases)},
        Proof.NONE,
        Who.YOU,
        answer.evidence,
    )
    return ProfileOffer(fits=False, reason=answer.reason), finding


async def api_base_of(http: Http, kit: Kit, used: Profile) -> str:
    """Where this CAN speaks a profile, asked without a key; the likeliest place when unclear."""
    found = _best(await _asked(http, kit, [used]))
    return found.base if found is not None else _bases(kit, used)[0]


async def _asked(http: Http, kit: Kit, profiles: Sequence[Profile]) -> list[_Seen]:
    """Every profile at every address, side by side; the likeliest address of each comes first."""
    tries = [(nth, base, one) for one in profiles for nth, base in enumerate(_bases(kit, one))]
    tries.sort(key=lambda row: row[0])
    answers = await asyncio.gather(*(_ask(http, kit, base, one) for _, base, one in tries))
    return [_Seen(one, base, a) for (_, base, one), a in zip(tries, answers, strict=True)]


def _bases(kit: Kit, used: Profile) -> tuple[str, ...]:
    """Where the API of a profile may lie: what is derived for CAN's own, with its prefix."""
    bases = read_can_address(kit.setup.office.url).api_bases
    roots = (base.removesuffix(API_PATH) for base in bases)
    return tuple(dict.fromkeys(root + used.base.prefix for root in roots))


def _best(seen: Sequence[_Seen]) -> _Seen | None:
    """The surest one that fits; of equals the first."""
    return max((one for one in seen if one.answer.fits), key=_sureness, default=None)


def _sureness(seen: _Seen) -> int:
    """A stored setting was read: 2; it asks for a key in the envelope of the profile: 1; it asks
    for a key, and the profile knows no envelope: 0."""
    if seen.answer.setting is not None:
        return 2
    return 1 if seen.profile.envelope.ok else 0


async def _ask(http: Http, kit: Kit, base: str, used: Profile) -> Recognition:
    """One address and one profile. Another port that nobody serves is an answer, too."""
    try:
        return await looks_like(http, base, used, dict(kit.setup.office.inputs))
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


def _offer(seen: _Seen) -> ProfileOffer:
    used = seen.profile
    origin = Origin.BUILT_IN if used.id in BUILTIN_PROFILES else Origin.ADDED
    declares = declared_of(used)
    reason, known_by = seen.answer.reason, used.evidence
    return ProfileOffer(True, reason, used.id, known_by, seen.base, declares, origin.value)
