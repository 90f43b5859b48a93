"""Reading the address book: its range, and single people."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.envelope import Answer, Body, of_data
from feishu_wizard.services.feishu.paths import api_path

_BASE = "/open-apis/contact/v3"
FIND_LIMIT = 50
RANGE_LIMIT = 100


class ContactRange(msgspec.Struct, frozen=True, kw_only=True):
    """What the app may read of the address book; the first page of it when ``has_more``.

    With a range of "everybody" these are the first-level departments and the people outside
    any department (official docs: contact-v3 scope list).
    """

    department_ids: list[str] = []
    user_ids: list[str] = []
    group_ids: list[str] = []
    has_more: bool = False
    page_token: str = ""


class FoundUser(msgspec.Struct, frozen=True, kw_only=True):
    """One address that was looked up. ``id`` is "" when nobody was found by it."""

    query: str
    id: str = ""


class UserStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a person can be reached."""

    is_frozen: bool = False
    is_resigned: bool = False
    is_activated: bool = False
    is_exited: bool = False
    is_unjoin: bool = False


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person. A field without permission is absent, without any error: see ``present``."""

    open_id: str = ""
    user_id: str = ""
    union_id: str = ""
    name: str = ""
    email: str = ""
    mobile: str = ""
    enterprise_email: str = ""
    department_ids: list[str] = []
    status: UserStatus | None = None
    present: frozenset[str] = frozenset()


class _Found(msgspec.Struct):
    user_id: str = ""
    email: str = ""
    mobile: str = ""


class _UserList(msgspec.Struct):
    items: list[User] = []


class _FoundList(msgspec.Struct):
    user_list: list[_Found] = []


async def contact_range(
    client: FeishuClient, page_token: str = "", *, retry: bool | None = None
) -> Answer[ContactRange]:
    """Read one page of the app's address-book range, at most 100 entries (any contact scope)."""
    params = {
        "user_id_type": "open_id",
        "department_id_type": "open_department_id",
        "page_size": str(RANGE_LIMIT),
        **({"page_token": page_token} if page_token else {}),
    }
    return await client.call(
        "GET", f"{_BASE}/scopes", of_data(ContactRange), params=params, retry=retry
    )


async def find_ids(
    client: FeishuClient,
    emails: Sequence[str] = (),
    mobiles: Sequence[str] = (),
    id_type: str = "user_id",
) -> Answer[list[FoundUser]]:
    """Look people up by e-mail and mobile, at most 50 of each.

    An unknown address is no error: its entry comes without an id. Mobiles outside mainland
    China need their country code (official docs: contact-v3 batch_get_id).
    """
    if max(len(emails), len(mobiles)) > FIND_LIMIT:
        raise InputError("feishu.too_many", {"limit": str(FIND_LIMIT)})
    answer = await client.call(
        "POST",
        f"{_BASE}/users/batch_get_id",
        of_data(_FoundList),
        params={"user_id_type": id_type},
        body={"emails": list(emails), "mobiles": list(mobiles)},
        retry=True,
    )
    found = [
        FoundUser(query=row.email or row.mobile, id=row.user_id) for row in answer.value.user_list
    ]
    return Answer(found, answer.evidence)


async def get_user(client: FeishuClient, user_id: str, id_type: str = "user_id") -> Answer[User]:
    """Read one person. ``FeishuError`` 41050: outside the address-book range."""
    params = {"user_id_type": id_type, "department_id_type": "open_department_id"}
    path = api_path(f"{_BASE}/users/{{}}", user_id)
    return await client.call("GET", path, _user, params=params)


async def get_users(
    client: FeishuClient, user_ids: Sequence[str], id_type: str = "user_id"
) -> Answer[list[User]]:
    """Read at most 50 people (``contact:contact.base:readonly`` only).

    Whoever is outside the address-book range is missing from the answer, without any error
    (official docs: contact-v3 user batch).
    """
    if len(user_ids) > FIND_LIMIT:
        raise InputError("feishu.too_many", {"limit": str(FIND_LIMIT)})
    params: dict[str, str | list[str]] = {
        "user_ids": list(user_ids),
        "user_id_type": id_type,
        "department_id_type": "open_department_id",
    }
    return await client.call("GET", f"{_BASE}/users/batch", _members, params=params)


async def department_members(
    client: FeishuClient, department_id: str, size: int = FIND_LIMIT
) -> Answer[list[User]]:
    """Read the first people right below a department; at most 50.

    The root ``0`` is open to a range of "everybody" only: ``FeishuError`` 40004 else (official
    docs: contact-v3 find_by_department).
    """
    params = {
        "department_id": department_id,
        "user_id_type": "open_id",
        "department_id_type": "open_department_id",
        "page_size": str(min(size, FIND_LIMIT)),
    }
    return await client.call("GET", f"{_BASE}/users/find_by_department", _members, params=params)


def _members(body: Body) -> list[User]:
    users = of_data(_UserList)(body).items
    raw = body.get("data", {}).get("items") or []
    return [
        msgspec.structs.replace(user, present=frozenset(row))
        for user, row in zip(users, raw, strict=True)
    ]


def _user(body: Body) -> User:
    user = of_data(User, "user")(body)
    present = frozenset(body.get("data", {}).get("user", {}))
    return msgspec.structs.replace(user, present=present)
