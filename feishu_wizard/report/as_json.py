"""The report as JSON, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from feishu_wizard.domain.redact import redact
from feishu_wizard.domain.setup import Setup
from feishu_wizard.report import ledger
from feishu_wizard.report.model import SetupReport

SCHEMA = "feishu-wizard/report/1"


def render(report: SetupReport) -> str:
    """Return the whole report; structured fields are an allow-list, then redacted."""
    content = {
        "schema": SCHEMA,
        "made": report.at,
        "program": report.version,
        "setup": _setup(report.setup),
        "capabilities": [asdict(word) for word in report.words],
        "ledger": ledger.content(report.look),
        "permissions": [
            {"id": r.need.id, "scope": r.need.scope, "state": r.state.value, "reason": r.reason}
            for r in report.states
        ],
        "checks": [asdict(finding) for finding in report.findings],
    }
    return redact(json.dumps(content, ensure_ascii=False, indent=2, default=dict))


def _setup(setup: Setup) -> dict[str, Any]:
    return {
        "id": setup.id,
        "edition": setup.feishu.edition.value,
        "open_url": setup.feishu.hosts.open,
        "app_id": setup.feishu.app_id,
        "can": setup.office.url,
        "profile": setup.office.profile,
        "callback_url": setup.office.callback_url,
        "capabilities": sorted(c.value for c in setup.capabilities.chosen()),
    }
