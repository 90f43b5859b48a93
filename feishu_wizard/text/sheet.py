"""A sheet for somebody else, in parts: the message, Markdown and HTML are made of the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar

from feishu_wizard.domain.redact import redact
from feishu_wizard.domain.redact_nested import hide_nested
from feishu_wizard.text.catalog import _

LONGEST = 4_000  # characters of one text
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Page:
    """A link to a page of the platform; ``url`` "" when there is none: the name says the way."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Paste:
    """A value to be copied as it stands."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do, and why; ``why`` is left out of the message, which has to be short."""

    title: str
    how: tuple[str, ...] = ()
    page: Page | None = None
    pastes: tuple[Paste, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A permission: what it gives away, and what follows when it is declined ("": it cannot be)."""

    name: str
    scope: str
    why: str
    declined: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A closing paragraph."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole sheet, in the language in use. ``tells_asked``: the message names the permissions,
    too, because it is about nothing else."""

    title: str
    facts: tuple[tuple[str, str], ...]
    todos: tuple[Todo, ...]
    warning: str = ""
    asked: tuple[Asked, ...] = ()
    remarks: tuple[Remark, ...] = ()
    tells_asked: bool = False


def asked_title() -> str:
    """The heading over the permissions."""
    return _("What each permission reveals")


def footer() -> str:
    """Who made it: "this program" in the reasons is that one."""
    return _("Made with feishu-wizard, the program that sets up this integration.")


def cleaned(value: _T) -> _T:
    """Return the sheet without secrets and without characters that hide or turn text."""
    return _cleaned(value)  # type: ignore[no-any-return]


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return "\n".join(_line(line) for line in value[:LONGEST].split("\n"))
    if isinstance(value, tuple):
        return tuple(_cleaned(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = {part.name: _cleaned(getattr(value, part.name)) for part in fields(value)}
        return type(value)(**parts)
    return value


def _line(text: str) -> str:
    plain = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return hide_nested(plain, redact)


def message_of(sheet: Sheet) -> str:
    """The sheet as a message for a chat: plain text, links bare."""
    lines = [sheet.title]
    lines += [_("{name}: {value}").format(name=name, value=value) for name, value in sheet.facts]
    if sheet.warning:
        lines += ["", sheet.warning]
    for number, todo in enumerate(sheet.todos, 1):
        lines += ["", f"{number}. {todo.title}", *_todo(todo)]
    if sheet.asked and sheet.tells_asked:
        lines += ["", asked_title(), *map(_asked, sheet.asked)]
    for remark in sheet.remarks:
        lines += ["", remark.title, *(f"• {line}" for line in remark.lines)]
    return "\n".join(lines)


def _asked(asked: Asked) -> str:
    told = _("• {name}: {why}").format(name=asked.name, why=asked.why)
    if not asked.declined:
        return told
    return _("{text} If declined: {consequence}").format(text=told, consequence=asked.declined)


def _todo(todo: Todo) -> Iterator[str]:
    yield from todo.how
    if todo.page is not None:
        yield todo.page.url or _("Page: {name}").format(name=todo.page.label)
    for paste in todo.pastes:
        yield _("{name}:").format(name=paste.label)
        yield paste.value
