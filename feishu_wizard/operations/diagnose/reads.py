"""What the platform is asked in a diagnosis: each call once, its refusals kept as answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.operations.diagnose.graph import Once
from feishu_wizard.operations.platform_view import PlatformView, Read, kept
from feishu_wizard.services.feishu.application import (
    AppInfo,
    AppVersion,
    Availability,
    ScopeGrant,
    describe_app,
    granted_scopes,
    in_availability,
    latest_versions,
)
from feishu_wizard.services.feishu.bot import BotInfo, bot_info
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.contact import (
    ContactRange,
    User,
    contact_range,
    department_members,
)
from feishu_wizard.services.feishu.envelope import Answer
from feishu_wizard.services.feishu.tenant import TenantInfo, tenant_info

T = TypeVar("T")
ROOT = "0"
SAMPLE = 20


class Reads:
    """The raw material of the checks: at most eight authenticated calls."""

    def __init__(self, client: FeishuClient, once: Once) -> None:
        self._client = client
        self._once = once

    async def grants(self) -> Answer[list[ScopeGrant]] | FeishuError:
        """The scopes the app asked for; needs no permission, so it is the first real call."""
        return await self._read("grants", lambda: granted_scopes(self._client))

    async def app(self) -> Answer[AppInfo] | FeishuError:
        """The app's own description."""
        return await self._read("app", lambda: describe_app(self._client))

    async def versions(self) -> Read[list[AppVersion]]:
        """Its newest versions; asked only when the description leaves something to tell."""
        app = await self.app()
        if not isinstance(app, Answer):
            return None
        if app.value.online_version_id and not app.value.unaudit_version_id:
            return None
        return await self._read("versions", lambda: latest_versions(self._client))

    async def bot(self) -> Answer[BotInfo] | FeishuError:
        """The bot and the IP allow-list."""
        return await self._read("bot", lambda: bot_info(self._client))

    async def tenant(self) -> Answer[TenantInfo] | FeishuError:
        """The company."""
        return await self._read("tenant", lambda: tenant_info(self._client))

    async def range(self) -> Answer[ContactRange] | FeishuError:
        """What of the address book the app may read."""
        return await self._read("range", lambda: contact_range(self._client))

    async def root(self) -> Answer[list[User]] | FeishuError:
        """People right below the root, which is open to a range of "everybody" only."""
        return await self._read("root", lambda: self._members(ROOT))

    async def people(self) -> Read[list[User]]:
        """A sample of people: of the root, else of the first department of the range."""
        root = await self.root()
        if isinstance(root, Answer) and root.value:
            return root
        span = await self.range()
        if not isinstance(span, Answer) or not span.value.department_ids:
            return root
        first = span.value.department_ids[0]
        return await self._read("department", lambda: self._members(first))

    async def availability(self) -> Read[list[Availability]]:
        """Whether the sample may use the app; not asked when the app is not described."""
        people = await self.people()
        if not isinstance(people, Answer) or not isinstance(await self.app(), Answer):
            return None
        ids = [person.open_id for person in people.value if person.open_id]
        if not ids:
            return None
        return await self._read(
            "availability", lambda: in_availability(self._client, ids, "open_id")
        )

    async def view(self) -> PlatformView:
        """All of it, as the permission check reads it."""
        people = await self.people()
        sample = (
            tuple(Answer(person, people.evidence) for person in people.value)
            if isinstance(people, Answer)
            else ()
        )
        return PlatformView(
            grants=await self.grants(),
            app=await self.app(),
            versions=await self.versions(),
            bot=await self.bot(),
            range=await self.range(),
            people=sample,
            availability=await self.availability(),
            root=await self.root(),
        )

    def _members(self, department_id: str) -> Awaitable[Answer[list[User]]]:
        return department_members(self._client, department_id, SAMPLE)

    async def _read(
        self, name: str, call: Callable[[], Awaitable[Answer[T]]]
    ) -> Answer[T] | FeishuError:
        return await self._once.get(name, lambda: kept(call()))
