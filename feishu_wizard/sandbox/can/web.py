"""CAN's web pages: sign-in, the by-hand settings page, the callback, and the internal jobs."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from feishu_wizard.sandbox.can import jobs, settings
from feishu_wizard.sandbox.can.access import json_body
from feishu_wizard.sandbox.can.api import not_found
from feishu_wizard.sandbox.can.office import ADMIN, CanOffice
from feishu_wizard.sandbox.can.replies import CanError, failure, success
from feishu_wizard.sandbox.console.origin import same_origin
from feishu_wizard.sandbox.html import form_fields, page, render

Answer = Callable[[CanOffice, Request], Awaitable[Response]]
WEB_ADMIN = f"{ADMIN} (web)"


def login_page(office: CanOffice) -> str:
    """The sign-in page, with a Feishu button once the integration is active."""
    setting = office.setting()
    link = ""
    if setting.active:
        query = {
            "client_id": setting.app_id,
            "response_type": "code",
            "redirect_uri": setting.callback_url,
            "state": secrets.token_urlsafe(12),
        }
        base = f"{office.world.origins.accounts}/open-apis/authen/v1/authorize"
        link = f"{base}?{urlencode(query)}"
    return render("can_login.html", link=link)


def routes(office: CanOffice) -> list[BaseRoute]:
    """Routes of the web application."""
    table: tuple[tuple[str, str, Answer], ...] = (
        ("/", "GET", _home),
        ("/user/login", "GET", _login),
        ("/user/softLogin", "GET", _callback),
        ("/system/office-software", "GET", _show),
        ("/system/office-software", "POST", _store),
        ("/internal/user-sync/run", "POST", _sync),
        ("/internal/push", "POST", _push),
        ("/{rest:path}", "GET", _missing),
    )
    return [Route(path, _bind(office, answer), methods=[method]) for path, method, answer in table]


def _bind(office: CanOffice, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if request.method == "POST" and not same_origin(request):
            return Response("refused: the call came from another origin", 403)
        try:
            return await answer(office, request)
        except CanError as error:
            return failure(request, error)

    return endpoint


async def _home(office: CanOffice, request: Request) -> Response:
    return RedirectResponse("/user/login", 302)


async def _login(office: CanOffice, request: Request) -> Response:
    return page(login_page(office))


async def _missing(office: CanOffice, request: Request) -> Response:
    if office.api == "html":
        return page(login_page(office))
    return not_found(request, lambda: render("can_missing.html"))


async def _show(office: CanOffice, request: Request) -> Response:
    saved = request.query_params.get("saved") == "1"
    return _settings_page(office, saved=saved, error="")


def _settings_page(office: CanOffice, *, saved: bool, error: str, status: int = 200) -> Response:
    setting, proposed = office.setting(), office.callback
    body = render("can_settings.html", setting=setting, saved=saved, error=error, proposed=proposed)
    return page(body, status)


async def _store(office: CanOffice, request: Request) -> Response:
    fields = await form_fields(request)
    wanted: dict[str, object] = {
        "appId": fields.get("app_id", ""),
        "callbackUrl": fields.get("callback", ""),
    }
    if fields.get("app_secret"):
        wanted["appSecret"] = fields["app_secret"]
    enabled = fields.get("enabled") == "on"
    try:
        setting = settings.save(office, office.setting(), wanted, WEB_ADMIN)
        if setting.enabled != enabled:
            settings.enable(office, office.setting(), enabled, WEB_ADMIN)
    except CanError as error:
        return _settings_page(office, saved=False, error=error.message, status=422)
    return RedirectResponse("/system/office-software?saved=1", 303)


async def _callback(office: CanOffice, request: Request) -> Response:
    query = request.query_params
    code = query.get("code", "")
    if code:
        result = await jobs.sign_in(office, code)
    else:
        refused = query.get("error", "")
        why = "the person refused" if refused else "no code came with this address"
        result = {"ok": False, "error": f"{why} {refused}".strip(), "code": None, "name": None}
    return page(render("can_signed_in.html", result=result), 200 if result["ok"] else 403)


async def _sync(office: CanOffice, request: Request) -> Response:
    return success(request, await jobs.sync_users(office))


async def _push(office: CanOffice, request: Request) -> Response:
    body = await json_body(request)
    accounts, content = body.get("accounts"), body.get("content")
    if not isinstance(accounts, list) or not isinstance(content, str) or not content:
        raise CanError("OS_INVALID", "accounts (a list) and content are required")
    names = [str(account) for account in accounts]
    return success(request, await jobs.push(office, names, content))
