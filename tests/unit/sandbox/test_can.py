"""The practice CAN: contract, verb paths, pages, jobs."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

pytestmark = pytest.mark.anyio

VERB = "/anymetrics/api/v1/officeSoftware"


def body(sandbox, **more):
    app = sandbox.world.app
    callback = sandbox.apps.office.callback
    return {"appId": app.app_id, "appSecret": app.secret, "callbackUrl": callback, **more}


async def test_first_save_enable_read_back_test(fresh):
    empty = await fresh.settings("GET")
    data = empty.json()["data"]
    assert (empty.headers["etag"], data["configured"], data["enabled"]) == ('"v0"', False, False)
    saved = await fresh.settings("PUT", json=body(fresh), headers={"If-None-Match": "*"})
    assert saved.json()["errorMsg"] is None
    assert saved.json()["data"]["appSecretHint"] == fresh.world.app.secret[-4:]
    assert fresh.world.app.secret not in saved.text
    on = await fresh.settings(
        "PUT", "/enabled", json={"enabled": True}, headers={"If-Match": saved.headers["etag"]}
    )
    assert on.json()["data"]["active"] is True
    stored = (await fresh.state())["can"]["settings"]["feishu"]
    assert (stored["app_secret"], stored["version"]) == (fresh.world.app.secret, 2)
    lines = (await fresh.settings("GET", "/audit?pageSize=1")).json()["data"]
    assert (lines["total"], lines["hasNext"]) == (2, True)
    assert lines["data"][0]["action"] == "enable"
    audit = (await fresh.state())["can"]["audit"]
    assert {"field": "appSecret", "before": None, "after": "changed"} in audit[1]["changes"]
    assert fresh.world.app.secret not in str(audit)


async def test_enabling_before_credentials_exist(fresh):
    on = await fresh.settings(
        "PUT", "/enabled", json={"enabled": True}, headers={"If-Match": '"v0"'}
    )
    assert on.json()["data"]["enabled"] is True
    assert on.json()["data"]["active"] is False


async def test_absent_secret_is_kept(sandbox):
    wanted = body(sandbox)
    del wanted["appSecret"]
    saved = await sandbox.settings("PUT", json=wanted, headers={"If-Match": '"v1"'})
    assert saved.status_code == 200
    assert sandbox.apps.office.setting().app_secret == sandbox.world.app.secret


@pytest.mark.parametrize(
    ("change", "headers", "status", "code"),
    [
        ({}, {}, 428, "OS_PRECONDITION_REQUIRED"),
        ({}, {"If-Match": '"v7"'}, 412, "OS_VERSION_STALE"),
        ({}, {"If-None-Match": "*"}, 412, "OS_VERSION_STALE"),
        ({"appSecret": "******"}, {"If-Match": '"v1"'}, 422, "OS_SECRET_MASKED"),
        ({"appSecret": ""}, {"If-Match": '"v1"'}, 422, "OS_SECRET_MASKED"),
        ({"appSecret": "sk-4******"}, {"If-Match": '"v1"'}, 422, "OS_SECRET_MASKED"),
        ({"appId": ""}, {"If-Match": '"v1"'}, 422, "OS_INVALID"),
        ({"callbackUrl": "ttp://x/y"}, {"If-Match": '"v1"'}, 422, "OS_INVALID"),
        ({"callbackUrl": "http://[broken"}, {"If-Match": '"v1"'}, 422, "OS_INVALID"),
        ({"capabilities": {"sso": 1}}, {"If-Match": '"v1"'}, 422, "OS_INVALID"),
    ],
)
async def test_refused_saves_store_nothing(sandbox, change, headers, status, code):
    reply = await sandbox.settings("PUT", json=body(sandbox, **change), headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert reply.json()["success"] is False
    assert sandbox.apps.office.setting().version == 1


async def test_stale_save_carries_the_current_setting(sandbox):
    reply = await sandbox.settings("PUT", json=body(sandbox), headers={"If-Match": '"v0"'})
    assert reply.json()["data"]["version"] == 1
    assert reply.headers["etag"] == '"v1"'


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"auth-type": "APIKEY", "auth-value": "sk-unknown"}, 401),
        ({"auth-type": "MAGIC", "auth-value": "x"}, 401),
        ({"auth-type": "ACCOUNT", "auth-value": "data.robot"}, 403),
        ({"auth-type": "ACCOUNT", "auth-value": "admin"}, 200),
    ],
)
async def test_who_may_read(sandbox, headers, status):
    path = "/anymetrics/api/v1/office-software/feishu"
    reply = await sandbox.can.get(path, headers={"tenant-id": "1", **headers})
    assert reply.status_code == status


async def test_an_account_name_alone_may_not_write(sandbox):
    headers = {"tenant-id": "1", "auth-type": "UID", "auth-value": "admin", "If-Match": '"v1"'}
    path = "/anymetrics/api/v1/office-software/feishu"
    reply = await sandbox.can.put(path, json=body(sandbox), headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (403, "OS_FORBIDDEN")
    assert sandbox.apps.office.store.audit("feishu")[0]["action"] == "save denied"


async def test_token_of_an_api_key(sandbox):
    office = sandbox.apps.office
    pair = {"appId": office.key_id, "appSecret": office.key_secret, "expire": 60}
    path = "/anymetrics/api/v1/token/create"
    token = (await sandbox.can.post(path, json=pair)).json()["data"]
    headers = {"tenant-id": "1", "auth-type": "TOKEN", "auth-value": token}
    listed = await sandbox.can.get("/anymetrics/api/v1/office-software", headers=headers)
    assert [row["platform"] for row in listed.json()["data"]] == ["feishu", "dingtalk", "wecom"]
    detail = await sandbox.can.get(f"{VERB}/detail?type=FEISHU", headers=headers)
    assert "appSecretHint" not in detail.json()["data"]
    wanted = {**body(sandbox), "type": "FEISHU", "version": 1}
    saved = await sandbox.can.post(f"{VERB}/save", json=wanted, headers=headers)
    assert saved.json()["data"]["version"] == 2
    stale = await sandbox.can.post(f"{VERB}/save", json=wanted, headers=headers)
    assert stale.status_code == 412
    off = {"type": "FEISHU", "enabled": False}
    await sandbox.can.post(f"{VERB}/switchEnable", json=off, headers=headers)
    assert office.setting().enabled is False
    tested = await sandbox.can.post(f"{VERB}/test", json={"type": "FEISHU"}, headers=headers)
    assert tested.json()["data"] is True
    sandbox.clock.seconds += 61
    assert (await sandbox.can.get(f"{VERB}/detail?type=FEISHU", headers=headers)).status_code == 401
    wrong = await sandbox.can.post(path, json={**pair, "appSecret": "x"})
    assert wrong.status_code == 401


async def test_a_revoked_key(sandbox):
    await sandbox.feishu.post("/control/can", json={"revoke_key": True})
    assert (await sandbox.settings("GET")).status_code == 401


async def test_can_really_asks_feishu(sandbox):
    good = (await sandbox.settings("POST", "/test", json={})).json()["data"]
    assert good["ok"] is True
    assert [check["status"] for check in good["checks"]] == ["pass"] * 4
    seen = [r for r in (await sandbox.state())["requests"] if r["host"] == "feishu"]
    assert {request["agent"] for request in seen} == {"practice-can"}
    bad = (await sandbox.settings("POST", "/test", json={"appSecret": "x" * 32})).json()["data"]
    assert bad["ok"] is False
    assert (bad["checks"][0]["upstreamCode"], bad["checks"][1]["status"]) == (10014, "skip")
    stored = sandbox.apps.office.setting()
    assert (stored.version, stored.last_test["ok"]) == (1, False)
    for _ in range(8):
        await sandbox.settings("POST", "/test", json={"checks": ["token"]})
    assert (await sandbox.settings("POST", "/test", json={})).status_code == 429


@pytest.mark.parametrize(
    ("mode", "status", "kind"),
    [
        ("none", 404, "application/json"),
        ("html", 200, "text/html; charset=utf-8"),
        ("error", 500, "application/json;charset=UTF-8"),
    ],
)
async def test_other_servers(make, mode, status, kind):
    sandbox = make(can_api=mode)
    reply = await sandbox.settings("GET")
    assert (reply.status_code, reply.headers["content-type"]) == (status, kind)


async def test_clearing(sandbox):
    await sandbox.settings("DELETE", headers={"If-Match": '"v1"'})
    setting = sandbox.apps.office.setting()
    assert (setting.app_id, setting.app_secret, setting.enabled) == ("", "", False)


async def test_the_settings_page_by_hand(fresh):
    page = await fresh.can.get("/system/office-software")
    assert fresh.apps.office.callback in page.text
    app = fresh.world.app
    form = {
        "app_id": app.app_id,
        "app_secret": app.secret,
        "callback": fresh.apps.office.callback,
        "enabled": "on",
    }
    saved = await fresh.can.post("/system/office-software", data=form, follow_redirects=True)
    assert "Saved successfully" in saved.text
    assert app.secret not in saved.text
    assert fresh.apps.office.setting().active
    wrong = await fresh.can.post("/system/office-software", data={**form, "callback": "x"})
    assert wrong.status_code == 422


async def test_sync_walks_what_the_app_may_see(make):
    whole, part = make(users=200), make(users=200, drills=("contact-range-partial",))
    run = (await whole.can.post("/internal/user-sync/run")).json()["data"]
    assert (run["ok"], run["users"]) == (True, 199)
    less = (await part.can.post("/internal/user-sync/run")).json()["data"]
    assert less["ok"] is True
    assert 0 < less["users"] < 199
    assert (await whole.state())["can"]["sync_runs"] == [run]


async def test_push_takes_the_account_as_user_id(sandbox):
    owner = sandbox.world.directory.people[0].user_id
    pushed = {"accounts": [owner, "data.robot"], "content": "alert"}
    results = (await sandbox.can.post("/internal/push", json=pushed)).json()["data"]
    assert [(r["ok"], r["code"]) for r in results] == [(True, 0), (False, 99992360)]
    messages = (await sandbox.state())["messages"]
    assert [(m["receive_id_type"], m["user_id"]) for m in messages] == [("user_id", owner)]


async def test_nothing_works_before_it_is_configured(fresh):
    assert (await fresh.can.post("/internal/user-sync/run")).status_code == 409
    assert (await fresh.can.get("/user/softLogin?code=x")).status_code == 403
    assert "not enabled" in (await fresh.can.get("/user/login")).text


async def test_signing_in_to_can(sandbox):
    page = (await sandbox.can.get("/user/login")).text
    link = page.split('id="feishu-login" href="')[1].split('"')[0].replace("&amp;", "&")
    person = sandbox.world.directory.people[2]
    decided = await sandbox.accounts.post(link, data={"person": person.user_id})
    back = urlsplit(decided.headers["location"])
    assert parse_qs(back.query)["state"] == parse_qs(urlsplit(link).query)["state"]
    done = await sandbox.can.get(f"{back.path}?{back.query}")
    assert done.status_code == 200
    assert person.user_id in done.text
    again = await sandbox.can.get(f"{back.path}?{back.query}")
    assert (again.status_code, "20065" in again.text) == (403, True)
    logins = (await sandbox.state())["can"]["logins"]
    assert [(login["ok"], login["account"]) for login in logins] == [
        (True, person.user_id),
        (False, None),
    ]
