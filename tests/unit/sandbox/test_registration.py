"""Creating and completing an app by scan."""

from __future__ import annotations

import base64
import gzip
import json
from urllib.parse import urlencode

import pytest

pytestmark = pytest.mark.anyio

PATH = "/oauth/v1/app/registration"
BEGIN = {
    "action": "begin",
    "archetype": "PersonalAgent",
    "auth_method": "client_secret",
    "request_user_info": "open_id",
}


def addons(**scopes):
    packed = gzip.compress(json.dumps({"preset": False, "scopes": scopes}).encode())
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


async def begin(sandbox):
    init = (await sandbox.accounts.post(PATH, data={"action": "init"})).json()
    assert "client_secret" in init["supported_auth_methods"]
    return (await sandbox.accounts.post(PATH, data=BEGIN)).json()


async def poll(sandbox, begun):
    form = {"action": "poll", "device_code": begun["device_code"]}
    return await sandbox.accounts.post(PATH, data=form)


async def test_pending_slow_down_then_success_once(sandbox):
    begun = await begin(sandbox)
    assert begun["verification_uri_complete"].endswith(f"?user_code={begun['user_code']}")
    waiting = await poll(sandbox, begun)
    assert (waiting.status_code, waiting.json()["error"]) == (400, "authorization_pending")
    assert (await poll(sandbox, begun)).json()["error"] == "slow_down"
    scopes = ["im:message:send_as_bot", "contact:user.phone:readonly", "no:such:scope"]
    url = f"{begun['verification_uri_complete']}&name=CAN&addons={addons(tenant=scopes)}"
    made = await sandbox.feishu.post(
        f"/control/registration/{begun['user_code']}/approve", json={"url": url}
    )
    assert made.status_code == 200, made.text
    done = (await poll(sandbox, begun)).json()
    app = sandbox.world.apps[done["client_id"]]
    assert done["client_secret"] == app.secret
    assert done["user_info"] == {"tenant_brand": "feishu", "open_id": app.open_ids.encode(0)}
    assert (app.name, app.source, app.redirect_urls) == ("CAN", "scan", [])
    assert set(app.scopes) == {("tenant", scope) for scope in scopes[:2]}
    assert app.bot_active
    assert app.has_scope("contact:user.phone:readonly")
    assert (await poll(sandbox, begun)).json()["error"] == "invalid_grant"


async def test_refused_and_expired_and_unknown(sandbox):
    refused, expired = await begin(sandbox), await begin(sandbox)
    await sandbox.feishu.post(f"/control/registration/{refused['user_code']}/deny")
    assert (await poll(sandbox, refused)).json()["error"] == "access_denied"
    sandbox.clock.seconds += 601
    assert (await poll(sandbox, expired)).json()["error"] == "expired_token"
    assert (await poll(sandbox, {"device_code": "x"})).json()["error"] == "invalid_grant"


async def test_a_person_approves_on_the_page(sandbox):
    begun = await begin(sandbox)
    link = f"/page/launcher?user_code={begun['user_code']}&name=%3Cb%3E&createOnly=true"
    page = await sandbox.feishu.get(link)
    assert "&lt;b&gt;" in page.text
    assert "<b>" not in page.text
    assert (await sandbox.feishu.post(link, data={"decision": "approve"})).status_code == 200
    done = (await poll(sandbox, begun)).json()
    app = sandbox.world.apps[done["client_id"]]
    assert app.name == "<b>"
    assert app.has_scope("application:application:self_manage")  # the platform's own template
    assert (await sandbox.feishu.get(link)).status_code == 404


async def test_completing_an_existing_app(fresh):
    begun = await begin(fresh)
    body = {
        "clientID": fresh.app_id,
        "addons": addons(tenant=["contact:user.email:readonly", "contact:user.phone:readonly"]),
    }
    path = f"/control/registration/{begun['user_code']}/approve"
    assert (await fresh.feishu.post(path, json=body)).json()["app_id"] == fresh.app_id
    assert (await poll(fresh, begun)).json()["client_id"] == fresh.app_id
    app = fresh.world.app
    assert app.has_scope("contact:user.email:readonly")
    assert not app.has_scope("contact:user.phone:readonly")  # waits for a version
    assert app.releases == 0


async def test_strict_tenants_review_scanned_apps(sandbox):
    await sandbox.feishu.post("/control/tenant", json={"scans_need_review": True})
    begun = await begin(sandbox)
    await sandbox.feishu.post(f"/control/registration/{begun['user_code']}/approve")
    done = (await poll(sandbox, begun)).json()
    app = sandbox.world.apps[done["client_id"]]
    assert app.under_review is not None
    assert not app.installed


