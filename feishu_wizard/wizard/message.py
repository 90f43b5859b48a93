"""What the shell's strip and the fields say: codes, never text."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as default

from feishu_wizard.domain.finding import Finding
from feishu_wizard.wizard.steps import Severity


@dataclass(frozen=True, slots=True)
class Message:
    """One message in the strip. ``finding`` holds the details behind the sentence.

    ``action`` is a text code of a button in the strip; ``Session.act`` carries it out.
    """

    severity: Severity
    code: str
    params: dict[str, str] = default(default_factory=dict)
    finding: Finding | None = None
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Something to mend, shown at the field it is about."""

    field: str
    code: str
    params: dict[str, str] = default(default_factory=dict)
    severity: Severity = Severity.ERROR
