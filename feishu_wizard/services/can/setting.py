"""The office-software setting of a CAN server, read from and written to the wire."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can import pointer, template
from feishu_wizard.services.can.envelope import Opened, error_of, same
from feishu_wizard.services.can.model import Op, Profile
from feishu_wizard.services.can.pointer import MISSING


@dataclass(frozen=True, slots=True)
class Setting:
    """What the server says is stored. None: it does not tell.

    ``version`` is the ETag or the version field, as text. ``secret_hint`` is what a read shows
    of the secret (its last characters). ``raw_extra`` is the object as it came, without secret.
    """

    app_id: str
    callback_url: str
    enabled: bool | None
    secret_set: bool | None
    secret_hint: str
    version: str
    evidence: Evidence
    valid: bool | None = None
    raw_extra: Mapping[str, Any] = field(default_factory=dict, repr=False)
    stored_secret: Secret | None = None

    @property
    def empty(self) -> bool:
        """Nothing is stored yet."""
        return not self.app_id and not self.callback_url and not self.secret_set


@dataclass(frozen=True, slots=True)
class Wanted:
    """What should be stored. ``app_secret`` None: the stored one stays."""

    app_id: str
    callback_url: str
    app_secret: Secret | None = None


def read_setting(opened: Opened, profile: Profile) -> Setting:
    """Read the setting of an answer. ``CanError`` ``unexpected`` (param at) for another shape."""
    raw = _selected(opened, profile)
    fields, state = profile.fields, profile.state
    shaped = [fields.app_id, fields.callback_url, *([state.enabled] if state.enabled else [])]
    if raw and all(pointer.find(raw, at) is MISSING for at in shaped):
        raise error_of("unexpected", opened.evidence, at=fields.app_id, reason="foreign_envelope")
    secret = _text(raw, fields.app_secret, opened)
    secret_set, stored = _secret_state(raw, secret, opened, profile)
    extra = copy.deepcopy(raw)
    pointer.remove(extra, fields.app_secret)
    return Setting(
        app_id=_text(raw, fields.app_id, opened),
        callback_url=_text(raw, fields.callback_url, opened),
        enabled=_enabled(raw, opened, profile),
        secret_set=secret_set,
        secret_hint=_text(raw, state.secret_hint, opened) if state.secret_hint else "",
        version=_version(raw, opened, profile),
        evidence=opened.evidence,
        valid=_flag(raw, state.valid, opened),
        raw_extra=extra,
        stored_secret=stored,
    )


def save_body(
    profile: Profile,
    op: Op,
    wanted: Wanted,
    current: Setting,
    lookup: template.Lookup,
    also: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The body of a save: echoed parts, then values, then constants, then the version.

    ``also``: constants of another operation that goes through this save.
    """
    body = _carried(op, current)
    values = {"app_id": wanted.app_id, "callback_url": wanted.callback_url}
    for name in op.send:
        if name == "app_secret":
            _put_secret(body, profile, wanted, current)
        elif name == "enabled":
            if current.enabled is not None and profile.state.enabled:
                on_wire = profile.enabled_values()[current.enabled]
                pointer.put(body, profile.state.enabled, on_wire)
        else:
            pointer.put(body, getattr(profile.fields, name), values[name])
    return _finished(body, profile, {**op.set, **(also or {})}, current, lookup)


def enable_body(
    profile: Profile, op: Op, current: Setting, lookup: template.Lookup
) -> dict[str, Any]:
    """The body of a toggle that is a call of its own."""
    return _finished(_carried(op, current), profile, op.set, current, lookup)


def probe_body(
    profile: Profile, op: Op, wanted: Wanted | None, lookup: template.Lookup, user: str = ""
) -> dict[str, Any]:
    """The body of a test; without ``wanted`` the server tests what it has stored."""
    body: dict[str, Any] = {}
    if wanted is not None:
        values = {
            "app_id": wanted.app_id,
            "callback_url": wanted.callback_url,
            "app_secret": wanted.app_secret.reveal() if wanted.app_secret else None,
        }
        for name in op.send:
            if values.get(name) is not None:
                pointer.put(body, getattr(profile.fields, name), values[name])
    for at, value in op.set.items():
        pointer.put(body, at, template.fill(value, lookup))
    if user and op.user_at:
        pointer.put(body, op.user_at, user)
    return _with_json_strings(body, profile)


