"""The console for people, and the control calls' own manners."""

from __future__ import annotations

import json

import pytest

from feishu_wizard.sandbox.console.pages import MENU

pytestmark = pytest.mark.anyio


@pytest.fixture
async def app_page(fresh):
    async def visit(name, data=None):
        path = f"/app/{fresh.app_id}/{name}"
        if data is None:
            return await fresh.feishu.get(path)
        return await fresh.feishu.post(path, data=data, follow_redirects=True)

    return visit


@pytest.mark.parametrize("name", [*(key for key, _ in MENU), "capability", "capability/"])
async def test_pages_stand_alone(app_page, name):
    page = await app_page(name)
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert "src=" not in page.text


async def test_an_admin_does_the_whole_console_part_by_hand(fresh, app_page):
    made = await fresh.feishu.post("/app", data={"name": "<i>CAN</i>"}, follow_redirects=True)
    assert "&lt;i&gt;CAN" in made.text
    assert fresh.world.app.secret not in (await app_page("baseinfo")).text
    assert fresh.world.app.secret in (await app_page("baseinfo?reveal=1")).text
    asked = await app_page(
        "auth?q=contact:user.phone:readonly,im:message:send_as_bot&op_from=openapi"
    )
    assert "需审核" in asked.text
    scopes = {"tenant": ["contact:user.phone:readonly", "no:such"], "user": []}
    imported = await app_page("auth", {"do": "import", "json": json.dumps({"scopes": scopes})})
    assert "no:such" in imported.text
    await app_page("auth", {"do": "grant", "scope": "im:message:send_as_bot"})
    await app_page("bot", {"do": "bot-on"})
    await app_page("safe", {"do": "add-url", "url": "http://can.example.com/user/softLogin"})
    await app_page("auth", {"do": "range", "kind": "all"})
    await app_page("version", {"do": "release", "version": "1.0.0", "note": "n", "kind": "all"})
    locked = await app_page("bot", {"do": "bot-off"})
    assert locked.status_code == 409
    audit = await fresh.feishu.get("/admin/appCenter/audit")
    assert fresh.app_id in audit.text
    form = {"app_id": fresh.app_id, "do": "approve"}
    await fresh.feishu.post("/admin/appCenter/audit", data=form)
    app = fresh.world.app
    assert app.releases == 1
    assert app.bot_active
    assert app.has_scope("contact:user.phone:readonly")
    assert app.redirect_urls == ["http://can.example.com/user/softLogin"]
    assert app.availability.kind == app.contacts_range.kind == "all"


async def test_bad_forms_say_why(app_page):
    assert (await app_page("safe", {"do": "add-url", "url": "ttp://x"})).status_code == 409
    assert (await app_page("auth", {"do": "import", "json": "{"})).status_code == 409
    assert (await app_page("auth", {"do": "import", "json": "[]"})).status_code == 409
    bad_person = {"do": "release", "kind": "some", "people": "nobody@example.com"}
    assert "nobody@example.com" in (await app_page("version", bad_person)).text


async def test_secret_reset_stops_the_old_one(sandbox):
    path = f"/app/{sandbox.app_id}/baseinfo"
    await sandbox.feishu.post(path, data={"do": "reset-secret"})
    app_id, old = sandbox.apps.known_pair
    body = {"app_id": app_id, "app_secret": old}
    reply = await sandbox.feishu.post("/open-apis/auth/v3/tenant_access_token/internal", json=body)
    assert reply.json()["code"] == 10014


async def test_unknown_pages_lead_back_to_the_list(sandbox):
    for path in ("/app/cli_unknown/auth", f"/app/{sandbox.app_id}/nonsense", "/"):
        reply = await sandbox.feishu.get(path)
        assert (reply.status_code, reply.headers["location"]) == (302, "/app")


async def test_scope_request_link(sandbox):
    path = f"/page/scope-apply?clientID={sandbox.app_id}&scopes=im:message"
    reply = await sandbox.feishu.get(path, follow_redirects=True)
    assert 'value="im:message" checked' in reply.text


async def test_pages_of_other_origins_may_not_play(sandbox):
    headers = {"Origin": "http://evil.example.com"}
    for path in (f"/control/apps/{sandbox.app_id}/stop", f"/app/{sandbox.app_id}/bot"):
        reply = await sandbox.feishu.post(path, headers=headers, data={"do": "bot-off"})
        assert reply.status_code == 403
    assert not sandbox.world.app.stopped
    assert sandbox.world.app.draft.bot
    state = await sandbox.feishu.get("/control/state.json", headers=headers)
    assert state.status_code == 403


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("apps", {}, 400),
        ("apps/cli_unknown/grant", {}, 404),
        ("apps/{app}/nonsense", {}, 404),
        ("apps/{app}/grant", {"scopes": "x"}, 400),
        ("apps/{app}/grant", {"token_type": "robot"}, 400),
        ("apps/{app}/bot", {"enable": "yes"}, 400),
        ("apps/{app}/availability", {"type": "some", "users": ["nobody"]}, 400),
        ("apps/{app}/availability", {"type": "equal_to_availability"}, 400),
        ("apps/{app}/range", {"type": "some", "departments": ["od-x"]}, 400),
        ("apps/{app}/reject", {}, 409),
        ("can", {"api": "soap"}, 400),
        ("registration/XXXX/approve", {}, 404),
    ],
)
async def test_bad_control_calls(sandbox, path, body, status):
    url = f"/control/{path.replace('{app}', sandbox.app_id)}"
    reply = await sandbox.feishu.post(url, json=body)
    assert reply.status_code == status
    assert reply.json()["ok"] is False


async def test_control_makes_apps(sandbox):
    made = (await sandbox.feishu.post("/control/apps", json={"name": "New"})).json()
    token = await sandbox.token(made["app_id"], made["app_secret"])
    assert (await sandbox.get("/bot/v3/info", token=token)).json()["code"] == 11205


async def test_tenants_review_what_they_like(fresh):
    rule = {"review": {"contact:user.email:readonly": True}}
    await fresh.feishu.post("/control/tenant", json=rule)
    granted = await fresh.control("grant", scopes=["contact:user.email:readonly"])
    assert granted["at_once"] == []


async def test_the_administrator_stops_and_starts_an_app(sandbox):
    path = f"/admin/appCenter/manage/{sandbox.app_id}"
    await sandbox.feishu.post(path, data={"do": "stop"})
    refused = (await sandbox.get("/bot/v3/info")).json()
    assert refused["code"] == 99991662
    assert 'value="start"' in (await sandbox.feishu.get(path)).text
    await sandbox.feishu.post(path, data={"do": "start"})
    assert (await sandbox.get("/bot/v3/info")).json()["code"] == 0
    link = refused["error"]["troubleshooter"].split("): ")[1]
    assert "99991662" in (await sandbox.feishu.get(link)).text


async def test_foreign_host_names_are_refused(sandbox):
    headers = {"Host": "rebound.example.com"}
    reply = await sandbox.feishu.get("/control/state.json", headers=headers)
    assert reply.status_code == 403
