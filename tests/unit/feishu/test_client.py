"""Token, counting, retries."""

from __future__ import annotations

import asyncio
import time

import pytest

from feishu_wizard.domain.errors import FeishuError, NetworkError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.feishu import auth, contact, im
from feishu_wizard.services.feishu import client as module
from feishu_wizard.services.feishu.bot import bot_info
from tests.unit.feishu.fake import APP_SECRET, HOSTS, HTML, FakeHttp, client, fixture, reply

pytestmark = pytest.mark.anyio

BOT = reply(fixture("bot_info"))
THROTTLED = reply({"code": 99991400, "msg": "request trigger frequency limit"}, 400)


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = time.monotonic()

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(auth, "time", clock)
    return clock


async def test_token_is_asked_for_once(http):
    http.queue += [BOT, BOT]
    feishu = client(http)
    await bot_info(feishu)
    await bot_info(feishu)
    assert len(http.tokens) == 1
    assert http.tokens[0].json == {"app_id": feishu.app_id, "app_secret": APP_SECRET}
    assert feishu.calls == 2


async def test_parallel_calls_share_one_token(http):
    http.queue += [BOT] * 5
    feishu = client(http)
    await asyncio.gather(*(bot_info(feishu) for _ in range(5)))
    assert len(http.tokens) == 1
    assert feishu.calls == 5


@pytest.mark.parametrize(("after", "tokens"), [(5390, 1), (5410, 2), (9000, 2)])
async def test_token_is_renewed_under_thirty_minutes(http, clock, after, tokens):
    feishu = client(http)
    await feishu.tenant_token()
    clock.now += after
    await feishu.tenant_token()
    assert len(http.tokens) == tokens


@pytest.mark.parametrize("code", [99991661, 99991663, 99991665, 99991668])
async def test_a_refused_token_is_renewed_once(http, code):
    http.queue += [reply({"code": code, "msg": "invalid"}, 400), BOT]
    feishu = client(http)
    await bot_info(feishu)
    assert len(http.tokens) == 2
    first, second = (sent.headers["Authorization"] for sent in http.sent)
    assert first != second
    assert feishu.calls == 2


async def test_a_token_refused_twice_is_an_error(http):
    http.queue += [reply({"code": 99991663, "msg": "invalid"}, 400)] * 2
    feishu = client(http)
    with pytest.raises(FeishuError) as caught:
        await bot_info(feishu)
    assert caught.value.feishu_code == 99991663
    assert feishu.calls == 2


async def test_other_refusals_are_final(http):
    http.queue.append(reply({"code": 11205, "msg": "no bot"}))
    with pytest.raises(FeishuError):
        await bot_info(client(http))
    assert len(http.sent) == 1


async def test_retries_are_counted(http):
    http.queue += [THROTTLED, THROTTLED, BOT]
    feishu = client(http)
    await bot_info(feishu)
    assert feishu.calls == 3


async def test_three_tries_and_no_more(http):
    http.queue += [THROTTLED] * 9
    with pytest.raises(FeishuError):
        await bot_info(client(http))
    assert len(http.sent) == 3


GATEWAY = reply(HTML, 502)
AGAIN = [
    THROTTLED,
    GATEWAY,
    reply({"code": 230020, "msg": ""}, 400),
    reply(HTML, 429),
    NetworkError("net.refused", {"host": "h"}),
    NetworkError("net.reset", {"host": "h"}),
]
FINAL = [
    NetworkError("net.deadline", {"host": "h"}),
    NetworkError("net.tls.untrusted", {"host": "h"}),
    reply(HTML, 200),
    reply({"code": 10003, "msg": ""}, 400),
]


@pytest.mark.parametrize(
    ("first", "repeatable", "tries"),
    [
        *[(case, True, 2) for case in AGAIN],
        *[(case, False, 1) for case in AGAIN],
        *[(case, True, 1) for case in FINAL],
    ],
)
async def test_what_is_repeated(http, first, repeatable, tries):
    http.queue += [first, reply({"code": 0, "msg": "ok"})]
    feishu = client(http)
    call = feishu.call("POST", "/open-apis/x", dict, body={}, retry=repeatable)
    if tries == 1:
        with pytest.raises((FeishuError, NetworkError)):
            await call
    else:
        assert (await call).value["code"] == 0
    assert len(http.sent) == feishu.calls == tries


