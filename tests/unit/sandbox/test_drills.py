"""Every drill breaks its one thing, can be switched, and gives the healthy state back."""

from __future__ import annotations

import asyncio

import pytest

from feishu_wizard.sandbox.options import BEHAVIOUR_DRILLS, STATE_DRILLS, Options, is_drill
from feishu_wizard.sandbox.world.directory import OUTSIDE

pytestmark = pytest.mark.anyio

TOKEN = "/open-apis/auth/v3/tenant_access_token/internal"
ME = "/application/v6/applications/me?lang=zh_cn"


async def token_code(sandbox):
    app_id, secret = sandbox.apps.known_pair
    body = {"app_id": app_id, "app_secret": secret}
    return (await sandbox.feishu.post(TOKEN, json=body)).json()["code"]


async def switch(sandbox, name, on):
    reply = await sandbox.feishu.post("/control/drills", json={"name": name, "on": on})
    assert reply.status_code == 200, reply.text


async def signs(sandbox):
    """What a client sees of a drill: codes of the calls that the checks make."""
    credentials = await token_code(sandbox)
    if credentials:
        return {"credentials": credentials}
    app = (await sandbox.get(ME)).json()
    seen = {
        "credentials": 0,
        "app": app["code"],
        "bot": (await sandbox.get("/bot/v3/info")).json()["code"],
        "scopes": (await sandbox.get("/application/v6/scopes")).json()["code"],
        "root": (await sandbox.get("/contact/v3/departments/0/children")).json()["code"],
        "outside": (await sandbox.send(sandbox.open_id(OUTSIDE))).json()["code"],
    }
    if app["code"] == 0:
        detail = app["data"]["app"]
        seen["status"] = detail["status"]
        seen["review"] = bool(detail["unaudit_version_id"])
        seen["redirects"] = len(detail["redirect_urls"])
    return seen


HEALTHY = {
    "credentials": 0, "app": 0, "bot": 0, "scopes": 0, "root": 0, "outside": 0,
    "status": 1, "review": False, "redirects": 1,
}  # fmt: skip
UNRELEASED = {"bot": 11205, "scopes": 212100, "root": 40004, "outside": 230006, "status": 2}


def all_calls(code):
    return {"credentials": 0} | dict.fromkeys(("app", "bot", "scopes", "root", "outside"), code)


STATE_SIGNS = {
    "wrong-secret": {"credentials": 10014},
    "unknown-app": {"credentials": 10003},
    "lark-tenant": {"credentials": 10003},
    "app-disabled": all_calls(99991662),
    "unreleased": {**HEALTHY, **UNRELEASED},
    "under-review": {**HEALTHY, **UNRELEASED, "review": True},
    "no-bot": {**HEALTHY, "bot": 11205, "outside": 230006},
    "ip-denied": all_calls(99991401),
    "contact-range-partial": {**HEALTHY, "root": 40004},
    "no-redirect-url": {**HEALTHY, "redirects": 0},
    "recipient-outside": {**HEALTHY, "outside": 230013},
}


def test_every_state_drill_is_covered():
    assert set(STATE_SIGNS) == set(STATE_DRILLS)


@pytest.mark.parametrize("name", STATE_DRILLS)
async def test_state_drill_on_and_off(make, name):
    sandbox = make(drills=(name,))
    assert await signs(sandbox) == STATE_SIGNS[name]
    await switch(sandbox, name, False)
    assert await signs(sandbox) == HEALTHY
    await switch(sandbox, name, True)
    assert await signs(sandbox) == STATE_SIGNS[name]


async def test_two_state_drills_come_off_one_by_one(make):
    sandbox = make(drills=("no-bot", "no-redirect-url"))
    assert await signs(sandbox) == {**STATE_SIGNS["no-bot"], "redirects": 0}
    await switch(sandbox, "no-bot", False)
    assert await signs(sandbox) == STATE_SIGNS["no-redirect-url"]


async def test_a_state_drill_can_be_repaired_by_the_usual_means(make):
    sandbox = make(drills=("no-bot",))
    await sandbox.control("bot", enable=True)
    await sandbox.control("release")
    await sandbox.control("approve")
    assert await signs(sandbox) == HEALTHY


async def test_lark_tells_itself_apart_on_the_oauth_endpoint(make):
    sandbox = make(drills=("lark-tenant",))
    app_id, secret = sandbox.apps.known_pair
    body = {"grant_type": "authorization_code", "client_id": app_id, "client_secret": secret}
    reply = await sandbox.feishu.post("/open-apis/authen/v2/oauth/token", json=body)
    assert reply.json()["code"] == 20046


