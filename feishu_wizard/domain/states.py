"""Words that every room shares: states of a permission and of a version, targets of a save."""

from __future__ import annotations

from enum import StrEnum


class GrantState(StrEnum):
    """How a need stands. ``UNKNOWN`` is never shown as missing."""

    NOT_REQUESTED = "not_requested"
    DECLINED = "declined"
    REQUESTED = "requested"
    UNDER_REVIEW = "under_review"
    GRANTED = "granted"
    PROVEN = "proven"
    CONTRADICTORY = "contradictory"
    UNKNOWN = "unknown"

    @property
    def settled(self) -> bool:
        """Nothing is left to do for it."""
        return self in (GrantState.GRANTED, GrantState.PROVEN, GrantState.DECLINED)


class VersionState(StrEnum):
    """Where the app stands in its release cycle."""

    NEVER_RELEASED = "never_released"
    UNDER_REVIEW = "under_review"
    REJECTED = "rejected"
    RELEASED = "released"
    UNKNOWN = "unknown"


class Target(StrEnum):
    """Where a configuration is written."""

    CAN = "can"
    FILE = "file"
    BY_HAND = "by_hand"


class Act(StrEnum):
    """What happens to one field."""

    KEEP = "keep"
    SET = "set"
    REPLACE = "replace"
    UNKNOWN = "unknown"  # the server does not show it: written, cannot be compared
