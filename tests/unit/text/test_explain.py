"""What a person pastes finds its entry; what the book lacks is said so; nothing leaks."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feishu_wizard.domain.redact import forget_all
from feishu_wizard.domain.secret import Secret
from feishu_wizard.text import book
from feishu_wizard.text.catalog import use
from feishu_wizard.text.clues import LIMIT, bounded
from feishu_wizard.text.explain import app_id_in, explain, host_in, hosts_in

APP_ID = "cli_a8c029e757e6500b"
LOG_ID = "20261122143000A1B2C3D4E5F60708"
SCOPE = "contact:user.email:readonly"
MISSING = {
    "code": 99991672,
    "msg": f"Access denied. One of the following scopes is required: [{SCOPE}].",
    "error": {
        "log_id": LOG_ID,
        "permission_violations": [{"type": "action_scope_required", "subject": SCOPE}],
    },
}


def first(text: str):
    found = explain(text)
    assert found, text
    return found[0]


def shown(text: str) -> str:
    return repr(explain(text))


EVERY = [code for entry in book.entries() for code in entry.codes if not code.endswith("*")]


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_every_code_of_the_book_is_explained_by_its_own_name(language):
    use(language)
    for code in EVERY:
        found = first(code)
        assert found.known, code
        assert found.code == code
        assert found.sentence, code
        assert "{" not in found.sentence + found.fix + "".join(found.causes), code
        assert len(found.causes) == len(book.find(code).causes.get(language, ())), code


@pytest.mark.parametrize(
    "code", [code for code in EVERY if code.startswith("feishu.") and code[7:].isdecimal()]
)
def test_every_platform_code_is_found_by_its_number(code):
    found = first(code.removeprefix("feishu."))
    assert (found.code, found.known) == (code, True)
    assert found.source
    assert found.retryable is not None


@pytest.mark.parametrize(
    ("phrase", "code"), [(text, p.code) for p in book.phrases() for text in p.says]
)
def test_every_phrase_finds_its_code_in_whatever_letters_and_blanks(phrase, code):
    for text in (phrase, f"2026-11-22 ERROR x: {phrase.upper()}!", phrase.replace(" ", "\n  ")):
        found = [one.code for one in explain(text)]
        entries = {book.find(one).codes for one in found}
        assert book.find(code).codes in entries, (text, found)


TOLD = {
    "20029": "feishu.20029",
    " #20029 ": "feishu.20029",
    "feishu.20029": "feishu.20029",
    "error 20029": "feishu.20029",
    "错误码：20029": "feishu.20029",
    "错误代码 20029": "feishu.20029",
    "net.tls.untrusted": "net.tls.untrusted",
    "can.conflict": "can.conflict",
    "Setup check failed with setup.not_toml at 3:4": "setup.not_toml",
    "no dept authority": "feishu.40004",
    "app do not have bot": "feishu.11205",
    "redirect_uri 请求不合法": "feishu.20029",
    '{"code":2000,"message":"redirect_uri unmatch"}': "feishu.2000",
    "authorization_pending": "oauth.authorization_pending",
    '{"error": "slow_down"}': "oauth.slow_down",
    '{"error":"invalid_scope","error_description":"no"}': "oauth.invalid_scope",
    "https://can.example.com/user/softLogin?error=access_denied&state=x": "oauth.access_denied",
    '{"code":20010,"error":"invalid_grant","error_description":"no"}': "feishu.20010",
    '{"success":false,"code":"OS_FORBIDDEN","errorMsg":"no"}': "can.forbidden",
    '{"success":false,"code":"SM_02_0038"}': "can.forbidden",
    # official SDKs: Python prints attributes, Java and Go a line
    "client.im.v1.message.create failed, code: 230013, msg: Bot has NO availability to this "
    f"user., log_id: {LOG_ID}": "feishu.230013",
    "{'code': 230006, 'msg': 'Bot ability is not activated.'}": "feishu.230006",
    "code:11232,msg:too many": "feishu.11232",
    # statuses
    "HTTP 502 from open.feishu.cn": "net.status",
    "HTTP/1.1 503 Service Unavailable": "net.status",
    "curl: (22) The requested URL returned error: 404": "net.status",
    "504 Gateway Time-out": "net.status",
    "HTTP/1.1 407 Proxy Authentication Required": "net.proxy.auth",
    # programs
    "curl: (6) Could not resolve host: open.feishu.cn": "net.dns",
    "curl: (7) Failed to connect to can.example.com port 443 after 3 ms: Connection refused": (
        "net.refused"
    ),
    "curl: (28) Connection timed out after 5001 milliseconds": "net.timeout",
    "curl: (28) Operation timed out after 5001 milliseconds with 0 bytes received": "net.deadline",
    "curl: (35) error:0A00010B:SSL routines::wrong version number": "net.tls.other.plain_http",
    "curl: (35) OpenSSL/3.0.2: error:0A000102:SSL routines::unsupported protocol": (
        "net.tls.version"
    ),
    "curl: (52) Empty reply from server": "net.reset",
    "curl: (56) Received HTTP code 407 from proxy after CONNECT": "net.proxy.auth",
    "curl: (56) CONNECT tunnel failed, response 403": "net.proxy.status",
    "curl: (60) SSL certificate problem: unable to get local issuer certificate": (
        "net.tls.untrusted"
    ),
    "curl: (60) SSL certificate problem: certificate has expired": "net.tls.expired",
    "curl: (60) SSL: no alternative certificate subject name matches target host name 'x'": (
        "net.tls.hostname"
    ),
    "javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider."
    "certpath.SunCertPathBuilderException: unable to find valid certification path": (
        "net.tls.untrusted"
    ),
    "java.net.UnknownHostException: open.feishu.cn": "net.dns",
    "java.net.ConnectException: Connection refused (Connection refused)": "net.refused",
    "java.net.SocketTimeoutException: connect timed out": "net.timeout",
    "java.net.SocketTimeoutException: Read timed out": "net.deadline",
    "java.io.IOException: Unable to tunnel through proxy. Proxy returns "
    '"HTTP/1.1 407 Proxy Authentication Required"': "net.proxy.auth",
    "javax.net.ssl.SSLException: Unrecognized SSL message, plaintext connection?": (
        "net.tls.other.plain_http"
    ),
    "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
    "certificate has expired (_ssl.c:1006)": "net.tls.expired",
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate "
    "is not valid for 'x' (_ssl.c:1006)": "net.tls.hostname",
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:1000)": (
        "net.tls.untrusted"
    ),
    "socket.gaierror: [Errno 11001] getaddrinfo failed": "net.dns",
    "requests.exceptions.ProxyError: HTTPSConnectionPool(host='open.feishu.cn', port=443): Max "
    "retries exceeded (Caused by ProxyError('Cannot connect to proxy.', OSError('Tunnel "
    "connection failed: 407 Proxy Authentication Required')))": "net.proxy.auth",
    "ConnectionResetError: [Errno 104] Connection reset by peer": "net.reset",
    "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)": "net.not_json",
    'Get "https://open.feishu.cn": x509: certificate signed by unknown authority': (
        "net.tls.untrusted"
    ),
    "tls: failed to verify certificate: x509: certificate is valid for a.example, not b": (
        "net.tls.hostname"
    ),
    "dial tcp: lookup open.feishu.cn: no such host": "net.dns",
    "proxyconnect tcp: dial tcp: lookup proxy.corp: no such host": "net.proxy.dns",
    "proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused": "net.proxy.refused",
    "dial tcp 10.0.0.1:443: i/o timeout": "net.timeout",
    "context deadline exceeded (Client.Timeout exceeded while awaiting headers)": "net.deadline",
    "Error: getaddrinfo ENOTFOUND open.feishu.cn": "net.dns",
    "Error: connect ECONNREFUSED 127.0.0.1:443": "net.refused",
    "Error: unable to verify the first certificate": "net.tls.untrusted",
    "SyntaxError: Unexpected token < in JSON at position 0": "net.not_json",
    "wget: bad address 'open.feishu.cn'": "net.dns",
}


@pytest.mark.parametrize(("text", "code"), TOLD.items(), ids=range(len(TOLD)))
def test_what_people_paste_finds_its_entry_first(text, code):
    assert first(text).code == code
    assert first(text).known


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "hello world",
        "unknown cause",
        "open.feishu.cn",
        "2026-11-22 10:04:01 INFO started in 20029 ms at port 40004 " * 20,
        "{}",
        '{"code": 0, "msg": "ok"}',
        '{"code": true}',
        "{" * 50_000,
        '{"a":' * 50_000,
        "\x00\x1b[31m\ud800",
    ],
)
def test_where_nothing_is_recognised_nothing_is_said(text):
    assert explain(text) == ()


@pytest.mark.parametrize("noise", ["", "x {{{ y ", '{"a": 1} {"b": [', "\x1b[31m", '"{', "日志：{"])
@pytest.mark.parametrize("nest", range(4))
def test_a_reply_is_read_out_whatever_stands_around_it(noise, nest):
    reply = json.dumps(MISSING)
    wrapped = (
        reply,
        json.dumps({"level": "error", "data": [{"response": MISSING}]}),
        json.dumps({"level": "error", "body": reply}),
        json.dumps(reply)[1:-1],
    )[nest]
    found = first(f"{noise}{wrapped} end }} {APP_ID}")
    assert found.code == "feishu.99991672"
    assert found.log_id == LOG_ID
    assert SCOPE in found.sentence
    (link,) = found.links
    assert link.url.startswith(f"https://open.feishu.cn/app/{APP_ID}/auth?q={SCOPE}&")


def test_a_cut_off_reply_still_tells_its_code_log_id_and_permissions():
    found = first(json.dumps(MISSING)[:-40])
    assert found.code == "feishu.99991672"
    assert found.log_id == LOG_ID
    assert SCOPE in found.sentence


def test_the_older_shape_of_a_reply():
    older = {
        "code": 99991672,
        "error": {"logid": LOG_ID, "permission_violations": [{"scope": "im:message"}]},
    }
    found = first(json.dumps(older))
    assert "im:message" in found.sentence
    assert found.log_id == LOG_ID


def test_several_replies_are_explained_once_each_in_their_order():
    text = "\n".join(json.dumps({"code": code, "msg": "m"}) for code in (230013, 10014, 230013))
    assert [one.code for one in explain(text)] == ["feishu.230013", "feishu.10014"]


def test_one_entry_is_told_once():
    """The number and the phrase of the same reply are one thing."""
    assert len(explain('{"code": 10014, "msg": "app secret invalid"}')) == 1


def test_never_more_than_a_handful():
    text = " ".join(f"code={code[7:]}" for code in EVERY if code.startswith("feishu."))
    assert len(explain(text)) == 5


@pytest.mark.parametrize("text", ["424242", "code=424242", '{"code": 424242, "msg": "odd"}'])
def test_a_code_that_the_book_lacks_is_said_so_with_the_platforms_page(text):
    found = first(text)
    assert (found.code, found.known) == ("feishu.424242", False)
    assert "424242" in found.sentence
    assert found.causes == ()
    assert found.retryable is None
    assert found.source == ""
    assert [link.url for link in found.links] == [
        "https://open.feishu.cn/search?from=openapi&code=424242"
    ]


def test_what_came_back_with_an_unknown_code_is_shown():
    reply = {"code": 424242, "msg": "odd thing", "error": {"log_id": LOG_ID}}
    found = first(f"POST https://open.larksuite.com/open-apis/x -> {json.dumps(reply)}")
    assert "odd thing" in found.sentence
    assert [link.url for link in found.links] == [
        f"https://open.larksuite.com/search?from=openapi&log_id={LOG_ID}&code=424242"
    ]


def test_an_unknown_word_of_the_login_host():
    found = first('{"error": "brand_new_word", "error_description": "why"}')
    assert (found.code, found.known) == ("oauth.brand_new_word", False)
    assert "brand_new_word" in found.sentence


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("x", "https://open.feishu.cn"),
        ("at https://open.larksuite.com/open-apis/x", "https://open.larksuite.com"),
        ("open.larksuite.com, not open.feishu.cn", "https://open.larksuite.com"),
        ("open.feishu.cn, not open.larksuite.com", "https://open.feishu.cn"),
        ("https://open.corp.example:8443/open-apis/bot/v3/info", "https://open.corp.example:8443"),
        ("https://u:p@open.corp.example/open-apis/x", "https://open.corp.example"),
        ("https://can.example.com/user/softLogin", "https://open.feishu.cn"),
        ("http://plain.example/open-apis/x", "https://open.feishu.cn"),
        ("https://e\u0301vil/open-apis/x", "https://open.feishu.cn"),
        ("https://[::1/open-apis/", "https://open.feishu.cn"),
    ],
)
def test_the_brand_is_that_of_the_hosts_in_the_text(text, host):
    assert hosts_in(text).open == host


def test_app_id_and_host():
    assert app_id_in(f"app_id={APP_ID},") == APP_ID
    assert app_id_in("cli_short xcli_a8c029e757e6500b") == ""
    assert host_in("java.net.ConnectException at org.apache.x.y(Foo.java:1)") == ""
    assert host_in("Could not resolve host: open.feishu.cn") == "open.feishu.cn"
    assert host_in("https://user:pw@can.example.com:8443/x") == "can.example.com:8443"
    assert "open.feishu.cn" in first("curl: (6) Could not resolve host: open.feishu.cn").sentence


def test_links_carry_the_app_id_of_the_text():
    assert first(f"20029 for {APP_ID}").links[0].url == f"https://open.feishu.cn/app/{APP_ID}/safe"
    assert first("20029").links[0].url == "https://open.feishu.cn/app"


KEY = "q3Xw8ZtP0mNvB5rJc1Ld7Ks2HgFy9TaE"
SECRETS = {
    "registered": ("{}", KEY),
    "in the message": ('{{"code": 10014, "msg": "bad app_secret={}"}}', KEY),
    "token": ("code=424242 msg=token {} refused", "t-7f1bcd13fc57d46bac21793a18e560"),
    "beside": ('{{"app_secret": "{}", "code": 10014, "msg": "no"}}', KEY),
    "bearer": ("Authorization: Bearer {} -> code=99991663, msg=no", "eyJhbGciOiJIUzI1NiJ9.eyJh"),
    "userinfo": ("curl: (7) https://u:{}@can.example.com/ Connection refused", "hunter2hunter2"),
    "sign-in": ("https://can.example.com/x?code={}&state=1 error=20003", "AbCdEfGh12345678"),
    "log id": ('{{"code": 424242, "error": {{"log_id": "app_secret={}"}}}}', KEY),
}


@pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=SECRETS)
def test_no_secret_of_the_text_is_repeated(text, secret):
    kept = Secret(secret)  # registered, as one that the program knows
    assert kept.matches(Secret(secret))
    given = f"20029 {text.format(secret)}"
    assert explain(given)
    assert secret not in shown(given)
    forget_all()
    assert secret not in shown(given)


@pytest.mark.parametrize(
    "value", ["\x1b[2J", "\u202eevil", "a\r\nb", "{0.__class__}", "[[x]]", "<script>", "x" * 5_000]
)
def test_hostile_values_are_shown_plainly(value):
    found = first(json.dumps({"code": 424242, "msg": value, "error": {"log_id": value}}))
    for text in (found.sentence, found.fix, found.log_id):
        assert text.isprintable()
        assert len(text) < 1_000
    assert all(link.url.isascii() and " " not in link.url for link in found.links)


@given(st.text(max_size=400) | st.text(alphabet='{}[]":,code=error 0123456789\\', max_size=400))
def test_any_text_is_survived(text):
    for one in explain(text):
        assert one.sentence
        assert all(link.url.startswith("https://") for link in one.links)


HUGE = {
    "log": f"2026 ERROR code=99991672 msg=denied log_id={LOG_ID} https://open.feishu.cn/x\n",
    "braces": '{"',
    "escaped": '{\\"',
    "digits": "12345 ",
    "one run": "a",
    "codes": "code:",
    "urls": "https://",
    "backslashes": "code\\\\\\\\\\\\",
}


@pytest.mark.parametrize("piece", HUGE.values(), ids=HUGE)
def test_ten_megabytes_take_no_longer_than_half_of_it(piece):
    """Linear up to the bound, and bounded above: measured against the same machine's own time."""
    explain("warm")
    short, long = piece * (2 * LIMIT // len(piece)), piece * (10_000_000 // len(piece))
    started = time.perf_counter()
    explain(short)
    bound = time.perf_counter() - started
    started = time.perf_counter()
    explain(long)
    assert time.perf_counter() - started < 5 * bound + 1
    assert bound < 20


def test_of_a_long_text_both_ends_are_read():
    middle = "x " * LIMIT
    assert first(f"code=10014 {middle} {middle} end").code == "feishu.10014"
    assert first(f"begin {middle} {middle} code=10014").code == "feishu.10014"
    assert len(bounded(middle * 3)) == 2 * LIMIT + 1
