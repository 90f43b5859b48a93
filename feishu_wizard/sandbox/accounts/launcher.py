"""The pages on which a person decides about a scan (launcher) or a device sign-in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from feishu_wizard.sandbox.accounts.approval import approve_registration, deny
from feishu_wizard.sandbox.console.origin import same_origin
from feishu_wizard.sandbox.html import form_fields, page, render
from feishu_wizard.sandbox.world.actions import RefusedError
from feishu_wizard.sandbox.world.registration import LaunchRequest, Session
from feishu_wizard.sandbox.world.world import World

DECIDED = "已完成，可以关闭此页。Done, you may close this page."
UNKNOWN = "验证码无效或已过期。The code is unknown, expired or decided already."
CREATE = "创建飞书应用 Create a Feishu app"
COMPLETE = "更新飞书应用 Update a Feishu app"
SIGN_IN = "登录 Sign in"


def routes(world: World) -> list[BaseRoute]:
    """Pages of both flows."""

    def bind(
        answer: Callable[[World, Request], Awaitable[Response]],
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            if request.method == "POST" and not same_origin(request):
                return Response("refused: the form came from another origin", 403)
            return await answer(world, request)

        return endpoint

    both = ["GET", "POST"]
    return [
        Route("/page/launcher", bind(_launcher), methods=both),
        Route("/page/cli", bind(_launcher), methods=both),
        Route("/page/device", bind(_device), methods=both),
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
    updating = bool(session.launch.client_id) and not session.launch.create_only
    title = COMPLETE if updating else CREATE
    if request.method == "GET":
        return _page(request, title, "", session, 200)
    if (await form_fields(request)).get("decision") == "approve":
        try:
            approve_registration(world, session, world.app.owner)
        except RefusedError as refusal:
            return _page(request, title, refusal.reason, None, 409)
    else:
        deny(session)
    return _page(request, title, DECIDED, None, 200)


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
    request: Request, title: str, message: str, session: Session | None, status: int
) -> Response:
    launching = title != SIGN_IN and session is not None
    body = render(
        "device.html",
        title=title,
        message=message,
        session=session,
        app=None,
        launch=session.launch if launching and session else None,
        query=request.url.query,
    )
    return page(body, status)
