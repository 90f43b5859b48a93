"""What the tenant's administrator decides: versions, requests for permissions, settings at once."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.anyio

APPLY = "/application/v6/scopes/apply"
ME = "/application/v6/applications/me?lang=zh_cn"
AUDIT = "/admin/appCenter/audit"
PHONE = "contact:user.phone:readonly"
PLACES = "contact:user.department:readonly"
SUPER = "contact:contact:delete_all"
SELF_MANAGE = "application:application:self_manage"


async def apply(sandbox):
    return (await sandbox.post(APPLY)).json()["code"]


async def release(sandbox, *scopes, withheld=()):
    """Bring a version online that declares ``scopes``, without granting those withheld."""
    await sandbox.control("grant", scopes=[SELF_MANAGE, *scopes])
    await sandbox.control("release")
    await sandbox.control("approve", **{"except": list(withheld)})


async def listed(sandbox):
    items = (await sandbox.get("/application/v6/scopes")).json()["data"]["scopes"]
    assert all(item["scope_type"] in ("tenant", "user") for item in items)
    tenant = [item for item in items if item["scope_type"] == "tenant"]
    return {item["scope_name"]: item["grant_status"] for item in tenant}


async def known_to_itself(sandbox):
    return {item["scope"] for item in (await sandbox.get(ME)).json()["data"]["app"]["scopes"]}


async def app_of(sandbox):
    return (await sandbox.state())["apps"][sandbox.app_id]


async def test_a_version_is_approved_without_some_permissions(fresh):
    await release(fresh, PHONE, PLACES, withheld=[PHONE])
    assert (await listed(fresh))[PHONE] == 2
    assert (await listed(fresh))[PLACES] == 1
    assert PHONE not in await known_to_itself(fresh)
    version = fresh.world.app.online_version.version_id
    path = f"/application/v6/applications/me/app_versions/{version}?lang=zh_cn"
    declared = (await fresh.get(path)).json()["data"]["app_version"]["scopes"]
    assert PHONE in {item["scope"] for item in declared}
    state = await app_of(fresh)
    assert (state["scopes"]["tenant"][PHONE], state["reviews"]) == ("requested", 1)
    await fresh.control("release")
    await fresh.control("approve")
    assert (await listed(fresh))[PHONE] == 1


async def test_what_is_not_in_the_version_cannot_be_withheld(fresh):
    await fresh.control("grant", scopes=[PHONE])
    await fresh.control("release")
    path = f"/control/apps/{fresh.app_id}/approve"
    assert (await fresh.feishu.post(path, json={"except": [PLACES]})).status_code == 400
    assert fresh.world.app.under_review is not None
    assert fresh.world.app.reviews == 0


async def test_exactly_what_was_not_granted_is_asked_for(fresh):
    await release(fresh, PHONE, PLACES, withheld=[PHONE])
    await fresh.control("grant", scopes=["contact:contact:readonly"])  # in no version yet
    assert await apply(fresh) == 0
    assert (await app_of(fresh))["scope_request"] == [PHONE]
    assert await apply(fresh) == 212004
    assert (await fresh.control("approve-scopes"))["scopes"] == [PHONE]
    assert PHONE in await known_to_itself(fresh)
    state = await app_of(fresh)
    assert (state["releases"], state["reviews"], state["scope_request"]) == (1, 1, [])
    assert await apply(fresh) == 212002


async def test_a_draft_alone_has_nothing_to_ask_for(fresh):
    await fresh.control("grant", scopes=[PHONE])
    assert await apply(fresh) == 212002


async def test_super_sensitive_permissions_are_not_asked_for(fresh):
    await release(fresh, SUPER, PHONE, withheld=[SUPER, PHONE])
    assert await apply(fresh) == 0
    assert (await fresh.control("approve-scopes"))["scopes"] == [PHONE]
    assert await apply(fresh) == 212001


async def test_ten_requests_a_version(fresh):
    await release(fresh, PHONE, withheld=[PHONE])
    for _ in range(10):
        assert await apply(fresh) == 0
        await fresh.control("decline-scopes")
    assert await apply(fresh) == 212003
    await release(fresh, withheld=[PHONE])
    assert await apply(fresh) == 0


async def test_without_a_request_nothing_is_decided(sandbox):
    for action in ("approve-scopes", "decline-scopes"):
        reply = await sandbox.feishu.post(f"/control/apps/{sandbox.app_id}/{action}", json={})
        assert reply.status_code == 409
    reply = await sandbox.feishu.post(AUDIT, data={"app_id": sandbox.app_id, "do": "nonsense"})
    assert reply.status_code == 409


async def test_the_administrator_decides_on_the_page(fresh):
    await fresh.control("grant", scopes=[SELF_MANAGE, PHONE, PLACES])
    await fresh.control("release", note="why")
    page = await fresh.feishu.get(AUDIT)
    assert f'name="except" value="{PHONE}"' in page.text
    form = {"app_id": fresh.app_id, "do": "approve", "except": [PHONE]}
    assert (await fresh.feishu.post(AUDIT, data=form)).status_code == 303
    assert (await listed(fresh))[PHONE] == 2
    assert await apply(fresh) == 0
    page = await fresh.feishu.get(AUDIT)
    assert PHONE in page.text
    assert PLACES not in page.text
    assert 'value="approve-scopes"' in page.text
    form = {"app_id": fresh.app_id, "do": "approve-scopes"}
    assert (await fresh.feishu.post(AUDIT, data=form)).status_code == 303
    assert (await listed(fresh))[PHONE] == 1
    assert PHONE not in (await fresh.feishu.get(AUDIT)).text


async def test_reviews_count_what_was_decided(fresh):
    await fresh.control("release")
    assert (await app_of(fresh))["reviews"] == 0
    await fresh.control("withdraw")
    assert (await app_of(fresh))["reviews"] == 0
    await fresh.control("release")
    await fresh.control("reject", reason="no")
    assert (await app_of(fresh))["reviews"] == 1
    await fresh.control("release")
    await fresh.control("approve")
    await fresh.control("approve")
    state = await app_of(fresh)
    assert (state["reviews"], state["releases"]) == (2, 3)


async def test_the_list_lies_and_calls_tell_the_truth(sandbox):
    lies = {"granted": ["im:chat:create"], "missing": [PHONE, "contact:contact:readonly"]}
    truth = await known_to_itself(sandbox)
    await sandbox.control("list-lies", **lies)
    claimed = await listed(sandbox)
    assert (claimed["im:chat:create"], claimed[PHONE]) == (1, 2)
    assert "contact:contact:readonly" not in claimed  # never added: absent in any case
    assert await known_to_itself(sandbox) == truth
    found = (await sandbox.get(f"/contact/v3/users/{sandbox.open_id(2)}")).json()
    assert found["data"]["user"]["mobile"]
    await sandbox.control("list-lies")
    assert (await listed(sandbox))[PHONE] == 1
    assert "im:chat:create" not in await listed(sandbox)


async def test_a_claimed_permission_does_not_act(sandbox):
    sender = "im:message:send_as_bot"
    sandbox.world.drills.switch(f"missing-scope:{sender}", on=True)
    await sandbox.control("list-lies", granted=[sender])
    assert (await listed(sandbox))[sender] == 1
    assert (await sandbox.send(sandbox.open_id())).json()["code"] == 99991672


def manage(sandbox):
    return f"/admin/appCenter/manage/{sandbox.app_id}"


async def test_range_and_availability_act_at_once_on_the_manage_page(sandbox):
    app, book = sandbox.world.app, sandbox.world.directory
    place, person = book.departments[0].open_department_id, book.people[3]
    shown = (await sandbox.feishu.get(manage(sandbox))).text
    assert 'value="range"' in shown
    assert 'value="availability"' in shown
    form = {"do": "range", "kind": "some", "departments": place, "people": ""}
    assert (await sandbox.feishu.post(manage(sandbox), data=form)).status_code == 303
    assert (app.contacts_range.kind, app.contacts_range.departments) == ("some", {0})
    form = {"do": "availability", "kind": "some", "people": f"{person.email}\n"}
    assert (await sandbox.feishu.post(manage(sandbox), data=form)).status_code == 303
    assert (app.availability.kind, app.availability.users) == ("some", {3})
    assert f">{person.user_id}</textarea>" in (await sandbox.feishu.get(manage(sandbox))).text
    assert (app.releases, app.reviews) == (1, 1)
    await sandbox.control("release")  # a review does not lock the administrator's own settings
    for what in ("range", "availability"):
        form = {"do": what, "kind": "all"}
        assert (await sandbox.feishu.post(manage(sandbox), data=form)).status_code == 303
    assert app.availability.kind == app.contacts_range.kind == "all"


@pytest.mark.parametrize(
    "form",
    [
        {"do": "range", "kind": "some", "people": "nobody@example.com"},
        {"do": "range", "kind": "nonsense"},
        {"do": "availability", "kind": "equal_to_availability"},
    ],
)
async def test_bad_settings_are_refused_on_the_page(sandbox, form):
    reply = await sandbox.feishu.post(manage(sandbox), data=form)
    assert reply.status_code == 409
    assert 'id="message"' in reply.text
    assert sandbox.world.app.contacts_range.kind == "all"


async def test_an_unreleased_app_has_no_settings_of_the_administrator(fresh):
    form = {"do": "range", "kind": "all"}
    assert (await fresh.feishu.post(manage(fresh), data=form)).status_code == 409


WAITING = (
    ("GET", "/application/v6/scopes"),
    ("GET", ME),
    ("GET", "/application/v6/applications/me/app_versions?lang=zh_cn"),
    ("GET", "/application/v6/applications/me/app_versions/{version}?lang=zh_cn"),
    ("GET", "/application/v6/applications/me/app_versions/{version}/contacts_range_suggest"),
    ("POST", APPLY),
    ("GET", "/bot/v3/info"),
    ("GET", "/contact/v3/scopes"),
)


@pytest.mark.parametrize(("method", "path"), WAITING)
async def test_quota_and_rate_limits_meet_whoever_waits(make, method, path):
    sandbox = make()
    path = path.replace("{version}", sandbox.world.app.online_version.version_id)
    token = await sandbox.token()
    sandbox.world.drills.switch("quota-exhausted", on=True)
    reply = await sandbox.call(method, path, token=token)
    assert reply.json()["code"] == 99991403
    sandbox.world.drills.switch("quota-exhausted", on=False)
    sandbox.world.drills.switch("rate-limited", on=True)
    reply = await sandbox.call(method, path, token=token)
    assert (reply.status_code, reply.json()["code"]) == (429, 99991400)
    sandbox.clock.seconds += int(reply.headers["x-ogw-ratelimit-reset"])
    assert (await sandbox.call(method, path, token=token)).json()["code"] in (0, 212002)


async def test_documented_limits_on_versions(make):
    sandbox = make(rate_limits=True)
    token, path = await sandbox.token(), f"{WAITING[2][1]}"
    codes = [(await sandbox.get(path, token=token)).json()["code"] for _ in range(101)]
    assert codes == [0] * 100 + [99991400]
