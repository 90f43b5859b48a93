"""Numbers and names that break what other products do with them."""

from __future__ import annotations

import time

import pytest

from feishu_wizard.domain.person_traits import (
    NAME_LIMIT,
    has_prefix,
    is_foreign_mobile,
    is_odd_name,
)


@pytest.mark.parametrize(
    ("text", "foreign", "prefixed"),
    [
        ("", False, False),
        ("13011111111", False, False),
        ("130 1111 1111", False, False),
        ("130-1111-1111", False, False),
        ("+8613011111111", False, True),
        ("+86 130 1111 1111", False, True),
        ("+ 86-13011111111", False, True),
        ("(+86)13011111111", False, True),
        ("008613011111111", False, True),
        ("+447700900123", True, False),
        ("+1 202 555 0100", True, False),
        ("+852 5555 0100", True, False),
        ("+85 55550100", True, False),
        ("55550100", True, False),
        ("23011111111", True, False),
        ("１３０１１１１１１１１", True, False),
        ("not a number", True, False),
    ],
)
def test_mobiles(text, foreign, prefixed):
    assert is_foreign_mobile(text) is foreign
    assert has_prefix(text) is prefixed


@pytest.mark.parametrize(
    "name",
    [
        "林晓晴",
        "欧阳思远",
        "Amelia Novak",
        "O'Brien-Smith",
        "Łukasz Żółć",
        "محمد",
        "沈清和（产品）",
        "R&D Zhou",
        "Zhou = Mu",
        "沈" * NAME_LIMIT,
    ],
)
def test_ordinary_names(name):
    assert not is_odd_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "\u3000",
        "\xa0",
        "<script>alert(1)</script>",
        "a > b",
        "=cmd",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "a\tb",
        "a\nb",
        "a\x00b",
        "\x1b[31mred",
        "\x9b31m",
        "a\x7f",
        "\u202egnp.exe",
        "\u2066a\u2069",
        "\u200fa",
        "a\u200bb",
        "a\u200db",
        "\ufeffa",
        "a\u2028b",
        "\ud800",
        "沈" * (NAME_LIMIT + 1),
    ],
)
def test_odd_names(name):
    assert is_odd_name(name)


def test_a_hundred_thousand_rows_take_no_time():
    began = time.process_time()
    odd = 0
    for number in range(100_000):
        mobile = f"+86100{number:08d}"
        odd += is_foreign_mobile(mobile) or not has_prefix(mobile) or is_odd_name("林晓晴")
    assert odd == 0
    assert time.process_time() - began < 1
