"""Takes back what was sent, each message by itself, and tells what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from feishu_wizard.domain.errors import FeishuError, NetworkError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import Report
from feishu_wizard.domain.recipient import Delivery, DeliveryState, SendProgress
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.sending.batch import people_of
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.im import recall_message

_GONE_ALREADY = 230110  # official docs: im-v1 message delete


async def last_sent(place: Workplace, kit: Kit) -> tuple[Delivery, ...]:
    """What was delivered by the latest sending that is on record, ready to be recalled."""
    return await asyncio.to_thread(_last_sent, place, kit)


def _last_sent(place: Workplace, kit: Kit) -> tuple[Delivery, ...]:
    latest = next(iter(place.journal.sends(kit.setup.id)), None)
    if latest is None:
        return ()
    rows = place.journal.sends_of(kit.setup.id, latest.run_id)
    rows = [row for row in rows if row.state == DeliveryState.DELIVERED.value]
    return tuple(
        Delivery(
            person,
            row.template,
            DeliveryState.DELIVERED,
            row.uuid,
            row.message_id,
            chat_id=row.chat_id,
        )
        for person, row in zip(people_of(place, kit, rows), rows, strict=True)
    )


async def recall(
    place: Workplace, kit: Kit, deliveries: Sequence[Delivery], report: Report
) -> tuple[Delivery, ...]:
    """The deliveries, with the recalled ones as ``RECALLED``; on disk one by one.

    What could not be recalled stays delivered, with the platform's code: 230009 for longer ago
    than the company allows. Recalled already is recalled, with 230110 as its code.
    """
    client = await place.feishu(kit)
    told: list[Delivery] = []
    for number, delivery in enumerate(deliveries, 1):
        one = delivery
        if delivery.state is DeliveryState.DELIVERED and delivery.message_id:
            one = await _recall(client, delivery)
        if one.state is DeliveryState.RECALLED and one is not delivery:
            place.journal.finish_send(one.uuid, one.state.value, one.message_id, one.code)
        told.append(one)
        who = delivery.resolved.name or delivery.resolved.recipient.value
        params = {"who": who, "done": str(number), "total": str(len(deliveries))}
        share = number / len(deliveries)
        report(SendProgress("recalling", params, share, None, one, number, len(deliveries)))
    return tuple(told)


async def _recall(client: FeishuClient, delivery: Delivery) -> Delivery:
    try:
        answer = await recall_message(client, delivery.message_id)
    except (FeishuError, NetworkError) as error:
        gone = isinstance(error, FeishuError) and error.feishu_code == _GONE_ALREADY
        state = DeliveryState.RECALLED if gone else DeliveryState.DELIVERED
        failed = replace(delivery, state=state, code=error.code, evidence=error.evidence)
        return replace(failed, params=dict(error.params))
    evidence = (answer.evidence,)
    return replace(delivery, state=DeliveryState.RECALLED, code="ok", evidence=evidence)
