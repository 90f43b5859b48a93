"""The three ASGI applications over one world."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.types import ASGIApp

from feishu_wizard.sandbox.accounts import authorize, home, launcher, registration
from feishu_wizard.sandbox.can import api as can_api
from feishu_wizard.sandbox.can import web as can_web
from feishu_wizard.sandbox.can.office import CanOffice
from feishu_wizard.sandbox.console import admin_pages, control, pages
from feishu_wizard.sandbox.feishu import router
from feishu_wizard.sandbox.observe import Observer
from feishu_wizard.sandbox.options import Options
from feishu_wizard.sandbox.world.drills import CAN_ADDRESS
from feishu_wizard.sandbox.world.world import Origins, World


@dataclass
class SandboxApps:
    """ASGI applications of the three origins, the world behind them, and CAN's own state."""

    feishu: ASGIApp
    accounts: ASGIApp
    can: ASGIApp
    world: World
    office: CanOffice
    known_pair: tuple[str, str]
    """App ID and secret as the administrator knows them, also when a drill made them wrong."""


def create_apps(
    options: Options,
    origins: Origins | None = None,
    database: Path | None = None,
    *,
    in_process: bool = True,
    clock: Callable[[], float] = time.time,
) -> SandboxApps:
    """Build the sandbox in the state that ``options`` ask for.

    With ``in_process`` CAN reaches the open host through ASGI; otherwise over the network. CAN's
    database is kept in memory unless a path is given. ``clock`` gives Unix seconds.
    """
    world = World(options, clock, origins or Origins())
    office = CanOffice(world, database)
    if not options.fresh:
        world.make_healthy(office.callback)
        office.configure()
    feishu = Starlette(
        routes=[
            *authorize.routes(world),  # before the catch-all of /open-apis
            *router.routes(world),
            *control.routes(world, office),
            *launcher.routes(world),
            *pages.routes(world),
            *admin_pages.routes(world),
        ]
    )
    accounts = Starlette(
        routes=[
            *home.routes(),
            *authorize.routes(world),
            *registration.routes(world),
            *launcher.routes(world),
        ]
    )
    can = Starlette(
        routes=[
            *can_api.routes(office, lambda: can_web.login_page(office)),
            *can_web.routes(office),
        ]
    )
    apps = SandboxApps(
        feishu=Observer(feishu, world, "feishu"),
        accounts=Observer(accounts, world, "accounts"),
        can=Observer(can, world, "can"),
        world=world,
        office=office,
        known_pair=(world.app.app_id, world.app.secret),
    )
    if in_process:
        import httpx

        office.transport = httpx.ASGITransport(apps.feishu, client=(CAN_ADDRESS, 1))
    world.drills.start(options.drills)
    return apps
