"""Who gets a test message, and what became of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from feishu_wizard.domain.finding import Evidence


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

    ``name`` is "" when the platform does not tell it (no permission for names).
    ``can_account`` is the user_id, which CAN would use; "" when hidden.
    """

    recipient: Recipient
    receive_id_type: str
    receive_id: str
    name: str = ""
    user_id: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A recipient that cannot be reached; ``code`` says why."""

    recipient: Recipient
    code: str
    params: dict[str, str]
    evidence: tuple[Evidence, ...] = ()


class DeliveryState(StrEnum):
    """What became of one message."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one recipient. ``uuid`` makes a repeat harmless for one hour."""

    resolved: Resolved
    template: str
    state: DeliveryState
    uuid: str
    message_id: str = ""
    code: str = "ok"
    params: dict[str, str] | None = None
    evidence: tuple[Evidence, ...] = ()


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
