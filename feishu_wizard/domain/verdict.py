"""The one word that is true of each capability. No word is wider than its proof.

What speaks first, in this order:

- A permission that the platform says is missing: does not work, whatever was proven before.
- The last try failed: it outweighs every success before it (``failed``; ``failed_as_said`` when a
  person saw it in CAN, which no call of this program puts aside).
- A proof in the ledger made with this app and this CAN:

  push: a message reached a person addressed as CAN does it. With CAN's setting saved this is the
  whole way but for CAN's own server: ``delivered_as_can``. Without, it is one side of it:
  ``delivered_unsaved``. CAN's own test that sent a message is the whole way: ``delivered_by_can``.
  These two are the only green words.
  sign-in: a sign-in of this program proves the platform's side (``signed_in``). CAN's own sign-in
  is not to be seen from here: a person says so (``said_signed_in``; ``signed_in_as_said``: both).
  sync: a complete walk proves what the app can see (``walked``). CAN's own sync is not seen.

  What changed since makes it a proof of then (``WARN``), never of now.
- The setting in CAN: read back (configured), or said to be there (stated).
- All permissions are granted; nothing at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.finding import Proof, Status
from feishu_wizard.domain.ledger import LedgerLook
from feishu_wizard.domain.outcomes import CapabilityWord
from feishu_wizard.domain.permission import NeedState
from feishu_wizard.domain.proofs import BY_CAN, Standing, numbers, standing

_WHOLE = frozenset({"delivered_as_can", "delivered_by_can"})
_SETTING = ("app_id", "callback_url", "enabled")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known. ``saved``: field to proof, as the save step knows it in this sitting."""

    states: tuple[NeedState, ...]
    checked: bool
    saved: Mapping[str, Proof]
    look: LedgerLook = field(default_factory=LedgerLook)


def capability_words(chosen: frozenset[Capability], known: Known) -> tuple[CapabilityWord, ...]:
    """One word per chosen capability, in the order of the manual."""
    return tuple(_word(c, known) for c in Capability if c in chosen)


def standing_of(look: LedgerLook, capability: str) -> Standing:
    """What the ledger says of a capability (its value)."""
    return standing(look, f"capability.{capability}")


def proven_code(capability: Capability, stands: Standing, *, saved: bool = True) -> str:
    """Which of the words above its proof carries; ``stands.good`` is there."""
    if stands.proven is None:
        return "said_signed_in"
    if capability is Capability.PUSH and stands.proven.what == BY_CAN:
        return "delivered_by_can"
    if capability is Capability.PUSH:
        return "delivered_as_can" if saved else "delivered_unsaved"
    if capability is Capability.SSO:
        return "signed_in_as_said" if stands.stated else "signed_in"
    return "walked"


def failed_code(stands: Standing) -> str:
    """Who saw that it does not work; ``stands.failed`` is there."""
    said = stands.failed is not None and stands.failed.proof is Proof.STATED
    return "failed_as_said" if said else "failed"


def one_sided(word: CapabilityWord) -> bool:
    """Proven, but not the whole way: what CAN itself does was not seen."""
    return word.proof is Proof.PROVEN and word.code not in _WHOLE


def _word(capability: Capability, known: Known) -> CapabilityWord:
    rows = [r for r in known.states if capability in r.need.capabilities and r.need.for_can]
    missing = [r for r in rows if r.open and r.state.value != "unknown"]
    name = capability.value
    if missing and known.checked:
        params = {"count": str(len(missing)), "first": missing[0].need.id}
        return CapabilityWord(name, Proof.NONE, Status.FAIL, "missing", params)
    saved = _saved(known.saved)
    stands = standing_of(known.look, name)
    if stands.failed is not None:
        return CapabilityWord(name, Proof.NONE, Status.FAIL, failed_code(stands))
    if stands.good is not None:
        return _proven(capability, stands, saved is not Proof.NONE)
    if saved is not Proof.NONE:
        return CapabilityWord(name, saved, Status.UNKNOWN, f"saved_{saved.value}")
    if rows and known.checked and not any(r.open for r in rows):
        return CapabilityWord(name, Proof.GRANTED, Status.UNKNOWN, "granted_only")
    return CapabilityWord(name, Proof.NONE, Status.UNKNOWN, "not_proven")


def _proven(capability: Capability, stands: Standing, saved: bool) -> CapabilityWord:
    """Green only for the whole way, and only while nothing changed since."""
    code = proven_code(capability, stands, saved=saved)
    status = Status.PASS if code in _WHOLE else Status.UNKNOWN
    if stands.weaker:
        status = Status.WARN
    proof = Proof.PROVEN if stands.proven else Proof.STATED
    good = stands.good
    params = numbers(good) if good else {}
    return CapabilityWord(capability.value, proof, status, code, params)


def _saved(saved: Mapping[str, Proof]) -> Proof:
    """Configured only when every compared field was read back; else what a person said."""
    if all(saved.get(name) is Proof.CONFIGURED for name in _SETTING):
        return Proof.CONFIGURED
    return Proof.STATED if Proof.STATED in saved.values() else Proof.NONE
