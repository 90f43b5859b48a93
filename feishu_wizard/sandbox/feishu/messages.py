"""Messages and groups (official docs: im-v1/message, group/chat/list, message/urgent_app)."""

from __future__ import annotations

import json
from typing import Any

from feishu_wizard.sandbox.feishu.call import Api, Call, list_field, text_field
from feishu_wizard.sandbox.feishu.paging import page_of
from feishu_wizard.sandbox.feishu.person_body import EMPLOYEE_ID
from feishu_wizard.sandbox.feishu.replies import Json, PlatformError, field_error, ok, scope_error
from feishu_wizard.sandbox.feishu.users import find_person
from feishu_wizard.sandbox.world.directory import Person
from feishu_wizard.sandbox.world.identifiers import new_id
from feishu_wizard.sandbox.world.journal import Message
from feishu_wizard.sandbox.world.limits import PER_RECEIVER

SEND = ("im:message", "im:message:send_as_bot", "im:message:send")
READ = ("im:message", "im:message:readonly")
HISTORY = (*READ, "im:message.history:readonly")
GROUP_HISTORY = "im:message.group_msg"
SORTS = ("ByCreateTimeAsc", "ByCreateTimeDesc")
RECALLED = "This message was recalled"
CHATS = ("im:chat:readonly", "im:chat:read", "im:chat")
URGENT = ("im:message.urgent", "im:message.urgent:app_send")
RECEIVE_ID_TYPES = ("open_id", "union_id", "user_id", "email", "chat_id")
LIMITS = {"text": 150 * 1024, "post": 30 * 1024, "interactive": 30 * 1024}
UUID_SECONDS = 3600
RECALL_SECONDS = 24 * 3600  # the company's choice in real life; 24 hours is ours


async def create(call: Call) -> Json:
    """``im/v1/messages``: the same ``uuid`` within an hour gives the first message again."""
    world, app = call.world, call.app
    id_type = call.query("receive_id_type")
    if id_type not in RECEIVE_ID_TYPES:
        raise field_error("receive_id_type", "receive_id_type is invalid or missing", id_type)
    body = await call.json()
    receive_id = text_field(body, "receive_id")
    msg_type, content = text_field(body, "msg_type"), text_field(body, "content")
    uuid = text_field(body, "uuid", required=False, limit=50)
    if not app.bot_active:
        raise PlatformError(230006, "Bot ability is not activated.")
    check_content(msg_type, content)
    person, chat_id = _receiver(call, id_type, receive_id)
    known = world.journal.by_uuid.get((app.app_id, uuid)) if uuid else None
    if known is not None and world.now() * 1000 - known.create_time < UUID_SECONDS * 1000:
        return ok(message_body(known))
    _check_rate(call, chat_id)
    message = Message(
        message_id=new_id("om_"),
        app_id=app.app_id,
        receive_id_type=id_type,
        receive_id=receive_id,
        user_id=person.user_id if person else "",
        open_id=app.open_ids.encode(person.number) if person else "",
        chat_id=chat_id,
        msg_type=msg_type,
        content=content,
        uuid=uuid,
        at=world.timestamp(),
        create_time=int(world.now() * 1000),
    )
    world.journal.add_message(message)
    return ok(message_body(message))


def _check_rate(call: Call, chat_id: str) -> None:
    if call.world.options.rate_limits:
        limit = call.world.limiter.take(f"chat {chat_id}", PER_RECEIVER)
        if limit is not None:
            # HTTP 400, and no header that names a time (official docs: im-v1 message create).
            raise PlatformError(230020, "This operation triggers the frequency limit.")


def _receiver(call: Call, id_type: str, receive_id: str) -> tuple[Person | None, str]:
    """The person (None for a group) and the conversation a message goes to."""
    if id_type == "chat_id":
        return None, _group(call, receive_id)
    if id_type == "user_id" and not call.can(EMPLOYEE_ID):
        console = call.world.origins.feishu
        raise scope_error(call.app.app_id, [EMPLOYEE_ID], console)
    person = _person(call, id_type, receive_id)
    if person.resigned:
        raise PlatformError(230029, "The user has resigned.")
    if not call.app.availability.has_person(call.world.directory, person.number):
        raise PlatformError(230013, "Bot has NO availability to this user.")
    return person, call.app.chat_ids.encode(person.number)


