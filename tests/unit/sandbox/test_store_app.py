"""Store apps: ticket, app token, tenant token."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.anyio

AUTH = "/open-apis/auth/v3"
ME = "/application/v6/applications/me?lang=zh_cn"
SELF_MANAGE = "application:application:self_manage"


@pytest.fixture
async def store(sandbox):
    """App ID, secret, ticket and tenant key of an installed store app."""
    body = {"name": "Shop", "type": "store"}
    made = (await sandbox.feishu.post("/control/apps", json=body)).json()
    await sandbox.control("grant", made["app_id"], scopes=[SELF_MANAGE])
    await sandbox.control("bot", made["app_id"], enable=True)
    await sandbox.control("release", made["app_id"])
    await sandbox.control("approve", made["app_id"])
    return made


async def auth(sandbox, name, **body):
    return (await sandbox.feishu.post(f"{AUTH}/{name}", json=body)).json()


def pair(made):
    return {"app_id": made["app_id"], "app_secret": made["app_secret"]}


async def app_token(sandbox, made, ticket):
    return await auth(sandbox, "app_access_token", **pair(made), app_ticket=ticket)


async def tenant_token(sandbox, value, key):
    return await auth(sandbox, "tenant_access_token", app_access_token=value, tenant_key=key)


async def ticket_of(sandbox, made):
    return (await sandbox.state())["apps"][made["app_id"]]["app_ticket"]


async def test_from_ticket_to_calls(sandbox, store):
    given = await app_token(sandbox, store, store["app_ticket"])
    assert (given["code"], given["expire"]) == (0, 7140)
    assert given["app_access_token"].startswith("a-")
    answer = await tenant_token(sandbox, given["app_access_token"], store["tenant_key"])
    assert 0 < answer["expire"] <= 7200
    token = answer["tenant_access_token"]
    told = (await sandbox.get(ME, token=token)).json()["data"]["app"]
    assert (told["app_id"], told["scene_type"]) == (store["app_id"], 1)
    assert (await sandbox.get("/bot/v3/info", token=token)).json()["code"] == 0
    as_bearer = await sandbox.get("/bot/v3/info", token=given["app_access_token"])
    assert as_bearer.json()["code"] == 99991663


async def test_a_resent_ticket_replaces_the_one_before(sandbox, store):
    assert await auth(sandbox, "app_ticket/resend", **pair(store)) == {"code": 0, "msg": "success"}
    ticket = await ticket_of(sandbox, store)
    assert ticket != store["app_ticket"]
    assert (await app_token(sandbox, store, store["app_ticket"]))["code"] == 10012
    assert (await app_token(sandbox, store, ticket))["code"] == 0
    hourly = await sandbox.control("ticket", store["app_id"])
    assert hourly["app_ticket"] == await ticket_of(sandbox, store) != ticket


@pytest.mark.parametrize("name", ["tenant_access_token/internal", "app_access_token/internal"])
async def test_the_pair_alone_gives_no_token(sandbox, store, name):
    assert (await auth(sandbox, name, **pair(store)))["code"] == 10005


async def test_refusals(sandbox, store):
    wrong = {**pair(store), "app_secret": "x" * 32}
    assert (await auth(sandbox, "app_ticket/resend", **wrong))["code"] == 10014
    unknown = {**pair(store), "app_id": f"cli_{'0' * 16}"}
    assert (await auth(sandbox, "app_ticket/resend", **unknown))["code"] == 10003
    assert (await app_token(sandbox, store, ""))["code"] == 10012
    given = (await app_token(sandbox, store, store["app_ticket"]))["app_access_token"]
    assert (await tenant_token(sandbox, given, "0" * 16))["code"] == 10005
    assert (await tenant_token(sandbox, "a-x", store["tenant_key"]))["code"] == 99991664
    sandbox.clock.seconds += 7141
    assert (await tenant_token(sandbox, given, store["tenant_key"]))["code"] == 99991664


async def test_a_tenant_that_has_not_installed_it(sandbox):
    body = {"name": "Shop", "type": "store"}
    made = (await sandbox.feishu.post("/control/apps", json=body)).json()
    given = (await app_token(sandbox, made, made["app_ticket"]))["app_access_token"]
    assert (await tenant_token(sandbox, given, made["tenant_key"]))["code"] == 10005


async def test_self_built_apps_have_no_ticket(sandbox):
    mine = {"app_id": sandbox.app_id, "app_secret": sandbox.world.app.secret}
    assert (await auth(sandbox, "app_ticket/resend", **mine))["code"] == 10016
    assert (await app_token(sandbox, mine, ""))["code"] == 10012
    reply = await sandbox.feishu.post(f"/control/apps/{sandbox.app_id}/ticket", json={})
    assert reply.status_code == 400


async def test_it_cannot_change_itself(sandbox, store):
    app_id = store["app_id"]
    await sandbox.control("grant", app_id, scopes=["application:application:patch"])
    await sandbox.control("release", app_id)
    await sandbox.control("approve", app_id)
    given = (await app_token(sandbox, store, store["app_ticket"]))["app_access_token"]
    answer = await tenant_token(sandbox, given, store["tenant_key"])
    token, v7 = answer["tenant_access_token"], "/application/v7/applications/me"
    for method, name in (("PATCH", "config"), ("PATCH", "ability"), ("POST", "publish")):
        reply = await sandbox.call(method, f"{v7}/{name}", json={}, token=token)
        assert reply.json()["code"] == 210034
    path = f"/control/apps/{app_id}/range"
    assert (await sandbox.feishu.post(path, json={"type": "all"})).json()["code"] == 210034
    await sandbox.control("range", app_id, type="all", at_once=True)
    assert sandbox.world.apps[app_id].contacts_range.kind == "all"
