"""Sends one test message to each person; a repeat never makes a second one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from feishu_wizard.domain.errors import FeishuError, NetworkError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.recipient import Delivery, DeliveryState, Resolved
from feishu_wizard.domain.sample_message import build
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.knowledge import samples
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.im import send_message

_REMEMBERED = timedelta(minutes=55)


@dataclass(frozen=True, slots=True)
class Sending:
    """What is sent, and what it goes on from.

    ``repeat``: earlier deliveries whose uuid is used again, so that one of unknown outcome cannot
    arrive twice (the platform remembers a uuid for one hour). ``batch``: the same one again after
    a cancel sends only to those who were not reached yet.
    """

    template: str
    lang: str
    repeat: Sequence[Delivery] = ()
    batch: str = ""


async def send_test(
    place: Workplace,
    kit: Kit,
    people: Sequence[Resolved],
    sending: Sending,
    report: Report,
) -> tuple[Delivery, ...]:
    """Send to everyone in turn, with the platform's limits kept by the client."""
    client = await place.feishu(kit)
    template = sending.template
    run_id = sending.batch or uuid.uuid4().hex
    unknown = [d for d in sending.repeat if d.state is DeliveryState.UNKNOWN]
    earlier = {d.resolved.receive_id: d for d in unknown}
    deliveries = []
    for index, person in enumerate(people):
        who = person.name or person.recipient.value
        report(Progress("sending", {"who": who}, index / len(people)))
        known = earlier.get(person.receive_id)
        mark = known.uuid if known else _remember(place, kit, run_id, person, template)
        done = _done_before(place, person, template, mark)
        delivery = done or await _send(client, kit, person, sending, mark)
        if delivery.state is not DeliveryState.UNKNOWN:  # it stays begun, also after a restart
            place.journal.finish_send(
                mark, delivery.state.value, delivery.message_id, delivery.code
            )
        deliveries.append(delivery)
    return tuple(deliveries)


def _remember(place: Workplace, kit: Kit, run_id: str, person: Resolved, template: str) -> str:
    """The uuid of this message, on disk before anything is sent.

    A message that was begun less than an hour ago and never settled (the program was killed, or
    no answer came) keeps its uuid: the platform then delivers it once, whatever became of it.
    """
    key = f"{person.receive_id_type}:{person.receive_id}"
    for begun in place.journal.pending_sends(kit.setup.id):
        if (begun.recipient, begun.template) == (key, template) and _recent(begun.started_at):
            return begun.uuid
    return place.journal.remember_send(run_id, key, template, setup_id=kit.setup.id)


def _done_before(place: Workplace, person: Resolved, template: str, mark: str) -> Delivery | None:
    """The message of this batch that reached the person before a cancel."""
    sent = place.journal.send_of(mark)
    if sent is None or sent.state != DeliveryState.DELIVERED.value:
        return None
    return Delivery(person, template, DeliveryState.DELIVERED, mark, message_id=sent.message_id)


def _recent(started_at: str) -> bool:
    """Within the hour for which the platform remembers a uuid, with a margin for clocks."""
    return datetime.now(UTC) - datetime.fromisoformat(started_at) < _REMEMBERED


async def _send(
    client: FeishuClient, kit: Kit, person: Resolved, sending: Sending, mark: str
) -> Delivery:
    now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
    origin = kit.setup.office.url or "Aloudata CAN"
    template = sending.template
    values = {"time": now, "origin": origin}
    msg_type, content = build(samples(), template, sending.lang, values)
    try:
        answer = await send_message(
            client, person.receive_id_type, person.receive_id, msg_type, content, mark
        )
    except FeishuError as error:
        return Delivery(
            person,
            template,
            DeliveryState.REFUSED,
            mark,
            code=error.code,
            params=dict(error.params),
            evidence=error.evidence,
        )
    except NetworkError as error:
        # The request may have arrived: only the platform knows, and the uuid makes a repeat safe.
        return Delivery(
            person,
            template,
            DeliveryState.UNKNOWN,
            mark,
            code=error.code,
            params=dict(error.params),
            evidence=error.evidence,
        )
    return Delivery(
        person,
        template,
        DeliveryState.DELIVERED,
        mark,
        message_id=answer.value.message_id,
        evidence=(answer.evidence,),
    )
