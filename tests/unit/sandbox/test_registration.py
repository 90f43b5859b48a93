"""Creating and completing an app by scan."""

from __future__ import annotations

import base64
import gzip
import json

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
