"""What can be read of the app before and after it changes itself.

A value that nobody tells is None: what the draft of the next version holds, such as a bot that was
switched on but not released, is told by no call at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from feishu_wizard.domain.app_change import Part
from feishu_wizard.operations.platform_view import Read, described, kept
from feishu_wizard.services.feishu.application import (
    AppInfo,
    AppScope,
    AppVersion,
    ScopeGrant,
    VersionRange,
    granted_scopes,
    latest_versions,
    suggested_range,
)
from feishu_wizard.services.feishu.bot import BotInfo, bot_info
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.envelope import Answer
from feishu_wizard.services.feishu.self_config import Listed

T = TypeVar("T")
Values = tuple[str, ...] | None
ON, OFF = ("on",), ("off",)
EVERYBODY = ("all",)
_PERSON, _DEPARTMENT, _GROUP = "person:", "department:", "group:"


@dataclass(frozen=True, slots=True)
class Seen:
    """The app as it was read. ``newest``: the newest version; None when there is none, or when
    the versions cannot be read (``versions_told`` is False then).
    """

    scopes: Values
    listed: bool  # the list of permissions was told, which also holds those that wait
    redirect_urls: Values
    allowed_ips: Values
    bot: Values
    contacts_range: Values
    versions_told: bool
    newest: AppVersion | None = None
    version_ids: frozenset[str] = frozenset()

    @property
    def locked(self) -> bool:
        """A version is under review."""
        return self.newest is not None and self.newest.in_review

    def value(self, part: Part) -> Values:
        """What is there now; None when it cannot be read. Nobody tells the availability."""
        if part is Part.VERSION:
            return self._version()
        return {
            Part.SCOPES: self.scopes,
            Part.REDIRECT_URLS: self.redirect_urls,
            Part.ALLOWED_IPS: self.allowed_ips,
            Part.BOT: self.bot,
            Part.CONTACTS_RANGE: self.contacts_range,
        }.get(part)

    def _version(self) -> Values:
        if not self.versions_told:
            return None
        return (self.newest.version,) if self.newest else ()


async def read_app(client: FeishuClient) -> Seen:
    """Read everything that a change may touch, in at most five authenticated calls.

    The platform's refusals make a value unknown; network failures are raised.
    """
    app = await kept(described(client))
    grants = await kept(granted_scopes(client))
    versions = await kept(latest_versions(client))
    bot = await kept(bot_info(client))
    newest = next(iter(versions.value), None) if isinstance(versions, Answer) else None
    span = await kept(suggested_range(client, newest.version_id)) if newest else None
    return Seen(
        scopes=_scopes(app, grants, newest),
        listed=isinstance(grants, Answer),
        redirect_urls=_redirect_urls(app),
        allowed_ips=tuple(bot.value.ip_white_list) if isinstance(bot, Answer) else None,
        bot=_bot(bot, newest),
        contacts_range=_range(span),
        versions_told=isinstance(versions, Answer),
        newest=newest,
        version_ids=_ids(versions),
    )


def spelled(listed: Listed) -> tuple[str, ...]:
    """People, departments and groups as the values of a part."""
    people = (_PERSON + one for one in listed.open_ids)
    departments = (_DEPARTMENT + one for one in listed.department_ids)
    groups = (_GROUP + one for one in listed.group_ids)
    return (*people, *departments, *groups)


def listed_in(values: Iterable[str]) -> Listed:
    """The reverse of ``spelled``."""
    rows = tuple(values)
    return Listed(
        tuple(row.removeprefix(_PERSON) for row in rows if row.startswith(_PERSON)),
        tuple(row.removeprefix(_DEPARTMENT) for row in rows if row.startswith(_DEPARTMENT)),
        tuple(row.removeprefix(_GROUP) for row in rows if row.startswith(_GROUP)),
    )


def _ids(versions: Read[list[AppVersion]]) -> frozenset[str]:
    rows = versions.value if isinstance(versions, Answer) else []
    return frozenset(row.version_id for row in rows)


def _scopes(
    app: Read[AppInfo], grants: Read[list[ScopeGrant]], newest: AppVersion | None
) -> Values:
    """Permissions of the app itself that are added, acting or not. Before the first release there
    is no list; the description then tells those that act, and a version those it declares."""
    if not isinstance(app, Answer) and not isinstance(grants, Answer):
        return None
    rows = grants.value if isinstance(grants, Answer) else []
    found = {row.name for row in rows if row.token_type != "user"}  # noqa: S105 - a kind
    if isinstance(app, Answer):
        found |= _of_the_app(app.value.scopes)
    if newest is not None and not isinstance(grants, Answer):
        found |= _of_the_app(newest.scopes)
    return tuple(sorted(found))


def _of_the_app(scopes: Iterable[AppScope]) -> set[str]:
    return {row.name for row in scopes if "tenant" in row.token_types or not row.token_types}


def _redirect_urls(app: Read[AppInfo]) -> Values:
    if isinstance(app, Answer) and "redirect_urls" in app.value.present:
        return tuple(app.value.redirect_urls)
    return None


def _bot(bot: Read[BotInfo], newest: AppVersion | None) -> Values:
    """By the newest version; without one a bot that answers is on, and silence says nothing."""
    if newest is not None and "ability" in newest.present:
        return ON if newest.ability_bot else OFF
    return ON if isinstance(bot, Answer) else None


def _range(span: Read[VersionRange]) -> Values:
    if not isinstance(span, Answer) or not span.value.kind:
        return None
    if span.value.kind != "some":
        return (span.value.kind,)
    rows = span.value.visible_list
    ids = Listed(tuple(rows.people), tuple(rows.department_ids), tuple(rows.group_ids))
    return ("some", *spelled(ids))
