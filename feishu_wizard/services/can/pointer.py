"""JSON Pointers (RFC 6901) into decoded documents."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any, Final

_SHAPE = re.compile(r"^(?:/(?:[^~/]|~[01])*)*$")
_INDEX = re.compile(r"^(?:0|[1-9][0-9]{0,5})$")


class _Missing(Enum):
    """An enumeration, because its members stay themselves when they are copied."""

    MISSING = "missing"


MISSING: Final = _Missing.MISSING


def valid(pointer: str) -> bool:
    """Tell whether the text is a pointer; "" is the whole document."""
    return _SHAPE.match(pointer) is not None


def find(document: Any, pointer: str) -> Any:
    """The value at ``pointer``, ``MISSING`` when there is none."""
    value = document
    for token in _tokens(pointer):
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and _INDEX.match(token) and int(token) < len(value):
            value = value[int(token)]
        else:
            return MISSING
    return value


def put(document: dict[str, Any], pointer: str, value: Any) -> None:
    """Write ``value`` at ``pointer``, making the objects on the way."""
    *parents, last = _tokens(pointer)
    place = document
    for token in parents:
        child = place.get(token)
        if not isinstance(child, dict):
            child = place[token] = {}
        place = child
    place[last] = value


def remove(document: Any, pointer: str) -> None:
    """Take the value at ``pointer`` out, when it is there."""
    *parents, last = _tokens(pointer)
    place = find(document, "".join(f"/{_escape(token)}" for token in parents))
    if isinstance(place, dict):
        place.pop(last, None)


def _tokens(pointer: str) -> list[str]:
    return [t.replace("~1", "/").replace("~0", "~") for t in pointer.split("/")[1:]]


def _escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")
