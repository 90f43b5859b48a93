"""The path of an operation: what a recorded address says without what belongs to one call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, unquote, unquote_plus

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recording.credentials import (
    cache_buster,
    credential,
    kind_of,
    secret_looking,
)
from feishu_wizard.domain.recording.model import RecordedCall
from feishu_wizard.domain.recording.places import leaves

_PREFIX = re.compile(r"^[A-Za-z0-9_.~-]+$")
_SAFE = "~!$&'()*+,;=:@"

#: Makes an input of a name that is wished for and the value seen; gives the name it got.
AddInput = Callable[[str, object], str]


def path_of(call: RecordedCall, add_input: AddInput, setting: object = None) -> str:
    """The path with its query. An id becomes ``${current./pointer}`` where the read tells it, else
    an input; what only keeps caches away is left out.

    Raises ``InputError`` recording.token_in_address for an address that carries a credential.
    """
    known = _ids(setting)
    parts = [_segment(unquote(part), known, add_input) for part in call.path.split("/")[1:]]
    pairs = [_pair(text, add_input) for text in call.query.split("&") if text]
    query = "&".join(pair for pair in pairs if pair)
    path = "/" + "/".join(parts)
    return f"{path}?{query}" if query else path


def _segment(text: str, known: dict[str, str], add_input: AddInput) -> str:
    if text in known:
        return f"${{current.{known[text]}}}"
    kind = kind_of("", text)
    if secret_looking(text) or kind in ("credential", "person"):
        raise InputError("recording.token_in_address", {})
    if kind in ("id", "time"):
        return f"${{input.{add_input('id', text)}}}"
    return quote(text, safe=_SAFE)


def _pair(text: str, add_input: AddInput) -> str:
    name, equals, value = text.partition("=")
    name, value = unquote_plus(name), unquote_plus(value)
    if cache_buster(name):
        return ""
    if value and credential(name, value) and len(value) > 3:
        raise InputError("recording.token_in_address", {})
    kind = kind_of(name, value)
    if kind in ("credential", "person"):
        raise InputError("recording.token_in_address", {})
    if kind == "id":
        return f"{quote(name, safe='')}=${{input.{add_input(name, value)}}}"
    if kind == "time":
        return ""
    return f"{quote(name, safe='[]')}{equals}{quote(value, safe='')}".replace("[", "%5B").replace(
        "]", "%5D"
    )


def _ids(setting: object) -> dict[str, str]:
    """Values of the read that may stand in a path: ids, at the places that are named so."""
    found: dict[str, str] = {}
    for leaf in leaves(setting, into_lists=False):
        named = leaf.name.lower().endswith(("id", "uuid", "key")) and leaf.at
        if named and isinstance(leaf.value, str | int) and not isinstance(leaf.value, bool):
            text = str(leaf.value)
            if len(text) >= 1 and text not in found:
                found[text] = leaf.at
    return found


def common_prefix(paths: Iterable[str]) -> str:
    """The segments that all paths begin with, one segment left for each."""
    split = [path.partition("?")[0].split("/")[1:-1] for path in paths]
    if not split:
        return ""
    prefix = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) != 1 or not _PREFIX.match(parts[0]) or parts[0] in (".", ".."):
            break
        prefix.append(parts[0])
    return "".join(f"/{part}" for part in prefix)
