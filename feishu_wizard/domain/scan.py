"""A scan: what is shown while somebody decides on the phone, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.secret import Secret


class ScanState(StrEnum):
    """Where a scan stands. All but the first four are its end."""

    IDLE = "idle"
    STARTING = "starting"
    WAITING = "waiting"
    OTHER_BRAND = "other_brand"  # the person belongs to the other brand: asks before going there
    DONE = "done"
    DENIED = "denied"
    EXPIRED = "expired"
    TAKEN = "taken"  # another program took the result of this code
    NOT_OFFERED = "not_offered"  # this tenant or host does not offer it
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ScanWish:
    """What is asked for. ``app_id`` "" makes a new app (and can touch no existing one); else the
    scan completes that app. ``scopes``: tenant permissions, nothing else is preset."""

    scopes: tuple[str, ...]
    app_id: str = ""
    name: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class ScanOffer:
    """What is shown: the link behind the code, and how long it is valid. ``interval``: seconds
    between two polls. ``device_code`` redeems the result, so it is kept like a secret."""

    url: str
    user_code: str
    lifetime: float
    interval: float
    device_code: Secret


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan brought. ``open_id``: who scanned ("" when not told)."""

    app_id: str
    secret: Secret
    open_id: str = ""
    edition: Edition | None = None


@dataclass(frozen=True, slots=True)
class OtherBrand:
    """The person who scanned belongs to another brand, where the result waits."""

    edition: Edition
    offer: ScanOffer
