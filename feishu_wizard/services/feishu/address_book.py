"""The listings of the address book, read fast: bytes go straight into structs.

A page is tens of kilobytes and there are thousands of them, so no document is built in between.
A row of another shape than documented is counted and left out, never fatal; anything else that is
not a page of the listing fails as with every other endpoint. Official docs: contact-v3.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, Union

import msgspec
from msgspec import UNSET, UnsetType

from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.redact import redact
from feishu_wizard.domain.typed import reader
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.envelope import (
    MSG_LIMIT,
    Answer,
    Body,
    ShapeError,
    answer_of,
    of_data,
    unexpected,
)
from feishu_wizard.services.feishu.paths import api_path
from feishu_wizard.services.net.http import Reply

_BASE = "/open-apis/contact/v3"
ROOT = "0"
PAGE = 50
GROUP_PAGE = 100

MEMBERS_PATH = f"{_BASE}/users/find_by_department"
CHILDREN_PATH = f"{_BASE}/departments/{{}}/children"
DEPARTMENT_PATH = f"{_BASE}/departments/{{}}"
GROUP_PATH = f"{_BASE}/group/{{}}/member/simplelist"
MEMBERS_API = f"GET {MEMBERS_PATH}"
CHILDREN_API = f"GET {CHILDREN_PATH}"
DEPARTMENT_API = f"GET {DEPARTMENT_PATH}"
BATCH_API = f"GET {_BASE}/users/batch"
GROUP_API = f"GET {GROUP_PATH}"
RANGE_API = f"GET {_BASE}/scopes"

_IDS = {"user_id_type": "open_id", "department_id_type": "open_department_id"}

# Absent and null say the same; what came and was blank says another thing.
_Text = Union[str, None, UnsetType]  # noqa: UP007 - msgspec reads it at run time

R = TypeVar("R", bound=msgspec.Struct)


class UserStatus(msgspec.Struct):
    """The five flags of a person."""

    is_frozen: bool | None = None
    is_resigned: bool | None = None
    is_activated: bool | None = None
    is_exited: bool | None = None
    is_unjoin: bool | None = None


class UserRow(msgspec.Struct):
    """A person as listed. ``UNSET`` and None: not given, for want of a permission."""

    open_id: str
    user_id: _Text = UNSET
    union_id: _Text = UNSET
    name: _Text = UNSET
    mobile: _Text = UNSET
    email: _Text = UNSET
    enterprise_email: _Text = UNSET
    department_ids: list[str] | UnsetType | None = UNSET
    status: UserStatus | UnsetType | None = UNSET
    orders: msgspec.Raw | UnsetType = UNSET


class DepartmentRow(msgspec.Struct):
    """A department as listed. ``member_count``: people in it and below it."""

    open_department_id: str
    name: str | None = None
    parent_department_id: str | None = None
    member_count: int | None = None


class GroupMember(msgspec.Struct):
    """One entry of a user group: a person, or a department with everybody in it."""

    member_id: str


class _Order(msgspec.Struct):
    department_id: str
    is_primary_dept: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page. ``page_token`` is "" on the last one; ``unreadable``: rows nobody could read."""

    rows: Sequence[R]
    page_token: str = ""
    unreadable: int = 0


class _Page(msgspec.Struct, Generic[R]):
    items: list[R] | None = None
    has_more: bool | None = None
    page_token: str | None = None


class _Tail(msgspec.Struct):
    has_more: bool | None = None
    page_token: str | None = None


class _Members(msgspec.Struct, Generic[R]):
    memberlist: list[R] | None = None
    has_more: bool | None = None
    page_token: str | None = None


class _Envelope(msgspec.Struct, Generic[R]):
    """The whole answer; ``code`` has no default, so another document is no envelope."""

    code: int
    data: R | None = None
    msg: str | None = None


