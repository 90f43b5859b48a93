"""The whole practice world in one object that every server shares."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from feishu_wizard.sandbox.options import Options
from feishu_wizard.sandbox.world import actions, shapes
from feishu_wizard.sandbox.world.app import App, Brand, Features, Kind, Source
from feishu_wizard.sandbox.world.audience import Audience
from feishu_wizard.sandbox.world.directory import OWNER, Directory, Person
from feishu_wizard.sandbox.world.drills import Drills
from feishu_wizard.sandbox.world.identifiers import NumberCodec, new_id
from feishu_wizard.sandbox.world.journal import Journal
from feishu_wizard.sandbox.world.limits import Limiter
from feishu_wizard.sandbox.world.registration import Sessions
from feishu_wizard.sandbox.world.scope_book import HEALTHY_TENANT, HEALTHY_USER
from feishu_wizard.sandbox.world.tokens import TokenStore

TENANT_KEY = "2d3aa0bc8d8f575d"
GRANT_SECONDS = 240
REGISTRATION_SECONDS = 600
POLL_SECONDS = 1


@dataclass(frozen=True)
class Tenant:
    """The practice company."""

    name: str = "云杉数据（练习） Spruce Data (practice)"
    display_id: str = "F0123456789"
    key: str = TENANT_KEY


@dataclass(frozen=True)
class Chat:
    """A group; ``bot_in`` tells whether the practice bot is a member."""

    chat_id: str
    name: str
    description: str
    bot_in: bool


@dataclass
class Origins:
    """Base URLs without a slash at the end; the console lives on ``feishu``."""

    feishu: str = "http://open.sandbox.test"
    accounts: str = "http://accounts.sandbox.test"
    can: str = "http://can.sandbox.test"


@dataclass
class World:
    """Everything that is true; ``clock`` gives Unix seconds and can be replaced in tests.

    ``scan_brand`` is the brand of the tenant of whoever scans; ``scan_list_lies``: the list of
    permissions calls those missing that came by scan.
    """

    options: Options
    clock: Callable[[], float] = time.time
    origins: Origins = field(default_factory=Origins)
    tenant: Tenant = field(default_factory=Tenant)
    reviews: dict[str, bool] = field(default_factory=dict)
    scans_need_review: bool = False
    scan_list_lies: bool = False
    scan_brand: Brand = "feishu"
    registration_open: bool = True
    device_grant_open: bool = True
    registration_seconds: int = REGISTRATION_SECONDS
    poll_seconds: int = POLL_SECONDS
    stopping: bool = False

    def __post_init__(self) -> None:
        self.variant = shapes.variant(self.options.directory)
        self._give_back: Callable[[], None] = lambda: None
        self.directory = self._directory()
        self.union_ids = NumberCodec("on_", f"union/{self.tenant.key}")
        self.tokens = TokenStore(self.now)
        self.limiter = Limiter(self.now)
        self.journal = Journal()
        self.registrations = Sessions()
        self.device_grants = Sessions()
        self.chats = _chats()
        self.apps: dict[str, App] = {}
        self.app = self.add_app("CAN Office Integration", "Sync, sign-in and alerts for CAN")
        self.app.redirect_urls.clear()
        self.drills = Drills(self.app, self.directory, self.reviews, self.now)

    def now(self) -> float:
        """Unix seconds, by the clock in force."""
        return self.clock()

    def timestamp(self) -> str:
        """The time now as RFC 3339 in UTC."""
        moment = datetime.fromtimestamp(self.now(), UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def add_app(
        self,
        name: str,
        description: str,
        owner: int = OWNER,
        *,
        source: Source = "developer_console",
        kind: Kind = "self-built",
        brand: Brand = "feishu",
    ) -> App:
        """A new app as the console makes one: available to its owner, nothing on."""
        draft = Features(availability=Audience("some", users={owner}))
        app = App(name, description, owner, source=source, kind=kind, brand=brand, draft=draft)
        self.apps[app.app_id] = app
        return app

    def make_healthy(self, callback: str) -> None:
        """Bring the practice app to: configured, granted, released."""
        app = self.app
        app.draft = Features(bot=True, availability=Audience(), contacts_range=Audience())
        actions.grant(app, HEALTHY_TENANT, "tenant", self.reviews)
        actions.grant(app, HEALTHY_USER, "user", self.reviews)
        actions.add_redirect_urls(app, [callback])
        actions.release(app, int(self.now()), note="First release")
        actions.approve(app, int(self.now()))
        self._give_back = self.variant.fit(app, self.directory)

    def use_directory(self, name: str) -> None:
        """Other people, as a start with ``--directory`` has them; ValueError while drills are on.

        What the last one had taken from the practice app comes back.
        """
        if self.drills.active:
            raise ValueError("switch the drills off first")
        self._give_back()
        self.variant = shapes.variant(name)
        self.directory = self.drills.directory = self._directory()
        self.drills.forget()
        self._give_back = self.variant.fit(self.app, self.directory)

    def _directory(self) -> Directory:
        sizes = self.options.users, self.options.departments
        return Directory(*sizes, self.tenant.key, self.variant.shape)

    def find_app(self, app_id: str, brand: Brand | None = None) -> App | None:
        """A living app, of ``brand`` when one is given."""
        app = self.apps.get(app_id)
        if app is None or app.deleted or app.brand != (brand or app.brand):
            return None
        return app

    def person_id(self, number: int, id_type: str, app: App) -> str:
        """The id of a person as one app sees it."""
        if id_type == "user_id":
            return self.directory.people[number].user_id
        if id_type == "union_id":
            return self.union_ids.encode(number)
        return app.open_ids.encode(number)

    def person_number(self, wire_id: str, id_type: str, app: App) -> int | None:
        """The person behind an id of a type, or None."""
        if id_type == "user_id":
            return self.directory.by_user_id.get(wire_id)
        codec = self.union_ids if id_type == "union_id" else app.open_ids
        number = codec.decode(wire_id)
        return number if number is not None and number < len(self.directory.people) else None

    def owner_of_open_id(self, open_id: str) -> App | None:
        """The app that an ``open_id`` belongs to."""
        people = len(self.directory.people)
        for app in self.apps.values():
            number = app.open_ids.decode(open_id)
            if number is not None and number < people:
                return app
        return None

    def find_person(self, who: str) -> Person | None:
        """A person by user_id, e-mail or mobile, for control calls."""
        book = self.directory
        number = book.by_user_id.get(who, book.by_email.get(who, book.find_mobile(who)))
        return None if number is None else book.people[number]

    def audience(self, wanted: dict[str, Any]) -> Audience:
        """Read ``{"type", "users", "departments"}``; ValueError for what does not exist."""
        kind = wanted.get("type", "all")
        if kind not in ("all", "some", "equal_to_availability"):
            raise ValueError(f"unknown type: {kind!r}")
        return Audience(
            kind,
            users={self._person_from(who) for who in wanted.get("users", [])},
            departments={self._department_from(where) for where in wanted.get("departments", [])},
        )

    def _person_from(self, who: object) -> int:
        text = str(who)
        person = self.find_person(text)
        if person is not None:
            return person.number
        app = self.owner_of_open_id(text)
        number = app.open_ids.decode(text) if app else self.union_ids.decode(text)
        if number is None or number >= len(self.directory.people):
            raise ValueError(f"unknown person: {text}")
        return number

    def _department_from(self, where: object) -> int:
        for id_type in ("open_department_id", "department_id"):
            number = self.directory.department_number(str(where), id_type)
            if number is not None and number >= 0:
                return number
        raise ValueError(f"unknown department: {where}")


def _chats() -> dict[str, Chat]:
    names = (
        ("指标告警通知群 Metric alerts", "监控消息 Monitoring messages", True),
        ("数据平台值班群 Data platform on call", "值班 On call", True),
        ("市场周会 Marketing weekly", "", False),
    )
    chats = [Chat(new_id("oc_"), name, text, bot_in) for name, text, bot_in in names]
    return {chat.chat_id: chat for chat in chats}
