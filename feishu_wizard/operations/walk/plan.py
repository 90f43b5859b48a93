"""What each listing of a walk asks for, and what its answer opens.

The contacts range comes first. Whether it is "everybody" is decided by asking once for the
departments below the root: only then may the root be read (official docs: contact-v3, 40004
otherwise), and then it covers everything that the range lists. Else the departments and people of
the range are walked one by one, and the members of its user groups where the permission for those
is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.walk import RangeKind
from feishu_wizard.operations.walk.rows import department_rows, person_rows
from feishu_wizard.services.feishu import address_book as book
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.contact import contact_range
from feishu_wizard.services.feishu.envelope import Answer
from feishu_wizard.services.storage.rehearsal.walk import Listing, StoredPage

ROOT = book.ROOT
BATCH = 50
TOO_BIG, SPENT_TOKEN = 43010, 40012
_NO_ROOT = frozenset({40004, 40014, 41050})
# What the platform says of one listing, not of the app: the others go on (official docs:
# contact-v3, error codes of its listings; 99992402 and 4000x for what it takes for a bad id).
OF_THE_LISTING = frozenset(
    {40001, 40003, 40004, 40007, 40008, 40011, 40012, 40013, 40014, 41012, 41050, 43010}
    | {99992402, 99992351, 99992360, 99992361}
)

Opened = tuple[str, str, str]
R = TypeVar("R", bound=msgspec.Struct)


def api_of(listing: Listing) -> str:
    """The API that a listing calls."""
    return _APIS[listing.kind]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one answer brought: for the journal, and the exchange it came from."""

    page: StoredPage
    evidence: Evidence


class Plan:
    """Asks for the pages of one walk. ``kind``: what its range turned out to be."""

    def __init__(self, client: FeishuClient, kind: RangeKind) -> None:
        self.kind = kind
        self._client = client
        self._kinds: dict[str, Callable[[Listing], Awaitable[Fetched]]] = {
            "range": self._range,
            "department": self._department,
            "departments": self._departments,
            "level": self._level,
            "members": self._members,
            "people": self._people,
            "group": self._group,
            "group_departments": self._group_departments,
        }

    async def fetch(self, listing: Listing) -> Fetched:
        """The next page of a listing. Raises ``FeishuError`` and ``NetworkError``."""
        return await self._kinds[listing.kind](listing)

    async def _range(self, listing: Listing) -> Fetched:
        answer = await contact_range(self._client, listing.page_token, retry=False)
        found = answer.value
        token = found.page_token if found.has_more else ""
        page = StoredPage(
            page_token=token,
            done=not token,
            rows=len(found.department_ids) + len(found.user_ids) + len(found.group_ids),
            range_departments=len(found.department_ids),
            range_users=len(found.user_ids),
        )
        if not listing.page_token:
            self.kind, page.opens = await self._whole_or_part()
        page.range_kind = self.kind
        if self.kind is RangeKind.PART:
            page.departments = [(place, "", "", None) for place in found.department_ids]
            page.opens = [
                *_each(("department", "departments", "members"), found.department_ids),
                *_batches(found.user_ids),
                *_each(("group",), found.group_ids),
            ]
        return Fetched(page, answer.evidence)

    async def _whole_or_part(self) -> tuple[RangeKind, Sequence[Opened]]:
        """Ask for what is below the root, which is open to a range of everybody only."""
        below = "departments"
        try:
            await book.departments_page(self._client, ROOT)
        except FeishuError as error:
            if error.feishu_code in _NO_ROOT:
                return RangeKind.PART, ()
            if error.feishu_code != TOO_BIG:
                raise
            below = "level"
        return RangeKind.ALL, _each(("department", below, "members"), (ROOT,))

    async def _department(self, listing: Listing) -> Fetched:
        """One department for its name and number; that nobody tells them costs no person."""
        try:
            answer = await book.department(self._client, listing.department)
        except FeishuError as error:
            if error.feishu_code not in OF_THE_LISTING:
                raise
            return Fetched(StoredPage(drop=True), error.evidence[0])
        if listing.department == ROOT:
            return Fetched(StoredPage(told=answer.value.member_count), answer.evidence)
        rows = department_rows([answer.value])
        return Fetched(StoredPage(departments=rows, rows=len(rows)), answer.evidence)

    async def _departments(self, listing: Listing) -> Fetched:
        try:
            return await self._below(listing, deep=True)
        except FeishuError as error:
            if error.feishu_code != TOO_BIG:
                raise
            opens = [("level", listing.department, "")]
            return Fetched(StoredPage(opens=opens, drop=True), error.evidence[0])

    async def _level(self, listing: Listing) -> Fetched:
        return await self._below(listing, deep=False)

    async def _below(self, listing: Listing, *, deep: bool) -> Fetched:
        answer = await book.departments_page(
            self._client, listing.department, listing.page_token, deep=deep
        )
        rows = department_rows(answer.value.rows)
        kinds = ("members",) if deep else ("members", "level")
        page = _paged(answer)
        page.departments, page.opens = rows, _each(kinds, (str(row[0]) for row in rows))
        return Fetched(page, answer.evidence)

    async def _members(self, listing: Listing) -> Fetched:
        answer = await book.members_page(self._client, listing.department, listing.page_token)
        page = _paged(answer)
        page.people = person_rows(answer.value.rows)
        return Fetched(page, answer.evidence)

    async def _people(self, listing: Listing) -> Fetched:
        """People of the range by their ids, which stand where others have a page token."""
        answer = await book.people_batch(self._client, listing.page_token.split(","))
        page = _paged(answer)
        page.people, page.page_token = person_rows(answer.value.rows), listing.page_token
        return Fetched(page, answer.evidence)

    async def _group(self, listing: Listing) -> Fetched:
        answer = await book.group_page(self._client, listing.department, listing.page_token)
        page = _paged(answer)
        page.opens = _batches([row.member_id for row in answer.value.rows])
        if not listing.page_token:
            page.opens += _each(("group_departments",), (listing.department,))
        return Fetched(page, answer.evidence)

    async def _group_departments(self, listing: Listing) -> Fetched:
        answer = await book.group_page(
            self._client, listing.department, listing.page_token, departments=True
        )
        places = [row.member_id for row in answer.value.rows]
        page = _paged(answer)
        page.departments = [(place, "", "", None) for place in places]
        page.opens = _each(("department", "departments", "members"), places)
        return Fetched(page, answer.evidence)


def _paged(answer: Answer[book.Page[R]]) -> StoredPage:
    found = answer.value
    return StoredPage(
        page_token=found.page_token,
        done=not found.page_token,
        rows=len(found.rows),
        unreadable=found.unreadable,
    )


def _each(kinds: Iterable[str], places: Iterable[str]) -> list[Opened]:
    kinds = tuple(kinds)
    return [(kind, place, "") for place in places for kind in kinds]


def _batches(open_ids: Sequence[str]) -> list[Opened]:
    """Listings of people by id, 50 at once, told apart by what is in them."""
    found = []
    for start in range(0, len(open_ids), BATCH):
        ids = ",".join(open_ids[start : start + BATCH])
        found.append(("people", hashlib.sha256(ids.encode()).hexdigest()[:16], ids))
    return found


_APIS = {
    "range": book.RANGE_API,
    "department": book.DEPARTMENT_API,
    "departments": book.CHILDREN_API,
    "level": book.CHILDREN_API,
    "members": book.MEMBERS_API,
    "people": book.BATCH_API,
    "group": book.GROUP_API,
    "group_departments": book.GROUP_API,
}
