"""Messages: gates, content, de-duplication, groups, urgency."""

from __future__ import annotations

import json

import pytest

from feishu_wizard.sandbox.world.directory import OUTSIDE, RESIGNED

pytestmark = pytest.mark.anyio


async def test_delivery_by_every_kind_of_address(sandbox):
    person = sandbox.world.directory.people[0]
    chat = next(chat for chat in sandbox.world.chats.values() if chat.bot_in)
    targets = {
        "open_id": sandbox.open_id(),
        "union_id": sandbox.world.union_ids.encode(0),
        "user_id": person.user_id,
        "email": person.email,
        "chat_id": chat.chat_id,
    }
    for id_type, target in targets.items():
        reply = (await sandbox.send(target, id_type)).json()
        assert reply["code"] == 0, reply
        assert reply["data"]["sender"]["id"] == sandbox.app_id
        assert reply["data"]["message_id"].startswith("om_")
    messages = (await sandbox.state())["messages"]
    assert [m["receive_id_type"] for m in messages] == list(targets)
    assert {m["user_id"] for m in messages} == {person.user_id, ""}
    assert len({m["chat_id"] for m in messages}) == 2


async def test_the_same_uuid_gives_the_first_message_for_an_hour(sandbox):
    first = (await sandbox.send(sandbox.open_id(), uuid="a")).json()["data"]
    again = (await sandbox.send(sandbox.open_id(), uuid="a", content='{"text": "new"}')).json()
    assert again["data"]["message_id"] == first["message_id"]
    assert len(sandbox.world.journal.messages) == 1
    sandbox.clock.seconds += 3601
    later = (await sandbox.send(sandbox.open_id(), uuid="a")).json()["data"]
    assert later["message_id"] != first["message_id"]
    assert (await sandbox.send(sandbox.open_id(), uuid="x" * 51)).json()["code"] == 99992402


@pytest.mark.parametrize(
    ("id_type", "target", "code"),
    [
        ("open_id", f"ou_{'0' * 32}", 99992351),
        ("open_id", "lin.xiaoqing@example.com", 230001),
        ("user_id", "nobody", 99992360),
        ("union_id", f"on_{'0' * 32}", 99992381),
        ("email", "nobody@example.com", 230001),
        ("chat_id", "oc_unknown", 230034),
        ("phone", "1", 99992402),
    ],
)
async def test_receivers_that_do_not_exist(sandbox, id_type, target, code):
    assert (await sandbox.send(target, id_type)).json()["code"] == code
    assert not sandbox.world.journal.messages


async def test_receivers_that_must_not_be_reached(sandbox):
    other = sandbox.world.add_app("Other", "")
    strange = next(chat for chat in sandbox.world.chats.values() if not chat.bot_in)
    assert (await sandbox.send(sandbox.open_id(RESIGNED))).json()["code"] == 230029
    assert (await sandbox.send(other.open_ids.encode(0))).json()["code"] == 99992361
    assert (await sandbox.send(strange.chat_id, "chat_id")).json()["code"] == 230002


async def test_outside_the_availability(make):
    sandbox = make(drills=("recipient-outside",))
    assert (await sandbox.send(sandbox.open_id(OUTSIDE))).json()["code"] == 230013
    assert (await sandbox.send(sandbox.open_id(0))).json()["code"] == 0
    assert (await sandbox.send(sandbox.open_id(20))).json()["code"] == 0


async def test_user_id_target_needs_its_permission(make):
    sandbox = make(drills=("missing-scope:contact:user.employee_id:readonly",))
    person = sandbox.world.directory.people[0]
    assert (await sandbox.send(person.user_id, "user_id")).json()["code"] == 99991672
    assert (await sandbox.send(sandbox.open_id())).json()["code"] == 0


async def test_without_a_bot(make):
    sandbox = make(drills=("no-bot",))
    assert (await sandbox.send(sandbox.open_id())).json()["code"] == 230006
    assert (await sandbox.get("/im/v1/chats")).json()["code"] == 232025
    assert (await sandbox.get("/bot/v3/info")).json()["code"] == 11205


