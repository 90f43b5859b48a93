"""``${...}`` in the values of a profile: names put in, nothing computed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

_PLACE = re.compile(r"\$\{([^}]*)\}")

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
