"""The release plan: everything that is missing, grouped so that one version carries it all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from feishu_wizard.domain.permission import Effect, Kind, NeedState
from feishu_wizard.domain.states import GrantState, VersionState


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """What is left to do on the Feishu side. ``waiting`` items are under review."""

    at_once: tuple[NeedState, ...]
    with_version: tuple[NeedState, ...]
    admin_only: tuple[NeedState, ...]
    waiting: tuple[NeedState, ...]
    unknown: tuple[NeedState, ...]
    version: VersionState

    @property
    def complete(self) -> bool:
        """Nothing required is left open."""
        return not self.open_items

    @property
    def open_items(self) -> tuple[NeedState, ...]:
        """Required needs that are not settled."""
        rows = self.at_once + self.with_version + self.admin_only + self.waiting + self.unknown
        return tuple(row for row in rows if row.open)

    @property
    def release_needed(self) -> bool:
        """A version has to be created and submitted before this can work."""
        # The manual's "Authorized login" is told by its parts: some of them act at once.
        return self.version is VersionState.NEVER_RELEASED or any(
            row.need.required
            and row.need.id != "permission.login"
            and row.state is not GrantState.CONTRADICTORY
            for row in self.with_version
        )

    def missing_scopes(self) -> tuple[str, ...]:
        """Scopes to ask for: not added to the app yet, or not known to be.

        The console's import is additive and leaves out what is there already.
        """
        rows = self.at_once + self.with_version + self.unknown
        wanted = (GrantState.NOT_REQUESTED, GrantState.UNKNOWN)
        scopes = (
            row.need.scope for row in rows if row.need.kind is Kind.SCOPE and row.state in wanted
        )
        return tuple(dict.fromkeys(scopes))  # two needs may ask for the same one


def plan_release(states: Iterable[NeedState], version: VersionState) -> ReleasePlan:
    """Group the needs by when a change of them takes effect."""
    groups: dict[str, list[NeedState]] = {
        "at_once": [],
        "with_version": [],
        "admin_only": [],
        "waiting": [],
        "unknown": [],
    }
    for row in states:
        if not row.state.settled:
            groups[_group(row, version)].append(row)
    return ReleasePlan(**{name: tuple(rows) for name, rows in groups.items()}, version=version)


# Reasons of what cannot be read before the first release, and has to go into that release.
UNRELEASED = frozenset({"never_released", "setting_unreleased"})
# Reasons of what is declared and in force, and still off: only the administrator can change that.
WITH_ADMIN = frozenset({"declared_not_granted", "bot_not_active"})


def _group(row: NeedState, version: VersionState) -> str:
    if row.state is GrantState.UNDER_REVIEW:
        return "waiting"
    if row.reason in WITH_ADMIN:
        return "admin_only"
    first = version is VersionState.NEVER_RELEASED or row.reason in UNRELEASED
    if row.state is GrantState.UNKNOWN and not first:
        return "unknown"
    return {
        Effect.AT_ONCE: "at_once",
        Effect.WITH_VERSION: "with_version",
        Effect.ADMIN_ONLY: "admin_only",
    }[row.need.effect]


def import_json(scopes: Iterable[str]) -> str:
    """The text for the console's bulk import of permissions (facts: feishu.md section 7.2)."""
    return json.dumps({"scopes": {"tenant": list(scopes), "user": []}}, indent=2)
