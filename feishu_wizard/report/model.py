"""What a report holds: only what was observed, never a secret."""

from __future__ import annotations

from dataclasses import dataclass, field

from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.ledger import LedgerLook
from feishu_wizard.domain.outcomes import CapabilityWord
from feishu_wizard.domain.permission import NeedState
from feishu_wizard.domain.setup import Setup


@dataclass(frozen=True, slots=True)
class SetupReport:
    """One sitting. ``at`` is an RFC 3339 time, ``version`` that of the program; ``look``: what the
    ledger holds of the setup, proven in this sitting or before."""

    setup: Setup
    at: str
    version: str
    words: tuple[CapabilityWord, ...]
    states: tuple[NeedState, ...]
    findings: tuple[Finding, ...]
    look: LedgerLook = field(default_factory=LedgerLook)
