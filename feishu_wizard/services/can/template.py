"""``${...}`` in the values of a profile: names put in, nothing computed.

Names are ``input.x``, ``secret.x``, ``login.token``, ``enabled``, and ``current./a/b``: what the
last read told at a JSON pointer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from feishu_wizard.domain.errors import InputError

CURRENT = "current."
LONGEST_SEGMENT = 256  # characters of a value that becomes part of a path
_PLACE = re.compile(r"\$\{([^}]*)\}")
_DOTS = frozenset({".", ".."})

#: Gives the value of a name such as ``input.tenant_id``.
Lookup = Callable[[str], Any]


def names_in(value: Any) -> Iterator[str]:
    """The names that a value (also a nested one) refers to."""
    if isinstance(value, str):
        yield from (match[1] for match in _PLACE.finditer(value))
    elif isinstance(value, dict):
        for child in value.values():
            yield from names_in(child)
    elif isinstance(value, list):
        for child in value:
            yield from names_in(child)


def fill(value: Any, lookup: Lookup) -> Any:
    """Put the named values in. A text that is one name only becomes the value with its type."""
    if isinstance(value, str):
        whole = _PLACE.fullmatch(value)
        if whole is not None:
            return lookup(whole[1])
        return _PLACE.sub(lambda match: str(lookup(match[1])), value)
    if isinstance(value, dict):
        return {key: fill(child, lookup) for key, child in value.items()}
    if isinstance(value, list):
        return [fill(child, lookup) for child in value]
    return value


def without_places(path: str) -> str:
    """The path with a letter in each place, for checking its shape."""
    return _PLACE.sub("x", path)


def fill_path(path: str, lookup: Lookup) -> str:
    """Put values into a path, each percent-encoded as one segment, so that none changes the route.

    Raises ``InputError`` ``can.path_value_missing`` (param name) for an empty value and
    ``can.path_value_invalid`` (param name) for one that no segment can hold.
    """
    names: list[str] = []

    def segment(match: re.Match[str]) -> str:
        names.append(match[1])
        return _segment(match[1], lookup(match[1]))

    filled = _PLACE.sub(segment, path)
    if names and any(part in _DOTS for part in filled.partition("?")[0].split("/")):
        raise InputError("can.path_value_invalid", {"name": names[0]})
    return filled


def _segment(name: str, value: Any) -> str:
    if value is None or value == "":
        raise InputError("can.path_value_missing", {"name": name})
    fits = isinstance(value, str | int) and not isinstance(value, bool)
    text = str(value) if fits else ""
    # Some servers decode the escapes before they resolve "..": such a value is never sent.
    climbs = any(part in _DOTS for part in re.split(r"[/\\]", text))
    if not text.isprintable() or not 0 < len(text) <= LONGEST_SEGMENT or climbs:
        raise InputError("can.path_value_invalid", {"name": name})
    return quote(text, safe="")
