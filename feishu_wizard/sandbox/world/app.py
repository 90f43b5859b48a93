"""One app of the practice tenant: what its developer set, what was released, what acts.

Permissions that need no review act as soon as they are switched on, released or not; reviewed
ones, the bot, the availability and the contacts range act when a version is approved; redirect
URLs and the IP allow-list act at once (official docs: permission list; v7 application config).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from feishu_wizard.sandbox.world.audience import NOBODY, Audience
from feishu_wizard.sandbox.world.identifiers import NumberCodec, new_app_id, new_id, new_secret
from feishu_wizard.sandbox.world.scope_book import TokenType

Source = Literal["developer_console", "scan", "base", "bot_builder"]
SOURCES: Final[tuple[Source, ...]] = get_args(Source)
Kind = Literal["self-built", "store"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
Brand = Literal["feishu", "lark"]
BRANDS: Final[tuple[Brand, ...]] = get_args(Brand)
APPROVED, REJECTED, IN_REVIEW, NOT_SUBMITTED = 1, 2, 3, 4
BOT_NUMBER = 2**32 - 16

ScopeKey = tuple[TokenType, str]


@dataclass
class Features:
    """What goes with a version."""

    bot: bool = False
    availability: Audience = field(default_factory=Audience)
    contacts_range: Audience = field(default_factory=lambda: Audience("equal_to_availability"))

    def copy(self) -> Features:
        """An independent copy."""
        return Features(self.bot, self.availability.copy(), self.contacts_range.copy())


@dataclass
class Version:
    """A version of the app; ``status`` as application-v6/app_version documents it."""

    version_id: str
    version: str
    features: Features
    scopes: frozenset[ScopeKey]
    status: int
    create_time: int
    publish_time: int = 0
    note: str = ""
    reason: str = ""


@dataclass
class App:
    """One app. ``scopes`` maps a permission to whether it acts (True) or waits.

    ``reviews`` counts the versions that an administrator decided, ``releases`` those submitted;
    ``asked`` are the permissions of a request that waits for an administrator, of
    ``approval_requests`` made for the version online; ``scanned`` came by scan; ``claims`` is
    what the list of permissions says instead of the truth; ``security`` are lists that are only
    kept; ``ticket`` is a store app's.
    """

    name: str
    description: str
    owner: int
    app_id: str = field(default_factory=new_app_id)
    secret: str = field(default_factory=new_secret)
    source: Source = "developer_console"
    kind: Kind = "self-built"
    brand: Brand = "feishu"
    ticket: str = ""
    draft: Features = field(default_factory=Features)
    online: Features | None = None
    scopes: dict[ScopeKey, bool] = field(default_factory=dict)
    redirect_urls: list[str] = field(default_factory=list)
    allowed_ips: list[str] = field(default_factory=list)
    security: dict[str, list[str]] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)
    releases: int = 0
    reviews: int = 0
    approval_requests: int = 0
    asked: frozenset[ScopeKey] = frozenset()
    scanned: set[ScopeKey] = field(default_factory=set)
    claims: dict[ScopeKey, bool] = field(default_factory=dict)
    stopped: bool = False
    deleted: bool = False

    def __post_init__(self) -> None:
        self.open_ids = NumberCodec("ou_", f"app/{self.app_id}")
        self.chat_ids = NumberCodec("oc_", f"p2p/{self.app_id}")
        if self.kind == "store" and not self.ticket:
            self.new_ticket()  # it comes every hour anyway

    @property
    def bot_open_id(self) -> str:
        """The ``open_id`` of the app's bot."""
        return self.open_ids.encode(BOT_NUMBER)

    @property
    def installed(self) -> bool:
        """The tenant has the app once a version was approved."""
        return self.online is not None

    @property
    def bot_active(self) -> bool:
        """The bot of the online version."""
        return self.online is not None and self.online.bot

    @property
    def under_review(self) -> Version | None:
        """The version that waits for the administrator; it locks the app."""
        return next((v for v in self.versions if v.status == IN_REVIEW), None)

    @property
    def online_version(self) -> Version | None:
        """The newest approved version."""
        return next((v for v in reversed(self.versions) if v.status == APPROVED), None)

    @property
    def availability(self) -> Audience:
        """Who may use the app now: nobody before the first release."""
        return self.online.availability if self.online else NOBODY

    @property
    def contacts_range(self) -> Audience:
        """Whose data the app may read now."""
        if self.online is None:
            return NOBODY
        wanted = self.online.contacts_range
        return self.availability if wanted.kind == "equal_to_availability" else wanted

    def has_scope(self, *names: str, identity: TokenType = "tenant") -> bool:
        """Tell whether one of the permissions acts for an identity."""
        return any(self.scopes.get((identity, name), False) for name in names)

    def new_ticket(self) -> str:
        """The next ``app_ticket`` of a store app; the one before is void."""
        self.ticket = new_secret(40)
        return self.ticket

    def next_version(self) -> str:
        """``1.0.0``, then one more in the last place."""
        if not self.versions:
            return "1.0.0"
        major, minor, patch = version_key(self.versions[-1].version)
        return f"{major}.{minor}.{patch + 1}"

    def new_version(self, number: str, note: str, at: int) -> Version:
        """A version from the draft; the caller submits it."""
        return Version(
            version_id=new_id("oav_"),
            version=number,
            features=self.draft.copy(),
            scopes=frozenset(self.scopes),
            status=NOT_SUBMITTED,
            create_time=at,
            note=note,
        )


def version_key(text: str) -> tuple[int, int, int]:
    """``X.X.X`` as numbers; ValueError for anything else."""
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"not a version: {text!r}")
    return int(parts[0]), int(parts[1]), int(parts[2])
