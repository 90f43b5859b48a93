"""Nothing that was registered, and nothing that looks like a secret, gets through."""

from __future__ import annotations

import base64
import html
import json
import re
import string
import threading
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_wizard.domain import redact

SECRET = "aB3$/é&'\"x<Yz+ 9\\kQ~日w0Lm7"
PLAIN = "baBqE5um9LbFGDy3X7LcfxQX1sqpXlwy"


@pytest.fixture(autouse=True)
def empty_registry():
    redact.forget_all()


def _small(quoted: str) -> str:
    return re.sub("%..", lambda found: found[0].lower(), quoted)


def _escaped(value: str) -> str:
    return "".join(f"\\u{ord(c):04x}" for c in value)


ENCODINGS = {
    "raw": lambda v: v,
    "url": lambda v: quote(v, safe=""),
    "url with slash": quote,
    "form": quote_plus,
    "double url": lambda v: quote(quote(v, safe=""), safe=""),
    "url in small letters, quoted again": lambda v: quote(_small(quote(v, safe="")), safe=""),
    "base64": lambda v: base64.b64encode(v.encode()).decode(),
    "base64url": lambda v: base64.urlsafe_b64encode(v.encode()).decode(),
    "json": lambda v: json.dumps(v)[1:-1],
    "json, all letters": json.dumps,
    "json escapes": _escaped,
    "json in json": lambda v: json.dumps(json.dumps(v)),
    "hex": lambda v: v.encode().hex(),
    "HEX": lambda v: v.encode().hex().upper(),
    "repr": repr,
    "ascii": ascii,
    "html": html.escape,
    "html numbers": lambda v: (
        html.escape(v, quote=False).replace('"', "&#34;").replace("'", "&#39;")
    ),
    "html references": lambda v: "".join(f"&#{ord(c)};" for c in v),
    "html references, hex": lambda v: "".join(f"&#x{ord(c):x};" for c in v),
    "bytes": lambda v: repr(v.encode()),
    "base64 after one byte": lambda v: base64.b64encode(b":" + v.encode()).decode(),
    "base64 after two bytes": lambda v: base64.urlsafe_b64encode(b"u:" + v.encode()).decode(),
    "exception": lambda v: str(ValueError(f"refused: {v}")),
    "logged arguments": lambda v: "%s %r" % ("value", (v,)),  # noqa: UP031 - as logging does
}


# What may stand round the mask: quotes, padding, the words of the message.
LEFT = {
    "base64": r"before \*\*\*=* after",
    "base64url": r"before \*\*\*=* after",
    "json, all letters": r'before "\*\*\*" after',
    "json in json": r'before "\\"\*\*\*\\"" after',
    "repr": r"before ['\"]\*\*\*['\"] after",
    "ascii": r"before ['\"]\*\*\*['\"] after",
    "bytes": r"before b['\"]\*\*\*['\"] after",
    # What is left is the byte before and, of the value, at most two bits.
    "base64 after one byte": r"before O.\*\*\*=* after",
    "base64 after two bytes": r"before dT.\*\*\*=* after",
    "exception": r"before refused: \*\*\* after",
    "logged arguments": r"before value \(['\"]\*\*\*['\"],\) after",
}


