"""What the console's forms do: the same actions as the control calls, from form fields.

Each returns a message to show, or an empty string; RefusedError and ValueError are shown too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from feishu_wizard.sandbox.world import actions
from feishu_wizard.sandbox.world.app import App
from feishu_wizard.sandbox.world.audience import Audience
from feishu_wizard.sandbox.world.scope_book import TokenType
from feishu_wizard.sandbox.world.world import World

Fields = Mapping[str, str]


def lines(fields: Fields, name: str) -> list[str]:
    """The values of a field, one a line."""
    return [line.strip() for line in fields.get(name, "").splitlines() if line.strip()]


def _identity(fields: Fields) -> TokenType:
    return "user" if fields.get("identity") == "user" else "tenant"


def _grant(world: World, app: App, fields: Fields) -> str:
    scopes = lines(fields, "scope")
    return _unknown(actions.grant(app, scopes, _identity(fields), world.reviews)[1])


def _unknown(names: list[str]) -> str:
    return f"平台没有这些权限 Unknown permissions: {', '.join(names)}" if names else ""


def _revoke(world: World, app: App, fields: Fields) -> str:
    actions.revoke(app, lines(fields, "scope"), _identity(fields))
    return ""


def _import(world: World, app: App, fields: Fields) -> str:
    """``{"scopes": {"tenant": [...], "user": [...]}}``; additive."""
    parsed = json.loads(fields.get("json", ""))
    scopes = parsed.get("scopes") if isinstance(parsed, dict) else None
    if not isinstance(scopes, dict):
        raise ValueError('JSON 格式应为 The JSON must be {"scopes": {"tenant": [], "user": []}}')
    unknown: list[str] = []
    identities: tuple[TokenType, ...] = ("tenant", "user")
    for identity in identities:
        names = [str(name) for name in scopes.get(identity) or []]
        unknown += actions.grant(app, names, identity, world.reviews)[1]
    return _unknown(unknown)


def audience_of(world: World, fields: Fields) -> Audience:
    """An audience from the fields ``kind``, ``people`` and ``departments``."""
    kind = fields.get("kind", "all")
    if kind != "some":
        return world.audience({"type": kind})
    users, departments = lines(fields, "people"), lines(fields, "departments")
    return world.audience({"type": kind, "users": users, "departments": departments})


def _range(world: World, app: App, fields: Fields) -> str:
    actions.set_range(app, audience_of(world, fields))
    return ""


def _add_url(world: World, app: App, fields: Fields) -> str:
    actions.add_redirect_urls(app, lines(fields, "url"))
    return ""


def _remove_url(world: World, app: App, fields: Fields) -> str:
    actions.remove_redirect_urls(app, lines(fields, "url"))
    return ""


def _addresses(world: World, app: App, fields: Fields) -> str:
    actions.ensure_unlocked(app)
    app.allowed_ips[:] = lines(fields, "ips")
    return ""


def _bot_on(world: World, app: App, fields: Fields) -> str:
    actions.set_bot(app, True)
    return ""


def _bot_off(world: World, app: App, fields: Fields) -> str:
    actions.set_bot(app, False)
    return ""


def _reset_secret(world: World, app: App, fields: Fields) -> str:
    actions.reset_secret(app)
    return ""


def _release(world: World, app: App, fields: Fields) -> str:
    actions.set_availability(app, audience_of(world, fields))
    number, note = fields.get("version", "").strip(), fields.get("note", "").strip()
    actions.release(app, int(world.now()), number, note)
    return ""


def _withdraw(world: World, app: App, fields: Fields) -> str:
    actions.withdraw(app)
    return ""


APP_FORMS: dict[str, Callable[[World, App, Fields], str]] = {
    "grant": _grant,
    "revoke": _revoke,
    "import": _import,
    "range": _range,
    "add-url": _add_url,
    "remove-url": _remove_url,
    "ips": _addresses,
    "bot-on": _bot_on,
    "bot-off": _bot_off,
    "reset-secret": _reset_secret,
    "release": _release,
    "withdraw": _withdraw,
}
