"""The product on a sandbox in the same process: no socket, no waiting, one clock for both."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Network, Setup
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.sandbox.applications import SandboxApps, create_apps
from feishu_wizard.sandbox.options import Options
from feishu_wizard.sandbox.world.world import Origins
from feishu_wizard.services.net.http import Http, NetSettings
from tests.virtual_clock import VirtualTime, run_virtual

T = TypeVar("T")
# Plain http is for loopback only, so these names pretend to be encrypted.
ORIGINS = Origins(
    "https://open.sandbox.test", "https://accounts.sandbox.test", "https://can.sandbox.test"
)
SETUP_ID = "inproc"


class InProcessPlace(Workplace):
    """A workplace whose every request goes to the sandbox's applications."""

    def __init__(self, program: Program, transport: httpx.AsyncBaseTransport) -> None:
        super().__init__(program)
        self._http_in_process = Http(NetSettings(proxy="none"), transport=transport)

    async def http(self, kit: Kit) -> Http:
        """The one way there is."""
        return self._http_in_process

    async def close(self) -> None:
        """Close it, too."""
        await super().close()
        await self._http_in_process.aclose()


class HostTransport(httpx.AsyncBaseTransport):
    """Hands a request to the application whose host it names."""

    def __init__(self, apps: SandboxApps) -> None:
        self._by_host = {
            httpx.URL(origin).host: httpx.ASGITransport(app, client=("127.0.0.1", 50_000))
            for origin, app in (
                (ORIGINS.feishu, apps.feishu),
                (ORIGINS.accounts, apps.accounts),
                (ORIGINS.can, apps.can),
            )
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One exchange."""
        return await self._by_host[request.url.host].handle_async_request(request)


@dataclass
class InProcess:
    """A sandbox, the kit of its practice app, and where the product keeps its state."""

    apps: SandboxApps
    clock: VirtualTime
    state: Path

    @classmethod
    def made(cls, state: Path, **options: Any) -> InProcess:
        """A sandbox with these options; its clock starts with the first ``run``."""
        clock = VirtualTime()
        return cls(create_apps(Options(**options), ORIGINS, clock=clock), clock, state)

    @property
    def kit(self) -> Kit:
        """Setup and secret of the practice app."""
        app_id, secret = self.apps.known_pair
        setup = Setup(
            id=SETUP_ID,
            feishu=Feishu(open_url=ORIGINS.feishu, accounts_url=ORIGINS.accounts, app_id=app_id),
            network=Network(proxy="none"),
        )
        return Kit(setup, {APP_SECRET: Secret(secret)})

    @property
    def journal(self) -> Path:
        """The file in which the walk is written down."""
        return self.state / "state" / "rehearsals" / f"{SETUP_ID}.sqlite3"

    def place(self) -> InProcessPlace:
        """A workplace for one run of the program."""
        program = Program(state_root=self.state, use_keyring=False)
        return InProcessPlace(program, HostTransport(self.apps))

    def run(self, work: Coroutine[Any, Any, T]) -> tuple[T, float]:
        """Run ``work`` in made time; what it gave, and how many made seconds it took."""

        async def timed() -> tuple[T, float]:
            loop = self.clock.loop = asyncio.get_running_loop()
            began = loop.time()
            value = await work
            return value, loop.time() - began

        return run_virtual(timed())

    def statuses(self) -> dict[int, int]:
        """HTTP status to number of answers the sandbox gave."""
        counts: dict[int, int] = {}
        for seen in self.apps.world.journal.requests:
            counts[seen.status] = counts.get(seen.status, 0) + 1
        return counts

    def close(self) -> None:
        """Close CAN's database."""
        self.apps.office.store.close()