def _selected(opened: Opened, profile: Profile) -> dict[str, Any]:
    """The object with the setting; empty when a list has no element for this platform."""
    data = opened.data
    if profile.select is not None:
        if not isinstance(data, list):
            raise error_of("unexpected", opened.evidence, at=profile.envelope.data)
        rows = [r for r in data if same(pointer.find(r, profile.select.at), profile.select.equals)]
        data = rows[0] if rows else {}
    if not isinstance(data, dict):
        raise error_of(
            "unexpected", opened.evidence, at=profile.envelope.data, reason="foreign_envelope"
        )
    data = copy.deepcopy(data)
    for at in profile.json_strings:
        text = pointer.find(data, at)
        if isinstance(text, str) and text:
            pointer.put(data, at, _decoded(text, at, opened))
    return data


def _decoded(text: str, at: str, opened: Opened) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise error_of("unexpected", opened.evidence, at=at) from error


def _text(raw: Any, at: str, opened: Opened) -> str:
    value = pointer.find(raw, at)
    if value is MISSING or value is None:
        return ""
    if not isinstance(value, str):
        raise error_of("unexpected", opened.evidence, at=at)
    return value


def _flag(raw: Any, at: str | None, opened: Opened) -> bool | None:
    value = pointer.find(raw, at) if at else None
    if value is MISSING or value is None:
        return None
    if not isinstance(value, bool):
        raise error_of("unexpected", opened.evidence, at=at or "")
    return value


def _enabled(raw: Any, opened: Opened, profile: Profile) -> bool | None:
    at = profile.state.enabled
    value = pointer.find(raw, at) if at else None
    if value is MISSING or value is None:
        return None
    for meaning, wire in profile.enabled_values().items():
        if same(value, wire):
            return meaning
    raise error_of("unexpected", opened.evidence, at=at or "")


def _version(raw: Any, opened: Opened, profile: Profile) -> str:
    if profile.concurrency.mode == "etag":
        return opened.etag
    if profile.concurrency.mode == "none":
        return ""
    value = pointer.find(raw, profile.concurrency.at)
    return "" if value is MISSING or value is None else str(value)


def _secret_state(
    raw: Any, secret: str, opened: Opened, profile: Profile
) -> tuple[bool | None, Secret | None]:
    """Whether a secret is stored, and the secret itself where a server shows it."""
    rules = profile.secret
    told = _flag(raw, profile.state.secret_set, opened)
    if rules.read == "plain":
        return bool(secret), Secret(secret) if secret else None
    if rules.read == "mask":
        return bool(secret and re.search(rules.mask, secret)), None
    return told, None


def _carried(op: Op, current: Setting) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for at in op.carry:
        value = copy.deepcopy(pointer.find(current.raw_extra, at))
        if at == "":
            body.update(value)
        elif value is not MISSING:
            pointer.put(body, at, value)
    return body


def _put_secret(body: dict[str, Any], profile: Profile, wanted: Wanted, current: Setting) -> None:
    secret = wanted.app_secret
    if secret is None:
        if profile.secret.keep == "omit":
            return
        if profile.secret.keep == "empty":
            pointer.put(body, profile.fields.app_secret, "")
            return
        secret = current.stored_secret if profile.secret.keep == "resend" else None
        if secret is None:
            raise error_of("secret_needed", current.evidence)
    pointer.put(body, profile.fields.app_secret, secret.reveal())


def _finished(
    body: dict[str, Any],
    profile: Profile,
    constants: Mapping[str, Any],
    current: Setting,
    lookup: template.Lookup,
) -> dict[str, Any]:
    for at, value in constants.items():
        pointer.put(body, at, template.fill(value, lookup))
    if profile.concurrency.mode == "field":
        version = pointer.find(current.raw_extra, profile.concurrency.at)
        if version is not MISSING and version is not None:
            pointer.put(body, profile.concurrency.at, version)
    return _with_json_strings(body, profile)


def _with_json_strings(body: dict[str, Any], profile: Profile) -> dict[str, Any]:
    for at in profile.json_strings:
        value = pointer.find(body, at)
        if value is not MISSING and not isinstance(value, str):
            pointer.put(body, at, json.dumps(value, ensure_ascii=False))
    return body
