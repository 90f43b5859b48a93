"""Lists of findings: in the order of cause, one run laid over another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from feishu_wizard import __version__
from feishu_wizard.domain.diagnosis import Diagnosis, order_of, verdict_of
from feishu_wizard.domain.finding import Finding


def laid_over(
    before: tuple[Finding, ...], news: tuple[Finding, ...], permissions: tuple[str, ...]
) -> tuple[Finding, ...]:
    """``news`` replace the findings of the same id; all in the order of cause."""
    if not news:
        return before
    by_id = {f.id: f for f in before} | {f.id: f for f in news}
    told = tuple(i for i in by_id if i.startswith("permission.") and i not in permissions)
    rank = {check: place for place, check in enumerate(order_of((*permissions, *told)))}
    return tuple(sorted(by_id.values(), key=lambda f: rank.get(f.id, len(rank))))


def waiting_for(check_id: str, found: tuple[Finding, ...]) -> tuple[str, ...]:
    """Checks that were not made because of ``check_id``."""
    return tuple(
        f.id
        for f in found
        if f.blocked_by == check_id
        or (f.code == "diagnosis.rests_on" and f.params.get("by") == check_id)
    )


def stopped(found: tuple[Finding, ...]) -> Diagnosis:
    """What had arrived when the work was cancelled; how many calls it cost nobody told."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Diagnosis(found, verdict_of(found), 0, 0, at, __version__, complete=False)


def merged(before: Diagnosis, part: Diagnosis, permissions: tuple[str, ...]) -> Diagnosis:
    """``part`` was made again: its findings replace the former, its calls and time are added."""
    found = laid_over(before.findings, part.findings, permissions)
    return replace(
        before,
        findings=found,
        verdict=verdict_of(found),
        feishu_calls=before.feishu_calls + part.feishu_calls,
        elapsed_ms=before.elapsed_ms + part.elapsed_ms,
        facts=dict(before.facts) | dict(part.facts),
        people=tuple(dict.fromkeys((*before.people, *part.people))),
    )
