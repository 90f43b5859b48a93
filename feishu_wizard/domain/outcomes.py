"""What the operations bring back to the one who asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.finding import Finding, Proof, Status
from feishu_wizard.domain.permission import NeedState
from feishu_wizard.domain.release import ReleasePlan
from feishu_wizard.domain.standing import AppStanding


@dataclass(frozen=True, slots=True)
class Declared:
    """An input or secret that a deployment profile asks for; ``label`` by language.

    ``keep`` "run": a session cookie or a token of the browser. It stays in the memory of this
    run, is never written anywhere, and is asked for anew.
    """

    name: str
    label: Mapping[str, str]
    secret: bool = False
    default: str = ""
    help: Mapping[str, str] = field(default_factory=dict)
    keep: str = "keyring"
    required: bool = True


@dataclass(frozen=True, slots=True)
class ProfileOffer:
    """Whether this CAN speaks a known profile, and what that profile needs.

    ``reason`` is a text code: ``fits``, ``asks_for_key``, or why it has to be done by hand.
    ``known_by`` is how well the profile is known (proposed, docs, source, live), ``origin``
    where it comes from (a value of ``domain.deployment.Origin``).
    """

    fits: bool
    reason: str
    profile: str = ""
    known_by: str = ""
    api_base: str = ""
    declares: tuple[Declared, ...] = ()
    origin: str = "built_in"


@dataclass(frozen=True, slots=True)
class PrerequisiteCheck:
    """The network, the fingerprint of the platform, and what CAN speaks."""

    findings: tuple[Finding, ...]
    offer: ProfileOffer | None = None


@dataclass(frozen=True, slots=True)
class CredentialCheck:
    """The pair, and what the platform is willing to tell about app and tenant.

    ``other_edition`` is set when the other brand knows the App ID and this one does not.
    """

    findings: tuple[Finding, ...]
    app_name: str = ""
    tenant_name: str = ""
    other_edition: Edition | None = None

    @property
    def passed(self) -> bool:
        """The pair gave a token."""
        return any(f.id == "feishu.credentials" and f.status is Status.PASS for f in self.findings)


@dataclass(frozen=True, slots=True)
class PermissionCheck:
    """How every need stands, and the plan for what is missing. ``calls``: authenticated ones."""

    states: tuple[NeedState, ...]
    plan: ReleasePlan
    findings: tuple[Finding, ...] = ()
    at: str = ""
    standing: AppStanding = field(default_factory=AppStanding)
    calls: int = 0


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """Where secrets are kept on this machine: ``place`` is keyring, session or file.

    ``reason`` is a text code that says why no keyring is used; "" when one is.
    """

    place: str
    backend: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CapabilityWord:
    """The one word that is true of a capability now, and what it rests on (text codes)."""

    capability: str
    proof: Proof
    status: Status
    code: str
    params: Mapping[str, str] = field(default_factory=dict)
