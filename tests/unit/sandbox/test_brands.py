"""Lark under the name ``localhost``: an app belongs to one brand and is unknown to the other."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.anyio

TOKEN = "/open-apis/auth/v3/tenant_access_token/internal"
OAUTH = "/open-apis/authen/v2/oauth/token"
REGISTRATION = "/oauth/v1/app/registration"
BEGIN = {
    "action": "begin",
    "archetype": "PersonalAgent",
    "auth_method": "client_secret",
    "request_user_info": "open_id tenant_brand",
}
LARK = {"Host": "localhost:5001"}


async def token(sandbox, pair, headers=None):
    body = dict(zip(("app_id", "app_secret"), pair, strict=True))
    return (await sandbox.feishu.post(TOKEN, json=body, headers=headers)).json()


async def oauth_code(sandbox, headers=None):
    app_id, secret = sandbox.apps.known_pair
    body = {"grant_type": "authorization_code", "client_id": app_id, "client_secret": secret}
    return (await sandbox.feishu.post(OAUTH, json=body, headers=headers)).json()["code"]


async def test_a_lark_app_is_known_at_localhost_only(make):
    sandbox = make(drills=("lark-tenant",))
    assert (await token(sandbox, sandbox.apps.known_pair))["code"] == 10003
    assert await oauth_code(sandbox) == 20046
    there = await token(sandbox, sandbox.apps.known_pair, LARK)
    assert there["code"] == 0
    assert await oauth_code(sandbox, LARK) == 20001  # past the brand: a code is asked for
    bearer = {"Authorization": f"Bearer {there['tenant_access_token']}"}
    me = "/open-apis/application/v6/applications/me?lang=en_us"
    reply = (await sandbox.feishu.get(me, headers={**bearer, **LARK})).json()
    assert reply["data"]["app"]["app_id"] == sandbox.app_id
    here = (await sandbox.feishu.get(me, headers=bearer)).json()
    assert here["code"] == 99991663


async def test_a_feishu_app_is_unknown_at_localhost(sandbox):
    assert (await token(sandbox, sandbox.apps.known_pair, LARK))["code"] == 10003
    assert await oauth_code(sandbox, LARK) == 20046
    assert (await token(sandbox, sandbox.apps.known_pair))["code"] == 0


async def test_links_lead_to_the_host_that_was_called(make):
    sandbox = make(drills=("lark-tenant", "missing-scope:im:chat:readonly"))
    there = await token(sandbox, sandbox.apps.known_pair, LARK)
    bearer = {"Authorization": f"Bearer {there['tenant_access_token']}"}
    reply = (await sandbox.feishu.get("/open-apis/im/v1/chats", headers={**bearer, **LARK})).json()
    assert reply["code"] == 99991672
    links = [help_["url"] for help_ in reply["error"]["helps"]]
    assert [urlsplit(link).hostname for link in links] == ["localhost"]
    assert "http://localhost/search?" in reply["error"]["troubleshooter"]


async def test_signing_in_at_the_other_brands_page(make):
    sandbox = make(drills=("lark-tenant",))
    query = {
        "client_id": sandbox.app_id,
        "response_type": "code",
        "redirect_uri": sandbox.apps.office.callback,
    }
    path = "/open-apis/authen/v1/authorize"
    assert "20046" in (await sandbox.accounts.get(path, params=query)).text
    assert (await sandbox.accounts.get(path, params=query, headers=LARK)).status_code == 200
    form, basic = {"client_id": sandbox.app_id}, sandbox.apps.known_pair
    device = "/oauth/v1/device_authorization"
    assert (await sandbox.accounts.post(device, data=form, auth=basic)).status_code == 401
    begun = (await sandbox.accounts.post(device, data=form, auth=basic, headers=LARK)).json()
    assert urlsplit(begun["verification_uri"]).hostname == "localhost"


async def poll(sandbox, begun, headers=None):
    form = {"action": "poll", "device_code": begun["device_code"]}
    return await sandbox.accounts.post(REGISTRATION, data=form, headers=headers)


async def test_the_scan_of_a_lark_tenant_ends_at_its_own_host(sandbox):
    await sandbox.feishu.post("/control/tenant", json={"brand": "lark"})
    begun = (await sandbox.accounts.post(REGISTRATION, data=BEGIN)).json()
    assert (await poll(sandbox, begun)).json()["error"] == "authorization_pending"
    path = f"/control/registration/{begun['user_code']}/approve"
    made = (await sandbox.feishu.post(path, json={"name": "CAN"})).json()
    for _ in range(2):  # asking here does not use it up
        here = await poll(sandbox, begun)
        assert here.json()["user_info"]["tenant_brand"] == "lark"
        assert "client_secret" not in here.json()
    there = (await poll(sandbox, begun, LARK)).json()
    assert there["client_id"] == made["app_id"]
    assert there["user_info"]["tenant_brand"] == "lark"
    assert (await token(sandbox, (there["client_id"], there["client_secret"]), LARK))["code"] == 0
    assert (await token(sandbox, (there["client_id"], there["client_secret"])))["code"] == 10003
    assert (await poll(sandbox, begun, LARK)).json()["error"] == "invalid_grant"
    assert (await sandbox.state())["apps"][made["app_id"]]["brand"] == "lark"


async def test_a_lark_person_completes_no_feishu_app(sandbox):
    await sandbox.feishu.post("/control/tenant", json={"brand": "lark"})
    begun = (await sandbox.accounts.post(REGISTRATION, data=BEGIN)).json()
    path = f"/control/registration/{begun['user_code']}/approve"
    reply = await sandbox.feishu.post(path, json={"clientID": sandbox.app_id})
    assert (reply.status_code, reply.json()["code"]) == (409, 210032)
