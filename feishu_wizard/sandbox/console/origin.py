"""Whose call it is: only loopback reaches the sandbox, but so does every page in a browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

LOCAL_NAMES = ("127.0.0.1", "localhost", "testserver")
TEST_DOMAIN = ".sandbox.test"


def same_origin(request: Request) -> bool:
    """False for a browser's call from a page of another origin, or under a foreign host name.

    The second is how DNS rebinding would reach a loopback server.
    """
    host = request.headers.get("host", "")
    name = urlsplit(f"//{host}").hostname or ""
    if name not in LOCAL_NAMES and not name.endswith(TEST_DOMAIN):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == host
