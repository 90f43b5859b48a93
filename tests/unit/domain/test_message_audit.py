"""What the platform's audits may hold back is told beforehand, and where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.message_audit import (
    NOT_JUDGED,
    audit_message,
    audit_text,
    is_bare_test,
)
from feishu_wizard.domain.sample_message import LIMITS, TEMPLATES, as_sent, build, filled
from feishu_wizard.operations.knowledge import samples
from feishu_wizard.text.words import code_words

MADE = {"time": "2026-11-23 10:00:00 +0800", "origin": "https://can.example.com"}
LINK = "https://can.example.com/monitor/17?tab=1700000000000"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("call 13800138000 now", "audit.phone"),
        ("联系 +86 138-0013-8000", "audit.phone"),
        ("tel 010-62345678", "audit.phone"),
        ("+1 415 555 0100", "audit.phone"),
        ("400-820-8820", "audit.phone"),
        ("值班：zhang.san@example.com", "audit.email"),
        ("身份证 11010519491231002X", "audit.id_card"),
        ('<at user_id="all"></at>', "audit.mention"),
    ],
)
def test_what_trips_an_audit(text, code):
    [note] = audit_text(text, "value")
    assert (note.code, note.place) == (code, "value")
    assert note.excerpt
    if code != "audit.mention":
        assert note.excerpt not in text  # its middle is masked
    assert note.excerpt in code_words(note.code, {"excerpt": note.excerpt}).sentence


@pytest.mark.parametrize(
    "text",
    [
        "812,430 (-23.6 %)",
        "2026-11-23 10:00:00 +0800",
        "1700000000000",
        "order 110105194912310",
        "999999999999999999",
        "build 1.38.0013.8000",
        LINK,
        "日订单金额",
        "cli_a8c029e757e6500b",
    ],
)
def test_what_is_harmless(text):
    assert audit_text(text) == ()


@pytest.mark.parametrize("text", ["test", "TEST!", "测试", "测试。", "123", "1234567", "aaa", " "])
def test_a_bare_test(text):
    assert is_bare_test(text)


@pytest.mark.parametrize("text", ["Test of the order amount", "测试环境订单金额", "2026", "12:30"])
def test_a_text_with_a_meaning(text):
    assert not is_bare_test(text)


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("lang", ["en", "zh_Hans"])
def test_our_own_messages_trip_nothing(template, lang):
    assert audit_message(samples(), template, lang, {**MADE, "link": LINK}) == ()


def test_a_value_is_blamed_where_it_was_typed():
    found = audit_message(samples(), "card", "en", {**MADE, "metric": "of a.b@example.com"})
    assert [(n.code, n.place, n.number) for n in found] == [("audit.email", "metric", 0)]


def test_a_message_of_nothing_is_a_bare_test():
    bare = {"text": {"en": filled(samples(), "text", "en", MADE)}}
    blank = type(bare["text"]["en"])(title="test", lines=[], note="")
    found = audit_message({"text": {"en": blank}}, "text", "en", {})
    assert [(n.code, n.place) for n in found] == [("audit.bare_test", "message")]
    assert code_words("audit.bare_test", {}).fix


def test_what_nobody_can_know_is_said():
    assert NOT_JUDGED == "audit.words_unknown"
    assert code_words(NOT_JUDGED, {}).sentence


@given(st.text())
def test_any_text_is_read(text):
    assert all(note.code.startswith("audit.") for note in audit_text(text))


# -- the message itself ------------------------------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("lang", ["en", "zh_Hans"])
def test_all_variables_of_cans_push_are_filled(template, lang):
    given_values = {"metric": "M-1", "threshold": "T-2", "value": "V-3", "link": LINK, **MADE}
    text = as_sent(build(samples(), template, lang, given_values)[1])
    assert all(value in text for value in given_values.values())
    assert "{" not in text.replace('{"', "").replace("{'", "")


def test_without_a_link_its_line_is_left_out():
    assert LINK not in str(filled(samples(), "card", "en", MADE).lines)
    assert len(filled(samples(), "card", "en", {**MADE, "link": LINK}).lines) == 5
    assert len(filled(samples(), "card", "en", MADE).lines) == 4


def test_a_value_that_looks_like_a_variable_stays_what_it_is():
    sample = filled(samples(), "text", "en", {**MADE, "metric": "{time} {nothing}"})
    assert sample.lines[0].startswith("{time} {nothing}: ")


@pytest.mark.parametrize(("template", "kind"), [("text", "text"), ("card", "interactive")])
def test_what_is_too_long_is_refused_before_it_is_sent(template, kind):
    room = LIMITS[kind] - len(as_sent(build(samples(), template, "en", MADE)[1]).encode())
    # In UTF-8 a sign of Chinese counts three.
    default = len(samples()[template]["en"].values["metric"])
    fits = "好" * ((room + default) // 3)
    assert build(samples(), template, "en", {**MADE, "metric": fits})[0] == kind
    with pytest.raises(InputError) as caught:
        build(samples(), template, "en", {**MADE, "metric": fits + "好"})
    assert caught.value.code == "send.too_long"
    assert caught.value.params["limit"] == str(LIMITS[kind] // 1024)
