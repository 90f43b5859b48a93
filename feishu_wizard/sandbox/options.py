"""What a sandbox is started with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

CanApi = Literal["rest", "none", "html", "error"]
CAN_API_MODES: Final[tuple[str, ...]] = get_args(CanApi)

STATE_DRILLS: Final = (
    "wrong-secret",
    "unknown-app",
    "lark-tenant",
    "app-disabled",
    "unreleased",
    "under-review",
    "no-bot",
    "ip-denied",
    "contact-range-partial",
    "no-redirect-url",
    "recipient-outside",
)
"""Drills that change the practice app once; what they broke can be repaired by the usual means."""

BEHAVIOUR_DRILLS: Final = (
    "quota-exhausted",
    "rate-limited",
    "captive-portal",
    "slow-drip",
    "can-down",
    "can-not-admin",
    "can-no-egress",
    "can-conflict",
    "can-masked-secret",
    "can-save-lost",
)
"""Drills that change how a server behaves for as long as they are on."""

DIRECTORIES: Final = (
    "no-mobile",
    "no-user-id",
    "no-status",
    "one-department",
    "only-direct-users",
    "fifty-one",
    "nested-twelve",
    "duplicates",
    "half-read",
    "empty",
    "foreign-mobiles",
    "enterprise-mail-only",
    "odd-names",
)
"""Directories that have broken other products; "" is the usual one."""

MISSING_SCOPE: Final = "missing-scope:"


def is_drill(name: str) -> bool:
    """Tell whether ``name`` is a drill; ``missing-scope:<scope>`` needs a scope."""
    if name.startswith(MISSING_SCOPE):
        return len(name) > len(MISSING_SCOPE)
    return name in STATE_DRILLS or name in BEHAVIOUR_DRILLS


@dataclass(frozen=True)
class Options:
    """Start options; ``port`` 0 picks free ports, ``latency_ms`` delays every answer."""

    port: int = 0
    tls: bool = False
    drills: tuple[str, ...] = ()
    users: int = 60
    departments: int = 8
    latency_ms: int = 0
    rate_limits: bool = False
    fresh: bool = False
    can_api: CanApi = "rest"
    state: Path | None = None
    directory: str = ""

    def __post_init__(self) -> None:
        unknown = [name for name in self.drills if not is_drill(name)]
        if unknown:
            raise ValueError(f"unknown drill: {', '.join(unknown)}")
        if self.directory and self.directory not in DIRECTORIES:
            raise ValueError(f"unknown directory: {self.directory}")
        if not 0 <= self.port <= 65533:
            raise ValueError("port must be between 0 and 65533")
        if self.users < 8 or self.departments < 2:
            raise ValueError("at least 8 users and 2 departments are needed")
        if self.latency_ms < 0:
            raise ValueError("latency must not be negative")
