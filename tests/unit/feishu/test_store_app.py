"""A store app: ticket, app token, tenant token, and a client that works with them."""

from __future__ import annotations

import time

import pytest

from feishu_wizard.domain.errors import FeishuError, NetworkError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.feishu import store_app
from feishu_wizard.services.feishu.bot import bot_info
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.store_app import StoreTokens
from tests.unit.feishu.fake import APP_ID, APP_SECRET, HOSTS, FakeHttp, fixture, reply

pytestmark = pytest.mark.anyio
AUTH = f"{HOSTS.open}/open-apis/auth/v3"
TICKET = "g10400cpt7Xk2Rw9QbLm4Zt6Vy8Np1"
TENANT = "736588c92lxf175d"
APP_TOKEN = {"code": 0, "msg": "ok", "app_access_token": "a-g104appKq7Rt2Wx9Ym", "expire": 7140}
TENANT_TOKEN = {"code": 0, "tenant_access_token": "t-g104tenTk7Rb2Wx9Ym4", "expire": 7140}
BOT = reply(fixture("bot_info"))


def tokens(http: FakeHttp) -> StoreTokens:
    return StoreTokens(http, HOSTS, APP_ID, Secret(APP_SECRET), Secret(TICKET), TENANT)


def store_client(http: FakeHttp) -> FeishuClient:
    return FeishuClient(http, HOSTS, APP_ID, Secret(APP_SECRET), tokens(http))


def asked(http: FakeHttp) -> list[str]:
    return [one.url.removeprefix(HOSTS.open).rpartition("/")[2] for one in http.sent]


async def test_a_client_signs_in_by_ticket_and_company(http):
    http.queue += [reply(APP_TOKEN), reply(TENANT_TOKEN), BOT, BOT]
    feishu = store_client(http)
    await bot_info(feishu)
    await bot_info(feishu)
    app, tenant, bot, _again = http.sent
    assert app.url == f"{AUTH}/app_access_token"
    assert app.json == {"app_id": APP_ID, "app_secret": APP_SECRET, "app_ticket": TICKET}
    assert tenant.url == f"{AUTH}/tenant_access_token"
    assert tenant.json == {
        "app_access_token": APP_TOKEN["app_access_token"],
        "tenant_key": TENANT,
    }
    assert bot.headers["Authorization"] == f"Bearer {TENANT_TOKEN['tenant_access_token']}"
    assert "Authorization" not in app.headers | tenant.headers
    assert feishu.calls == 2
    assert feishu.uses(Secret(APP_SECRET))


async def test_tokens_and_ticket_are_kept_secret(http):
    http.queue += [reply(APP_TOKEN), reply(TENANT_TOKEN)]
    source = tokens(http)
    token = (await source.fetch()).value
    shown = f"{source!r} {token!r}"
    for secret in (TICKET, APP_SECRET, APP_TOKEN["app_access_token"], token.value.reveal()):
        assert secret not in shown


async def test_the_app_token_is_kept_while_it_lasts(http):
    http.queue += [reply(APP_TOKEN), reply(TENANT_TOKEN), reply(TENANT_TOKEN)]
    source = tokens(http)
    await source.fetch()
    await source.fetch()
    assert asked(http) == ["app_access_token", "tenant_access_token", "tenant_access_token"]


@pytest.mark.parametrize("after", [7100, 8000])
async def test_a_spent_app_token_is_renewed(http, monkeypatch, after):
    http.queue += [reply(APP_TOKEN), reply(TENANT_TOKEN)] * 2
    source = tokens(http)
    await source.fetch()
    now = time.monotonic()
    monkeypatch.setattr(store_app.time, "monotonic", lambda: now + after)
    await source.fetch()
    assert asked(http) == ["app_access_token", "tenant_access_token"] * 2


async def test_an_app_token_that_is_refused_is_renewed_once(http):
    refused = reply({"code": 99991664, "msg": "invalid app token"}, 400)
    http.queue += [reply(APP_TOKEN), reply(TENANT_TOKEN), refused, reply(APP_TOKEN), refused]
    source = tokens(http)
    await source.fetch()
    with pytest.raises(FeishuError) as caught:
        await source.fetch()
    assert caught.value.feishu_code == 99991664
    assert len(http.sent) == 5


async def test_a_tenant_token_that_is_refused_is_renewed_by_the_client(http):
    spent = reply({"code": 99991663, "msg": "expired"}, 400)
    http.queue += [reply(APP_TOKEN), reply(TENANT_TOKEN), spent, reply(TENANT_TOKEN), BOT]
    await bot_info(store_client(http))
    assert asked(http)[2:] == ["info", "tenant_access_token", "info"]


@pytest.mark.parametrize("code", [10003, 10012, 10014])
async def test_what_is_wrong_with_pair_or_ticket(http, code):
    http.queue.append(reply({"code": code, "msg": "no"}))
    with pytest.raises(FeishuError) as caught:
        await store_client(http).tenant_token()
    assert (caught.value.feishu_code, int(caught.value.exit_code)) == (code, 3)
    assert asked(http) == ["app_access_token"]


@pytest.mark.parametrize("code", [10005, 99991665])
async def test_what_is_wrong_with_the_company(http, code):
    http.queue += [reply(APP_TOKEN), reply({"code": code, "msg": "no"}, 400)]
    with pytest.raises(FeishuError) as caught:
        await store_client(http).tenant_token()
    assert caught.value.feishu_code == code


async def test_an_answer_without_a_token(http):
    http.queue.append(reply({"code": 0, "msg": "ok"}))
    with pytest.raises(NetworkError) as caught:
        await tokens(http).fetch()
    assert caught.value.code == "net.unexpected"


async def test_the_ticket_is_asked_for_again(http):
    http.queue.append(reply({"code": 0, "msg": "success"}))
    secret = Secret(APP_SECRET)
    answer = await store_app.resend_ticket(http, HOSTS, APP_ID, secret)
    assert answer.evidence.feishu_code == 0
    assert http.sent[0].url == f"{AUTH}/app_ticket/resend"
    assert http.sent[0].json == {"app_id": APP_ID, "app_secret": APP_SECRET}


@pytest.mark.parametrize("code", [10003, 10014, 10016])
async def test_a_resend_tells_about_the_pair(http, code):
    http.queue.append(reply({"code": code, "msg": "no"}))
    with pytest.raises(FeishuError) as caught:
        await store_app.resend_ticket(http, HOSTS, APP_ID, Secret(APP_SECRET))
    assert caught.value.feishu_code == code