CARD_1 = {"elements": [{"tag": "markdown", "content": "x"}]}
CARD_2 = {"schema": "2.0", "body": {"elements": []}}
POST = {"zh_cn": {"title": "t", "content": [[{"tag": "text", "text": "x"}]]}}


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("interactive", json.dumps(CARD_1), 0),
        ("interactive", json.dumps(CARD_2), 0),
        ("post", json.dumps(POST), 0),
        ("interactive", json.dumps({**CARD_2, "elements": []}), 230099),
        ("interactive", json.dumps({"schema": "2.0", "body": {"elements": [1] * 201}}), 230099),
        ("interactive", "{", 230099),
        ("post", json.dumps({"zh_cn": "text"}), 230001),
        ("text", "hello", 230001),
        ("text", json.dumps({"text": ""}), 230001),
        ("text", json.dumps(["a"]), 230001),
        ("text", json.dumps({"text": "x" * 150 * 1024}), 230025),
        ("interactive", json.dumps({"elements": ["x" * 30 * 1024]}), 230025),
        ("video", "{}", 230001),
    ],
)
async def test_content(sandbox, kind, content, code):
    reply = await sandbox.send(sandbox.open_id(), msg_type=kind, content=content)
    assert reply.json()["code"] == code
    assert len(sandbox.world.journal.messages) == (0 if code else 1)


async def test_five_a_second_to_one_person(make):
    sandbox = make(rate_limits=True)
    replies = [await sandbox.send(sandbox.open_id()) for _ in range(6)]
    assert [reply.json()["code"] for reply in replies] == [0] * 5 + [230020]
    assert replies[-1].status_code == 400
    assert "x-ogw-ratelimit-reset" not in replies[-1].headers
    assert (await sandbox.send(sandbox.open_id(2))).json()["code"] == 0
    sandbox.clock.seconds += 1
    assert (await sandbox.send(sandbox.open_id())).json()["code"] == 0


async def test_reading_back_and_urgency(sandbox):
    await sandbox.control("grant", scopes=["im:message:readonly"])
    sent = (await sandbox.send(sandbox.open_id())).json()["data"]
    path = f"/im/v1/messages/{sent['message_id']}"
    read = (await sandbox.get(path)).json()["data"]["items"]
    assert [m["body"]["content"] for m in read] == ['{"text": "hello"}']
    wanted = {"user_id_list": [sandbox.open_id(), sandbox.open_id(3)]}
    urgent = await sandbox.call("PATCH", f"{path}/urgent_app", json=wanted)
    assert urgent.json()["data"]["invalid_user_id_list"] == [sandbox.open_id(3)]
    owner = sandbox.world.directory.people[0].user_id
    assert (await sandbox.state())["messages"][0]["urgent"] == [owner]
    assert (await sandbox.get("/im/v1/messages/om_unknown")).json()["code"] == 230001
    assert (await sandbox.call("DELETE", path)).json()["code"] == 0
    [gone] = (await sandbox.get(path)).json()["data"]["items"]
    assert (gone["deleted"], gone["body"]) == (True, {})
    assert (await sandbox.call("DELETE", path)).json()["code"] == 230110


async def test_a_message_cannot_be_recalled_for_ever(sandbox):
    sent = (await sandbox.send(sandbox.open_id())).json()["data"]
    sandbox.clock.seconds += 25 * 3600
    reply = await sandbox.call("DELETE", f"/im/v1/messages/{sent['message_id']}")
    assert reply.json()["code"] == 230009


async def test_reading_needs_a_permission_that_sending_does_not(sandbox):
    sent = (await sandbox.send(sandbox.open_id())).json()["data"]
    for path in (
        f"/im/v1/messages/{sent['message_id']}",
        f"/im/v1/messages?container_id_type=chat&container_id={sent['chat_id']}",
    ):
        assert (await sandbox.get(path)).json()["code"] == 99991672


def history_of(chat_id, **query):
    asked = {"container_id_type": "chat", "container_id": chat_id, **query}
    return "/im/v1/messages?" + "&".join(f"{name}={value}" for name, value in asked.items())


