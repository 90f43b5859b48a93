"""Tokens, the gates before every endpoint, and the envelope."""

from __future__ import annotations

import pytest

from feishu_wizard.sandbox.feishu.router import GATED

pytestmark = pytest.mark.anyio

TOKEN = "/open-apis/auth/v3/tenant_access_token/internal"


async def test_token_is_flat_and_reused_until_30_minutes_remain(sandbox):
    first = await sandbox.token()
    assert first.startswith("t-")
    sandbox.clock.seconds += 7200 - 1800 - 1
    assert await sandbox.token() == first
    sandbox.clock.seconds += 2
    second = await sandbox.token()
    assert second != first
    both = [await sandbox.get("/bot/v3/info", token=token) for token in (first, second)]
    assert [reply.json()["code"] for reply in both] == [0, 0]


async def test_expired_token(sandbox):
    token = await sandbox.token()
    sandbox.clock.seconds += 7201
    reply = await sandbox.get("/bot/v3/info", token=token)
    assert (reply.status_code, reply.json()["code"]) == (400, 99991663)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{}", 10003),
        (b"no json", 10003),
        (b'{"app_id": "cli_0000000000000000", "app_secret": "x"}', 10003),
        (b'{"app_id": 1, "app_secret": "x"}', 10003),
    ],
)
async def test_token_refused(sandbox, body, code):
    reply = await sandbox.feishu.post(TOKEN, content=body)
    assert reply.json()["code"] == code
    assert "data" not in reply.json()


async def test_wrong_secret_is_10014(sandbox):
    body = {"app_id": sandbox.app_id, "app_secret": "x" * 32}
    assert (await sandbox.feishu.post(TOKEN, json=body)).json()["code"] == 10014


async def test_app_token_and_ticket(sandbox):
    body = {"app_id": sandbox.app_id, "app_secret": sandbox.world.app.secret}
    base = "/open-apis/auth/v3"
    reply = (await sandbox.feishu.post(f"{base}/app_access_token/internal", json=body)).json()
    assert reply["app_access_token"] == reply["tenant_access_token"]
    resent = await sandbox.feishu.post(f"{base}/app_ticket/resend", json=body)
    assert resent.json()["code"] == 10016


@pytest.mark.parametrize("api", GATED, ids=lambda api: f"{api.method} {api.path}")
async def test_no_endpoint_answers_without_a_token(sandbox, api):
    path = "/open-apis" + api.path.replace("{", "x").replace("}", "")
    reply = await sandbox.feishu.request(api.method, path)
    assert (reply.status_code, reply.json()["code"]) == (400, 99991661)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Bearer nonsense", 99991671),
        ("Bearer t-unknown", 99991663),
        ("Bearer u-unknown", 99991668),
        ("Basic abc", 99991661),
        ("Bearer", 99991661),
    ],
)
async def test_token_errors(sandbox, header, code):
    reply = await sandbox.feishu.get("/open-apis/bot/v3/info", headers={"Authorization": header})
    body = reply.json()
    assert body["code"] == code
    assert body["error"]["log_id"] == reply.headers["x-tt-logid"]
    assert body["error"]["log_id"] in body["error"]["troubleshooter"]
    assert reply.headers["x-request-id"]


async def test_missing_scope_names_all_that_would_do(fresh):
    reply = await fresh.get("/contact/v3/scopes")
    body = reply.json()
    assert (reply.status_code, body["code"]) == (400, 99991672)
    violations = body["error"]["permission_violations"]
    assert {
        "type": "action_scope_required",
        "subject": "contact:contact.base:readonly",
    } in violations
    link = body["error"]["helps"][0]["url"]
    assert link in body["msg"]
    assert f"/app/{fresh.app_id}/auth?q=contact:contact.base:readonly," in link
    assert link.endswith("&op_from=openapi&token_type=tenant")


async def test_stopped_comes_before_ip_and_scope(fresh):
    fresh.world.app.allowed_ips.append("203.0.113.1")
    denied = (await fresh.get("/contact/v3/scopes")).json()
    assert denied["code"] == 99991401
    assert "ip 127.0.0.1 is denied" in denied["msg"]
    await fresh.control("stop")
    assert (await fresh.get("/contact/v3/scopes")).json()["code"] == 99991662
    await fresh.token()  # the token endpoint knows nothing of either


async def test_wrong_path_and_method(sandbox):
    assert (await sandbox.get("/nothing/here")).json()["code"] == 99991201
    assert (await sandbox.post("/bot/v3/info")).json()["code"] == 99991301


async def test_bad_json_and_missing_fields(sandbox):
    path = "/im/v1/messages?receive_id_type=open_id"
    assert (await sandbox.post(path, content=b"{")).json()["code"] == 9499
    assert (await sandbox.post(path, content=b"[]")).json()["code"] == 9499
    missing = (await sandbox.post(path, json={})).json()
    assert missing["code"] == 99992402
    assert missing["error"]["field_violations"][0]["field"] == "receive_id"


async def test_rate_limits_tell_when_to_come_back(make):
    limited = make(rate_limits=True)
    token = await limited.token()
    replies = [await limited.get("/contact/v3/scopes", token=token) for _ in range(51)]
    assert {reply.status_code for reply in replies[:50]} == {200}
    last = replies[50]
    assert (last.status_code, last.json()["code"]) == (429, 99991400)
    assert last.headers["x-ogw-ratelimit-limit"] == "50"
    limited.clock.seconds += int(last.headers["x-ogw-ratelimit-reset"])
    assert (await limited.get("/contact/v3/scopes", token=token)).status_code == 200


async def test_minute_window_holds_beyond_the_second(make):
    limited = make(rate_limits=True)
    token = await limited.token()
    limited.clock.seconds -= limited.clock.seconds % 60
    for _ in range(20):
        for _ in range(50):
            assert (await limited.get("/contact/v3/scopes", token=token)).status_code == 200
        limited.clock.seconds += 1
    reply = await limited.get("/contact/v3/scopes", token=token)
    assert reply.status_code == 429
    assert reply.headers["x-ogw-ratelimit-limit"] == "1000"
    assert reply.headers["x-ogw-ratelimit-reset"] == "40"


async def test_requests_are_remembered_without_secrets(sandbox):
    token = await sandbox.token()
    reply = await sandbox.get("/bot/v3/info", token=token)
    state = await sandbox.state()
    seen = state["requests"][-1]
    assert seen["path"] == "/open-apis/bot/v3/info"
    assert (seen["status"], seen["code"], seen["authenticated"]) == (200, 0, True)
    assert seen["app_id"] == sandbox.app_id
    assert seen["log_id"] == reply.headers["x-tt-logid"]
    assert state["requests"][0]["authenticated"] is False
    dumped = str(state["requests"])
    assert token not in dumped
    assert sandbox.world.app.secret not in dumped
