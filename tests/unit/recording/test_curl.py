"""Commands copied in a browser, read back as they were meant."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.recording.bash_words import commands_of_bash
from feishu_wizard.domain.recording.curl import read_curl, recording_of
from feishu_wizard.domain.recording.model import Form
from tests.unit.recording import quoting, servers

COMMANDS = 2_500 if os.environ.get("TORTURE") == "all" else 1_000
BASH = (quoting.chromium_bash, quoting.firefox_bash)
CMD = (quoting.chromium_cmd, quoting.chromium_cmd_2021)
URL = "https://can.example.com/api/x?a=%7B1%7D&b=2"
# No cmd.exe takes these: a lone carriage return, and a zero ends every command line.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
BODY = st.dictionaries(TEXT, JSON, min_size=1, max_size=4)


def dumped(body) -> str:
    return json.dumps(body, ensure_ascii=False)


@pytest.mark.parametrize("quote", [*BASH, *CMD, quoting.firefox_cmd, quoting.old_cmd])
def test_a_command_of_every_browser_is_read(quote):
    body = {"appId": servers.APP_ID, "note": 'a "b" 50% & <c> | d ^ e', "on": True}
    headers = {"content-type": "application/json", "accept": "*/*", "cookie": servers.COOKIE}
    if quote is quoting.old_cmd:
        body["note"] = 'a "b" 50 <c>'
    text = quoting.command(quote, "PUT", URL, headers, json.dumps(body))
    (call,) = read_curl(text)
    assert (call.method, call.origin, call.path) == ("PUT", servers.ORIGIN, "/api/x")
    assert call.query == "a=%7B1%7D&b=2"
    assert call.body == body
    assert call.cookie_names == ("sid", "csrftoken")
    assert call.signed_by == ("cookie",)
    assert "cookie" not in call.headers
    assert recording_of(text).form is (Form.CURL_BASH if quote in BASH else Form.CURL_CMD)


@pytest.mark.parametrize("quote", BASH)
@settings(max_examples=60, deadline=None)
@given(body=BODY)
def test_bash_round_trip(quote, body):
    sent = dumped(body)
    if quote is quoting.firefox_bash:
        # It writes a letter below U+0100 as one byte: two of them may also be UTF-8.
        sent = re.sub("([\x80-\xff])(?=[\x80-\xff])", r"\1 ", sent)
    headers = {"content-type": "application/json"}
    text = quoting.command(quote, "POST", URL, headers, sent)
    (call,) = read_curl(text)
    assert call.body == json.loads(sent)


@pytest.mark.parametrize("quote", CMD)
@settings(max_examples=60, deadline=None)
@given(body=BODY)
def test_cmd_round_trip(quote, body):
    headers = {"content-type": "application/json"}
    text = quoting.command(quote, "POST", URL, headers, dumped(body))
    (call,) = read_curl(text)
    assert call.body == body


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize("quote", [quoting.chromium_bash, quoting.firefox_bash, "mixed"])
def test_the_words_are_those_of_bash(quote):
    """200 texts in one bash, which gives back what it understood."""
    pick = random.Random(11)
    alphabet = "aZ9 '\"\\!$`&|;<>()[]{}*?~#%^=\n\t@:/,.é中-_"
    texts = ["".join(pick.choices(alphabet, k=pick.randint(0, 30))) for _ in range(200)]
    if quote == "mixed":
        words = [_mixed(text, pick) for text in texts]
    else:
        # Firefox writes é as one byte, which bash takes for Latin-1.
        texts = [t.replace("é", "e") for t in texts] if quote is quoting.firefox_bash else texts
        words = [quote(text) for text in texts]
    script = "printf '%s\\0' " + " \\\n  ".join(words)
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        capture_output=True, check=True, timeout=20, env={"LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    told = done.stdout.decode().split("\0")[:-1]
    assert commands_of_bash(script) == [["printf", "%s\\0", *told]]
    assert told == texts


def _mixed(text: str, pick: random.Random) -> str:
    """Each character in a way of its own: bare with a backslash, single, double, ANSI-C."""
    out = "''"
    for char in text:
        way = pick.randrange(3)
        if way == 0 and char != "\n":
            out += f"\\{char}"
        elif way == 1:
            out += '"' + (f"\\{char}" if char in '$`"\\' else char) + '"'
        else:
            out += quoting.chromium_bash(char)
    return out


@pytest.mark.parametrize("quote", [*BASH, *CMD])
@pytest.mark.parametrize("value", ["C:\\dir\\", '\\"', "a\\\\", '"', "50%PATH% ^^ \\"])
def test_backslashes_and_quotes_at_the_end(quote, value):
    (call,) = read_curl(quoting.command(quote, "GET", URL, {"x-a": value, "x-b": "1"}, None))
    assert (call.headers["x-a"], call.headers["x-b"]) == (value, "1")


@pytest.mark.parametrize(
    ("quote", "between"), [(quoting.chromium_bash, " ;\n"), (quoting.chromium_cmd, " &\r\n")]
)
def test_several_commands_in_one_paste(quote, between):
    one = quoting.command(quote, "GET", URL, {}, None)
    two = quoting.command(quote, "POST", URL, {"content-type": "application/json"}, '{"a":1}')
    calls = read_curl(one + between + two)
    assert [(call.at, call.method, call.body) for call in calls] == [
        (0, "GET", None),
        (1, "POST", {"a": 1}),
    ]


def test_the_options_of_hand_written_commands():
    text = (
        "$ curl -sSkXPOST --url=https://h.example.com:8443/a\\[1\\] -d a=1 -d 'b=x y' "
        "--data-urlencode 'c=ä&' -u me:pw -H 'X-Empty;' -H 'X-Gone:' --compressed --insecure\n"
        "curl -G -d q=1 h.example.com/p; curl --json '{\"a\":[]}' -b 'k=v; l' https://h.example.com"
    )
    first, second, third = read_curl(text)
    assert (first.origin, first.path) == ("https://h.example.com:8443", "/a[1]")
    assert (first.encoding, first.body) == ("form", {"a": "1", "b": "x y", "c": "ä&"})
    assert first.signed_by == ("authorization",)
    assert first.headers["x-empty"] == ""
    assert "x-gone" not in first.headers
    assert (second.method, second.origin, second.query) == ("GET", "http://h.example.com", "q=1")
    assert (third.encoding, third.body, third.path) == ("json", {"a": []}, "/")
    assert third.cookie_names == ("k", "l")


REFUSED = [
    ("  \n", "recording.empty"),
    ("curl " + "x" * 4_000_001, "recording.too_long"),
    ('$session = New-Object Microsoft.PowerShell.Commands\nInvoke-WebRequest -Uri "https://x"',
     "recording.powershell"),
    ('Invoke-RestMethod -Uri "https://x"', "recording.powershell"),
    ('fetch("https://x", {"method": "GET"});', "recording.fetch"),
    ("wget https://x", "recording.not_curl"),
    ("rm -rf x; curl https://x.example.com", "recording.not_curl"),
    ('{"curl": 1}', "recording.not_curl"),
    ("curl 'https://x.example.com", "recording.broken_quote"),
    ("curl $'https://x.example.com", "recording.broken_quote"),
    ('curl ^"https://x.example.com', "recording.broken_quote"),
    ('curl "https://x.example.com/$HOME"', "recording.expansion"),
    ("curl https://x.example.com/$(id)", "recording.expansion"),
    ("curl https://x.example.com/`id`", "recording.expansion"),
    ("curl https://x.example.com -d @body.json", "recording.file_body"),
    ("curl https://x.example.com --data-binary @/etc/passwd", "recording.file_body"),
    ("curl https://x.example.com --data-urlencode a@file", "recording.file_body"),
    ("curl https://x.example.com -T file", "recording.file_body"),
    ("curl https://x.example.com -K file", "recording.file_body"),
    ("curl https://x.example.com --frobnicate", "recording.curl_option"),
    ("curl https://x.example.com -H", "recording.curl_option"),
    ("curl -s", "recording.bad_address"),
    ("curl ftp://x.example.com/a", "recording.bad_address"),
    ("curl 'https://[::1'", "recording.bad_address"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_is_refused(text, code):
    with pytest.raises(InputError) as caught:
        read_curl(text)
    assert caught.value.code == code


def test_raw_data_may_begin_with_an_at():
    (call,) = read_curl("curl https://x.example.com --data-raw '@home=1'")
    assert call.body == {"@home": "1"}


def test_a_form_upload_is_told():
    (call,) = read_curl("curl https://x.example.com -F 'a=1'")
    assert (call.encoding, call.body) == ("multipart", None)


def test_an_unknown_option_is_not_quoted_back():
    with pytest.raises(InputError) as caught:
        read_curl(f"curl https://x.example.com --{servers.SECRET}{servers.SECRET}")
    assert servers.SECRET not in str(caught.value.params)


def test_a_mutated_command_gives_calls_or_a_reason():
    """Commands with characters lost, doubled, swapped or strewn in."""
    pick, codes = random.Random(5), set()
    for _ in range(COMMANDS):
        quote = pick.choice([*BASH, *CMD, quoting.firefox_cmd, quoting.old_cmd])
        text = quoting.command(quote, "PUT", URL, servers.BROWSER, '{"a": ["b", {"c": 1}]}')
        codes.add(outcome(mutated(text, pick)))
    assert {code for code in codes if not code.startswith("recording.")} == {"read"}
    assert len(codes) > 5


def outcome(text: str) -> str:
    """Anything but an ``InputError`` ends the test."""
    try:
        read_curl(text)
    except InputError as error:
        return error.code
    return "read"


def mutated(text: str, pick: random.Random) -> str:
    for _ in range(pick.randint(1, 6)):
        at = pick.randrange(len(text) + 1)
        way = pick.randrange(4)
        if way == 0:
            text = text[:at] + text[at + pick.randint(1, 9) :]
        elif way == 1:
            text = text[:at] + pick.choice("'\"\\^$`&;|\n\r\0{}[]@%é\ud800") + text[at:]
        elif way == 2:
            text = text[:at] + text[at : at + 20] * 2 + text[at + 20 :]
        else:
            text = text[at:] + text[:at]
    return text


@pytest.mark.parametrize(
    "text",
    [
        'curl "' + '""' * 100_000 + "\\",
        'curl "' + 'a"" ' * 50_000,
        'curl "' + "\\" * 200_000,
        "curl " + '"a" ' * 60_000 + '"',
        "curl " + "^" * 200_000,
        'curl ^"' + "^\\" * 100_000,
        "curl $'" + "\\a" * 200_000,
        '"%"curl ' + '"^{' * 50_000,
        'curl "%"' + '"\\""' * 50_000,
    ],
    ids=range(9),
)
def test_no_paste_takes_long(text):
    start = time.process_time()
    assert outcome(text)
    assert time.process_time() - start < 5  # measured: under one second; squared would be hours
