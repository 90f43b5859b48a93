"""An app that edits and publishes itself (docs: application-v7 config, ability, publish)."""

from __future__ import annotations

import copy
from typing import Any, Final

from feishu_wizard.sandbox.feishu.call import Api, Call, list_field
from feishu_wizard.sandbox.feishu.replies import Json, PlatformError, ok
from feishu_wizard.sandbox.world import actions
from feishu_wizard.sandbox.world.actions import STORE_APP, RefusedError
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.audience import Audience
from feishu_wizard.sandbox.world.scope_book import TokenType

PATCH = "application:application:patch"
RANGE_WRITE = "application:application.contacts_range:write"
MADE_BY_BASE, NOT_CONSOLE, NEEDS_BOT = 210035, 210043, 210041
LISTS: Final = (
    ("h5_trusted_domains", 300),
    ("web_view_trusted_domains", 300),
    ("allowed_schemas", 20),
    ("allowed_server_domains", 300),
)
"""Security settings that nothing here depends on; they are kept all the same."""


def _editable(call: Call, *, other: int, foreign: int, locked: int) -> App:
    wanted = call.path("app_id")
    app = call.app
    if wanted not in ("me", app.app_id):
        raise PlatformError(other, "the app can only change itself")
    if call.token is not None and call.token.kind == "user" and call.token.person != app.owner:
        raise PlatformError(210037, "the user has no right to change the app")
    if app.kind == "store":
        raise PlatformError(STORE_APP, "store apps cannot be changed by this API")
    if app.source != "developer_console":
        made_by_base = app.source == "base" and foreign == NOT_CONSOLE
        code = MADE_BY_BASE if made_by_base else foreign
        raise PlatformError(code, "the app was not created in the developer console")
    if app.under_review is not None:
        raise PlatformError(locked, "the app is under review")
    return app


def _section(body: Json, name: str) -> Json:
    section = body.get(name, {})
    if not isinstance(section, dict):
        raise PlatformError(210031, f"{name} must be an object")
    return section


async def config(call: Call) -> Json:
    """``config``: review-free scopes, redirect URLs and IPs at once, the rest with a release."""
    app = _editable(call, other=210036, foreign=NOT_CONSOLE, locked=210040)
    body = await call.json()
    before = copy.deepcopy(vars(app))
    try:
        _change_scopes(call, app, _section(body, "scope"))
        _change_security(app, _section(body, "security"))
        _change_audiences(call, app, body)
    except (PlatformError, RefusedError, ValueError) as error:
        vars(app).update(before)  # all of a request or nothing of it
        raise _config_error(error) from error
    return ok()


def _config_error(error: Exception) -> PlatformError:
    if isinstance(error, PlatformError):
        return error
    code = error.code if isinstance(error, RefusedError) else 210031
    return PlatformError(code, str(error))


def _change_scopes(call: Call, app: App, section: Json) -> None:
    for name, act in (("add_scopes", True), ("remove_scopes", False)):
        for item in section.get(name) or []:
            identity = item.get("token_type") if isinstance(item, dict) else None
            if identity not in ("tenant", "user"):
                raise PlatformError(210031, "token_type must be tenant or user")
            scope = str(item.get("scope_name", ""))
            if not act:
                actions.revoke(app, [scope], identity)
                continue
            if _needs_bot(app, identity, scope):
                raise PlatformError(NEEDS_BOT, f"{scope} needs the bot ability first")
            _, unknown = actions.grant(app, [scope], identity, call.world.reviews)
            if unknown:
                raise PlatformError(210031, f"unknown scope: {scope}")


def _needs_bot(app: App, identity: TokenType, scope: str) -> bool:
    new = (identity, scope) not in app.scopes
    return new and scope.startswith("im:message") and not app.draft.bot


def _change_security(app: App, section: Json) -> None:
    adding, removing = _section(section, "add"), _section(section, "remove")
    actions.add_redirect_urls(app, list_field(adding, "redirect_urls", 300))
    actions.remove_redirect_urls(app, list_field(removing, "redirect_urls", 300))
    _change_list(app.allowed_ips, adding, removing, "allowed_ips", 300)
    for name, limit in LISTS:
        _change_list(app.security.setdefault(name, []), adding, removing, name, limit)


