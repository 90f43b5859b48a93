"""The console part of a first-time setup, done by control calls with exactly one release."""

from __future__ import annotations

from tests.sandbox_process import SandboxProcess

SCOPES = [
    "contact:user.employee_id:readonly",
    "contact:user.phone:readonly",
    "contact:user.email:readonly",
    "contact:contact.base:readonly",
    "contact:user.base:readonly",
    "contact:user.department:readonly",
    "contact:user.id:readonly",
    "im:message:send_as_bot",
    "application:application:self_manage",
]


def console_part(practice: SandboxProcess, *, approve: bool = True) -> None:
    """Everything CAN needs, collected into one version."""
    practice.control("grant", scopes=SCOPES, token_type="tenant")
    practice.control("bot", enable=True)
    practice.control("redirect-url", add=[practice["can"] + "/user/softLogin"])
    practice.control("range", type="all")
    practice.control("availability", type="all")
    practice.control("release", note="First version")
    if approve:
        practice.control("approve")
