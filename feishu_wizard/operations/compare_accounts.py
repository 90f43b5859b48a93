"""CAN's accounts against the people of the walk: read from a file or from CAN, then compared.

Nothing is written but the journal of the walk. CAN's own reserved accounts (such as its first
administrator) are not known to this program: they count like any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

from feishu_wizard.domain.accounts import (
    Account,
    AccountSource,
    AccountsRead,
    Comparison,
    Fate,
    FatePage,
)
from feishu_wizard.domain.directory import Column
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import BY_HAND
from feishu_wizard.domain.progress import Progress, Report, silent
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.in_thread import Told, in_thread
from feishu_wizard.services.can.accounts import AccountsPage
from feishu_wizard.services.can.model import AccountsOp
from feishu_wizard.services.storage.csv_in import AccountsFile, SkippedRow
from feishu_wizard.services.storage.rehearsal import fates
from feishu_wizard.services.storage.rehearsal.accounts import (
    AccountsIntake,
    Skips,
    account_named,
    accounts_read,
)
from feishu_wizard.services.storage.rehearsal.journals import Rehearsal, Rehearsals

T = TypeVar("T")
_SLICE = 1000  # rows: a slice takes about ten milliseconds


async def read_accounts_file(
    place: Workplace, kit: Kit, path: str, report: Report = silent
) -> AccountsRead:
    """Take the accounts of a CSV file in; those that were read before stay until it is done.

    Raises ``InputError`` ``accounts.*`` (see ``csv_in``; the file or its row is named), also
    accounts.no_rows (path, skipped), and ``journal.*``, ``file.*``.
    """
    return await in_thread(lambda told: _take_in_file(place, kit, path, told), report)


async def read_accounts_from_can(
    place: Workplace, kit: Kit, report: Report = silent
) -> AccountsRead:
    """Take the accounts in that CAN itself lists. See ``can_offers_accounts`` first.

    Raises what every call to CAN does, and accounts.can_short, accounts.too_many_pages,
    accounts.can_none.
    """
    can, shelf = await place.can(kit), _Shelf(_journals(place), kit.setup.id)
    skips, position, columns = Skips(), 0, dict[str, str]()
    try:
        async for page in can.accounts():
            if not shelf.table:
                columns = _told_columns(can.profile.ops.accounts, page)
                await asyncio.to_thread(shelf.begin, tuple(columns))
            await asyncio.to_thread(shelf.add, _named(page, position, skips))
            position += len(page.accounts)
            share = min(position / page.total, 1.0) if page.total else None
            report(Progress("reading_accounts", {"count": f"{position:,}"}, share))
        if position == skips.count:
            raise InputError("accounts.can_none", {"host": can.url})
        read = AccountsRead(AccountSource.CAN, can.url, 0, columns)
        return await asyncio.to_thread(shelf.finish, read, skips)
    except BaseException:
        await asyncio.shield(asyncio.to_thread(shelf.drop))
        raise


def can_offers_accounts(place: Workplace, kit: Kit) -> bool:
    """Whether this CAN is reached through a profile that lists accounts."""
    office = kit.setup.office
    if not office.url or office.profile == BY_HAND:
        return False
    return place.profile(kit).ops.accounts is not None


async def accounts_known(place: Workplace, kit: Kit) -> bool:
    """Whether accounts were read for this setup."""
    return await last_accounts(place, kit) is not None


async def last_accounts(place: Workplace, kit: Kit) -> AccountsRead | None:
    """The accounts that were read last; None when there are none."""
    return await asyncio.to_thread(_reading, place, kit, accounts_read, None)


async def compare(place: Workplace, kit: Kit, by: Column) -> Comparison:
    """Say what a sync would do to every account and person, matched by one field.

    Raises ``InputError`` accounts.no_walk, accounts.none_read, accounts.key_hidden,
    accounts.key_missing, accounts.not_a_key (column), and ``journal.*``.
    """
    return await asyncio.to_thread(_compare, place, kit, by)


async def last_comparison(place: Workplace, kit: Kit) -> Comparison | None:
    """The comparison that is stored for this walk and these accounts; None when there is none."""
    return await asyncio.to_thread(_reading, place, kit, fates.last_comparison, None)


async def fates_page(
    place: Workplace, kit: Kit, fate: Fate | None, search: str, offset: int, limit: int
) -> FatePage:
    """Rows of the comparison: accounts in the order of their source, then people by name.

    ``fate`` None: all. ``search``: part of a name, an address or a number, any case.
    """

    def page(rehearsal: Rehearsal) -> FatePage:
        return fates.page(rehearsal, fate, search, offset, limit)

    return await asyncio.to_thread(_reading, place, kit, page, FatePage((), 0))


async def account_of_person(place: Workplace, kit: Kit, user_id: str) -> Account | None:
    """The CAN account that stands for a person: as compared, else the one of that very name."""

    def look(rehearsal: Rehearsal) -> Account | None:
        return fates.matched_account(rehearsal, user_id) or account_named(rehearsal, user_id)

    return await asyncio.to_thread(_reading, place, kit, look, None)


class _Shelf:
    """Where accounts of pages that come over the network are taken in.

    Every step has a connection of its own: a cancelled one ends by itself, in its thread.
    """

    def __init__(self, journals: Rehearsals, setup_id: str) -> None:
        self._journals = journals
        self._setup = setup_id
        self._columns: tuple[str, ...] = ()
        self.table = ""

    def begin(self, columns: tuple[str, ...]) -> None:
        with self._journals.open(self._setup) as rehearsal:
            self.table = AccountsIntake.begin(rehearsal, columns).table
        self._columns = columns

    def add(self, accounts: list[Account]) -> None:
        with self._journals.open(self._setup) as rehearsal:
            self._intake(rehearsal).add(accounts)

    def finish(self, read: AccountsRead, skips: Skips) -> AccountsRead:
        with self._journals.open(self._setup) as rehearsal:
            return self._intake(rehearsal).finish(read, skips)

    def drop(self) -> None:
        if self.table:
            with self._journals.open(self._setup) as rehearsal:
                self._intake(rehearsal).drop()

    def _intake(self, rehearsal: Rehearsal) -> AccountsIntake:
        return AccountsIntake(rehearsal, self._columns, self.table)


def _journals(place: Workplace) -> Rehearsals:
    return Rehearsals(place.paths)


def _reading(place: Workplace, kit: Kit, look: Callable[[Rehearsal], T], nothing: T) -> T:
    """Look into the journal with a connection of one's own; ``nothing`` when there is none."""
    rehearsal = _journals(place).read(kit.setup.id)
    if rehearsal is None:
        return nothing
    with rehearsal:
        return look(rehearsal)


