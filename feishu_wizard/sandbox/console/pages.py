"""The developer console's pages under their real paths: app list and an app's pages."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from feishu_wizard.sandbox.console.binding import Page, bound
from feishu_wizard.sandbox.console.forms import APP_FORMS
from feishu_wizard.sandbox.console.state import STATUS_WORDS
from feishu_wizard.sandbox.html import form_fields, page, render
from feishu_wizard.sandbox.world.actions import RefusedError, needs_review
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.scope_book import SCOPES, ScopeInfo
from feishu_wizard.sandbox.world.world import World

MENU: Final = (
    ("baseinfo", "凭证与基础信息 Credentials"),
    ("bot", "应用能力 Features"),
    ("auth", "权限管理 Permissions"),
    ("safe", "安全设置 Security"),
    ("event", "事件与回调 Events"),
    ("version", "版本管理与发布 Versions"),
)
RANGE_KINDS: Final = (
    ("equal_to_availability", "与应用的可用范围一致 Same as the availability"),
    ("all", "全部成员 All members"),
    ("some", "部分成员 Some members"),
)
ALIASES: Final = {"capability": "bot"}
MAX_DEPARTMENTS = 200
AVATAR = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="72" height="72" viewBox="0 0 72 72">'
    '<rect width="72" height="72" rx="16" fill="#1456f0"/>'
    '<circle cx="36" cy="28" r="12" fill="#fff"/><path d="M14 62a22 18 0 0 1 44 0z" fill="#fff"/>'
    "</svg>"
)


def routes(world: World) -> list[BaseRoute]:
    """Routes of the developer console."""
    table: tuple[tuple[str, str, Page], ...] = (
        ("/", "GET", _home),
        ("/app", "GET", _list),
        ("/app", "POST", _create),
        ("/app/{app_id}", "GET", _first),
        ("/app/{app_id}/{name}", "GET", _show),
        ("/app/{app_id}/{name}", "POST", _submit),
        ("/app/{app_id}/{name}/", "GET", _show),
        ("/page/scope-apply", "GET", _scope_apply),
        ("/search", "GET", _search),
        ("/static/avatar.svg", "GET", _avatar),
    )
    return [Route(path, bound(world, answer), methods=[method]) for path, method, answer in table]


async def _home(world: World, request: Request) -> Response:
    return RedirectResponse("/app", 302)


async def _avatar(world: World, request: Request) -> Response:
    return Response(AVATAR, media_type="image/svg+xml")


async def _list(world: World, request: Request) -> Response:
    living = [app for app in world.apps.values() if not app.deleted]
    return page(render("apps.html", apps=living))


async def _create(world: World, request: Request) -> Response:
    fields = await form_fields(request)
    name = fields.get("name", "").strip()
    if not name:
        return RedirectResponse("/app", 303)
    made = world.add_app(name[:64], fields.get("description", "").strip()[:256])
    return RedirectResponse(f"/app/{made.app_id}/baseinfo", 303)


async def _first(world: World, request: Request) -> Response:
    return RedirectResponse(f"/app/{request.path_params['app_id']}/baseinfo", 302)


async def _scope_apply(world: World, request: Request) -> Response:
    query = request.query_params
    scopes = query.get("scopes", "")
    return RedirectResponse(f"/app/{query.get('clientID', '')}/auth?q={scopes}", 302)


def _target(world: World, request: Request) -> tuple[App | None, str]:
    name = str(request.path_params["name"])
    name = ALIASES.get(name, name)
    known = any(name == key for key, _ in MENU)
    return (world.find_app(str(request.path_params["app_id"])) if known else None), name


async def _show(world: World, request: Request) -> Response:
    app, name = _target(world, request)
    if app is None:
        return RedirectResponse("/app", 302)
    return _app_page(world, request, app, name, "", 200)


def _app_page(
    world: World, request: Request, app: App, name: str, message: str, status: int
) -> Response:
    details = {"auth": _auth_details, "version": _version_details}.get(name)
    values = details(world, request, app) if details else {}
    heading = dict(MENU)[name]
    body = render(
        f"app_{name}.html",
        app=app,
        menu=MENU,
        current=name,
        heading=heading,
        message=message,
        reveal=request.query_params.get("reveal") == "1",
        departments=world.directory.departments[:MAX_DEPARTMENTS],
        **values,
    )
    return page(body, status)


def _auth_details(world: World, request: Request, app: App) -> dict[str, object]:
    granted = [
        {
            "name": name,
            "zh": SCOPES[name].zh,
            "en": SCOPES[name].en,
            "identity": identity,
            "acts": acts,
        }
        for (identity, name), acts in sorted(app.scopes.items())
    ]
    wanted = request.query_params.get("q", "").split(",")
    identity = "user" if request.query_params.get("token_type") == "user" else "tenant"
    asked = [s for n in wanted if (s := SCOPES.get(n)) and (identity, n) not in app.scopes]
    return {
        "granted": granted,
        "asked": [_row(world, scope) for scope in asked],
        "identity": identity,
        "available": [_row(world, scope) for scope in SCOPES.values()],
        "kinds": RANGE_KINDS,
    }


def _row(world: World, scope: ScopeInfo) -> dict[str, object]:
    return {
        "name": scope.name,
        "zh": scope.zh,
        "en": scope.en,
        "review": needs_review(world.reviews, scope.name),
        "user_only": scope.user_only,
    }


def _version_details(world: World, request: Request, app: App) -> dict[str, object]:
    people = world.directory.people
    members = [people[number].user_id for number in sorted(app.draft.availability.users)]
    return {"members": members, "words": STATUS_WORDS}


async def _submit(world: World, request: Request) -> Response:
    app, name = _target(world, request)
    fields = await form_fields(request)
    action = APP_FORMS.get(fields.get("do", ""))
    if app is None or action is None:
        return RedirectResponse("/app", 303)
    try:
        message = action(world, app, fields)
    except (RefusedError, ValueError) as error:
        return _app_page(world, request, app, name, str(error), 409)
    if message:
        return _app_page(world, request, app, name, message, 200)
    return RedirectResponse(f"/app/{app.app_id}/{name}", 303)


async def _search(world: World, request: Request) -> Response:
    """Where the troubleshooter links of error answers lead: the request with that log id."""
    wanted = request.query_params.get("log_id", "")
    found = next((seen for seen in world.journal.requests if seen.log_id == wanted), None)
    return page(render("search.html", seen=found, log_id=wanted), 200 if found else 404)
