"""The files of the error book: their schema and reader. Loaded when the first word is needed."""

from __future__ import annotations

import tomllib

import msgspec
from msgspec.structs import replace

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.finding import Who
from feishu_wizard.domain.typed import from_table

#: What stands between the causes of an entry when they are shown as one text.
_BETWEEN = {"en": " ", "zh_Hans": ""}


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words of one or more codes; every text by language.

    ``title`` is one sentence that says what was observed, ``causes`` what is likely behind it,
    the likeliest first, ``fix`` what mends it. A file may say ``cause`` instead where there is
    one; a parsed entry has both, ``cause`` holding all of them as one text.
    ``who`` is None where only the finding can know. ``page`` is the page of the developer console
    where the fix is made. ``retryable``: whether the same again, later, may succeed although
    nobody changed anything; None where that has no meaning. ``source``: a name in the table of
    sources, "" for what this program itself defines. ``{names}`` are filled from the parameters;
    a part in ``[[ ]]`` is there only when its values are.
    """

    codes: tuple[str, ...]
    title: dict[str, str]
    cause: dict[str, str] = {}
    causes: dict[str, tuple[str, ...]] = {}
    fix: dict[str, str] = {}
    who: Who | None = None
    page: ConsolePage | None = None
    retryable: bool | None = None
    source: str = ""


class Chapter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file. ``source``: citations by name, each by language."""

    entry: tuple[Entry, ...]
    source: dict[str, dict[str, str]] = {}


class Phrase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the other side, or somebody's program, says when a code is meant.

    ``weak``: it says little, and counts only where nothing else was recognised.
    """

    code: str
    says: tuple[str, ...]
    weak: bool = False


class _Phrases(msgspec.Struct, forbid_unknown_fields=True):
    phrase: tuple[Phrase, ...]


def parse_chapter(data: bytes) -> Chapter:
    """Read the TOML of a chapter; ``msgspec.ValidationError`` tells where it is wrong."""
    chapter = from_table(tomllib.loads(data.decode()), Chapter)
    return replace(chapter, entry=tuple(_complete(entry) for entry in chapter.entry))


def parse_book(data: bytes) -> tuple[Entry, ...]:
    """Read the entries of a chapter."""
    return parse_chapter(data).entry


def parse_phrases(data: bytes) -> tuple[Phrase, ...]:
    """Read the TOML of the phrases by which a pasted text is recognised."""
    return from_table(tomllib.loads(data.decode()), _Phrases).phrase


def _complete(entry: Entry) -> Entry:
    """Give an entry both its list of causes and their text."""
    if entry.causes and entry.cause:
        raise msgspec.ValidationError(f"{entry.codes[0]} has both cause and causes")
    if entry.causes:
        joined = {lang: _BETWEEN.get(lang, " ").join(all_) for lang, all_ in entry.causes.items()}
        return replace(entry, cause=joined)
    return replace(entry, causes={lang: (text,) for lang, text in entry.cause.items()})