def _compare(place: Workplace, kit: Kit, by: Column) -> Comparison:
    rehearsal = _journals(place).read(kit.setup.id)
    if rehearsal is None:
        raise InputError("accounts.no_walk")
    with rehearsal:
        return fates.compare(rehearsal, by)


def _take_in_file(place: Workplace, kit: Kit, path: str, told: Told) -> AccountsRead:
    told.step(Progress("reading_accounts", {"count": "0"}))
    source = AccountsFile(Path(path).expanduser())
    read = AccountsRead(
        source=AccountSource.FILE,
        place=str(source.path),
        count=0,
        columns=source.columns.headings,
        encoding=source.encoding,
    )
    with _journals(place).open(kit.setup.id) as rehearsal:
        intake, skips = AccountsIntake.begin(rehearsal, read.columns), Skips()
        try:
            count = _take_in(source, intake, skips, told)
            if not count:
                params = {"path": read.place, "skipped": f"{skips.count:,}"}
                raise InputError("accounts.no_rows", params)
            return intake.finish(read, skips)
        except BaseException:
            intake.drop()
            raise


def _take_in(source: AccountsFile, intake: AccountsIntake, skips: Skips, told: Told) -> int:
    """Store every good row, slice by slice; how many there were."""
    count, rows = 0, source.rows()
    while part := list(islice(rows, _SLICE)):
        accounts = list(_good(part, skips))
        intake.add(accounts)
        count += len(accounts)
        told.step(Progress("reading_accounts", {"count": f"{count:,}"}, source.share))
    return count


def _told_columns(op: AccountsOp | None, page: AccountsPage) -> dict[str, str]:
    """Field to pointer, of the fields that this server really tells."""
    places = op.fields.places() if op is not None else {}
    return {field: at for field, at in places.items() if field in page.fields}


def _named(page: AccountsPage, before: int, skips: Skips) -> list[Account]:
    """The accounts of a page; rows without a name are noted by their position."""
    for nth, one in enumerate(page.accounts, before + 1):
        if one is None:
            skips.add(nth, "accounts.row_no_name")
    return [one for one in page.accounts if one is not None]


def _good(rows: list[Account | SkippedRow], skips: Skips) -> Iterator[Account]:
    for row in rows:
        if isinstance(row, SkippedRow):
            skips.add(row.line, row.code)
        else:
            yield row
