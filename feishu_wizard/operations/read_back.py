"""Finds out what became of messages that were sent and never answered.

Within the hour for which the platform remembers a uuid, the same message is asked for again: it
gives back the one that arrived, or delivers it now. Later the chat is read, where an earlier
delivery told which one it is; nothing is ever sent again then.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from feishu_wizard.domain.errors import FeishuError, NetworkError, WizardError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import Report
from feishu_wizard.domain.recipient import Delivery, DeliveryState, SendProgress
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.sending.batch import message_of, recent
from feishu_wizard.operations.sending.proof import note_push
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.im import (
    Message,
    get_message,
    list_messages,
    send_message,
)
from feishu_wizard.services.storage.sends import BatchRow, Send

# Around the first try: clocks differ, and a killed program may have repeated it for an hour.
_BEFORE, _AFTER = timedelta(minutes=2), timedelta(minutes=62)
_PAGES = 10  # fifty messages each


async def read_back(
    place: Workplace, kit: Kit, deliveries: Sequence[Delivery], report: Report
) -> tuple[Delivery, ...]:
    """The deliveries, with those of unknown outcome settled where that can be found out.

    What stays unknown says why: ``send.no_chat_known``, ``send.not_told_apart``, or the
    platform's refusal to show the chat. ``send.not_arrived``: the chat was read, and the message
    is not there.
    """
    client = await place.feishu(kit)
    found: list[Delivery] = []
    for number, delivery in enumerate(deliveries, 1):
        told = delivery
        if delivery.state is DeliveryState.UNKNOWN:
            told = await _look(place, kit, client, delivery)
            _keep(place, told)
        found.append(told)
        who = delivery.resolved.name or delivery.resolved.recipient.value
        params = {"who": who, "done": str(number), "total": str(len(deliveries))}
        share = number / len(deliveries)
        report(SendProgress("finding_out", params, share, None, told, number, len(deliveries)))
    news = [new for new, old in zip(found, deliveries, strict=True) if new is not old]
    note_push(place, kit, "", news)
    return tuple(found)


def _keep(place: Workplace, told: Delivery) -> None:
    if told.state is not DeliveryState.UNKNOWN:
        place.journal.finish_send(
            told.uuid, told.state.value, told.message_id, told.code, told.chat_id
        )


async def _look(place: Workplace, kit: Kit, client: FeishuClient, delivery: Delivery) -> Delivery:
    row = place.journal.send_of(delivery.uuid)
    batch = place.journal.batch(kit.setup.id, row.run_id) if row else None
    if row is None or batch is None:
        return replace(delivery, code="send.not_noted", params={})
    try:
        if recent(row.started_at):
            return await _ask_again(client, delivery, batch)
        chat = _chat_of(place, kit, delivery, row)
        if not chat:
            return replace(delivery, code="send.no_chat_known", params={"at": row.started_at})
        return await _search(client, delivery, row, batch, chat)
    except (FeishuError, NetworkError) as error:
        return _unsettled(delivery, error)


def _unsettled(delivery: Delivery, error: WizardError) -> Delivery:
    return replace(delivery, code=error.code, params=dict(error.params), evidence=error.evidence)


async def _ask_again(client: FeishuClient, delivery: Delivery, batch: BatchRow) -> Delivery:
    """The same uuid gives the same message; then it is read, where the app may."""
    who, content = delivery.resolved, message_of(batch)
    sent = await send_message(client, who.receive_id_type, who.receive_id, *content, delivery.uuid)
    evidence: tuple[Evidence, ...] = (sent.evidence,)
    deleted = False
    try:
        read = await get_message(client, sent.value.message_id)
        evidence, deleted = (*evidence, read.evidence), read.value.deleted
    except (FeishuError, NetworkError) as error:  # mostly without the permission to read
        evidence = (*error.evidence, *evidence)
    state = DeliveryState.RECALLED if deleted else DeliveryState.DELIVERED
    made = replace(delivery, state=state, message_id=sent.value.message_id, evidence=evidence)
    return replace(made, code="ok", params=None, chat_id=sent.value.chat_id)


def _chat_of(place: Workplace, kit: Kit, delivery: Delivery, row: Send) -> str:
    """Where messages to this recipient go; a person's chat is known from an earlier delivery."""
    if delivery.resolved.receive_id_type == "chat_id":
        return delivery.resolved.receive_id
    return delivery.chat_id or place.journal.chat_of(kit.setup.id, row.recipient)


async def _search(
    client: FeishuClient, delivery: Delivery, row: Send, batch: BatchRow, chat: str
) -> Delivery:
    """Compare sender, kind, time and content of what stands in the chat."""
    msg_type, content = message_of(batch)
    begun = datetime.fromisoformat(row.started_at)
    start, end = int((begun - _BEFORE).timestamp()), int((begun + _AFTER).timestamp())
    mine, evidence, whole = await _own_messages(client, chat, start, end)
    wanted = Counter(_texts(content))
    for message in mine:
        if message.msg_type == msg_type and not wanted - Counter(_texts(message.body.content)):
            state = DeliveryState.RECALLED if message.deleted else DeliveryState.DELIVERED
            made = replace(delivery, state=state, message_id=message.message_id)
            return replace(made, code="ok", params=None, evidence=(evidence,), chat_id=chat)
    # Another message of the app, or a recalled one, may be this one in a form not known here.
    if mine or not whole:
        told = {"count": str(len(mine))}
        return replace(delivery, code="send.not_told_apart", params=told, evidence=(evidence,))
    lost = replace(delivery, state=DeliveryState.REFUSED, code="send.not_arrived", params={})
    return replace(lost, evidence=(evidence,))


async def _own_messages(
    client: FeishuClient, chat: str, start: int, end: int
) -> tuple[list[Message], Evidence, bool]:
    """The app's own messages in a chat, the last exchange, and whether all pages were read."""
    mine: list[Message] = []
    evidence, token = Evidence(), ""
    for _ in range(_PAGES):
        page = await list_messages(client, chat, start, end, token)
        evidence, token = page.evidence, page.value.page_token
        mine += [one for one in page.value.items if one.sender.id == client.app_id]
        if not page.value.has_more or not token:
            return mine, evidence, True
    return mine, evidence, False


def _texts(value: Any) -> Iterator[str]:
    """Every text in a content, which the platform may have wrapped or extended."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        parsed = _document(value)
        if parsed is None:
            yield value
        else:
            yield from _texts(parsed)


def _document(text: str) -> dict[str, Any] | None:
    """A document in a string, as contents travel."""
    if not text.startswith("{"):
        return None
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None
