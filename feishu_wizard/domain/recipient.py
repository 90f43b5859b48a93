"""Who gets a test message, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.progress import Progress


class RecipientKind(StrEnum):
    """How a recipient was named. ``CAN_ACCOUNT`` is the way CAN itself addresses a person."""

    CAN_ACCOUNT = "can_account"
    USER_ID = "user_id"
    OPEN_ID = "open_id"
    UNION_ID = "union_id"
    EMAIL = "email"
    MOBILE = "mobile"
    CHAT = "chat_id"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient as typed: kind and value."""

    kind: RecipientKind
    value: str

    @property
    def as_can(self) -> bool:
        """Sent the way CAN will send it, so it proves something about CAN's push."""
        return self.kind is RecipientKind.CAN_ACCOUNT


@dataclass(frozen=True, slots=True)
class Resolved:
    """A recipient the platform knows: who it is and by which id a message goes there.

    ``name`` is "" when the platform does not tell it (no permission for names). ``user_id`` is
    what CAN would use; "" when hidden. ``department``: the primary one; its id while
    ``department_named`` is False, because names of departments are not told to the app.
    ``available``: may use the app, so messages arrive; None when the platform does not tell.
    ``also``: other ways by which the same recipient was named.
    """

    recipient: Recipient
    receive_id_type: str
    receive_id: str
    name: str = ""
    user_id: str = ""
    evidence: tuple[Evidence, ...] = ()
    open_id: str = ""
    department: str = ""
    department_named: bool = True
    available: bool | None = None
    also: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A recipient that cannot be reached; ``code`` says why."""

    recipient: Recipient
    code: str
    params: dict[str, str]
    evidence: tuple[Evidence, ...] = ()


class DeliveryState(StrEnum):
    """What became of one message. ``LEFT_OUT``: nothing was sent, and ``code`` says why."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    LEFT_OUT = "left_out"
    RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one recipient. ``uuid`` makes a repeat harmless for one hour.

    A delivered message has ``code`` other than "ok" when something was tried with it since, and
    failed: a recall.
    """

    resolved: Resolved
    template: str
    state: DeliveryState
    uuid: str
    message_id: str = ""
    code: str = "ok"
    params: dict[str, str] | None = None
    evidence: tuple[Evidence, ...] = ()
    chat_id: str = ""

    @property
    def reached(self) -> bool:
        """A message arrived, whether or not it was recalled since."""
        return self.state in (DeliveryState.DELIVERED, DeliveryState.RECALLED)


@dataclass(frozen=True, slots=True)
class SendProgress(Progress):
    """Progress of a sending: the delivery that has just come to its end, and how many did."""

    delivery: Delivery | None = None
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """A sending that was begun and did not come to its end: killed, cancelled or unclear.

    ``id``, ``template``, ``lang`` and ``values`` go into ``Sending`` to go on with it, together
    with ``people``: all of them, by the ids that messages go to (names, where a walk of the
    address book brought them). ``unknown``: sent, and nobody knows whether they arrived.
    ``started_at``: RFC 3339.
    """

    id: str
    template: str
    lang: str
    started_at: str
    people: tuple[Resolved, ...]
    reached: int
    unknown: int
    left: int
    values: Mapping[str, str] = field(default_factory=dict)


_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
# With its country code, or a number of mainland China. Other digits may well be a staff number,
# which CAN uses as account and as user_id.
_MOBILE = re.compile(r"^(?:\+[0-9]{7,15}|1[3-9][0-9]{9})$")
_UNION_ID = re.compile(r"^on_[0-9a-f]{8,}$")
_PREFIXES = {"ou_": RecipientKind.OPEN_ID, "on_": RecipientKind.UNION_ID, "oc_": RecipientKind.CHAT}
_NAMED = {kind.value: kind for kind in RecipientKind} | {"can": RecipientKind.CAN_ACCOUNT}


def parse_recipient(text: str, default: RecipientKind = RecipientKind.CAN_ACCOUNT) -> Recipient:
    """Read one recipient: ``kind:value``, or the kind is seen from the value.

    An address with @ is an e-mail, ``ou_``/``on_``/``oc_`` are ids, a number with its country
    code or of mainland China is a mobile; everything else is ``default``.
    """
    value = text.strip()
    named = re.fullmatch(r"(\w+)\s*[:：]\s*(.+)", value, re.DOTALL)
    if named and named[1].lower() in _NAMED:
        return Recipient(_NAMED[named[1].lower()], named[2])
    for prefix, kind in _PREFIXES.items():
        # "on_duty" may well be an account's name, so what follows on_ has to look like an id.
        if value.startswith(prefix) and (prefix != "on_" or _UNION_ID.match(value)):
            return Recipient(kind, value)
    if _EMAIL.match(value):
        return Recipient(RecipientKind.EMAIL, value)
    digits = re.sub(r"[ \-]", "", value)
    if _MOBILE.match(digits):
        return Recipient(RecipientKind.MOBILE, digits)
    return Recipient(default, value)


def parse_recipients(
    text: str, default: RecipientKind = RecipientKind.CAN_ACCOUNT
) -> list[Recipient]:
    """Read a list separated by commas, semicolons (also full-width) or line breaks."""
    parts = re.split(r"[,;，；、\n]+", text)
    return list(dict.fromkeys(parse_recipient(p, default) for p in parts if p.strip()))
