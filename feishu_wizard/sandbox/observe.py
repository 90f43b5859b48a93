"""The middleware of all three servers: log ids, the request journal, latency, network drills."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feishu_wizard.sandbox.world.drills import CAN_ADDRESS
from feishu_wizard.sandbox.world.journal import Seen
from feishu_wizard.sandbox.world.world import World

_KEY = "sandbox.seen"
_PORTAL = (
    b"<!doctype html><html><head><title>Guest Wi-Fi login</title></head><body>"
    b"<h1>Welcome to the guest network</h1><p>Please accept the terms to go online.</p>"
    b"</body></html>"
)
DRIP_SECONDS = 0.05


def seen_of(request: Request) -> Seen:
    """The journal entry of a request."""
    seen = request.scope[_KEY]
    assert isinstance(seen, Seen)
    return seen


class Observer:
    """Wraps one server; ``host`` is ``feishu``, ``accounts`` or ``can`` in the journal."""

    def __init__(self, app: ASGIApp, world: World, host: str) -> None:
        self._app = app
        self._world = world
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = self._begin(scope)
        scope[_KEY] = seen
        control = seen.path.startswith("/control/")
        if not control:
            self._world.journal.requests.append(seen)
            if self._world.options.latency_ms:
                await asyncio.sleep(self._world.options.latency_ms / 1000)
            if self._host == "feishu" and await self._disturbed(scope, receive, send):
                return
        await self._app(scope, receive, self._labelled(seen, send))

    def _begin(self, scope: Scope) -> Seen:
        headers = dict(scope["headers"])
        moment = datetime.fromtimestamp(self._world.now(), UTC)
        return Seen(
            at=self._world.timestamp(),
            host=self._host,
            method=scope["method"],
            path=scope["path"],
            log_id=moment.strftime("%Y%m%d%H%M%S") + secrets.token_hex(9).upper(),
            agent=headers.get(b"user-agent", b"").decode("latin-1")[:80],
            authenticated=b"authorization" in headers or b"auth-value" in headers,
        )

    def _labelled(self, seen: Seen, send: Send) -> Send:
        async def labelled(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                if self._host != "can":
                    # In the platform's own case: the official SDK looks for exactly this name.
                    identity = seen.log_id.encode()
                    message["headers"] = [
                        *message["headers"],
                        (b"X-Tt-Logid", identity),
                        (b"X-Request-Id", identity.lower()),
                    ]
            await send(message)

        return labelled

    async def _disturbed(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """The network drills: they stand between this computer and Feishu, not before CAN."""
        client = scope.get("client")
        if client and client[0] == CAN_ADDRESS:
            return False
        seen: Seen = scope[_KEY]
        if self._world.drills.has("captive-portal"):
            await _start(send, seen, b"text/html; charset=utf-8")
            await send({"type": "http.response.body", "body": _PORTAL})
            return True
        if self._world.drills.has("slow-drip"):
            await self._drip(seen, receive, send)
            return True
        return False

    async def _drip(self, seen: Seen, receive: Receive, send: Send) -> None:
        await _start(send, seen, b"application/json; charset=utf-8")
        while self._world.drills.has("slow-drip") and not self._world.stopping:
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            if await _hung_up(receive):
                return
        await send({"type": "http.response.body", "body": b"{}"})


async def _hung_up(receive: Receive) -> bool:
    """Wait one drip; True when the client is gone (sending to it would not tell)."""
    try:
        message = await asyncio.wait_for(receive(), DRIP_SECONDS)
    except TimeoutError:
        return False
    return str(message["type"]) == "http.disconnect"


async def _start(send: Send, seen: Seen, content_type: bytes) -> None:
    seen.status = 200
    headers = [(b"content-type", content_type)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
