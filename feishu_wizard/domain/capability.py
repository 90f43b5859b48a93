"""What the integration is for."""

from __future__ import annotations

from enum import StrEnum


class Capability(StrEnum):
    """One of the three things CAN does with Feishu."""

    USER_SYNC = "user_sync"
    SSO = "sso"
    PUSH = "push"


ALL: frozenset[Capability] = frozenset(Capability)
