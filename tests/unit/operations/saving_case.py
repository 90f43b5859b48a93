"""A setup that speaks to the CAN stub, and its plans, saves and undos in one workplace."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from feishu_wizard.domain.change import Consent, SaveNote, SavePlan, SaveResult
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Network, Office, Setup
from feishu_wizard.domain.states import Target
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.knowledge import profile as built_in
from feishu_wizard.operations.save_setup import plan_saves, save_all
from feishu_wizard.operations.undo_save import last_save, plan_undo, undo_save
from tests.unit.operations.can_stub import BASE, CanStub

APP_ID = "cli_a8c029e757e6500b"
OLD_APP = "cli_b8c029e757e6500b"
SECRET = "Qm7vTz2LkX9rWb4NsY6pHd3JfG8cRa1E"
OLD_SECRET = "9zXw8Vt7Us6Rq5Po4Nm3Lk2Ji1Hg0FeD"
CALLBACK = "https://can.example.com/user/softLogin"
OTHER = "https://other.example.com/user/softLogin"
KEY = "sk-5f3a9c1e7b2d4860"
NONE: frozenset[Consent] = frozenset()
ALL = frozenset(Consent)


class NoWait:
    """A clock that notes what it was asked to wait."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    async def wait(self, seconds: float) -> None:
        """Be back at once."""
        self.waited.append(seconds)


def kit_for(can: CanStub, *, secret: str = SECRET, callback: str = CALLBACK) -> Kit:
    """A whole setup whose App Secret is kept in the keyring."""
    office = Office(url=can.origin, profile="can-rest", callback_url=callback)
    feishu = Feishu(app_id=APP_ID, app_secret="keyring:app_secret")
    setup = Setup(id="abc234", feishu=feishu, office=office, network=Network(proxy="none"))
    secrets = {"app_secret": Secret(secret), "can_api_key": Secret(KEY)}
    return Kit(setup, secrets, api_base=can.origin + BASE.removesuffix("/office-software/feishu"))


@dataclass
class Case:
    """One run of the program. ``profile`` changes the built-in profile for it."""

    place: Workplace
    kit: Kit

    def speaks(self, monkeypatch: Any, **changes: Any) -> None:
        """The profile with other rules, such as ``secret``."""
        used = msgspec.structs.replace(built_in("can-rest"), **changes)
        monkeypatch.setattr(Workplace, "profile_of", lambda place, profile_id: used)

    def wants(self, *, secret: str = "", callback: str = "", app_id: str = "", **kit: Any) -> None:
        """The setup is another one now."""
        setup = self.kit.setup
        if callback:
            office = msgspec.structs.replace(setup.office, callback_url=callback)
            setup = msgspec.structs.replace(setup, office=office)
        if app_id:
            feishu = msgspec.structs.replace(setup.feishu, app_id=app_id)
            setup = msgspec.structs.replace(setup, feishu=feishu)
        secrets = dict(self.kit.secrets)
        if secret:
            secrets["app_secret"] = Secret(secret)
        self.kit = replace(self.kit, setup=setup, secrets=secrets, **kit)

    async def plan(self) -> SavePlan:
        """Read and compare."""
        [plan] = await plan_saves(self.place, self.kit, (Target.CAN,), silent)
        return plan

    async def save(
        self,
        plan: SavePlan | None = None,
        agreed: frozenset[Consent] = NONE,
        clock: NoWait | None = None,
    ) -> SaveResult:
        """Carry out the plan, a new one when none is given."""
        plans = (plan or await self.plan(),)
        used = clock or NoWait()
        [result] = await save_all(self.place, self.kit, plans, silent, agreed, clock=used)
        return result

    async def plan_undo(self, secret: str = "") -> SavePlan:
        """What taking back the last save would change."""
        given = Secret(secret) if secret else None
        return await plan_undo(self.place, self.kit, silent, given)

    async def undo(
        self, plan: SavePlan | None = None, agreed: frozenset[Consent] = NONE, secret: str = ""
    ) -> SaveResult:
        """Take the last save back."""
        given = Secret(secret) if secret else None
        wanted = plan or await self.plan_undo(secret)
        return await undo_save(
            self.place, self.kit, wanted, silent, secret=given, agreed=agreed, clock=NoWait()
        )

    async def last(self) -> SaveNote | None:
        """What an undo would take back."""
        return await last_save(self.place, self.kit)

    @property
    def notes(self) -> list[SaveNote]:
        """The journal's rows, the latest first."""
        return self.place.journal.can_saves(self.kit.setup.id)


def row(plan: SavePlan, field: str) -> Any:
    """One row of a plan."""
    return next(one for one in plan.rows if one.field == field)


def stored(can: CanStub) -> tuple[object, object, object]:
    """App ID, secret and callback as the server has them."""
    return can.stored["appId"], can.stored["appSecret"], can.stored["callbackUrl"]
