"""What the platform says about the app, read once: the raw material of the permission check."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.states import VersionState
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
from feishu_wizard.services.feishu.contact import ContactRange, User, contact_range, get_user
from feishu_wizard.services.feishu.envelope import Answer

T = TypeVar("T")
NOT_INSTALLED = 212100
NO_BOT = 11205
NO_SCOPE = 99991672
SAMPLE = 3

# An answer, or the platform's refusal, which is an answer too; None when it was not asked.
Read = Answer[T] | FeishuError | None


@dataclass(frozen=True, slots=True)
class PlatformView:
    """Everything that was read. A refusal is kept: it often says more than an answer."""

    grants: Read[list[ScopeGrant]]
    app: Read[AppInfo]
    versions: Read[list[AppVersion]]
    bot: Read[BotInfo]
    range: Read[ContactRange]
    people: tuple[Answer[User], ...]
    availability: Read[list[Availability]]

    @property
    def version(self) -> VersionState:
        """Where the app stands in its release cycle, as far as the platform tells."""
        if isinstance(self.app, Answer):
            return self._told_version(self.app.value)
        if isinstance(self.grants, Answer):
            return VersionState.RELEASED  # the list is only told of an installed app
        if isinstance(self.grants, FeishuError) and self.grants.feishu_code == NOT_INSTALLED:
            return VersionState.NEVER_RELEASED
        return VersionState.UNKNOWN

    def _told_version(self, app: AppInfo) -> VersionState:
        if app.unaudit_version_id:
            return VersionState.UNDER_REVIEW
        latest = self.versions.value[:1] if isinstance(self.versions, Answer) else []
        if latest and latest[0].in_review:
            return VersionState.UNDER_REVIEW
        if app.online_version_id:
            return VersionState.RELEASED
        if latest and latest[0].rejected:
            return VersionState.REJECTED
        return VersionState.NEVER_RELEASED


async def read_platform(client: FeishuClient) -> PlatformView:
    """Read all that costs little: at most nine authenticated calls.

    Network failures are raised; the platform's refusals are kept in the view.
    """
    await client.tenant_token()
    grants, app, bot, span = await asyncio.gather(
        _read(granted_scopes(client)),
        _read(describe_app(client)),
        _read(bot_info(client)),
        _read(contact_range(client)),
    )
    versions = await _read(latest_versions(client)) if isinstance(app, Answer) else None
    people = await _sample(client, span)
    availability: Read[list[Availability]] = None
    ids = [p.value.open_id for p in people if p.value.open_id]
    if ids and isinstance(app, Answer):
        availability = await _read(in_availability(client, ids, "open_id"))
    return PlatformView(grants, app, versions, bot, span, people, availability)


async def _read(call: Awaitable[Answer[T]]) -> Answer[T] | FeishuError:
    try:
        return await call
    except FeishuError as error:
        return error


async def _sample(client: FeishuClient, span: Read[ContactRange]) -> tuple[Answer[User], ...]:
    """A few people of the range, to see which fields come."""
    if not isinstance(span, Answer):
        return ()
    ids = span.value.user_ids[:SAMPLE]
    read = await asyncio.gather(*(_read(get_user(client, i, "open_id")) for i in ids))
    return tuple(one for one in read if isinstance(one, Answer))
