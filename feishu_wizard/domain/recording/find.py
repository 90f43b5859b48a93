"""Finds the calls of a settings page among all that a browser recorded, by the values typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recording.model import RecordedCall, Recording, Typed
from feishu_wizard.domain.recording.places import Leaf, leaves

FIELDS = ("app_id", "app_secret", "callback_url")
WRITES = frozenset({"POST", "PUT", "PATCH"})
_APP_ID = re.compile(r"^cli_[0-9a-z]{6,40}$")
_BY_NAME = {
    "app_id": re.compile(r"(?:app|client|corp_?app)[-_]?(?:id|key)$|^agent[-_]?id$", re.I),
    "app_secret": re.compile(r"secret$", re.I),
    "callback_url": re.compile(
        r"callback(?:[-_]?(?:ur[li]|domain|address))?$|redirect[-_]?ur[il]$|^redirect$", re.I
    ),
}
_URL = re.compile(r"^https?://", re.I)
_TEST = re.compile(r"test|valid|check|verify|ping|probe|try", re.I)
_SWITCH = re.compile(r"enable|disable|switch|toggle|status|active|onoff|open|close", re.I)
_CREATE = re.compile(r"/(?:create|add|new|insert)(?:/|$)", re.I)


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates for each purpose, the likeliest first; ``at`` of a call names it."""

    reads: tuple[RecordedCall, ...]
    saves: tuple[RecordedCall, ...]
    tests: tuple[RecordedCall, ...] = ()
    switches: tuple[RecordedCall, ...] = ()


def of_origin(recording: Recording, origin: str) -> Recording:
    """The part of a recording that went to one server.

    Raises ``InputError`` recording.other_product (origin, hosts: where the calls went).
    """
    wanted = origin.rstrip("/").lower()
    calls = tuple(call for call in recording.calls if call.origin == wanted)
    if not calls:
        hosts = ", ".join(sorted({urlsplit(call.origin).netloc for call in recording.calls})[:5])
        raise InputError("recording.other_product", {"origin": wanted, "hosts": hosts})
    skipped = recording.skipped + len(recording.calls) - len(calls)
    return replace(recording, calls=calls, skipped=skipped)


def find_calls(recording: Recording, typed: Typed) -> Found:
    """The calls that carry what was typed, and those that belong to them. May be empty."""
    writes = [call for call in recording.calls if call.method in WRITES and call.body is not None]
    carrying = [call for call in writes if _carries_setting(call, typed)]
    saves = [call for call in carrying if not _TEST.search(_tail(call))]
    tests = [call for call in carrying if _TEST.search(_tail(call))]
    if not saves:
        saves, tests = tests, []
    ranked = tuple(sorted(_one_each(saves), key=lambda call: _save_rank(call, typed)))
    if not ranked:
        return Found((), ())
    best = ranked[0]
    near = [call for call in recording.calls if call.origin == best.origin]
    switches = [call for call in near if call not in carrying and _is_switch(call, best)]
    reads = sorted(_one_each(_reads(near, best, typed)), key=lambda call: _read_rank(call, best))
    return Found(tuple(reads), ranked, tuple(_one_each(tests)), tuple(switches))


def places(name: str, document: object, typed: Typed) -> list[Leaf]:
    """Where a value of the manual lies in a document: by the value typed, else by its name."""
    known = {
        "app_id": typed.app_id,
        "callback_url": typed.callback_url,
        "app_secret": typed.app_secret.reveal() if typed.app_secret else "",
    }[name]
    everywhere = [leaf for leaf in leaves(document) if _holds_text(leaf)]
    exact = [leaf for leaf in everywhere if known and same_text(str(leaf.value), known)]
    return exact or [leaf for leaf in everywhere if _by_shape(name, leaf)]


def _holds_text(leaf: Leaf) -> bool:
    return leaf.at != "" and (leaf.value is None or isinstance(leaf.value, str))


def _by_shape(name: str, leaf: Leaf) -> bool:
    """A field that is named so, and holds nothing or what such a field holds."""
    value = leaf.value or ""
    if not _BY_NAME[name].search(leaf.name) or not isinstance(value, str):
        return False
    if name == "callback_url":
        return not value or _URL.match(unquote(value)) is not None
    return True


def same_text(recorded: str, typed: str) -> bool:
    """Equal but for URL-encoding, blanks round it, a slash at the end, and the case of a host."""
    return _plain(recorded) == _plain(typed)


def _plain(text: str) -> str:
    text = text.strip()
    if "%" in text:
        text = unquote(text)
    if not _URL.match(text):
        return text
    try:
        split = urlsplit(text)
    except ValueError:
        return text
    changed = split._replace(scheme=split.scheme.lower(), netloc=split.netloc.lower())
    return changed.geturl().rstrip("/")


