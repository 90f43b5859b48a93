"""The open host's routes: one wrapper carries every endpoint through gates and envelope."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from feishu_wizard.sandbox.feishu import (
    application,
    bot,
    departments,
    login,
    messages,
    scopes,
    self_config,
    store_token,
    token,
    users,
    versions,
)
from feishu_wizard.sandbox.feishu.call import Api, Call
from feishu_wizard.sandbox.feishu.gates import pass_gates
from feishu_wizard.sandbox.feishu.replies import PlatformError, error_response, json_response
from feishu_wizard.sandbox.observe import seen_of
from feishu_wizard.sandbox.world.world import World

GATED: tuple[Api, ...] = (
    *bot.APIS,
    *application.APIS,
    *scopes.APIS,
    *versions.APIS,
    *self_config.APIS,
    *users.APIS,
    *departments.APIS,
    *messages.APIS,
    *login.GATED,
)
OPEN: tuple[Api, ...] = (*token.APIS, *store_token.APIS, *login.OPEN)

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(world: World) -> list[BaseRoute]:
    """Routes of ``/open-apis``; endpoints of one path share a route."""
    by_path: dict[str, dict[str, tuple[Api, bool]]] = {}
    for gated, apis in ((True, GATED), (False, OPEN)):
        for api in apis:
            by_path.setdefault(api.path, {})[api.method] = (api, gated)
    made: list[BaseRoute] = [
        Route(f"/open-apis{path}", _endpoint(world, table), methods=_METHODS)
        for path, table in sorted(by_path.items(), key=lambda item: _specific(item[0]))
    ]
    made.append(Route("/open-apis/{rest:path}", _endpoint(world, {}), methods=_METHODS))
    return made


_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def _specific(path: str) -> tuple[bool, str]:
    # Starlette takes the first match: fixed paths go before those with parameters.
    return "{" in path, path


def _endpoint(world: World, table: dict[str, tuple[Api, bool]]) -> Endpoint:
    async def answer(request: Request) -> Response:
        seen = seen_of(request)
        call = Call(world, request, seen)
        method = "GET" if request.method == "HEAD" else request.method
        try:
            api, gated = _select(table, method)
            if gated:
                pass_gates(world, request, api, call)
            body = await api.handler(call)
        except PlatformError as failure:
            seen.code = failure.code
            return error_response(failure, seen.log_id, call.console)
        seen.code = body.get("code", 0)
        return json_response(body)

    return answer


def _select(table: dict[str, tuple[Api, bool]], method: str) -> tuple[Api, bool]:
    if not table:
        raise PlatformError(99991201, "invalid request path", 404)
    if method not in table:
        raise PlatformError(99991301, "invalid request method", 405)
    return table[method]


def open_paths(apis: Iterable[Api] = GATED) -> list[str]:
    """Paths that demand a token, for tests that walk all of them."""
    return sorted({api.path for api in apis})