def _person(call: Call, id_type: str, receive_id: str) -> Person:
    if id_type == "email":
        number = call.world.directory.by_email.get(receive_id.lower())
        if number is None:
            raise PlatformError(
                230001, "Your request contains an invalid request parameter, ext=invalid receive_id"
            )
        return call.world.directory.people[number]
    prefix = {"open_id": "ou_", "union_id": "on_"}.get(id_type, "")
    if not receive_id.startswith(prefix):
        raise PlatformError(
            230001, f"Your request contains an invalid request parameter, ext=not a {id_type}"
        )
    return find_person(call, receive_id, id_type)


def _group(call: Call, chat_id: str) -> str:
    chat = call.world.chats.get(chat_id)
    if chat is None:
        raise PlatformError(230034, "The receive_id is invalid.")
    if not chat.bot_in or call.app is not call.world.app:
        raise PlatformError(230002, "The bot can not be outside the group.")
    return chat_id


def check_content(msg_type: str, content: str) -> None:
    """230001 for a wrong type or content, 230025 too long, 230099 for a broken card."""
    if msg_type not in LIMITS:
        raise PlatformError(230001, f"invalid msg_type: {msg_type}")
    if len(content.encode()) > LIMITS[msg_type]:
        raise PlatformError(230025, "The length of the message content reaches its limit.")
    card = msg_type == "interactive"
    try:
        parsed: Any = json.loads(content)
    except ValueError as error:
        raise _bad_content(card, "content is not a string in json format") from error
    if not isinstance(parsed, dict):
        raise _bad_content(card, "content is not a json object")
    if msg_type == "text":
        fine = isinstance(parsed.get("text"), str) and parsed["text"] != ""
    elif msg_type == "post":
        fine = _is_post(parsed)
    else:
        fine = _is_card(parsed)
    if not fine:
        raise _bad_content(card, f"invalid {msg_type} content")


def _bad_content(card: bool, why: str) -> PlatformError:
    if card:
        return PlatformError(
            230099, f"Failed to create card content, ext=ErrCode: 200621; ErrMsg: {why}"
        )
    return PlatformError(230001, f"Your request contains an invalid request parameter, ext={why}")


def _is_post(parsed: Json) -> bool:
    return bool(parsed) and all(
        isinstance(language, dict) and isinstance(language.get("content"), list)
        for language in parsed.values()
    )


def _is_card(parsed: Json) -> bool:
    if parsed.get("type") == "template":
        return isinstance(parsed.get("data"), dict)
    if parsed.get("schema") == "2.0":
        known = {"schema", "config", "header", "body", "card_link", "i18n_header", "i18n_body"}
        body = parsed.get("body")
        elements = body.get("elements") if isinstance(body, dict) else None
        return set(parsed) <= known and isinstance(elements, list) and len(elements) <= 200
    return isinstance(parsed.get("elements"), list) or "i18n_elements" in parsed


def message_body(message: Message, *, as_sent: bool = True) -> Json:
    """A message as create and get give it; times are milliseconds in strings.

    Without ``as_sent`` a card comes as the client shows it, which is another document.
    """
    when = str(message.create_time)
    return {
        "message_id": message.message_id,
        "msg_type": message.msg_type,
        "create_time": when,
        "update_time": when,
        "deleted": message.recalled,
        "updated": False,
        "chat_id": message.chat_id,
        "sender": {
            "id": message.app_id,
            "id_type": "app_id",
            "sender_type": "app",
            "tenant_key": "",
        },
        "body": {"content": _content(message, as_sent)},
    }


def _content(message: Message, as_sent: bool) -> str:
    if message.recalled:
        return RECALLED
    if as_sent or message.msg_type != "interactive":
        return message.content
    # What is documented of it is the outer shape: a title, and rows of elements.
    title = json.loads(message.content).get("header", {}).get("title", {}).get("content", "")
    shown = {"title": title, "elements": [[{"tag": "text", "text": "请升级至最新版本客户端"}]]}
    return json.dumps(shown, ensure_ascii=False)


def _own_message(call: Call) -> Message:
    message = call.world.journal.messages.get(call.path("message_id"))
    if message is None:
        raise PlatformError(230001, "invalid message_id")
    if message.app_id != call.app.app_id:
        raise PlatformError(230002, "The bot can not be outside the group.")
    return message


async def get_message(call: Call) -> Json:
    """``im/v1/messages/:message_id``: one item."""
    message = _own_message(call)
    body = message_body(message, as_sent=_as_sent(call))
    if message.recalled:
        body["body"] = {}  # unlike in a list, the content is absent (docs: message get)
    return ok({"items": [body]})


