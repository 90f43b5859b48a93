"""CAN's HTTP API: the reference contract, the verb paths, and what other servers answer instead."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from feishu_wizard.sandbox.can import checks, settings
from feishu_wizard.sandbox.can.access import (
    Caller,
    create_token,
    ensure_administrator,
    identify,
    json_body,
)
from feishu_wizard.sandbox.can.office import CanOffice
from feishu_wizard.sandbox.can.replies import CanError, failure, success
from feishu_wizard.sandbox.can.store import PLATFORMS, Setting
from feishu_wizard.sandbox.observe import seen_of

PREFIX = "/anymetrics/api/v1"
ALL = ["GET", "POST", "PUT", "PATCH", "DELETE"]
Operation = Callable[[CanOffice, Request], Awaitable[Response]]


def routes(office: CanOffice, login_page: Callable[[], str]) -> list[BaseRoute]:
    """Routes below the API prefix; ``login_page`` is what a web app answers to anything."""
    table: tuple[tuple[str, str, Operation], ...] = (
        ("/token/create", "POST", _token),
        ("/office-software", "GET", _list),
        ("/office-software/{platform}", "GET", _read),
        ("/office-software/{platform}", "PUT", _save),
        ("/office-software/{platform}", "DELETE", _delete),
        ("/office-software/{platform}/enabled", "PUT", _enable),
        ("/office-software/{platform}/test", "POST", _test),
        ("/office-software/{platform}/audit", "GET", _audit),
        ("/users", "GET", _accounts),
        ("/officeSoftware/detail", "GET", _verb_detail),
        ("/officeSoftware/save", "POST", _verb_save),
        ("/officeSoftware/switchEnable", "POST", _verb_enable),
        ("/officeSoftware/test", "POST", _verb_test),
    )
    made: list[BaseRoute] = [
        Route(PREFIX + path, _endpoint(office, operation, login_page), methods=[method])
        for path, method, operation in table
    ]
    made.append(Route("/anymetrics/{rest:path}", _endpoint(office, None, login_page), methods=ALL))
    return made


def _endpoint(
    office: CanOffice, operation: Operation | None, login_page: Callable[[], str]
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if office.api == "html":
            return HTMLResponse(login_page())
        if office.api == "error":
            return _broken(request)
        if office.api == "none" or operation is None:
            return not_found(request, login_page)
        try:
            return await operation(office, request)
        except CanError as error:
            return failure(request, error)

    return answer


def _broken(request: Request) -> Response:
    body = {"success": False, "code": "500", "errorMsg": "Internal Server Error", "data": None}
    seen_of(request).code = "500"
    return Response(json.dumps(body), 500, None, "application/json;charset=UTF-8")


def not_found(request: Request, page: Callable[[], str]) -> Response:
    """404 as web applications give it: JSON to programs, a page to browsers."""
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(page(), 404)
    body = {"status": 404, "error": "Not Found", "path": request.url.path}
    return Response(json.dumps(body), 404, None, "application/json")


def _admin(office: CanOffice, request: Request, action: str = "") -> Caller:
    """An administrator; a denied write is written to the audit."""
    caller = identify(office, request)
    try:
        ensure_administrator(office, caller, write=bool(action))
    except CanError:
        platform = str(request.path_params.get("platform", "feishu"))
        if action and platform in PLATFORMS:
            setting = office.store.setting(platform)
            settings.audit(office, setting, caller.account, f"{action} denied", [])
        raise
    return caller


def _platform(office: CanOffice, request: Request) -> Setting:
    return settings.read(office, str(request.path_params["platform"]))


def _checked(office: CanOffice, request: Request) -> Setting:
    headers = request.headers
    return settings.check_version(
        office,
        _platform(office, request),
        headers.get("if-match"),
        headers.get("if-none-match"),
    )


def _stored(office: CanOffice, request: Request, setting: Setting) -> Response:
    return success(request, settings.visible(office, setting), etag=setting.etag)


async def _token(office: CanOffice, request: Request) -> Response:
    return success(request, await create_token(office, request))


async def _list(office: CanOffice, request: Request) -> Response:
    _admin(office, request)
    stored = [office.store.setting(platform) for platform in PLATFORMS]
    rows = [
        {
            "platform": s.platform,
            "enabled": s.enabled,
            "configured": s.configured,
            "version": s.version,
        }
        for s in stored
    ]
    return success(request, rows)


async def _read(office: CanOffice, request: Request) -> Response:
    _admin(office, request)
    return _stored(office, request, _platform(office, request))


async def _save(office: CanOffice, request: Request) -> Response:
    caller = _admin(office, request, "save")
    body = await json_body(request)
    setting = settings.save(office, _checked(office, request), body, caller.account)
    return _stored(office, request, setting)


async def _delete(office: CanOffice, request: Request) -> Response:
    caller = _admin(office, request, "delete")
    setting = settings.clear(office, _checked(office, request), caller.account)
    return _stored(office, request, setting)


async def _enable(office: CanOffice, request: Request) -> Response:
    caller = _admin(office, request, "enable")
    body = await json_body(request)
    setting = _checked(office, request)
    return _stored(
        office, request, settings.enable(office, setting, body.get("enabled"), caller.account)
    )


async def _test(office: CanOffice, request: Request) -> Response:
    caller = _admin(office, request, "test")
    return await _run_test(office, request, _platform(office, request), caller)


async def _run_test(
    office: CanOffice, request: Request, setting: Setting, caller: Caller
) -> Response:
    result = await checks.run(office, setting, await json_body(request))
    settings.audit(office, setting, caller.account, "test", [])
    return success(request, result)


async def _audit(office: CanOffice, request: Request) -> Response:
    _admin(office, request)
    platform = _platform(office, request).platform
    number = _positive(request, "pageNumber", 1)
    size = min(_positive(request, "pageSize", 20), 100)
    total = office.store.audit_total(platform)
    rows = office.store.audit(platform, (number - 1) * size, size)
    return success(request, {"data": rows, "total": total, "hasNext": number * size < total})


async def _accounts(office: CanOffice, request: Request) -> Response:
    """The accounts; the store keeps no mobile, so none is told."""
    _admin(office, request)
    number = _positive(request, "pageNumber", 1)
    size = min(_positive(request, "pageSize", 20), 1000)
    total = office.store.accounts_total()
    rows = [
        {"account": row["name"], "nickname": row["nickname"], "email": row["email"]}
        for row in office.store.accounts_page((number - 1) * size, size)
    ]
    return success(request, {"data": rows, "total": total, "hasNext": number * size < total})


def _positive(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise CanError("OS_INVALID", f"{name} must be a positive number", name)
    return int(text)


def _typed(office: CanOffice, value: object) -> Setting:
    return settings.read(office, str(value or "").lower())


async def _verb_detail(office: CanOffice, request: Request) -> Response:
    _admin(office, request)
    setting = _typed(office, request.query_params.get("type"))
    body = dict(settings.visible(office, setting))
    for hidden in ("appSecretHint", "appSecretSet"):
        body.pop(hidden)
    return success(request, body)


def _verb_checked(office: CanOffice, body: dict[str, object]) -> Setting:
    """The verb paths carry the version as a field; without one nothing is compared."""
    setting = _typed(office, body.get("type"))
    if "version" not in body:
        return setting
    return settings.check_version(office, setting, f'"v{body["version"]}"', None)


async def _verb_save(office: CanOffice, request: Request) -> Response:
    caller = _admin(office, request, "save")
    body = await json_body(request)
    setting = settings.save(office, _verb_checked(office, body), body, caller.account)
    return success(request, {"version": setting.version})


async def _verb_enable(office: CanOffice, request: Request) -> Response:
    caller = _admin(office, request, "enable")
    body = await json_body(request)
    setting = _verb_checked(office, body)
    saved = settings.enable(office, setting, body.get("enabled"), caller.account)
    return success(request, {"version": saved.version})


async def _verb_test(office: CanOffice, request: Request) -> Response:
    caller = _admin(office, request, "test")
    body = await json_body(request)
    setting = _typed(office, body.get("type"))
    result = await checks.run(office, setting, body)
    settings.audit(office, setting, caller.account, "test", [])
    return success(request, result["ok"])
