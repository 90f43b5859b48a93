"""The sandbox in process: three HTTP clients over ASGI, and a person's hands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from feishu_wizard.sandbox.applications import SandboxApps, create_apps
from feishu_wizard.sandbox.options import Options
from feishu_wizard.sandbox.world.world import World

TOKEN = "/open-apis/auth/v3/tenant_access_token/internal"
SETTING = "/anymetrics/api/v1/office-software/feishu"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Clock:
    """Seconds that only move when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1_790_000_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Sandbox:
    apps: SandboxApps
    feishu: httpx.AsyncClient
    accounts: httpx.AsyncClient
    can: httpx.AsyncClient
    clock: Clock

    @property
    def world(self) -> World:
        return self.apps.world

    @property
    def app_id(self) -> str:
        return self.apps.known_pair[0]

    async def token(self, app_id: str = "", secret: str = "") -> str:
        app_id = app_id or self.app_id
        body = {"app_id": app_id, "app_secret": secret or self.world.apps[app_id].secret}
        reply = (await self.feishu.post(TOKEN, json=body)).json()
        assert reply["code"] == 0, reply
        return str(reply["tenant_access_token"])

    async def call(self, method: str, path: str, *, token: str = "", **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {token or await self.token()}"}
        return await self.feishu.request(method, f"/open-apis{path}", headers=headers, **options)

    async def get(self, path: str, **options: Any) -> Any:
        return await self.call("GET", path, **options)

    async def post(self, path: str, **options: Any) -> Any:
        return await self.call("POST", path, **options)

    async def control(self, action: str, app_id: str = "", **body: Any) -> Any:
        path = f"/control/apps/{app_id or self.app_id}/{action}"
        reply = await self.feishu.post(path, json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def state(self) -> Any:
        return (await self.feishu.get("/control/state.json")).json()

    async def send(self, receive_id: str, id_type: str = "open_id", **more: Any) -> Any:
        body = {"receive_id": receive_id, "msg_type": "text", "content": '{"text": "hello"}'}
        path = f"/im/v1/messages?receive_id_type={id_type}"
        return await self.post(path, json={**body, **more})

    def open_id(self, number: int = 0) -> str:
        return self.world.app.open_ids.encode(number)

    async def settings(self, method: str, suffix: str = "", **options: Any) -> Any:
        headers = {**self.key_headers, **options.pop("headers", {})}
        return await self.can.request(method, SETTING + suffix, headers=headers, **options)

    @property
    def key_headers(self) -> dict[str, str]:
        key = self.apps.office.api_key
        return {"tenant-id": "1", "auth-type": "APIKEY", "auth-value": key}


@pytest.fixture
async def make() -> AsyncIterator[Callable[..., Sandbox]]:
    """Make sandboxes; each is closed at the end of the test."""
    async with AsyncExitStack() as stack:

        def start(**options: Any) -> Sandbox:
            clock = Clock()
            apps = create_apps(Options(**options), clock=clock)
            stack.callback(apps.office.store.close)
            origins = apps.world.origins

            def client(app: Any, base: str) -> httpx.AsyncClient:
                transport = httpx.ASGITransport(app, client=("127.0.0.1", 50_000))
                return httpx.AsyncClient(transport=transport, base_url=base)

            made = Sandbox(
                apps,
                client(apps.feishu, origins.feishu),
                client(apps.accounts, origins.accounts),
                client(apps.can, origins.can),
                clock,
            )
            for one in (made.feishu, made.accounts, made.can):
                stack.push_async_callback(one.aclose)
            return made

        yield start


@pytest.fixture
async def sandbox(make: Callable[..., Sandbox]) -> Sandbox:
    """The healthy sandbox."""
    return make()


@pytest.fixture
async def fresh(make: Callable[..., Sandbox]) -> Sandbox:
    """A tenant as an administrator first meets it."""
    return make(fresh=True)
