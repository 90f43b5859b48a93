"""What people paste: the script's answer with everything that terminals and chats do to it."""

from __future__ import annotations

import json

import pytest

from feishu_wizard.domain.errors import ExitCode, InputError
from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.server_check import decode, parse_server_check

JSON_LINE = 'json {"code":%d,"msg":"no \\"token\\"","error":{"log_id":"x"}}'


def check(place, said, *, url="https://open.feishu.cn/x", method="GET", ended="1700000001"):
    return {
        "place": place,
        "method": method,
        "url": url,
        "at": "1700000000",
        "ended": ended,
        "said": said,
    }


def fine(place="open", code=99991663, method="GET", **options):
    said = [
        JSON_LINE % code,
        "timing status=400 ip=192.0.2.7 port=443 name=0.01 connect=0.02 tls=0.03 total=0.25 "
        "verify=0 tunnel=000",
        "* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384",
        "*  issuer: C=US; O=DigiCert Inc; CN=GeoTrust",
        "< HTTP/1.1 400 Bad Request",
        "< Date: Tue, 14 Nov 2023 22:13:20 GMT",
        "exit=0",
        "address 192.0.2.7",
    ]
    return check(place, said, method=method, **options)


def output(*checks, **fields):
    whole = {
        "schema": "feishu-wizard/server-check/1",
        "shell": "sh",
        "host": "can-01",
        "system": "Linux 6.1",
        "at": "2023-11-14T22:13:20Z",
        "tool": "curl 8.5.0",
        "seconds": "10",
        "ca_file": "",
        "environment": [],
        "checks": list(checks) or [fine(), fine(code=10003, method="POST"), fine("accounts")],
        "complete": True,
    }
    return json.dumps({**whole, **fields}, ensure_ascii=False)


def failing(*said, tool="curl 8.5.0", url="https://open.feishu.cn/x", **fields):
    found = parse_server_check(output(check("open", list(said), url=url), tool=tool, **fields))
    bad = [f for f in found.findings if f.status is Status.FAIL]
    return (bad[0].id, bad[0].code) if bad else ("", "")


def test_a_clean_answer():
    found = parse_server_check(output())
    by_id = {f.id: f for f in found.findings}
    assert (found.host, found.tool, found.at) == ("can-01", "curl", "2023-11-14T22:13:20Z")
    assert by_id["net.open.http"].status is Status.PASS
    assert by_id["net.open.tls"].params["issuer"] == "C=US; O=DigiCert Inc; CN=GeoTrust"
    assert by_id["feishu.fingerprint"].code == "fingerprint_ok"
    assert by_id["net.open.dns"].params["addresses"] == "192.0.2.7"
    assert by_id["net.can.tcp"].code == "not_applicable"
    assert by_id["net.open.http"].evidence[0].feishu_code == 99991663
    assert by_id["net.open.http"].evidence[0].ms == 250


def wrapped(text, width=80):
    return "\r\n".join(text[i : i + width] for i in range(0, len(text), width))


SURROUNDED = {
    "prompt": lambda t: f"[root@can-01 ~]# sh check.sh\n{t}\n[root@can-01 ~]# ",
    "colours": lambda t: f"\x1b[01;32mroot@can\x1b[0m:~$ sh check.sh\n\x1b[K{t}\x1b[?2004h",
    "title": lambda t: f"\x1b]0;root@can-01: ~\x07{t}",
    "crlf": lambda t: t.replace(",", ",\r\n"),
    "wrapped": wrapped,
    "wrapped with colours": lambda t: f"\x1b[1m$\x1b[0m\n{wrapped(t, 61)}\n$ ",
    "bom": lambda t: "\ufeff" + t,
    "quoted": lambda t: "> " + t.replace('"checks"', '\n> "checks"'),
    "other braces": lambda t: 'echo {"a": 1}\n' + t + '\n{"b": 2}',
}


@pytest.mark.parametrize("way", SURROUNDED)
def test_what_surrounds_it_does_not_matter(way):
    assert parse_server_check(SURROUNDED[way](output())) == parse_server_check(output())


@pytest.mark.parametrize("opening", ["“”", "„“", "＂＂", "«»"])
def test_smart_quotes_of_a_chat(opening):
    parts = output().split('"')
    text = "".join(
        part + (opening[i % 2] if i < len(parts) - 1 else "") for i, part in enumerate(parts)
    )
    assert parse_server_check(text).findings == parse_server_check(output()).findings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_of_saved_files(encoding):
    data = output().encode(encoding)
    if encoding == "utf-16-be":
        data = b"\xfe\xff" + data
    assert parse_server_check(decode(data)) == parse_server_check(output())


def test_of_several_the_last_is_taken_and_that_is_said():
    both = output(host="first") + "\n" + output(host="second")
    found = parse_server_check(both)
    assert found.host == "second"
    assert "server.several" in found.notes
    assert "server.several" not in parse_server_check(output()).notes


