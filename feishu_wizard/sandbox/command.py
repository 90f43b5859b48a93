"""The command line of the sandbox: options, the ready line, signals."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from feishu_wizard.sandbox.applications import SandboxApps, create_apps
from feishu_wizard.sandbox.options import (
    BEHAVIOUR_DRILLS,
    CAN_API_MODES,
    DIRECTORIES,
    MISSING_SCOPE,
    STATE_DRILLS,
    Options,
)
from feishu_wizard.sandbox.server import HOST, Origin, bind, log_errors
from feishu_wizard.sandbox.setup_files import (
    TENANT_ID,
    Certificates,
    make_certificates,
    write_setup,
)
from feishu_wizard.sandbox.world.world import Origins

EXIT_USAGE, EXIT_NETWORK = 2, 4
ORIGINS = 3


def parser() -> argparse.ArgumentParser:
    """The options, as the product's own ``sandbox`` command has them."""
    drills = ", ".join((*STATE_DRILLS, *BEHAVIOUR_DRILLS, f"{MISSING_SCOPE}<scope>"))
    made = argparse.ArgumentParser(
        prog="feishu-wizard sandbox",
        description="A Feishu and a CAN to practise on, on loopback, until interrupted.",
        epilog=f"Drills: {drills}. recipient-outside shuts out zhou.mu@example.com.",
    )
    made.add_argument("--port", type=int, default=0, help="first of three ports; 0 picks free ones")
    made.add_argument("--tls", action="store_true", help="https with a throw-away authority")
    made.add_argument(
        "--drill", action="append", default=[], metavar="NAME", help="break one thing"
    )
    made.add_argument("--users", type=int, default=60, help="people in the tenant")
    made.add_argument("--departments", type=int, default=8, help="departments in the tenant")
    made.add_argument(
        "--directory", choices=DIRECTORIES, default="", help="people that broke other products"
    )
    made.add_argument("--latency", type=int, default=0, metavar="MS", help="delay every answer")
    made.add_argument("--rate-limits", action="store_true", help="enforce the documented limits")
    made.add_argument("--fresh", action="store_true", help="a tenant as it is met first")
    made.add_argument("--can-api", choices=CAN_API_MODES, default="rest", help="CAN's settings API")
    made.add_argument("--until-eof", action="store_true", help="end also when standard input does")
    made.add_argument(
        "--state", type=Path, metavar="DIR", help="keep files here, not in a temporary folder"
    )
    return made


def main(argv: list[str]) -> int:
    """Run the sandbox; 0 after SIGINT or SIGTERM, 2 for bad options, 4 for a port in use."""
    arguments = parser().parse_args(argv)
    try:
        options = Options(
            port=arguments.port,
            tls=arguments.tls,
            drills=tuple(arguments.drill),
            users=arguments.users,
            departments=arguments.departments,
            latency_ms=arguments.latency,
            rate_limits=arguments.rate_limits,
            fresh=arguments.fresh,
            can_api=arguments.can_api,
            state=arguments.state,
            directory=arguments.directory,
        )
    except ValueError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return EXIT_USAGE
    log_errors()
    try:
        asyncio.run(_run(options, until_eof=arguments.until_eof))
    except OSError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return EXIT_NETWORK
    except KeyboardInterrupt:
        # An interrupt before the handlers were in place: nothing was served yet.
        return 0
    return 0


async def _run(options: Options, *, until_eof: bool = False) -> None:
    with ExitStack() as stack:
        folder = _folder(options, stack)
        certificates = make_certificates(folder) if options.tls else None
        sockets = _bind_all(options.port)
        stop = asyncio.Event()
        _on_signals(stop.set)
        if until_eof:
            _at_eof(stop.set)
        ports = [made.getsockname()[1] for made in sockets]
        scheme = "https" if options.tls else "http"
        origins = Origins(*(f"{scheme}://{HOST}:{port}" for port in ports))
        apps = create_apps(options, origins, folder / "can.sqlite3", in_process=False)
        stack.callback(apps.office.store.close)
        ready = _ready_line(folder, origins, apps, certificates)
        apps.office.ca_file = certificates.ca_file if certificates else None
        await _serve(apps, sockets, certificates, ready, stop)


def _at_eof(stop: Callable[[], None]) -> None:
    """Call ``stop`` when standard input ends: the program that started this one is gone."""
    loop = asyncio.get_running_loop()

    def wait() -> None:
        # Without a buffer, whose lock this thread would still hold when the interpreter ends.
        while os.read(0, 1024):
            pass
        with suppress(RuntimeError):  # the loop has ended by itself meanwhile
            loop.call_soon_threadsafe(stop)

    threading.Thread(target=wait, name="until-eof", daemon=True).start()


def _folder(options: Options, stack: ExitStack) -> Path:
    if options.state is None:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="feishu-sandbox-")))
    folder = options.state.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "can.sqlite3").unlink(missing_ok=True)
    return folder


def _bind_all(port: int) -> list[Any]:
    made: list[Any] = []
    try:
        while len(made) < ORIGINS:
            made.append(bind(port + len(made) if port else 0))
    except OSError as error:
        for one in made:
            one.close()
        raise OSError(f"port {port + len(made)} on {HOST}: {error.strerror}") from error
    return made


def _ready_line(
    folder: Path, origins: Origins, apps: SandboxApps, certificates: Certificates | None
) -> str:
    app_id, secret = apps.known_pair
    ca_file = certificates.ca_file if certificates else None
    setup = write_setup(folder, origins, app_id, secret, apps.office.api_key, ca_file)
    return json.dumps(
        {
            "feishu": origins.feishu,
            "accounts": origins.accounts,
            "can": origins.can,
            "console": origins.feishu,
            "app_id": app_id,
            "app_secret": secret,
            "inputs": {"tenant_id": TENANT_ID},
            "secrets": {"api_key": apps.office.api_key},
            "setup": str(setup),
            "ca_file": str(ca_file) if ca_file else None,
        }
    )


async def _serve(
    apps: SandboxApps,
    sockets: list[Any],
    certificates: Certificates | None,
    ready: str,
    stop: asyncio.Event,
) -> None:
    feishu, accounts, can = (
        Origin(app, made, certificates)
        for app, made in zip((apps.feishu, apps.accounts, apps.can), sockets, strict=True)
    )
    await feishu.open()
    await accounts.open()
    switch = _CanSwitch(can)
    if apps.world.drills.has("can-down"):
        await can.close()
    else:
        await can.open()
    apps.world.drills.listeners.append(switch)
    apps.world.drills.settlers.append(switch.settled)
    sys.stdout.write(ready + "\n")
    sys.stdout.flush()
    await stop.wait()
    apps.world.stopping = True
    await switch.settled()
    await asyncio.gather(feishu.close(), accounts.close(), can.close())


class _CanSwitch:
    """Closes and opens CAN's port when its drill is switched, one change after the other."""

    def __init__(self, can: Origin) -> None:
        self._can = can
        self._last: asyncio.Task[None] | None = None

    def __call__(self, name: str, on: bool) -> None:
        if name == "can-down":
            self._last = asyncio.create_task(self._change(self._last, on))

    async def _change(self, before: asyncio.Task[None] | None, down: bool) -> None:
        if before is not None:
            await before
        await (self._can.close() if down else self._can.open())

    async def settled(self) -> None:
        """Wait until the last change is done."""
        if self._last is not None:
            await self._last


def _on_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows: the loop has no signal handlers
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))
