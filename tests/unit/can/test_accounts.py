"""The accounts that a CAN server lists: pages in order, bounds, and answers of another shape."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from feishu_wizard.domain.accounts import Account
from feishu_wizard.domain.errors import CanError, InputError
from tests.unit.can.answers import HTML_404, PREFIX, fine, refused

pytestmark = pytest.mark.anyio


def call(number: int) -> str:
    return f"GET {PREFIX}/users?pageNumber={number}&pageSize=200"


def listed(*rows: Any, total: Any = None, more: Any = None) -> dict[str, Any]:
    data: dict[str, Any] = {"data": list(rows)}
    if total is not None:
        data["total"] = total
    if more is not None:
        data["hasNext"] = more
    return fine(data)


def one(name: str) -> dict[str, Any]:
    return {"account": name, "nickname": f"{name} x", "email": f"{name}@example.com"}


async def gathered(can: Any) -> list[Account | None]:
    return [account async for page in can.accounts() for account in page.accounts]


async def test_every_page_in_its_order(client, stub, rest):
    stub.queue(call(1), listed(one("a"), one("b"), total=3, more=True))
    stub.queue(call(2), listed(one("c"), total=3, more=False))
    can = client(rest)
    assert can.can("accounts")
    assert await gathered(can) == [
        Account("a", "a x", "a@example.com", line=1),
        Account("b", "b x", "b@example.com", line=2),
        Account("c", "c x", "c@example.com", line=3),
    ]
    assert [seen[0] for seen in stub.seen] == [call(1), call(2)]
    assert all(seen[1]["auth-type"] == "APIKEY" for seen in stub.seen)


async def test_a_total_alone_ends_it(client, stub, rest):
    op = msgspec.structs.replace(rest.ops.accounts, more_at=None)
    profile = msgspec.structs.replace(rest, ops=msgspec.structs.replace(rest.ops, accounts=op))
    stub.queue(call(1), listed(one("a"), total=2))
    stub.queue(call(2), listed(one("b"), total=2))
    assert [account.name for account in await gathered(client(profile))] == ["a", "b"]


async def test_odd_values(client, stub, rest):
    rows = [
        {"account": 1001, "nickname": None, "email": ["x"]},
        {"account": " "},
        {"nickname": "nobody"},
        "text",
        {"account": "=cmd\u202e\x1b", "nickname": True},
    ]
    stub.queue(call(1), listed(*rows, total=5, more=False))
    pages = [page async for page in client(rest).accounts()]
    assert pages[0].accounts == (
        Account("1001", line=1),
        None,
        None,
        None,
        Account("=cmd\u202e\x1b", line=5),
    )
    assert pages[0].fields == {"name", "display", "email"}


@pytest.mark.parametrize(
    ("body", "at"),
    [
        (fine(None), "/data"),
        (fine({"data": {}}), "/data"),
        (fine({"data": [], "total": 0}), "/hasNext"),
        (fine({"data": [], "total": 0, "hasNext": 0}), "/hasNext"),
        (fine({"data": [], "total": 5, "hasNext": True}), "/hasNext"),
        (fine({"data": [], "total": "5", "hasNext": False}), "/total"),
        (fine({"data": [], "total": -1, "hasNext": False}), "/total"),
    ],
)
async def test_answers_of_another_shape(client, stub, rest, body, at):
    stub.queue(call(1), body)
    with pytest.raises(CanError) as caught:
        await gathered(client(rest))
    assert (caught.value.outcome, caught.value.params["at"]) == ("unexpected", at)


async def test_a_server_that_does_not_turn_the_page(client, stub, rest):
    for number in (1, 2):
        stub.queue(call(number), listed(one("a"), total=9, more=True))
    with pytest.raises(CanError) as caught:
        await gathered(client(rest))
    assert (caught.value.outcome, caught.value.params["at"]) == ("unexpected", "pageNumber")


async def test_a_server_that_ends_too_early(client, stub, rest):
    stub.queue(call(1), listed(one("a"), total=2, more=False))
    with pytest.raises(InputError) as caught:
        await gathered(client(rest))
    assert caught.value.code == "accounts.can_short"
    assert caught.value.params == {"got": "1", "total": "2"}
    assert caught.value.evidence[0].path.startswith(f"{PREFIX}/users")


async def test_a_server_that_never_ends(client, stub, rest):
    op = msgspec.structs.replace(rest.ops.accounts, max_pages=3)
    profile = msgspec.structs.replace(rest, ops=msgspec.structs.replace(rest.ops, accounts=op))
    for number in range(1, 5):
        stub.queue(call(number), listed(one(f"a{number}"), total=9, more=True))
    with pytest.raises(InputError) as caught:
        await gathered(client(profile))
    assert (caught.value.code, caught.value.params["pages"]) == ("accounts.too_many_pages", "3")
    assert len(stub.seen) == 3


@pytest.mark.parametrize(
    ("body", "status", "outcome"),
    [
        (refused("SM_02_0038"), 200, "forbidden"),
        (refused("OS_UNAUTHENTICATED"), 401, "unauthenticated"),
        (HTML_404, 404, "not_found"),
    ],
)
async def test_refusals(client, stub, rest, body, status, outcome):
    stub.queue(call(1), body, status)
    with pytest.raises(CanError) as caught:
        await gathered(client(rest))
    assert caught.value.outcome == outcome


async def test_a_profile_without_the_list(client, stub, verb):
    can = client(verb)
    assert not can.can("accounts")
    with pytest.raises(InputError, match=r"can\.no_operation"):
        await gathered(can)
    assert stub.seen == []
