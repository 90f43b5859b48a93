"""What is sent to a CAN server: the bodies of save, create, enable and test."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from feishu_wizard.domain.errors import CanError, ExitCode
from feishu_wizard.domain.finding import Who
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can import pointer, template
from feishu_wizard.services.can.envelope import error_of
from feishu_wizard.services.can.model import Op, Profile
from feishu_wizard.services.can.pointer import MISSING
from feishu_wizard.services.can.setting import Setting, Wanted, is_masked


def save_body(
    profile: Profile, op: Op, wanted: Wanted, current: Setting, lookup: template.Lookup
) -> dict[str, Any]:
    """The body of a save: echoed parts, then values, then constants, then the version."""
    body = _carried(op, current)
    _put_values(body, profile, op, wanted, current)
    return _finished(body, profile, op.set, current, lookup)


def switch_body(
    profile: Profile, save: Op, enable: Op, wanted: Wanted, current: Setting, on: bool,
    lookup: template.Lookup,
) -> dict[str, Any]:  # fmt: skip
    """The body of a toggle that goes through the save: the stored values and the other state."""
    body = _carried(save, current)
    _put_values(body, profile, save, wanted, current)
    if profile.state.enabled and "enabled" in save.send:
        pointer.put(body, profile.state.enabled, profile.enabled_values()[on])
    return _finished(body, profile, {**save.set, **enable.set}, current, lookup)


def enable_body(
    profile: Profile, op: Op, current: Setting, lookup: template.Lookup
) -> dict[str, Any]:
    """The body of a toggle that is a call of its own."""
    return _finished(_carried(op, current), profile, op.set, current, lookup)


def needs_current(profile: Profile, op: Op, wanted: Wanted | None) -> bool:
    """Whether a test cannot be sent without what is stored."""
    named = {*template.names_in(op.set), *template.names_in(op.path)}
    if op.carry or any(name.startswith(template.CURRENT) for name in named):
        return True
    if profile.secret.keep == "omit" or not op.send:
        return False
    return wanted is None or (wanted.app_secret is None and "app_secret" in op.send)


def probe_body(
    profile: Profile,
    op: Op,
    wanted: Wanted | None,
    current: Setting | None,
    lookup: template.Lookup,
    user: str = "",
) -> dict[str, Any]:
    """The body of a test; without ``wanted`` the server tests what it has stored.

    ``current``: what was read, see ``needs_current``. A server that keeps a secret which is left
    out tests the stored pair when it gets none; others want the stored values sent.
    """
    body = _carried(op, current) if current else {}
    if wanted is None and current is not None and profile.secret.keep != "omit":
        wanted = Wanted(current.app_id, current.callback_url)
    if wanted is not None:
        _put_values(body, profile, op, wanted, current)
    for at, value in op.set.items():
        pointer.put(body, at, template.fill(value, lookup))
    if user and op.user_at:
        pointer.put(body, op.user_at, user)
    return _with_json_strings(body, profile)


def _carried(op: Op, current: Setting) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for at in op.carry:
        value = copy.deepcopy(pointer.find(current.raw_extra, at))
        if at == "":
            body.update(value)
        elif value is not MISSING:
            pointer.put(body, at, value)
    return body


def _put_values(
    body: dict[str, Any], profile: Profile, op: Op, wanted: Wanted, current: Setting | None
) -> None:
    values = {"app_id": wanted.app_id, "callback_url": wanted.callback_url}
    for name in op.send:
        if name == "app_secret":
            _put_secret(body, profile, wanted.app_secret, current)
        elif name == "enabled":
            if current and current.enabled is not None and profile.state.enabled:
                on_wire = profile.enabled_values()[current.enabled]
                pointer.put(body, profile.state.enabled, on_wire)
        elif (place := getattr(profile.fields, name)) is not None:
            pointer.put(body, place, values[name])


def _put_secret(
    body: dict[str, Any], profile: Profile, secret: Secret | None, current: Setting | None
) -> None:
    """The secret, or what this server takes for "as it is"; never something masked."""
    if secret is None:
        if profile.secret.keep == "omit":
            return
        if profile.secret.keep == "empty":
            pointer.put(body, profile.fields.app_secret, "")
            return
        if profile.secret.keep == "mask" and current is not None:
            # This server takes exactly what it showed for "as it is"; no other mask is sent.
            if current.mask:
                pointer.put(body, profile.fields.app_secret, current.mask)
            if current.mask or not current.secret_set:
                return
        resend = current is not None and profile.secret.keep == "resend"
        secret = current.stored_secret if current is not None and resend else None
        if secret is None:
            raise _error("secret_needed", current)
    elif is_masked(profile, secret.reveal()):
        raise _error("secret_masked", current)
    pointer.put(body, profile.fields.app_secret, secret.reveal())


def _error(outcome: str, current: Setting | None) -> CanError:
    if current is not None:
        return error_of(outcome, current.evidence)
    return CanError(outcome, {}, exit_code=ExitCode.USAGE, who=Who.YOU)


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
