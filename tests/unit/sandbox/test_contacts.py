"""People and departments: paging, ranges, fields that silently vanish, identifiers."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.anyio

FIND = "/contact/v3/users/find_by_department"


async def pages(sandbox, path, **params):
    token, items = "", []
    while True:
        query = {**params, **({"page_token": token} if token else {})}
        reply = (await sandbox.get(path, params=query)).json()
        assert reply["code"] == 0, reply
        items += reply["data"]["items"]
        if not reply["data"]["has_more"]:
            return items
        token = reply["data"]["page_token"]


async def test_a_full_walk_meets_everyone_once(make):
    sandbox = make(users=400, departments=30)
    children = "/contact/v3/departments/0/children"
    departments = await pages(sandbox, children, fetch_child="true", page_size="50")
    assert len(departments) == 30
    met = set()
    for department in ["0", *(d["open_department_id"] for d in departments)]:
        met |= {u["user_id"] for u in await pages(sandbox, FIND, department_id=department)}
    people = sandbox.world.directory.people
    assert met == {person.user_id for person in people if not person.resigned}
    top = [d for d in departments if d["parent_department_id"] == "0"]
    doubles = sum(len(p.departments) - 1 for p in people)
    assert sum(d["member_count"] for d in top) == 400 - 4 - 1 + doubles


async def test_the_directory_is_the_same_every_time(make):
    first, second = make().world.directory, make().world.directory
    assert [p.user_id for p in first.people] == [p.user_id for p in second.people]
    assert len({p.email for p in first.people if p.email}) == sum(
        bool(p.email) for p in first.people
    )


@pytest.mark.parametrize("size", ["0", "51", "x", "-1"])
async def test_bad_page_size_is_40011(sandbox, size):
    reply = await sandbox.get(FIND, params={"department_id": "0", "page_size": size})
    assert reply.json()["code"] == 40011


async def test_bad_page_token_is_40012(sandbox):
    reply = await sandbox.get(FIND, params={"department_id": "0", "page_token": "bm9uc2Vuc2U="})
    assert reply.json()["code"] == 40012


@pytest.mark.parametrize(
    ("scope", "field"),
    [
        ("contact:user.employee_id:readonly", "user_id"),
        ("contact:user.phone:readonly", "mobile"),
        ("contact:user.email:readonly", "email"),
        ("contact:user.base:readonly", "name"),
        ("contact:user.department:readonly", "department_ids"),
        ("contact:user.employee:readonly", "status"),
    ],
)
async def test_a_missing_field_permission_gives_no_error(make, scope, field):
    whole, part = make(), make(drills=(f"missing-scope:{scope}",))
    path = "/contact/v3/users/"
    full = (await whole.get(path + whole.open_id())).json()["data"]["user"]
    less = (await part.get(path + part.open_id())).json()
    assert less["code"] == 0
    assert field in full
    assert field not in less["data"]["user"]


async def test_partial_range(make):
    sandbox = make(drills=("contact-range-partial",))
    book = sandbox.world.directory
    root = await sandbox.get(FIND, params={"department_id": "0"})
    assert (root.status_code, root.json()["code"]) == (403, 40004)
    top = book.department_id(book.top[0], "open_department_id")
    data = (await sandbox.get("/contact/v3/scopes")).json()["data"]
    assert data["department_ids"] == [top]
    inside, outside = book.departments[book.top[0]].members[0], 0
    assert (await sandbox.get(f"/contact/v3/users/{sandbox.open_id(inside)}")).json()["code"] == 0
    denied = await sandbox.get(f"/contact/v3/users/{sandbox.open_id(outside)}")
    assert (denied.status_code, denied.json()["code"]) == (403, 41050)
    both = {"user_ids": [sandbox.open_id(inside), sandbox.open_id(outside)]}
    batch = (await sandbox.get("/contact/v3/users/batch", params=both)).json()["data"]["items"]
    assert [user["open_id"] for user in batch] == [sandbox.open_id(inside)]
    below = book.departments[book.top[0]].children
    ids = [book.department_id(n, "open_department_id") for n in below]
    for department in ids:
        reply = await sandbox.get(FIND, params={"department_id": department})
        assert reply.json()["code"] == 0


async def test_range_lists_users_before_departments_over_pages(sandbox):
    token, kinds = "", []
    for _ in range(10):
        query = {"page_size": "3", **({"page_token": token} if token else {})}
        data = (await sandbox.get("/contact/v3/scopes", params=query)).json()["data"]
        kinds += ["u"] * len(data["user_ids"]) + ["d"] * len(data["department_ids"])
        if not data["has_more"]:
            break
        token = data["page_token"]
    assert kinds == ["u"] * 4 + ["d"] * 6


async def test_looking_up_addresses(sandbox):
    person = sandbox.world.directory.people[0]
    resigned = sandbox.world.directory.people[7]
    body = {
        "emails": [person.email, "nobody@example.com", resigned.email],
        "mobiles": [person.mobile.removeprefix("+86"), person.mobile],
    }
    path = "/contact/v3/users/batch_get_id?user_id_type=user_id"
    found = (await sandbox.post(path, json=body)).json()["data"]["user_list"]
    assert [entry.get("user_id") for entry in found] == [
        person.user_id, None, None, person.user_id, person.user_id,
    ]  # fmt: skip
    again = {"emails": [resigned.email], "include_resigned": True}
    entry = (await sandbox.post(path, json=again)).json()["data"]["user_list"][0]
    assert entry["status"]["is_resigned"] is True
    assert (await sandbox.post(path, json={})).json()["code"] == 99992402
    assert (await sandbox.post(path, json={"emails": ["a"] * 51})).json()["code"] == 99992402


async def test_user_id_type_needs_its_permission(make):
    scope = "contact:user.employee_id:readonly"
    sandbox = make(drills=(f"missing-scope:{scope}",))
    reply = (
        await sandbox.get(FIND, params={"department_id": "0", "user_id_type": "user_id"})
    ).json()
    assert reply["code"] == 99991672
    assert reply["error"]["permission_violations"][0]["subject"] == scope


async def test_identifiers_of_nobody_and_of_another_app(sandbox):
    other = sandbox.world.add_app("Other", "")
    cases = {
        f"ou_{'0' * 32}": 99992351,
        other.open_ids.encode(0): 99992361,
        "x" * 65: 41012,
    }
    for wire_id, code in cases.items():
        assert (await sandbox.get(f"/contact/v3/users/{wire_id}")).json()["code"] == code
    path = "/contact/v3/users/nobody?user_id_type=user_id"
    assert (await sandbox.get(path)).json()["code"] == 99992360


async def test_tenant(sandbox):
    tenant = (await sandbox.get("/tenant/v2/tenant/query")).json()["data"]["tenant"]
    assert tenant["tenant_tag"] == 0
    assert "domain" not in tenant


async def test_ids_of_large_directories_are_unique():
    from feishu_wizard.sandbox.world.identifiers import NumberCodec, short_user_id

    codec = NumberCodec("ou_", "app/cli_x")
    assert len({short_user_id(n) for n in range(100_000)}) == 100_000
    for number in (0, 1, 99_999, 2**32 - 1):
        assert codec.decode(codec.encode(number)) == number
    assert NumberCodec("ou_", "app/cli_y").decode(codec.encode(5)) is None
    assert codec.decode("ou_" + "z" * 32) is None
