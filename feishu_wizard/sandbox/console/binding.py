"""A page bound to the world; forms of other origins are refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from feishu_wizard.sandbox.console.origin import same_origin
from feishu_wizard.sandbox.world.world import World

Page = Callable[[World, Request], Awaitable[Response]]


def bound(world: World, answer: Page) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of a page."""

    async def endpoint(request: Request) -> Response:
        if request.method == "POST" and not same_origin(request):
            return Response("refused: the form came from another origin", 403)
        return await answer(world, request)

    return endpoint
