"""Registration by scan: what is asked for, and every answer that a host may give."""

from __future__ import annotations

import logging
from collections.abc import Awaitable

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feishu_wizard.domain.edition import Edition, hosts_of
from feishu_wizard.domain.errors import NetworkError, WizardError
from feishu_wizard.domain.redact import redact
from feishu_wizard.domain.scan import ScanOffer
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.feishu import registration
from feishu_wizard.services.net.http import Http, NetSettings
from tests.unit.feishu.accounts import BEGUN, DONE, SECRET, accounts_host
from tests.unit.feishu.fake import HOSTS, HTML, FakeHttp, reply

pytestmark = pytest.mark.anyio
CODE = Secret(BEGUN["device_code"])
PENDING = {"error": "authorization_pending", "error_description": "not yet"}
LARK = {"user_info": {"tenant_brand": "lark"}}


@pytest.fixture
def accounts():
    yield from accounts_host()


@pytest.fixture
async def net():
    async with Http(NetSettings(proxy="none")) as made:
        yield made


def without(*names: str, **more: object) -> dict[str, object]:
    """The usual answer to ``begin``, changed."""
    return {name: value for name, value in BEGUN.items() if name not in names} | more


async def test_the_forms_are_those_of_the_sdk(accounts, net):
    accounts.says({"supported_auth_methods": ["client_secret"]}).says(BEGUN).says(DONE)
    assert await registration.supported(net, HOSTS) is True
    await registration.begin(net, HOSTS)
    await registration.poll(net, HOSTS, CODE)
    assert accounts.forms == [
        {"action": "init"},
        {
            "action": "begin",
            "archetype": "PersonalAgent",
            "auth_method": "client_secret",
            "request_user_info": "open_id tenant_brand",
        },
        {"action": "poll", "device_code": BEGUN["device_code"]},
    ]
    for request in accounts.requests:
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"
        assert "authorization" not in request.headers


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"supported_auth_methods": ["private_key_jwt", "client_secret"]}, 200, True),
        ({"supported_auth_methods": ["private_key_jwt"]}, 200, False),
        ({"supported_auth_methods": []}, 200, False),
        ({}, 200, True),  # the action is optional: ``begin`` tells then
        ({"error": "invalid_request"}, 400, True),
        ({"code": 99991201, "msg": "wrong path"}, 404, False),
        (HTML, 404, False),
        (HTML, 405, False),
    ],
)
async def test_whether_a_host_offers_it(accounts, net, body, status, told):
    accounts.says(body, status)
    assert await registration.supported(net, HOSTS) is told


async def test_another_page_is_no_answer(accounts, net):
    accounts.says(HTML, 200)
    for call in (registration.supported(net, HOSTS), registration.begin(net, HOSTS)):
        with pytest.raises(NetworkError) as caught:
            await call
        assert caught.value.code == "net.not_json"
        assert caught.value.params["title"] == "Please sign in"


async def test_begin(accounts, net):
    offer = await registration.begin(net, accounts.says(BEGUN) and HOSTS)
    assert offer.url == BEGUN["verification_uri_complete"]
    assert (offer.user_code, offer.lifetime, offer.interval) == ("ABCD-EFGH", 3600.0, 5.0)
    assert offer.device_code.reveal() == BEGUN["device_code"]
    assert BEGUN["device_code"] not in repr(offer)


@pytest.mark.parametrize(
    ("body", "lifetime", "interval"),
    [
        (without("expires_in", expire_in=240), 240.0, 5.0),
        (without("expires_in", "interval"), 600.0, 5.0),
        (without(expires_in="1800", interval="7"), 1800.0, 7.0),
        (without(expires_in=" 90.5 ", interval=2.5), 90.5, 2.5),
        (without(expires_in="soon", interval=None), 600.0, 5.0),
        (without(expires_in="soon", expire_in=300), 300.0, 5.0),
        (without(expires_in=0, interval=0), 600.0, 5.0),
        (without(expires_in=-1, interval=-5), 600.0, 5.0),
        (without(expires_in=True, interval=[5]), 600.0, 5.0),
        (without(expires_in=10**30, interval=10**30), 86_400.0, 60.0),
        (without(expires_in="nan", interval="inf"), 600.0, 5.0),
        (without(expires_in="1" * 400, interval=0.001), 600.0, 1.0),
    ],
)
async def test_numbers_come_as_they_like(accounts, net, body, lifetime, interval):
    accounts.says(body)
    offer = await registration.begin(net, HOSTS)
    assert (offer.lifetime, offer.interval) == (lifetime, interval)


