"""Where the window has to show what a drill broke."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.states import GrantState

if TYPE_CHECKING:
    from feishu_wizard.wizard.session import Session

# The check that must tell a drill (DESIGN section 3), where a step of the window makes it.
CHECK_OF = {
    "wrong-secret": "feishu.credentials",
    "unknown-app": "feishu.credentials",
    "lark-tenant": "feishu.credentials",
    "app-disabled": "feishu.app",
    "unreleased": "feishu.release",
    "under-review": "feishu.release",
    "no-bot": "feishu.bot",
    "no-redirect-url": "feishu.redirect_url",
    "captive-portal": "net.open.http",
    "slow-drip": "net.open.http",
    "can-down": "net.can.tcp",
}
# The check that must tell it in the diagnosis, where that is another one or no step tells it.
DIAGNOSED = {
    "unreleased": "feishu.app",
    "under-review": "feishu.app",
    "ip-denied": "feishu.ip_allowlist",
    "quota-exhausted": "feishu.quota",
    "contact-range-partial": "feishu.contact_range",
    "recipient-outside": "person.available",
    "can-not-admin": "can.admin",
    "can-no-egress": "can.egress",
    "rate-limited": "feishu.quota",
}
QUOTA_SLOWED = "quota_slowed"
# Only a save meets them: a diagnosis reads CAN as always.
_ONLY_SAVED = frozenset({"can-conflict", "can-masked-secret", "can-save-lost"})
# Told by an error of the step itself.
ERROR_OF = {
    "can-not-admin": "can.forbidden",
    "can-conflict": "can.stale",
    "can-save-lost": "can.not_saved",
    "recipient-outside": "feishu.230013",
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was shown and on which page."""

    step: str
    check: str
    code: str

    def as_dict(self) -> dict[str, Any]:
        """For tour.json."""
        return asdict(self)


def told_by_steps(drill: str) -> bool:
    """Some step of the window meets this drill."""
    name = drill.partition(":")[0]
    return name == "missing-scope" or name in CHECK_OF or name in ERROR_OF or name in _ONLY_SAVED


def told_by_diagnosis(drill: str) -> bool:
    """A diagnosis meets this drill."""
    return drill not in _ONLY_SAVED


def diagnosed(drill: str, session: Session) -> Sighting | None:
    """The drill's finding, when the diagnosis that is open names it first."""
    name, _, scope = drill.partition(":")
    wanted = DIAGNOSED.get(name) or CHECK_OF.get(name, "")
    if name == "missing-scope":
        needs = session.permissions.needs
        wanted = next((need.id for need in needs if scope in need.scopes), "")
    result = session.diagnosis.result
    finding = result.finding(wanted) if result is not None else None
    if result is None or finding is None:
        return None
    slowed = name == "rate-limited" and finding.code == QUOTA_SLOWED and not result.problems
    if result.verdict.check != wanted and not slowed:
        return None
    return Sighting(session.view.value, finding.id, finding.code)


def shown(drill: str, session: Session) -> Sighting | None:
    """The drill's finding, when the page that is open shows it."""
    step = session.step.value
    name, _, scope = drill.partition(":")
    if name == "missing-scope":
        return _need_with_scope(scope, session)
    if name in ERROR_OF:
        return _error(ERROR_OF[name], session)
    wanted = CHECK_OF.get(name, "")
    controller = session.current
    for finding in getattr(controller, "findings", ()):
        if finding.id == wanted and finding.status in (Status.FAIL, Status.WARN):
            return Sighting(step, finding.id, finding.code)
    if session.step.value == "permissions" and session.permissions.result is not None:
        for row in session.permissions.states:
            if row.need.id == wanted and not row.state.settled:
                return Sighting(step, row.need.id, row.reason or row.state.value)
    return None


def _need_with_scope(scope: str, session: Session) -> Sighting | None:
    if session.step.value != "permissions" or session.permissions.result is None:
        return None
    for row in session.permissions.states:
        told = row.state is not GrantState.UNKNOWN and not row.state.settled
        if told and scope in row.need.scopes:
            return Sighting("permissions", row.need.id, row.state.value)
    return None


def _error(code: str, session: Session) -> Sighting | None:
    message = session.message
    if message is not None and message.code == code:
        return Sighting(session.step.value, "", code)
    for delivery in session.test.push.deliveries:
        if delivery.code == code:
            return Sighting(session.step.value, "person.available", code)
    return None
