"""Directories that have broken other products: what each is like, on the wire."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from feishu_wizard.sandbox.options import DIRECTORIES, Options
from feishu_wizard.sandbox.world import shapes
from feishu_wizard.sandbox.world.directory import RESIGNED, ROOT, Directory
from feishu_wizard.sandbox.world.world import TENANT_KEY

pytestmark = pytest.mark.anyio

FIND = "/contact/v3/users/find_by_department"
CHILDREN = "/contact/v3/departments/0/children"


async def listed(sandbox, **query):
    return (await sandbox.get(FIND, params={"page_size": "50", **query})).json()


async def everybody(sandbox):
    """Users of every department that can be read, one by one, and the refusals met."""
    params = {"fetch_child": "true", "page_size": "50"}
    below = (await sandbox.get(CHILDREN, params=params)).json()["data"]["items"]
    found, refusals = {}, Counter()
    for place in ["0", *(one["open_department_id"] for one in below)]:
        token = {}
        while True:
            reply = await listed(sandbox, department_id=place, **token)
            if reply["code"]:
                refusals[reply["code"]] += 1
                break
            found |= {user["open_id"]: user for user in reply["data"]["items"]}
            if not reply["data"]["has_more"]:
                break
            token = {"page_token": reply["data"]["page_token"]}
    return list(found.values()), refusals


async def test_every_name_has_its_directory():
    assert set(shapes.VARIANTS) == {"", *DIRECTORIES}
    with pytest.raises(ValueError, match="unknown directory: nothing"):
        Options(directory="nothing")


async def test_the_usual_directory_is_what_it_was():
    plain, named = Directory(400, 30, TENANT_KEY), Directory(400, 30, TENANT_KEY, shapes.USUAL)
    assert plain.people == named.people
    assert plain.departments == named.departments
    assert not (plain.shape.refused | plain.shape.stuck)


@pytest.mark.parametrize(
    ("name", "field"),
    [("no-mobile", "mobile"), ("no-user-id", "user_id"), ("no-status", "status")],
)
async def test_a_field_is_absent_for_lack_of_permission(make, name, field):
    whole, _ = await everybody(make())
    people, refusals = await everybody(make(directory=name))
    assert len(people) == len(whole) == 59
    assert not refusals
    assert all(field in one for one in whole)
    assert not any(field in one for one in people)
    rest = set(whole[0]) - set(people[0])
    gone = {"status", "enterprise_email"} if field == "status" else {field}
    assert gone <= rest


@pytest.mark.parametrize(
    ("name", "departments", "users"),
    [("one-department", 1, 0), ("only-direct-users", 0, 11), ("empty", 0, 0)],
)
async def test_ranges(make, name, departments, users):
    sandbox = make(directory=name)
    data = (await sandbox.get("/contact/v3/scopes")).json()["data"]
    assert (len(data["department_ids"]), len(data["user_ids"])) == (departments, users)
    root = await listed(sandbox, department_id="0")
    assert root["code"] == 40004


@pytest.mark.parametrize("users", [60, 400])
async def test_fifty_one(make, users):
    book = make(directory="fifty-one", users=users).world.directory
    assert len(book.departments[0].members) == 51
    assert sum(len(one.members) for one in book.departments) + 4 == users - 1
    assert RESIGNED not in book.departments[0].members


async def test_nested_twelve(make):
    book = make(directory="nested-twelve").world.directory
    assert max(len(list(book.lineage(n))) for n in range(len(book.departments))) == 12
    assert len(book.departments) == 12
    assert book.top == [0]
    assert list(book.descendants(ROOT)) == list(range(12))
    assert book.departments[11].members


async def test_duplicates(make):
    people, _ = await everybody(make(directory="duplicates"))
    mails = Counter(one["email"].lower() for one in people if one["email"])
    mobiles = Counter(one["mobile"] for one in people if one["mobile"])
    assert [text for text, n in mails.items() if n > 1] == ["same.address@example.com"]
    assert [text for text, n in mobiles.items() if n > 1] == ["+8610000000027"]
    shared = [one for one in people if one["enterprise_email"] in mails]
    assert [one["enterprise_email"] for one in shared] == ["shared@corp.example.com"]
    twins = [one for one in people if one["mobile"] == "+8610000000027"]
    assert sorted(one["status"]["is_frozen"] for one in twins) == [False, True]


async def test_half_read(make):
    sandbox = make(directory="half-read")
    people, refusals = await everybody(sandbox)
    assert refusals == {40004: 1, 40003: 1}
    book = sandbox.world.directory
    stuck = book.departments[shapes.STUCK].members
    refused = book.departments[shapes.REFUSED].members
    assert len(stuck) == 51
    assert len(refused) >= 10
    assert len(people) == 79 - len(refused) - (len(stuck) - 50)


async def test_foreign_mobiles(make):
    people, _ = await everybody(make(directory="foreign-mobiles"))
    starts = Counter(one["mobile"][:3] for one in people)
    assert starts == {"+44": 20, "+86": 39}
    assert len({one["mobile"] for one in people}) == 59


async def test_enterprise_mail_only(make):
    people, _ = await everybody(make(directory="enterprise-mail-only"))
    assert {one["email"] for one in people} == {""}
    assert len({one["enterprise_email"] for one in people}) == 59


async def test_odd_names(make):
    people, _ = await everybody(make(directory="odd-names"))
    assert set(shapes.ODD_NAMES) <= {one["name"] for one in people}


async def test_another_directory_while_it_runs(sandbox):
    before, _ = await everybody(sandbox)

    async def tell(**body):
        return await sandbox.feishu.post("/control/tenant", json=body)

    assert (await tell(directory="no-mobile")).status_code == 200
    people, _ = await everybody(sandbox)
    assert not any("mobile" in one for one in people)
    assert (await tell(directory="one-department")).status_code == 200
    assert (await listed(sandbox, department_id="0"))["code"] == 40004
    assert (await tell(directory="")).status_code == 200
    assert (await everybody(sandbox))[0] == before
    assert (await tell(directory="nothing")).status_code == 400
    await sandbox.feishu.post("/control/drills", json={"name": "no-bot", "on": True})
    assert (await tell(directory="empty")).status_code == 400


async def test_a_fresh_app_is_given_nothing_by_another_directory(fresh):
    before = dict(fresh.world.app.scopes)
    for name in ("no-mobile", ""):
        reply = await fresh.feishu.post("/control/tenant", json={"directory": name})
        assert reply.status_code == 200
    assert fresh.world.app.scopes == before


async def test_a_large_one_is_made_as_fast_as_the_usual():
    def made(shape):
        began = time.process_time()
        book = Directory(20_000, 600, TENANT_KEY, shape)
        return book, time.process_time() - began

    book, shaped = made(shapes.VARIANTS["fifty-one"].shape)
    _usual, usual = made(shapes.USUAL)
    assert len(book.departments[0].members) == 51
    assert sum(len(one.members) for one in book.departments) == 20_000 - 4 - 1
    assert shaped < 2 * usual + 0.5
