"""Writes the report of a sitting to a file."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from feishu_wizard import __version__
from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.outcomes import CapabilityWord
from feishu_wizard.domain.permission import NeedState
from feishu_wizard.operations.context import Workplace
from feishu_wizard.report import as_json, markdown
from feishu_wizard.report.model import SetupReport
from feishu_wizard.services.storage.atomic import write_atomic


async def export_report(
    place: Workplace,
    kit: Kit,
    path: str,
    findings: tuple[Finding, ...],
    states: tuple[NeedState, ...],
    words: tuple[CapabilityWord, ...],
) -> str:
    """Write Markdown, or JSON when the name ends so; returns the path that was written."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    report = SetupReport(kit.setup, at, __version__, words, states, findings)
    return str(await asyncio.to_thread(_write, report, path))


def _write(report: SetupReport, path: str) -> Path:
    target = Path(path).expanduser()
    render = as_json.render if target.suffix == ".json" else markdown.render
    write_atomic(target, render(report).encode())
    return target