async def test_the_messages_of_a_chat_are_listed_by_time(sandbox):
    await sandbox.control("grant", scopes=["im:message:readonly"])
    begun = int(sandbox.clock.seconds)
    for text in ("one", "two", "three"):
        sandbox.clock.seconds += 10
        sent = (await sandbox.send(sandbox.open_id(), content=f'{{"text": "{text}"}}')).json()
    await sandbox.send(sandbox.open_id(3))
    chat = sent["data"]["chat_id"]

    async def texts(**query):
        data = (await sandbox.get(history_of(chat, **query))).json()["data"]
        found = [json.loads(item["body"]["content"])["text"] for item in data["items"]]
        return found, data["has_more"], data["page_token"]

    assert await texts() == (["one", "two", "three"], False, "")
    assert (await texts(sort_type="ByCreateTimeDesc"))[0] == ["three", "two", "one"]
    assert (await texts(start_time=begun + 15, end_time=begun + 25))[0] == ["two"]
    first, more, token = await texts(page_size=2)
    assert (first, more) == (["one", "two"], True)
    assert (await texts(page_size=2, page_token=token))[0] == ["three"]
    await sandbox.call("DELETE", f"/im/v1/messages/{sent['data']['message_id']}")
    last = (await sandbox.get(history_of(chat))).json()["data"]["items"][-1]
    assert (last["deleted"], last["body"]["content"]) == (True, "This message was recalled")
    assert last["sender"] == {
        "id": sandbox.app_id,
        "id_type": "app_id",
        "sender_type": "app",
        "tenant_key": "",
    }


async def test_a_card_is_listed_as_it_was_sent_only_when_asked_for(sandbox):
    await sandbox.control("grant", scopes=["im:message:readonly"])
    card = json.dumps({"header": {"title": {"content": "T"}}, **CARD_1})
    sent = await sandbox.send(sandbox.open_id(), msg_type="interactive", content=card)
    chat = sent.json()["data"]["chat_id"]
    for query, same in (({}, False), ({"card_msg_content_type": "user_card_content"}, True)):
        [item] = (await sandbox.get(history_of(chat, **query))).json()["data"]["items"]
        assert (item["body"]["content"] == card) is same


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"container_id": ""}, 99992402),
        ({"container_id": "oc_unknown"}, 230002),
        ({"container_id_type": "thread"}, 99992402),
        ({"start_time": "yesterday"}, 99992402),
        ({"page_size": 51}, 99992402),
        ({"sort_type": "ByName"}, 99992402),
    ],
)
async def test_a_list_that_cannot_be_given(sandbox, query, code):
    await sandbox.control("grant", scopes=["im:message:readonly"])
    sent = (await sandbox.send(sandbox.open_id())).json()["data"]
    path = history_of(**{"chat_id": sent["chat_id"], **query})
    assert (await sandbox.get(path)).json()["code"] == code


async def test_the_messages_of_a_group_need_a_permission_besides(sandbox):
    await sandbox.control("grant", scopes=["im:message:readonly"])
    chats = sandbox.world.chats.values()
    inside, strange = ([c for c in chats if c.bot_in is there] for there in (True, False))
    await sandbox.send(inside[0].chat_id, "chat_id")
    assert (await sandbox.get(history_of(inside[0].chat_id))).json()["code"] == 230027
    assert (await sandbox.get(history_of(strange[0].chat_id))).json()["code"] == 230002
    await sandbox.control("grant", scopes=["im:message.group_msg"])
    await sandbox.control("release")
    await sandbox.control("approve")
    found = (await sandbox.get(history_of(inside[0].chat_id))).json()["data"]["items"]
    assert [item["chat_id"] for item in found] == [inside[0].chat_id]


async def test_groups(sandbox):
    first = (await sandbox.get("/im/v1/chats?page_size=1")).json()["data"]
    assert first["has_more"] is True
    token = first["page_token"]
    second = (await sandbox.get(f"/im/v1/chats?page_size=1&page_token={token}")).json()["data"]
    ids = [chat["chat_id"] for chat in first["items"] + second["items"]]
    assert ids == [chat.chat_id for chat in sandbox.world.chats.values() if chat.bot_in]
    assert second["has_more"] is False
