"""What a diagnosis asks, in which order it is read, and what it brings back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from feishu_wizard.domain.finding import Finding, Status

LAYERS = ("dns", "tcp", "tls", "http", "clock")
PLACES = ("open", "accounts", "can")
PERSON = ("exists", "active", "in_range", "available", "user_id", "account", "delivered")

# From the ground up: what comes first is the cause of what comes later. Permissions are put in
# by ``order_of`` in the order of the knowledge file.
_BEFORE = (
    "setup.file",
    "setup.secrets",
    "setup.state",
    "net.proxy",
    *(f"net.open.{layer}" for layer in LAYERS),
    "feishu.fingerprint",
    *(f"net.accounts.{layer}" for layer in LAYERS),
    *(f"net.can.{layer}" for layer in LAYERS),
    "feishu.credentials",
    "feishu.ip_allowlist",
    "feishu.quota",
    "feishu.app",
    "feishu.tenant",
    "feishu.bot",
)
_AFTER = (
    "feishu.contact_range",
    "feishu.fields",
    "feishu.redirect_url",
    "can.profile",
    "can.auth",
    "can.admin",
    "can.status",
    "can.saved",
    "can.egress",
    *(f"person.{gate}" for gate in PERSON),
    "capability.user_sync",
    "capability.sso",
    "capability.push",
)


def order_of(permissions: tuple[str, ...]) -> tuple[str, ...]:
    """All check ids in the order of cause; ``permissions``: the ``permission.*`` ids."""
    return (*_BEFORE, *permissions, *_AFTER)


class Symptom(StrEnum):
    """What brought somebody here."""

    LOGIN_20029 = "login_20029"
    NOBODY_ALERTED = "nobody_alerted"
    ONE_NOT_REACHED = "one_not_reached"
    PEOPLE_MISSING = "people_missing"
    WORKED_YESTERDAY = "worked_yesterday"
    CANNOT_SAVE = "cannot_save"


@dataclass(frozen=True, slots=True)
class Question:
    """What a diagnosis is asked for.

    ``person``: a CAN account, e-mail, mobile or id (``domain.recipient.parse_recipient``), ""
    for nobody. ``only``: check ids, or groups of them ("net", "net.can", "person"); empty for all.
    ``offline``: make no call at all.
    """

    person: str = ""
    only: tuple[str, ...] = ()
    offline: bool = False
    symptom: Symptom | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The first cause: ``check`` names its finding ("" when nothing is wrong).

    ``code`` is ``verdict.<word>``: ``problem``, ``note`` (only warnings), ``unknown`` (something
    could not be checked), ``well`` (all is in order), ``offline``. ``others``: how many more
    problems and notes there are.
    """

    code: str
    check: str = ""
    others: int = 0


@dataclass(frozen=True, slots=True)
class ServerCheck:
    """The network layers as measured from the CAN server's shell.

    ``findings`` have the same ids as those of this computer (``net.*``, ``feishu.fingerprint``).
    ``host``: what that machine calls itself; ``at``: RFC 3339; ``tool``: what measured ("curl",
    "wget", "powershell"); ``notes``: text codes of what could not be measured there.
    """

    findings: tuple[Finding, ...]
    host: str = ""
    at: str = ""
    tool: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One diagnosis. ``findings`` are in the order of cause; ``at`` is an RFC 3339 time.

    ``facts``: what was diagnosed, as plain values: ``setup_id``, ``edition``, ``open_url``,
    ``accounts_url``, ``app_id``, ``can``, ``profile``, ``callback_url``, ``capabilities``
    (comma-separated), ``person``, ``symptom``, ``os``. ``people``: pseudonym order is by first
    appearance; the identifiers of people that findings mention (never printed as they are).
    ``complete`` is False when it was cancelled, ran out of time or was asked ``only`` for a part.
    """

    findings: tuple[Finding, ...]
    verdict: Verdict
    feishu_calls: int
    elapsed_ms: int
    at: str
    version: str
    facts: Mapping[str, str] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    server: ServerCheck | None = None
    complete: bool = True

    @property
    def summary(self) -> dict[str, int]:
        """How many checks have each status."""
        return {s.value: sum(1 for f in self.findings if f.status is s) for s in Status}

    @property
    def problems(self) -> int:
        """How many findings need somebody: exit code 6 when there are any."""
        return sum(1 for f in self.findings if needs_somebody(f))

    def finding(self, check_id: str) -> Finding | None:
        """The finding of a check, None when it is not part of this diagnosis."""
        return next((f for f in self.findings if f.id == check_id), None)


def needs_somebody(finding: Finding) -> bool:
    """A problem, or a note that somebody should act on."""
    return finding.status in (Status.FAIL, Status.WARN)


def selects(only: tuple[str, ...], check_id: str) -> bool:
    """Tell whether ``only`` asks for a check; empty asks for all."""
    return not only or any(check_id == one or check_id.startswith(f"{one}.") for one in only)


def verdict_of(findings: tuple[Finding, ...], *, offline: bool = False) -> Verdict:
    """Name the first cause; ``findings`` are in the order of cause."""
    bad = [f for f in findings if f.status is Status.FAIL]
    notes = [f for f in findings if f.status is Status.WARN]
    for code, found in (("verdict.problem", bad), ("verdict.note", notes)):
        if found:
            return Verdict(code, found[0].id, len(bad) + len(notes) - 1)
    if offline:
        return Verdict("verdict.offline")
    unknown = [
        f
        for f in findings
        if f.status is Status.UNKNOWN and f.group != "capability" and f.code != "not_proven"
    ]
    if unknown:
        return Verdict("verdict.unknown", unknown[0].id, len(unknown) - 1)
    return Verdict("verdict.well")
