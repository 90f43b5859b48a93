"""Writes reports: of a sitting, and of a diagnosis."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from feishu_wizard import __version__
from feishu_wizard.domain.diagnosis import Diagnosis
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.ledger import LedgerLook
from feishu_wizard.domain.outcomes import CapabilityWord
from feishu_wizard.domain.permission import NeedState
from feishu_wizard.operations.context import Workplace
from feishu_wizard.report import as_json, markdown
from feishu_wizard.report.model import SetupReport
from feishu_wizard.services.net.clock import now
from feishu_wizard.services.storage.atomic import write_atomic

if TYPE_CHECKING:
    from feishu_wizard.report.outgoing import Outgoing

KINDS = ("html", "md", "json")


async def export_report(
    place: Workplace,
    kit: Kit,
    path: str,
    findings: tuple[Finding, ...],
    states: tuple[NeedState, ...],
    words: tuple[CapabilityWord, ...],
    look: LedgerLook,
) -> str:
    """Write Markdown, or JSON when the name ends so; returns the path that was written."""
    at = now()
    report = SetupReport(kit.setup, at, __version__, words, states, findings, look)
    return str(await asyncio.to_thread(_write, report, path))


async def export_diagnosis(place: Workplace, diagnosis: Diagnosis, path: str) -> str:
    """Write a diagnosis as the name says (.html, .md or .json); returns the path written.

    Who the people in it are is kept in the state folder (``report_people``), before anything
    leaves. ``InputError`` report.format (name) for another ending, and those of ``write_atomic``.
    """
    kind = kind_of(path)
    return str(await asyncio.to_thread(_write_diagnosis, place, diagnosis, path, kind))


async def preview(diagnosis: Diagnosis, kind: str) -> str:
    """Exactly the text that ``export_diagnosis`` would write; ``kind``: html, md or json."""
    if kind not in KINDS:
        raise InputError("report.format", {"name": kind})
    return await asyncio.to_thread(_preview, diagnosis, kind)


def kind_of(path: str) -> str:
    """The format that a file's name asks for; ``InputError`` report.format (name)."""
    target = Path(path)
    kind = target.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise InputError("report.format", {"name": target.name})
    return kind


def _preview(diagnosis: Diagnosis, kind: str) -> str:
    from feishu_wizard.report.outgoing import outgoing

    return _rendered(outgoing(diagnosis), kind)


def _rendered(safe: Outgoing, kind: str) -> str:
    if kind == "html":
        from feishu_wizard.report.html import page

        return page(safe)
    if kind == "md":
        return markdown.diagnosis_page(safe)
    from feishu_wizard.report.diagnosis import as_text, document

    return as_text(document(safe))


def _write_diagnosis(place: Workplace, diagnosis: Diagnosis, path: str, kind: str) -> Path:
    from feishu_wizard.operations.report_people import keep_key
    from feishu_wizard.report.outgoing import outgoing

    target = Path(path).expanduser()
    safe = outgoing(diagnosis)
    data = _rendered(safe, kind).encode("utf-8", "replace")
    keep_key(place, safe.report, safe.key)
    write_atomic(target, data)
    return target


def _write(report: SetupReport, path: str) -> Path:
    target = Path(path).expanduser()
    render = as_json.render if target.suffix == ".json" else markdown.render
    write_atomic(target, render(report).encode())
    return target
