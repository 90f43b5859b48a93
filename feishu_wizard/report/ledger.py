"""The ledger in the report of a sitting: what, when, log id, by which version of the app."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from feishu_wizard.domain.ledger import BasisPart, Difference, Entry, LedgerLook
from feishu_wizard.domain.proofs import BY_CAN, numbers, said_code
from feishu_wizard.domain.verdict import standing_of
from feishu_wizard.text.catalog import _
from feishu_wizard.text.ledger import change_words, part_names
from feishu_wizard.text.words import code_words, evidence_words, proof_word

# The same without the name of the person.
_NOBODY = {BY_CAN: "capability.delivered_by_can"}
# Their values are plain words. The others are fingerprints, or ids of people and departments.
_TOLD = frozenset({BasisPart.VERSION, BasisPart.PERMISSIONS})


def lines_of(look: LedgerLook, capability: str) -> list[str]:
    """What the ledger holds of a capability, for people: the proof, and what came after it."""
    stands = standing_of(look, capability)
    told = [_line(one) for one in (stands.proven, stands.stated, stands.failed) if one is not None]
    if stands.good is not None:
        told += [_("Since then: {text}").format(text=text) for text in change_words(stands.since)]
    if stands.void:
        told.append(_("An earlier proof belongs to another app or another CAN; it proves nothing."))
    return told


def checked_lines(look: LedgerLook) -> list[str]:
    """When it was compared with what is in force, and what nobody could read."""
    if not look.checked_at:
        return []
    told = [_("Compared with what was in force: {at}").format(at=look.checked_at)]
    hidden = part_names(look.unread)
    return [*told, _("Could not be read: {list}.").format(list=hidden)] if hidden else told


def content(look: LedgerLook) -> dict[str, Any]:
    """All that is kept, for programs; the oldest entry first."""
    return {
        "checked_at": look.checked_at,
        "unread": list(look.unread),
        "entries": [_entry(entry) for entry in look.entries],
        "since": {check: [_change(one) for one in found] for check, found in look.since.items()},
    }


def _line(entry: Entry) -> str:
    word = proof_word(entry.proof) if entry.good else _("Tried, without success")
    version, code = entry.basis.version, said_code(entry)
    told = code_words(_NOBODY.get(code, code), numbers(entry))
    parts = (
        f"{word}, {entry.at}: {told.sentence}",
        evidence_words(entry.evidence),
        _("Version of the app: {version}").format(version=version) if version else "",
    )
    return " · ".join(part for part in parts if part)


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "check": entry.check_id,
        "what": entry.what,
        "at": entry.at,
        "proof": entry.proof.value,
        "good": entry.good,
        "params": numbers(entry),
        "evidence": asdict(entry.evidence),
        "app_version": entry.basis.version,
        "setup": entry.basis.parts.get(BasisPart.SETUP.value, ""),
    }


def _change(change: Difference) -> dict[str, str]:
    told = change.part in _TOLD
    return {
        "part": change.part.value,
        "before": change.before if told else "",
        "after": change.after if told else "",
    }
