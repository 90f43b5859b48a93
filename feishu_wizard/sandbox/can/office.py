"""The practice CAN as one object: its store, its API mode, its way to Feishu."""

from __future__ import annotations

import secrets
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feishu_wizard.sandbox.can.store import CanStore, Setting
from feishu_wizard.sandbox.options import CanApi
from feishu_wizard.sandbox.world.directory import Person
from feishu_wizard.sandbox.world.drills import CAN_ADDRESS
from feishu_wizard.sandbox.world.identifiers import new_secret
from feishu_wizard.sandbox.world.world import World

if TYPE_CHECKING:
    import httpx

TENANT_ID = "1"
ADMIN = "admin"
UNMATCHED = (("admin", "管理员 Administrator"), ("data.robot", "数据机器人 Data robot"))
SEEDED_ACCOUNTS = 500
DEAD_END = "http://127.0.0.1:1"
"""A loopback port on which nothing listens: where a CAN without a way out ends up."""
UPSTREAM_SECONDS = 10.0
USER_AGENT = "practice-can"


class CanOffice:
    """The CAN server's state and its HTTP client to Feishu's open host."""

    def __init__(self, world: World, database: Path | None = None) -> None:
        self.world = world
        self.store = CanStore(database)
        self.api: CanApi = world.options.can_api
        self.api_key = f"sk-{secrets.token_hex(20)}"
        self.key_id, self.key_secret = f"ak{secrets.token_hex(8)}", new_secret()
        self.ca_file: Path | None = None
        self.transport: httpx.AsyncBaseTransport | None = None
        self.conflict_done = False
        self.testing = False
        self.tests: list[float] = []
        world.drills.listeners.append(self._drill_switched)
        self.store.add_key(self.api_key, self.key_id, self.key_secret, ADMIN)
        self._seed_accounts()

    def _drill_switched(self, name: str, on: bool) -> None:
        if name == "can-conflict" and on:
            self.conflict_done = False

    @property
    def callback(self) -> str:
        """The address that CAN's own page shows as its callback."""
        return f"{self.world.origins.can}/user/softLogin"

    def configure(self) -> None:
        """Save and enable the practice app, as an administrator did long ago."""
        app = self.world.app
        setting = Setting(
            platform="feishu",
            enabled=True,
            app_id=app.app_id,
            app_secret=app.secret,
            callback_url=self.callback,
            capabilities={"userSync": True, "sso": True, "push": True},
        )
        self.store.save(setting, at=self.world.timestamp(), actor=ADMIN)

    def setting(self) -> Setting:
        """The stored Feishu setting."""
        return self.store.setting("feishu")

    def client(self) -> httpx.AsyncClient:
        """A client of the open host, from CAN's own address where the system allows one."""
        import httpx  # a third of a second that the start of the sandbox does not need

        if self.world.drills.has("can-no-egress"):
            return httpx.AsyncClient(base_url=DEAD_END, timeout=UPSTREAM_SECONDS, trust_env=False)
        transport = self.transport
        if transport is None:
            source = CAN_ADDRESS if sys.platform == "linux" else None
            transport = httpx.AsyncHTTPTransport(verify=self._trust(), local_address=source)
        return httpx.AsyncClient(
            base_url=self.world.origins.feishu,
            transport=transport,
            timeout=UPSTREAM_SECONDS,
            headers={"User-Agent": USER_AGENT},
        )

    def _trust(self) -> ssl.SSLContext | bool:
        if self.ca_file is None:
            return False  # plain http inside the sandbox: nothing to verify, no store to load
        return ssl.create_default_context(cafile=str(self.ca_file))

    def _seed_accounts(self) -> None:
        people = self.world.directory.people[:SEEDED_ACCOUNTS]
        rows = [account_row(person) for person in people if not person.resigned]
        rows += [
            (name, nick, f"{name}@example.com", "USAGER", "manual") for name, nick in UNMATCHED
        ]
        rows[-2] = (ADMIN, UNMATCHED[0][1], "admin@example.com", "ADMIN", "manual")
        self.store.put_accounts(rows)

    def as_json(self) -> dict[str, Any]:
        """``can`` of state.json; the secret in clear, because tests have to compare it."""
        settings = {name: self._clear(name) for name in ("feishu", "dingtalk", "wecom")}
        return {
            "api": self.api,
            "settings": settings,
            "accounts": self.store.accounts(),
            "keys": self.store.keys(),
            "logins": self.store.history("login"),
            "sync_runs": self.store.history("sync_run"),
            "pushes": self.store.history("push"),
            "audit": self.store.audit("feishu"),
        }

    def _clear(self, platform: str) -> Mapping[str, Any]:
        setting = self.store.setting(platform)
        return {
            "platform": platform,
            "enabled": setting.enabled,
            "configured": setting.configured,
            "active": setting.active,
            "app_id": setting.app_id,
            "app_secret": setting.app_secret,
            "callback_url": setting.callback_url,
            "capabilities": dict(setting.capabilities or {}),
            "version": setting.version,
            "updated_at": setting.updated_at,
            "updated_by": setting.updated_by,
            "last_test": setting.last_test,
        }


def account_row(person: Person) -> tuple[str, str, str, str, str]:
    """The CAN account of a person: its name is the Feishu ``user_id``, as CAN's push needs."""
    return person.user_id, person.name, person.email, "USAGER", "feishu"
