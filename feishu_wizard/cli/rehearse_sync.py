"""``rehearse-sync``: what a sync would find, and what it would do to CAN's accounts."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from feishu_wizard.cli.output import data, note
from feishu_wizard.cli.paths import readable, writable
from feishu_wizard.cli.sync_document import document
from feishu_wizard.cli.sync_lines import Line, result_lines
from feishu_wizard.domain.accounts import AccountsRead, Comparison
from feishu_wizard.domain.directory import Column, PeopleQuery, PersonState
from feishu_wizard.domain.errors import ExitCode, WizardError
from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.walk import SyncPicture
from feishu_wizard.text.catalog import _
from feishu_wizard.text.sync import column_word, state_word

if TYPE_CHECKING:
    from feishu_wizard.domain.kit import Kit
    from feishu_wizard.operations.context import Workplace


@dataclass(frozen=True, slots=True)
class Asked:
    """What to do with what is found, as typed. ``by``: the field that accounts are matched by."""

    csv: str = ""
    bom: bool = False
    accounts: str = ""
    by: str = Column.USER_ID.value
    again: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """The accounts that were read, and what became of them."""

    read: AccountsRead
    comparison: Comparison


async def rehearse_sync(place: Workplace, file: str, asked: Asked) -> int:
    """Walk, look, compare, export, tell. Returns the exit code."""
    from feishu_wizard.cli.opening import load_setup
    from feishu_wizard.operations.claim_setup import hold_for
    from feishu_wizard.operations.picture_sync import picture

    accounts, target = readable(asked.accounts), writable(asked.csv)
    kit = await load_setup(place, file)
    await hold_for(place, kit, "rehearse-sync")
    compared, refused = None, None
    with Line() as line:
        await _walk(place, kit, asked, line)
        seen = await picture(place, kit)
        if accounts:
            try:
                compared = await _compare(place, kit, accounts, asked, line)
            except WizardError as error:  # the walk took minutes: first tell what it found
                refused = error
        rows = await _export(place, kit, target, asked, line) if target else 0
    _tell(seen, compared, asked)
    if target:
        note(_("{n} people were written to {path}.").format(n=f"{rows:,}", path=target))
    if refused is not None:
        raise refused
    return _exit_code(seen, compared)


def _tell(seen: SyncPicture, compared: Compared | None, asked: Asked) -> None:
    with_accounts = (compared.read, compared.comparison) if compared else ()
    if asked.as_json:
        data(json.dumps(document(seen, *with_accounts), ensure_ascii=False, indent=2))
        return
    for text in result_lines(seen, *with_accounts):
        data(text)


async def _walk(place: Workplace, kit: Kit, asked: Asked, line: Line) -> None:
    """Walk to the end; however it ends before, say that it can go on."""
    from feishu_wizard.operations.rehearse_sync import last_walk
    from feishu_wizard.operations.rehearse_sync import rehearse_sync as walk

    try:
        await walk(place, kit, line, resume=not asked.again)
    except asyncio.CancelledError:
        line.end()
        note(_goes_on())
        raise
    except WizardError:
        line.end()
        if await last_walk(place, kit) is not None:
            note(_goes_on())
        raise


def _goes_on() -> str:
    return _("What was read so far is kept; the same command goes on from there.")


async def _compare(
    place: Workplace, kit: Kit, accounts: Path, asked: Asked, line: Line
) -> Compared:
    from feishu_wizard.operations.compare_accounts import compare, read_accounts_file

    read = await read_accounts_file(place, kit, str(accounts), line)
    return Compared(read, await compare(place, kit, Column(asked.by)))


async def _export(place: Workplace, kit: Kit, target: Path, asked: Asked, line: Line) -> int:
    from feishu_wizard.operations.export_people import export_people

    headings = {column.value: column_word(column.value) for column in Column}
    headings |= {f"state.{state.value}": state_word(state.value) for state in PersonState}
    query = PeopleQuery()
    return await export_people(
        place, kit, str(target), query, bom=asked.bom, headings=headings, report=line
    )


def _exit_code(seen: SyncPicture, compared: Compared | None) -> int:
    dangerous = compared is not None and compared.comparison.dangerous
    wrong = any(finding.status is Status.FAIL for finding in seen.findings)
    found = dangerous or wrong or not seen.summary.complete
    return int(ExitCode.FINDINGS if found else ExitCode.OK)
