"""The accounts host's own front page, so that a probe of its address meets something."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

_PAGE = "<!doctype html><html><head><title>Feishu accounts (practice)</title></head></html>"


def routes() -> list[BaseRoute]:
    """The front page."""

    async def home(request: Request) -> Response:
        return HTMLResponse(_PAGE)

    return [Route("/", home, methods=["GET"])]
