"""The Feishu administrator's pages: what waits for a decision, and the settings of one app."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from feishu_wizard.sandbox.console.admin_forms import ADMIN_FORMS, DECISIONS
from feishu_wizard.sandbox.console.binding import Page, bound
from feishu_wizard.sandbox.console.pages import MAX_DEPARTMENTS, RANGE_KINDS
from feishu_wizard.sandbox.html import form_fields, page, render
from feishu_wizard.sandbox.world.actions import RefusedError
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.audience import Audience
from feishu_wizard.sandbox.world.world import World

AUDIT: Final = "/admin/appCenter/audit"
MANAGE: Final = "/admin/appCenter/manage/{app_id}"
AVAILABILITY_KINDS: Final = (("all", "全部成员 All members"), ("some", "部分成员 Some members"))


def routes(world: World) -> list[BaseRoute]:
    """Routes of the administrator's pages."""
    table: tuple[tuple[str, str, Page], ...] = (
        (AUDIT, "GET", _audit),
        (AUDIT, "POST", _decide),
        (MANAGE, "GET", _manage),
        (MANAGE, "POST", _managed),
    )
    return [Route(path, bound(world, answer), methods=[method]) for path, method, answer in table]


def _audit_page(world: World, message: str, status: int) -> Response:
    living = [app for app in world.apps.values() if not app.deleted]
    body = render(
        "audit.html",
        versions=[(app, app.under_review) for app in living if app.under_review],
        requests=[(app, sorted(app.asked)) for app in living if app.asked],
        message=message,
    )
    return page(body, status)


async def _audit(world: World, request: Request) -> Response:
    return _audit_page(world, "", 200)


async def _decide(world: World, request: Request) -> Response:
    fields = await form_fields(request)
    app = world.find_app(fields.get("app_id", ""))
    decide = DECISIONS.get(fields.get("do", ""))
    if app is None or decide is None:
        return _audit_page(world, "应用或操作不存在 no such app or action", 409)
    try:
        decide(world, app, fields)
    except (RefusedError, ValueError) as error:
        return _audit_page(world, str(error), 409)
    return RedirectResponse(AUDIT, 303)


def _manage_page(world: World, app: App, message: str, status: int) -> Response:
    now = app.online or app.draft
    settings = (
        ("availability", "可用范围 Availability", AVAILABILITY_KINDS, now.availability),
        ("range", "通讯录权限范围 Contacts range", RANGE_KINDS, now.contacts_range),
    )
    body = render(
        "manage.html",
        app=app,
        message=message,
        settings=[(*setting, _members(world, setting[3])) for setting in settings],
        departments=world.directory.departments[:MAX_DEPARTMENTS],
    )
    return page(body, status)


def _members(world: World, audience: Audience) -> str:
    people = world.directory.people
    return "\n".join(people[number].user_id for number in sorted(audience.users))


async def _manage(world: World, request: Request) -> Response:
    app = world.find_app(str(request.path_params["app_id"]))
    if app is None:
        return RedirectResponse("/app", 302)
    return _manage_page(world, app, "", 200)


async def _managed(world: World, request: Request) -> Response:
    app = world.find_app(str(request.path_params["app_id"]))
    fields = await form_fields(request)
    action = ADMIN_FORMS.get(fields.get("do", ""))
    if app is None or action is None:
        return RedirectResponse("/app", 303)
    try:
        action(world, app, fields)
    except (RefusedError, ValueError) as error:
        return _manage_page(world, app, str(error), 409)
    return RedirectResponse(request.url.path, 303)
