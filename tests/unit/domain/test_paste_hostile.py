"""Values that nobody types in good faith: always an answer at the field, never an exception."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feishu_wizard.domain.paste import FieldKind, ProblemCode, read_paste
from tests.unit.domain.test_paste_table import APP_ID, CALLBACK, KEY, SECRET

URLS = (FieldKind.CALLBACK_URL, FieldKind.CAN_URL, FieldKind.PROXY_URL)
# Boxes that take free text: what can be printed may be a name, and is shown as plain text.
FREE = frozenset({FieldKind.RECIPIENT, FieldKind.CA_FILE})

HOSTILE = [
    *(" ", "\t", "\r\n", "\u00a0", "\u200b\ufeff", '""', "“”", "\u3000 \n"),
    *(
        "\x00",
        "a\x00b",
        "\x1b[31mred",
        "\x7f",
        "\u202ecilam",
        "\u2066x\u2069",
        "\ud800",
        "\udfff\ud800",
    ),
    *("\uffff", "\ue000", "😀", "👨‍👩‍👧", "e\u0301\u0301", "сli_а8с029", "ｃｌｉ", "日本"),
    *("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "mailto:a@b.cn", "ftp://x/"),
    *("\\\\server\\share", "C:\\Windows\\x", "/etc/passwd", "../../etc/passwd", "CON", "NUL.txt"),
    *(
        "https://user:pw@can.example.com",
        "http://can.example.com:0",
        "http://can.example.com:99999",
    ),
    *("http://[::1", "http://[fe80::1%25eth0]/", "http://[::ffff:1.2.3.4]:80/", "http://256.1.1.1"),
    *(
        "http://1.2.3",
        "http://例子.测试/",
        "http://xn--fsqu00a.xn--0zwm56d",
        "http://-a.b",
        "http://a..b",
    ),
    *(
        "http://" + "a" * 64 + ".cn",
        "http://" + "a." * 200,
        "http://x/%0d%0aSet-Cookie:a",
        "%0d%0a",
    ),
    *(
        "http://x/%00",
        "http://x y/",
        "http://x\\y",
        "http://",
        "://",
        "//",
        ":",
        "?",
        "#",
        "@",
        ".",
    ),
    *(
        "=cmd|' /C calc'!A0",
        "+1+1",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "${jndi:ldap://x}",
        "%s%n",
    ),
    *(
        "' OR 1=1 --",
        "https://*.example.com/",
        "https://cаn.example.com",
        "HTTPS://",
        "http:///",
        "****",
    ),
    *(
        "App ID:",
        "export",
        "export X=",
        "{",
        '{"app_id":',
        '{"app_secret": null}',
        "client_id=",
        "Bearer ",
    ),
    *('"' * 5000, '"<' * 1500 + ">'" * 1500, "App ID: " * 900, "a" * 10_240, "x" * 10_000_000),
    *("\u200b" * 8000, "=" * 8000, "http://" * 1000, "[x](" * 1000, "a-" * 4000, "\\u0041" * 900),
    *(
        "App ID: \"App Secret: '" * 300,
        "&client_id=" * 700,
        "…",
        "...",
        "\u2028",
        "cli_" + "0" * 200,
    ),
]


@pytest.mark.parametrize("kind", FieldKind)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:16]))
def test_a_hostile_value_gets_an_answer_at_its_field(text, kind):
    pasted = read_paste(kind, text)
    assert pasted.typed == text
    if pasted.problem is None:
        # It may be used: then it can be printed, is not empty and not longer than allowed.
        assert pasted.value
        assert all(c.isprintable() or c in "\r\n\t" or kind in FREE for c in pasted.value)
        assert len(pasted.value) <= 8192
    else:
        assert pasted.problem.code.startswith(("paste.", "address."))
        assert not pasted.usable
    assert read_paste(kind, pasted.value).value == pasted.value


REFUSED = {
    "javascript:alert(1)": "address.scheme",
    "file:///etc/passwd": "paste.url",
    "\\\\server\\share": "address.not_web",
    "C:\\Windows\\x": "address.not_web",
    "/etc/passwd": "address.not_web",
    "https://user:pw@can.example.com": "address.userinfo",
    "http://can.example.com:0": "address.port",
    "http://can.example.com:99999": "address.port",
    "http://[::1": "address.host",
    "http://[fe80::1%25eth0]/": "address.host",
    "http://256.1.1.1": "address.host",
    "http://a..b": "address.host",
    "https://*.example.com/": "address.host",
    "http://x/%0d%0aSet-Cookie:a": "address.escaped_control",
    "http://x/%00": "address.escaped_control",
    "http://x/\x00": "paste.control",
    "http://x/\u202egro": "paste.direction",
    "https://cаn.example.com": "address.look_alike",
    "https://can.example.com\ud800": "paste.not_text",
}


@pytest.mark.parametrize("kind", URLS)
@pytest.mark.parametrize("text", REFUSED, ids=ascii)
def test_a_hostile_address_is_refused_by_name(text, kind):
    pasted = read_paste(kind, text)
    wanted = "address.scheme" if text.startswith("file:") else REFUSED[text]
    assert pasted.problem.code == wanted
    assert pasted.value == text


@pytest.mark.parametrize("kind", URLS)
@pytest.mark.parametrize(
    "text",
    ["http://[::1]:8083/x", "http://[2001:db8::1]/", "https://例子.测试/a", "HtTpS://Can.CN/"],
)
def test_unusual_addresses_that_are_right_pass(text, kind):
    assert read_paste(kind, text).usable


@pytest.mark.parametrize("kind", FieldKind)
def test_ten_megabytes_are_refused_without_being_looked_at(kind):
    start = time.process_time()
    pasted = read_paste(kind, "cli_" * 2_500_000)
    assert time.process_time() - start < 0.5  # to look at them takes many seconds
    assert pasted.problem.code == ProblemCode.TOO_LONG
    assert dict(pasted.problem.params) == {"limit": "8192", "length": "10000000"}


PIECES = [
    *(APP_ID, SECRET, KEY, CALLBACK, "t-" + SECRET, "App ID", "App Secret", "client_secret", "url"),
    *(":", "：", "=", '"', "'", "`", "“", "”", "「", "」", "<", ">", "(", ")", "[", "]", "{", "}"),
    *("\n", "\r\n", " ", "\u00a0", "\u200b", "\u202e", "\ufeff", "\x00", "\ud800", "😀", "，", ","),
    *("http", "https", "ttp", "://", "//", ":\\\\", "can.example.com", ":8080", "@", "/", "?", "#"),
    *(
        "export ",
        "set ",
        "Bearer ",
        "...",
        "…",
        "****",
        "。",
        "&",
        "\\",
        "\\u0022",
        "а",
        "Ａ",
        "．",
    ),
]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=14).map("".join))


@given(kind=st.sampled_from(FieldKind), text=TEXTS)
@example(FieldKind.APP_ID, "“App ID: 'cli_a8c029e757e6500b'”")
def test_whatever_is_pasted(kind, text):
    pasted = read_paste(kind, text)
    again = read_paste(kind, pasted.value)
    assert again.value == pasted.value
    assert again.edits == ()
    for remark in (pasted.problem, pasted.warning):
        if remark is not None and "position" in remark.params:
            assert 1 <= int(remark.params["position"]) <= len(text)
    if pasted.proposal is not None:
        assert pasted.proposal.value != pasted.value
    for other, value in pasted.elsewhere.items():
        assert other is not kind
        assert read_paste(other, value).usable
    assert pasted.usable == (bool(pasted.value) and pasted.problem is None)


@given(kind=st.sampled_from([FieldKind.APP_SECRET, FieldKind.API_KEY]), text=TEXTS)
def test_the_value_of_a_secret_is_always_a_piece_of_what_was_typed(kind, text):
    pasted = read_paste(kind, text)
    if not any(edit.code == "json_value" or "\\" in text for edit in pasted.edits):
        assert pasted.value in text


@given(kind=st.sampled_from(URLS), text=TEXTS)
def test_taking_a_proposal_leads_somewhere(kind, text):
    """No proposal leads back to itself: at most three of them end at a value or a problem."""
    pasted = read_paste(kind, text)
    for _ in range(3):
        if pasted.proposal is None:
            break
        pasted = read_paste(kind, pasted.proposal.value)
    assert pasted.proposal is None


@given(st.from_regex(r"Q7[a-zA-Z0-9]{6,62}", fullmatch=True), TEXTS)
def test_no_remark_repeats_a_secret(secret, around):
    pasted = read_paste(FieldKind.APP_SECRET, f"App Secret: {secret}{around}")
    remarks = [*pasted.edits, *(r for r in (pasted.problem, pasted.warning) if r)]
    assert not any(secret in value for remark in remarks for value in remark.params.values())
    assert secret not in repr(pasted)
