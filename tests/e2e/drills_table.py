"""What a diagnosis must say under each drill of the sandbox (DESIGN section 3)."""

from __future__ import annotations

from dataclasses import dataclass

NOTHING = ""


@dataclass(frozen=True)
class Expected:
    """The first failing check in the order of the document, and what it says.

    ``check`` is ``NOTHING`` where nothing may fail; ``status`` and ``code`` then are those of
    ``said_by``. ``cause`` is a part of the English cause. ``person`` names one of the sandbox's
    ``named`` people, whom the diagnosis is asked about. ``also``: checks that may fail or warn
    besides, because the drill breaks what they look at, too.
    """

    check: str
    code: str
    cause: str = ""
    status: str = "fail"
    who: str = "developer"
    person: str = ""
    also: frozenset[str] = frozenset()
    said_by: str = ""

    @property
    def exit_code(self) -> int:
        """What the command ends with."""
        return 0 if self.check == NOTHING else 6


def _scope(check: str, *, required: bool = True) -> Expected:
    status = "fail" if required else "warn"
    return Expected(check, "permission.not_requested", "left out", status)


def _unseen(said_by: str, code: str, cause: str = "") -> Expected:
    """Nothing fails, and what is said all the same. A save is met by ``apply`` only."""
    return Expected(NOTHING, code, cause, "pass", said_by=said_by)


DRILLS: dict[str, Expected] = {
    "wrong-secret": Expected("feishu.credentials", "feishu.10014", "belongs to another app"),
    "unknown-app": Expected("feishu.credentials", "feishu.10003", "incomplete or mistyped"),
    "lark-tenant": Expected("feishu.credentials", "feishu.10003", "the other brand"),
    "app-disabled": Expected("feishu.app", "app_stopped", "has disabled it", who="feishu-admin"),
    "unreleased": Expected("feishu.app", "app_unreleased", "with a released version only"),
    "under-review": Expected("feishu.app", "app_in_review", "approved", who="feishu-admin"),
    "no-bot": Expected("feishu.bot", "bot_missing", "never switched on"),
    "ip-denied": Expected("feishu.ip_allowlist", "feishu.99991401", "IP allow-list"),
    "quota-exhausted": Expected(
        "feishu.quota", "feishu.99991403", "monthly limit", who="feishu-admin"
    ),
    "contact-range-partial": Expected(
        "feishu.contact_range", "range_partial", "not set to everybody", "warn"
    ),
    "no-redirect-url": Expected("feishu.redirect_url", "redirect_missing", "never added"),
    "recipient-outside": Expected(
        "person.available", "person.outside", "availability", person="outside"
    ),
    "captive-portal": Expected("net.open.http", "net.portal", "captive portal", who="network"),
    "slow-drip": Expected("net.open.http", "net.deadline", "very slow", who="network"),
    "can-down": Expected("net.can.tcp", "net.refused", "No service listens", who="network"),
    "can-not-admin": Expected("can.admin", "can.forbidden", "administrator", who="can-admin"),
    "can-no-egress": Expected("can.egress", "can.no_egress", "firewall", who="network"),
    "rate-limited": _unseen("feishu.quota", "quota_slowed", "counts per app"),
    "can-conflict": _unseen("can.saved", "can.saved_equal_hint"),
    "can-masked-secret": _unseen("can.saved", "can.saved_equal"),
    "can-save-lost": _unseen("can.saved", "can.saved_equal_hint"),
    # The manual's five, of which "authorized login" is no scope, and the other needs.
    "missing-scope:contact:user.employee_id:readonly": _scope("permission.user_id"),
    "missing-scope:contact:user.phone:readonly": _scope("permission.mobile"),
    "missing-scope:contact:user.email:readonly": _scope("permission.email"),
    "missing-scope:im:message:send_as_bot": _scope("permission.send_message"),
    "missing-scope:contact:contact.base:readonly": _scope("permission.contact_base"),
    "missing-scope:contact:user.base:readonly": _scope("permission.user_base"),
    "missing-scope:contact:user.department:readonly": _scope(
        "permission.department", required=False
    ),
    "missing-scope:im:message.urgent:app_send": _scope("permission.urgent", required=False),
    "missing-scope:contact:user.id:readonly": _scope("permission.find_ids", required=False),
    "missing-scope:application:application:self_manage": _scope(
        "permission.self_manage", required=False
    ),
}