class _Reader(Generic[R]):
    """Reads one kind of page: at once, or row by row when one of them is odd."""

    def __init__(self, row: type[R], envelope: Any, rows_at: str = "items") -> None:
        self._whole = reader(envelope)
        self._single = reader(row)
        self._rows_at = rows_at

    def __call__(self, reply: Reply) -> Answer[Page[R]]:
        """The page in an answer. Raises as ``answer_of``."""
        try:
            found = self._whole.decode(reply.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self._slowly(_mended(reply))
        if found.code != 0:
            return self._slowly(reply)
        evidence = reply.evidence(
            feishu_code=0, msg=_shown(found.msg), log_id=reply.headers.get("x-tt-logid", "")
        )
        if found.data is None:
            return Answer(Page(()), evidence)
        rows = getattr(found.data, self._rows_at) or ()
        return Answer(Page(rows, self._next(reply, found.data, evidence)), evidence)

    def _slowly(self, reply: Reply) -> Answer[Page[R]]:
        answer = answer_of(reply, self._row_by_row)
        rows, unreadable, tail = answer.value
        token = self._next(reply, tail, answer.evidence)
        return Answer(Page(rows, token, unreadable), answer.evidence)

    def _row_by_row(self, body: Body) -> tuple[list[R], int, _Tail]:
        tail = of_data(_Tail)(body)
        found = body.get("data", {}).get(self._rows_at, [])
        if not isinstance(found, list):
            raise ShapeError(f"$.data.{self._rows_at}")
        rows, unreadable = [], 0
        for row in found:
            try:
                rows.append(self._single.decode(msgspec.json.encode(row)))
            except msgspec.ValidationError:
                unreadable += 1
        return rows, unreadable, tail

    def _next(self, reply: Reply, tail: Any, evidence: Evidence) -> str:
        """The token of the next page; more without a token would be half a listing."""
        if not tail.has_more:
            return ""
        if not tail.page_token:
            raise unexpected(reply, "$.data.page_token", evidence)
        return str(tail.page_token)


_PEOPLE = _Reader(UserRow, _Envelope[_Page[UserRow]])
_DEPARTMENTS = _Reader(DepartmentRow, _Envelope[_Page[DepartmentRow]])
_GROUP = _Reader(GroupMember, _Envelope[_Members[GroupMember]], "memberlist")
_ORDERS = reader(list[_Order])


async def departments_page(
    client: FeishuClient, department_id: str, page_token: str = "", *, deep: bool = True
) -> Answer[Page[DepartmentRow]]:
    """One page of the departments below one, at all depths unless ``deep`` is False.

    ``FeishuError`` 40004: outside the range (the root ``0`` is open to a range of everybody only),
    40014: no right to the parent, 43010: too many to list at all depths, 40012: the page token is
    spent.
    """
    params = {**_paged(PAGE, page_token), "fetch_child": "true" if deep else "false"}
    return await client.exchange(
        "GET",
        api_path(CHILDREN_PATH, department_id),
        _DEPARTMENTS,
        params=params,
        retry=False,
        api=CHILDREN_API,
    )


async def members_page(
    client: FeishuClient, department_id: str, page_token: str = ""
) -> Answer[Page[UserRow]]:
    """One page of the people right in a department; errors as ``departments_page``."""
    params = {**_paged(PAGE, page_token), "department_id": department_id}
    return await client.exchange(
        "GET", MEMBERS_PATH, _PEOPLE, params=params, retry=False, api=MEMBERS_API
    )


async def people_batch(client: FeishuClient, open_ids: Sequence[str]) -> Answer[Page[UserRow]]:
    """People by open_id, at most 50; who is outside the range is missing without an error."""
    return await client.exchange(
        "GET",
        f"{_BASE}/users/batch",
        _PEOPLE,
        params={**_IDS, "user_ids": list(open_ids)},
        retry=False,
        api=BATCH_API,
    )


async def department(client: FeishuClient, department_id: str) -> Answer[DepartmentRow]:
    """One department with its number of people; the root ``0`` as well, where it may be read."""
    return await client.call(
        "GET",
        api_path(DEPARTMENT_PATH, department_id),
        of_data(DepartmentRow, "department"),
        params=_IDS,
        retry=False,
        api=DEPARTMENT_API,
    )


async def group_page(
    client: FeishuClient, group_id: str, page_token: str = "", *, departments: bool = False
) -> Answer[Page[GroupMember]]:
    """One page of the people in a user group, or of the departments in it.

    Needs ``contact:group:readonly`` (official docs: contact-v3 group-member simplelist).
    """
    params = {
        "member_id_type": "open_department_id" if departments else "open_id",
        "member_type": "department" if departments else "user",
        "page_size": str(GROUP_PAGE),
        **({"page_token": page_token} if page_token else {}),
    }
    return await client.exchange(
        "GET",
        api_path(GROUP_PATH, group_id),
        _GROUP,
        params=params,
        retry=False,
        api=GROUP_API,
    )


def departments_of(row: UserRow) -> list[str]:
    """The departments of a person, the primary one first."""
    places = row.department_ids
    if not places:
        return []
    if len(places) < 2 or not isinstance(row.orders, msgspec.Raw):
        return places
    try:
        primary = [one.department_id for one in _ORDERS.decode(row.orders) if one.is_primary_dept]
    except msgspec.DecodeError:
        return places
    return sorted(places, key=lambda place: place not in primary)


def _paged(size: int, page_token: str) -> dict[str, str]:
    token = {"page_token": page_token} if page_token else {}
    return {**_IDS, "page_size": str(size), **token}


def _shown(msg: str | None) -> str:
    return "success" if msg == "success" else redact(msg or "")[:MSG_LIMIT]


def _mended(reply: Reply) -> Reply:
    """An answer with half characters (lone surrogates), which no UTF-8 can hold, made readable."""
    try:
        document = json.loads(reply.body)
        text = json.dumps(document, ensure_ascii=False)
    except (ValueError, RecursionError):
        return reply
    return replace(reply, body=text.encode("utf-8", "replace"))
