"""The rules of a profile that need no server: names, words, patterns, pointers, the secret.

Each yields a place in the document (or the text that is wrong) and a code of the rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from feishu_wizard.services.can import pointer, rules_calls
from feishu_wizard.services.can.envelope import same
from feishu_wizard.services.can.model import Profile
from feishu_wizard.services.can.rules_calls import Broken, operations

LANGUAGES = ("en", "zh_Hans")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_PREFIX = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[\w.~-]+)*", re.ASCII)
_VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,4}(?:\.\*)?", re.ASCII)
_STATE = ("enabled", "version", "secret_set", "secret_hint", "valid", "updated_by", "updated_at")
_LONGEST_WORDS = {"label": 120, "help": 600}  # characters of a text that a page shows
# A pattern comes from a stranger and is searched in a stranger's text: no groups and few
# repetitions, so that the time stays polynomial and small.
_PATTERN = re.compile(
    r"\^?(?:(?:\\[\x21-\x7e]|\[\^?\]?(?:\\[\x21-\x7e]|[^\[\]\\])*\]|[^\\\[\](){}*+?|^$])"
    r"(?:[*+?]|\{\d{1,3}(?:,\d{0,3})?\})?)*\$?"
)
_REPEATED = re.compile(r"[*+?]|\{\d{1,3}(?:,\d{0,3})?\}")
_MOST_REPEATED, _LONGEST_PATTERN = 3, 200
_LARGEST_KB, _MOST_TRIES, _MOST_VERSIONS = 1024, 5, 20


def broken_rules(profile: Profile) -> Iterator[Broken]:
    """Every rule that a profile of the right shape still breaks."""
    if not _ID.fullmatch(profile.id):
        yield "$.id", "bad_id"
    if not _PREFIX.fullmatch(profile.base.prefix):
        yield "$.base.prefix", "bad_path"
    if profile.concurrency.mode == "field" and not profile.concurrency.at:
        yield "$.concurrency.at", "missing"
    yield from _bounds(profile)
    yield from _words(profile)
    yield from _patterns(profile)
    yield from _pointers(profile)
    yield from _versions(profile)
    yield from _secret(profile)
    yield from _switch(profile)
    yield from rules_calls.broken_calls(profile)


def _bounds(profile: Profile) -> Iterator[Broken]:
    if not 0 < profile.base.timeout_s <= 60:
        yield "$.base.timeout_s", "out_of_range"
    if not 1 <= profile.limits.max_body_kb <= _LARGEST_KB:
        yield "$.limits.max_body_kb", "out_of_range"
    if not 0 <= profile.verify.retries <= _MOST_TRIES:
        yield "$.verify.retries", "out_of_range"


def _words(profile: Profile) -> Iterator[Broken]:
    words = [("$.name", profile.name, "label"), ("$.note", profile.note, "help")]
    needed = {"$.name"}
    for kind, declared in (("inputs", profile.inputs), ("secrets", profile.secrets)):
        for name, item in declared.items():
            if not _NAME.fullmatch(name):
                yield f"$.{kind}.{name}", "bad_name"
            if item.keep == "run" and kind == "inputs":
                yield f"$.inputs.{name}.keep", "keep_of_input"
            words.append((f"$.{kind}.{name}.label", item.label, "label"))
            words.append((f"$.{kind}.{name}.help", item.help, "help"))
            needed.add(f"$.{kind}.{name}.label")
    for name in profile.inputs.keys() & profile.secrets.keys():
        yield f"$.secrets.{name}", "name_twice"
    for where, text, kind in words:
        if where in needed and any(not text.get(language) for language in LANGUAGES):
            yield where, "words_missing"
        if any(len(part) > _LONGEST_WORDS[kind] for part in text.values()):
            yield where, "too_long"


def _patterns(profile: Profile) -> Iterator[Broken]:
    patterns = {"$.secret.mask": profile.secret.mask}
    patterns["$.limits.allowed_headers"] = profile.limits.allowed_headers
    for where, pattern in patterns.items():
        if not _harmless(pattern):
            yield where, "bad_pattern"


def _harmless(pattern: str) -> bool:
    if len(pattern) > _LONGEST_PATTERN or not _PATTERN.fullmatch(pattern):
        return False
    plain = re.sub(r"\\.", "x", pattern)
    outside = re.sub(r"\[\^?\]?[^\]]*\]", "x", plain)
    if len(_REPEATED.findall(outside)) > _MOST_REPEATED:
        return False
    try:
        re.compile(pattern)
    except (re.error, OverflowError):
        return False
    return True


def _pointers(profile: Profile) -> Iterator[Broken]:
    for text in _readable(profile):
        if not pointer.valid(text):
            yield text, "bad_pointer"
    for text in _writable(profile):
        if not text or not pointer.valid(text):
            yield text or '""', "bad_pointer"


def _readable(profile: Profile) -> list[str]:
    envelope, state, applies = profile.envelope, profile.state, profile.applies_to
    told = [getattr(state, name) for name in _STATE]
    places = [rule.at for rule in envelope.ok]
    places += [envelope.data, *envelope.message, *envelope.detail, *envelope.trace]
    places += [place for place in told if place is not None]
    places += [profile.concurrency.at]
    places += [profile.select.at] if profile.select else []
    places += [applies.probe.at] if applies.probe else []
    for _, op in operations(profile):
        places += [*([op.ok_at] if op.ok_at is not None else []), op.checks_at, *op.carry]
    if (listing := profile.ops.accounts) is not None:
        ends = [at for at in (listing.total_at, listing.more_at) if at is not None]
        places += [listing.items_at, *listing.fields.places().values(), *ends]
    if profile.ops.app_ticket:
        places.append(profile.ops.app_ticket.at)
    if profile.auth.login and profile.auth.login.token_at is not None:
        places.append(profile.auth.login.token_at)
    return places


def _writable(profile: Profile) -> list[str]:
    fields = profile.fields
    places = [fields.app_id, fields.app_secret, *profile.json_strings]
    places += [fields.callback_url] if fields.callback_url is not None else []
    for _, op in operations(profile):
        places += [*op.set, *([op.user_at] if op.user_at else [])]
    return places + list(profile.auth.login.set if profile.auth.login else [])


def _versions(profile: Profile) -> Iterator[Broken]:
    applies = profile.applies_to
    if len(applies.versions) > _MOST_VERSIONS:
        yield "$.applies_to.versions", "out_of_range"
    for at, version in enumerate(applies.versions):
        if not _VERSION.fullmatch(version):
            yield f"$.applies_to.versions[{at}]", "bad_version"
    if len(applies.product) > _LONGEST_WORDS["label"]:
        yield "$.applies_to.product", "too_long"
    if applies.probe and not rules_calls.good_path(applies.probe.path):
        yield "$.applies_to.probe.path", "bad_path"


def _secret(profile: Profile) -> Iterator[Broken]:
    """Only what a server shows can be given back to it, and the secret has a place of its own."""
    read, keep, fields = profile.secret.read, profile.secret.keep, profile.fields
    if keep == "resend" and read != "plain":
        yield "$.secret.keep", "resend_unseen"
    if keep == "mask" and read != "mask":
        yield "$.secret.keep", "mask_unseen"
    places = {"app_id": fields.app_id, "callback_url": fields.callback_url}
    for name, place in places.items():
        if place is not None and _overlap(place, fields.app_secret):
            yield f"$.fields.{name}", "place_twice"
    if fields.callback_url is not None and _overlap(fields.app_id, fields.callback_url):
        yield "$.fields.callback_url", "place_twice"
    for name in _STATE:
        place = getattr(profile.state, name)
        shown = name == "secret_hint" and read == "mask"
        if place is not None and not shown and pointer.within(place, fields.app_secret):
            yield f"$.state.{name}", "secret_not_here"


def _overlap(one: str, other: str) -> bool:
    return pointer.within(one, other) or pointer.within(other, one)


def _switch(profile: Profile) -> Iterator[Broken]:
    wire = profile.enabled_values()
    if same(wire[True], wire[False]):
        yield "$.values.enabled", "same_values"
    for name, op in operations(profile):
        if any(place is None for place in (_place(profile, field) for field in op.send)):
            yield f"$.ops.{name}.send", "no_place"
    if "callback_url" in profile.verify.after_save and profile.fields.callback_url is None:
        yield "$.verify.after_save", "no_place"


def _place(profile: Profile, field: str) -> str | None:
    place: str | None = getattr(profile.state if field == "enabled" else profile.fields, field)
    return place
