"""What an operation tells while it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from feishu_wizard.domain.finding import Finding


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of progress: a text code, an optional share (0..1) or a finished finding."""

    code: str
    params: dict[str, str] = field(default_factory=dict)
    share: float | None = None
    finding: Finding | None = None


Report = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Ignore progress: for callers that only want the result."""
