"""A change of the App Secret: how far it came, and which secret is in force where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from feishu_wizard.domain.finding import Finding


class Stage(StrEnum):
    """How far a change came, noted before each thing that is done."""

    KEEPING = "keeping"  # the new secret passed and is being put into its place
    KEPT = "kept"
    SAVING = "saving"  # it is being written to CAN
    SAVED = "saved"
    BY_HAND = "by_hand"  # a person has to enter it in CAN
    DONE = "done"

    @property
    def over(self) -> bool:
        """Nothing is left to be done or said."""
        return self is Stage.DONE


@dataclass(frozen=True, slots=True)
class SecretChange:
    """What came of a change, row by row. ``in_force``: text code of what holds now.

    ``ref``: where the secret is kept that this program uses from now on; "" when unchanged.
    """

    findings: tuple[Finding, ...]
    in_force: str
    params: Mapping[str, str] = field(default_factory=dict)
    ref: str = ""
    stage: Stage = Stage.DONE


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A change that an earlier run, or a cancel, left behind. ``new_kept``: the new secret is in
    its place, which ``ref`` names, so that the change can go on without typing it again."""

    stage: Stage
    in_force: str
    params: Mapping[str, str] = field(default_factory=dict)
    new_kept: bool = False
    ref: str = ""
