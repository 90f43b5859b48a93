"""Sends one test message to each of up to 1,000 recipients; a repeat never makes a second one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from feishu_wizard.domain.errors import FeishuError, InputError, NetworkError, WizardError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import Report
from feishu_wizard.domain.recipient import Delivery, DeliveryState, Resolved, SendProgress
from feishu_wizard.domain.recipient_list import LIMIT
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.platform_view import IP_DENIED, NO_BOT, NO_SCOPE, QUOTA_SPENT, STOPPED
from feishu_wizard.operations.sending.batch import (
    Planned,
    Sending,
    close_batch,
    key_of,
    plan,
    recent,
    unfinished_batch,
)
from feishu_wizard.operations.sending.proof import note_push
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.envelope import Answer
from feishu_wizard.services.feishu.im import ReceiverPace, SentMessage, send_message
from feishu_wizard.services.storage.sends import PENDING, Send

__all__ = ["Sending", "close_batch", "send_test", "unfinished_batch"]

_AT_ONCE = 8  # requests under way; the client keeps the platform's rate
# Official docs, im-v1 message create: the receiver's rate; the same message is being sent.
_RECEIVER_BUSY = 230020
_BEING_SENT = frozenset({230049, 18121})
_AGAIN_AFTER_S = (1.0, 2.0, 4.0)
# What is about the app rather than about a recipient: nobody else would be reached either.
_ABOUT_THE_APP = frozenset(
    {NO_SCOPE, NO_BOT, IP_DENIED, QUOTA_SPENT, 230006, 99991673, 11207, 11209, 11210}
    | {10003, 10005, 10014, 10015, 99991543}
    | STOPPED
)
# So many in a row without an answer: the network is gone, and each further try costs minutes.
_SILENCE = 8

_PACES: WeakKeyDictionary[FeishuClient, ReceiverPace] = WeakKeyDictionary()


@dataclass(slots=True)
class _Run:
    """One sending under way. ``halt``: why nobody else is written to."""

    place: Workplace
    kit: Kit
    client: FeishuClient
    planned: Planned
    insist: bool
    halt: WizardError | None = None
    silent: int = 0
    done: dict[str, Delivery] = field(default_factory=dict)


async def send_test(
    place: Workplace,
    kit: Kit,
    people: Sequence[Resolved],
    sending: Sending,
    report: Report,
) -> tuple[Delivery, ...]:
    """Send to everyone and tell what became of each, in the order of ``people``.

    Every message is on disk with its uuid before anything is sent, and every outcome at once, so
    that a cancelled or killed sending goes on with the same ``Sending.batch``. A message whose
    outcome has been unknown for longer than the platform remembers its uuid is not sent again:
    ``read_back`` may find out. Raises ``InputError`` send.too_many, send.no_template,
    send.too_long.
    """
    if len(people) > LIMIT:
        raise InputError("send.too_many", {"count": str(len(people)), "limit": str(LIMIT)})
    client = await place.feishu(kit)
    planned = plan(place, kit, people, sending)
    run = _Run(place, kit, client, planned, sending.insist)
    waiting = iter({key_of(person): person for person in people}.values())
    await _together([_work(run, waiting, report) for _ in range(min(_AT_ONCE, len(people)))])
    sent = tuple(run.done[key_of(person)] for person in people)
    note_push(place, kit, planned.batch.id, sent)
    return sent


async def _together(work: Sequence[object]) -> None:
    """Run all; the first failure, or a cancel, ends the others too."""
    tasks = [asyncio.ensure_future(one) for one in work]  # type: ignore[call-overload]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _work(run: _Run, waiting: Iterator[Resolved], report: Report) -> None:
    total = len(run.planned.rows)
    for person in waiting:
        who = person.name or person.recipient.value
        told = {"who": who, "done": str(len(run.done)), "total": str(total)}
        report(SendProgress("sending", told, len(run.done) / total, total=total))
        delivery = await _deliver(run, person)
        run.done[key_of(person)] = delivery
        count = len(run.done)
        told = {**told, "done": str(count)}
        report(SendProgress("sending", told, count / total, None, delivery, count, total))


async def _deliver(run: _Run, person: Resolved) -> Delivery:
    """What became of one recipient: earlier, now, or not at all. On disk when it returns."""
    row, template = run.planned.rows[key_of(person)], run.planned.batch.template
    if row.state in (DeliveryState.DELIVERED.value, DeliveryState.RECALLED.value):
        return _as_noted(person, row)
    if row.state == PENDING and not recent(row.started_at):
        code, params = "send.too_late_to_repeat", {"at": row.started_at}
        return Delivery(person, template, DeliveryState.UNKNOWN, row.uuid, "", code, params)
    if run.halt is not None:
        return _left_out(run, person, row, run.halt.code, run.halt.params, run.halt.evidence)
    if person.available is False and not run.insist:
        who = {"name": person.name or person.recipient.value}
        delivery = _left_out(run, person, row, "recipient_outside", who, person.evidence)
    else:
        journal, batch = run.place.journal, run.planned.batch
        mark = journal.remember_send(batch.id, key_of(person), template, setup_id=run.kit.setup.id)
        delivery = await _send(run, person, mark)
    if delivery.state is not DeliveryState.UNKNOWN:  # it stays begun, also after a restart
        run.place.journal.finish_send(
            delivery.uuid,
            delivery.state.value,
            delivery.message_id,
            delivery.code,
            delivery.chat_id,
        )
    return delivery


async def _send(run: _Run, person: Resolved, mark: str) -> Delivery:
    template = run.planned.batch.template
    try:
        answer = await _ask(run, person, mark)
    except FeishuError as error:
        run.silent = 0
        if error.feishu_code in _ABOUT_THE_APP:
            run.halt = run.halt or error
        unsure = error.feishu_code in _BEING_SENT
        state = DeliveryState.UNKNOWN if unsure else DeliveryState.REFUSED
        return _failed(person, template, state, mark, error)
    except NetworkError as error:
        # The request may have arrived: only the platform knows, and the uuid makes a repeat safe.
        run.silent += 1
        if run.silent >= _SILENCE:
            run.halt = run.halt or error
        return _failed(person, template, DeliveryState.UNKNOWN, mark, error)
    run.silent = 0
    return Delivery(
        person,
        template,
        DeliveryState.DELIVERED,
        mark,
        message_id=answer.value.message_id,
        evidence=(answer.evidence,),
        chat_id=answer.value.chat_id,
    )


async def _ask(run: _Run, person: Resolved, mark: str) -> Answer[SentMessage]:
    """Send; again with the same uuid while the receiver is busy or the message under way."""
    pace = _PACES.setdefault(run.client, ReceiverPace())
    id_type, value = person.receive_id_type, person.receive_id
    msg_type, content = run.planned.msg_type, run.planned.content
    for wait in (*_AGAIN_AFTER_S, None):
        await pace.turn(key_of(person))
        try:
            return await send_message(run.client, id_type, value, msg_type, content, mark)
        except FeishuError as error:
            if wait is None or error.feishu_code not in (_RECEIVER_BUSY, *_BEING_SENT):
                raise
        await asyncio.sleep(wait)
    raise AssertionError("the last try either answers or raises")


def _failed(
    person: Resolved, template: str, state: DeliveryState, mark: str, error: WizardError
) -> Delivery:
    params = dict(error.params)
    return Delivery(person, template, state, mark, "", error.code, params, error.evidence)


def _left_out(
    run: _Run,
    person: Resolved,
    row: Send,
    code: str,
    params: dict[str, str],
    evidence: tuple[Evidence, ...],
) -> Delivery:
    """Nobody was written to; a message that was sent before, outcome unknown, stays unknown."""
    state = DeliveryState.UNKNOWN if row.state == PENDING else DeliveryState.LEFT_OUT
    template = run.planned.batch.template
    return Delivery(person, template, state, row.uuid, "", code, dict(params), evidence)


def _as_noted(person: Resolved, row: Send) -> Delivery:
    """The message of this batch that reached the person before."""
    state = DeliveryState(row.state)
    return Delivery(person, row.template, state, row.uuid, row.message_id, chat_id=row.chat_id)
