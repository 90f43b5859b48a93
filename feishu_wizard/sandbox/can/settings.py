"""Changes to a setting, with their rules and their audit; the API, the verb paths and the page."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from feishu_wizard.sandbox.can.office import CanOffice
from feishu_wizard.sandbox.can.replies import MASK, CanError, setting_body
from feishu_wizard.sandbox.can.store import Setting

_MASKED = re.compile(r"^[*•●]+$|^.{0,6}[*]{3,}.{0,6}$")
CAPABILITIES = ("userSync", "sso", "push")
SOMEBODY_ELSE = "ops.liu"


def read(office: CanOffice, platform: str) -> Setting:
    """A stored setting; OS_NOT_FOUND for an unknown platform."""
    try:
        return office.store.setting(platform)
    except KeyError as error:
        raise CanError("OS_NOT_FOUND", f"unknown platform: {platform}") from error


def visible(office: CanOffice, setting: Setting) -> Mapping[str, Any]:
    """A setting as the API gives it."""
    return setting_body(setting, masked=office.world.drills.has("can-masked-secret"))


def check_version(
    office: CanOffice, setting: Setting, wanted: str | None, first: str | None
) -> Setting:
    """If-Match must name the stored version; ``If-None-Match: *`` serves the first save."""
    setting = _someone_else(office, setting)
    if wanted is None and first is None:
        raise CanError("OS_PRECONDITION_REQUIRED", "If-Match is required")
    fresh = wanted is None and first == "*" and not setting.configured
    if not fresh and wanted not in (setting.etag, "*"):
        data = visible(office, setting)
        raise CanError("OS_VERSION_STALE", "the setting was changed", None, data, setting.etag)
    return setting


def _someone_else(office: CanOffice, setting: Setting) -> Setting:
    # The drill: another administrator saves between this caller's read and write, once.
    if not office.world.drills.has("can-conflict") or office.conflict_done:
        return setting
    office.conflict_done = True
    pushed = not (setting.capabilities or {}).get("push", False)
    changed = replace(setting, capabilities={**(setting.capabilities or {}), "push": pushed})
    at = office.world.timestamp()
    audit(office, changed, SOMEBODY_ELSE, "save", [change("push", not pushed, pushed)])
    return office.store.save(changed, at=at, actor=SOMEBODY_ELSE)


def change(field: str, before: Any, after: Any) -> Mapping[str, Any]:
    """One line of an audit entry."""
    return {"field": field, "before": before, "after": after}


def audit(
    office: CanOffice, setting: Setting, actor: str, action: str, changes: list[Mapping[str, Any]]
) -> None:
    """Write an audit entry."""
    entry = {
        "at": office.world.timestamp(),
        "actor": actor,
        "action": action,
        "version": setting.version,
        "changes": changes,
        "traceId": secrets.token_hex(16),
    }
    office.store.add_audit(setting.platform, entry)


def save(office: CanOffice, setting: Setting, body: Mapping[str, object], actor: str) -> Setting:
    """Store App ID, secret, callback and capabilities; the secret stays when it is absent."""
    wanted = replace(
        setting,
        app_id=_app_id(body.get("appId")),
        app_secret=_secret(office, setting, body),
        callback_url=_callback(body.get("callbackUrl")),
        capabilities=_capabilities(setting, body.get("capabilities")),
    )
    changes = _differences(setting, wanted)
    return _commit(office, wanted, actor, "save", changes)


def enable(office: CanOffice, setting: Setting, value: object, actor: str) -> Setting:
    """Switch a platform on or off; allowed before credentials exist."""
    if not isinstance(value, bool):
        raise CanError("OS_INVALID", "enabled must be a boolean", "enabled")
    changes = [change("enabled", setting.enabled, value)]
    return _commit(office, replace(setting, enabled=value), actor, "enable", changes)


def clear(office: CanOffice, setting: Setting, actor: str) -> Setting:
    """Remove credentials and switch off."""
    wanted = replace(setting, enabled=False, app_id="", app_secret="")
    return _commit(office, wanted, actor, "delete", _differences(setting, wanted))


def _commit(
    office: CanOffice, wanted: Setting, actor: str, action: str, changes: list[Mapping[str, Any]]
) -> Setting:
    at = office.world.timestamp()
    if office.world.drills.has("can-save-lost"):
        return replace(wanted, version=wanted.version + 1, updated_at=at, updated_by=actor)
    stored = office.store.save(wanted, at=at, actor=actor)
    audit(office, stored, actor, action, changes)
    return stored


def _app_id(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise CanError("OS_INVALID", "appId is required", "appId")
    return value.strip()


def _secret(office: CanOffice, setting: Setting, body: Mapping[str, object]) -> str:
    if "appSecret" not in body:
        if not setting.app_secret:
            raise CanError("OS_INVALID", "appSecret is required for the first save", "appSecret")
        return setting.app_secret
    value = body["appSecret"]
    if value == MASK and office.world.drills.has("can-masked-secret"):
        return MASK
    if not isinstance(value, str) or not value.strip() or _MASKED.match(value):
        raise CanError("OS_SECRET_MASKED", "appSecret is empty or masked", "appSecret")
    return value.strip()


def _callback(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise CanError("OS_INVALID", "callbackUrl must be an absolute http(s) URL", "callbackUrl")
    return text


def _capabilities(setting: Setting, value: object) -> Mapping[str, bool]:
    if value is None:
        return dict(setting.capabilities or {})
    if not isinstance(value, dict) or not all(
        name in CAPABILITIES and isinstance(on, bool) for name, on in value.items()
    ):
        raise CanError("OS_INVALID", "capabilities must be booleans", "capabilities")
    return {**(setting.capabilities or {}), **value}


def _differences(before: Setting, after: Setting) -> list[Mapping[str, Any]]:
    changes = [
        change(name, old, new)
        for name, old, new in (
            ("appId", before.app_id, after.app_id),
            ("callbackUrl", before.callback_url, after.callback_url),
            ("capabilities", dict(before.capabilities or {}), dict(after.capabilities or {})),
            ("enabled", before.enabled, after.enabled),
        )
        if old != new
    ]
    if before.app_secret != after.app_secret:
        changes.append(change("appSecret", None, "changed"))
    return changes
