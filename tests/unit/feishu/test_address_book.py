"""Listings read fast: the same values, errors and evidence as every other endpoint."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.errors import FeishuError, NetworkError
from feishu_wizard.services.feishu import address_book as book
from feishu_wizard.services.feishu.contact import contact_range
from feishu_wizard.services.feishu.envelope import answer_of, of_data
from tests.unit.feishu.fake import HTML, client, reply

pytestmark = pytest.mark.anyio

PERSON = {
    "open_id": "ou_1",
    "user_id": "3e3cf96b",
    "union_id": "on_1",
    "name": "张三",
    "mobile": "+8613011111111",
    "email": "",
    "department_ids": ["od-a", "od-b"],
    "orders": [
        {"department_id": "od-a", "is_primary_dept": False},
        {"department_id": "od-b", "is_primary_dept": True},
    ],
    "status": {"is_activated": True, "is_frozen": False},
    "unheard_of": {"deep": [1, 2]},
}


def page_of(*rows, **tail):
    return reply({"code": 0, "msg": "success", "data": {"items": list(rows), **tail}})


async def members(http, *replies, token=""):
    http.queue += replies
    return await book.members_page(client(http), "od-a", token)


async def test_what_came_and_what_did_not(http):
    answer = await members(http, page_of(PERSON, {"open_id": "ou_2", "name": None}))
    first, second = answer.value.rows
    assert (first.user_id, first.name, first.email) == ("3e3cf96b", "张三", "")
    assert first.enterprise_email is book.UNSET
    assert second.name is None
    assert second.status is book.UNSET
    assert book.departments_of(first) == ["od-b", "od-a"]
    assert book.departments_of(second) == []
    assert answer.value.page_token == ""
    assert answer.evidence.feishu_code == 0
    assert answer.evidence.path == book.MEMBERS_PATH


async def test_the_request_of_a_page(http):
    await members(http, page_of(has_more=False), token="next")
    assert http.sent[0].params == {
        "department_id": "od-a",
        "department_id_type": "open_department_id",
        "page_size": "50",
        "page_token": "next",
        "user_id_type": "open_id",
    }


ODD = [
    {"open_id": "ou_9", "name": 5},
    {"name": "nobody"},
    7,
    "text",
    {"open_id": "ou_9", "department_ids": "od-a"},
    {"open_id": "ou_9", "status": {"is_frozen": "yes"}},
]


@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_row_is_counted_and_the_others_stay(http, odd):
    answer = await members(http, page_of(PERSON, odd, PERSON, has_more=True, page_token="t"))
    assert [row.open_id for row in answer.value.rows] == ["ou_1", "ou_1"]
    assert answer.value.rows[0].name == "张三"
    assert answer.value.unreadable == 1
    assert answer.value.page_token == "t"


async def test_half_a_character_makes_no_page_unreadable(http):
    raw = b'{"code":0,"data":{"items":[{"open_id":"ou_1","name":"\\ud800x"},{"open_id":"ou_2"}]}}'
    answer = await members(http, reply(raw))
    assert [row.open_id for row in answer.value.rows] == ["ou_1", "ou_2"]
    assert answer.value.rows[0].name == "?x"


@pytest.mark.parametrize(
    "body", [{"code": 0}, {"code": 0, "data": None}, {"code": 0, "data": {"items": None}}]
)
async def test_nobody_there(http, body):
    answer = await members(http, reply(body))
    assert list(answer.value.rows) == []


FOREIGN = [
    (HTML, "net.not_json", None),
    (b"[]", "net.unexpected", "$"),
    ({"msg": "ok"}, "net.unexpected", "$.code"),
    ({"code": True}, "net.unexpected", "$.code"),
    ({"code": 0, "data": []}, "net.unexpected", "$.data"),
    ({"code": 0, "data": {"items": {}}}, "net.unexpected", "$.data.items"),
    ({"code": 0, "data": {"has_more": "yes"}}, "net.unexpected", "$.data.has_more"),
]


@pytest.mark.parametrize(("body", "code", "at"), FOREIGN)
async def test_what_is_no_page_fails_as_everywhere(http, body, code, at):
    with pytest.raises(NetworkError) as caught:
        await members(http, reply(body))
    assert caught.value.code == code
    assert caught.value.params.get("at") == at
    if code == "net.not_json":
        with pytest.raises(NetworkError) as ordinary:
            answer_of(reply(body)("GET", http.sent[0].url), of_data(book.DepartmentRow))
        assert caught.value.params == ordinary.value.params


async def test_more_without_a_token_is_half_a_listing(http):
    with pytest.raises(NetworkError) as caught:
        await members(http, page_of(PERSON, has_more=True))
    assert caught.value.code == "net.unexpected"
    assert caught.value.params["at"] == "$.data.page_token"


@pytest.mark.parametrize("code", [40004, 41050, 43010, 40012, 99991403])
async def test_a_refusal_keeps_code_and_log_id(http, code):
    body = {"code": code, "msg": "no", "error": {"log_id": "20261122"}}
    with pytest.raises(FeishuError) as caught:
        await members(http, reply(body, 403))
    assert caught.value.feishu_code == code
    assert caught.value.evidence[0].log_id == "20261122"


async def test_a_spent_token_is_renewed(http):
    refused = reply({"code": 99991663, "msg": "invalid"}, 400)
    answer = await members(http, refused, page_of(PERSON))
    assert len(answer.value.rows) == 1
    assert len(http.tokens) == 2


async def test_nothing_is_repeated_here(http):
    with pytest.raises(NetworkError):
        await members(http, NetworkError("net.reset", {"host": "h"}))
    assert len(http.sent) == 1


async def test_departments_and_groups(http):
    http.queue += [
        page_of({"open_department_id": "od-1", "name": "研发部", "member_count": 7}),
        reply({"code": 0, "data": {"department": {"open_department_id": "0", "member_count": 9}}}),
        reply({"code": 0, "data": {"memberlist": [{"member_id": "ou_1"}], "has_more": False}}),
        page_of(PERSON),
    ]
    feishu = client(http)
    below = (await book.departments_page(feishu, "0", deep=False)).value.rows[0]
    assert (below.name, below.member_count, below.parent_department_id) == ("研发部", 7, None)
    assert (await book.department(feishu, "0")).value.member_count == 9
    assert (await book.group_page(feishu, "g1", "t")).value.rows[0].member_id == "ou_1"
    assert (await book.people_batch(feishu, ["ou_1", "ou_2"])).value.rows[0].open_id == "ou_1"
    assert http.sent[0].params["fetch_child"] == "false"
    assert http.sent[2].url.endswith("/contact/v3/group/g1/member/simplelist")
    assert http.sent[2].params["page_token"] == "t"
    assert http.sent[3].params["user_ids"] == ["ou_1", "ou_2"]


async def test_the_range(http):
    body = {"department_ids": ["od-1"], "user_ids": [], "has_more": True, "page_token": "x"}
    http.queue.append(reply({"code": 0, "data": body}))
    found = (await contact_range(client(http))).value
    assert (found.department_ids, found.group_ids, found.page_token) == (["od-1"], [], "x")
