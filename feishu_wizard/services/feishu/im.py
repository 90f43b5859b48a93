"""Messages and the groups the bot is in."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping

import msgspec

from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.envelope import Answer, Body, ShapeError, nothing, of_data
from feishu_wizard.services.feishu.paths import api_path

_BASE = "/open-apis/im/v1"
UUID_LIMIT = 50
HISTORY_PAGE = 50
# Five a second to one person, and to one group for all bots in it together (official docs:
# im-v1 message create). The span is a little longer: requests may draw together on their way.
_PER_RECEIVER, _SPAN_S = 5, 1.2


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


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Who sent a message: ``id`` is an App ID when ``sender_type`` is "app"."""

    id: str = ""
    sender_type: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message as the platform keeps it. ``create_time``: milliseconds since 1970, as text."""

    message_id: str
    chat_id: str = ""
    msg_type: str = ""
    create_time: str = ""
    deleted: bool = False
    sender: Sender = Sender()
    body: MessageBody = MessageBody()


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a chat's messages."""

    items: list[Message] = []
    page_token: str = ""
    has_more: bool = False


class _Messages(msgspec.Struct):
    items: list[Message] = []


class ReceiverPace:
    """Keeps to what one person or group may be sent in a second. Made for one event loop."""

    def __init__(self) -> None:
        self._sent: dict[str, deque[float]] = {}

    async def turn(self, receiver: str) -> None:
        """Wait until another message may go to this receiver."""
        loop = asyncio.get_running_loop()
        sent = self._sent.setdefault(receiver, deque(maxlen=_PER_RECEIVER))
        due = loop.time()
        if len(sent) == _PER_RECEIVER:
            due = max(due, sent[0] + _SPAN_S)
        sent.append(due)  # taken before the wait, so that others queue up behind it
        await asyncio.sleep(due - loop.time())


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
    """Read a message back (scope ``im:message`` or ``im:message:readonly``).

    ``FeishuError`` 230110: deleted (official docs: im-v1 message get).
    """
    return await client.call("GET", api_path(f"{_BASE}/messages/{{}}", message_id), _first_message)


async def list_messages(
    client: FeishuClient, chat_id: str, start: int, end: int, page_token: str = ""
) -> Answer[MessagePage]:
    """Read one page of a chat's messages between two times, the oldest first.

    ``start`` and ``end``: seconds since 1970. Any of ``im:message``, ``im:message:readonly``,
    ``im:message.history:readonly``; groups need ``im:message.group_msg`` besides. Cards come as
    they were sent (official docs: im-v1 message list).
    """
    params = {
        "container_id_type": "chat",
        "container_id": chat_id,
        "start_time": str(start),
        "end_time": str(end),
        "sort_type": "ByCreateTimeAsc",
        "page_size": str(HISTORY_PAGE),
        "card_msg_content_type": "user_card_content",
    }
    if page_token:
        params["page_token"] = page_token
    return await client.call("GET", f"{_BASE}/messages", of_data(MessagePage), params=params)


async def recall_message(client: FeishuClient, message_id: str) -> Answer[None]:
    """Recall a message of the app's own (a sending scope, or ``im:message:recall``).

    ``FeishuError`` 230009: longer ago than the company allows; 230110: recalled already
    (official docs: im-v1 message delete). A repeat does no harm.
    """
    path = api_path(f"{_BASE}/messages/{{}}", message_id)
    return await client.call("DELETE", path, nothing, retry=True)


def _first_message(body: Body) -> Message:
    items = of_data(_Messages)(body).items
    if not items:
        raise ShapeError("$.data.items")
    return items[0]