def _change_list(kept: list[str], adding: Json, removing: Json, name: str, limit: int) -> None:
    added, gone = list_field(adding, name, limit), set(list_field(removing, name, limit))
    kept[:] = [value for value in dict.fromkeys((*kept, *added)) if value not in gone]


def _change_audiences(call: Call, app: App, body: Json) -> None:
    visibility, contacts = _section(body, "visibility"), _section(body, "contacts")
    if visibility:
        kind = "all" if visibility.get("is_visible_to_all") else "some"
        actions.set_availability(app, _audience(call, kind, visibility.get("visible_list")))
    if contacts:
        kind = str(contacts.get("contacts_range_type", ""))
        actions.set_range(app, _audience(call, kind, contacts.get("visible_list")))


def _audience(call: Call, kind: str, listed: Any) -> Audience:
    lists = listed if isinstance(listed, dict) else {}
    id_type, place_type = call.user_id_type(), call.department_id_type()
    world = call.world
    people = [world.person_number(str(i), id_type, call.app) for i in lists.get("user_ids") or []]
    places = [
        world.directory.department_number(str(i), place_type)
        for i in lists.get("department_ids") or []
    ]
    if None in people or None in places:
        raise PlatformError(210031, "visible_list has unknown ids")
    audience = world.audience({"type": kind})
    audience.users = {number for number in people if number is not None}
    audience.departments = {number for number in places if number is not None}
    return audience


async def ability(call: Call) -> Json:
    """``ability``: the bot, with the next release."""
    app = _editable(call, other=210036, foreign=210021, locked=210020)
    bot = _section(await call.json(), "bot")
    if "enable" in bot:
        if not isinstance(bot["enable"], bool):
            raise PlatformError(210031, "bot.enable must be a boolean")
        actions.set_bot(app, bot["enable"])
    return ok()


async def publish(call: Call) -> Json:
    """``publish``: makes a version and starts its review."""
    app = _editable(call, other=210036, foreign=210001, locked=210302)
    body = await call.json()
    missing = [name for name in ("remark", "changelog") if not body.get(name)]
    if app.draft.bot:
        abilities = ("mobile_default_ability", "pc_default_ability")
        missing += [name for name in abilities if body.get(name) != "bot"]
    if missing:
        raise PlatformError(210304, f"missing field: {', '.join(missing)}")
    number, note = str(body.get("version") or ""), str(body["changelog"])
    try:
        version = actions.release(app, int(call.world.now()), number, note)
    except RefusedError as refusal:
        raise PlatformError(refusal.code, refusal.reason) from refusal
    return ok({"version_id": version.version_id, "version": version.version})


async def range_at_once(call: Call) -> Json:
    """v6 ``contacts_range``: acts at once; a range of some is added to and taken from."""
    if call.path("app_id") not in ("me", call.app.app_id):
        raise PlatformError(210036, "the app can only change itself")
    body = await call.json()
    kind = str(body.get("contacts_range_type", ""))
    try:
        wanted = _audience(call, kind, body.get("add_visible_list"))
        gone = _audience(call, kind, body.get("del_visible_list"))
    except ValueError as error:
        raise PlatformError(210031, str(error)) from error
    before = (call.app.online or call.app.draft).contacts_range
    if kind == "some" == before.kind:
        wanted.users |= before.users
        wanted.departments |= before.departments
    wanted.users -= gone.users
    wanted.departments -= gone.departments
    actions.set_range(call.app, wanted, at_once=True)
    return ok()


_V7 = "/application/v7/applications/{app_id}"
APIS = (
    Api("PATCH", f"{_V7}/config", config, (PATCH,), ("tenant", "user"), tier=3),
    Api("PATCH", f"{_V7}/ability", ability, (PATCH,), ("tenant", "user"), tier=3),
    Api("POST", f"{_V7}/publish", publish, (PATCH,), ("tenant", "user"), tier=2),
    Api(
        "PATCH",
        "/application/v6/applications/{app_id}/contacts_range",
        range_at_once,
        (RANGE_WRITE,),
        tier=2,
    ),
)
