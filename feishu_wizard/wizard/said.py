"""What a person says is done in the console, held against what a check then sees."""

from __future__ import annotations

from feishu_wizard.domain.means import RELEASE
from feishu_wizard.domain.outcomes import PermissionCheck
from feishu_wizard.domain.permission import Effect, Kind, NeedState
from feishu_wizard.domain.states import GrantState, VersionState

_OWN = "permission.self_manage"  # with it the app itself tells of its versions


def compare(
    said: frozenset[str], before: PermissionCheck | None, now: PermissionCheck
) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return what the check contradicts, and what needs a person's word no more (need ids).

    Before a release nobody sees a bot that was switched on, so a word for it stands until a
    version has come into force.
    """
    came = _came_into_force(said, before, now)
    wrong, known = [], set()
    for row in now.states:
        if row.need.id not in said or row.need.id == RELEASE:
            continue
        if row.state.settled or row.state is GrantState.UNDER_REVIEW:
            known.add(row.need.id)
        elif _contradicted(row, came=came):
            wrong.append(row.need.id)
    if RELEASE in said and _known_release(now, came=came):
        known.add(RELEASE)
    elif RELEASE in said and _told(now) and now.plan.version is not VersionState.UNKNOWN:
        wrong.append(RELEASE)
    return tuple(wrong), frozenset(known)


def _contradicted(row: NeedState, *, came: bool) -> bool:
    """The platform lists scopes and shows what acts at once; the rest it shows once released."""
    shown = row.need.kind is Kind.SCOPE or row.need.effect is Effect.AT_ONCE or came
    return row.state is GrantState.NOT_REQUESTED and shown


def _known_release(now: PermissionCheck, *, came: bool) -> bool:
    """The version is seen under review or decided, or nothing waits for one."""
    decided = (VersionState.UNDER_REVIEW, VersionState.REJECTED)
    return came or now.plan.version in decided or not now.plan.release_needed


def _came_into_force(
    said: frozenset[str], before: PermissionCheck | None, now: PermissionCheck
) -> bool:
    """A version was released since the check before (or the last sitting)."""
    if now.plan.version is not VersionState.RELEASED:
        return False
    if before is None:
        return RELEASE in said and _told(now)
    other = before.standing.online_version != now.standing.online_version
    return before.plan.version is not VersionState.RELEASED or (
        other and bool(before.standing.online_version)
    )


def _told(result: PermissionCheck) -> bool:
    """The app may read its own state, so a version under review would have been seen."""
    rows = (row for row in result.states if row.need.id == _OWN)
    return any(row.state is GrantState.PROVEN for row in rows)
