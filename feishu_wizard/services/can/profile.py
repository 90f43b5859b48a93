"""Reading a profile file: YAML into ``Profile``, with every rule that needs no server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.can import pointer, template
from feishu_wizard.services.can.model import Op, Profile

__all__ = ["Profile", "parse_profile"]

MAX_BYTES = 64 * 1024
MAX_DEPTH = 32  # the YAML scanner needs quadratic time for deeper ones
LANGUAGES = ("en", "zh_Hans")
_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,62}$")
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
_PATH = re.compile(
    r"^(?:/(?!\.{0,2}(?:/|\?|$))[\w.~!$&'()*+,;=:@%-]+)+(?:\?[\w.~!$&'()*+,;=:@%/?-]*)?$"
)
_PREFIX = re.compile(r"^(?:/(?!\.{1,2}(?:/|$))[\w.~-]+)*$")
_PARAMETER = re.compile(r"^[A-Za-z][A-Za-z0-9_.-]{0,62}$")
_MOST_ROWS, _MOST_PAGES = 1000, 10_000
# Headers that belong to the connection; a profile that sets them describes another attack.
_CONNECTION = re.compile(
    r"^(?:host|content-length|transfer-encoding|connection|upgrade|te|trailer|proxy-.*)$", re.I
)


def parse_profile(data: bytes, source: str) -> Profile:
    """Read a profile.

    Raises ``InputError`` ``profile.invalid`` with params ``source`` (as given), ``where`` (a
    path in the document or a line) and ``detail`` (a code of the rule that is broken).
    """
    document = _load(data, source)
    try:
        profile = msgspec.convert(document, Profile)
    except msgspec.ValidationError as error:
        text, mark, path = str(error).rpartition(" - at `$")
        where = f"${path.rstrip('`')}" if mark else "$"
        raise _invalid(source, where, text if mark else str(error)) from error
    for where, rule in _broken_rules(profile):
        raise _invalid(source, where, rule)
    return profile


def _load(data: bytes, source: str) -> Any:
    if len(data) > MAX_BYTES:
        raise _invalid(source, "$", "too_large")
    try:
        text = data.decode("utf-8-sig")
        _check_events(text, source)
        return _text_keys(yaml.safe_load(text))
    except UnicodeDecodeError as error:
        raise _invalid(source, f"byte {error.start}", "not_utf8") from error
    except yaml.YAMLError as error:
        where = _line(getattr(error, "problem_mark", None))
        raise _invalid(source, where, "not_yaml") from error
    except (RecursionError, ValueError) as error:
        raise _invalid(source, "$", "not_yaml") from error


def _check_events(text: str, source: str) -> None:
    """Refuse what makes small files large or slow: aliases and deep nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise _invalid(source, _line(event.start_mark), "alias")
        if depth > MAX_DEPTH:
            raise _invalid(source, _line(event.start_mark), "too_deep")


def _line(mark: Any) -> str:
    return "$" if mark is None else f"line {mark.line + 1}"


