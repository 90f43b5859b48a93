"""What CAN shows back, character by character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_wizard.domain.shown_back import compare_shown

APP = "cli_a8c029e757e6500b"
URL = "https://can.example.com/user/softLogin"

CASES = {
    "a blank in front": (APP, f" {APP}", "shown.blank", "1"),
    "a blank behind": (URL, f"{URL} ", "shown.blank", "39"),
    "a blank inside": (APP, "cli_a8c0 29e757e6500b", "shown.blank", "9"),
    "a tab": (URL, f"{URL}\t", "shown.blank", "39"),
    "a no-break space": (APP, f"{APP}\u00a0", "shown.blank", "21"),
    "nothing": (APP, "  ", "shown.empty", None),
    "an invisible character": (APP, f"{APP[:5]}\u200b{APP[5:]}", "shown.invisible", "6"),
    "full-width letters": (APP, APP.replace("cli", "ｃｌｉ"), "shown.full_width", "1"),
    "full-width colon": (URL, URL.replace("://", "：//"), "shown.full_width", "6"),
    "capitals": (APP, APP.upper(), "shown.case", "1"),
    "another app": (APP, "cli_b8c029e757e6500b", "shown.other_app", "5"),
    "a lost letter": (APP, APP[:-1], "shown.cut", "20"),
    "something behind": (APP, f"{APP},", "shown.more", "21"),
    "the manual's ttp": (URL.replace("https", "http"), f"ttp{URL[5:]}", "shown.ttp", "1"),
    "http for https": (URL, URL.replace("https", "http"), "shown.scheme", "5"),
    "https for http": (URL.replace("https", "http"), URL, "shown.scheme", "5"),
    "no scheme": (URL, "can.example.com/user/softLogin", "shown.no_scheme", "1"),
    "a bare host": (URL, "can.example.com", "shown.no_scheme", "1"),
    "no path": (URL, "https://can.example.com", "shown.no_path", "24"),
    "no path but a slash": (URL, "https://can.example.com/", "shown.no_path", "25"),
    "another host": (URL, "https://can.example.org/user/softLogin", "shown.other_host", "21"),
    "another port": (URL, "https://can.example.com:8443/user/softLogin", "shown.other_host", "24"),
    "a slash behind": (URL, f"{URL}/", "shown.slash", "39"),
    "another path": (URL, "https://can.example.com/user/hardLogin", "shown.differs", "30"),
    "a broken address": (URL, "https://[can/user", "shown.differs", "9"),
}  # fmt: skip


@pytest.mark.parametrize(("wanted", "shown", "code", "at"), CASES.values(), ids=list(CASES))
def test_what_is_different_is_said_exactly(wanted, shown, code, at) -> None:
    found = compare_shown(wanted, shown)
    assert found.code == code
    assert found.params.get("at") == at
    assert not found.equal


@pytest.mark.parametrize("value", [APP, URL])
def test_equal_is_equal(value: str) -> None:
    assert compare_shown(value, value).equal
    assert compare_shown(value, f"{value}\r\n").equal


@given(st.text(max_size=40), st.text(max_size=40))
def test_only_the_same_characters_are_equal(wanted: str, shown: str) -> None:
    found = compare_shown(wanted, shown)
    assert found.equal is (shown.removesuffix("\n").removesuffix("\r") == wanted)
    if not found.equal and found.code != "shown.empty":
        assert int(found.params["at"]) >= 1
        assert " " not in found.params["shown"]
        assert all(ch.isprintable() for ch in found.params["shown"] + found.params["wanted"])