@pytest.mark.parametrize(
    ("body", "at"),
    [
        (without("device_code"), "$.device_code"),
        (without(device_code={}), "$.device_code"),
        (without("verification_uri_complete"), "$.verification_uri_complete"),
        (without(verification_uri_complete="/page/launcher"), "$.verification_uri_complete"),
        (without(verification_uri_complete="http://x.example/p"), "$.verification_uri_complete"),
        (without(verification_uri_complete="javascript:x//"), "$.verification_uri_complete"),
        (without(verification_uri_complete="https://[::1/p"), "$.verification_uri_complete"),
        ([], "$"),
    ],
)
async def test_an_offer_that_cannot_be_used(accounts, net, body, at):
    accounts.says(body)
    with pytest.raises(NetworkError) as caught:
        await registration.begin(net, HOSTS)
    assert caught.value.code == "net.unexpected"
    assert caught.value.params["at"] == at


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"code": 99991201, "msg": "wrong path"}, 404),
        (HTML, 404),
        ({"error": "unsupported_auth_method"}, 400),
        ({"error": "unauthorized_client", "error_description": "closed"}, 400),
    ],
)
async def test_not_offered(accounts, net, body, status):
    accounts.says(body, status)
    with pytest.raises(WizardError) as caught:
        await registration.begin(net, HOSTS)
    assert caught.value.code == "scan.not_offered"
    assert caught.value.params["host"] == "accounts.example.com"
    assert caught.value.evidence[0].http_status == status


@pytest.mark.parametrize("status", [200, 400, 403])
async def test_a_word_that_nobody_documented(accounts, net, status):
    said = "tenant policy; token t-g104abcdefghijklmnop1234 was seen"
    body = {"error": "brand_new_word", "error_description": said}
    accounts.says(body, status, **{"X-Tt-Logid": "LOG"})
    for call in (registration.begin(net, HOSTS), registration.poll(net, HOSTS, CODE)):
        with pytest.raises(WizardError) as caught:
            await call
        error = caught.value
        assert error.code == "scan.refused"
        assert error.params["error"] == "brand_new_word"
        assert error.params["msg"] == "tenant policy; token t-*** was seen"
        assert (error.evidence[0].log_id, error.evidence[0].msg) == ("LOG", error.params["msg"])


async def test_a_refusal_in_the_platforms_envelope(accounts, net):
    accounts.says({"code": 99991663, "msg": "denied"}, 400)
    with pytest.raises(WizardError) as caught:
        await registration.begin(net, HOSTS)
    assert (caught.value.code, caught.value.params["msg"]) == ("scan.refused", "denied")


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("authorization_pending", "pending"),
        ("slow_down", "slow_down"),
        ("access_denied", "denied"),
        ("expired_token", "expired"),
        ("invalid_grant", "taken"),
        ("temporarily_unavailable", "slow_down"),
        ("server_error", "slow_down"),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 500])
async def test_a_poll_without_a_result(accounts, net, word, state, status):
    accounts.says({"error": word, "error_description": "x"}, status)
    polled = await registration.poll(net, HOSTS, CODE)
    assert (polled.state, polled.app_id, bool(polled.secret)) == (state, "", False)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_a_busy_host_is_asked_less_often(accounts, net, status):
    accounts.says(HTML, status)
    assert (await registration.poll(net, HOSTS, CODE)).state == "slow_down"
    assert len(accounts.requests) == 1


async def test_a_result(accounts, net):
    polled = await registration.poll(net, (accounts.says(DONE) and HOSTS), CODE)
    assert (polled.state, polled.app_id) == ("done", DONE["client_id"])
    assert polled.secret.reveal() == SECRET
    assert (polled.open_id, polled.brand) == (DONE["user_info"]["open_id"], "feishu")


@pytest.mark.parametrize(
    "user", [None, [], {"open_id": 5}, {"tenant_brand": "brand-new"}, {"tenant_brand": {}}]
)
async def test_a_result_without_a_word_about_the_person(accounts, net, user):
    accounts.says({**DONE, "user_info": user})
    polled = await registration.poll(net, HOSTS, CODE)
    assert (polled.state, polled.brand) == ("done", "")


