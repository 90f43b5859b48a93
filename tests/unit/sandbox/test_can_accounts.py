"""The practice CAN lists its accounts: those of its people, and two that match nobody."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.anyio

USERS = "/anymetrics/api/v1/users"


async def listed(sandbox, **query):
    reply = await sandbox.can.get(USERS, params=query, headers=sandbox.key_headers)
    return reply.json()


async def test_every_account_once_and_in_order(make):
    sandbox = make(users=120)
    names, number, more = [], 1, True
    while more:
        data = (await listed(sandbox, pageNumber=number, pageSize=50))["data"]
        names += [row["account"] for row in data["data"]]
        more, number = data["hasNext"], number + 1
        assert data["total"] == 121
    people = [one for one in sandbox.world.directory.people if not one.resigned]
    assert names == sorted([*(one.user_id for one in people), "admin", "data.robot"])
    assert number == 4


async def test_a_row(sandbox):
    data = (await listed(sandbox, pageSize=1000))["data"]
    rows = {row["account"]: row for row in data["data"]}
    first = sandbox.world.directory.people[0]
    assert rows[first.user_id] == {
        "account": first.user_id,
        "nickname": first.name,
        "email": first.email,
    }
    assert rows["admin"]["email"] == "admin@example.com"
    beyond = (await listed(sandbox, pageNumber=9))["data"]
    assert (beyond["data"], beyond["hasNext"]) == ([], False)


@pytest.mark.parametrize("query", [{"pageNumber": "0"}, {"pageSize": "-1"}, {"pageSize": "x"}])
async def test_bad_pages(sandbox, query):
    assert (await listed(sandbox, **query))["code"] == "OS_INVALID"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"auth-type": "APIKEY", "auth-value": "sk-unknown"}, 401),
        ({"auth-type": "ACCOUNT", "auth-value": "data.robot"}, 403),
        ({"auth-type": "ACCOUNT", "auth-value": "admin"}, 200),
    ],
)
async def test_who_may_list(sandbox, headers, status):
    reply = await sandbox.can.get(USERS, headers={"tenant-id": "1", **headers})
    assert reply.status_code == status


async def test_the_drill_of_a_key_without_rights(make):
    sandbox = make(drills=("can-not-admin",))
    assert (await listed(sandbox))["code"] == "OS_FORBIDDEN"
