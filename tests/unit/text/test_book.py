"""The error book: whole in both languages, and its sentences stay whole whatever is missing."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from feishu_wizard.domain.finding import Who
from feishu_wizard.resources import resource_path
from feishu_wizard.text import book
from feishu_wizard.text.book_file import parse_book
from feishu_wizard.text.catalog import languages, pick, use

LANGUAGES = {code for code, _name in languages()}
CHINESE = re.compile(r"[\u3400-\u9fff]")
# Every platform code that the facts name, by the table that names it.
FACTS = {
    "tokens": "10003 10005 10012 10013 10014 10015 10016 99991543 99991661 99991662 99991663 "
    "99991664 99991665 99991668 99991671 99991673 99991677 11207 11209 11210",
    "any call": "99991201 99991301 99991400 99991401 99991403 99991672 99991676 99991679 "
    "99992351 99992360 99992361 99992364 99992381 99992402",
    "probes": "11205 1184000 1184001",
    "the app itself": "210503 210504 210505 210506 210508 212001 212002 212003 212004 212100",
    "self-configuration": "210001 210020 210021 210031 210032 210034 210035 210036 210037 "
    "210040 210041 210042 210043 210302 210303 210304",
    "contacts": "40001 40003 40004 40007 40008 40011 40012 40013 40014 41012 41050 42008 43010",
    "groups": "232001 232009 232025 232034",
    "batch messages": "11203 11204 11205 11207 11210 11246 11247 230100",
    "messages": "230001 230002 230006 230013 230020 230022 230025 230027 230028 230029 230034 "
    "230035 230038 230049 230053 230099 18120 18121",
    "cards": "200621 11310 200570 100290 200340",
    "sign-in": "20001 20002 20003 20004 20008 20009 20010 20024 20036 20048 20049 20050 20063 "
    "20065 20066 20067 20068 20069 20070 20071 20072",
    "renewal": "20026 20037 20064 20073 20074",
    "authorization page": "20027 20029 20084 2000 4401",
    "older sign-in": "20007 20013 20014 20025 20028 20035 20039 20042 20046",
    "user info": "20001 20005 20008 20021 20022 20023",
}
# What the device and registration flows answer (RFC 8628), and other words of the login host.
OAUTH = (
    "authorization_pending slow_down access_denied expired_token invalid_grant invalid_client "
    "unauthorized_client"
)
# Codes that the facts give as a range only: a family on purpose, narrower than the platform's.
IN_FAMILIES = {f"feishu.{code}": "feishu.2100*" for code in range(210011, 210020)}
PLATFORM = sorted({code for codes in FACTS.values() for code in codes.split()})


def texts() -> list[tuple[str, str, str]]:
    """(code, language, text) of everything in the book."""
    return [
        (entry.codes[0], language, text)
        for entry in book.entries()
        for part in (entry.title, entry.fix)
        for language, text in part.items()
    ] + [
        (entry.codes[0], language, text)
        for entry in book.entries()
        for language, causes in entry.causes.items()
        for text in causes
    ]


@pytest.mark.parametrize("code", PLATFORM)
def test_every_platform_code_of_the_facts_has_words_of_its_own(code):
    assert book.knows(f"feishu.{code}")


@pytest.mark.parametrize("word", OAUTH.split())
def test_every_word_of_the_login_host_has_words_of_its_own(word):
    assert book.knows(f"oauth.{word}")


@pytest.mark.parametrize(("code", "family"), IN_FAMILIES.items())
def test_a_range_of_codes_has_a_family_of_its_own(code, family):
    assert family in book.find(code).codes
    assert not book.lacks(code)


def test_what_the_book_lacks_is_told_from_what_it_has():
    assert book.lacks("feishu.424242")
    assert book.lacks("can.brand_new")
    assert book.lacks("never heard of")
    assert not book.lacks("feishu.10014")
    assert not book.lacks("feishu.*")


@pytest.mark.parametrize(
    "name", ["feishu", "feishu_login", "feishu_messages", "app", "permissions"]
)
def test_every_entry_about_the_platform_says_whether_to_repeat_and_where_it_is_written(name):
    for entry in book.chapters()[name].entry:
        assert entry.retryable is not None, entry.codes
        assert entry.source, entry.codes


def test_every_code_of_the_platform_says_whether_to_repeat_and_where_it_is_written():
    """Wherever its entry stands; what the program itself refuses to ask is no platform code."""
    for entry in book.entries():
        if any(re.fullmatch(r"feishu\.[0-9*]+|oauth\..+", code) for code in entry.codes):
            assert entry.retryable is not None, entry.codes
            assert entry.source, entry.codes


def test_what_can_be_mended_by_waiting_names_nobody_who_must_change_something():
    for entry in book.entries():
        if entry.retryable:
            assert entry.page is None or "feishu.210042" in entry.codes, entry.codes


def test_sources_are_known_used_and_whole():
    used = {entry.source for entry in book.entries() if entry.source}
    assert used <= set(book.sources())
    assert set(book.sources()) - used == set()
    for name, text in book.sources().items():
        assert set(text) == LANGUAGES, name
        assert CHINESE.search(text["zh_Hans"]), name
        assert not CHINESE.search(text["en"]), name


def test_causes_are_told_in_order_and_as_one_text():
    entry = book.find("feishu.20029")
    assert len(entry.causes["en"]) == len(entry.causes["zh_Hans"]) > 2
    assert entry.cause["en"] == " ".join(entry.causes["en"])
    assert entry.cause["zh_Hans"] == "".join(entry.causes["zh_Hans"])
    single = book.find("feishu.20022")
    assert single.causes == {lang: (text,) for lang, text in single.cause.items()}


def test_languages_have_the_same_causes():
    for entry in book.entries():
        assert len({len(texts) for texts in entry.causes.values()}) <= 1, entry.codes
        for texts in entry.causes.values():
            assert all(texts), entry.codes
            assert len(set(texts)) == len(texts), entry.codes


def test_a_cause_is_told_in_one_way_only():
    data = b'[[entry]]\ncodes = ["x"]\ntitle.en = "X."\ncause.en = "A."\ncauses.en = ["A."]\n'
    with pytest.raises(ValueError, match="both"):
        parse_book(data)


def test_phrases_lead_to_entries_and_to_one_each():
    codes = [phrase.code for phrase in book.phrases()]
    assert [code for code in codes if not book.knows(code)] == []
    said = Counter(text for phrase in book.phrases() for text in phrase.says)
    assert [text for text, count in said.items() if count > 1] == []
    for text in said:
        assert text == " ".join(text.lower().split()), text
        assert len(text) >= (4 if CHINESE.search(text) else 7), text


def test_no_code_stands_twice():
    counts = Counter(code for entry in book.entries() for code in entry.codes)
    assert [code for code, count in counts.items() if count > 1] == []


def test_every_entry_is_whole_in_every_language():
    for entry in book.entries():
        for part in (entry.title, entry.cause, entry.fix):
            assert set(part) in (LANGUAGES, set()), entry.codes
        assert entry.title, entry.codes


def test_languages_name_the_same_values():
    for entry in book.entries():
        for part in (entry.title, entry.cause, entry.fix):
            named = {
                book.names_in(text.replace("[[", "").replace("]]", "")) for text in part.values()
            }
            assert len(named) <= 1, (entry.codes, named)


def test_chinese_is_chinese_and_english_is_not():
    for code, language, text in texts():
        assert bool(CHINESE.search(text)) == (language == "zh_Hans"), (code, language, text)


def test_sentences_end_as_sentences_do():
    for code, language, text in texts():
        ends = ("。", "？") if language == "zh_Hans" else (".", "?")
        assert text.removesuffix("]]").endswith(ends), (code, text)


def test_a_failure_that_somebody_can_mend_says_how():
    """Every entry that names who mends it also says what mends it."""
    for entry in book.entries():
        assert entry.fix or entry.who is None, entry.codes
        assert not (entry.page and entry.who is Who.NETWORK), entry.codes


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_words_stay_whole_without_any_value(language):
    use(language)
    for entry in book.entries():
        for part in (entry.title, entry.cause, entry.fix):
            filled = book.fill(pick(part), {})
            assert not re.search(r"[{}]|\[\[|\]\]", filled), entry.codes


def test_lookup_is_exact_first_then_the_longest_family():
    assert "feishu.210505" in book.find("feishu.210505").codes
    assert "feishu.2105*" in book.find("feishu.210599").codes
    assert "feishu.*" in book.find("feishu.123456789").codes
    assert "*" in book.find("never heard of").codes


def test_an_optional_part_goes_with_its_value():
    text = "No[[ for {who}]]."
    assert book.fill(text, {"who": "you"}) == "No for you."
    assert book.fill(text, {"who": ""}) == "No."
    assert book.fill(text, {}) == "No."
    assert book.fill("No: {why}.", {}) == f"No: {book.MISSING}."


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\r\nb", "a b"),
        ("\x1b[31mred", "[31mred"),
        ("\u202egnp.exe", "gnp.exe"),
        ("{0.__class__}", "{0.__class__}"),
        ("[[x]]", "[[x]]"),
        ("x" * 10_000, "x" * 299 + "…"),
    ],
)
def test_values_from_outside_are_shown_plainly_on_one_line(value, shown):
    assert book.fill("{v}", {"v": value}) == shown


def test_a_misspelt_key_is_told():
    data = (
        resource_path(book.FOLDER) / "general.toml"
    ).read_bytes() + b'\n[[entry]]\ncodes = ["x"]\ntitel.en = "X."\n'
    with pytest.raises(ValueError, match="titel"):
        parse_book(data)
