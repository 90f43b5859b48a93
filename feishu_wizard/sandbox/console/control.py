"""Control calls: what a person does in the console, on the phone or in CAN, by JSON.

Only loopback reaches the sandbox; calls from a web page of another origin are refused all the
same, so that no page open in a browser can play with it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from feishu_wizard.sandbox.accounts.approval import approve_registration, deny
from feishu_wizard.sandbox.can.office import CanOffice
from feishu_wizard.sandbox.console.app_actions import APP_ACTIONS
from feishu_wizard.sandbox.console.fields import Body, choice, flag, number, text
from feishu_wizard.sandbox.console.origin import same_origin
from feishu_wizard.sandbox.console.state import app_state, state
from feishu_wizard.sandbox.options import CAN_API_MODES, DIRECTORIES
from feishu_wizard.sandbox.world.actions import RefusedError
from feishu_wizard.sandbox.world.app import BRANDS, KINDS, SOURCES
from feishu_wizard.sandbox.world.registration import LaunchRequest, Session
from feishu_wizard.sandbox.world.world import World

_SECONDS = {"registration_seconds": 86_400, "poll_seconds": 60}
_QUERY = ("name", "desc", "addons", "clientID", "createOnly")
_SWITCHES = ("scans_need_review", "scan_list_lies")


class NotFoundError(Exception):
    """No such app, session or action."""


def routes(world: World, office: CanOffice) -> list[BaseRoute]:
    """Routes below ``/control``."""

    async def current(request: Request, body: Body) -> Body:
        return state(world, office)

    async def create(request: Request, body: Body) -> Body:
        return _create(world, body)

    async def act(request: Request, body: Body) -> Body:
        app = world.find_app(str(request.path_params["app_id"]))
        action = APP_ACTIONS.get(str(request.path_params["action"]))
        if app is None or action is None:
            raise NotFoundError(request.url.path)
        extra = action(world, app, body)
        return {"ok": True, **extra, "app": app_state(world, app)}

    async def drills(request: Request, body: Body) -> Body:
        world.drills.switch(text(body, "name"), on=flag(body, "on"))
        await world.drills.settled()
        return {"ok": True, "drills": list(world.drills.active)}

    async def can(request: Request, body: Body) -> Body:
        if "api" in body:
            if body["api"] not in CAN_API_MODES:
                raise ValueError(f"api must be out of {', '.join(CAN_API_MODES)}")
            office.api = body["api"]
        if body.get("revoke_key") is True:
            office.store.revoke_keys()
        return {"ok": True, "api": office.api}

    async def tenant(request: Request, body: Body) -> Body:
        _set_tenant(world, body)
        return {"ok": True}

    async def registration(request: Request, body: Body) -> Body:
        return _decide(world, request, body)

    async def device(request: Request, body: Body) -> Body:
        return _decide_grant(world, request, body)

    return [
        Route("/control/state.json", _bind(current), methods=["GET"]),
        Route("/control/apps", _bind(create), methods=["POST"]),
        Route("/control/apps/{app_id}/{action}", _bind(act), methods=["POST"]),
        Route("/control/drills", _bind(drills), methods=["POST"]),
        Route("/control/can", _bind(can), methods=["POST"]),
        Route("/control/tenant", _bind(tenant), methods=["POST"]),
        Route("/control/registration/{code}/{verb}", _bind(registration), methods=["POST"]),
        Route("/control/device/{code}/{verb}", _bind(device), methods=["POST"]),
    ]


def _bind(
    operation: Callable[[Request, Body], Awaitable[Body]],
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if not same_origin(request):
            return JSONResponse({"ok": False, "error": "calls from other origins are refused"}, 403)
        try:
            return JSONResponse(await operation(request, await _body(request)))
        except RefusedError as refusal:
            body = {"ok": False, "code": refusal.code, "error": refusal.reason}
            return JSONResponse(body, 409)
        except NotFoundError as error:
            return JSONResponse({"ok": False, "error": f"not found: {error}"}, 404)
        except ValueError as error:
            return JSONResponse({"ok": False, "error": str(error)}, 400)

    return answer


async def _body(request: Request) -> Body:
    raw = await request.body()
    body: Any = json.loads(raw) if raw else {}
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body


def _create(world: World, body: Body) -> Body:
    made = world.add_app(
        text(body, "name"),
        str(body.get("description", "")),
        source=choice(body, "source", SOURCES),
        kind=choice(body, "type", KINDS),
        brand=choice(body, "brand", BRANDS),
    )
    answer = {"app_id": made.app_id, "app_secret": made.secret}
    if made.kind == "store":
        answer |= {"app_ticket": made.ticket, "tenant_key": world.tenant.key}
    return answer


def _set_tenant(world: World, body: Body) -> None:
    world.reviews.update({str(k): bool(v) for k, v in dict(body.get("review", {})).items()})
    for name in _SWITCHES:
        if name in body:
            setattr(world, name, flag(body, name))
    for name, highest in _SECONDS.items():
        if name in body:
            setattr(world, name, number(body, name, highest))
    if "registration" in body:
        world.registration_open = choice(body, "registration", ("open", "closed")) == "open"
    if "device_grant" in body:
        world.device_grant_open = choice(body, "device_grant", ("open", "closed")) == "open"
    if "directory" in body:
        world.use_directory(choice(body, "directory", ("", *DIRECTORIES)))
    if "brand" in body:
        world.scan_brand = choice(body, "brand", BRANDS)


def _pending(world: World, found: Session | None) -> Session:
    if found is None:
        raise NotFoundError("no such session")
    if found.outcome != "pending":
        raise ValueError(f"the session is {found.outcome} already")
    if found.expires <= world.now():
        raise ValueError("the session has expired")
    return found


def _decide(world: World, request: Request, body: Body) -> Body:
    session = _pending(world, world.registrations.find(str(request.path_params["code"])))
    verb = str(request.path_params["verb"])
    if verb == "deny":
        deny(session)
        return {"ok": True}
    if verb == "expire":
        session.expires = world.now()
        return {"ok": True}
    if verb != "approve":
        raise NotFoundError(request.url.path)
    if body.get("url"):
        session.launch = LaunchRequest.from_url(text(body, "url"))
    elif body:
        query = {k: str(v) for k, v in body.items() if k in _QUERY}
        session.launch = LaunchRequest.from_query(query)
    app = approve_registration(world, session, _person(world, body))
    return {"ok": True, "app_id": app.app_id, "app": app_state(world, app)}


def _decide_grant(world: World, request: Request, body: Body) -> Body:
    session = _pending(world, world.device_grants.find(str(request.path_params["code"])))
    verb = request.path_params["verb"]
    if verb == "deny":
        deny(session)
    elif verb == "expire":
        session.expires = world.now()
    elif verb == "approve":
        session.person = _person(world, body)
        session.outcome = "approved"
    else:
        raise NotFoundError(request.url.path)
    return {"ok": True}


def _person(world: World, body: Body) -> int:
    if not body.get("person"):
        return world.app.owner
    person = world.find_person(text(body, "person"))
    if person is None:
        raise ValueError(f"unknown person: {body['person']}")
    return person.number
