"""People become numbers, the same everywhere; what is encoded is looked into."""

from __future__ import annotations

import base64
import string
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_wizard.domain import redact
from feishu_wizard.domain.pseudonyms import Pseudonyms
from feishu_wizard.domain.redact_nested import hide_nested

SAMPLE = ("张伟", "Wei Zhang", "zhang.wei@example.com", "+8613800138000", "ou_5f1e2d3c4b5a6978")


def people() -> Pseudonyms:
    return Pseudonyms(["\t".join(SAMPLE), "ann", "2021001"])


@pytest.mark.parametrize("identifier", [*SAMPLE, "138 0013 8000", "ZHANG.WEI@example.com"])
def test_one_person_has_one_number_under_every_identifier(identifier):
    assert people().hide(f"user {identifier}: none") == "user person 1: none"


@pytest.mark.parametrize(
    "text", ["channel planning", "annual", "id 120210010 of 99", "mann", "no such user"]
)
def test_a_short_identifier_is_a_word_of_its_own(text):
    known = Pseudonyms(["ann", "10021"])
    assert known.hide(text) == text
    assert known.hide("ann, 10021; user_ann") == "person 1, person 2; user_person 1"


def test_numbers_go_by_first_appearance_and_the_key_tells_who():
    known = people()
    assert known.hide("2021001 and ann and 2021001") == "person 1 and person 2 and person 1"
    assert known.key() == {"person 1": ("2021001",), "person 2": ("ann",)}


@pytest.mark.parametrize(
    "text",
    [
        "ou_0123456789abcdef",
        "on_8f0e1d2c3b4a5968",
        "li.na@example.com",
        "13912345678",
        "+852 1234 5678",
    ],
)
def test_people_nobody_told_of_are_seen_by_their_shape(text):
    known = Pseudonyms()
    assert known.hide(f"<{text}> and {text}") == "<person 1> and person 1"
    assert known.key() == {"person 1": (text,)}


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/open-apis/contact/v3/users/5d9bd4c3", "/open-apis/contact/v3/users/{person 1}"),
        (
            "/open-apis/contact/v3/users/%E5%BC%A0%E4%BC%9F/x",
            "/open-apis/contact/v3/users/{person 1}/x",
        ),
        ("/open-apis/contact/v3/users/batch_get_id", "/open-apis/contact/v3/users/batch_get_id"),
        (
            "/open-apis/contact/v3/users/find_by_department",
            "/open-apis/contact/v3/users/find_by_department",
        ),
        ("/open-apis/bot/v3/info", "/open-apis/bot/v3/info"),
    ],
)
def test_a_path_names_nobody(path, shown):
    known = Pseudonyms()
    assert hide_nested(path, known.hide_path) == shown
    assert hide_nested(shown, known.hide_path) == shown


WRAPS = {
    "url": lambda v: quote(v, safe=""),
    "three times": lambda v: quote(quote(quote(v, safe=""), safe=""), safe=""),
    "base64 of a sentence": lambda v: base64.b64encode(f"hello {v}, good day".encode()).decode(),
    "base64 of url": lambda v: base64.b64encode(quote(v, safe="").encode()).decode(),
    "hex": lambda v: v.encode().hex().upper(),
    "bytes": lambda v: repr(v.encode()),
    "escapes": lambda v: "".join(f"\\u{ord(c):04X}" for c in v),
    "entities": lambda v: "".join(f"&#x{ord(c):x};" for c in v),
}


@pytest.mark.parametrize(
    "value", ["张伟", "t-g1047bgt3HZQ5L2NXY7WVK6M4RJD", "zhang.wei@example.com"]
)
@pytest.mark.parametrize("wrap", WRAPS)
def test_what_is_encoded_is_looked_into(wrap, value):
    def hide(text: str) -> str:
        return known.hide(redact.redact(text))

    known = people()
    hidden = hide_nested(f"before /{WRAPS[wrap](value)}/ after", hide)
    assert WRAPS[wrap](value) not in hidden
    assert "person 1" in hidden or "***" in hidden
    assert hidden.startswith("before /")


@given(st.text(string.printable + "é日%\\&#;", max_size=80))
def test_text_without_anything_to_hide_is_not_touched(text):
    assert hide_nested(text, lambda part: part) == text


@given(st.text(string.ascii_letters + "%&\\ 日", max_size=40), st.text(max_size=20))
def test_hiding_again_changes_nothing(before, after):
    known = people()
    once = hide_nested(f"{before} 张伟 {after}", known.hide)
    assert "张伟" not in once
    assert hide_nested(once, known.hide) == once


@pytest.mark.parametrize(
    "unit", ["%41", "a", "\\u0041", "&#65;", "ou_", "4a", "1 3", "@a.", "/users/"]
)
def test_time_is_linear(unit):
    """Four times the text: four times as long when linear, sixteen times when quadratic."""

    def best(size: int) -> float:
        text = unit * (size // len(unit))
        runs = []
        for _ in range(4):
            known = people()
            start = time.process_time()
            hide_nested(text, known.hide_path)
            runs.append(time.process_time() - start)
        return min(runs)

    assert best(60_000) < 9 * max(best(15_000), 0.01)
