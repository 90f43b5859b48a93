"""The pages on which a person decides about a scan (launcher) or a device sign-in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from feishu_wizard.sandbox.accounts.approval import approve_registration, deny, existing
from feishu_wizard.sandbox.console.binding import bound
from feishu_wizard.sandbox.html import form_fields, page, render
from feishu_wizard.sandbox.world.actions import (
    UNDER_REVIEW,
    RefusedError,
    ensure_unlocked,
    needs_review,
)
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.registration import LaunchRequest, Session
from feishu_wizard.sandbox.world.scope_book import SCOPES, TokenType
from feishu_wizard.sandbox.world.world import World

DECIDED = "已完成，可以关闭此页。Done, you may close this page."
UNKNOWN = "验证码无效或已过期。The code is unknown, expired or decided already."
CREATE = "创建飞书应用 Create a Feishu app"
COMPLETE = "更新飞书应用 Update a Feishu app"
SIGN_IN = "登录 Sign in"
REFUSALS = {
    UNDER_REVIEW: "应用正在审核中，审核结束或撤回前不能更新。"
    "The app is under review: it cannot be updated until that is decided or withdrawn.",
    210032: "应用不存在，或不属于你。The app does not exist or belongs to somebody else.",
}


def routes(world: World) -> list[BaseRoute]:
    """Pages of both flows."""
    both = ["GET", "POST"]
    return [
        Route("/page/launcher", bound(world, _launcher), methods=both),
        Route("/page/cli", bound(world, _launcher), methods=both),
        Route("/page/device", bound(world, _device), methods=both),
    ]


def _live(world: World, session: Session | None) -> Session | None:
    if session is None or session.outcome != "pending" or session.expires <= world.now():
        return None
    return session


async def _launcher(world: World, request: Request) -> Response:
    session = _live(world, world.registrations.find(request.query_params.get("user_code", "")))
    if session is None:
        return _page(request, CREATE, UNKNOWN, None, 404)
    try:
        session.launch = LaunchRequest.from_query(dict(request.query_params))
    except ValueError as error:
        return _page(request, CREATE, str(error), None, 400)
    title = COMPLETE if session.launch.updates else CREATE
    try:
        app = _to_update(world, session.launch)
        if request.method == "GET":
            return _page(request, title, "", session, 200, **_asked(world, session.launch, app))
        if (await form_fields(request)).get("decision") == "approve":
            approve_registration(world, session, world.app.owner)
        else:
            deny(session)
    except RefusedError as refusal:
        return _page(request, title, REFUSALS.get(refusal.code, refusal.reason), None, 409)
    return _page(request, title, DECIDED, None, 200)


def _to_update(world: World, launch: LaunchRequest) -> App | None:
    """The app that the scan is to complete, which must be unlocked; None for a new one."""
    if not launch.updates:
        return None
    app = existing(world, launch.client_id, world.app.owner)
    ensure_unlocked(app)
    return app


def _asked(world: World, launch: LaunchRequest, app: App | None) -> dict[str, object]:
    """What the person is asked to confirm: of each permission, what becomes of it."""
    wanted: tuple[tuple[TokenType, list[str]], ...] = (
        ("tenant", launch.tenant_scopes),
        ("user", launch.user_scopes),
    )
    rows = [
        {"name": name, "identity": identity, "fate": _fate(world, app, identity, name)}
        for identity, names in wanted
        for name in dict.fromkeys(names)
        if name in SCOPES
    ]
    return {"app": app, "launch": launch, "rows": rows}


def _fate(world: World, app: App | None, identity: TokenType, name: str) -> str:
    if app is not None and app.has_scope(name, identity=identity):
        return "已开通 on already"
    waits = app is not None and app.source != "scan" and needs_review(world.reviews, name)
    return "新增，发布版本后生效 new, acts after a release" if waits else "新增 new"


async def _device(world: World, request: Request) -> Response:
    session = _live(world, world.device_grants.find(request.query_params.get("user_code", "")))
    if session is None:
        return _page(request, SIGN_IN, UNKNOWN, None, 404)
    if request.method == "GET":
        return _page(request, SIGN_IN, "", session, 200)
    if (await form_fields(request)).get("decision") == "approve":
        session.person, session.outcome = world.app.owner, "approved"
    else:
        deny(session)
    return _page(request, SIGN_IN, DECIDED, None, 200)


def _page(
    request: Request,
    title: str,
    message: str,
    session: Session | None,
    status: int,
    **shown: object,
) -> Response:
    values = {"app": None, "launch": None, "rows": [], **shown}
    query = request.url.query
    body = render(
        "device.html", title=title, message=message, session=session, query=query, **values
    )
    return page(body, status)
