"""The six steps, in words and order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """Step ids, as other programs call them (DESIGN section 1)."""

    PREREQUISITES = "prerequisites"
    CREDENTIALS = "credentials"
    PERMISSIONS = "permissions"
    SAVE = "save"
    TEST = "test"
    FINISH = "finish"


ORDER: tuple[Step, ...] = tuple(Step)


class Aside(StrEnum):
    """What is shown instead of a step, with a way back that loses nothing."""

    DIAGNOSIS = "diagnosis"


View = Step | Aside


class StepState(StrEnum):
    """What the step list says, in words and not by colour alone."""

    NOT_YET = "not_yet"
    CURRENT = "current"
    DONE = "done"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class StepRow:
    """One row of the step list. ``reachable`` rows may be opened."""

    step: Step
    state: StepState
    open_items: int
    reachable: bool


@dataclass(frozen=True, slots=True)
class Verb:
    """The positive button: a text code of a verb ("check_and_continue", "save_to_can" ...).

    ``params`` may hold ``count`` for "Continue, 3 open".
    """

    code: str
    params: dict[str, str]


@dataclass(frozen=True, slots=True)
class Busy:
    """Work under way: what, since when (monotonic seconds), how far (0..1 or None)."""

    code: str
    started: float
    params: dict[str, str]
    share: float | None = None


class Severity(StrEnum):
    """How loud the message strip is."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"
