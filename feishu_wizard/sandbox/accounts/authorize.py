"""The authorize page of a sign-in (official docs: access-token/obtain-oauth-code).

What the live page answers with in HTTP when it shows an error is not documented; here the code
stands on the page and the status is 400.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from feishu_wizard.sandbox.brand import brand_of
from feishu_wizard.sandbox.console.origin import same_origin
from feishu_wizard.sandbox.html import form_fields, page, render
from feishu_wizard.sandbox.observe import seen_of
from feishu_wizard.sandbox.world.actions import registered_form
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.directory import Person
from feishu_wizard.sandbox.world.world import World

SHOWN_PEOPLE = 12
MAX_SCOPES = 50
PATHS = ("/open-apis/authen/v1/authorize", "/open-apis/authen/v1/index")
UNGRANTED = ("offline_access", "auth:user.id:read")


@dataclass
class PageError(Exception):
    """An error shown on the authorize page."""

    code: int
    text: str


def routes(world: World) -> list[BaseRoute]:
    """The page on GET and the decision on POST; the older path takes ``app_id``."""

    async def show(request: Request) -> Response:
        try:
            app = _checked(world, request)
        except PageError as error:
            return _failed(request, error)
        query = dict(request.query_params)
        people = _people(world, query.get("search", ""))
        body = render("authorize.html", app=app, people=people, query=request.url.query)
        return page(body)

    async def decide(request: Request) -> Response:
        try:
            app = _checked(world, request)
        except PageError as error:
            return _failed(request, error)
        if not same_origin(request):
            return _failed(request, PageError(4401, "the request came from another page"))
        return _decided(world, app, request, await form_fields(request))

    made: list[BaseRoute] = []
    for path in PATHS:
        made += [Route(path, show, methods=["GET"]), Route(path, decide, methods=["POST"])]
    return made


def _checked(world: World, request: Request) -> App:
    query = request.query_params
    app = world.find_app(query.get("client_id") or query.get("app_id", ""))
    if app is None:
        raise PageError(20048, "应用不存在 The app does not exist")
    seen_of(request).app_id = app.app_id
    if app.brand != brand_of(request):
        raise PageError(20046, "品牌不一致 Brand inconsistency")
    if registered_form(query.get("redirect_uri", "")) not in app.redirect_urls:
        raise PageError(20029, "redirect_uri 请求不合法 The redirect URL is not registered")
    if "client_id" in query and query.get("response_type") != "code":
        raise PageError(20001, "response_type must be code")
    if app.stopped or not app.installed:
        raise PageError(20069, "应用未启用 The app is not enabled")
    _check_scopes(app, query.get("scope", "").split())
    return app


def _check_scopes(app: App, scopes: list[str]) -> None:
    if len(scopes) > MAX_SCOPES:
        raise PageError(20084, "too many scopes")
    missing = [s for s in scopes if s not in UNGRANTED and not app.has_scope(s, identity="user")]
    if missing:
        raise PageError(20027, f"应用缺少权限 The app lacks: {', '.join(missing)}")


def _failed(request: Request, error: PageError) -> Response:
    seen = seen_of(request)
    seen.code = error.code
    body = render("authorize_error.html", code=error.code, text=error.text, log_id=seen.log_id)
    return page(body, 400)


def _people(world: World, search: str) -> list[Person]:
    people = world.directory.people
    if not search:
        return [person for person in people[: SHOWN_PEOPLE + 1] if not person.resigned]
    wanted = search.lower()
    found: list[Person] = []
    for person in people:
        if wanted in f"{person.name} {person.en_name} {person.email} {person.user_id}".lower():
            found.append(person)
        if len(found) == SHOWN_PEOPLE:
            break
    return found


def _decided(world: World, app: App, request: Request, form: dict[str, str]) -> Response:
    query = request.query_params
    target = query["redirect_uri"]
    state = {"state": query["state"]} if "state" in query else {}
    if form.get("decision") == "refuse":
        return _back(target, {"error": "access_denied", **state})
    person = world.find_person(form.get("person", ""))
    if person is None:
        return _failed(request, PageError(20008, "用户不存在 The user does not exist"))
    code = world.tokens.new_code(
        app_id=app.app_id,
        person=person.number,
        redirect_uri=target,
        scope=query.get("scope", ""),
        challenge=query.get("code_challenge", ""),
        method=query.get("code_challenge_method", ""),
    )
    return _back(target, {"code": code.value, **state})


def _back(target: str, answer: dict[str, str]) -> Response:
    parts = urlsplit(target)
    query = "&".join(part for part in (parts.query, urlencode(answer)) if part)
    return RedirectResponse(urlunsplit(parts._replace(query=query)), 302)
