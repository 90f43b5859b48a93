"""What changed between two diagnoses: "it worked then, it does not work now"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from feishu_wizard.domain.diagnosis import Diagnosis
from feishu_wizard.domain.finding import Finding, Status

# A pseudonym is another one in every report, the id of a setup says nothing, and a symptom is
# what somebody asked, not what was found.
_NOT_COMPARED = frozenset({"person", "setup_id", "symptom"})
_RANK = {Status.PASS: 0, Status.SKIP: 0, Status.UNKNOWN: 1, Status.WARN: 2, Status.FAIL: 3}


class Turn(StrEnum):
    """How a check changed."""

    WORSE = "worse"
    BETTER = "better"
    OTHER = "other"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """One check that is not as it was; ``before`` is None for a new one, ``after`` when gone."""

    check: str
    turn: Turn
    before: Finding | None
    after: Finding | None


@dataclass(frozen=True, slots=True)
class FactChange:
    """Something diagnosed that is not what it was: ``app_id``, ``proxy``, ``version`` ..."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two diagnoses, the older one first. ``changes`` and ``facts`` are in the order of cause.

    ``code`` is ``compare.`` and ``same``, ``worse``, ``better``, ``changed`` or ``facts``;
    ``first`` the check it names, "" for none; ``since`` when the older one was made.
    """

    code: str
    first: str
    since: str
    changes: tuple[Change, ...]
    facts: tuple[FactChange, ...]


def compare(old: Diagnosis, new: Diagnosis) -> Comparison:
    """Say what changed; the first that got worse comes before everything else."""
    changes = tuple(_changes(old, new))
    facts = tuple(_facts(old, new))
    for turn in (Turn.WORSE, Turn.BETTER):
        turned = [c.check for c in changes if c.turn is turn]
        if turned:
            return Comparison(f"compare.{turn.value}", turned[0], old.at, changes, facts)
    if changes:
        return Comparison("compare.changed", changes[0].check, old.at, changes, facts)
    code = "compare.facts" if facts else "compare.same"
    return Comparison(code, "", old.at, changes, facts)


def _changes(old: Diagnosis, new: Diagnosis) -> list[Change]:
    ids = dict.fromkeys([*(f.id for f in new.findings), *(f.id for f in old.findings)])
    pairs = ((check, old.finding(check), new.finding(check)) for check in ids)
    return [Change(c, _turn(a, b), a, b) for c, a, b in pairs if _differ(a, b)]


def _differ(before: Finding | None, after: Finding | None) -> bool:
    if before is None or after is None:
        return before is not after
    if before.status is after.status is Status.PASS:
        return False  # as good as before, if by another proof
    return (before.status, before.code) != (after.status, after.code)


def _turn(before: Finding | None, after: Finding | None) -> Turn:
    if before is None or after is None:
        bad = after is not None and after.status in (Status.FAIL, Status.WARN)
        return Turn.WORSE if bad else Turn.NEW if before is None else Turn.GONE
    step = _RANK[after.status] - _RANK[before.status]
    # What is only blocked now is a consequence of another check, not a change of its own.
    return Turn.OTHER if step == 0 else Turn.WORSE if step > 0 else Turn.BETTER


def _facts(old: Diagnosis, new: Diagnosis) -> list[FactChange]:
    before, after = _known(old), _known(new)
    names = [name for name in dict.fromkeys([*after, *before]) if name not in _NOT_COMPARED]
    changed = ((name, before.get(name, ""), after.get(name, "")) for name in names)
    return [FactChange(name, a, b) for name, a, b in changed if a != b]


def _known(diagnosis: Diagnosis) -> dict[str, str]:
    """The facts, the route that was taken and the version of the program."""
    proxy = diagnosis.finding("net.proxy")
    route = proxy.params.get("proxy", "") if proxy else ""
    return {**diagnosis.facts, "proxy": route, "version": diagnosis.version}