@pytest.mark.parametrize(("method", "tries"), [("GET", 2), ("POST", 1)])
async def test_by_default_only_reads_are_repeatable(http, method, tries):
    http.queue += [GATEWAY, reply({"code": 0})]
    feishu = client(http)
    if tries == 1:
        with pytest.raises(NetworkError):
            await feishu.call(method, "/open-apis/x", dict)
    else:
        await feishu.call(method, "/open-apis/x", dict)
    assert feishu.calls == tries


async def test_a_repeated_message_keeps_its_uuid(http):
    http.queue += [GATEWAY, reply(fixture("im_message_create"))]
    await im.send_message(client(http), "open_id", "ou_1", "text", {"text": "x"}, "one-uuid")
    assert [sent.json["uuid"] for sent in http.sent] == ["one-uuid", "one-uuid"]


async def test_a_wait_longer_than_the_budget_is_told_and_not_waited(http):
    far = reply({"code": 99991400, "msg": ""}, 429, {"x-ogw-ratelimit-reset": "3600"})
    http.queue += [far] * 3
    with pytest.raises(FeishuError) as caught:
        await bot_info(client(http))
    assert len(http.sent) == 1
    assert caught.value.params["retry_after"] == "3600"


@pytest.mark.parametrize("hint", ["soon", "-1", "inf", "nan", "Wed, 21 Oct 2026 07:28:00 GMT"])
async def test_an_odd_hint_is_no_reason_to_fail(http, hint):
    throttled = reply({"code": 99991400, "msg": ""}, 429, {"x-ogw-ratelimit-reset": hint})
    http.queue += [throttled, BOT]
    await bot_info(client(http))
    assert len(http.sent) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"code": 0, "msg": "ok"},
        {"code": 0, "tenant_access_token": 5, "expire": 7200},
        {"code": 0, "tenant_access_token": "t-x", "expire": "soon"},
        {"code": 0, "tenant_access_token": None, "expire": 7200},
    ],
)
async def test_no_token_in_the_answer(body):
    http = FakeHttp([reply(body)] * 3, raw=True)
    with pytest.raises(NetworkError) as caught:
        await client(http).tenant_token()
    assert caught.value.code == "net.unexpected"
    assert "t-x" not in str(caught.value.params)


@pytest.mark.parametrize("code", [10003, 10014, 10015, 99991543])
async def test_a_wrong_pair_is_a_credential_failure(code):
    http = FakeHttp([reply({"code": code, "msg": "m"}, 400)], raw=True)
    with pytest.raises(FeishuError) as caught:
        await client(http).tenant_token()
    assert caught.value.exit_code == 3
    assert caught.value.feishu_code == code


async def test_documented_token_answer():
    http = FakeHttp([reply(fixture("tenant_access_token"))], raw=True)
    answer = await auth.fetch_tenant_token(http, HOSTS, "cli_a8c029e757e6500b", Secret(APP_SECRET))
    assert answer.value.lifetime == 7200
    assert answer.value.value.reveal() == "t-caecc734c2e3328a62489fe0648c4b98779515d3"
    assert "t-caecc" not in repr(answer)


async def test_a_failure_holds_no_secret(http):
    http.queue.append(reply({"code": 41050, "msg": "no user authority error"}, 400))
    feishu = client(http)
    with pytest.raises(FeishuError) as caught:
        await contact.get_user(feishu, "3e3cf96b")
    token = (await feishu.tenant_token()).value.value.reveal()
    shown = repr(caught.value.params) + repr(caught.value.evidence) + str(caught.value)
    assert token not in shown
    assert APP_SECRET not in shown


def test_uses_compares_without_showing(http):
    feishu = client(http)
    assert feishu.uses(Secret(APP_SECRET))
    assert not feishu.uses(Secret("another-secret"))
