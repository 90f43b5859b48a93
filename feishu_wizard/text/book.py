"""The error book: what a code means, in both languages (resources/knowledge/errors.toml).

An entry is found by its exact code, else by the longest family (``feishu.2105*``, ``feishu.*``).
The family of the whole platform says honestly what the platform said and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING

from feishu_wizard.resources import resource_bytes

if TYPE_CHECKING:
    from feishu_wizard.text.book_file import Entry

PATH = "knowledge/errors.toml"
LONGEST_VALUE = 300
MISSING = "—"
_OPTIONAL = re.compile(r"\[\[(.*?)\]\]")


@cache
def entries() -> tuple[Entry, ...]:
    """Return the packaged book, read once."""
    from feishu_wizard.text.book_file import parse_book

    return parse_book(resource_bytes(PATH))


@cache
def _index() -> Mapping[str, Entry]:
    return {code: entry for entry in entries() for code in entry.codes}


def find(code: str) -> Entry:
    """Return the entry of ``code``: exact, else the longest family, else that of ``*``."""
    index = _index()
    return index.get(code) or index[_family(code, index)]


def knows(code: str) -> bool:
    """Tell whether ``code`` has words of its own, not those of a family."""
    return code in _index()


def _family(code: str, patterns: Iterable[str]) -> str:
    fitting = [p for p in patterns if p.endswith("*") and code.startswith(p[:-1])]
    return max(fitting, key=len)


def fill(text: str, params: Mapping[str, str]) -> str:
    """Put ``params`` into ``text``.

    A part in ``[[ ]]`` is left out when one of its values is missing or empty; anywhere else
    such a value becomes a dash.
    """
    values = _Params(params)
    return _OPTIONAL.sub(lambda part: _kept(part[1], values), text).format_map(values)


def names_in(text: str) -> frozenset[str]:
    """Return the names of the values that ``text`` is filled with."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def _kept(part: str, values: _Params) -> str:
    return part if all(values[name] != MISSING for name in names_in(part)) else ""


class _Params(dict[str, str]):
    """Values from outside, cut and freed of characters that would change the sentence."""

    def __getitem__(self, name: str) -> str:
        return one_line(super().__getitem__(name)) or MISSING

    def __missing__(self, name: str) -> str:
        return ""


def one_line(value: str) -> str:
    """Return ``value`` printable, on one line, of bounded length."""
    printable = "".join(c if c.isprintable() else " " for c in str(value)[: 4 * LONGEST_VALUE])
    line = " ".join(printable.split())
    return line if len(line) <= LONGEST_VALUE else line[: LONGEST_VALUE - 1] + "…"
