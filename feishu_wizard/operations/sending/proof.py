"""What a sending proved, for the ledger: never more than was seen to arrive."""

from __future__ import annotations

from collections.abc import Sequence

from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.ledger import Entry
from feishu_wizard.domain.recipient import Delivery, DeliveryState, RecipientKind
from feishu_wizard.operations import ledger
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.net.clock import now

_PUSH, _DELIVERED = "capability.push", "person.delivered"


def note_push(place: Workplace, kit: Kit, batch: str, sent: Sequence[Delivery]) -> None:
    """Note what the messages of one batch proved just now.

    ``capability.push`` only by people who were addressed as CAN addresses them: a message to an
    open id or an e-mail address says nothing about CAN's accounts. What was delivered earlier,
    and is only looked up again, proves nothing new; neither does an outcome that is unknown.
    """
    people = [one for one in sent if one.resolved.recipient.kind is not RecipientKind.CHAT]
    tried = [one for one in people if one.evidence and one.state in _ANSWERED]
    as_can = [one for one in tried if one.resolved.recipient.as_can]
    if as_can:
        ledger.note(place, kit, _entry(_PUSH, "ledger.delivered_as_can", batch, as_can))
    if tried:
        ledger.note(place, kit, _entry(_DELIVERED, "ledger.delivered", batch, tried))


_ANSWERED = (DeliveryState.DELIVERED, DeliveryState.REFUSED)


def _entry(check: str, what: str, batch: str, part: Sequence[Delivery]) -> Entry:
    reached = [one for one in part if one.state is DeliveryState.DELIVERED]
    shown = (reached or part)[0]
    params = {
        "count": str(len(reached)),
        "total": str(len(part)),
        "who": shown.resolved.receive_id,  # no address of a person
        "code": shown.code,
        "batch": batch,
    }
    evidence = shown.evidence[-1] if shown.evidence else Evidence()
    at = now()
    return Entry(check, what, at, good=bool(reached), params=params, evidence=evidence)