async def test_missing_scope(make):
    sandbox = make(drills=("missing-scope:im:message:send_as_bot",))
    reply = (await sandbox.send(sandbox.open_id())).json()
    assert reply["code"] == 99991672
    assert await token_code(sandbox) == 0


async def test_ip_denied_leaves_can_in(make):
    sandbox = make(drills=("ip-denied",))
    result = (await sandbox.settings("POST", "/test", json={})).json()["data"]
    assert result["ok"] is True


async def test_quota(make):
    sandbox = make(drills=("quota-exhausted",))
    assert await token_code(sandbox) == 0
    assert (await sandbox.get("/bot/v3/info")).json()["code"] == 99991403


async def test_rate_limited_calls_pass_a_second_later(make):
    sandbox = make(drills=("rate-limited",))
    token = await sandbox.token()
    refused = await sandbox.get("/bot/v3/info", token=token)
    assert (refused.status_code, refused.json()["code"]) == (429, 99991400)
    sandbox.clock.seconds += int(refused.headers["x-ogw-ratelimit-reset"])
    assert (await sandbox.get("/bot/v3/info", token=token)).json()["code"] == 0


async def test_captive_portal(make):
    sandbox = make(drills=("captive-portal",))
    reply = await sandbox.feishu.post(TOKEN, json={})
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/html")
    assert "<title>Guest Wi-Fi login</title>" in reply.text
    assert (await sandbox.settings("POST", "/test", json={})).json()["data"]["ok"] is True
    await switch(sandbox, "captive-portal", False)
    assert await signs(sandbox) == HEALTHY


async def test_slow_drip_never_ends_by_itself(make):
    sandbox = make(drills=("slow-drip",))
    request = asyncio.ensure_future(sandbox.feishu.post(TOKEN, json={}))
    done, _ = await asyncio.wait({request}, timeout=0.3)
    assert not done
    await switch(sandbox, "slow-drip", False)
    body = (await asyncio.wait_for(request, 5)).text
    assert body.strip() == "{}"
    assert len(body) > 4


async def test_not_admin(make):
    sandbox = make(drills=("can-not-admin",))
    reply = await sandbox.settings("GET")
    assert (reply.status_code, reply.json()["code"]) == (403, "OS_FORBIDDEN")


async def test_no_egress(make):
    sandbox = make(drills=("can-no-egress",))
    data = (await sandbox.settings("POST", "/test", json={})).json()["data"]
    first = data["checks"][0]
    assert (data["ok"], first["status"], first["upstreamCode"]) == (False, "fail", None)
    assert "cannot reach" in first["message"]


def wanted(sandbox):
    app = sandbox.world.app
    callback = sandbox.apps.office.callback
    return {"appId": app.app_id, "appSecret": app.secret, "callbackUrl": callback}


async def test_conflict_meets_the_first_write_only(make):
    sandbox = make(drills=("can-conflict",))
    etag = (await sandbox.settings("GET")).headers["etag"]
    lost = await sandbox.settings("PUT", json=wanted(sandbox), headers={"If-Match": etag})
    assert lost.status_code == 412
    assert lost.json()["data"]["updatedBy"] == "ops.liu"
    fresh = {"If-Match": lost.headers["etag"]}
    assert (await sandbox.settings("PUT", json=wanted(sandbox), headers=fresh)).status_code == 200


async def test_masked_secret_is_stored_when_echoed(make):
    sandbox = make(drills=("can-masked-secret",))
    read = await sandbox.settings("GET")
    echoed = {**wanted(sandbox), "appSecret": read.json()["data"]["appSecret"]}
    headers = {"If-Match": read.headers["etag"]}
    assert (await sandbox.settings("PUT", json=echoed, headers=headers)).status_code == 200
    assert sandbox.apps.office.setting().app_secret == "******"


async def test_lost_save_answers_as_if_it_were_stored(make):
    sandbox = make(fresh=True, drills=("can-save-lost",))
    headers = {"If-None-Match": "*"}
    saved = await sandbox.settings("PUT", json=wanted(sandbox), headers=headers)
    assert saved.json()["data"]["appId"] == sandbox.app_id
    assert (await sandbox.settings("GET")).json()["data"]["appId"] == ""


def test_names():
    assert all(is_drill(name) for name in (*STATE_DRILLS, *BEHAVIOUR_DRILLS))
    assert not is_drill("missing-scope:")
    with pytest.raises(ValueError, match="unknown drill: nonsense"):
        Options(drills=("nonsense",))


async def test_unknown_drill_is_refused(sandbox):
    reply = await sandbox.feishu.post("/control/drills", json={"name": "x", "on": True})
    assert reply.status_code == 400