WHOLE = output()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "server_check.empty"),
        ("\ufeff \r\n", "server_check.empty"),
        ("bash: sh: command not found", "server_check.not_found"),
        ('{"schema": "feishu-wizard/diagnosis/1", "checks": []}', "server_check.not_found"),
        ('{"schema": "feishu-wizard/server-check/2", "checks": []}', "server_check.version"),
        (WHOLE[:400], "server_check.truncated"),
        (WHOLE[:-20], "server_check.truncated"),
        (output(complete=False), "server_check.truncated"),
        (output(checks=[]), "server_check.truncated"),
        (output(checks="no list"), "server_check.invalid"),
        (output(complete="yes"), "server_check.invalid"),
        (output(check("open", [], url="http://[bad")), "server_check.invalid"),
        (output(check("open", [], url="http://x:99999/")), "server_check.invalid"),
        ("{" * 5000 + WHOLE[:80], "server_check.truncated"),
        (" " * 1_000_001, "server_check.too_large"),
    ],
)
def test_what_is_no_answer_is_named(text, code):
    with pytest.raises(InputError) as caught:
        parse_server_check(text)
    assert caught.value.code == code
    assert caught.value.exit_code == ExitCode.USAGE


@pytest.mark.parametrize("cut", range(1, len(WHOLE), 97))
def test_cut_anywhere_is_never_a_crash(cut):
    with pytest.raises(InputError, match=r"server_check\.(truncated|not_found)"):
        parse_server_check(WHOLE[:cut])


def test_hostile_values_are_data_of_bounded_size():
    nasty = "\x1b[31m\u202e" + "A" * 900
    one = check(nasty, [nasty] * 300 + ["exit=999999999999", "timing " + nasty], url="gopher://x")
    many = [{**fine(), "said": [nasty] * 90, "url": nasty, "at": nasty, "ended": "9" * 30}] * 5
    found = parse_server_check(output(one, *many, host=nasty, tool=nasty, environment=[nasty]))
    shown = repr(found)
    assert len(shown) < 40_000
    assert "\\x1b" not in shown
    assert "\\u202e" not in shown


CURL = [
    (["curl: (6) Could not resolve host: x", "exit=6"], "dns", "net.dns"),
    (
        ["* connect to 192.0.2.7 port 443 failed: Connection refused", "exit=7"],
        "tcp",
        "net.refused",
    ),
    (
        ["* connect to 192.0.2.7 port 443 failed: No route to host", "exit=7"],
        "tcp",
        "net.unreachable",
    ),
    (["timing status=000 ip= port=0 tls=0.000000", "exit=28"], "tcp", "net.timeout"),
    (["timing status=000 ip=192.0.2.7 port=443", "exit=28"], "tls", "net.deadline"),
    (["curl: (28) Resolving timed out after 10000 milliseconds", "exit=28"], "dns", "net.dns"),
    (
        ["timing status=200 port=443", "* SSL connection using TLSv1.2 / x", "exit=28"],
        "http",
        "net.deadline",
    ),
    (
        ["curl: (35) error:0A00010B:SSL routines::wrong version number", "exit=35"],
        "tls",
        "net.tls.other",
    ),
    (
        ["curl: (35) error:0A000102:SSL routines::unsupported protocol", "exit=35"],
        "tls",
        "net.tls.version",
    ),
    (["curl: (51) x", "exit=51"], "tls", "net.tls.hostname"),
    (["timing verify=10", "exit=60"], "tls", "net.tls.expired"),
    (["timing verify=9", "exit=60"], "tls", "net.tls.not_yet_valid"),
    (["timing verify=19", "exit=60"], "tls", "net.tls.untrusted"),
    (
        [
            "curl: (60) SSL: no alternative certificate subject name matches target host name",
            "exit=60",
        ],
        "tls",
        "net.tls.hostname",
    ),
    (["exit=77"], "tls", "net.ca_file_missing"),
    (["timing port=443", "* SSL connection using TLSv1.3 / x", "exit=52"], "http", "net.reset"),
    (["curl: (1) Received HTTP/0.9 when not allowed", "exit=1"], "http", "net.protocol"),
    (["title Sign in", "timing status=200 port=443", "exit=0"], "http", "net.portal"),
]


@pytest.mark.parametrize(("said", "layer", "code"), CURL)
def test_what_curl_says(said, layer, code):
    assert failing(*said) == (f"net.open.{layer}", code)


PROXY = ["https_proxy=http://proxy.corp:8080"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (["curl: (5) Could not resolve proxy: proxy.corp", "exit=5"], "net.proxy.dns"),
        (["curl: (5) Unsupported proxy syntax in 'x'", "exit=5"], "net.proxy.invalid"),
        (["curl: (7) Failed to connect to proxy.corp port 8080", "exit=7"], "net.proxy.refused"),
        (["timing status=000 tunnel=407 port=8080", "exit=56"], "net.proxy.auth"),
        (["timing status=000 tunnel=403 port=8080", "exit=56"], "net.proxy.status"),
        (["timing status=000 tunnel=000 port=8080", "exit=28"], "net.proxy.timeout"),
        (["curl: (97) x", "exit=97"], "net.proxy.protocol"),
    ],
)
def test_what_curl_says_of_a_proxy(said, code):
    assert failing(*said, environment=PROXY)[1] == code