def _as_sent(call: Call) -> bool:
    return call.query("card_msg_content_type") == "user_card_content"


async def history(call: Call) -> Json:
    """``im/v1/messages``: the messages of a chat between two times (seconds)."""
    call.choice("container_id_type", ("chat",))
    chat_id = call.query("container_id")
    if not chat_id:
        raise field_error("container_id", "container_id is required")
    if not call.app.bot_active:
        raise PlatformError(230006, "Bot ability is not activated.")
    _check_history(call, chat_id)
    start, end = _seconds(call, "start_time", 0), _seconds(call, "end_time", 1 << 40)
    found = [
        message
        for message in call.world.journal.messages.values()
        if message.chat_id == chat_id and start <= message.create_time // 1000 <= end
    ]
    newest_first = call.choice("sort_type", SORTS) == "ByCreateTimeDesc"
    found.sort(key=lambda message: message.create_time, reverse=newest_first)
    as_sent = _as_sent(call)
    items = [message_body(message, as_sent=as_sent) for message in found]
    return ok(page_of(call, items, "items", default=20, limit=50))


def _check_history(call: Call, chat_id: str) -> None:
    """The bot must be in the chat; a group needs a permission besides (docs: message list)."""
    chat = call.world.chats.get(chat_id)
    if chat is None:
        people = len(call.world.directory.people)
        number = call.app.chat_ids.decode(chat_id)
        if number is None or number >= people:
            raise PlatformError(230002, "The bot can not be outside the group.")
        return
    if not chat.bot_in or call.app is not call.world.app:
        raise PlatformError(230002, "The bot can not be outside the group.")
    if not call.can(GROUP_HISTORY):
        raise PlatformError(230027, "Lack of necessary permissions.")


def _seconds(call: Call, name: str, default: int) -> int:
    text = call.query(name, str(default))
    if not (text.isascii() and text.isdigit()):
        raise field_error(name, f"{name} must be a timestamp in seconds", text[:100])
    return int(text)


async def urgent(call: Call) -> Json:
    """``urgent_app``: remembers whom the message was made urgent for."""
    message, body = _own_message(call), await call.json()
    id_type = call.user_id_type()
    wanted = list_field(body, "user_id_list", 200)
    if not wanted:
        raise field_error("user_id_list", "user_id_list is required")
    invalid: list[str] = []
    for wire_id in wanted:
        number = call.world.person_number(wire_id, id_type, call.app)
        person = None if number is None else call.world.directory.people[number]
        if person is None or (message.user_id and person.user_id != message.user_id):
            invalid.append(wire_id)
        else:
            message.urgent.append(person.user_id)
    return ok({"invalid_user_id_list": invalid})


async def recall(call: Call) -> Json:
    """``DELETE im/v1/messages/:message_id``: the sender's own message."""
    message = _own_message(call)
    if message.recalled:
        raise PlatformError(230110, "Action unavailable as the message has been deleted.")
    if call.world.now() * 1000 - message.create_time > RECALL_SECONDS * 1000:
        raise PlatformError(230009, "Message has expired when recall message.")
    message.recalled = True
    return ok()


async def chats(call: Call) -> Json:
    """``im/v1/chats``: the groups the bot is in, never p2p conversations."""
    app = call.app
    if not app.installed:
        raise PlatformError(232034, "The app is not installed or not enabled.")
    if not app.bot_active:
        raise PlatformError(232025, "Bot ability is not activated.")
    mine = [chat for chat in call.world.chats.values() if chat.bot_in and app is call.world.app]
    items = [
        {
            "chat_id": chat.chat_id,
            "avatar": f"{call.world.origins.feishu}/static/avatar.svg",
            "name": chat.name,
            "description": chat.description,
            "owner_id": app.open_ids.encode(app.owner),
            "owner_id_type": "open_id",
            "external": False,
            "tenant_key": call.world.tenant.key,
            "chat_status": "normal",
        }
        for chat in mine
    ]
    return ok(page_of(call, items, "items", default=20, limit=100))


APIS = (
    Api("POST", "/im/v1/messages", create, SEND),
    Api("GET", "/im/v1/messages", history, HISTORY),
    Api("GET", "/im/v1/messages/{message_id}", get_message, READ),
    Api("DELETE", "/im/v1/messages/{message_id}", recall, (*SEND, "im:message:recall")),
    Api("PATCH", "/im/v1/messages/{message_id}/urgent_app", urgent, URGENT),
    Api("GET", "/im/v1/chats", chats, CHATS),
)
