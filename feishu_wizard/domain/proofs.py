"""What the ledger comes to for one check: what was proven, and whether it still stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from feishu_wizard.domain.finding import Proof
from feishu_wizard.domain.ledger import (
    Basis,
    BasisPart,
    Difference,
    Entry,
    LedgerLook,
    differences,
)

BY_CAN = "push.by_can"  # CAN's own test: CAN itself sent a message
_NUMBERS = frozenset({"people", "departments", "count", "total"})
_SEEN = "ledger.seen_"  # what a person saw says already whether it was good
_FAILED = "_not"
ALL, PART = "all", "part"  # first word of the RANGE part
EVERYBODY = "all"  # AVAILABILITY: of the people who were asked about


@dataclass(frozen=True, slots=True)
class Standing:
    """One check.

    ``proven`` and ``stated``: the last real call and the last word of a person, where it was good.
    ``failed``: the last try that did not work and that nothing outweighs; ``before``: when it had
    worked before that. ``since``: what changed since ``good``. ``void``: there are only proofs of
    another app or another CAN, and they prove nothing.
    """

    proven: Entry | None = None
    stated: Entry | None = None
    failed: Entry | None = None
    before: Entry | None = None
    since: tuple[Difference, ...] = ()
    void: bool = False

    @property
    def good(self) -> Entry | None:
        """The proof, or what a person said where there is none."""
        return self.proven or self.stated

    @property
    def weaker(self) -> bool:
        """Something changed that the proof rested on: it stands for then, not for now."""
        return any(weakens(one) for one in self.since)


def lay_beside(entries: Iterable[Entry], now: Basis, checked_at: str) -> LedgerLook:
    """The ledger, the oldest entry first, beside what is in force; ``checked_at`` "": by nobody.

    Entries of another setup are left out; where nothing else is left of a check, ``since`` holds
    that difference and no entry.
    """
    rows = [(entry, _numbered(entry.basis, now)) for entry in entries]
    kept = tuple(entry for entry, found in rows if not _void(found))
    since = {entry.check_id: found for entry, found in rows if _void(found)}
    for check_id in {entry.check_id for entry in kept}:
        good = _standing(kept, check_id).good
        since[check_id] = _numbered(good.basis, now) if good else ()
    unread = tuple(p.value for p in BasisPart if checked_at and p.value not in now.parts)
    return LedgerLook(kept, checked_at, since, unread)


def standing(look: LedgerLook, check_id: str) -> Standing:
    """What a look at the ledger comes to for one check."""
    since = look.since.get(check_id, ())
    if _void(since):
        return Standing(void=True)
    return replace(_standing(look.entries, check_id), since=since)


def numbers(entry: Entry) -> dict[str, str]:
    """What of an entry's parameters counts something: no id of a person is among them."""
    return {name: text for name, text in entry.params.items() if name in _NUMBERS}


def said_code(entry: Entry) -> str:
    """The text code of what was done, or of what was tried and did not work."""
    told = entry.good or entry.what.startswith(_SEEN) or entry.what.endswith(_FAILED)
    return entry.what if told else entry.what + _FAILED


def weakens(difference: Difference) -> bool:
    """Whether a proof stands less firmly by it: what only grew takes nothing away."""
    if difference.part is BasisPart.PERMISSIONS:
        return bool(difference.before)
    if difference.part is BasisPart.AVAILABILITY:
        return difference.after != EVERYBODY
    if difference.part is BasisPart.RANGE:
        return not range_grew(difference)
    return True


def range_grew(difference: Difference) -> bool:
    """The contacts range holds all that it held before."""
    before, after = _entries(difference.before), _entries(difference.after)
    return after is None or (before is not None and before <= after)


def range_shrank(difference: Difference) -> bool:
    """The contacts range holds nothing that it did not hold before."""
    before, after = _entries(difference.before), _entries(difference.after)
    return before is None or (after is not None and after <= before)


def _standing(entries: Iterable[Entry], check_id: str) -> Standing:
    """A person's later word puts a failed call aside; a call says nothing of what a person saw."""
    mine = [entry for entry in entries if entry.check_id == check_id]
    call, said = _last(mine, Proof.PROVEN), _last(mine, Proof.STATED)
    proven = call if call and call.good else None
    stated = said if said and said.good else None
    failures = [one for one in mine if one in (call, said) and not one.good]
    if stated and call in failures and mine.index(stated) > mine.index(call):
        failures.remove(call)
    failed = failures[-1] if failures else None
    earlier = [one for one in mine if failed and one.good and one.proof is failed.proof]
    return Standing(proven, stated, failed, earlier[-1] if earlier else None)


def _last(entries: list[Entry], proof: Proof) -> Entry | None:
    return next((one for one in reversed(entries) if one.proof is proof), None)


def _void(found: tuple[Difference, ...]) -> bool:
    return any(one.part is BasisPart.SETUP for one in found)


def _numbered(then: Basis, now: Basis) -> tuple[Difference, ...]:
    """The differences, with the versions' numbers in place of their ids."""
    return tuple(
        replace(one, before=then.version, after=now.version)
        if one.part is BasisPart.VERSION
        else one
        for one in differences(then, now)
    )


def _entries(span: str) -> frozenset[str] | None:
    """What a range lists; None for everybody."""
    kind, *listed = span.split()
    return None if kind == ALL else frozenset(listed)
