"""An app on a real sandbox that may change itself, and a program's look at it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from feishu_wizard.domain.app_change import VersionText
from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Network, Office, Setup
from feishu_wizard.domain.standing import PATCH_SCOPE
from feishu_wizard.operations import change_app
from feishu_wizard.operations.check_permissions import check_permissions

SELF_MANAGE = "application:application:self_manage"
CALLBACK = "https://can.example.com/user/softLogin"
TEXT = VersionText("", "Connects CAN with Feishu: people, single sign-on, messages.")


def post(sandbox: Any, path: str, **body: Any) -> Any:
    with sandbox.client(base_url=sandbox["console"]) as client:
        reply = client.post(f"/control/{path}", json=body)
        reply.raise_for_status()
        return reply.json()


def open_tenant(sandbox: Any) -> None:
    """Here an app may change itself without a review of that permission."""
    post(sandbox, "tenant", review={PATCH_SCOPE: False})


@dataclass
class PracticeApp:
    """One app of the sandbox, and a person's hands in its console."""

    sandbox: Any
    app_id: str
    secret: str
    callback: str = CALLBACK

    @classmethod
    def made(cls, sandbox: Any, source: str = "developer_console") -> PracticeApp:
        found = post(sandbox, "apps", name="Numbers", source=source)
        app = cls(sandbox, found["app_id"], found["app_secret"])
        app.does("grant", scopes=[PATCH_SCOPE, SELF_MANAGE])
        return app

    @property
    def kit(self) -> Kit:
        feishu = Feishu(
            edition=Edition.PRIVATE,
            open_url=self.sandbox["feishu"],
            accounts_url=self.sandbox["accounts"],
            app_id=self.app_id,
        )
        office = Office(url="https://can.example.com", callback_url=self.callback)
        setup = Setup(feishu=feishu, office=office, network=Network(proxy="none"))
        return Kit(setup, {APP_SECRET: Secret(self.secret)})

    def at(self, feishu: str) -> Kit:
        """The kit of a program that reaches the platform through another address."""
        setup = self.kit.setup
        own = replace_struct(setup, feishu=replace_struct(setup.feishu, open_url=feishu))
        return replace(self.kit, setup=own)

    def does(self, action: str, **body: Any) -> Any:
        return self.sandbox.control(action, self.app_id, **body)

    @property
    def now(self) -> Any:
        return self.sandbox.state()["apps"][self.app_id]

    @property
    def owner(self) -> str:
        """Who made it: a new app is available to that person only."""
        fresh = post(self.sandbox, "apps", name="Another")["app_id"]
        draft = self.sandbox.state()["apps"][fresh]["draft"]
        return str(draft["availability"]["users"][0])

    def writes(self) -> list[str]:
        """The app's own writes, in order."""
        rows = self.sandbox.state()["requests"]
        ours = [r for r in rows if self.app_id in r["path"] and "/control/" not in r["path"]]
        return [
            r["path"].rpartition("/")[2]
            for r in ours
            if r["method"] in ("PATCH", "POST") and r["authenticated"]
        ]

    async def look(self, place: Any) -> Any:
        """The states of the needs, and how the app stands."""
        return await check_permissions(place, self.kit, frozenset(), silent)

    async def propose(self, place: Any, wants: Any = None) -> Any:
        seen = await self.look(place)
        return await change_app.propose(place, self.kit, seen.states, seen.standing, TEXT, wants)


def replace_struct(struct: Any, **changes: Any) -> Any:
    import msgspec

    return msgspec.structs.replace(struct, **changes)
