"""Every entry of the error book is reached by something that happens.

A player makes it happen: a real HTTP reply to the program's own client, a real exception, or
the call that produces the code; then the words that are shown must be those of the entry. What
other tests of this project provoke and assert needs no player. A new entry that nothing reaches
fails here: add a player to a ``play_*`` module, or assert its code in a test.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Finding, Status
from feishu_wizard.text import book
from feishu_wizard.text.book_file import Entry
from feishu_wizard.text.catalog import languages, use
from tests.unit.book import (
    play_app,
    play_diagnosis,
    play_network,
    play_office,
    play_own,
    play_platform,
    play_report,
)
from tests.unit.book.asserted import asserted, asserted_in
from tests.unit.book.desk import Desk, told

# What every code of these chapters comes from lies outside: each code has a player of its own.
PLAYED_BY_CODE = ("app_change", "feishu", "feishu_login", "feishu_messages")
# Codes of one plain word that a test really asserts; other words are too common to be searched.
_WORDS = {"internal", "cancelled", "offline"}


def _passed(code: str) -> Callable[[Desk], Any]:
    """What is said of a check that passed; ``net.tls`` is that of every host."""
    check = code.removeprefix("ok@")
    one = {"permission": "permission.email"}.get(check, check)
    parts = one.split(".")
    if parts[0] == "net" and parts[1] != "proxy":
        one = f"net.open.{parts[1]}"
    return lambda desk: Finding(one, Status.PASS)


def _unheard_of(family: str) -> Callable[[Desk], Any]:
    """A code of the family that has no entry: what a newer other side may bring."""
    return lambda desk: WizardError(family.removesuffix("*") + "brand_new")


_CODES = [code for entry in book.entries() for code in entry.codes]
PLAYERS: dict[str, Callable[[Desk], Any]] = {
    **{code: _unheard_of(code) for code in _CODES if code.endswith("*")},
    **{code: _passed(code) for code in _CODES if code.startswith("ok@")},
    **play_platform.PLAYERS,
    **play_app.PLAYERS,
    **play_office.PLAYERS,
    **play_own.PLAYERS,
    **play_network.PLAYERS,
    **play_diagnosis.PLAYERS,
    **play_report.PLAYERS,
}


def reached(code: str) -> bool:
    """Whether something makes this code happen and looks at it."""
    if code in PLAYERS:
        return True
    findable = "." in code or "_" in code or code in _WORDS
    return findable and code in asserted()


def speaks(sentence: str, template: str) -> bool:
    """Whether a sentence is the template, filled: all its fixed parts, in their order."""
    bare = re.sub(r"\[\[.*?\]\]", "{}", template)
    parts = [re.escape(part) for part in re.split(r"\{[^}]*\}", bare)]
    return re.fullmatch(".*".join(parts), sentence, re.DOTALL) is not None


@pytest.mark.parametrize("code", PLAYERS)
def test_what_happens_is_told_in_the_words_of_its_entry(code, desk):
    thing = PLAYERS[code](desk)
    if inspect.iscoroutine(thing):
        thing = asyncio.run(thing)
    entry = book.find(code)
    assert code in entry.codes
    for language, _name in languages():
        use(language)
        said = told(thing)
        assert book.entry_of(said.code, said.params) is entry, said
        if not code.endswith("*"):
            exact = f"{said.code}.{said.params.get('detail', '')}"
            assert code in (said.code, exact)
        assert said.sentence
        assert speaks(said.sentence, entry.title[language]), (said.sentence, entry.title)


@pytest.mark.parametrize("chapter", sorted(book.chapters()))
def test_every_entry_is_reached(chapter):
    silent = [
        entry.codes
        for entry in book.chapters()[chapter].entry
        if not any(reached(code) for code in entry.codes if not code.endswith("*"))
        and not all(code.endswith("*") and code in PLAYERS for code in entry.codes)
    ]
    assert silent == []


@pytest.mark.parametrize("chapter", PLAYED_BY_CODE)
def test_every_code_of_the_platform_is_played(chapter):
    codes = [code for entry in book.chapters()[chapter].entry for code in entry.codes]
    assert [code for code in codes if code not in PLAYERS] == []
    assert [
        code for code in codes if not code.endswith("*") and code not in play_platform.PLAYERS
    ] == []


def test_no_player_is_left_behind_by_its_entry():
    known = {code for entry in book.entries() for code in entry.codes}
    assert set(PLAYERS) - known == set()


@pytest.mark.parametrize("entry", book.entries(), ids=lambda entry: entry.codes[0])
def test_both_languages_are_complete(entry: Entry):
    wanted = {code for code, _name in languages()}
    assert set(entry.title) == wanted
    for part in (entry.title, entry.cause, entry.fix, entry.causes):
        assert set(part) in (wanted, set())
        assert all(part.values())


def test_a_code_that_is_only_mentioned_does_not_count():
    source = """
TABLE = {"a": ("net.table", 1)}
OTHER = ["net.other"]

def test_one():
    x = "net.mentioned"
    assert x.code == "net.asserted"

@pytest.mark.parametrize(("code", "n"), TABLE.values())
def test_two(code, n):
    assert said == code

@pytest.mark.parametrize("code", OTHER)
def test_three(code):
    call(code)

def test_four():
    with pytest.raises(InputError, match="net.matched"):
        call("net.called")

def helper():
    assert x == "net.helper"
"""
    found = dict.fromkeys(text for _test, text in asserted_in(source))
    assert set(found) >= {"net.asserted", "net.table", "net.matched"}
    assert not {"net.mentioned", "net.other", "net.called", "net.helper"} & set(found)


def test_a_sentence_of_another_entry_does_not_count():
    assert speaks("No for you (1).", "No[[ for {who}]] ({n}).")
    assert speaks("No (—).", "No[[ for {who}]] ({n}).")
    assert not speaks("Yes (1).", "No[[ for {who}]] ({n}).")
