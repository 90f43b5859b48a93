"""Where setup, CAN and platform say different things, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Who says a value."""

    SETUP = "setup"
    CAN = "can"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Drift:
    """One value that is not the same everywhere.

    ``field``: ``app_id``, ``app_secret`` (no values, only that it differs), ``callback_url``,
    ``enabled``, ``profile`` (the server speaks another one now) ... ``values``: side to value;
    a side that does not tell is absent. ``since``: RFC 3339 of the first comparison that saw
    it, ``before``: of the last one that did not ("" when there was none): it happened between.
    """

    field: str
    values: tuple[tuple[Side, str], ...]
    since: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class DriftLook:
    """The last comparison. ``at`` "": none was made yet. ``read``: sides that could be read."""

    at: str = ""
    drifts: tuple[Drift, ...] = ()
    read: frozenset[Side] = frozenset()

    @property
    def equal(self) -> bool:
        """A comparison was made and nothing differs."""
        return bool(self.at) and not self.drifts
