"""Faults to practise on. Some change the app once, the others are asked for by name.

Switching a state drill off gives the app back as it was before the first one.
"""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from feishu_wizard.sandbox.options import MISSING_SCOPE, STATE_DRILLS, is_drill
from feishu_wizard.sandbox.world import actions
from feishu_wizard.sandbox.world.app import App, Features
from feishu_wizard.sandbox.world.audience import Audience
from feishu_wizard.sandbox.world.directory import OUTSIDE, Directory
from feishu_wizard.sandbox.world.identifiers import new_secret

CAN_ADDRESS: Final = "127.0.0.2"
"""Where CAN's own calls come from (Linux): another address than the administrator's computer."""
ALLOWED_ELSEWHERE: Final = ("203.0.113.10", CAN_ADDRESS)


class Drills:
    """The drills that are on, for one practice app."""

    def __init__(
        self,
        app: App,
        directory: Directory,
        reviews: dict[str, bool],
        clock: Callable[[], float],
    ) -> None:
        self._app = app
        self._clock = clock
        self.directory = directory
        self._reviews = reviews
        self._healthy: dict[str, object] | None = None
        self.active: list[str] = []
        self.listeners: list[Callable[[str, bool], None]] = []
        # What a listener began and has to be waited for, such as a port that closes.
        self.settlers: list[Callable[[], Awaitable[None]]] = []

    def has(self, name: str) -> bool:
        """Tell whether a drill is on."""
        return name in self.active

    async def settled(self) -> None:
        """Wait until the last switching has taken effect."""
        for settle in self.settlers:
            await settle()

    def forget(self) -> None:
        """Take the practice app as it is now for the healthy one."""
        self._healthy = None

    def start(self, names: Iterable[str]) -> None:
        """Switch several on."""
        for name in names:
            self.switch(name, on=True)

    def switch(self, name: str, *, on: bool) -> None:
        """Switch one drill; ValueError for an unknown name."""
        if not is_drill(name):
            raise ValueError(f"unknown drill: {name}")
        if on == self.has(name):
            return
        if on:
            self.active.append(name)
        else:
            self.active.remove(name)
        if _changes_app(name):
            self._apply(name) if on else self._restore()
        for listener in self.listeners:
            listener(name, on)

    def _apply(self, name: str) -> None:
        if self._healthy is None:
            self._healthy = copy.deepcopy(vars(self._app))
        if name.startswith(MISSING_SCOPE):
            self._drop_scope(name.removeprefix(MISSING_SCOPE))
            return
        breakers: dict[str, Callable[[], None]] = {
            "wrong-secret": self._change_secret,
            "unknown-app": lambda: setattr(self._app, "deleted", True),
            "lark-tenant": lambda: setattr(self._app, "brand", "lark"),
            "app-disabled": lambda: setattr(self._app, "stopped", True),
            "unreleased": self._unrelease,
            "under-review": self._leave_in_review,
            "no-bot": self._drop_bot,
            "ip-denied": lambda: self._app.allowed_ips.extend(ALLOWED_ELSEWHERE),
            "contact-range-partial": self._narrow_range,
            "no-redirect-url": self._app.redirect_urls.clear,
            "recipient-outside": self._exclude_person,
        }
        breakers[name]()

    def _restore(self) -> None:
        if self._healthy is None:
            return
        vars(self._app).update(copy.deepcopy(self._healthy))
        for name in self.active:
            if _changes_app(name):
                self._apply(name)

    def _change_secret(self) -> None:
        self._app.secret = new_secret()

    def _drop_scope(self, scope: str) -> None:
        for key in [key for key in self._app.scopes if key[1] == scope]:
            del self._app.scopes[key]

    def _unrelease(self) -> None:
        self._app.online = None
        self._app.versions.clear()
        for key in self._app.scopes:
            self._app.scopes[key] = not actions.needs_review(self._reviews, key[1])

    def _leave_in_review(self) -> None:
        self._unrelease()
        actions.release(self._app, int(self._clock()), note="Integration with the CAN server")

    def _features(self) -> list[Features]:
        online = [self._app.online] if self._app.online else []
        return [self._app.draft, *online, *(version.features for version in self._app.versions)]

    def _drop_bot(self) -> None:
        for features in self._features():
            features.bot = False

    def _narrow_range(self) -> None:
        for features in self._features():
            features.contacts_range = Audience("some", departments={self.directory.top[0]})

    def _exclude_person(self) -> None:
        others = {number for number in self.directory.root_members if number != OUTSIDE}
        for features in self._features():
            departments = set(self.directory.top)
            features.availability = Audience("some", users=set(others), departments=departments)


def _changes_app(name: str) -> bool:
    return name in STATE_DRILLS or name.startswith(MISSING_SCOPE)
