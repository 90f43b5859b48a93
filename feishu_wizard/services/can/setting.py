"""The office-software setting of a CAN server, read from and written to the wire."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.redact import redact
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can import pointer
from feishu_wizard.services.can.envelope import TEXT_LIMIT, Opened, error_of, same
from feishu_wizard.services.can.model import Profile
from feishu_wizard.services.can.pointer import MISSING

_LONGEST_SECRET = 128  # characters that are looked at for a mask
_SHORTEST = 8  # a shorter secret may be part of any text


@dataclass(frozen=True, slots=True)
class Setting:
    """What the server says is stored. None: it does not tell.

    ``version`` is the ETag or the version field, as text. ``secret_hint`` is what a read shows
    of the secret (its last characters). ``raw_extra`` is the object as it came, without secret:
    neither in its place nor in another one that shows it. ``mask``: what stands in its place
    instead of it. ``has_callback``: this server keeps a callback URL; without one
    ``callback_url`` is always "". ``updated_by`` and ``updated_at``: who saved it last and when,
    as the server words it.
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
    mask: str = ""
    updated_by: str = ""
    updated_at: str = ""
    has_callback: bool = True

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
    try:
        return _read(opened, profile)
    except RecursionError as error:
        at, reason = profile.fields.app_id, "foreign_envelope"
        raise error_of("unexpected", opened.evidence, at=at, reason=reason) from error


def nothing_stored(evidence: Evidence) -> Setting:
    """The setting of a server that says there is none yet."""
    return Setting("", "", None, secret_set=False, secret_hint="", version="", evidence=evidence)


def _read(opened: Opened, profile: Profile) -> Setting:
    raw = _selected(opened, profile)
    fields, state = profile.fields, profile.state
    places = (fields.app_id, fields.callback_url, state.enabled)
    shaped = [place for place in places if place]
    if raw and all(pointer.find(raw, at) is MISSING for at in shaped):
        raise error_of("unexpected", opened.evidence, at=fields.app_id, reason="foreign_envelope")
    secret = _text(raw, fields.app_secret, opened)
    secret_set, stored = _secret_state(raw, secret, opened, profile)
    extra = copy.deepcopy(raw)
    pointer.remove(extra, fields.app_secret)
    return Setting(
        app_id=_text(raw, fields.app_id, opened),
        callback_url=_text(raw, fields.callback_url, opened) if fields.callback_url else "",
        enabled=_enabled(raw, opened, profile),
        secret_set=secret_set,
        secret_hint=_text(raw, state.secret_hint, opened) if state.secret_hint else "",
        version=_version(raw, opened, profile),
        evidence=opened.evidence,
        valid=_flag(raw, state.valid, opened),
        raw_extra=_without(extra, secret) if stored else extra,
        stored_secret=stored,
        mask=secret if is_masked(profile, secret) else "",
        updated_by=_said(raw, state.updated_by),
        updated_at=_said(raw, state.updated_at),
        has_callback=fields.callback_url is not None,
    )


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


def _text(raw: Any, at: str | None, opened: Opened) -> str:
    value = pointer.find(raw, at) if at else MISSING
    if value is MISSING or value is None:
        return ""
    if not isinstance(value, str):
        raise error_of("unexpected", opened.evidence, at=at or "")
    return value


def _said(raw: Any, at: str | None) -> str:
    """Who or when, as the server words it; anything but a text or a number tells nothing."""
    value = pointer.find(raw, at) if at else MISSING
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return redact(str(value))[:TEXT_LIMIT]


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
    masked = is_masked(profile, secret)
    shown = None if masked or not secret else Secret(secret)  # hidden from here on, wherever it is
    if rules.read in ("plain", "mask"):
        return bool(secret), shown if rules.read == "plain" else None
    return told, None


def is_masked(profile: Profile, secret: str) -> bool:
    """Tell whether a text only stands for a secret, such as stars."""
    return bool(secret) and re.search(profile.secret.mask, secret[:_LONGEST_SECRET]) is not None


def _without(value: Any, secret: str) -> Any:
    """A copy of the value that shows the secret nowhere."""
    if isinstance(value, dict):
        kept = {key: _without(child, secret) for key, child in value.items()}
        return {key: child for key, child in kept.items() if child is not MISSING}
    if isinstance(value, list):
        return [None if one is MISSING else one for one in (_without(c, secret) for c in value)]
    if isinstance(value, str) and len(secret) >= _SHORTEST and secret in value:
        return MISSING
    return value
