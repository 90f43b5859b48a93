"""JSON Pointers (RFC 6901) into decoded documents."""

from __future__ import annotations

import re
from enum import Enum
from itertools import pairwise
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


def depth(pointer: str) -> int:
    """How many steps lead to the place; 0 is the whole document."""
    return len(_tokens(pointer))


def within(pointer: str, parent: str) -> bool:
    """Tell whether a place is ``parent`` itself or lies below it."""
    return pointer == parent or pointer.startswith(f"{parent}/")


def find(document: Any, pointer: str) -> Any:
    """The value at ``pointer``, ``MISSING`` when there is none."""
    value = document
    for token in _tokens(pointer):
        value = _child(value, token)
        if value is MISSING:
            return MISSING
    return value


def put(document: dict[str, Any], pointer: str, value: Any) -> None:
    """Write ``value`` at ``pointer``, making the objects on the way; an element of a list that is
    there is replaced."""
    tokens = _tokens(pointer)
    place: Any = document
    for token, following in pairwise(tokens):
        child = _child(place, token)
        if not _holds(child, following):
            child = {}
            _set(place, token, child)
        place = child
    _set(place, tokens[-1], value)


def remove(document: Any, pointer: str) -> None:
    """Take the value at ``pointer`` out, when it is there; in a list null takes its place."""
    *parents, last = _tokens(pointer)
    place = find(document, "".join(f"/{_escape(token)}" for token in parents))
    if isinstance(place, dict):
        place.pop(last, None)
    elif _holds(place, last):
        place[int(last)] = None


def _child(place: Any, token: str) -> Any:
    if isinstance(place, dict):
        return place.get(token, MISSING)
    return place[int(token)] if _holds(place, token) else MISSING


def _holds(place: Any, token: str) -> bool:
    """Whether something can be written there: a member of an object, an element of a list."""
    if isinstance(place, dict):
        return True
    return isinstance(place, list) and bool(_INDEX.match(token)) and int(token) < len(place)


def _set(place: Any, token: str, value: Any) -> None:
    if isinstance(place, list):
        place[int(token)] = value
    else:
        place[token] = value


def _tokens(pointer: str) -> list[str]:
    return [t.replace("~1", "/").replace("~0", "~") for t in pointer.split("/")[1:]]


def _escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")