def carries_values(document: object, typed: Typed) -> bool:
    """Whether a value that was typed stands in a document, or, none known, an App ID."""
    secret = typed.app_secret.reveal() if typed.app_secret else ""
    known = [text for text in (typed.app_id, typed.callback_url, secret) if text]
    texts = (leaf.value for leaf in leaves(document) if isinstance(leaf.value, str))
    if known:
        return any(same_text(text, value) for text in texts for value in known)
    return any(_APP_ID.match(text) for text in texts)


def _carries_setting(call: RecordedCall, typed: Typed) -> bool:
    """A body with the App ID (or what was typed) and another field of the setting."""
    if call.encoding not in ("json", "form") or not carries_values(call.body, typed):
        return False
    return sum(bool(places(name, call.body, typed)) for name in FIELDS) >= 2


def _reads(calls: Iterable[RecordedCall], save: RecordedCall, typed: Typed) -> list[RecordedCall]:
    gets = [call for call in calls if call.method == "GET" and call.encoding != "websocket"]
    shown = [call for call in gets if _shows_setting(call.answer, save, typed)]
    if not shown:  # under another name: told apart from "there is no read"
        shown = [call for call in gets if typed.app_id and carries_values(call.answer, typed)]
    if shown:
        return shown
    # Nothing stored yet, or no answers in the recording: the address alone has to tell.
    return [
        call
        for call in gets
        if (not call.answered or _has_fields(call.answer, save, typed))
        and 200 <= (call.status or 200) < 300
        and common_parts(call, save) >= 1
    ]


def _shows_setting(answer: object, save: RecordedCall, typed: Typed) -> bool:
    """An answer with an App ID at a place whose name the save knows."""
    names = {leaf.name for leaf in places("app_id", save.body, typed)}
    texts = [leaf for leaf in leaves(answer) if isinstance(leaf.value, str) and leaf.value]
    return any(
        leaf.name in names and (same_text(str(leaf.value), typed.app_id) or _looks(leaf))
        for leaf in texts
    )


def _looks(leaf: Leaf) -> bool:
    return isinstance(leaf.value, str) and _APP_ID.match(leaf.value) is not None


def _has_fields(answer: object, save: RecordedCall, typed: Typed) -> bool:
    wanted = {leaf.name for name in FIELDS for leaf in places(name, save.body, typed)}
    return len(wanted & {leaf.name for leaf in leaves(answer)}) >= 2


def _is_switch(call: RecordedCall, save: RecordedCall) -> bool:
    """A small write beside the save whose path or field speaks of on and off."""
    if call.method not in WRITES or common_parts(call, save) < 1:
        return False
    if call.status >= 400 or _TEST.search(_tail(call)):
        return False
    small = list(leaves(call.body))
    if len(small) > 8:
        return False
    return any(_SWITCH.search(leaf.name) for leaf in small) or bool(_SWITCH.search(_tail(call)))


def common_parts(one: RecordedCall, other: RecordedCall) -> int:
    """How many segments two paths begin with together."""
    pairs = zip(one.path.split("/")[1:], other.path.split("/")[1:], strict=False)
    count = 0
    for mine, theirs in pairs:
        if mine != theirs:
            break
        count += 1
    return count


def _tail(call: RecordedCall) -> str:
    """The last two segments, where verbs stand."""
    return "/".join(call.path.split("/")[-2:])


def is_create(call: RecordedCall) -> bool:
    """A path that says: makes a new one."""
    return _CREATE.search(call.path) is not None


def _save_rank(call: RecordedCall, typed: Typed) -> tuple[int, int, int]:
    """The likeliest save first: it went well, has most of the fields; the latest of equals."""
    fields = sum(bool(places(name, call.body, typed)) for name in FIELDS)
    return (int(call.status >= 400) + int(is_create(call)), -fields, -call.at)


def _read_rank(call: RecordedCall, save: RecordedCall) -> tuple[int, int, int]:
    same_path = call.path == save.path
    return (-int(same_path), -common_parts(call, save), call.at)


def _one_each(calls: Iterable[RecordedCall]) -> Iterator[RecordedCall]:
    """The calls of one method and address once: the one that went well, the later of two."""
    best: dict[tuple[str, str, str], RecordedCall] = {}
    for call in calls:
        key = (call.method, call.path, call.query)
        before = best.get(key)
        if before is None or _better(call, before):
            best[key] = call
    yield from best.values()


def _better(call: RecordedCall, before: RecordedCall) -> bool:
    return (call.status < 400, len(list(leaves(call.body)))) >= (
        before.status < 400,
        len(list(leaves(before.body))),
    )
