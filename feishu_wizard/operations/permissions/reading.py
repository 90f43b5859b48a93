"""Reads the platform within a budget of calls: what decides first, what only proves more last."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TypeVar

from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.permission import Need
from feishu_wizard.operations.platform_view import (
    IP_DENIED,
    QUOTA_SPENT,
    STOPPED,
    PlatformView,
    Read,
    described,
    kept,
)
from feishu_wizard.services.feishu.application import (
    AppInfo,
    Availability,
    ScopeGrant,
    granted_scopes,
    in_availability,
    latest_versions,
)
from feishu_wizard.services.feishu.bot import bot_info
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.contact import (
    ContactRange,
    User,
    contact_range,
    department_members,
    get_user,
)
from feishu_wizard.services.feishu.envelope import Answer
from feishu_wizard.services.feishu.probes import (
    Department,
    first_department,
    may_find_ids,
    may_send,
)

T = TypeVar("T")
# DESIGN section 4: a full check costs at most fifteen authenticated calls, repetitions included.
CALLS = 15
# What decides: list, description, bot, range, versions, root, one department or two people,
# availability, sending; and one for a token that the platform has withdrawn.
_DECIDING = 11
ROOT = "0"
SAMPLE = 20
_SINGLE = 2
# What these refuse, they refuse for every call: nothing more is asked.
_SHUT = STOPPED | {IP_DENIED, QUOTA_SPENT}
SENDING, FINDING = "permission.send_message", "permission.find_ids"
_DEPARTMENT = frozenset({"permission.department_name", "permission.department_tree"})
_PEOPLE = frozenset({"feishu.contact_range", "permission.contact_base"})


async def read_platform(client: FeishuClient, needs: Collection[Need]) -> PlatformView:
    """Read what these needs rest on, in at most ``CALLS`` authenticated calls.

    Network failures are raised; the platform's refusals are kept in the view.
    """
    await client.tenant_token()
    try:
        return await _Reading(client, needs).view()
    finally:
        client.spare_calls(None)


class _Reading:
    def __init__(self, client: FeishuClient, needs: Collection[Need]) -> None:
        self._client = client
        self._wanted = {need.id for need in needs}
        self._before = client.calls
        client.spare_calls(CALLS - _DECIDING)

    async def view(self) -> PlatformView:
        client = self._client
        grants = await kept(granted_scopes(client))
        if isinstance(grants, FeishuError) and grants.feishu_code in _SHUT:
            return PlatformView(grants, grants, None, grants, grants, (), grants)
        app, bot, span = await asyncio.gather(
            kept(described(client)), kept(bot_info(client)), self._range(grants)
        )
        versions = await kept(latest_versions(client)) if isinstance(app, Answer) else None
        sending = await kept(may_send(client)) if SENDING in self._wanted else None
        root, people = await self._people(span)
        seen = await self._availability(app, people)
        finding = None
        if FINDING in self._wanted and self._affords():
            finding = await kept(may_find_ids(client))
        department = await self._department(span)
        return PlatformView(
            grants, app, versions, bot, span, people, seen, root, sending, finding, department
        )

    async def _range(self, grants: Read[list[ScopeGrant]]) -> Read[ContactRange]:
        """Asked where people are synchronised; else only where the list says that it may be."""
        if not self._wanted & _PEOPLE and not _any_granted(grants, "contact:contact"):
            return None
        return await kept(contact_range(self._client))

    async def _people(
        self, span: Read[ContactRange]
    ) -> tuple[Read[list[User]], tuple[Answer[User], ...]]:
        """People below the root; else of the first department of the range; else single ones."""
        if not isinstance(span, Answer):
            return None, ()
        root = await self._members(ROOT)
        if isinstance(root, Answer) and root.value:
            return root, _one_by_one(root)
        if span.value.department_ids:
            below = await self._members(span.value.department_ids[0])
            return root, _one_by_one(below) if isinstance(below, Answer) else ()
        ids = span.value.user_ids[:_SINGLE]
        read = [await kept(get_user(self._client, one, "open_id")) for one in ids]
        return root, tuple(one for one in read if isinstance(one, Answer))

    async def _members(self, department_id: str) -> Answer[list[User]] | FeishuError:
        return await kept(department_members(self._client, department_id, SAMPLE))

    async def _availability(
        self, app: Read[AppInfo], people: tuple[Answer[User], ...]
    ) -> Read[list[Availability]]:
        ids = [person.value.open_id for person in people if person.value.open_id]
        if not ids or not isinstance(app, Answer):
            return None
        return await kept(in_availability(self._client, ids, "open_id"))

    async def _department(self, span: Read[ContactRange]) -> Read[Department]:
        ids = span.value.department_ids if isinstance(span, Answer) else []
        if not ids or not self._wanted & _DEPARTMENT or not self._affords():
            return None
        return await kept(first_department(self._client, ids[0]))

    def _affords(self) -> bool:
        """One more call is left; it is repeated only as often as the rest allows."""
        left = CALLS - (self._client.calls - self._before)
        self._client.spare_calls(max(left - 1, 0))
        return left > 0


def _one_by_one(people: Answer[list[User]]) -> tuple[Answer[User], ...]:
    return tuple(Answer(person, people.evidence) for person in people.value)


def _any_granted(grants: Read[list[ScopeGrant]], beginning: str) -> bool:
    rows = grants.value if isinstance(grants, Answer) else []
    return any(row.granted and row.name.startswith(beginning) for row in rows)
