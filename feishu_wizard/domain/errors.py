"""Failures that a person can act on: codes with parameters, no text, no secret."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from feishu_wizard.domain.finding import Evidence, Finding, Link, Status, Who


class ExitCode(IntEnum):
    """Promised to scripts (DESIGN section 3)."""

    OK = 0
    ERROR = 1
    USAGE = 2
    CREDENTIALS = 3
    NETWORK = 4
    INTERNAL = 5
    FINDINGS = 6
    CONFLICT = 7
    PARTIAL = 8
    INTERRUPTED = 130


class WizardError(Exception):
    """An expected failure. ``str()`` gives the code only; words are made in ``text``."""

    exit_code = ExitCode.ERROR

    def __init__(
        self,
        code: str,
        params: Mapping[str, str] | None = None,
        *,
        who: Who = Who.YOU,
        evidence: tuple[Evidence, ...] = (),
        links: tuple[Link, ...] = (),
    ) -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params or {})
        self.who = who
        self.evidence = evidence
        self.links = links

    def finding(self, check_id: str, status: Status = Status.FAIL) -> Finding:
        """The failure as the result of a check."""
        return Finding(
            check_id,
            status,
            self.code,
            self.params,
            who=self.who,
            evidence=self.evidence,
            links=self.links,
        )


class InputError(WizardError):
    """A value or a file that cannot be used as it is (exit 2)."""

    exit_code = ExitCode.USAGE


class CredentialError(WizardError):
    """The platform or CAN refused a credential, a right or a permission (exit 3)."""

    exit_code = ExitCode.CREDENTIALS


class NetworkError(WizardError):
    """The other side could not be reached or did not answer in its own language (exit 4)."""

    exit_code = ExitCode.NETWORK


class ConflictError(WizardError):
    """Somebody else changed it, or holds the lock (exit 7)."""

    exit_code = ExitCode.CONFLICT


class FeishuError(WizardError):
    """The platform answered with a code other than 0. ``feishu_code`` keeps it as it came."""

    def __init__(
        self,
        feishu_code: int,
        msg: str,
        *,
        evidence: Evidence,
        violations: tuple[str, ...] = (),
        help_url: str = "",
        who: Who = Who.DEVELOPER,
    ) -> None:
        params = {"feishu_code": str(feishu_code), "msg": msg, "log_id": evidence.log_id}
        if violations:
            params["scopes"] = ", ".join(violations)
        super().__init__(
            f"feishu.{feishu_code}",
            params,
            who=who,
            evidence=(evidence,),
            links=(Link("platform_help", help_url),) if help_url else (),
        )
        self.feishu_code = feishu_code
        self.violations = violations

    @property
    def exit_code(self) -> ExitCode:  # type: ignore[override]
        """Wrong credentials and missing rights are 3; all else is 1."""
        return ExitCode.CREDENTIALS if is_refusal(self.feishu_code) else ExitCode.ERROR


# Codes by which the platform refuses the caller rather than the request
# (facts: error table of the official call guide; token and permission rows).
_REFUSALS = frozenset(
    {10003, 10014, 10015, 10005, 10012, 10013, 11205, 11207, 11209, 11210, 20010, 40004, 41050}
    | {99991401, 99991543, 99991661, 99991662, 99991663, 99991665, 99991668, 99991672}
    | {99991673, 99991676, 99991679, 212100, 210508, 230006, 230013, 230027}
)


def is_refusal(feishu_code: int) -> bool:
    """Tell whether a platform code means "you may not", as opposed to "this was wrong"."""
    return feishu_code in _REFUSALS


class CanError(WizardError):
    """CAN answered in its own envelope, but refused. ``outcome`` is the canonical outcome."""

    def __init__(
        self,
        outcome: str,
        params: Mapping[str, str],
        *,
        evidence: tuple[Evidence, ...] = (),
        exit_code: ExitCode = ExitCode.ERROR,
        who: Who = Who.CAN_ADMIN,
    ) -> None:
        super().__init__(f"can.{outcome}", params, who=who, evidence=evidence)
        self.outcome = outcome
        self._exit = exit_code

    @property
    def exit_code(self) -> ExitCode:  # type: ignore[override]
        """Given by the client from the canonical outcome."""
        return self._exit
