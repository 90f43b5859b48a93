"""What a person sees of a deployment profile before it is trusted, and what trying it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.outcomes import Declared


class Origin(StrEnum):
    """Where a profile comes from."""

    BUILT_IN = "built_in"
    ADDED = "added"  # from a file, or derived from a recording


class Purpose(StrEnum):
    """What a call of a profile is for."""

    SIGN_IN = "sign_in"
    VERSION = "version"
    READ = "read"
    CREATE = "create"
    SAVE = "save"
    SWITCH = "switch"
    TEST = "test"
    AUDIT = "audit"
    ACCOUNTS = "accounts"
    APP_TICKET = "app_ticket"


@dataclass(frozen=True, slots=True)
class CallLook:
    """One call as the profile would make it. ``path``: as written, prefix included.

    ``secrets``: names of the secrets that this call carries, in headers, cookies or body;
    ``app_secret`` among them where the App Secret is sent. ``writes``: it changes the server.
    """

    purpose: Purpose
    method: str
    path: str
    secrets: tuple[str, ...] = ()
    writes: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One place in which two profiles of one id differ. ``where``: the path of the value, such
    as ``ops.save.path``; ``before`` and ``after``: as JSON, "" for nothing."""

    where: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class BrokenProfile:
    """A file that was added and cannot be used; ``code`` and ``params`` say why."""

    path: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProfileLook:
    """A profile before it is trusted: which calls, and where each secret goes.

    ``digest``: SHA-256 (hex) of the file's bytes; trust is given to exactly these bytes.
    ``known_by``: proposed, docs, source or live. ``name``, ``note``: by language.
    ``weak``: no call carries a secret: whoever names an account may write (UID, ACCOUNT).
    ``plain_http``: the profile does not demand TLS. ``test_saves``: its test also saves.
    ``changed``: other bytes of this id were trusted before. ``replaces``: digest of another file
    of this id that is there already, and ``differences`` what is not the same. ``fitted_at``: when
    a read with real credentials fitted these bytes on this computer, "" for never.
    """

    id: str
    digest: str
    name: Mapping[str, str]
    note: Mapping[str, str]
    known_by: str
    origin: Origin
    trusted: bool
    product: str = ""
    versions: tuple[str, ...] = ()
    calls: tuple[CallLook, ...] = ()
    declares: tuple[Declared, ...] = ()
    weak: bool = False
    plain_http: bool = True
    test_saves: bool = False
    source: str = ""  # the file it was read from, "" for one of ours
    changed: bool = False
    replaces: str = ""
    differences: tuple[Difference, ...] = ()
    fitted_at: str = ""


@dataclass(frozen=True, slots=True)
class ProfileTry:
    """What the read-only call of a profile found. ``reason`` as in ``services.can.Recognition``,
    or ``version`` when the server's version is another (``version``: the one it told)."""

    fits: bool
    reason: str
    base: str
    version: str = ""
    stored: Mapping[str, str] = field(default_factory=dict)  # app_id, callback_url, enabled
    evidence: tuple[Evidence, ...] = ()
