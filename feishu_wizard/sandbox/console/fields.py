"""Fields of a control call's JSON body; ValueError says what is wrong with one."""

from __future__ import annotations

from typing import Any, TypeVar

Body = dict[str, Any]
Word = TypeVar("Word", bound=str)


def text(body: Body, name: str) -> str:
    """A string that must be there."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is required")
    return value


def flag(body: Body, name: str) -> bool:
    """A boolean that must be there."""
    value = body.get(name)
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")
    return value


def texts(body: Body, name: str) -> list[str]:
    """A list of strings; none when it is not there."""
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{name} must be a list of strings")
    return value


def number(body: Body, name: str, highest: int) -> int:
    """A whole number from 1 on that must be there."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= highest:
        raise ValueError(f"{name} must be a whole number from 1 to {highest}")
    return value


def choice(body: Body, name: str, allowed: tuple[Word, ...]) -> Word:
    """One of a few words; the first when it is not there."""
    wanted = body.get(name, allowed[0])
    for word in allowed:
        if word == wanted:
            return word
    raise ValueError(f"{name} must be out of {', '.join(allowed)}")
