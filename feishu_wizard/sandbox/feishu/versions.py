"""Versions of an app (official docs: application-v6/application/app-version)."""

from __future__ import annotations

from feishu_wizard.sandbox.feishu.application import (
    APP_INFO,
    LANGUAGES,
    SELF_MANAGE,
    id_lists,
    scope_items,
    target,
)
from feishu_wizard.sandbox.feishu.bot import avatar
from feishu_wizard.sandbox.feishu.call import Api, Call
from feishu_wizard.sandbox.feishu.paging import page_of
from feishu_wizard.sandbox.feishu.replies import Json, PlatformError, ok
from feishu_wizard.sandbox.world.app import App, Version

_READ = (SELF_MANAGE, "application:application.app_version:readonly", APP_INFO)


def version_body(call: Call, app: App, version: Version) -> Json:
    """One version as list and item give it."""
    body: Json = {
        "app_id": app.app_id,
        "version": version.version,
        "version_id": version.version_id,
        "app_name": app.name,
        "avatar_url": avatar(call),
        "description": app.description,
        "scopes": scope_items(sorted(version.scopes)),
        "events": [],
        "status": version.status,
        "create_time": str(version.create_time),
        "publish_time": str(version.publish_time) if version.publish_time else "",
        "ability": {"bot": {"card_request_url": ""}} if version.features.bot else {},
        "remark": {"remark": version.note, "update_remark": version.note},
    }
    return body


async def list_versions(call: Call) -> Json:
    """``app_versions``: newest first unless ``order`` is 1; 20 a page, at most 50."""
    call.choice("lang", LANGUAGES)
    app = target(call)
    items = [version_body(call, app, version) for version in app.versions]
    if call.query("order", "0") != "1":
        items.reverse()
    return ok(page_of(call, items, "items", default=20, limit=50))


def _version(call: Call, app: App) -> Version:
    wanted = call.path("version_id")
    for version in app.versions:
        if version.version_id == wanted:
            return version
    raise PlatformError(210506, "the version does not exist")


async def get_version(call: Call) -> Json:
    """``app_versions/:version_id``."""
    call.choice("lang", LANGUAGES)
    app = target(call)
    return ok({"app_version": version_body(call, app, _version(call, app))})


async def suggested_range(call: Call) -> Json:
    """``contacts_range_suggest``: the range that a version asks for."""
    app = target(call)
    wanted = _version(call, app).features.contacts_range
    body = {"contacts_scope_type": wanted.kind, "visible_list": id_lists(call, wanted)}
    return ok({"contacts_range": body})


_BASE = "/application/v6/applications/{app_id}/app_versions"
APIS = (
    Api("GET", _BASE, list_versions, _READ, tier=3),
    Api("GET", _BASE + "/{version_id}", get_version, _READ, tier=3),
    Api("GET", _BASE + "/{version_id}/contacts_range_suggest", suggested_range, _READ, tier=3),
)
