"""The error book: what a code means, in both languages (resources/knowledge/errors/).

An entry is found by its exact code, else by the longest family (``feishu.2105*``, ``feishu.*``).
The family of the whole platform says honestly what the platform said and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING

from feishu_wizard.resources import resource_path

if TYPE_CHECKING:
    from feishu_wizard.text.book_file import Chapter, Entry, Phrase

FOLDER = "knowledge/errors"
PHRASES = "knowledge/phrases.toml"
LONGEST_VALUE = 300
MISSING = "—"
_OPTIONAL = re.compile(r"\[\[(.*?)\]\]")


@cache
def chapters() -> Mapping[str, Chapter]:
    """Return the packaged chapters by the names of their files, read once."""
    from feishu_wizard.text.book_file import parse_chapter

    files = sorted(resource_path(FOLDER).glob("*.toml"))
    return {file.stem: parse_chapter(file.read_bytes()) for file in files}


@cache
def entries() -> tuple[Entry, ...]:
    """Return the packaged book, all its chapters."""
    return tuple(entry for chapter in chapters().values() for entry in chapter.entry)


@cache
def sources() -> Mapping[str, Mapping[str, str]]:
    """Return the citations by name, each by language."""
    return {name: text for c in chapters().values() for name, text in c.source.items()}


@cache
def phrases() -> tuple[Phrase, ...]:
    """Return the phrases by which a pasted text is recognised."""
    from feishu_wizard.text.book_file import parse_phrases

    return parse_phrases(resource_path(PHRASES).read_bytes())


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


def lacks(code: str) -> bool:
    """Tell whether the book has nothing for ``code`` but the family of all such codes."""
    top = code.partition(".")[0]
    return not {"*", f"{top}.*"}.isdisjoint(find(code).codes) and not knows(code)


def entry_of(code: str, params: Mapping[str, str]) -> Entry:
    """Return the entry of a finding: that of ``code.detail`` where the book has one.

    Of two URLs that are not the same the detail is in what they differ.
    """
    exact = f"{code}.{params.get('detail') or params.get('difference', '')}"
    return find(exact if knows(exact) else code)


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


def needed_by(text: str) -> frozenset[str]:
    """Return the names without whose values ``text`` shows a dash."""
    return names_in(_OPTIONAL.sub("", text))


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
