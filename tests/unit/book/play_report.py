"""Reports: what one may be called, what cannot be opened, and what changed between two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.export_report import export_diagnosis
from feishu_wizard.operations.open_report import compare, open_report
from feishu_wizard.operations.report_people import report_people
from feishu_wizard.report.reading import LARGEST
from feishu_wizard.text.verdict import change_line, change_sentence
from feishu_wizard.text.words import code_words
from tests.unit.book.desk import Desk, refusal
from tests.unit.report.made import plain
from tests.unit.report.test_people import named

Player = Callable[[Desk], Any]


@dataclass(frozen=True)
class Said:
    """A code without an error or a finding round it."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


def _changed(desk: Desk) -> Any:
    """Neither better nor worse: still not known, but for another reason."""
    then, now = (
        Finding("feishu.app", Status.UNKNOWN, code) for code in ("app_not_told", "offline")
    )
    found = compare(plain(then), plain(now))
    count = len(found.changes)
    said = Said(found.code, {"since": found.since, "changed": str(count), "first": found.first})
    shown = change_sentence(found.code, found.since, count, found.first)
    assert shown == code_words(said.code, said.params).sentence
    return said


def _absent(desk: Desk) -> Any:
    """A check that the older report has not."""
    said = Said("compare.absent")
    old, new = plain(), plain()
    found = compare(plain(findings=old.findings[:-1]), new).changes[0]
    line = change_line(found.check, found.before, found.after)
    assert code_words(said.code).sentence in line
    return said


async def _format(desk: Desk) -> Any:
    async with desk.place() as place:
        return await refusal(export_diagnosis(place, plain(), str(desk.folder / "report.pdf")))


def _opened(make: Callable[[Path], object]) -> Player:
    async def play(desk: Desk) -> Any:
        path = desk.folder / "report.json"
        make(path)
        return await refusal(open_report(str(path)))

    return play


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)


async def _no_key(desk: Desk) -> Any:
    """Who is person 7, asked on another computer than the one that made the report."""
    path = str(desk.folder / "report.json")
    elsewhere = Program(state_root=desk.folder / "elsewhere", use_keyring=False)
    async with Workplace(elsewhere) as there:
        await export_diagnosis(there, named(), path)
    async with desk.place() as place:
        return await refusal(report_people(place, path))


PLAYERS: dict[str, Player] = {
    "compare.changed": _changed,
    "compare.absent": _absent,
    "report.format": _format,
    "report.missing": _opened(lambda path: None),
    "report.unreadable": _opened(Path.mkdir),
    "report.too_large": _opened(_huge),
    "report.no_key": _no_key,
}
