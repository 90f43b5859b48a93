"""The catalogues are complete, true to their sources, and change no placeholder."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from feishu_wizard.text.catalog import ENGLISH, languages

ROOT = Path(__file__).resolve().parents[3]
LOCALE = ROOT / "resources" / "locale"
TRANSLATED = [code for code, _name in languages() if code != ENGLISH]
HINT = "run `make messages`, then translate what is empty"
CHINESE = re.compile(r"[\u3400-\u9fff]")
# The same in every language: names, and texts made of placeholders and marks.
NAMES = "App ID|App Secret|Aloudata|CAN|Lark|log id|Open ID|Union ID|open_id|union_id|JSON|Markdown"
SAME = re.compile(rf"(?:\{{[a-z_]+\}}|{NAMES}|[\s\W\d])*\Z")

Key = tuple[str, str | tuple[str, ...]]


@cache
def in_sources() -> frozenset[Key]:
    """Context and id of every marked text of the tree."""
    found = extract_from_dir(ROOT / "feishu_wizard")
    return frozenset((context or "", text) for _file, _line, text, _comments, context in found)


@cache
def catalogue(code: str) -> Catalog:
    path = LOCALE / code / "LC_MESSAGES" / "feishu_wizard.po"
    with path.open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def keys(catalog: Catalog) -> frozenset[Key]:
    return frozenset((m.context or "", _frozen(m.id)) for m in messages(catalog))


def _frozen(text: object) -> str | tuple[str, ...]:
    return text if isinstance(text, str) else tuple(text)


def forms(message: Message) -> list[tuple[str, str]]:
    """Pairs of a source text and what it became; every plural form against the plural source."""
    if isinstance(message.id, str):
        return [(message.id, message.string)]
    return [(message.id[1], text) for text in message.string]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_catalogue_holds_exactly_the_texts_of_the_sources(code):
    known = keys(catalogue(code))
    assert sorted(map(str, in_sources() - known)) == [], HINT
    assert sorted(map(str, known - in_sources())) == [], HINT


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_is_translated(code):
    empty = [m.id for m in messages(catalogue(code)) if not all(t for _, t in forms(m))]
    assert not empty


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_translation_is_fuzzy_or_obsolete(code):
    assert not [m.id for m in messages(catalogue(code)) if m.fuzzy]
    assert not catalogue(code).obsolete


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_translation_changes_a_placeholder(code):
    changed = [
        (source, text)
        for message in messages(catalogue(code))
        for source, text in forms(message)
        if text and placeholders(source) != placeholders(text)
    ]
    assert not changed


def test_chinese_is_chinese():
    left = [
        source
        for message in messages(catalogue("zh_Hans"))
        for source, text in forms(message)
        if not CHINESE.search(text) and not SAME.match(source.replace("&", ""))
    ]
    assert not left


def test_marked_texts_hold_no_old_placeholders():
    """``%s`` and ``%(name)s`` would not be filled; ``{}`` has no name to translate by."""
    texts = [t for _, text in in_sources() for t in ([text] if isinstance(text, str) else text)]
    assert not [t for t in texts if re.search(r"%[sd(]", t) or "" in placeholders(t)]
