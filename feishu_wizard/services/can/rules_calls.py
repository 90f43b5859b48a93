"""The rules of a profile about its calls: methods, paths, headers, cookies, encodings, names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from feishu_wizard.services.can import pointer, template
from feishu_wizard.services.can.cookies import TOKEN
from feishu_wizard.services.can.model import Op, Profile

#: A place in the document, and the code of the rule that is broken there.
Broken = tuple[str, str]

_PATH = re.compile(
    r"(?:/(?!\.{0,2}(?:/|\?|$))[\w.~!$&'()*+,;=:@%-]+)+/?(?:\?[\w.~!$&'()*+,;=:@%/?-]*)?", re.ASCII
)
_ESCAPED_DOTS = re.compile(r"%2e|%2f|%5c|%00", re.IGNORECASE)
_PARAMETER = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}")
_MOST_ROWS, _MOST_PAGES = 1000, 10_000
# Headers that belong to the connection, to the encoding and to ``auth.cookies``; a profile that
# sets them itself describes another attack.
_RESERVED = re.compile(
    r"host|content-length|content-type|content-encoding|accept-encoding|transfer-encoding"
    r"|connection|keep-alive|upgrade|te|trailer|expect|cookie2?|set-cookie2?|proxy-.*",
    re.IGNORECASE,
)
_WRITES = ("create", "save", "enable")
_NAMED = (*_WRITES, "test")  # what may name parts of the last read
_NEVER_ABSENT = frozenset({401, 403, 407, 408, 429})


def operations(profile: Profile) -> Iterator[tuple[str, Op]]:
    """The operations that are plain calls, by name."""
    for name in ("get", "create", "save", "enable", "test", "audit"):
        op: Op | None = getattr(profile.ops, name)
        if op is not None:
            yield name, op


def good_path(path: str) -> bool:
    """Tell whether a path without places stays where it is: no other host, no dot segments."""
    return bool(_PATH.fullmatch(path)) and not _ESCAPED_DOTS.search(path)


def broken_calls(profile: Profile) -> Iterator[Broken]:
    """Every rule about calls that a profile breaks."""
    yield from _ops(profile)
    yield from _meanings(profile)
    yield from _login(profile)
    yield from _cookies(profile)
    yield from _listing(profile)
    yield from _headers(profile)
    yield from _forms(profile)
    yield from _names(profile)


def _ops(profile: Profile) -> Iterator[Broken]:
    allowed = profile.limits.methods
    if profile.ops.get.method != "GET":
        yield "$.ops.get.method", "not_read_only"
    if profile.ops.create is not None and profile.ops.save is None:
        yield "$.ops.save", "missing"
    for name, op in operations(profile):
        where = f"$.ops.{name}"
        if op.via:
            yield from _via(profile, name, op)
        elif not good_path(template.without_places(op.path)):
            yield f"{where}.path", "bad_path"
        if op.method not in allowed and not op.via:
            yield f"{where}.method", "method_not_allowed"
        # A read is repeated when the connection breaks; what writes or sends must not be.
        acts = name in _WRITES or (name == "test" and (op.saves or op.send or op.user_at))
        if op.method == "GET" and acts and not op.via:
            yield f"{where}.method", "not_a_write"
    ticket = profile.ops.app_ticket
    if ticket and not good_path(template.without_places(ticket.path)):
        yield "$.ops.app_ticket.path", "bad_path"


def _via(profile: Profile, name: str, op: Op) -> Iterator[Broken]:
    """A toggle through the save has to say what it changes there, and brings no call of its own."""
    save = profile.ops.save
    if name != "enable" or save is None or op.path or op.headers:
        yield f"$.ops.{name}.via", "bad_via"
    elif "enabled" not in {*template.names_in(op.set)} and "enabled" not in save.send:
        yield f"$.ops.{name}.set", "no_switch"


def _meanings(profile: Profile) -> Iterator[Broken]:
    """Keys that belong to one operation only, and what they need."""
    for name, op in operations(profile):
        where = f"$.ops.{name}"
        if name != "test" and (op.ok_at is None or op.saves or op.user_at or op.checks_at):
            yield where, "only_for_test"
        if name != "get" and op.absent:
            yield f"{where}.absent", "only_for_get"
        if name == "get" and (op.send or op.set or op.carry):
            yield where, "not_read_only"
    for status in profile.ops.get.absent:
        if status != 204 and (not 400 <= status < 500 or status in _NEVER_ABSENT):
            yield "$.ops.get.absent", "out_of_range"
    known = profile.envelope.ok or profile.envelope.message
    if any(status != 204 for status in profile.ops.get.absent) and not known:
        # Any server answers 404 to a wrong address: it has to say so in a way that is known.
        yield "$.envelope.message", "missing"


def _login(profile: Profile) -> Iterator[Broken]:
    login, cookies = profile.auth.login, profile.auth.cookies
    if login is None:
        return
    if not good_path(template.without_places(login.path)):
        yield "$.auth.login.path", "bad_path"
    if login.method not in profile.limits.methods:
        yield "$.auth.login.method", "method_not_allowed"
    if login.token_at is None and (cookies is None or cookies.source != "login"):
        yield "$.auth.login.token_at", "missing"


def _cookies(profile: Profile) -> Iterator[Broken]:
    cookies, where = profile.auth.cookies, "$.auth.cookies"
    if cookies is None:
        return
    if cookies.source == "login" and (profile.auth.login is None or cookies.secret):
        yield f"{where}.source", "no_login" if profile.auth.login is None else "secret_unused"
    if cookies.source == "secret" and cookies.secret not in profile.secrets:
        yield f"{where}.secret", f"unknown_name:secret.{cookies.secret}"
    elif cookies.source == "secret" and profile.secrets[cookies.secret].keep != "run":
        yield f"$.secrets.{cookies.secret}.keep", "session_kept"
    csrf = cookies.csrf
    for name in [*cookies.names, *([csrf.cookie] if csrf else [])]:
        if not TOKEN.fullmatch(name):
            yield f"{where}.names", "bad_name"
    if len(set(cookies.names)) != len(cookies.names):
        yield f"{where}.names", "name_twice"
    if csrf:
        yield from _broken_names({csrf.header: ""}, f"{where}.csrf.header", profile)


def _listing(profile: Profile) -> Iterator[Broken]:
    """The list of accounts is bounded, and says when it ends."""
    listing, where = profile.ops.accounts, "$.ops.accounts"
    if listing is None:
        return
    if not good_path(template.without_places(listing.path)):
        yield f"{where}.path", "bad_path"
    if listing.method not in profile.limits.methods:
        yield f"{where}.method", "method_not_allowed"
    if listing.total_at is None and listing.more_at is None:
        yield f"{where}.total_at", "missing"
    if not 1 <= listing.page.rows <= _MOST_ROWS or not 0 <= listing.page.first <= 1:
        yield f"{where}.page", "out_of_range"
    if not 1 <= listing.max_pages <= _MOST_PAGES:
        yield f"{where}.max_pages", "out_of_range"
    names = (listing.page.number, listing.page.size)
    if not all(map(_PARAMETER.fullmatch, names)) or names[0] == names[1]:
        yield f"{where}.page", "bad_name"


def _headers(profile: Profile) -> Iterator[Broken]:
    yield from _broken_names(profile.auth.headers, "$.auth.headers", profile)
    if profile.auth.login:
        yield from _broken_names(profile.auth.login.headers, "$.auth.headers", profile)
    for name, op in operations(profile):
        yield from _broken_names(op.headers, f"$.ops.{name}.headers", profile)


def _broken_names(headers: Mapping[str, str], where: str, profile: Profile) -> Iterator[Broken]:
    allowed = re.compile(profile.limits.allowed_headers)
    for name in headers:
        if not TOKEN.fullmatch(name) or not allowed.match(name) or _RESERVED.fullmatch(name):
            yield f"{where}.{name}", "header_not_allowed"
    if len({name.lower() for name in headers}) != len(headers):
        yield where, "name_twice"


def _forms(profile: Profile) -> Iterator[Broken]:
    """A form holds plain fields: an object travels in it only as a JSON string."""
    fields, login = profile.fields, profile.auth.login
    if login and login.encoding == "form":
        for at, value in login.set.items():
            if not _flat(at, value, []):
                yield at, "form_nested"
    for name, op in operations(profile):
        if op.encoding != "form":
            continue
        sent: dict[str, Any] = {at: "" for at in op.carry if at} | dict(op.set)
        places = {n: getattr(fields, n, None) or profile.state.enabled for n in op.send}
        sent |= {place: "" for place in places.values() if place}
        sent |= {op.user_at: ""} if op.user_at else {}
        for at, value in sent.items():
            if not _flat(at, value, profile.json_strings):
                yield f"$.ops.{name}.encoding", f"form_nested:{at}"


def _flat(at: str, value: Any, json_strings: list[str]) -> bool:
    packed = [place for place in json_strings if pointer.depth(place) == 1]
    if any(pointer.within(at, place) for place in packed):
        return True
    return pointer.depth(at) == 1 and not isinstance(value, dict | list)


def _names(profile: Profile) -> Iterator[Broken]:
    """Templates may name what is declared, and a secret only where it belongs."""
    inputs = {f"input.{name}" for name in profile.inputs}
    secret = {f"secret.{name}" for name in profile.secrets}
    login, ops = profile.auth.login, profile.ops
    token = {"login.token"} if login and login.token_at is not None else set()
    places: list[tuple[str, Any, set[str], bool]] = []
    if login:
        places.append(("$.auth.login.path", login.path, inputs, False))
        places.append(("$.auth.login.set", login.set, inputs | secret, False))
        places.append(("$.auth.login.headers", login.headers, inputs | secret, False))
    places.append(("$.auth.headers", profile.auth.headers, inputs | secret | token, False))
    for name, op in operations(profile):
        where, current = f"$.ops.{name}", name in _NAMED
        on_off = {"enabled"} if name in _WRITES else set()
        places.append((f"{where}.path", op.path, inputs, current))
        places.append((f"{where}.headers", op.headers, inputs | secret | token, False))
        places.append((f"{where}.set", op.set, inputs | on_off, current))
    for where, listed in (("accounts", ops.accounts), ("app_ticket", ops.app_ticket)):
        if listed:
            places.append((f"$.ops.{where}.path", listed.path, inputs, False))
    for where, value, known, current in places:
        for name in template.names_in(value):
            if name not in known and not (current and name.startswith(template.CURRENT)):
                yield where, f"unknown_name:{name}"
            elif name not in known:
                yield from _current(profile, where, name.removeprefix(template.CURRENT))


def _current(profile: Profile, where: str, at: str) -> Iterator[Broken]:
    """A place of the last read; the secret is no part of what is named."""
    if not at or not pointer.valid(at):
        yield where, f"bad_pointer:{at}"
    elif pointer.within(at, profile.fields.app_secret):
        yield where, "secret_not_here"
