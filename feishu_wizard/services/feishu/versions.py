"""Versions of the app: what each declares, and how it stands."""

from __future__ import annotations

from typing import Any

import msgspec

from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.envelope import Answer, Body, of_data
from feishu_wizard.services.feishu.paths import api_path

_BASE = "/open-apis/application/v6/applications"
_APPROVED, _REJECTED, _IN_REVIEW, _NOT_SUBMITTED = 1, 2, 3, 4


class AppScope(msgspec.Struct, frozen=True, kw_only=True):
    """A scope as the app's own description lists it.

    ``token_types``: "tenant", "user" or both. ``level``: 1 ordinary, 2 advanced, 3 super-sensitive.
    """

    name: str = msgspec.field(name="scope")
    token_types: list[str] = []
    level: int = 0


class AppVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version. ``status``: 1 approved, 2 rejected, 3 in review, 4 not submitted, 0 unknown.

    ``version`` is its number, X.X.X. Times are seconds since 1970, as text or number. ``present``:
    fields that came at all: without ``ability`` nothing is known of the bot, without ``scopes``
    nothing of what it declares (official docs: application-v6 app_version).
    """

    version_id: str = ""
    version: str = ""
    status: int = 0
    scopes: list[AppScope] = []
    ability: dict[str, Any] = {}
    remark: dict[str, Any] = {}
    create_time: str | int = ""
    publish_time: str | int = ""
    present: frozenset[str] = frozenset()

    @property
    def approved(self) -> bool:
        """Somebody approved it, or nobody had to."""
        return self.status == _APPROVED

    @property
    def in_review(self) -> bool:
        """Submitted; nobody decided yet."""
        return self.status == _IN_REVIEW

    @property
    def rejected(self) -> bool:
        """Somebody refused it."""
        return self.status == _REJECTED

    @property
    def draft(self) -> bool:
        """Made, but not submitted."""
        return self.status == _NOT_SUBMITTED

    @property
    def ability_bot(self) -> bool:
        """The bot is switched on in this version."""
        return "bot" in self.ability

    @property
    def ability_web_app(self) -> bool:
        """The web app is switched on in this version."""
        return "web_app" in self.ability

    @property
    def published_at(self) -> float | None:
        """When it came into force, in seconds since 1970; None when it never did."""
        text = str(self.publish_time).strip()
        return float(text) if text.isascii() and text.isdecimal() and int(text) > 0 else None

    def declares(self, scope: str, token_type: str = "tenant") -> bool:  # noqa: S107 - a kind
        """The version declares this permission for that identity."""
        return any(row.name == scope and token_type in row.token_types for row in self.scopes)


class VisibleList(msgspec.Struct, frozen=True, kw_only=True):
    """Who lies in a range of "some". People come as ``open_ids`` (official SDK) or ``user_ids``
    (as requests of the platform call them); which, no published example shows."""

    open_ids: list[str] = []
    user_ids: list[str] = []
    department_ids: list[str] = []
    group_ids: list[str] = []

    @property
    def people(self) -> list[str]:
        """Ids of the people, under whichever name they came."""
        return self.open_ids or self.user_ids


class VersionRange(msgspec.Struct, frozen=True, kw_only=True):
    """The contacts range that a version asks for.

    ``kind``: "equal_to_availability", "some", "all" or "" when it is not told.
    """

    kind: str = msgspec.field(name="contacts_scope_type", default="")
    visible_list: VisibleList = VisibleList()


class _Versions(msgspec.Struct):
    items: list[AppVersion] = []


async def latest_versions(client: FeishuClient, size: int = 3) -> Answer[list[AppVersion]]:
    """Read the newest versions, newest first (scope ``application:application:self_manage``)."""
    path = api_path(f"{_BASE}/{{}}/app_versions", client.app_id)
    params = {"lang": "zh_cn", "page_size": str(size), "order": "0"}
    return await client.call("GET", path, _versions, params=params)


async def version_detail(client: FeishuClient, version_id: str) -> Answer[AppVersion]:
    """Read one version (``oav_...``). ``FeishuError`` 210506: there is no such version."""
    path = api_path(f"{_BASE}/{{}}/app_versions/{{}}", client.app_id, version_id)
    return await client.call("GET", path, _version, params={"lang": "zh_cn"})


async def suggested_range(client: FeishuClient, version_id: str) -> Answer[VersionRange]:
    """Read the contacts range that a version asks for (scope as ``latest_versions``)."""
    path = f"{_BASE}/{{}}/app_versions/{{}}/contacts_range_suggest"
    params = {"user_id_type": "open_id", "department_id_type": "open_department_id"}
    decoder = of_data(VersionRange, "contacts_range")
    return await client.call(
        "GET", api_path(path, client.app_id, version_id), decoder, params=params
    )


def _versions(body: Body) -> list[AppVersion]:
    found = of_data(_Versions)(body).items
    raw = body.get("data", {}).get("items") or []
    return [_with_present(one, row) for one, row in zip(found, raw, strict=True)]


def _version(body: Body) -> AppVersion:
    found = of_data(AppVersion, "app_version")(body)
    return _with_present(found, body.get("data", {}).get("app_version", {}))


def _with_present(version: AppVersion, row: Body) -> AppVersion:
    return msgspec.structs.replace(version, present=frozenset(row))