WGET = [
    (["Resolving x (x)... failed: Name or service not known.", "exit=4"], "dns", "net.dns"),
    (
        ["Connecting to x|192.0.2.7|:443... failed: Connection refused.", "exit=4"],
        "tcp",
        "net.refused",
    ),
    (
        ["Connecting to x|192.0.2.7|:443... failed: Connection timed out.", "exit=4"],
        "tcp",
        "net.timeout",
    ),
    (
        [
            "Connecting to x|192.0.2.7|:443... connected.",
            "ERROR: The certificate of 'x' has expired.",
            "exit=5",
        ],
        "tls",
        "net.tls.expired",
    ),
    (
        [
            "ERROR: cannot verify x's certificate, issued by 'CN=Acme':",
            "  Self-signed certificate encountered.",
            "exit=5",
        ],
        "tls",
        "net.tls.untrusted",
    ),
    (
        [
            "Connecting to x... connected.",
            "ERROR: certificate common name 'y' doesn't match requested host name 'x'.",
            "exit=5",
        ],
        "tls",
        "net.tls.hostname",
    ),
    (["Connecting to x... connected.", "No data received.", "exit=4"], "http", "net.reset"),
]


@pytest.mark.parametrize(("said", "layer", "code"), WGET)
def test_what_gnu_wget_says(said, layer, code):
    assert failing(*said, tool="wget (GNU Wget 1.21.3)") == (f"net.open.{layer}", code)


BUSYBOX = [
    (["  HTTP/1.1 200 OK", "exit=0"], "tls", "server.tls_unchecked"),
    (
        ["wget: TLS error from peer (alert code 40): handshake failure", "exit=1"],
        "tls",
        "server.tls_tool",
    ),
    (
        [
            "  HTTP/1.1 400 Bad Request",
            "wget: server returned error: HTTP/1.1 400 Bad Request",
            "exit=1",
        ],
        "http",
        "server.body_hidden",
    ),
]


@pytest.mark.parametrize(("said", "layer", "code"), BUSYBOX)
def test_what_busybox_does_not_tell(said, layer, code):
    line = "Connecting to open.feishu.cn (192.0.2.7:443)"
    text = output(check("open", [line, *said]), tool="wget (BusyBox v1.36.1)")
    found = parse_server_check(text)
    by_id = {f.id: f for f in found.findings}
    assert by_id["net.open.tcp"].status is Status.PASS
    assert (by_id[f"net.open.{layer}"].status, by_id[f"net.open.{layer}"].code) == (
        Status.UNKNOWN,
        code,
    )
    assert code in found.notes


def test_it_is_always_said_that_only_the_shell_was_measured():
    assert parse_server_check(output()).notes == ("server.shell_only",)


def test_a_tool_that_crashed_leaves_everything_unknown():
    found = parse_server_check(output(check("open", ["exit=139"]), tool="wget (BusyBox v1.35.0)"))
    by_id = {f.id: f for f in found.findings}
    assert by_id["net.open.http"].status is Status.UNKNOWN
    assert by_id["net.open.http"].code == "server.tool_failed"
    assert "server.tool_failed" in found.notes


@pytest.mark.parametrize(
    ("date", "status", "code"),
    [
        ("Tue, 14 Nov 2023 22:13:20 GMT", Status.PASS, "ok"),
        ("Tue, 14 Nov 2023 21:13:20 GMT", Status.WARN, "net.clock"),
        ("Wed, 99 Zzz 2023 99:99:99 GMT", Status.UNKNOWN, "net.no_date"),
    ],
)
def test_the_clock_is_that_of_the_server(date, status, code):
    one = fine()
    one["said"] = [li if "Date" not in li else f"< Date: {date}" for li in one["said"]]
    found = parse_server_check(output(one))
    clock = next(f for f in found.findings if f.id == "net.open.clock")
    assert (clock.status, clock.code) == (status, code)


@pytest.mark.parametrize(
    ("result", "layer", "code"),
    [
        ("NameResolutionFailure", "dns", "net.dns"),
        ("ConnectFailure", "tcp", "net.refused"),
        ("TrustFailure", "tls", "net.tls.untrusted"),
        ("Timeout", "http", "net.deadline"),
        ("ReceiveFailure", "http", "net.reset"),
    ],
)
def test_what_powershell_says(result, layer, code):
    said = [f"result {result}", "message the target machine actively refused it"]
    fields = {"shell": "powershell", "tool": "powershell 5.1"}
    found = parse_server_check(output(check("open", said), **fields))
    bad = next(f for f in found.findings if f.status is Status.FAIL)
    assert (bad.id, bad.code) == (f"net.open.{layer}", code)
    assert "server.powershell_unverified" in found.notes
