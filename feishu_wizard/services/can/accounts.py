"""The accounts that a CAN server holds, page by page, where its profile says how to list them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from feishu_wizard.domain.accounts import Account
from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.services.can import pointer
from feishu_wizard.services.can.envelope import Opened, error_of
from feishu_wizard.services.can.model import AccountsOp, Op
from feishu_wizard.services.can.pointer import MISSING

Exchange = Callable[[Op], Awaitable[Opened]]


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """One page. ``accounts``: in order, None for a row without a name. ``fields``: those that at
    least one row of the page has. ``total``: of all pages, None when it is not told."""

    accounts: tuple[Account | None, ...]
    fields: frozenset[str]
    total: int | None
    more: bool
    evidence: Evidence


async def pages(exchange: Exchange, op: AccountsOp) -> AsyncIterator[AccountsPage]:
    """Every page, one after the other.

    Raises ``CanError`` as every call, also ``unexpected`` (at) for a page of another shape, or
    one that comes again; ``InputError`` accounts.too_many_pages (pages) and accounts.can_short
    (got, total) when the server ends before the number that it tells.
    """
    got, before = 0, None
    for number in range(op.page.first, op.page.first + op.max_pages):
        opened = await exchange(Op(method="GET", path=_path(op, number)))
        page = _page(opened, op, got)
        if page.accounts and page.accounts == before:
            raise error_of("unexpected", page.evidence, at=op.page.number)
        yield page
        got += len(page.accounts)
        before = _renumbered(page.accounts, got)
        if not page.more:
            if page.total is not None and got < page.total:
                counts = {"got": str(got), "total": str(page.total)}
                raise InputError("accounts.can_short", counts, evidence=(page.evidence,))
            return
    raise InputError("accounts.too_many_pages", {"pages": str(op.max_pages)})


def _path(op: AccountsOp, number: int) -> str:
    query = urlencode({op.page.number: number, op.page.size: op.page.rows})
    return f"{op.path}{'&' if '?' in op.path else '?'}{query}"


def _page(opened: Opened, op: AccountsOp, got: int) -> AccountsPage:
    rows = pointer.find(opened.data, op.items_at)
    if not isinstance(rows, list):
        raise error_of("unexpected", opened.evidence, at=op.items_at)
    places = op.fields.places()
    values = [{field: _text(row, at) for field, at in places.items()} for row in rows]
    accounts = tuple(_account(row, got + nth) for nth, row in enumerate(values, 1))
    found = frozenset(field for row in values for field, text in row.items() if text is not None)
    total = _total(opened, op)
    return AccountsPage(accounts, found, total, _more(opened, op, got, len(rows)), opened.evidence)


def _text(row: Any, at: str) -> str | None:
    """The text of a field; None when the row has no such field. Numbers are taken as written."""
    value = pointer.find(row, at)
    if value is MISSING:
        return None
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _account(row: dict[str, str | None], line: int) -> Account | None:
    texts = {field: text or "" for field, text in row.items()}
    return Account(line=line, **texts) if texts["name"].strip() else None


def _total(opened: Opened, op: AccountsOp) -> int | None:
    if op.total_at is None:
        return None
    total = pointer.find(opened.data, op.total_at)
    if isinstance(total, bool) or not isinstance(total, int) or total < 0:
        raise error_of("unexpected", opened.evidence, at=op.total_at)
    return total


def _more(opened: Opened, op: AccountsOp, got: int, rows: int) -> bool:
    """Whether another page follows; a server that promises one after an empty page is refused."""
    if op.more_at is None:
        return bool(rows) and got + rows < (_total(opened, op) or 0)
    more = pointer.find(opened.data, op.more_at)
    if not isinstance(more, bool) or (more and not rows):
        raise error_of("unexpected", opened.evidence, at=op.more_at)
    return more


def _renumbered(accounts: tuple[Account | None, ...], got: int) -> tuple[Account | None, ...]:
    """A page as it would look if it came a second time."""
    return tuple(
        None if one is None else Account(one.name, one.display, one.email, one.mobile, got + nth)
        for nth, one in enumerate(accounts, 1)
    )
