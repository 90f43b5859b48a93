"""What the platform tells about the app itself."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.envelope import Answer, Body, nothing, of_data
from feishu_wizard.services.feishu.paths import api_path
from feishu_wizard.services.feishu.versions import (
    AppScope,
    AppVersion,
    VersionRange,
    VisibleList,
    latest_versions,
    suggested_range,
    version_detail,
)

__all__ = [
    "AVAILABILITY_LIMIT",
    "AppInfo",
    "AppScope",
    "AppVersion",
    "Availability",
    "Owner",
    "ScopeGrant",
    "VersionRange",
    "VisibleList",
    "apply_scopes",
    "describe_app",
    "granted_scopes",
    "in_availability",
    "latest_versions",
    "suggested_range",
    "version_detail",
]

_BASE = "/open-apis/application/v6"
_GRANTED = 1
AVAILABILITY_LIMIT = 100


class ScopeGrant(msgspec.Struct, frozen=True, kw_only=True):
    """A scope the app asked for. ``grant_status``: 1 granted, 2 not granted, else unknown.

    ``token_type`` is "tenant", "user" or "" when the platform does not say.
    """

    name: str = msgspec.field(name="scope_name")
    grant_status: int = 0
    token_type: str = msgspec.field(name="scope_type", default="")

    @property
    def granted(self) -> bool:
        """The platform says that it is granted."""
        return self.grant_status == _GRANTED


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Who owns the app; ``type`` 2 is a member of the tenant."""

    type: int = -1
    owner_id: str = ""


class AppInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The app as it describes itself.

    ``status``: 0 stopped, 1 enabled, 2 never enabled, 3 unknown. ``scene_type``: 0 self-built,
    1 store, 2 personal store. ``present``: fields that came at all; a list that did not come is
    unknown, not empty (official docs: application-v6 get-application).
    """

    app_name: str = ""
    status: int = 3
    scene_type: int = 3
    redirect_urls: list[str] = []
    scopes: list[AppScope] = []
    online_version_id: str = ""
    unaudit_version_id: str = ""
    creator_id: str = ""
    create_source: str = ""
    owner: Owner = Owner()
    present: frozenset[str] = frozenset()

    @property
    def owner_id(self) -> str:
        """Id of the owner, "" when it is not told."""
        return self.owner.owner_id


class Availability(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one person may use the app: on a list that allows it, and not on the deny list."""

    user_id: str = ""
    in_white_list: bool = False
    in_black_list: bool = False
    in_paid_list: bool = False

    @property
    def available(self) -> bool:
        """The person may use the app."""
        return (self.in_white_list or self.in_paid_list) and not self.in_black_list


class _Scopes(msgspec.Struct):
    scopes: list[ScopeGrant] = []


class _Visibility(msgspec.Struct):
    user_visibility_list: list[Availability] = []


async def granted_scopes(client: FeishuClient) -> Answer[list[ScopeGrant]]:
    """Read what became of the scopes the app asked for; needs no permission.

    ``FeishuError`` 212100: not installed in the tenant, usually because never released
    (official docs: application-v6 scope list).
    """
    answer = await client.call("GET", f"{_BASE}/scopes", of_data(_Scopes))
    return Answer(answer.value.scopes, answer.evidence)


async def describe_app(client: FeishuClient, lang: str = "zh_cn") -> Answer[AppInfo]:
    """Read the app's own description (scope ``application:application:self_manage``)."""
    params = {"lang": lang, "user_id_type": "open_id"}
    return await client.call("GET", f"{_BASE}/applications/me", _app_info, params=params)


async def apply_scopes(client: FeishuClient) -> Answer[None]:
    """Ask the administrators to approve what the version in force declares; needs no permission.

    Nothing is added to the app by it. Asked once: ``FeishuError`` 212001 only permissions of the
    highest level are left, 212002 nothing is left, 212003 asked too often, 212004 asked already
    (official docs: application-v6 scope apply).
    """
    return await client.call("POST", f"{_BASE}/scopes/apply", nothing)


async def in_availability(
    client: FeishuClient, user_ids: Sequence[str], id_type: str = "user_id"
) -> Answer[list[Availability]]:
    """Tell of at most 100 people whether they may use the app (scope as ``describe_app``).

    Official docs: application-v6 check_white_black_list.
    """
    if len(user_ids) > AVAILABILITY_LIMIT:
        raise InputError("feishu.too_many", {"limit": str(AVAILABILITY_LIMIT)})
    template = f"{_BASE}/applications/{{}}/visibility/check_white_black_list"
    answer = await client.call(
        "POST",
        api_path(template, client.app_id),
        of_data(_Visibility),
        params={"user_id_type": id_type},
        body={"user_ids": list(user_ids)},
        retry=True,
    )
    return Answer(answer.value.user_visibility_list, answer.evidence)


def _app_info(body: Body) -> AppInfo:
    info = of_data(AppInfo, "app")(body)
    present = frozenset(body.get("data", {}).get("app", {}))
    return msgspec.structs.replace(info, present=present)
