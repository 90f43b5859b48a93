"""What a control call does to one app: as its developer, as the administrator, as the platform."""

from __future__ import annotations

from collections.abc import Callable

from feishu_wizard.sandbox.console.fields import Body, flag, texts
from feishu_wizard.sandbox.world import actions, scope_requests
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.scope_book import TokenType
from feishu_wizard.sandbox.world.world import World


def _identity(body: Body) -> TokenType:
    identity = body.get("token_type", "tenant")
    if identity not in ("tenant", "user"):
        raise ValueError("token_type must be tenant or user")
    return "user" if identity == "user" else "tenant"


def _grant(world: World, app: App, body: Body) -> Body:
    identity = _identity(body)
    scopes = texts(body, "scopes")
    at_once, unknown = actions.grant(app, scopes, identity, world.reviews)
    actions.revoke(app, texts(body, "remove"), identity)
    return {"at_once": at_once, "unknown": unknown}


def _bot(world: World, app: App, body: Body) -> Body:
    actions.set_bot(app, flag({"enable": True, **body}, "enable"))
    return {}


def _redirect(world: World, app: App, body: Body) -> Body:
    actions.add_redirect_urls(app, texts(body, "add"))
    actions.remove_redirect_urls(app, texts(body, "remove"))
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
    withheld = texts(body, "except")
    return {"version": actions.approve(app, int(world.now()), withheld=withheld).version}


def _approve_scopes(world: World, app: App, body: Body) -> Body:
    return {"scopes": scope_requests.approve(app)}


def _decline_scopes(world: World, app: App, body: Body) -> Body:
    return {"scopes": scope_requests.decline(app)}


def _list_lies(world: World, app: App, body: Body) -> Body:
    identity = _identity(body)
    granted, missing = texts(body, "granted"), texts(body, "missing")
    app.claims = dict.fromkeys(((identity, name) for name in granted), True)
    # Called missing for every identity that it was added for.
    for name in missing:
        app.claims |= {("tenant", name): False, ("user", name): False}
    return {}


def _ticket(world: World, app: App, body: Body) -> Body:
    if app.kind != "store":
        raise ValueError("only store apps get tickets")
    return {"app_ticket": app.new_ticket()}


def _reject(world: World, app: App, body: Body) -> Body:
    return {"version": actions.reject(app, str(body.get("reason") or "")).version}


def _withdraw(world: World, app: App, body: Body) -> Body:
    return {"version": actions.withdraw(app).version}


def _secret(world: World, app: App, body: Body) -> Body:
    return {"app_secret": actions.reset_secret(app)}


def _stop(world: World, app: App, body: Body) -> Body:
    app.stopped = flag({"stopped": True, **body}, "stopped")
    return {}


def _addresses(world: World, app: App, body: Body) -> Body:
    app.allowed_ips[:] = texts(body, "allowed_ips")
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
    "approve-scopes": _approve_scopes,
    "decline-scopes": _decline_scopes,
    "list-lies": _list_lies,
    "ticket": _ticket,
    "reject": _reject,
    "withdraw": _withdraw,
    "reset-secret": _secret,
    "stop": _stop,
    "ip-list": _addresses,
    "revoke-tokens": _revoke_tokens,
}
