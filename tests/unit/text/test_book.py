"""The error book: whole in both languages, and its sentences stay whole whatever is missing."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from feishu_wizard.domain.finding import Who
from feishu_wizard.resources import resource_bytes
from feishu_wizard.text import book
from feishu_wizard.text.book_file import parse_book
from feishu_wizard.text.catalog import languages, pick, use

LANGUAGES = {code for code, _name in languages()}
CHINESE = re.compile(r"[\u3400-\u9fff]")
# Every platform code that the facts name.
_NAMED = """
10003 10005 10012 10013 10014 10015 10016 11203 11204 11205 11207 11209 11210 11246 11247 18120
18121 20001 20002 20003 20004 20005 20007 20008 20009 20010 20013 20014 20021 20022 20023 20024
20025 20026 20027 20028 20029 20035 20036 20037 20039 20042 20046 20048 20049 20050 20063 20064
20065 20066 20067 20068 20069 20070 20071 20072 20073 20074 20084 40001 40003 40004 40007 40008
40011 40012 40013 40014 41012 41050 42008 43010 100290 11310 200340 200570 200621 1184000 1184001
210001 210020 210021 210031 210032 210034 210035 210036 210037 210040 210041 210042 210043 210302
210303 210304 210503 210504 210505 210506 210508 212001 212002 212003 212004 212100 230001 230002
230006 230013 230020 230022 230025 230027 230028 230029 230034 230035 230038 230049 230053 230099
230100 232001 232009 232025 232034 99991201 99991301 99991400 99991401 99991403 99991543 99991661
99991662 99991663 99991664 99991665 99991668 99991671 99991672 99991673 99991676 99991677 99991679
99992351 99992360 99992361 99992364 99992381 99992402
"""
PLATFORM = _NAMED.split()


@pytest.fixture(autouse=True)
def _english():
    use("en")
    yield
    use("en")


def texts() -> list[tuple[str, str, str]]:
    """(code, language, text) of everything in the book."""
    return [
        (entry.codes[0], language, text)
        for entry in book.entries()
        for part in (entry.title, entry.cause, entry.fix)
        for language, text in part.items()
    ]


@pytest.mark.parametrize("code", PLATFORM)
def test_every_platform_code_of_the_facts_has_words_of_its_own(code):
    assert book.knows(f"feishu.{code}")


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
        assert text.endswith("。" if language == "zh_Hans" else "."), (code, text)


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
    data = resource_bytes(book.PATH) + b'\n[[entry]]\ncodes = ["x"]\ntitel.en = "X."\n'
    with pytest.raises(ValueError, match="titel"):
        parse_book(data)
