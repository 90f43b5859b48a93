"""The ledger of proofs: what was seen to work, when, and what has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from feishu_wizard.domain.finding import Evidence, Proof


class BasisPart(StrEnum):
    """What a proof rests on."""

    SETUP = "setup"  # hosts, App ID, CAN's address and callback
    SECRET = "secret"  # noqa: S105 - a word
    VERSION = "version"  # the app's version in force
    PERMISSIONS = "permissions"
    RANGE = "range"
    AVAILABILITY = "availability"


@dataclass(frozen=True, slots=True)
class Basis:
    """What was in force when something was proven; a part that nobody could read is absent.

    Values are comparable texts: ``SECRET`` a salted fingerprint, ``VERSION`` the version's id,
    ``PERMISSIONS`` the granted scopes sorted and joined by a space, ``RANGE`` kind and entries.
    """

    parts: Mapping[str, str] = field(default_factory=dict)
    version: str = ""  # number of the version in force, for people


@dataclass(frozen=True, slots=True)
class Entry:
    """One proof. ``check_id``: ``capability.*``, ``person.delivered``, ... ``what``: a text code
    with ``params`` that says what was done; ``proof``: proven, or stated by a person.
    ``at``: RFC 3339. ``good`` False: it was tried and did not work.
    """

    check_id: str
    what: str
    at: str
    proof: Proof = Proof.PROVEN
    good: bool = True
    params: Mapping[str, str] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    basis: Basis = field(default_factory=Basis)


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of the basis that is another now; "" before or after: nothing was there.
    For permissions, ``before`` holds what is gone and ``after`` what is new."""

    part: BasisPart
    before: str
    after: str


def differences(then: Basis, now: Basis) -> tuple[Difference, ...]:
    """What changed between two looks; a part that either look could not read says nothing."""
    found = []
    for part in BasisPart:
        before, after = then.parts.get(part.value), now.parts.get(part.value)
        if before is None or after is None or before == after:
            continue
        if part is BasisPart.PERMISSIONS:
            old, new = set(before.split()), set(after.split())
            before, after = " ".join(sorted(old - new)), " ".join(sorted(new - old))
        found.append(Difference(part, before, after))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class LedgerLook:
    """The ledger laid beside what is in force now. ``checked_at`` "": nobody asked the platform.
    ``since``: by check id, what changed since that proof; ``unread``: parts nobody could read."""

    entries: tuple[Entry, ...] = ()
    checked_at: str = ""
    since: Mapping[str, tuple[Difference, ...]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