@pytest.mark.parametrize(
    ("body", "at"), [({**DONE, "client_secret": [1]}, "secret"), ({**DONE, "client_id": 5}, "id")]
)
async def test_a_result_of_another_shape(accounts, net, body, at):
    accounts.says(body)
    with pytest.raises(NetworkError) as caught:
        await registration.poll(net, HOSTS, CODE)
    assert caught.value.params["at"] == f"$.client_{at}"


@pytest.mark.parametrize("more", [{}, PENDING])
async def test_a_person_of_the_other_brand(accounts, net, more):
    accounts.says({**LARK, **more}, 400 if more else 200)
    polled = await registration.poll(net, HOSTS, CODE)
    assert (polled.state, polled.brand) == ("other_brand", "lark")
    assert (await registration.poll(net, HOSTS, CODE, switched=True)).state == "pending"


async def test_at_larks_own_host_lark_is_not_the_other_brand():
    http = FakeHttp([reply(LARK), reply({"user_info": {"tenant_brand": "feishu"}})])
    hosts = hosts_of(Edition.LARK)
    states = [await registration.poll(http, hosts, CODE) for _ in range(2)]
    assert [(p.state, p.brand) for p in states] == [("pending", "lark"), ("other_brand", "feishu")]


async def test_a_lark_app_with_its_secret_is_a_result(accounts, net):
    accounts.says({**DONE, **LARK})
    polled = await registration.poll(net, HOSTS, CODE)
    assert (polled.state, polled.brand) == ("done", "lark")


@pytest.mark.parametrize("body", [{}, {"client_id": "cli_a8c029e757e6500b"}, {"user_info": {}}])
async def test_an_answer_that_says_nothing_is_no_state(accounts, net, body):
    accounts.says(body)
    with pytest.raises(NetworkError) as caught:
        await registration.poll(net, HOSTS, CODE)
    assert caught.value.code == "net.unexpected"


async def test_a_poll_is_made_once_and_begin_again_after_a_break(accounts, net):
    accounts.answers.append(httpx.ConnectError("refused"))
    with pytest.raises(NetworkError):
        await registration.poll(net, HOSTS, CODE)
    assert len(accounts.requests) == 1
    accounts.says(BEGUN)
    assert (await registration.begin(net, HOSTS)).user_code == "ABCD-EFGH"


async def test_secrets_are_in_no_log_no_text_and_no_evidence(accounts, net, caplog):
    caplog.set_level(logging.DEBUG)
    accounts.says(BEGUN).says({**PENDING, "error": f"x {SECRET}"}).says(DONE)
    offer = await registration.begin(net, HOSTS)
    Secret(SECRET)  # a host that quotes what is known here as a secret
    with pytest.raises(WizardError) as caught:
        await registration.poll(net, HOSTS, offer.device_code)
    polled = await registration.poll(net, HOSTS, offer.device_code)
    shown = f"{offer!r} {polled!r} {caught.value.params} {caught.value.evidence} {caplog.text}"
    assert SECRET not in shown
    assert BEGUN["device_code"] not in shown
    assert redact(f"body: {SECRET} {BEGUN['device_code']}") == "body: *** ***"


ENDS = ("net.unexpected", "scan.refused", "scan.not_offered")


async def outcome(call: Awaitable[object]) -> object:
    """The value, or the code of the failure."""
    try:
        return await call
    except WizardError as error:
        return error.code


words = st.text(max_size=12)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | words,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)
fields = ["error", "error_description", "client_id", "client_secret", "user_info", "code"]
known = st.sampled_from([*BEGUN, *fields])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(known | words, values, max_size=6), status=st.integers(200, 599))
async def test_any_answer_is_read_or_told(body, status):
    def host() -> FakeHttp:
        return FakeHttp([reply(body, status)] * 3)

    begun = await outcome(registration.begin(host(), HOSTS))
    polled = await outcome(registration.poll(host(), HOSTS, CODE))
    if isinstance(begun, ScanOffer):
        assert begun.url.startswith("https://")
    else:
        assert begun in ENDS
    if isinstance(polled, registration.Polled):
        assert bool(polled.secret) == (polled.state == "done")
    else:
        assert polled in ENDS
