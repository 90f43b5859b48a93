"""One sign-in, made to see what a sign-in brings; and what a person says of CAN's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from feishu_wizard.domain.finding import Evidence, Finding
from feishu_wizard.domain.progress import Progress
from feishu_wizard.domain.secret import Secret

# One fixed port, so that its URL is registered once; another can be chosen.
LISTENER_PORT = 28917
LISTENER_HOST = "127.0.0.1"
LISTENER_PATH = "/feishu-wizard/callback"


def listener_url(port: int, path: str = LISTENER_PATH) -> str:
    """The address of the rehearsal's own listener, which the app has to know."""
    return f"http://{LISTENER_HOST}:{port}{path}"


class SignInWay(StrEnum):
    """How a person signs in for the rehearsal. ``DEVICE`` needs no redirect URL."""

    DEVICE = "device"
    BROWSER = "browser"


class SignInState(StrEnum):
    """Where a rehearsal stands."""

    IDLE = "idle"
    STARTING = "starting"
    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    ENDED = "ended"  # without a result: refused, expired, closed, failed


@dataclass(frozen=True, slots=True)
class SignInOffer:
    """What a person opens. ``url``: in a browser (device: complete, with the code in it);
    ``user_code``: to compare, "" in a browser. ``seconds``: until it expires."""

    way: SignInWay
    url: str = field(repr=False)  # in a browser it carries the state of this sign-in
    seconds: float
    user_code: str = ""
    device_code: Secret | None = None
    interval: float = 5.0


@dataclass(frozen=True, slots=True)
class SignInProgress(Progress):
    """Progress of a sign-in: with what a person has to open."""

    offer: SignInOffer | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in and what that brought.

    ``fields``: wire names that came, filled or blank. ``account``: the CAN account that would
    match by ``user_id``; ``matches`` None: CAN's accounts are not known here.
    """

    way: SignInWay
    open_id: str
    name: str = ""
    user_id: str = ""
    union_id: str = ""
    email: str = ""
    enterprise_email: str = ""
    mobile: str = ""
    employee_no: str = ""
    tenant_key: str = ""
    fields: frozenset[str] = frozenset()
    scopes: tuple[str, ...] = ()
    account: str = ""
    matches: bool | None = None
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()


class Seen(StrEnum):
    """What a person saw after pressing sign-in with CAN's own address; always *stated*."""

    SIGNED_IN = "signed_in"
    E20029 = "20029"
    E4401 = "4401"
    NOT_AVAILABLE = "not_available"
    CAN_ERROR = "can_error"
    CAN_404 = "can_404"


@dataclass(frozen=True, slots=True)
class UrlsCheck:
    """Redirect URLs: needed against registered. ``registered`` None: nobody could read them."""

    needed: str
    registered: tuple[str, ...] | None
    listener: str
    finding: Finding
    listener_registered: bool | None = None
    findings: tuple[Finding, ...] = field(default_factory=tuple)