@pytest.mark.parametrize("bad", ["!!!", base64.urlsafe_b64encode(b"no gzip").decode()])
async def test_broken_addons(sandbox, bad):
    begun = await begin(sandbox)
    path = f"/control/registration/{begun['user_code']}/approve"
    assert (await sandbox.feishu.post(path, json={"addons": bad})).status_code == 400
    assert (await poll(sandbox, begun)).json()["error"] == "authorization_pending"


async def approve(sandbox, begun, **body):
    path = f"/control/registration/{begun['user_code']}/approve"
    return await sandbox.feishu.post(path, json=body)


async def tenant(sandbox, **body):
    reply = await sandbox.feishu.post("/control/tenant", json=body)
    assert reply.status_code == 200, reply.text


def link(begun, **query):
    return f"/page/launcher?{urlencode({'user_code': begun['user_code'], **query})}"


async def test_create_only_wins_over_an_existing_app(sandbox):
    begun = await begin(sandbox)
    query = {"clientID": sandbox.app_id, "createOnly": "true", "name": "New"}
    page = await sandbox.feishu.get(link(begun, **query))
    assert "Create a Feishu app" in page.text
    assert sandbox.app_id not in page.text.split("<form")[0]
    scopes = dict(sandbox.world.app.scopes)
    made = (await approve(sandbox, begun, url=link(begun, **query))).json()
    assert made["app_id"] != sandbox.app_id
    assert (await poll(sandbox, begun)).json()["client_id"] == made["app_id"]
    assert sandbox.world.app.scopes == scopes


async def test_the_phone_shows_what_a_new_app_asks_for(sandbox):
    begun = await begin(sandbox)
    asked = addons(tenant=["im:message:send_as_bot", "no:such"], user=["offline_access"])
    page = (await sandbox.feishu.get(link(begun, name="CAN 集成", desc="why", addons=asked))).text
    for text in ("CAN 集成", "why", "im:message:send_as_bot", "offline_access", "最小"):
        assert text in page
    assert "no:such" not in page  # unknown names are left out without a word


async def test_the_phone_shows_what_an_existing_app_gains(fresh):
    await fresh.control("grant", scopes=["contact:user.base:readonly"])
    begun = await begin(fresh)
    asked = addons(tenant=["contact:user.base:readonly", "contact:user.phone:readonly"])
    url = link(begun, clientID=fresh.app_id, addons=asked)
    page = (await fresh.feishu.get(url)).text
    assert fresh.world.app.name in page
    assert fresh.app_id in page
    rows = page.split('id="scopes"')[1].split("</tr>")
    assert "on already" in rows[0]
    assert "acts after a release" in rows[1]
    assert (await fresh.feishu.post(url, data={"decision": "approve"})).status_code == 200
    app = fresh.world.app
    assert app.source == "developer_console"
    assert app.scopes["tenant", "contact:user.phone:readonly"] is False
    assert (app.releases, app.redirect_urls, app.installed) == (0, [], False)
    await fresh.control("release")
    await fresh.control("approve")
    assert app.has_scope("contact:user.phone:readonly")


async def test_completing_adds_and_never_removes(sandbox):
    app = sandbox.world.app
    before = dict(app.scopes)
    begun = await begin(sandbox)
    asked = addons(tenant=["im:chat:create"])
    await approve(sandbox, begun, clientID=sandbox.app_id, addons=asked, name="Another name")
    assert app.scopes == {**before, ("tenant", "im:chat:create"): True}
    assert app.name == "CAN Office Integration"
    done = (await poll(sandbox, begun)).json()
    assert done["client_secret"] == app.secret


async def test_an_app_under_review_is_not_updated(sandbox):
    await sandbox.control("release")
    begun = await begin(sandbox)
    url = link(begun, clientID=sandbox.app_id, addons=addons(tenant=["im:chat:create"]))
    for reply in (
        await sandbox.feishu.get(url),
        await sandbox.feishu.post(url, data={"decision": "approve"}),
    ):
        assert reply.status_code == 409
        assert "应用正在审核中" in reply.text
        assert "under review" in reply.text
        assert 'id="approve"' not in reply.text
    refused = await approve(sandbox, begun, url=url)
    assert (refused.status_code, refused.json()["code"]) == (409, 210040)
    assert ("tenant", "im:chat:create") not in sandbox.world.app.scopes
    assert (await poll(sandbox, begun)).json()["error"] == "authorization_pending"


