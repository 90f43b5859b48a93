"""How a recipient is read from what was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_wizard.domain.recipient import (
    Recipient,
    RecipientKind,
    parse_recipient,
    parse_recipients,
)

K = RecipientKind


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("zhang.san@example.com", K.EMAIL, "zhang.san@example.com"),
        ("13800138000", K.MOBILE, "13800138000"),
        ("+86 138-0013-8000", K.MOBILE, "+8613800138000"),
        ("ou_7d8a6e6df7621556ce0d21922b676706", K.OPEN_ID, "ou_7d8a6e6df7621556ce0d21922b676706"),
        ("on_8ed6aa67826108097d9ee143816345", K.UNION_ID, "on_8ed6aa67826108097d9ee143816345"),
        ("oc_84983ff6516d731e5b5f68d4ea2e1da5", K.CHAT, "oc_84983ff6516d731e5b5f68d4ea2e1da5"),
        ("zhangsan", K.CAN_ACCOUNT, "zhangsan"),
        ("  4c87bec3 ", K.CAN_ACCOUNT, "4c87bec3"),
        ("10086", K.CAN_ACCOUNT, "10086"),
        ("on_duty", K.CAN_ACCOUNT, "on_duty"),
        ("张三", K.CAN_ACCOUNT, "张三"),
        ("user_id:4c87bec3", K.USER_ID, "4c87bec3"),
        ("USER_ID: 4c87bec3", K.USER_ID, "4c87bec3"),
        ("email：a@example.com", K.EMAIL, "a@example.com"),
        ("can:13800138000", K.CAN_ACCOUNT, "13800138000"),
        ("mobile:1:2", K.MOBILE, "1:2"),
        ("domain:user", K.CAN_ACCOUNT, "domain:user"),
        ("email:", K.CAN_ACCOUNT, "email:"),
    ],
)
def test_the_kind_is_named_or_seen(text, kind, value):
    assert parse_recipient(text) == Recipient(kind, value)


def test_the_default_is_for_what_cannot_be_seen():
    assert parse_recipient("4c87bec3", K.USER_ID).kind is K.USER_ID
    assert parse_recipient("a@example.com", K.USER_ID).kind is K.EMAIL


def test_only_an_account_is_sent_to_as_can_does():
    assert [kind for kind in K if Recipient(kind, "x").as_can] == [K.CAN_ACCOUNT]


@pytest.mark.parametrize("separator", [",", ";", "，", "；", "、", "\n", "\r\n", " ,\n, "])
def test_a_list_is_separated_by_any_usual_sign(separator):
    found = parse_recipients(separator.join(["zhang", "a@example.com", "zhang"]))
    assert found == [Recipient(K.CAN_ACCOUNT, "zhang"), Recipient(K.EMAIL, "a@example.com")]


@pytest.mark.parametrize("text", ["", " ", ",;，\n"])
def test_nothing_typed_is_nobody(text):
    assert parse_recipients(text) == []


@given(st.text())
def test_everybody_found_has_a_value(text):
    assert all(recipient.value for recipient in parse_recipients(text))
