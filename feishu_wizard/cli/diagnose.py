"""``diagnose``: why it does not work; the verdict first, then the tree."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from feishu_wizard.cli.given import Given, kit_of
from feishu_wizard.cli.output import data, note
from feishu_wizard.cli.paths import writable
from feishu_wizard.cli.tree import change_lines, server_lines, short_line, summary_line, tree_lines
from feishu_wizard.domain.diagnosis import (
    Diagnosis,
    Question,
    Symptom,
    needs_somebody,
    order_of,
    selects,
)
from feishu_wizard.domain.errors import ExitCode, InputError
from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.progress import Progress
from feishu_wizard.domain.recipient import RecipientKind, parse_recipient
from feishu_wizard.text.catalog import _
from feishu_wizard.text.verdict import verdict_sentence

if TYPE_CHECKING:
    from feishu_wizard.operations.context import Workplace


@dataclass(frozen=True, slots=True)
class Asked:
    """What to find out and how to tell it, as typed."""

    person: str = ""
    only: tuple[str, ...] = ()
    offline: bool = False
    symptom: str = ""
    server: str = ""
    as_json: bool = False
    report: str = ""


@dataclass
class _Arriving:
    """Findings as they come: shown on a terminal, kept for an interrupt."""

    show: Callable[[str], None] | None
    known: dict[str, Finding] = field(default_factory=dict)

    def __call__(self, progress: Progress) -> None:
        if progress.finding is None:
            return
        self.known[progress.finding.id] = progress.finding
        if self.show is not None:
            self.show(short_line(progress.finding))


async def diagnose(place: Workplace, given: Given, asked: Asked) -> int:
    """Diagnose, tell, report. Returns the exit code."""
    from feishu_wizard.operations.diagnose import diagnose as run
    from feishu_wizard.operations.export_report import export_diagnosis
    from feishu_wizard.operations.keep_diagnosis import keep_diagnosis
    from feishu_wizard.operations.server_check import read_server_check

    question = _question(asked)
    target = _report_target(asked.report)
    server = await read_server_check(asked.server) if asked.server else None
    kit = await kit_of(place, given)
    arriving = _Arriving(note if sys.stderr.isatty() else None)
    try:
        found = replace(await run(place, kit, question, arriving), server=server)
    except asyncio.CancelledError:
        _tell_known(arriving.known, asked)
        raise
    _tell(found, asked)
    if question.symptom is Symptom.WORKED_YESTERDAY:
        await _tell_changes(place, found, data if not asked.as_json else note)
    await keep_diagnosis(place, found)
    if target is not None:
        written = await export_diagnosis(place, found, str(target))
        note(_("The report was written to {path}.").format(path=written))
    return int(ExitCode.FINDINGS if found.problems or _wrong_there(found) else ExitCode.OK)


def _wrong_there(found: Diagnosis) -> bool:
    return found.server is not None and any(needs_somebody(f) for f in found.server.findings)


def _question(asked: Asked) -> Question:
    """Check what was asked for; ``InputError`` names what cannot be answered."""
    person = asked.person.strip()
    if person and parse_recipient(person).kind is RecipientKind.CHAT:
        raise InputError("diagnose.group_chat", {"person": person})
    symptom = _symptom(asked.symptom)
    if symptom is Symptom.ONE_NOT_REACHED and not person:
        raise InputError("diagnose.person_needed")
    order = _order()
    for one in asked.only:
        if not any(selects((one,), check_id) for check_id in order):
            raise InputError("diagnose.unknown_check", {"check": one})
    return Question(person, asked.only, asked.offline, symptom)


def _order() -> tuple[str, ...]:
    from feishu_wizard.operations.knowledge import needs

    return order_of(tuple(n.id for n in needs() if n.id.startswith("permission.")))


def _symptom(name: str) -> Symptom | None:
    if not name:
        return None
    try:
        return Symptom(name.replace("-", "_").lower())
    except ValueError:
        known = ", ".join(s.value for s in Symptom)
        raise InputError("diagnose.unknown_symptom", {"symptom": name, "known": known}) from None


def _report_target(path: str) -> Path | None:
    """Where the report goes; a kind that nobody writes is refused before the work, too."""
    from feishu_wizard.operations.export_report import kind_of

    if path:
        kind_of(path)
    return writable(path)


def _tell(found: Diagnosis, asked: Asked) -> None:
    if asked.as_json:
        from feishu_wizard.report.diagnosis import as_dict

        data(json.dumps(as_dict(found), ensure_ascii=False, indent=2))
    else:
        data(verdict_sentence(found))
        for line in (*tree_lines(found.findings), *server_lines(found), ""):
            data(line)
        data(summary_line(found))
    if not found.complete and not (asked.only or asked.offline):
        note(_("Not everything was asked or reached in time; the list says what is not known."))


def _tell_known(known: dict[str, Finding], asked: Asked) -> None:
    """What was found before the interrupt; never as half a document."""
    out = note if asked.as_json else data
    order = {check_id: place for place, check_id in enumerate(_order())}
    findings = sorted(known.values(), key=lambda finding: order.get(finding.id, len(order)))
    out(_("Interrupted; this is what was found so far:"))
    for line in tree_lines(findings):
        out(line)


async def _tell_changes(place: Workplace, found: Diagnosis, out: Callable[[str], None]) -> None:
    """What is not as it was when this computer last found no problem."""
    from feishu_wizard.operations.keep_diagnosis import last_good
    from feishu_wizard.operations.open_report import compare
    from feishu_wizard.report.outgoing import outgoing

    name = found.facts.get("setup_id") or found.facts.get("app_id") or ""
    before = await last_good(place, name) if name else None
    out("")
    if before is None:
        out(_("No earlier diagnosis without a problem is kept on this computer."))
        return
    # What was kept has people by pseudonym, so what is compared with it has them, too.
    for line in change_lines(compare(before, outgoing(found).diagnosis)):
        out(line)
