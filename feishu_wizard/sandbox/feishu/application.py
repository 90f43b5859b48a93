"""An app's view of itself: settings, range, availability (docs: application-v6)."""

from __future__ import annotations

from feishu_wizard.sandbox.feishu.bot import avatar
from feishu_wizard.sandbox.feishu.call import (
    DEPARTMENT_ID_TYPES,
    USER_ID_TYPES,
    Api,
    Call,
    list_field,
)
from feishu_wizard.sandbox.feishu.replies import Json, PlatformError, ok
from feishu_wizard.sandbox.world.app import App, ScopeKey
from feishu_wizard.sandbox.world.audience import Audience
from feishu_wizard.sandbox.world.scope_book import SCOPES

LANGUAGES = ("zh_cn", "en_us", "ja_jp")
SELF_MANAGE = "application:application:self_manage"
APP_INFO = "admin:app.info:readonly"
SCENES = {"self-built": 0, "store": 1}


def target(call: Call) -> App:
    """The app of the path: ``me``, the own id, or with ``admin:app.info:readonly`` another."""
    wanted = call.path("app_id")
    if wanted in ("me", call.app.app_id):
        return call.app
    if not wanted.startswith("cli_"):
        raise PlatformError(210503, "the app_id is invalid")
    other = call.world.find_app(wanted)
    if other is None or not other.installed:
        raise PlatformError(210504, "the app does not exist in this tenant")
    if not call.can(APP_INFO):
        raise PlatformError(210508, "insufficient permission for this app")
    return other


def scope_items(keys: list[ScopeKey]) -> list[Json]:
    """``scopes[]`` of an app or version, one entry a permission with its identities."""
    by_name: dict[str, list[str]] = {}
    for identity, name in keys:
        by_name.setdefault(name, []).append(identity)
    return [
        {
            "scope": name,
            "description": SCOPES[name].zh,
            "level": SCOPES[name].level,
            "token_types": sorted(identities),
        }
        for name, identities in sorted(by_name.items())
    ]


def app_status(app: App) -> int:
    """0 stopped, 1 enabled, 2 never enabled."""
    if app.stopped:
        return 0
    return 1 if app.installed else 2


async def get_application(call: Call) -> Json:
    """``applications/:app_id``; ``lang`` is mandatory."""
    language = call.choice("lang", LANGUAGES)
    id_type = call.user_id_type()
    app = target(call)
    online, waiting = app.online_version, app.under_review
    owner_id = call.world.person_id(app.owner, id_type, call.app)
    ability = "bot" if app.bot_active else ""
    body: Json = {
        "app_id": app.app_id,
        "creator_id": owner_id,
        "status": app_status(app),
        "scene_type": SCENES[app.kind],
        "payment_type": 0,
        # The documentation says that it is filled for apps of Base only.
        "create_source": "base" if app.source == "base" else "unknown",
        "redirect_urls": list(app.redirect_urls),
        "online_version_id": online.version_id if online else "",
        "unaudit_version_id": waiting.version_id if waiting else "",
        "app_name": app.name,
        "avatar_url": avatar(call),
        "description": app.description,
        "scopes": scope_items([key for key, acts in app.scopes.items() if acts]),
        "primary_language": language,
        "common_categories": [],
        "owner": {"type": 2, "owner_id": owner_id},
        "mobile_default_ability": ability,
        "pc_default_ability": ability,
    }
    return ok({"app": body})


def id_lists(call: Call, audience: Audience) -> Json:
    """``visible_list`` of an audience in the id types of the call."""
    users, places = call.user_id_type(), call.department_id_type()
    people = [call.world.person_id(n, users, call.app) for n in sorted(audience.users)]
    departments = [
        call.world.directory.department_id(n, places) for n in sorted(audience.departments)
    ]
    return {"user_ids": people, "department_ids": departments, "group_ids": []}


async def contacts_range(call: Call) -> Json:
    """``applications/:app_id/contacts_range_configuration``: the range in force."""
    app = target(call)
    wanted = (app.online or app.draft).contacts_range
    body = {"contacts_scope_type": wanted.kind, "visible_list": id_lists(call, wanted)}
    return ok({"contacts_range": body, "has_more": False, "page_token": ""})


async def check_lists(call: Call) -> Json:
    """``visibility/check_white_black_list``: who is in the availability, at most 100 a list."""
    app, body = target(call), await call.json()
    people = list_field(body, "user_ids", 100)
    places = list_field(body, "department_ids", 100)
    groups = list_field(body, "group_ids", 100)
    id_type = call.choice("user_id_type", USER_ID_TYPES)
    place_type = call.choice("department_id_type", DEPARTMENT_ID_TYPES)
    world, allowed = call.world, app.availability
    users: list[Json] = []
    for wire_id in people:
        number = world.person_number(wire_id, id_type, call.app)
        inside = number is not None and allowed.has_person(world.directory, number)
        users.append({"user_id": wire_id, **_membership(inside)})
    departments: list[Json] = []
    for wire_id in places:
        number = world.directory.department_number(wire_id, place_type)
        inside = number is not None and allowed.has_department(world.directory, number)
        departments.append({"department_id": wire_id, **_membership(inside)})
    return ok(
        {
            "user_visibility_list": users,
            "department_visibility_list": departments,
            "group_visibility_list": [{"group_id": g, **_membership(False)} for g in groups],
        }
    )


def _membership(inside: bool) -> Json:
    return {"in_white_list": inside, "in_black_list": False, "in_paid_list": False}


APIS = (
    Api(
        "GET",
        "/application/v6/applications/{app_id}",
        get_application,
        (SELF_MANAGE, APP_INFO),
        ("tenant", "user"),
        tier=9,
    ),
    Api(
        "GET",
        "/application/v6/applications/{app_id}/contacts_range_configuration",
        contacts_range,
        (APP_INFO,),
        tier=3,
    ),
    Api(
        "POST",
        "/application/v6/applications/{app_id}/visibility/check_white_black_list",
        check_lists,
        (SELF_MANAGE,),
    ),
)
