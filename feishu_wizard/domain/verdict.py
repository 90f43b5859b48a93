"""The one word that is true of each capability. No word is wider than its proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.finding import Proof, Status
from feishu_wizard.domain.outcomes import CapabilityWord
from feishu_wizard.domain.permission import NeedState

_SETTING = ("app_id", "callback_url", "enabled")


@dataclass(frozen=True, slots=True)
class Known:
    """What one sitting brought. ``saved``: field to proof, as the save step knows it."""

    states: tuple[NeedState, ...]
    checked: bool
    saved: Mapping[str, Proof]
    delivered_as_can: bool
    delivered: bool


def capability_words(chosen: frozenset[Capability], known: Known) -> tuple[CapabilityWord, ...]:
    """One word per chosen capability, in the order of the manual."""
    return tuple(_word(c, known) for c in Capability if c in chosen)


def _word(capability: Capability, known: Known) -> CapabilityWord:
    rows = [r for r in known.states if capability in r.need.capabilities and r.need.for_can]
    missing = [r for r in rows if r.open and r.state.value != "unknown"]
    name = capability.value
    if missing and known.checked:
        params = {"count": str(len(missing)), "first": missing[0].need.id}
        return CapabilityWord(name, Proof.NONE, Status.FAIL, "missing", params)
    saved = _saved(known.saved)
    # A CAN that knows nothing of the app pushes nothing, whatever was delivered from here.
    delivered = capability is Capability.PUSH and known.delivered_as_can
    if delivered and saved is not Proof.NONE:
        return CapabilityWord(name, Proof.PROVEN, Status.PASS, "delivered_as_can")
    if saved is not Proof.NONE:
        return CapabilityWord(name, saved, Status.UNKNOWN, f"saved_{saved.value}")
    if rows and known.checked and not any(r.open for r in rows):
        return CapabilityWord(name, Proof.GRANTED, Status.UNKNOWN, "granted_only")
    return CapabilityWord(name, Proof.NONE, Status.UNKNOWN, "not_proven")


def _saved(saved: Mapping[str, Proof]) -> Proof:
    """Configured only when every compared field was read back; else what a person said."""
    if all(saved.get(name) is Proof.CONFIGURED for name in _SETTING):
        return Proof.CONFIGURED
    return Proof.STATED if Proof.STATED in saved.values() else Proof.NONE
