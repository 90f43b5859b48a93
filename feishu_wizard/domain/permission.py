"""Permissions and the settings that are no permissions: what is needed, why, and how it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import msgspec

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.states import GrantState
from feishu_wizard.domain.typed import from_table


class Kind(StrEnum):
    """What has to be done in the console: add a scope, or change a setting."""

    SCOPE = "scope"
    SETTING = "setting"


class Effect(StrEnum):
    """When a change of this need takes effect."""

    AT_ONCE = "at_once"
    WITH_VERSION = "with_version"
    ADMIN_ONLY = "admin_only"


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that CAN (``for_can``) or this program needs on the Feishu side.

    ``scopes``: any one of them is enough (first: the one to ask for). ``console`` is the wording
    in the console, ``manual`` the wording of CAN's manual ("" when the manual is silent).
    ``usually_reviewed`` is an observation, never a verdict: tenants decide. ``identity``: as whom
    the call is made. ``by_admin``: the Feishu administrator can set it at once, without a version.
    ``feature``: what of the capability it is for, in a few words.
    """

    id: str
    kind: Kind
    capabilities: list[Capability]
    scopes: list[str] = []
    console: dict[str, str] = {}
    manual: dict[str, str] = {}
    why: dict[str, str] = {}
    without: dict[str, str] = {}
    effect: Effect = Effect.WITH_VERSION
    usually_reviewed: bool = False
    required: bool = True
    for_can: bool = True
    by_admin: bool = False
    identity: Literal["tenant", "user"] = "tenant"
    feature: dict[str, str] = {}
    page: str = ""

    @property
    def scope(self) -> str:
        """The scope to ask for; "" for a setting."""
        return self.scopes[0] if self.scopes else ""


class _Knowledge(msgspec.Struct, forbid_unknown_fields=True):
    need: list[Need]


@dataclass(frozen=True, slots=True)
class NeedState:
    """A need and how it stands. ``reason`` is a text code for UNKNOWN and CONTRADICTORY."""

    need: Need
    state: GrantState
    reason: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()

    @property
    def open(self) -> bool:
        """A required need that is not settled."""
        return self.need.required and not self.state.settled


def parse_needs(data: bytes) -> tuple[Need, ...]:
    """Read resources/knowledge/needs.toml."""
    import tomllib  # only here: the window opens before the knowledge is read

    table = tomllib.loads(data.decode())
    return tuple(from_table(table, _Knowledge).need)


def needs_of(needs: Iterable[Need], chosen: frozenset[Capability]) -> tuple[Need, ...]:
    """The needs of the chosen capabilities, in the order of the knowledge file."""
    return tuple(n for n in needs if chosen & frozenset(n.capabilities))
