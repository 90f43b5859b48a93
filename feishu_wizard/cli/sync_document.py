"""The sync rehearsal as the promised document (resources/schemas/sync-1.json)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from feishu_wizard.domain.accounts import AccountsRead, Comparison, Fate
from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.walk import SyncPicture, WalkSummary
from feishu_wizard.text.words import finding_words

SCHEMA = "feishu-wizard/sync/1"


def document(
    seen: SyncPicture, read: AccountsRead | None = None, compared: Comparison | None = None
) -> dict[str, Any]:
    """Everything that was found; words are in the language in use."""
    return {
        "schema": SCHEMA,
        **_walk(seen.summary),
        "fields": [asdict(row) for row in seen.fields],
        "keys": [
            {
                "column": key.column,
                "people": key.people,
                "blank": key.blank,
                "duplicates": key.duplicates,
                "examples": [{"value": value, "people": count} for value, count in key.examples],
            }
            for key in seen.keys
        ],
        "states": dict(seen.states),
        "foreign_mobiles": seen.foreign_mobiles,
        "prefixed_mobiles": seen.prefixed_mobiles,
        "odd_names": seen.odd_names,
        "outside": seen.outside,
        "findings": [_finding(finding) for finding in seen.findings],
        "accounts": _accounts(read, compared) if read and compared else None,
    }


def _walk(summary: WalkSummary) -> dict[str, Any]:
    return {
        "complete": summary.complete,
        "state": summary.state.value,
        "app_id": summary.app_id,
        "started_at": summary.started_at,
        "ended_at": summary.ended_at,
        "range": {
            "kind": summary.range_kind.value,
            "departments": summary.range_departments,
            "users": summary.range_users,
        },
        "people": summary.people,
        "departments": summary.departments,
        "told_people": summary.told_people,
        "unreadable": summary.unreadable,
        "feishu_calls": summary.calls,
        "throttled": summary.throttled,
        "refused": [asdict(one) for one in summary.refused],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    words = finding_words(finding)
    return {
        "id": finding.id,
        "status": finding.status.value,
        "code": finding.code,
        "params": dict(finding.params),
        "title": words.title,
        "sentence": words.sentence,
        "cause": words.cause,
        "fix": words.fix,
        "who": words.who_code.value,
    }


def _accounts(read: AccountsRead, compared: Comparison) -> dict[str, Any]:
    return {
        "source": read.source.value,
        "place": read.place,
        "encoding": read.encoding,
        "columns": dict(read.columns),
        "read": read.count,
        "skipped": read.skipped_count,
        "skipped_lines": [{"line": line, "code": code} for line, code in read.skipped],
        "matched_by": compared.matched_by.value,
        "fates": {fate.value: compared.counts.get(fate.value, 0) for fate in Fate},
        "no_push": compared.no_push,
        "dangerous": compared.dangerous,
    }
