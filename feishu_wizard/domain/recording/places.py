"""Where values lie in a recorded document: JSON Pointers (RFC 6901), through JSON in strings too.

The same pointers as in a profile: an object that travels as a JSON string counts as decoded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

MAX_DEPTH = 24
MAX_LEAVES = 50_000
_LONGEST_INNER = 256 * 1024  # characters of a string that is looked into


class _Missing(Enum):
    MISSING = "missing"


MISSING: Final = _Missing.MISSING


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that holds no other. ``at``: its pointer; ``through``: pointers of the JSON strings
    on the way; ``lists``: pointers of the lists on the way."""

    at: str
    value: object = field(repr=False)
    through: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the pointer."""
        return last(self.at)


def leaves(document: object, *, into_lists: bool = True) -> Iterator[Leaf]:
    """Every leaf in document order. Without ``into_lists`` a list is a leaf itself."""
    todo: list[tuple[Leaf, int]] = [(Leaf("", document), 0)]
    count = 0
    while todo and count < MAX_LEAVES:
        here, depth = todo.pop()
        inner = inside(here.value)
        through = here.through if inner is here.value else (*here.through, here.at)
        children = _children(inner, into_lists) if depth < MAX_DEPTH else None
        if children is None:
            count += 1
            yield here
            continue
        lists = (*here.lists, here.at) if isinstance(inner, list) else here.lists
        for key, value in reversed(children):
            todo.append((Leaf(f"{here.at}/{escape(key)}", value, through, lists), depth + 1))


def _children(value: object, into_lists: bool) -> list[tuple[str, object]] | None:
    """The members of a container that is not empty; None for a leaf."""
    if isinstance(value, Mapping) and value:
        return [(str(key), child) for key, child in value.items()]
    if into_lists and isinstance(value, list) and value:
        return [(str(index), child) for index, child in enumerate(value)]
    return None


def inside(value: object) -> object:
    """What a JSON string holds, when it is an object or a list; else the value itself."""
    if not isinstance(value, str) or len(value) > _LONGEST_INNER or value[:1] not in ("{", "["):
        return value
    try:
        inner = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return inner if isinstance(inner, dict | list) and inner else value


def find(document: object, pointer: str) -> Any:
    """The value at ``pointer``, JSON strings looked into; ``MISSING`` when there is none."""
    value = document
    for token in tokens(pointer):
        value = inside(value)
        if isinstance(value, Mapping) and token in value:
            value = value[token]
        elif isinstance(value, list) and token.isascii() and token.isdigit():
            if len(token) > 6 or int(token) >= len(value):
                return MISSING
            value = value[int(token)]
        else:
            return MISSING
    return value


def tokens(pointer: str) -> list[str]:
    """The parts of a pointer, unescaped."""
    return [t.replace("~1", "/").replace("~0", "~") for t in pointer.split("/")[1:]]


def escape(token: str) -> str:
    """A key as a part of a pointer."""
    return token.replace("~", "~0").replace("/", "~1")


def last(pointer: str) -> str:
    """The last part of a pointer, "" for the whole."""
    return tokens(pointer)[-1] if pointer else ""


def parent(pointer: str) -> str:
    """The pointer of what holds it."""
    return pointer.rpartition("/")[0]


def same(left: object, right: object) -> bool:
    """Equal in value and type: True is not 1, "200" is not 200."""
    return type(left) is type(right) and left == right
