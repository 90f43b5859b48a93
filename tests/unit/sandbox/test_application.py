"""An app's view of itself, releases and reviews."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.anyio

ME = "/application/v6/applications/me"
SELF_MANAGE = "application:application:self_manage"


async def me(sandbox):
    reply = (await sandbox.get(f"{ME}?lang=zh_cn")).json()
    assert reply["code"] == 0, reply
    return reply["data"]["app"]


async def test_lang_is_mandatory(sandbox):
    body = (await sandbox.get(ME)).json()
    assert body["code"] == 99992402
    assert body["error"]["field_violations"][0]["field"] == "lang"


async def test_healthy_app(sandbox):
    app = await me(sandbox)
    assert app["status"] == 1
    assert app["redirect_urls"] == [sandbox.apps.office.callback]
    assert app["online_version_id"].startswith("oav_")
    assert app["unaudit_version_id"] == ""
    phone = next(s for s in app["scopes"] if s["scope"] == "contact:user.phone:readonly")
    assert phone["token_types"] == ["tenant", "user"]
    assert app["owner"] == {"type": 2, "owner_id": sandbox.open_id()}


async def test_fresh_app_tells_nothing_before_its_first_release(fresh):
    assert (await fresh.get("/bot/v3/info")).json()["code"] == 11205
    assert (await fresh.get("/application/v6/scopes")).json()["code"] == 212100
    assert (await fresh.get(f"{ME}?lang=zh_cn")).json()["code"] == 99991672


async def test_review_free_scopes_act_at_once_and_others_after_approval(fresh):
    phone = "contact:user.phone:readonly"
    granted = await fresh.control("grant", scopes=[SELF_MANAGE, phone, "no:such:scope"])
    assert granted["at_once"] == [SELF_MANAGE]
    assert granted["unknown"] == ["no:such:scope"]
    assert (await me(fresh))["status"] == 2
    await fresh.control("bot", enable=True)
    await fresh.control("release", note="please")
    app = await me(fresh)
    assert (app["status"], app["online_version_id"]) == (2, "")
    assert app["unaudit_version_id"].startswith("oav_")
    await fresh.control("approve")
    listed = (await fresh.get("/application/v6/scopes")).json()["data"]["scopes"]
    wanted = {"scope_name": phone, "grant_status": 1, "scope_type": "tenant"}
    assert wanted in listed
    assert (await fresh.get("/bot/v3/info")).json()["bot"]["activate_status"] == 2
    assert (await fresh.state())["apps"][fresh.app_id]["releases"] == 1


async def test_scope_waits_with_status_2(sandbox):
    await sandbox.control("grant", scopes=["application:application:patch"])
    listed = (await sandbox.get("/application/v6/scopes")).json()["data"]["scopes"]
    status = {item["scope_name"]: item["grant_status"] for item in listed}
    assert status["application:application:patch"] == 2


async def test_nothing_to_apply_for(sandbox):
    assert (await sandbox.post("/application/v6/scopes/apply")).json()["code"] == 212002


async def test_a_review_locks_the_app_and_withdrawal_unlocks_it(sandbox):
    await sandbox.control("release")
    for action, body in (
        ("grant", {"scopes": [SELF_MANAGE]}),
        ("bot", {"enable": True}),
        ("redirect-url", {"add": ["http://a.example.com/b"]}),
        ("range", {"type": "all"}),
        ("availability", {"type": "all"}),
    ):
        reply = await sandbox.feishu.post(f"/control/apps/{sandbox.app_id}/{action}", json=body)
        assert (reply.status_code, reply.json()["code"]) == (409, 210040)
    await sandbox.control("withdraw")
    await sandbox.control("bot", enable=True)


async def test_rejection_leaves_the_online_version(sandbox):
    await sandbox.control("bot", enable=False)
    await sandbox.control("release")
    await sandbox.control("reject", reason="why?")
    assert (await sandbox.get("/bot/v3/info")).json()["code"] == 0
    versions = (await sandbox.get(f"{ME}/app_versions?lang=zh_cn")).json()["data"]["items"]
    assert [version["status"] for version in versions] == [2, 1]
    assert "bot" not in versions[0]["ability"]
    one = await sandbox.get(f"{ME}/app_versions/{versions[1]['version_id']}?lang=zh_cn")
    assert one.json()["data"]["app_version"]["version"] == "1.0.0"


async def test_versions_must_rise(sandbox):
    for number in ("1.0.0", "0.9.9", "1.x", "1.0.0.1"):
        path = f"/control/apps/{sandbox.app_id}/release"
        reply = await sandbox.feishu.post(path, json={"version": number})
        assert (reply.status_code, reply.json()["code"]) == (409, 210303)


async def test_approving_twice_changes_nothing(sandbox):
    await sandbox.control("release")
    first = await sandbox.control("approve")
    assert (await sandbox.control("approve"))["version"] == first["version"] == "1.0.1"


async def test_availability_check(make):
    sandbox = make(drills=("recipient-outside",))
    ids = [sandbox.open_id(0), sandbox.open_id(1), "ou_unknown"]
    path = f"{ME}/visibility/check_white_black_list"
    data = (await sandbox.post(path, json={"user_ids": ids})).json()["data"]
    assert [entry["in_white_list"] for entry in data["user_visibility_list"]] == [
        True,
        False,
        False,
    ]


async def test_other_apps_need_their_permission(sandbox):
    other = sandbox.world.add_app("Other", "")
    base = "/application/v6/applications"
    assert (await sandbox.get(f"{base}/{other.app_id}?lang=en_us")).json()["code"] == 210504
    assert (await sandbox.get(f"{base}/nonsense?lang=en_us")).json()["code"] == 210503


async def test_contacts_range_of_the_administrator_acts_at_once(sandbox):
    await sandbox.control("grant", scopes=["admin:app.info:readonly"])
    await sandbox.control("release")
    await sandbox.control("approve")
    person = sandbox.world.directory.people[3].user_id
    await sandbox.control("range", type="some", users=[person], at_once=True)
    reply = (await sandbox.get(f"{ME}/contacts_range_configuration?user_id_type=user_id")).json()
    configured = reply["data"]["contacts_range"]
    assert configured["contacts_scope_type"] == "some"
    assert configured["visible_list"]["user_ids"] == [person]
