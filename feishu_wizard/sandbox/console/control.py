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
from feishu_wizard.sandbox.console.origin import same_origin
from feishu_wizard.sandbox.console.state import app_state, state
from feishu_wizard.sandbox.options import CAN_API_MODES
from feishu_wizard.sandbox.world import actions
from feishu_wizard.sandbox.world.actions import RefusedError
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.registration import LaunchRequest, Session
from feishu_wizard.sandbox.world.world import World

Body = dict[str, Any]


class NotFoundError(Exception):
    """No such app, session or action."""


def routes(world: World, office: CanOffice) -> list[BaseRoute]:
    """Routes below ``/control``."""

    async def current(request: Request, body: Body) -> Body:
        return state(world, office)

    async def create(request: Request, body: Body) -> Body:
        made = world.add_app(_text(body, "name"), str(body.get("description", "")))
        return {"app_id": made.app_id, "app_secret": made.secret}

    async def act(request: Request, body: Body) -> Body:
        app = world.find_app(str(request.path_params["app_id"]))
        action = APP_ACTIONS.get(str(request.path_params["action"]))
        if app is None or action is None:
            raise NotFoundError(request.url.path)
        extra = action(world, app, body)
        return {"ok": True, **extra, "app": app_state(world, app)}

    async def drills(request: Request, body: Body) -> Body:
        world.drills.switch(_text(body, "name"), on=_flag(body, "on"))
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
        world.reviews.update({str(k): bool(v) for k, v in dict(body.get("review", {})).items()})
        if "scans_need_review" in body:
            world.scans_need_review = _flag(body, "scans_need_review")
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


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is required")
    return value


def _flag(body: Body, name: str) -> bool:
    value = body.get(name)
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")
    return value


def _texts(body: Body, name: str) -> list[str]:
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{name} must be a list of strings")
    return value


def _grant(world: World, app: App, body: Body) -> Body:
    identity = body.get("token_type", "tenant")
    if identity not in ("tenant", "user"):
        raise ValueError("token_type must be tenant or user")
    scopes = _texts(body, "scopes")
    at_once, unknown = actions.grant(app, scopes, identity, world.reviews)
    actions.revoke(app, _texts(body, "remove"), identity)
    return {"at_once": at_once, "unknown": unknown}


def _bot(world: World, app: App, body: Body) -> Body:
    actions.set_bot(app, _flag({"enable": True, **body}, "enable"))
    return {}


def _redirect(world: World, app: App, body: Body) -> Body:
    actions.add_redirect_urls(app, _texts(body, "add"))
    actions.remove_redirect_urls(app, _texts(body, "remove"))
    return {"redirect_urls": list(app.redirect_urls)}


def _range(world: World, app: App, body: Body) -> Body:
    actions.set_range(app, world.audience(body), at_once=body.get("at_once") is True)
    return {}


def _availability(world: World, app: App, body: Body) -> Body:
    wanted = world.audience(body)
    if wanted.kind == "equal_to_availability":
        raise ValueError("type must be all or some")
    actions.set_availability(app, wanted, at_once=body.get("at_once") is True)
    return {}


def _release(world: World, app: App, body: Body) -> Body:
    number, note = str(body.get("version") or ""), str(body.get("note") or "")
    version = actions.release(app, int(world.now()), number, note)
    return {"version_id": version.version_id, "version": version.version}


def _approve(world: World, app: App, body: Body) -> Body:
    return {"version": actions.approve(app, int(world.now())).version}


def _reject(world: World, app: App, body: Body) -> Body:
    return {"version": actions.reject(app, str(body.get("reason") or "")).version}


def _withdraw(world: World, app: App, body: Body) -> Body:
    return {"version": actions.withdraw(app).version}


def _secret(world: World, app: App, body: Body) -> Body:
    return {"app_secret": actions.reset_secret(app)}


def _stop(world: World, app: App, body: Body) -> Body:
    app.stopped = _flag({"stopped": True, **body}, "stopped")
    return {}


def _addresses(world: World, app: App, body: Body) -> Body:
    app.allowed_ips[:] = _texts(body, "allowed_ips")
    return {}


def _revoke_tokens(world: World, app: App, body: Body) -> Body:
    world.tokens.revoke_all(app.app_id)
    return {}


APP_ACTIONS: dict[str, Callable[[World, App, Body], Body]] = {
    "grant": _grant,
    "bot": _bot,
    "redirect-url": _redirect,
    "range": _range,
    "availability": _availability,
    "release": _release,
    "approve": _approve,
    "reject": _reject,
    "withdraw": _withdraw,
    "reset-secret": _secret,
    "stop": _stop,
    "ip-list": _addresses,
    "revoke-tokens": _revoke_tokens,
}


def _pending(found: Session | None) -> Session:
    if found is None:
        raise NotFoundError("no such session")
    if found.outcome != "pending":
        raise ValueError(f"the session is {found.outcome} already")
    return found


def _decide(world: World, request: Request, body: Body) -> Body:
    session = _pending(world.registrations.find(str(request.path_params["code"])))
    if request.path_params["verb"] == "deny":
        deny(session)
        return {"ok": True}
    if request.path_params["verb"] != "approve":
        raise NotFoundError(request.url.path)
    if body.get("url"):
        session.launch = LaunchRequest.from_url(_text(body, "url"))
    elif body:
        query = {k: str(v) for k, v in body.items() if k in ("name", "desc", "addons", "clientID")}
        session.launch = LaunchRequest.from_query(query)
    app = approve_registration(world, session, _person(world, body))
    return {"ok": True, "app_id": app.app_id, "app": app_state(world, app)}


def _decide_grant(world: World, request: Request, body: Body) -> Body:
    session = _pending(world.device_grants.find(str(request.path_params["code"])))
    verb = request.path_params["verb"]
    if verb == "deny":
        deny(session)
    elif verb == "approve":
        session.person = _person(world, body)
        session.outcome = "approved"
    else:
        raise NotFoundError(request.url.path)
    return {"ok": True}


def _person(world: World, body: Body) -> int:
    if not body.get("person"):
        return world.app.owner
    person = world.find_person(_text(body, "person"))
    if person is None:
        raise ValueError(f"unknown person: {body['person']}")
    return person.number
