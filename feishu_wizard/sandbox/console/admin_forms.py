"""What the administrator's forms do; RefusedError and ValueError are shown on the page."""

from __future__ import annotations

from collections.abc import Callable

from feishu_wizard.sandbox.console.forms import Fields, audience_of, lines
from feishu_wizard.sandbox.world import actions, scope_requests
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.world import World

AdminForm = Callable[[World, App, Fields], None]


def _stop(world: World, app: App, fields: Fields) -> None:
    app.stopped = True


def _start(world: World, app: App, fields: Fields) -> None:
    app.stopped = False


def _range(world: World, app: App, fields: Fields) -> None:
    _ensure_installed(app)
    actions.set_range(app, audience_of(world, fields), at_once=True)


def _availability(world: World, app: App, fields: Fields) -> None:
    _ensure_installed(app)
    wanted = audience_of(world, fields)
    if wanted.kind == "equal_to_availability":
        raise ValueError("可用范围只能是全部或部分成员 the availability is all or some members")
    actions.set_availability(app, wanted, at_once=True)


def _ensure_installed(app: App) -> None:
    if not app.installed:
        raise ValueError("应用尚未发布 no version of this app was released")


def _approve(world: World, app: App, fields: Fields) -> None:
    actions.approve(app, int(world.now()), withheld=lines(fields, "except"))


def _reject(world: World, app: App, fields: Fields) -> None:
    actions.reject(app, fields.get("reason", ""))


def _approve_scopes(world: World, app: App, fields: Fields) -> None:
    scope_requests.approve(app)


def _decline_scopes(world: World, app: App, fields: Fields) -> None:
    scope_requests.decline(app)


ADMIN_FORMS: dict[str, AdminForm] = {
    "stop": _stop,
    "start": _start,
    "range": _range,
    "availability": _availability,
}
"""Of one app's page; they act at once and need no version."""

DECISIONS: dict[str, AdminForm] = {
    "approve": _approve,
    "reject": _reject,
    "approve-scopes": _approve_scopes,
    "decline-scopes": _decline_scopes,
}
"""Of the page of what waits."""
