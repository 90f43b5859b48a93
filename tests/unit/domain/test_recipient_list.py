"""Pasted lists and tables: what each entry was understood as, and nothing dropped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recipient import Recipient, RecipientKind
from feishu_wizard.domain.recipient_list import LIMIT, parse_list, parse_table
from feishu_wizard.operations.read_recipients import parse_recipient_bytes

K = RecipientKind
OPEN_ID = "ou_7d8a6e6df7621556ce0d21922b676706"


def understood(text, **more):
    return [(one.kind, one.value) for one in parse_list(text, **more).recipients]


@pytest.mark.parametrize(
    "text",
    [
        f"lisi, a@b.example; 13800138000，{OPEN_ID}",
        f"lisi\na@b.example\r\n13800138000\u2028{OPEN_ID}",
        f"lisi\ta@b.example\t13800138000\t{OPEN_ID}",
        f"lisi、 “a@b.example” ；'13800138000'|{OPEN_ID}",
        f"ｌｉｓｉ；ａ＠ｂ．example；１３８００１３８０００；{OPEN_ID}",
        f"\ufefflisi\u200b,a@b.example,138 0013 8000,{OPEN_ID}\n\n",
        f"lisi; Li Si <a@b.example>; 13800138000; {OPEN_ID}",
        f'lisi; "Li, Si" <mailto:a@b.example>; 13800138000; {OPEN_ID}',
        f"lisi\na@b.example 13800138000 {OPEN_ID}",
    ],
)
def test_one_list_in_many_forms(text):
    assert understood(text) == [
        (K.CAN_ACCOUNT, "lisi"),
        (K.EMAIL, "a@b.example"),
        (K.MOBILE, "13800138000"),
        (K.OPEN_ID, OPEN_ID),
    ]


def test_the_name_beside_an_address_is_kept():
    found = parse_list("Zhang, San <a@b.example>; Li Si <c@d.example>").entries
    assert [(e.label, e.recipient.value) for e in found] == [
        ("Zhang, San", "a@b.example"),
        ("Li Si", "c@d.example"),
    ]


def test_blanks_part_only_what_is_surely_several():
    assert understood("+86 138 0013 8000") == [(K.MOBILE, "+8613800138000")]
    assert understood("li si") == [(K.CAN_ACCOUNT, "li si")]


def test_what_is_rewritten_says_so():
    plain, quoted, wide = parse_list("a@b.example, 'lisi', ｗａｎｇ").entries
    assert [e.rewritten for e in (plain, quoted, wide)] == [False, True, True]
    assert wide.text == "ｗａｎｇ"


def test_groups_by_name_and_by_prefix():
    assert understood("告警群, group:值班群, 群：运维", groups=("告警群",)) == [
        (K.CHAT, "告警群"),
        (K.CHAT, "值班群"),
        (K.CHAT, "运维"),
    ]
    assert understood("告警群") == [(K.CAN_ACCOUNT, "告警群")]  # nothing is guessed


def test_a_repeat_names_the_first_line():
    found = parse_list("a@b.example\nlisi\nA@B.example\nlisi\nLisi")
    assert [(e.line, e.same_as) for e in found.repeated] == [(3, 1), (4, 2)]
    assert len(found.recipients) == 3  # accounts may differ in case


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x" * 300, "list.too_long"),
        ("li\x1b[31msi", "list.control_characters"),
        ("li\x00si", "list.control_characters"),
    ],
)
def test_what_no_recipient_can_be(text, problem):
    [entry] = parse_list(text).problems
    assert entry.problem == problem
    assert entry.recipient is None


def test_a_thousand_and_no_more():
    found = parse_list("\n".join(f"user{n}" for n in range(LIMIT + 3)))
    assert len(found.recipients) == LIMIT
    assert [e.line for e in found.problems] == [1001, 1002, 1003]
    assert {e.problem for e in found.problems} == {"list.too_many"}


TABLE = [
    ["姓名", "邮箱", "手机号码", "部门"],
    ["张三", "zs@example.com", "13800138000", "研发"],
    ["李四", "", "138-0013-8001", "研发"],
    ["王五", "", "", "市场"],
    ["", "", "", ""],
]


@pytest.mark.parametrize("sign", ["\t", ",", ";"])
def test_a_table_with_headings_is_one_recipient_a_row(sign):
    found = parse_list("\n".join(sign.join(row) for row in TABLE))
    assert found.headings == ("邮箱", "手机号码")
    assert found.entries == parse_table(TABLE).entries
    assert [(r.kind, r.value) for r in found.recipients] == [
        (K.EMAIL, "zs@example.com"),
        (K.MOBILE, "13800138001"),
    ]
    [nobody] = found.problems
    assert (nobody.line, nobody.label, nobody.problem) == (4, "王五", "list.nobody_named")


def test_the_account_goes_before_every_other_column():
    rows = [["E-mail", "User ID", "Account"], ["a@b.example", "u1", "acc1"], ["c@d.example", "u2"]]
    assert parse_table(rows).recipients == (
        Recipient(K.CAN_ACCOUNT, "acc1"),
        Recipient(K.USER_ID, "u2"),
    )


def test_a_single_column_below_its_heading():
    assert understood("邮箱\na@b.example\nc@d.example") == [
        (K.EMAIL, "a@b.example"),
        (K.EMAIL, "c@d.example"),
    ]


def test_a_csv_with_quotes():
    text = 'name,account\n"Li, Si",lisi\n"say ""hi""",wang\n'
    found = parse_list(text)
    assert [(e.label, e.recipient.value) for e in found.entries] == [
        ("Li, Si", "lisi"),
        ('say "hi"', "wang"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_file_in_the_encodings_people_have(encoding):
    data = "姓名,账号\n张三,zhangsan\n".encode(encoding)
    [who] = parse_recipient_bytes(data, "list.csv").recipients
    assert (who.kind, who.value) == (K.CAN_ACCOUNT, "zhangsan")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04\x00\x00\x08\x00", "list.encoding"),
        (b"\xff\xfe\x00", "list.encoding"),
        (b"a" * (4 * 1024 * 1024 + 1), "list.too_large"),
    ],
)
def test_a_file_that_is_none(data, code):
    with pytest.raises(InputError) as caught:
        parse_recipient_bytes(data, "list.csv")
    assert caught.value.code == code
    assert caught.value.params["path"] == "list.csv"


@given(st.text())
def test_nothing_is_dropped(text):
    found = parse_list(text)
    for entry in found.entries:
        assert (entry.recipient is None) is bool(entry.problem)
        assert entry.recipient is None or entry.recipient.value
    assert len(set(found.recipients)) == len(found.recipients)
