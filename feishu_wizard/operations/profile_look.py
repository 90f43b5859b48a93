"""What a deployment profile would do, told before it does it: its calls, and where secrets go."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from feishu_wizard.domain.deployment import CallLook, Difference, Origin, ProfileLook, Purpose
from feishu_wizard.domain.names import APP_SECRET
from feishu_wizard.domain.outcomes import Declared
from feishu_wizard.services.can import template
from feishu_wizard.services.can.carried import is_weak
from feishu_wizard.services.can.model import Op, Profile

_LONGEST = 200  # characters of a value that is shown
_OPS = (
    ("get", Purpose.READ),
    ("create", Purpose.CREATE),
    ("save", Purpose.SAVE),
    ("enable", Purpose.SWITCH),
    ("test", Purpose.TEST),
    ("audit", Purpose.AUDIT),
)
_WRITING = frozenset({Purpose.CREATE, Purpose.SAVE, Purpose.SWITCH})


def look_of(profile: Profile, digest: str, origin: Origin, *, trusted: bool) -> ProfileLook:
    """A profile as a person sees it. ``digest``: of its bytes."""
    test = profile.ops.test
    return ProfileLook(
        id=profile.id,
        digest=digest,
        name=profile.name,
        note=profile.note,
        known_by=profile.evidence,
        origin=origin,
        trusted=trusted,
        product=profile.applies_to.product,
        versions=tuple(profile.applies_to.versions),
        calls=tuple(_calls(profile)),
        declares=declared_of(profile),
        weak=is_weak(profile),
        plain_http=not profile.base.require_https,
        test_saves=test is not None and test.saves,
    )


def declared_of(profile: Profile) -> tuple[Declared, ...]:
    """Inputs and secrets that a profile asks for, in its own order."""
    inputs = [
        Declared(n, i.label, False, i.default, i.help, i.keep, i.required)
        for n, i in profile.inputs.items()
    ]
    secrets = [
        Declared(n, s.label, True, "", s.help, s.keep, s.required)
        for n, s in profile.secrets.items()
    ]
    return (*inputs, *secrets)


def differences(before: Profile, after: Profile) -> tuple[Difference, ...]:
    """Every value in which two profiles differ, defaults included, by its path."""
    old, new = (dict(_flat(msgspec.to_builtins(one))) for one in (before, after))
    paths = [*old, *(path for path in new if path not in old)]
    return tuple(
        Difference(path, old.get(path, ""), new.get(path, ""))
        for path in paths
        if old.get(path) != new.get(path)
    )


def _flat(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _flat(child, f"{at}.{key}" if at else key)
    elif isinstance(value, list) and any(isinstance(child, dict) for child in value):
        for place, child in enumerate(value):
            yield from _flat(child, f"{at}[{place}]")
    else:
        yield at, json.dumps(value, ensure_ascii=False)[:_LONGEST]


def _calls(profile: Profile) -> Iterator[CallLook]:
    """The calls in the order of ``Purpose``."""
    prefix, probe = profile.base.prefix, profile.applies_to.probe
    login, every = profile.auth.login, _of_every_call(profile)
    if login is not None:
        carried = _secrets_in(login.headers, login.set)
        yield CallLook(Purpose.SIGN_IN, login.method, prefix + login.path, carried)
    if probe is not None:
        yield CallLook(Purpose.VERSION, "GET", prefix + probe.path)
    for name, purpose in _OPS:
        op: Op | None = getattr(profile.ops, name)
        if op is not None:
            yield _call(profile, op, purpose, every)
    listing, ticket = profile.ops.accounts, profile.ops.app_ticket
    if listing is not None:
        yield CallLook(Purpose.ACCOUNTS, listing.method, prefix + listing.path, every)
    if ticket is not None:
        yield CallLook(Purpose.APP_TICKET, ticket.method, prefix + ticket.path, every)


def _call(profile: Profile, op: Op, purpose: Purpose, every: tuple[str, ...]) -> CallLook:
    made = profile.ops.save if op.via == "save" and profile.ops.save is not None else op
    carried = [*every, *_secrets_in(made.headers, op.headers, made.set, op.set)]
    # A switch that travels by way of the save sends the secret where a save cannot leave it out.
    resent = made is op or profile.secret.keep in ("resend", "reenter")
    if "app_secret" in made.send and resent:
        carried.append(APP_SECRET)
    writes = purpose in _WRITING or (purpose is Purpose.TEST and op.saves)
    secrets = tuple(dict.fromkeys(carried))
    return CallLook(purpose, made.method, profile.base.prefix + made.path, secrets, writes)


def _of_every_call(profile: Profile) -> tuple[str, ...]:
    """The secrets that every call but the sign-in carries."""
    cookies = profile.auth.cookies
    own = (cookies.secret,) if cookies is not None and cookies.source == "secret" else ()
    return (*_secrets_in(profile.auth.headers), *own)


def _secrets_in(*values: Mapping[str, Any]) -> tuple[str, ...]:
    names = (name for value in values for name in template.names_in(dict(value)))
    found = (name.removeprefix("secret.") for name in names if name.startswith("secret."))
    return tuple(dict.fromkeys(found))