async def test_the_app_of_somebody_else_is_not_updated(sandbox):
    other = sandbox.world.add_app("Other", "", 3)
    begun = await begin(sandbox)
    page = await sandbox.feishu.get(link(begun, clientID=other.app_id))
    assert page.status_code == 409
    assert "belongs to somebody else" in page.text
    assert (await approve(sandbox, begun, clientID=other.app_id)).json()["code"] == 210032
    person = sandbox.world.directory.people[3].user_id
    made = await approve(sandbox, begun, clientID=other.app_id, person=person)
    assert made.json()["app_id"] == other.app_id


async def test_automatic_releases_are_no_reviews(sandbox):
    begun = await begin(sandbox)
    app_id = (await approve(sandbox, begun)).json()["app_id"]
    again = await begin(sandbox)
    await approve(sandbox, again, clientID=app_id, addons=addons(tenant=["im:chat:readonly"]))
    state = (await sandbox.state())["apps"][app_id]
    assert (state["releases"], state["reviews"], state["source"]) == (2, 0, "scan")
    await tenant(sandbox, scans_need_review=True)
    third = await begin(sandbox)
    await approve(sandbox, third, clientID=app_id, addons=addons(tenant=["im:chat"]))
    await sandbox.control("approve", app_id)
    state = (await sandbox.state())["apps"][app_id]
    assert (state["releases"], state["reviews"]) == (3, 1)


async def test_the_list_calls_scanned_permissions_missing(sandbox):
    begun = await begin(sandbox)
    asked = addons(tenant=["im:message:send_as_bot", "application:application:self_manage"])
    app_id = (await approve(sandbox, begun, addons=asked)).json()["app_id"]
    await sandbox.control("grant", app_id, scopes=["im:chat:create"])
    token = await sandbox.token(app_id)

    async def listed():
        reply = (await sandbox.get("/application/v6/scopes", token=token)).json()
        return {item["scope_name"]: item["grant_status"] for item in reply["data"]["scopes"]}

    assert set((await listed()).values()) == {1}
    await tenant(sandbox, scan_list_lies=True)
    claimed = await listed()
    assert (claimed["im:message:send_as_bot"], claimed["im:chat:create"]) == (2, 1)
    me = "/application/v6/applications/me?lang=zh_cn"
    truth = (await sandbox.get(me, token=token)).json()["data"]["app"]["scopes"]
    assert {item["scope"] for item in truth} == set(claimed)
    own = (await sandbox.get("/application/v6/scopes")).json()["data"]["scopes"]
    assert {item["grant_status"] for item in own} == {1}  # an app of the console: true


async def test_lifetime_and_interval_are_the_tenants(sandbox):
    await tenant(sandbox, registration_seconds=7, poll_seconds=3)
    begun = await begin(sandbox)
    assert (begun["expires_in"], begun["interval"]) == (7, 3)
    assert (await poll(sandbox, begun)).json()["error"] == "authorization_pending"
    sandbox.clock.seconds += 2
    reply = await poll(sandbox, begun)
    assert (reply.status_code, reply.json()["error"]) == (400, "slow_down")
    sandbox.clock.seconds += 6
    assert (await poll(sandbox, begun)).json()["error"] == "expired_token"
    assert (await sandbox.feishu.get(link(begun))).status_code == 404
    assert (await approve(sandbox, begun)).status_code == 400
    for bad in ({"registration_seconds": 0}, {"poll_seconds": "1"}, {"registration": "ajar"}):
        assert (await sandbox.feishu.post("/control/tenant", json=bad)).status_code == 400


async def test_a_code_can_be_made_to_expire(sandbox):
    begun = await begin(sandbox)
    await sandbox.feishu.post(f"/control/registration/{begun['user_code']}/expire")
    assert (await poll(sandbox, begun)).json()["error"] == "expired_token"


async def test_the_second_of_two_programs_comes_too_late(sandbox):
    begun = await begin(sandbox)
    await approve(sandbox, begun)
    first, second = await poll(sandbox, begun), await poll(sandbox, begun)
    assert first.status_code == 200
    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")


async def test_registration_can_be_closed(sandbox):
    await tenant(sandbox, registration="closed")
    init = (await sandbox.accounts.post(PATH, data={"action": "init"})).json()
    assert "client_secret" not in init["supported_auth_methods"]
    refused = await sandbox.accounts.post(PATH, data=BEGIN)
    assert (refused.status_code, refused.json()["error"]) == (400, "unauthorized_client")
    await tenant(sandbox, registration="open")
    assert (await begin(sandbox))["device_code"]