@pytest.mark.parametrize("value", [SECRET, PLAIN], ids=["odd", "plain"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_registered_value_is_masked_in_every_encoding(encoding, value):
    redact.register(value)
    encoded = ENCODINGS[encoding](value)
    masked = redact.redact(f"before {encoded} after")
    assert re.fullmatch(LEFT.get(encoding, r"before \*\*\* after"), masked)


@pytest.mark.parametrize("length", range(8, len(PLAIN)))
def test_a_prefix_of_eight_characters_or_more_is_masked(length):
    redact.register(PLAIN)
    assert redact.redact(f"[{PLAIN[:length]}]") == "[***]"
    encoded = base64.b64encode(PLAIN[:length].encode()).decode().rstrip("=")
    assert encoded[:10] not in redact.redact(f"[{encoded}]")
    assert redact.redact(f"[{PLAIN[:length].encode().hex()}]") == "[***]"


def test_fewer_than_eight_characters_are_no_prefix():
    redact.register(PLAIN)
    assert redact.redact(f"[{PLAIN[:7]}]") == f"[{PLAIN[:7]}]"


def test_a_whole_value_that_begins_inside_a_prefix_is_masked():
    value = "abcabcabcabX"
    redact.register(value)
    assert redact.redact(f"<abc{value}>") == "<***>"


@pytest.mark.parametrize("value", ["", "a", "12345"])
def test_short_values_would_mask_ordinary_words(value):
    redact.register(value)
    assert redact.redact("a 12345 word") == "a 12345 word"


def test_six_characters_are_registered():
    redact.register("k3v9q2")
    assert redact.redact("lock of k3v9q2.") == "lock of ***."


def test_forgetting():
    redact.register(PLAIN)
    redact.forget_all()
    assert redact.redact(PLAIN) == PLAIN


SHAPES = [
    ("t-g1044ghJRUIJJ5ELPHUXXNRR3OF3XQ2K7P7SOJWI", "t-***"),
    ("(u-g1044ghJRUIJJ5ELPHUXX)", "(u-***)"),
    ("a-g1044ghJRUIJJ5ELPHUXX", "a-***"),
    ("ur-g1044ghJRUIJJ5ELPHUXX", "ur-***"),
    ("Authorization: Bearer abc.def", "Authorization: ***"),
    ("sent bearer abcdef, then", "sent bearer ***, then"),
    ("Proxy-Authorization: Basic YTpiYWJhYmE=\nHost: x", "Proxy-Authorization: ***\nHost: x"),
    ("Basic YTpiYWJhYmE= was sent", "Basic *** was sent"),
    ("Cookie: sid=abc; other=def\nHost: x", "Cookie: ***\nHost: x"),
    ("GET /cb?code=a61hb967bd094dge&state=xyz HTTP", "GET /cb?code=***&state=*** HTTP"),
    (f"GET /cb?code={'0123456789' * 3}01&x=1 HTTP", "GET /cb?code=***&x=1 HTTP"),
    ("GET /cb?code=1234567890", "GET /cb?code=***"),
    ("GET /cb?code=123456+abc/def=", "GET /cb?code=***"),
    ("code=123456~a61hb967bd094dge", "code=***"),
    ("to=x%3Fcode%3Dabc%20", "to=x%3Fcode%3D***"),
    ('{"app_secret":"abc, d\\"ef","x":1}', '{"app_secret":"***","x":1}'),
    ('{\\"appSecret\\":\\"a,b\\",\\"y\\":2}', '{\\"appSecret\\":\\"***\\",\\"y\\":2}'),
    ("client_secret=abc&grant=1", "client_secret=***&grant=1"),
    ("{'password': 'it is'}", "{'password': '***'}"),
    ("FEISHU_APP_SECRET=abc", "FEISHU_APP_SECRET=***"),
    ("App Secret：abc", "App Secret：***"),
    ('api_key = "abc def" # note', 'api_key = "***" # note'),
    ('password = """a"b"""', 'password = """***"""'),
    ("auth-value: abc", "auth-value: ***"),
    ("[(b'auth-value', b'abc'), (b'host', b'h')]", "[(b'auth-value', b'***'), (b'host', b'h')]"),
    ('"device_code": "abc"', '"device_code": "***"'),
    ("app_secret%3Dabc", "app_secret%3D***"),
    ("<app_secret>abc</app_secret>", "<app_secret>***</app_secret>"),
    ('"refresh_token" : "abc"', '"refresh_token" : "***"'),
    ("key sk-abcdef123456 ok", "key sk-*** ok"),
    ("http://user:p@ss@proxy:80/x@y", "http://***@proxy:80/x@y"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_ x", "eyJ*** x"),
    ("https://h/open-apis/bot/v2/hook/1234-5678-90ab", "https://h/open-apis/bot/v2/hook/***"),
    ("secrets = { api = 'plain:my words' }", "secrets = { api = 'plain:***' }"),
]


@pytest.mark.parametrize(("text", "masked"), SHAPES, ids=[text[:20] for text, _ in SHAPES])
def test_shapes_are_masked(text, masked):
    assert redact.redact(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "feishu_code=10014 code=99991672 log_id=20260102abc",
        "https://open.feishu.cn/search?from=openapi&log_id=20260102abc&code=99991672",
        "https://open.feishu.cn/search?code=10014&log_id=20260102abc&from=openapi",
        '{"code":10014,"msg":"app secret invalid"}',
        "cli_a8c029e757e6500b",
        "t-shirt u-turn a-z",
        '"app_secret_set": true, "app_secret": null',
        "page_token=abc",
        "statement=1 encode=2",
        "https://can.example.com:8443/user/login?x=a@b",
        "sk-423******",
        "the basics, and Basic authentication",
    ],
)
def test_what_support_needs_stays(text):
    assert redact.redact(text) == text


@given(
    st.lists(
        st.sampled_from(
            [
                PLAIN,
                "t-",
                "Bearer ",
                "code=",
                "app_secret",
                '"',
                "'",
                "\\",
                ":",
                "=",
                "://",
                "@",
                "***",
                "sk-",
                "eyJ",
                "x" * 17,
                " ",
                "\n",
                "&",
                "password",
                "İ",
                "\ud800",
                "日",
                "(b'",
                "plain:",
            ]
        )
    ).map("".join)
)
def test_masking_again_changes_nothing(text):
    redact.forget_all()
    redact.register(PLAIN)
    once = redact.redact(text)
    assert redact.redact(once) == once
    assert PLAIN not in once


@given(
    st.text(string.ascii_letters + string.digits + "-_/+=%&\"'<> é日", min_size=8, max_size=40),
    st.text(max_size=60),
    st.text(max_size=60),
)
def test_a_random_secret_in_random_text_is_never_seen(secret, before, after):
    redact.forget_all()
    redact.register(secret)
    masked = redact.redact(before + secret + after)
    assert secret not in masked
    assert redact.redact(masked) == masked


@given(st.text())
def test_any_text_survives_unregistered(text):
    redact.forget_all()
    redact.register("\ud800" * 9)  # a lone surrogate can be registered too
    assert redact.redact(redact.redact(text)) == redact.redact(text)


HOSTILE = {
    "log": "POST https://open.feishu.cn/x app_secret=abcdefgh state=xyz zhang@example.com 你好\n",
    "letters": "a",
    "names": "password:",
    "quotes": 'secret="""',
    "slashes": 'secret=\\"',
    "userinfo": "://",
    "tokens": "t-a-u-",
    "jwt": "eyJ",
    "blanks": " ",
    "tuples": " ('secret",
    "mail": "a@1.",
    "phone": "+1 ",
    "heads": PLAIN[:9],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_is_linear(name):
    """Four times the text takes less than eight times as long; the best of several runs counts.

    Quadratic would be sixteen times.
    """
    redact.register(PLAIN)

    def best(size: int) -> float:
        text = HOSTILE[name] * (size // len(HOSTILE[name]))
        runs = []
        for _ in range(3):
            start = time.process_time()
            redact.redact_people(redact.redact(text))
            runs.append(time.process_time() - start)
        return min(runs)

    # What takes no measurable time cannot be far from linear: the floor keeps noise out.
    assert best(320_000) < 8 * max(best(80_000), 0.01)


def test_threads_may_register_while_others_mask():
    values = [f"value-number-{n:04d}-{'q' * 8}" for n in range(40)]
    seen = []

    def work(value: str) -> None:
        redact.register(value)
        seen.append(value in redact.redact(f"is {value} here"))

    threads = [threading.Thread(target=work, args=(value,)) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [False] * len(values)
    assert not any(value in redact.redact(" ".join(values)) for value in values)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("zhang.san@example.com", "z***@example.com"),
        ("<ab@x.cn>", "<***@x.cn>"),
        ("张伟@例子.测试", "***@例子.测试"),
        ("call 13800138000.", "call 138****8000."),
        ("+86 138 0013 8000", "+86 138****8000"),
        ("+8613800138000", "+86138****8000"),
        ("+852 1234 5678", "+85****78"),
        ("8613800138000", "86138****8000"),
    ],
)
def test_people_are_masked(text, masked):
    assert redact.redact_people(text) == masked
    assert redact.redact_people(masked) == masked


@pytest.mark.parametrize(
    "text", ["1700000000000", "2026-01-02 10:00:00", "om_13800138000", "a@b", "10.0.138.1", "+1"]
)
def test_numbers_that_are_no_telephones_stay(text):
    assert redact.redact_people(text) == text
