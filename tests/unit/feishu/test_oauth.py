"""Sign-in calls: what is sent, and every answer that a host may give."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
import respx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feishu_wizard.domain.errors import FeishuError, NetworkError, WizardError
from feishu_wizard.domain.pkce import ProofKey
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.sign_in import SignInWay
from feishu_wizard.services.feishu import oauth
from feishu_wizard.services.feishu.oauth import FIELDS, Pair, UserToken
from feishu_wizard.services.net.http import Http, NetSettings
from tests.unit.feishu.fake import APP_ID, APP_SECRET, HOSTS, HTML

pytestmark = pytest.mark.anyio

PAIR = Pair(APP_ID, Secret(APP_SECRET))
KEY = ProofKey(Secret("state-of-a-test-0123456789"), Secret("v" * 43), "challenge-of-a-test")
CODE = Secret("code-of-a-test-0123456789")
REDIRECT = "http://127.0.0.1:28917/feishu-wizard/callback"
TOKEN = "eyJhbGciOiJFUzI1NiJ9.c29tZSBjb250ZW50.c2lnbmF0dXJl"
GIVEN = {
    "code": 0,
    "access_token": TOKEN,
    "expires_in": 7200,
    "token_type": "Bearer",
    "scope": "auth:user.id:read user_profile",
}
BEGUN = {
    "device_code": "dC0dE9Zx4Qm7Lk2Wp8Rt5Yv1",
    "user_code": "ABCD-EFGH",
    "verification_uri": "https://accounts.example.com/page/device",
    "verification_uri_complete": "https://accounts.example.com/page/device?user_code=ABCD-EFGH",
    "interval": 5,
    "expires_in": 240,
}
INFO = {
    "name": "张三",
    "open_id": "ou_caecc734c2e3328a62489fe0648c4b98779515d3",
    "union_id": "on_d89jhsdhjsajkda7828enjdj328ydhhw3u43yjhdj",
    "user_id": "5d9bdxxx",
    "email": "zhangsan@feishu.cn",
    "enterprise_email": "demo@mail.com",
    "mobile": "+86130002883xx",
    "employee_no": "111222333",
    "tenant_key": "736588c92lxf175d",
    "avatar_url": "www.feishu.cn/avatar/icon",
}


class Host:
    """One endpoint that answers in order, the last answer again and again."""

    def __init__(self, router: respx.MockRouter, method: str, url: str) -> None:
        self.answers: list[httpx.Response | Exception] = []
        self.requests: list[httpx.Request] = []
        router.request(method, url).mock(side_effect=self._answer)

    def says(self, body: object, status: int = 200, **headers: str) -> Host:
        content: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        self.answers.append(httpx.Response(status, headers=headers, **content))
        return self

    def breaks(self) -> Host:
        self.answers.append(httpx.ReadError("gone"))
        return self

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.requests[-1].content.decode(), keep_blank_values=True))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def router():
    with respx.mock(assert_all_called=False) as made:
        yield made


@pytest.fixture
def token_host(router):
    return Host(router, "POST", HOSTS.open + oauth.TOKEN_PATH)


@pytest.fixture
def device_host(router):
    return Host(router, "POST", HOSTS.accounts + oauth.DEVICE_PATH)


@pytest.fixture
def info_host(router):
    return Host(router, "GET", HOSTS.open + oauth.INFO_PATH)


@pytest.fixture
async def net():
    async with Http(NetSettings(proxy="none")) as made:
        yield made


def exchange(net: Http) -> Any:
    return oauth.exchange_code(net, HOSTS, PAIR, CODE, REDIRECT, KEY)


# -- the page -----------------------------------------------------------------------------


async def test_the_page_is_asked_for_nothing_but_who_it_is():
    url = oauth.authorize_url(HOSTS, APP_ID, REDIRECT, KEY.state, challenge=KEY.challenge)
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}" == HOSTS.accounts
    assert parts.path == "/open-apis/authen/v1/authorize"
    assert parse_qs(parts.query, strict_parsing=True) == {
        "client_id": [APP_ID],
        "response_type": ["code"],
        "redirect_uri": [REDIRECT],
        "state": [KEY.state.reveal()],
        "code_challenge": ["challenge-of-a-test"],
        "code_challenge_method": ["S256"],
    }


async def test_scopes_are_parted_by_spaces_and_can_sends_no_challenge():
    url = oauth.authorize_url(
        HOSTS, APP_ID, "https://can/x?a=1&b=2", KEY.state, scopes=("a:b", "c")
    )
    query = parse_qs(urlsplit(url).query, strict_parsing=True)
    assert query["scope"] == ["a:b c"]
    assert query["redirect_uri"] == ["https://can/x?a=1&b=2"]
    assert "code_challenge" not in query


# -- the code -----------------------------------------------------------------------------


async def test_a_code_is_redeemed_as_documented(token_host, net):
    answer = await exchange(token_host.says(GIVEN) and net)
    assert json.loads(token_host.requests[0].content) == {
        "grant_type": "authorization_code",
        "client_id": APP_ID,
        "client_secret": APP_SECRET,
        "code": CODE.reveal(),
        "redirect_uri": REDIRECT,
        "code_verifier": "v" * 43,
    }
    assert answer.value.value.reveal() == TOKEN
    assert answer.value.scopes == ("auth:user.id:read", "user_profile")
    assert answer.evidence.path == oauth.TOKEN_PATH
    assert TOKEN not in repr(answer)


@pytest.mark.parametrize("code", [20003, 20004, 20010, 20029, 20049, 20065, 20071, 20999])
async def test_a_refusal_keeps_the_code_and_the_words(token_host, net, code):
    body = {"code": code, "error": "invalid_grant", "error_description": "what it says"}
    token_host.says(body, 400, **{"X-Tt-Logid": "20261122"})
    with pytest.raises(FeishuError) as caught:
        await exchange(net)
    assert caught.value.feishu_code == code
    assert caught.value.params["msg"] == "what it says"
    assert caught.value.params["log_id"] == "20261122"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": "invalid_client"}, "oauth.invalid_client"),
        ({"error": "server_error", "error_description": "x"}, "oauth.server_error"),
        ({"error": "<script>"}, "oauth.unknown"),
        ({"error": "invalid_grant", "access_token": TOKEN}, "oauth.invalid_grant"),
        ({"code": 20010, "access_token": TOKEN}, "feishu.20010"),
        ({}, "net.unexpected"),
        ({"code": 0}, "net.unexpected"),
        ({"code": 0, "access_token": ""}, "net.unexpected"),
        ({"code": 0, "access_token": ["x"]}, "net.unexpected"),
        ({"code": "0x", "access_token": None}, "net.unexpected"),
        ([], "net.unexpected"),
        (HTML, "net.not_json"),
    ],
)
async def test_what_is_no_token_is_none(token_host, net, body, code):
    token_host.says(body, 200)
    with pytest.raises(WizardError) as caught:
        await exchange(net)
    assert caught.value.code == code
    assert TOKEN not in repr(vars(caught.value))


async def test_a_code_is_never_sent_twice(token_host, net):
    token_host.breaks()
    with pytest.raises(NetworkError):
        await exchange(net)
    assert len(token_host.requests) == 1
    token_host.answers[:] = [httpx.Response(503, json={"code": 20072, "error": "server_error"})]
    with pytest.raises(FeishuError):
        await exchange(net)
    assert len(token_host.requests) == 2


# -- the device grant ---------------------------------------------------------------------


async def test_a_device_grant_is_begun_as_the_command_line_does(device_host, net):
    offer = await oauth.begin_device(device_host.says(BEGUN) and net, HOSTS, PAIR)
    request = device_host.requests[0]
    assert device_host.form() == {"client_id": APP_ID, "scope": ""}
    scheme, _, value = request.headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(value).decode()) == ("Basic", f"{APP_ID}:{APP_SECRET}")
    assert (offer.way, offer.url) == (SignInWay.DEVICE, BEGUN["verification_uri_complete"])
    assert (offer.user_code, offer.seconds, offer.interval) == ("ABCD-EFGH", 240.0, 5.0)
    assert offer.device_code is not None
    assert offer.device_code.reveal() == BEGUN["device_code"]
    assert BEGUN["device_code"] not in repr(offer)


@pytest.mark.parametrize(
    ("body", "seconds", "interval"),
    [
        ({**BEGUN, "expires_in": "600", "interval": "7"}, 600.0, 7.0),
        ({k: v for k, v in BEGUN.items() if k not in ("expires_in", "interval")}, 240.0, 5.0),
        ({**BEGUN, "expires_in": 10**9, "interval": 0.01}, 3600.0, 1.0),
        ({"code": 0, "data": BEGUN}, 240.0, 5.0),
    ],
)
async def test_numbers_come_as_they_like(device_host, net, body, seconds, interval):
    offer = await oauth.begin_device(device_host.says(body) and net, HOSTS, PAIR)
    assert (offer.seconds, offer.interval) == (seconds, interval)


async def test_without_a_complete_page_the_plain_one_is_opened(device_host, net):
    body = {k: v for k, v in BEGUN.items() if k != "verification_uri_complete"}
    offer = await oauth.begin_device(device_host.says(body) and net, HOSTS, PAIR)
    assert offer.url == BEGUN["verification_uri"]


NOT_OFFERED = [
    ({"error": "unauthorized_client", "error_description": "may not"}, 400),
    ({"error": "unsupported_grant_type"}, 400),
    ({"code": 99991201, "msg": "wrong path"}, 404),
    (HTML, 404),
    (HTML, 405),
]


@pytest.mark.parametrize(("body", "status"), NOT_OFFERED)
async def test_where_it_is_not_offered(device_host, net, body, status):
    device_host.says(body, status)
    with pytest.raises(WizardError) as caught:
        await oauth.begin_device(net, HOSTS, PAIR)
    assert caught.value.code == "sign_in.not_offered"
    assert caught.value.params["host"] == "accounts.example.com"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"error": "invalid_client"}, 401, "oauth.invalid_client"),
        ({"error": "invalid_client", "code": 20002}, 400, "feishu.20002"),
        ({"code": 20046, "msg": "brand"}, 200, "feishu.20046"),
        ({**BEGUN, "device_code": ""}, 200, "net.unexpected"),
        ({**BEGUN, "verification_uri_complete": "javascript:alert(1)"}, 200, "net.unexpected"),
        ({**BEGUN, "verification_uri_complete": "http://x/plain"}, 200, "net.unexpected"),
        ({**BEGUN, "verification_uri_complete": "https://x/\x1b[31m"}, 200, "net.unexpected"),
        ({}, 200, "net.unexpected"),
        (HTML, 200, "net.not_json"),
    ],
)
async def test_what_is_no_offer(device_host, net, body, status, code):
    device_host.says(body, status)
    with pytest.raises(WizardError) as caught:
        await oauth.begin_device(net, HOSTS, PAIR)
    assert caught.value.code == code


STATES = [
    ({"error": "authorization_pending"}, 400, "pending"),
    ({"error": "authorization_pending", "code": 20001}, 400, "pending"),
    ({"error": "slow_down"}, 400, "slow_down"),
    ({"error": "temporarily_unavailable"}, 400, "slow_down"),
    ({"code": 99991400, "msg": "busy"}, 429, "slow_down"),
    (HTML, 503, "slow_down"),
    ({"error": "access_denied"}, 400, "denied"),
    ({"error": "expired_token"}, 400, "expired"),
    ({"error": "invalid_grant", "code": 20003}, 400, "expired"),
]


@pytest.mark.parametrize(("body", "status", "state"), STATES)
async def test_a_poll(token_host, net, body, status, state):
    token_host.says(body, status)
    polled = await oauth.poll_device(net, HOSTS, PAIR, CODE)
    assert (polled.state, polled.token) == (state, None)
    assert token_host.form() == {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": CODE.reveal(),
        "client_id": APP_ID,
        "client_secret": APP_SECRET,
    }


async def test_a_poll_that_brings_the_token(token_host, net):
    polled = await oauth.poll_device(token_host.says(GIVEN) and net, HOSTS, PAIR, CODE)
    assert polled.state == "done"
    assert polled.token is not None
    assert polled.token.value.value.reveal() == TOKEN


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": "access_denied", "code": 20010, "error_description": "no"}, "feishu.20010"),
        ({"error": "invalid_grant", "code": 20009}, "feishu.20009"),
        ({"error": "brand_new_word"}, "oauth.brand_new_word"),
        ({"code": 20036}, "feishu.20036"),
        ({"code": [20010], "error": ["access_denied"]}, "net.unexpected"),
    ],
)
async def test_a_poll_that_says_more(token_host, net, body, code):
    token_host.says(body, 400)
    with pytest.raises(WizardError) as caught:
        await oauth.poll_device(net, HOSTS, PAIR, CODE)
    assert caught.value.code == code


# -- who it is ----------------------------------------------------------------------------


async def test_who_signed_in(info_host, net):
    info_host.says({"code": 0, "msg": "success", "data": INFO})
    answer = await oauth.user_info(net, HOSTS, UserToken(Secret(TOKEN)))
    assert info_host.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert answer.value.values == {name: INFO[name] for name in FIELDS}
    assert answer.value.present == frozenset(FIELDS)


async def test_what_did_not_come_is_not_what_came_blank(info_host, net):
    data = {"name": "张三", "open_id": "ou_1", "email": "", "mobile": None, "user_id": 7}
    info_host.says({"code": 0, "data": data})
    answer = await oauth.user_info(net, HOSTS, UserToken(Secret(TOKEN)))
    assert answer.value.present == {"name", "open_id", "email", "user_id"}
    assert answer.value.values["email"] == answer.value.values["mobile"] == ""
    assert answer.value.values["user_id"] == "7"


async def test_the_flat_answer_of_the_historic_call(info_host, net):
    info_host.says({"code": 0, **INFO})
    answer = await oauth.user_info(net, HOSTS, UserToken(Secret(TOKEN)))
    assert answer.value.values["user_id"] == "5d9bdxxx"


@pytest.mark.parametrize("code", [20001, 20005, 20008, 20021, 20022, 20023])
async def test_its_errors_come_with_200(info_host, net, code):
    info_host.says({"code": code, "msg": "no"}, 200)
    with pytest.raises(FeishuError) as caught:
        await oauth.user_info(net, HOSTS, UserToken(Secret(TOKEN)))
    assert caught.value.feishu_code == code


# -- any answer ---------------------------------------------------------------------------

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NAMES = ("code", "error", "error_description", "access_token", "scope", "data", "msg")
BODIES = JSON | st.dictionaries(st.sampled_from((*NAMES, *BEGUN, *FIELDS)), JSON, max_size=6)
CALLS: list[Callable[[Http], Any]] = [
    exchange,
    lambda net: oauth.begin_device(net, HOSTS, PAIR),
    lambda net: oauth.poll_device(net, HOSTS, PAIR, CODE),
    lambda net: oauth.user_info(net, HOSTS, UserToken(Secret(TOKEN))),
]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES, status=st.sampled_from([200, 400, 404, 429, 500]), which=st.integers(0, 3))
async def test_no_answer_breaks_it(body, status, which):
    with respx.mock as router:
        router.route().mock(return_value=httpx.Response(status, json=body))
        async with Http(NetSettings(proxy="none")) as net:
            with suppress(WizardError):  # anything else would be a fault of this program
                await CALLS[which](net)


async def test_nothing_secret_is_logged(router, net, token_host, info_host, caplog):
    caplog.set_level(logging.DEBUG)
    token_host.says(GIVEN)
    info_host.says({"code": 20005, "msg": f"bad token {TOKEN}"})
    answer = await exchange(net)
    with pytest.raises(FeishuError) as caught:
        await oauth.user_info(net, HOSTS, answer.value)
    shown = caplog.text + repr(vars(caught.value)) + repr(answer)
    for secret in (TOKEN, CODE.reveal(), APP_SECRET, KEY.verifier.reveal(), KEY.state.reveal()):
        assert secret not in shown
