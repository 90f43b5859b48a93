"""A change that the app makes to itself: before and after, when it acts, what can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from feishu_wizard.domain.finding import Finding


class Part(StrEnum):
    """What of the app is changed, in the order in which it is done."""

    SCOPES = "scopes"
    REDIRECT_URLS = "redirect_urls"
    ALLOWED_IPS = "allowed_ips"
    BOT = "bot"
    CONTACTS_RANGE = "contacts_range"
    AVAILABILITY = "availability"
    VERSION = "version"


@dataclass(frozen=True, slots=True)
class PartChange:
    """``before`` is None when it cannot be read. ``adds``/``removes``: list values (scopes, URLs,
    addresses). ``at_once``: acts without a version. ``undoable``: this program can take it back.
    """

    part: Part
    before: tuple[str, ...] | None
    after: tuple[str, ...]
    adds: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    at_once: bool = False
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class VersionText:
    """What the approver reads; ``number`` X.X.X, rising.

    ``if_needed``: left out when everything that it would carry is seen to act without it, as
    permissions do that a company does not review.
    """

    number: str
    note: str
    if_needed: bool = False


@dataclass(frozen=True, slots=True)
class AppChange:
    """What is proposed, before anybody confirmed. ``others``: see ``AppStanding``."""

    parts: tuple[PartChange, ...]
    version: VersionText | None = None
    others: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """``done``: parts that the platform took; ``refused``: the finding that ended it, if any.

    ``undo``: the change that takes back what can be taken back, None when nothing can.
    """

    done: tuple[PartChange, ...]
    refused: Finding | None = None
    left: tuple[PartChange, ...] = ()
    undo: AppChange | None = None
    version_id: str = ""
