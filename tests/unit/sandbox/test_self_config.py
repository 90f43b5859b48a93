"""An app that edits and publishes itself."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.anyio

V6 = "/application/v6/applications/me"
V7 = "/application/v7/applications/me"
PATCH = "application:application:patch"
SELF_MANAGE = "application:application:self_manage"
PUBLISH = {
    "remark": "r",
    "changelog": "c",
    "mobile_default_ability": "bot",
    "pc_default_ability": "bot",
}


async def config(sandbox, token="", **body):
    reply = await sandbox.call("PATCH", f"{V7}/config", json=body, token=token)
    return reply.json()["code"]


async def ability(sandbox, **bot):
    return (await sandbox.call("PATCH", f"{V7}/ability", json={"bot": bot})).json()["code"]


async def publish(sandbox, **body):
    return (await sandbox.post(f"{V7}/publish", json={**PUBLISH, **body})).json()


async def refusals(sandbox):
    """Codes of config, ability and publish."""
    return [
        await config(sandbox),
        await ability(sandbox),
        (await sandbox.post(f"{V7}/publish", json={})).json()["code"],
    ]


def adding(*scopes):
    return {"add_scopes": [{"scope_name": name, "token_type": "tenant"} for name in scopes]}


def removing(*scopes):
    return {"remove_scopes": [{"scope_name": name, "token_type": "tenant"} for name in scopes]}


async def patchable(sandbox):
    await sandbox.control("grant", scopes=["application:application:patch"])
    await sandbox.control("release")
    await sandbox.control("approve")


async def test_self_configuration(sandbox):
    await patchable(sandbox)
    body = {
        "scope": {"add_scopes": [{"scope_name": "im:chat:read", "token_type": "tenant"}]},
        "security": {"add": {"redirect_urls": ["http://localhost:9/cb?x=1#y"]}},
        "contacts": {"contacts_range_type": "equal_to_availability"},
    }
    assert (await sandbox.call("PATCH", f"{V7}/config", json=body)).json()["code"] == 0
    app = sandbox.world.app
    assert app.has_scope("im:chat:read")
    assert app.redirect_urls[-1] == "http://localhost:9/cb"
    assert app.draft.contacts_range.kind == "equal_to_availability"
    assert app.online.contacts_range.kind == "all"
    off = {"bot": {"enable": False}}
    assert (await sandbox.call("PATCH", f"{V7}/ability", json=off)).json()["code"] == 0
    assert app.bot_active
    missing = (await sandbox.post(f"{V7}/publish", json={"remark": "r"})).json()
    assert missing["code"] == 210304
    published = await sandbox.post(f"{V7}/publish", json={"remark": "r", "changelog": "c"})
    assert published.json()["data"]["version"] == "1.0.2"
    locked = {
        "config": (await sandbox.call("PATCH", f"{V7}/config", json={})).json()["code"],
        "ability": (await sandbox.call("PATCH", f"{V7}/ability", json={})).json()["code"],
        "publish": (await sandbox.post(f"{V7}/publish", json={})).json()["code"],
    }
    assert locked == {"config": 210040, "ability": 210020, "publish": 210302}


@pytest.mark.parametrize(
    "body",
    [
        {"security": {"add": {"redirect_urls": ["ftp://a/b"]}}},
        {"security": {"add": {"redirect_urls": [f"http://h{n}/" for n in range(300)]}}},
        {"scope": {"add_scopes": [{"scope_name": "x", "token_type": "tenant"}]}},
        {"contacts": {"contacts_range_type": "nobody"}},
        {"contacts": {"contacts_range_type": "some", "visible_list": {"user_ids": ["ou_x"]}}},
        {"security": 3},
        {
            "security": {"add": {"redirect_urls": ["http://new.example.com/"]}},
            "contacts": {"contacts_range_type": "nobody"},
        },
    ],
)
async def test_bad_self_configuration(sandbox, body):
    await patchable(sandbox)
    before = list(sandbox.world.app.redirect_urls)
    reply = await sandbox.call("PATCH", f"{V7}/config", json=body)
    assert reply.json()["code"] == 210031
    assert sandbox.world.app.redirect_urls == before


async def test_self_configuration_is_refused_for_scanned_apps_and_without_the_scope(sandbox):
    assert (await sandbox.call("PATCH", f"{V7}/config", json={})).json()["code"] == 99991672
    await patchable(sandbox)
    sandbox.world.app.source = "scan"
    assert await refusals(sandbox) == [210043, 210021, 210001]
    path = f"/application/v7/applications/cli_{'0' * 16}/config"
    assert (await sandbox.call("PATCH", path, json={})).json()["code"] == 210036


@pytest.mark.parametrize(
    ("made", "codes"),
    [
        ({"source": "scan"}, [210043, 210021, 210001]),
        ({"source": "bot_builder"}, [210043, 210021, 210001]),
        ({"source": "base"}, [210035, 210021, 210001]),
    ],
)
async def test_apps_of_other_tools(sandbox, made, codes):
    new = (await sandbox.feishu.post("/control/apps", json={"name": "Other", **made})).json()
    await sandbox.control("grant", new["app_id"], scopes=[PATCH, SELF_MANAGE])
    await sandbox.control("release", new["app_id"])
    await sandbox.control("approve", new["app_id"])
    token = await sandbox.token(new["app_id"])
    got = [
        (await sandbox.call("PATCH", f"{V7}/config", json={}, token=token)).json()["code"],
        (await sandbox.call("PATCH", f"{V7}/ability", json={}, token=token)).json()["code"],
        (await sandbox.post(f"{V7}/publish", json={}, token=token)).json()["code"],
    ]
    assert got == codes
    told = (await sandbox.get(f"{V6}?lang=zh_cn", token=token)).json()["data"]["app"]
    assert told["create_source"] == ("base" if made["source"] == "base" else "unknown")
    assert (await sandbox.state())["apps"][new["app_id"]]["source"] == made["source"]


async def test_what_was_added_can_be_taken_back(sandbox):
    await patchable(sandbox)
    app = sandbox.world.app
    before = (dict(app.scopes), list(app.redirect_urls), list(app.allowed_ips))
    urls, addresses = ["http://new.example.com/cb"], ["203.0.113.7", "127.0.0.1"]
    more = {"redirect_urls": urls, "allowed_ips": addresses, "h5_trusted_domains": ["https://a.b"]}
    wanted = adding("im:chat:read", "contact:contact:readonly")
    assert await config(sandbox, scope=wanted, security={"add": more}) == 0
    assert app.redirect_urls[-1:] == urls
    assert app.allowed_ips == addresses
    assert app.security["h5_trusted_domains"] == ["https://a.b"]
    assert app.has_scope("im:chat:read")
    assert app.scopes["tenant", "contact:contact:readonly"] is False  # waits for a version
    taken = removing("im:chat:read", "contact:contact:readonly")
    assert await config(sandbox, scope=taken, security={"remove": more}) == 0
    assert (dict(app.scopes), list(app.redirect_urls), list(app.allowed_ips)) == before
    assert app.security["h5_trusted_domains"] == []


async def test_message_scopes_need_the_bot_first(sandbox):
    await patchable(sandbox)
    await sandbox.control("bot", enable=False)
    assert await config(sandbox, scope=adding("im:message:readonly")) == 210041
    assert await config(sandbox, scope=adding("im:chat:read")) == 0
    assert await config(sandbox, scope=adding("im:message:send_as_bot")) == 0  # has it already
    assert await ability(sandbox, enable=True) == 0
    assert await config(sandbox, scope=adding("im:message:readonly")) == 0


@pytest.mark.parametrize("number", ["1.0.1", "0.9.9", "1.x", "1.0.0.1"])
async def test_versions_must_rise(sandbox, number):
    await patchable(sandbox)
    assert (await publish(sandbox, version=number))["code"] == 210303
    assert sandbox.world.app.under_review is None


@pytest.mark.parametrize("name", sorted(PUBLISH))
async def test_publishing_lacks_a_field(sandbox, name):
    await patchable(sandbox)
    assert (await publish(sandbox, **{name: ""}))["code"] == 210304
    assert sandbox.world.app.under_review is None


async def test_without_a_bot_no_default_ability_is_asked_for(sandbox):
    await patchable(sandbox)
    await sandbox.control("bot", enable=False)
    made = await sandbox.post(f"{V7}/publish", json={"remark": "r", "changelog": "c"})
    assert made.json()["data"]["version"] == "1.0.2"


async def test_an_app_under_review_refuses_every_change(sandbox):
    await patchable(sandbox)
    assert (await publish(sandbox, version="1.2.0"))["data"]["version"] == "1.2.0"
    assert await refusals(sandbox) == [210040, 210020, 210302]
    await sandbox.control("approve")
    assert await refusals(sandbox) == [0, 0, 210304]


@pytest.mark.parametrize("kind", ["equal_to_availability", "some", "all"])
async def test_each_version_tells_the_range_it_asks_for(sandbox, kind):
    await patchable(sandbox)
    first = sandbox.world.app.online_version.version_id
    place = sandbox.world.directory.departments[1].open_department_id
    listed = {"visible_list": {"department_ids": [place]}} if kind == "some" else {}
    assert await config(sandbox, contacts={"contacts_range_type": kind, **listed}) == 0
    second = (await publish(sandbox))["data"]["version_id"]
    told = {}
    for version in (first, second):
        path = f"{V6}/app_versions/{version}/contacts_range_suggest"
        told[version] = (await sandbox.get(path)).json()["data"]["contacts_range"]
    assert told[first]["contacts_scope_type"] == "all"
    assert told[second]["contacts_scope_type"] == kind
    assert told[second]["visible_list"]["department_ids"] == ([place] if listed else [])
    assert sandbox.world.app.online.contacts_range.kind == "all"


async def test_visibility_waits_for_the_version(sandbox):
    await patchable(sandbox)
    people = {"user_ids": [sandbox.open_id(2)]}
    wanted = {"is_visible_to_all": False, "visible_list": people}
    assert await config(sandbox, visibility=wanted) == 0
    app = sandbox.world.app
    assert (app.availability.kind, app.draft.availability.users) == ("all", {2})
    await publish(sandbox)
    await sandbox.control("approve")
    assert (app.availability.kind, app.availability.users) == ("some", {2})


async def test_the_range_can_be_set_at_once(sandbox):
    scope = "application:application.contacts_range:write"
    path = f"{V6}/contacts_range"
    refused = await sandbox.call("PATCH", path, json={"contacts_range_type": "all"})
    assert refused.json()["code"] == 99991672
    await sandbox.control("grant", scopes=[scope])
    await sandbox.control("release")
    await sandbox.control("approve")
    releases = sandbox.world.app.releases

    async def change(**body):
        body = {"contacts_range_type": "some", **body}
        return (await sandbox.call("PATCH", path, json=body)).json()["code"]

    first, second = sandbox.open_id(2), sandbox.open_id(3)
    assert await change(add_visible_list={"user_ids": [first]}) == 0
    assert await change(add_visible_list={"user_ids": [second]}) == 0
    assert sandbox.world.app.contacts_range.users == {2, 3}
    assert await change(del_visible_list={"user_ids": [first]}) == 0
    assert sandbox.world.app.contacts_range.users == {3}
    assert await change(add_visible_list={"user_ids": ["ou_x"]}) == 210031
    assert await change(contacts_range_type="all") == 0
    assert sandbox.world.app.contacts_range.kind == "all"
    assert sandbox.world.app.releases == releases


@pytest.mark.parametrize(("person", "code"), [(0, 0), (2, 210037)])
async def test_only_its_owner_changes_it_as_a_user(sandbox, person, code):
    await sandbox.control("grant", scopes=[PATCH], token_type="user")
    await sandbox.control("release")
    await sandbox.control("approve")
    token = sandbox.world.tokens.user(sandbox.app_id, person, PATCH).value
    assert await config(sandbox, token=token) == code
