"""What was looked at, what came back, and what that proves.

Names and values are those of the diagnosis format (resources/schemas/diagnosis-1.json).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Status(StrEnum):
    """Outcome of a check."""

    PASS = "pass"  # noqa: S105 - an outcome, not a credential
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"
    UNKNOWN = "unknown"


class Proof(StrEnum):
    """How well something is known. Four words that are never mixed, and none."""

    PROVEN = "proven"
    GRANTED = "granted"
    CONFIGURED = "configured"
    STATED = "stated"
    NONE = "none"


class Who(StrEnum):
    """Who can mend it."""

    YOU = "you"
    DEVELOPER = "developer"
    FEISHU_ADMIN = "feishu-admin"
    CAN_ADMIN = "can-admin"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One exchange that a finding rests on. ``ms`` is milliseconds, ``at`` an RFC 3339 time."""

    method: str = ""
    host: str = ""
    path: str = ""
    http_status: int | None = None
    feishu_code: int | None = None
    msg: str = ""
    log_id: str = ""
    ms: int | None = None
    at: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A page that helps; ``label`` is a text code."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. ``code`` and ``params`` become words in ``text``.

    ``code`` names the finding ("ok", "not_applicable", "feishu.10014", "tls.untrusted" ...);
    ``params`` hold plain values for the words. ``blocked_by`` is the id of the failed check that
    made this one a ``skip``.
    """

    id: str
    status: Status
    code: str = "ok"
    params: Mapping[str, str] = field(default_factory=dict)
    proof: Proof = Proof.NONE
    who: Who = Who.YOU
    evidence: tuple[Evidence, ...] = ()
    links: tuple[Link, ...] = ()
    depends_on: tuple[str, ...] = ()
    blocked_by: str | None = None

    @property
    def group(self) -> str:
        """The first part of the id: ``net``, ``feishu``, ``permission``, ``can`` ..."""
        return self.id.partition(".")[0]

    def with_id(self, check_id: str) -> Finding:
        """The same finding under another id."""
        return replace(self, id=check_id)


def not_applicable(check_id: str) -> Finding:
    """A check that has no meaning here, such as TLS on a plain address."""
    return Finding(check_id, Status.SKIP, "not_applicable")


def blocked(check_id: str, by: str) -> Finding:
    """A check that was not made because the one it depends on failed."""
    return Finding(check_id, Status.SKIP, "blocked", {"by": by}, depends_on=(by,), blocked_by=by)


def not_done(check_id: str, code: str = "not_done") -> Finding:
    """A check that nobody made yet."""
    return Finding(check_id, Status.UNKNOWN, code)


def open_count(findings: tuple[Finding, ...]) -> int:
    """How many findings need somebody."""
    return sum(1 for finding in findings if finding.status is Status.FAIL)
