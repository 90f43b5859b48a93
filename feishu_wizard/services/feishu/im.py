"""Messages and the groups the bot is in."""

from __future__ import annotations

import json
from collections.abc import Mapping

import msgspec

from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.envelope import Answer, Body, ShapeError, of_data
from feishu_wizard.services.feishu.paths import api_path

_BASE = "/open-apis/im/v1"
UUID_LIMIT = 50


class SentMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message the platform took. ``create_time``: milliseconds since 1970, as text."""

    message_id: str
    chat_id: str = ""
    create_time: str = ""


class Chat(msgspec.Struct, frozen=True, kw_only=True):
    """A group the bot is in."""

    chat_id: str
    name: str = ""
    external: bool = False


class ChatPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of groups."""

    items: list[Chat] = []
    page_token: str = ""
    has_more: bool = False


class MessageBody(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a message, a JSON document in a string."""

    content: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message as the platform keeps it."""

    message_id: str
    chat_id: str = ""
    msg_type: str = ""
    create_time: str = ""
    deleted: bool = False
    body: MessageBody = MessageBody()


class _Messages(msgspec.Struct):
    items: list[Message] = []


async def send_message(
    client: FeishuClient,
    receive_id_type: str,
    receive_id: str,
    msg_type: str,
    content: Mapping[str, object],
    uuid: str,
) -> Answer[SentMessage]:
    """Send one message. The same ``uuid`` gives at most one message within an hour.

    That is what makes a repeat harmless, so it is demanded: 1 to 50 characters (official docs:
    im-v1 message create).
    """
    if not 0 < len(uuid) <= UUID_LIMIT:
        raise InputError("feishu.bad_uuid", {"limit": str(UUID_LIMIT)})
    body = {
        "receive_id": receive_id,
        "msg_type": msg_type,
        "content": json.dumps(content, ensure_ascii=False),
        "uuid": uuid,
    }
    return await client.call(
        "POST",
        f"{_BASE}/messages",
        of_data(SentMessage),
        params={"receive_id_type": receive_id_type},
        body=body,
        retry=True,
    )


async def list_chats(
    client: FeishuClient, page_token: str = "", page_size: int = 100
) -> Answer[ChatPage]:
    """Read one page of the bot's groups (any of the chat scopes)."""
    params = {"page_size": str(page_size)} | ({"page_token": page_token} if page_token else {})
    return await client.call("GET", f"{_BASE}/chats", of_data(ChatPage), params=params)


async def get_message(client: FeishuClient, message_id: str) -> Answer[Message]:
    """Read a message back (scope ``im:message`` or ``im:message:readonly``)."""
    return await client.call("GET", api_path(f"{_BASE}/messages/{{}}", message_id), _first_message)


def _first_message(body: Body) -> Message:
    items = of_data(_Messages)(body).items
    if not items:
        raise ShapeError("$.data.items")
    return items[0]
