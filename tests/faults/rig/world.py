"""Puts the product behind the rig: names, deadlines, and a setup that leads through the gates."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import stamina

from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import PROXY_PASSWORD
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Network, Office, Setup
from feishu_wizard.services.net import http, probe, proxy_auth
from tests.faults.rig.kinds import Kind
from tests.faults.rig.operations import Operation, People
from tests.faults.rig.proxy import USER
from tests.faults.rig.server import Aim, Rig
from tests.faults.rig.wire import Request, ask
from tests.sandbox_process import SandboxProcess

SLOW_SECONDS = 0.3
"""The product's deadline of one exchange, shortened where a fault ends by nothing else."""
SETTING = "/anymetrics/api/v1/office-software/feishu"
PROXY = "proxy.rig.localhost"
HOPS = frozenset({"tls", "proxy"})


@dataclass
class World:
    """One sandbox behind one rig. ``deadline``: seconds for an exchange; None: the product's."""

    sandbox: SandboxProcess
    rig: Rig
    deadline: float | None = None
    state: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.sandbox.state()

    def people(self, cell: str) -> People:
        """Names of the sandbox for a cell."""
        person = self.state["people"][4]
        chat = next(c["chat_id"] for c in self.state["chats"] if c["bot_in"])
        open_id = person["open_id"][self.sandbox["app_id"]]
        return People(open_id, person["email"], chat, cell)

    def kit(self, operation: Operation, group: str, cell: str, proxy: str = "") -> Kit:
        """A setup that leads through the gates, the way the fault's group needs."""
        rig, scheme = self.rig, "https" if group in HOPS else "http"
        proxied = group == "proxy"

        def origin(host: str) -> str:
            return rig.origin(host, scheme, proxied=proxied)

        feishu = Feishu(
            edition=Edition.PRIVATE,
            open_url=origin("open"),
            accounts_url=origin("accounts"),
            app_id=self.sandbox["app_id"],
        )
        office = Office(
            url=origin("can"),
            profile="can-rest",
            callback_url=self._callback(operation, cell),
            inputs=self.sandbox["inputs"],
        )
        network = Network(
            proxy=(proxy or f"http://{PROXY}:{rig.proxy_port}") if proxied else "none",
            ca_file=rig.certificates.ca_file if scheme == "https" else "",
        )
        setup = Setup(id="rig", feishu=feishu, office=office, network=network)
        secrets = {
            "app_secret": Secret(self.sandbox["app_secret"]),
            "can_api_key": Secret(self.sandbox["secrets"]["api_key"]),
            PROXY_PASSWORD: Secret(rig.password),
        }
        user = USER if proxied else ""
        enable = self.stored()["enabled"] is (operation.name != "can-enable")
        return Kit(setup, secrets, place="session", proxy_user=user, enable=enable)

    def proxy(self) -> str:
        """The proxy with its password, as an environment variable has it."""
        return f"http://{USER}:{self.rig.password}@{PROXY}:{self.rig.proxy_port}"

    def _callback(self, operation: Operation, cell: str) -> str:
        """What is registered and stored, but a new value where the callback is what is saved."""
        if operation.name == "can-save":
            return f"https://can.example.com/user/softLogin?cell={cell}"
        if operation.dialect in ("can", "save"):
            return str(self.stored()["callbackUrl"])
        return f"{self.sandbox['can']}/user/softLogin"

    def stored(self) -> dict[str, Any]:
        """What CAN has stored now."""
        names = ("tenant-id", "auth-type", "auth-value")
        values = (self.sandbox["inputs"]["tenant_id"], "APIKEY", self.sandbox["secrets"]["api_key"])
        request = Request("GET", SETTING, list(zip(names, values, strict=True)), b"")
        answer = self.rig.do(ask(self.rig.gates["can"].upstream, request))
        stored: dict[str, Any] = answer.json()["data"]
        return stored

    def secrets(self) -> list[str]:
        """Everything that nobody may see."""
        own = [self.sandbox["app_secret"], self.sandbox["secrets"]["api_key"], self.rig.password]
        return [*own, *sorted(self.rig.tokens)]

    @contextlib.contextmanager
    def broken(self, kind: Kind, operation: Operation) -> Iterator[None]:
        """Have a fault for the length of a block."""
        with pytest.MonkeyPatch.context() as patch:
            if kind.slow:
                patch.setattr(self, "deadline", SLOW_SECONDS)
                patch.setattr(probe, "SECONDS", SLOW_SECONDS)
            self.rig.arm(kind, Aim(operation.host, operation.aim))
            try:
                yield
            finally:
                self.rig.heal()


def settle_in(world: World, patch: pytest.MonkeyPatch) -> None:
    """Let the rig answer for names, and shorten waits. The no-network guard stays below."""
    resolve, request = socket.getaddrinfo, http.Http.request
    again = stamina.retry_context

    def named(host: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host or ""
        known = name.endswith(".rig.localhost")
        return resolve(world.rig.address_of(name) if known else host, *args, **options)

    async def bounded(self: http.Http, *args: Any, **options: Any) -> Any:
        if world.deadline is not None:
            options["deadline"] = min(options.get("deadline", 15.0), world.deadline)
        return await request(self, *args, **options)

    def soon(*args: Any, **options: Any) -> Any:
        short = {"wait_initial": 0.02, "wait_jitter": 0.01, "wait_max": 0.1}
        return again(*args, **{**options, **short})

    patch.setenv("SSL_CERT_FILE", world.rig.certificates.system_file)
    patch.setattr(socket, "getaddrinfo", named)
    patch.setattr(http.Http, "request", bounded)
    patch.setattr(http, "_INSPECT_SECONDS", 1.0)
    patch.setattr(proxy_auth, "SECONDS", 1.0)
    patch.setattr(stamina, "retry_context", soon)
