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
    codes = [(await sandbox.send(sandbox.open_id())).json()["code"] for _ in range(6)]
    assert codes == [0] * 5 + [230020]
    assert (await sandbox.send(sandbox.open_id(2))).json()["code"] == 0
    sandbox.clock.seconds += 1
    assert (await sandbox.send(sandbox.open_id())).json()["code"] == 0


async def test_reading_back_and_urgency(sandbox):
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
    assert (await sandbox.get(path)).json()["data"]["items"][0]["deleted"] is True
    assert (await sandbox.call("DELETE", path)).json()["code"] == 230001


async def test_groups(sandbox):
    first = (await sandbox.get("/im/v1/chats?page_size=1")).json()["data"]
    assert first["has_more"] is True
    token = first["page_token"]
    second = (await sandbox.get(f"/im/v1/chats?page_size=1&page_token={token}")).json()["data"]
    ids = [chat["chat_id"] for chat in first["items"] + second["items"]]
    assert ids == [chat.chat_id for chat in sandbox.world.chats.values() if chat.bot_in]
    assert second["has_more"] is False
