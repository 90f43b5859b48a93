"""A deployment profile: how one kind of CAN server is spoken to, as data.

The format is ``resources/schemas/can-profile-1.json``; what the keys mean is described there.
A key that is not known is a mistake, never ignored.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Words = dict[str, str]
Method = Literal["GET", "POST", "PUT", "PATCH"]
FieldName = Literal["app_id", "app_secret", "callback_url", "enabled"]
Outcome = Literal[
    "unauthenticated",
    "forbidden",
    "not_found",
    "stale",
    "invalid",
    "secret_masked",
    "incomplete",
    "rate_limited",
    "upstream",
    "server_error",
    "unexpected",
    "refused",
]


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An input or a secret that the admin gives. Words are by language (en, zh_Hans)."""

    label: Words
    help: Words = {}
    default: str = ""
    required: bool = True
    # "run": a session cookie or a token of the browser; it stays in memory and is asked for anew.
    keep: Literal["keyring", "run"] = "keyring"


class VersionProbe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A read-only call without a key that tells the server's version as a text at ``at``."""

    path: str
    at: str = ""


class AppliesTo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The servers that a profile is for. ``versions``: such as "3.4" or "3.*"; none: any.

    ``probe`` None: the version is not told, the shape of the read alone recognises the server.
    """

    product: str = ""
    versions: list[str] = []
    probe: VersionProbe | None = None


class Base(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the API lies below the origin."""

    prefix: str = ""
    require_https: bool = False
    timeout_s: float = 10.0
    redirects: Literal["deny"] = "deny"
    same_origin_only: Literal[True] = True


