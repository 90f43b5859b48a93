"""A sending on disk: planned before the first message leaves, and taken up where it stopped."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.recipient import (
    Batch,
    Delivery,
    DeliveryState,
    Recipient,
    RecipientKind,
    Resolved,
)
from feishu_wizard.domain.sample_message import build
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.knowledge import samples
from feishu_wizard.operations.walk.people import as_walked, walked_people
from feishu_wizard.services.storage.sends import PENDING, PLANNED, BatchRow, Send

# The platform remembers a uuid for one hour (official docs: im-v1 message create).
_REMEMBERED = timedelta(minutes=55)
# A clock that was set back would make everything look recent.
_AHEAD = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Sending:
    """What is sent, and what it goes on from.

    ``values``: of the sample message, instead of its own. ``repeat``: earlier deliveries whose
    uuid is used again, so that one of unknown outcome cannot arrive twice (the platform remembers
    a uuid for one hour). ``batch``: the same one again after a cancel sends only to those who
    were not reached yet. ``insist``: send also to those who may not use the app.
    """

    template: str
    lang: str
    repeat: Sequence[Delivery] = ()
    batch: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    insist: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A batch, its message as the platform gets it, and what is noted of each recipient."""

    batch: BatchRow
    msg_type: str
    content: dict[str, Any]
    rows: dict[str, Send]


def key_of(person: Resolved) -> str:
    """How the journal names a recipient."""
    return f"{person.receive_id_type}:{person.receive_id}"


def recent(started_at: str) -> bool:
    """Within the hour for which the platform remembers a uuid, with a margin for clocks."""
    age = datetime.now(UTC) - datetime.fromisoformat(started_at)
    return -_AHEAD < age < _REMEMBERED


def plan(place: Workplace, kit: Kit, people: Sequence[Resolved], sending: Sending) -> Planned:
    """Put the sending down. Raises ``InputError`` for a message that cannot be sent.

    A message that was begun less than an hour ago and never settled (the program was killed, or
    no answer came) keeps its uuid: the platform then delivers it once, whatever became of it.
    """
    batch = BatchRow(
        sending.batch or uuid.uuid4().hex,
        sending.template,
        sending.lang,
        dict(sending.values),
        _made_values(kit),
    )
    message_of(batch)  # refuses what cannot be sent before anything is noted
    setup_id, journal = kit.setup.id, place.journal
    for one in sending.repeat:
        if one.state is DeliveryState.UNKNOWN and one.template == batch.template:
            journal.take_over(setup_id, batch.id, one.uuid)
    since = (datetime.now(UTC) - _REMEMBERED).isoformat(timespec="milliseconds")
    named = {key_of(person): person.recipient.kind.value for person in people}
    rows = journal.plan_batch(setup_id, batch, [*named.items()], since.replace("+00:00", "Z"))
    kept = journal.batch(setup_id, batch.id) or batch
    return Planned(kept, *message_of(kept), rows)


def message_of(batch: BatchRow) -> tuple[str, dict[str, Any]]:
    """The message of a batch, the same whenever it is made."""
    return build(samples(), batch.template, batch.lang, {**batch.made, **batch.given})


def _made_values(kit: Kit) -> dict[str, str]:
    now = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
    url = kit.setup.office.url
    return {"time": now, "origin": url or "Aloudata CAN", "link": url}


async def unfinished_batch(place: Workplace, kit: Kit) -> Batch | None:
    """The latest sending that did not come to its end, for going on with it. Calls nobody."""
    return await asyncio.to_thread(_unfinished, place, kit)


async def close_batch(place: Workplace, kit: Kit, batch: str) -> None:
    """Do not go on with a sending: it is offered no more. What was sent stays noted."""
    await asyncio.to_thread(place.journal.close_batch, kit.setup.id, batch)


def _unfinished(place: Workplace, kit: Kit) -> Batch | None:
    found = place.journal.open_batch(kit.setup.id)
    if found is None:
        return None
    rows = place.journal.sends_of(kit.setup.id, found.id)
    states = [row.state for row in rows]
    reached = (DeliveryState.DELIVERED.value, DeliveryState.RECALLED.value)
    return Batch(
        found.id,
        found.template,
        found.lang,
        found.started_at,
        people_of(place, kit, rows),
        reached=sum(state in reached for state in states),
        unknown=states.count(PENDING),
        left=states.count(PLANNED),
        values=found.given,
    )


def people_of(place: Workplace, kit: Kit, rows: Sequence[Send]) -> tuple[Resolved, ...]:
    """The recipients of messages; names only where a walk of the address book brought them."""
    ids = [row.receive_id for row in rows]
    walked = walked_people(place, kit, [value for _kind, value in ids])
    found = []
    for row in rows:
        id_type, value = row.receive_id
        kind = RecipientKind(row.kind) if row.kind in _BY_ID else RecipientKind(_OF_ID[id_type])
        user_id = value if id_type == "user_id" else ""
        person = Resolved(Recipient(kind, value), id_type, value, user_id=user_id)
        found.append(as_walked(person, walked[value]) if value in walked else person)
    return tuple(found)


# A person who was named by an address is known by the id that it led to.
_OF_ID = {"user_id": "user_id", "open_id": "open_id", "union_id": "union_id", "chat_id": "chat_id"}
_BY_ID = frozenset({*_OF_ID.values(), RecipientKind.CAN_ACCOUNT.value})
