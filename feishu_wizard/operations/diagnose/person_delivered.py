"""``person.delivered``: whether a message of this program reached the person already."""

from __future__ import annotations

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.finding import Finding, Proof, Status, not_done
from feishu_wizard.domain.recipient import DeliveryState
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.person_seen import Seen
from feishu_wizard.services.storage.sends import Send

DELIVERED = "person.delivered"
_AS_CAN = "user_id:"  # CAN addresses people by the user_id that equals their account


def delivered(case: Case, seen: Seen) -> Finding:
    """The last message on record decides; nothing is sent here."""
    setup_id = case.kit.setup.id
    keys = {f"{id_type}:{value}" for id_type, value in seen.ids.items()}
    try:
        sends = case.place.journal.sends(setup_id) if setup_id else []
    except WizardError as error:  # the record is told by setup.state
        return error.finding(DELIVERED, Status.UNKNOWN)
    settled = [s for s in sends if s.recipient in keys and s.state in _SETTLED]
    if not settled:
        return not_done(DELIVERED, "not_proven")
    return _told(settled[0], seen)


_SETTLED = (DeliveryState.DELIVERED.value, DeliveryState.REFUSED.value)


def _told(last: Send, seen: Seen) -> Finding:
    params = {"at": last.started_at, "who": seen.who.value, "name": seen.name or seen.who.value}
    if last.state == DeliveryState.REFUSED.value:
        params["feishu_code"] = last.code.removeprefix("feishu.")
        return Finding(DELIVERED, Status.UNKNOWN, "person.refused_before", params)
    params["message_id"] = last.message_id
    as_can = last.recipient.startswith(_AS_CAN)
    code = "person.delivered_as_can" if as_can else "person.delivered_otherwise"
    return Finding(DELIVERED, Status.PASS, code, params, Proof.PROVEN)