class Login(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A call that exchanges a key for a token before the others. ``set``: pointer to value.

    ``token_at``: where the token lies in the whole answer; None: the answer's cookies are all.
    """

    method: Literal["POST"] = "POST"
    path: str
    headers: dict[str, str] = {}
    set: dict[str, Any] = {}
    encoding: Literal["json", "form"] = "json"
    token_at: str | None = "/data"  # noqa: S105 - a pointer
    on_401: Literal["relogin_once", "fail"] = "relogin_once"


class Csrf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cookie whose value every write repeats in a header (double submit)."""

    cookie: str
    header: str


class Cookies(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cookies that every call carries: those of the login, or a ``secret`` with the text of a
    Cookie header. ``names``: which of them are sent; none: all."""

    source: Literal["login", "secret"]
    secret: str = ""
    names: list[str] = []
    csrf: Csrf | None = None


class Auth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every call carries."""

    login: Login | None = None
    headers: dict[str, str] = {}
    cookies: Cookies | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place in the envelope and the values that mean success there."""

    at: str
    values: list[Any] = msgspec.field(name="in")


class Envelope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What wraps every answer. No rule: the HTTP status alone decides."""

    ok: list[Rule] = []
    data: str = ""
    message: list[str] = []
    detail: list[str] = []
    trace: list[str] = []
    soft_errors: bool = True


class Concurrency(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a write says which version it was based on."""

    mode: Literal["etag", "field", "none"] = "none"
    at: str = ""


class SecretRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a read shows of the App Secret, and how a write leaves it as it is.

    ``keep`` mask: what the read shows in the secret's place is sent back, and stands for it.
    """

    read: Literal["hint", "omitted", "mask", "empty", "plain"] = "omitted"
    keep: Literal["omit", "empty", "resend", "reenter", "mask"] = "omit"
    mask: str = r"^\*+$"


class Select(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which element counts when a read answers with a list."""

    at: str
    equals: Any


class Fields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the values of the manual lie. ``callback_url`` None: this server keeps none."""

    app_id: str
    app_secret: str
    callback_url: str | None = None


class State(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the rest lies; None: the server does not tell."""

    enabled: str | None = None
    version: str | None = None
    secret_set: str | None = None
    secret_hint: str | None = None
    valid: str | None = None
    updated_by: str | None = None
    updated_at: str | None = None


class Op(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One call. ``set``: pointer to value; ``carry``: what is echoed from the read.

    ``path`` may hold ``${input.x}`` and ``${current./pointer}``, each put in as one segment.
    ``headers``: those of this call beside the common ones. ``absent``: statuses of a read that
    mean "nothing is stored yet". ``ok_at``: where a test says yes or no; None: a success of the
    envelope is a yes, a refusal a no. ``user_at``: where a test takes the account that it sends
    a message to; "" when it takes none.
    """

    method: Method = "GET"
    path: str = ""
    via: Literal["", "save"] = ""
    headers: dict[str, str] = {}
    encoding: Literal["json", "form"] = "json"
    send: list[FieldName] = []
    set: dict[str, Any] = {}
    carry: list[str] = []
    absent: list[int] = []
    ok_at: str | None = ""
    checks_at: str = ""
    user_at: str = ""
    saves: bool = False


class Paging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The two query parameters of a page, the number of the first one, and rows in a page."""

    number: str = "pageNumber"
    size: str = "pageSize"
    first: int = 1
    rows: int = 200


class AccountFields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the fields of an account lie in its row; None: the server does not tell."""

    name: str
    display: str | None = None
    email: str | None = None
    mobile: str | None = None

    def places(self) -> dict[str, str]:
        """Field to pointer, for those that are told."""
        known = {"name": self.name, "display": self.display, "email": self.email}
        known["mobile"] = self.mobile
        return {field: at for field, at in known.items() if at is not None}


class AccountsOp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lists the accounts page by page. ``total_at`` or ``more_at`` says when it is the last."""

    method: Literal["GET"] = "GET"
    path: str
    page: Paging = Paging()
    items_at: str = ""
    fields: AccountFields
    total_at: str | None = None
    more_at: str | None = None
    max_pages: int = 1000


class TicketOp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reads the app ticket of a store app, which the platform pushes to the server; ``at``: where
    it lies in the data."""

    method: Literal["GET"] = "GET"
    path: str
    at: str


class Ops(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be done; an absent operation is done by hand.

    ``create``: the first save, where a server has another call for it than for the later ones.
    """

    get: Op
    create: Op | None = None
    save: Op | None = None
    enable: Op | None = None
    test: Op | None = None
    audit: Op | None = None
    accounts: AccountsOp | None = None
    app_ticket: TicketOp | None = None


class Verify(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is compared after a save."""

    after_save: list[Literal["app_id", "callback_url", "enabled"]] = msgspec.field(
        default_factory=lambda: ["app_id", "callback_url"]
    )
    retries: int = 2


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds of every call."""

    methods: list[Method] = msgspec.field(default_factory=lambda: ["GET", "POST", "PUT", "PATCH"])
    max_body_kb: int = 64
    allowed_headers: str = "^[A-Za-z0-9-]+$"


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole profile. ``evidence`` says how well it is known; only ``live`` needs no warning."""

    schema: Literal["can-profile/1"]
    id: str
    name: Words
    evidence: Literal["proposed", "docs", "source", "live"]
    note: Words = {}
    applies_to: AppliesTo = AppliesTo()
    inputs: dict[str, Declared] = {}
    secrets: dict[str, Declared] = {}
    base: Base = Base()
    auth: Auth = Auth()
    envelope: Envelope = Envelope()
    errors: dict[str, Outcome] = {}
    concurrency: Concurrency = Concurrency()
    secret: SecretRules = SecretRules()
    select: Select | None = None
    json_strings: list[str] = []
    fields: Fields
    state: State = State()
    values: dict[Literal["enabled"], dict[Literal["true", "false"], Any]] = {}
    ops: Ops
    verify: Verify = Verify()
    limits: Limits = Limits()

    def enabled_values(self) -> dict[bool, Any]:
        """What on and off are on the wire."""
        wire = self.values.get("enabled", {})
        return {True: wire.get("true", True), False: wire.get("false", False)}
