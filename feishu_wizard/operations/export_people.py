"""Writes the people of a walk, or the comparison with CAN's accounts, to a CSV file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from feishu_wizard.domain.accounts import Fate, FateRow
from feishu_wizard.domain.directory import Column, PeopleQuery, PersonRow
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import Progress, Report, silent
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.in_thread import Told, in_thread
from feishu_wizard.services.storage.csv_out import write_table
from feishu_wizard.services.storage.rehearsal import fates
from feishu_wizard.services.storage.rehearsal.journals import Rehearsal, Rehearsals, usable

PEOPLE_COLUMNS = tuple(column.value for column in Column)
FATE_COLUMNS = (
    "fate", "account", "display", "email", "mobile", "person", "user_id", "no_push", "changes",
)  # fmt: skip
_PAGE = 2000


async def export_people(
    place: Workplace,
    kit: Kit,
    path: str,
    query: PeopleQuery,
    *,
    bom: bool,
    headings: Mapping[str, str],
    report: Report = silent,
) -> int:
    """Write everybody whom the query finds, in its order; how many. Its page is not regarded.

    ``headings``: words by column (``PEOPLE_COLUMNS``), and by ``state.<value>`` for what stands
    in the column of the state; what is missing there is written as it is. The file is UTF-8, with
    a mark in front for Excel when ``bom``; 0600 when it is new. Raises ``InputError`` file.*,
    accounts.no_walk, journal.*.
    """

    def rows(rehearsal: Rehearsal, told: Told) -> Iterator[Sequence[str]]:
        yield [headings.get(name, name) for name in PEOPLE_COLUMNS]
        for row in _people(rehearsal, query, told):
            yield _person_cells(row, headings)

    return await _export(place, kit, path, rows, bom, report)


async def export_fates(  # noqa: PLR0913 - which rows, where to, and how
    place: Workplace,
    kit: Kit,
    path: str,
    fate: Fate | None,
    search: str,
    *,
    bom: bool,
    headings: Mapping[str, str],
    report: Report = silent,
) -> int:
    """Write the comparison, or one fate of it; how many rows. Otherwise as ``export_people``.

    ``headings``: words by column (``FATE_COLUMNS``), by ``fate.<value>``, ``no_push.yes`` and
    by what stands in ``changes``.
    """

    def rows(rehearsal: Rehearsal, told: Told) -> Iterator[Sequence[str]]:
        yield [headings.get(name, name) for name in FATE_COLUMNS]
        for row in _fates(rehearsal, fate, search, told):
            yield _fate_cells(row, headings)

    return await _export(place, kit, path, rows, bom, report)


async def _export(
    place: Workplace,
    kit: Kit,
    path: str,
    rows: Callable[[Rehearsal, Told], Iterator[Sequence[str]]],
    bom: bool,
    report: Report,
) -> int:
    def work(told: Told) -> int:
        rehearsal = Rehearsals(place.paths).read(kit.setup.id)
        if rehearsal is None:
            raise InputError("accounts.no_walk")
        with rehearsal:
            with usable(rehearsal.path):  # one moment for all pages, also while a walk writes
                rehearsal.connection.execute("BEGIN")
            return write_table(Path(path).expanduser(), rows(rehearsal, told), bom=bom)

    return await in_thread(work, report)


def _people(rehearsal: Rehearsal, query: PeopleQuery, told: Told) -> Iterator[PersonRow]:
    offset, total = 0, 1
    while offset < total:
        page = rehearsal.page(replace(query, offset=offset, limit=_PAGE))
        yield from page.rows
        offset, total = offset + _PAGE, page.total
        _tell(told, min(offset, total), total)


def _fates(rehearsal: Rehearsal, fate: Fate | None, search: str, told: Told) -> Iterator[FateRow]:
    offset, total = 0, 1
    while offset < total:
        page = fates.page(rehearsal, fate, search, offset, _PAGE)
        yield from page.rows
        offset, total = offset + _PAGE, page.total
        _tell(told, min(offset, total), total)


def _tell(told: Told, done: int, total: int) -> None:
    share = done / total if total else 1.0
    told.step(Progress("exporting_people", {"count": f"{done:,}"}, share))


def _person_cells(row: PersonRow, words: Mapping[str, str]) -> list[str]:
    person = row.person
    values = {
        Column.NAME: person.name,
        Column.USER_ID: person.user_id,
        Column.MOBILE: person.mobile,
        Column.EMAIL: person.email,
        Column.ENTERPRISE_EMAIL: person.enterprise_email,
        Column.DEPARTMENT: row.department,
        Column.STATE: words.get(f"state.{person.state.value}", person.state.value),
    }
    return [values[column] for column in Column]


def _fate_cells(row: FateRow, words: Mapping[str, str]) -> list[str]:
    account = row.account
    held = (account.name, account.display, account.email, account.mobile) if account else ("",) * 4
    return [
        words.get(f"fate.{row.fate.value}", row.fate.value),
        *held,
        row.person_name,
        row.user_id,
        words.get("no_push.yes", "no_push") if row.no_push else "",
        "; ".join(words.get(change, change) for change in row.changes),
    ]