def _text_keys(value: Any) -> Any:
    """YAML reads keys like ``true`` and ``200`` as values; here every key is text."""
    if isinstance(value, dict):
        return {_key(k): _text_keys(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_text_keys(child) for child in value]
    return value


def _key(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _invalid(source: str, where: str, detail: str) -> InputError:
    return InputError("profile.invalid", {"source": source, "where": where, "detail": detail})


def _broken_rules(profile: Profile) -> Iterator[tuple[str, str]]:
    if not _ID.match(profile.id):
        yield "$.id", "bad_id"
    if not _PREFIX.match(profile.base.prefix):
        yield "$.base.prefix", "bad_path"
    if not 0 < profile.base.timeout_s <= 60:
        yield "$.base.timeout_s", "out_of_range"
    if profile.concurrency.mode == "field" and not profile.concurrency.at:
        yield "$.concurrency.at", "missing"
    yield from _broken_words(profile)
    yield from _broken_patterns(profile)
    yield from _broken_pointers(profile)
    yield from _broken_ops(profile)
    yield from _broken_listing(profile)
    yield from _broken_headers(profile)
    yield from _broken_names(profile)


def _broken_words(profile: Profile) -> Iterator[tuple[str, str]]:
    words = [("$.name", profile.name)]
    for kind, declared in (("inputs", profile.inputs), ("secrets", profile.secrets)):
        for name, item in declared.items():
            if not _NAME.match(name):
                yield f"$.{kind}.{name}", "bad_name"
            words.append((f"$.{kind}.{name}.label", item.label))
    for name in profile.inputs.keys() & profile.secrets.keys():
        yield f"$.secrets.{name}", "name_twice"
    for where, text in words:
        if any(not text.get(language) for language in LANGUAGES):
            yield where, "words_missing"


def _broken_patterns(profile: Profile) -> Iterator[tuple[str, str]]:
    patterns = {"$.secret.mask": profile.secret.mask}
    patterns["$.limits.allowed_headers"] = profile.limits.allowed_headers
    for where, pattern in patterns.items():
        try:
            re.compile(pattern)
        except re.error:
            yield where, "bad_pattern"


def _broken_pointers(profile: Profile) -> Iterator[tuple[str, str]]:
    envelope, state = profile.envelope, profile.state
    readable = [rule.at for rule in envelope.ok]
    readable += [envelope.data, *envelope.message, *envelope.detail, *envelope.trace]
    readable += [p for p in (state.enabled, state.version, state.secret_set) if p is not None]
    readable += [p for p in (state.secret_hint, state.valid) if p is not None]
    readable += [profile.concurrency.at, *profile.json_strings]
    readable += [profile.select.at] if profile.select else []
    writable = [profile.fields.app_id, profile.fields.app_secret, profile.fields.callback_url]
    for _, op in _ops(profile):
        readable += [op.ok_at, op.checks_at, *op.carry]
        writable += [*op.set, *([op.user_at] if op.user_at else [])]
    listing = profile.ops.accounts
    if listing:
        ends = [at for at in (listing.total_at, listing.more_at) if at is not None]
        readable += [listing.items_at, *listing.fields.places().values(), *ends]
    if profile.auth.login:
        readable.append(profile.auth.login.token_at)
        writable += profile.auth.login.set
    for text in readable:
        if not pointer.valid(text):
            yield text, "bad_pointer"
    for text in writable:
        if not text or not pointer.valid(text):
            yield text or '""', "bad_pointer"


def _broken_ops(profile: Profile) -> Iterator[tuple[str, str]]:
    if profile.ops.get.method != "GET":
        yield "$.ops.get.method", "not_read_only"
    for name, op in _ops(profile):
        where = f"$.ops.{name}"
        if op.via:
            if name != "enable" or profile.ops.save is None:
                yield f"{where}.via", "bad_via"
        elif not _PATH.match(op.path):
            yield f"{where}.path", "bad_path"
        if op.method not in profile.limits.methods:
            yield f"{where}.method", "method_not_allowed"
    if profile.auth.login and not _PATH.match(profile.auth.login.path):
        yield "$.auth.login.path", "bad_path"


def _broken_listing(profile: Profile) -> Iterator[tuple[str, str]]:
    """The list of accounts is bounded, and says when it ends."""
    listing, where = profile.ops.accounts, "$.ops.accounts"
    if listing is None:
        return
    if not _PATH.match(listing.path):
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
    if not all(map(_PARAMETER.match, names)) or names[0] == names[1]:
        yield f"{where}.page", "bad_name"


def _broken_headers(profile: Profile) -> Iterator[tuple[str, str]]:
    allowed = re.compile(profile.limits.allowed_headers)
    login = profile.auth.login
    for name in [*profile.auth.headers, *(login.headers if login else {})]:
        token = re.match(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", name)
        if not token or not allowed.match(name) or _CONNECTION.match(name):
            yield f"$.auth.headers.{name}", "header_not_allowed"


def _broken_names(profile: Profile) -> Iterator[tuple[str, str]]:
    """Templates may name what is declared, and a secret only where it belongs."""
    inputs = {f"input.{name}" for name in profile.inputs}
    secrets = {f"secret.{name}" for name in profile.secrets}
    login = profile.auth.login
    places: list[tuple[str, Any, set[str]]] = []
    if login:
        places.append(("$.auth.login.set", login.set, inputs | secrets))
        places.append(("$.auth.login.headers", login.headers, inputs | secrets))
    token = {"login.token"} if login else set()
    places.append(("$.auth.headers", profile.auth.headers, inputs | secrets | token))
    for name, op in _ops(profile):
        on_off = {"enabled"} if name in ("save", "enable") else set()
        places.append((f"$.ops.{name}.set", op.set, inputs | on_off))
    for where, value, known in places:
        for name in template.names_in(value):
            if name not in known:
                yield where, f"unknown_name:{name}"


def _ops(profile: Profile) -> Iterator[tuple[str, Op]]:
    for name in ("get", "save", "enable", "test", "audit"):
        op: Op | None = getattr(profile.ops, name)
        if op is not None:
            yield name, op
