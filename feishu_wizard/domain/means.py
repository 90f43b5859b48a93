"""The one thing to do next on the Feishu side, and by which means.

Order of means (the first that is possible is offered first, the others stay at hand): the app
changes itself; the administrators are asked for approval by a call; a scan; the console's pages
by link, with an import text; a sheet for somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from feishu_wizard.domain.permission import Effect, Kind, NeedState
from feishu_wizard.domain.release import WITH_ADMIN, ReleasePlan
from feishu_wizard.domain.standing import AppStanding
from feishu_wizard.domain.states import GrantState, VersionState

RELEASE, REDIRECT, BOT = "feishu.release", "feishu.redirect_url", "feishu.bot"
LOGIN, ADDRESSES = "permission.login", "feishu.ip_allowlist"
# Told by an approver, not by the list: the version in force declares it, the tenant grants it not.
DECLARED = "declared_not_granted"
BOT_NOT_ACTIVE = "bot_not_active"
# Reasons of settings that the platform does not show to this app: looking again does not help.
BLIND = frozenset(
    {"needs_self_manage", "redirect_not_told", "needs_contact_scope", "availability_not_told"}
)


class Means(StrEnum):
    """How something gets done."""

    SELF = "self"  # the app changes and publishes itself (application-v7)
    APPLY = "apply"  # a call asks the administrators to approve (scopes/apply)
    SCAN = "scan"  # somebody scans a code and confirms on the phone
    CONSOLE = "console"  # the developer console, by exact link
    ADMIN = "admin"  # the Feishu administrator's own page; acts at once, without a version
    HANDOFF = "handoff"  # a sheet for a colleague or the administrator
    WAIT = "wait"  # an approver has it
    CHECK = "check"  # look again
    NONE = "none"  # nothing to do


_BY_A_PERSON = (Means.SCAN, Means.CONSOLE, Means.ADMIN)
_BY_HAND = (Means.CONSOLE, Means.HANDOFF)


class Task(StrEnum):
    """What is to be done next."""

    ENABLE_APP = "enable_app"
    WAIT = "wait"
    COMPLETE = "complete"  # everything at once, by the app itself
    ADD_SCOPES = "add_scopes"
    ASK_APPROVAL = "ask_approval"
    REGISTER_REDIRECT = "register_redirect"
    SWITCH_BOT = "switch_bot"
    ENABLE_BOT = "enable_bot"  # it is released, but not active in this company
    SET_AUDIENCE = "set_audience"  # contacts range, availability
    RELEASE = "release"
    ALLOW_ADDRESS = "allow_address"  # the app has an IP list: CAN's server has to be in it
    CONTRADICTION = "contradiction"
    CHECK_AGAIN = "check_again"  # something could not be read, which says nothing of it
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Ways:
    """What can be used in this sitting.

    ``refused``: means that the platform refused already. ``colleague``: somebody else does the
    console part. ``scan``: there is an accounts host for scans in this edition. ``stated``: needs
    that a person says are done, where only a release will show it.
    """

    refused: frozenset[Means] = frozenset()
    colleague: bool = False
    scan: bool = True
    stated: frozenset[str] = frozenset()

    def open(self, *means: Means) -> tuple[Means, ...]:
        """Those that were not refused, in order; a colleague starts with the sheet."""
        kept = [m for m in means if m not in self.refused and (self.scan or m is not Means.SCAN)]
        if self.colleague and Means.HANDOFF in kept and Means.WAIT not in kept:
            kept.remove(Means.HANDOFF)
            first = next((i for i, m in enumerate(kept) if m in _BY_A_PERSON), len(kept))
            kept.insert(first, Means.HANDOFF)
        return tuple(kept)

    def absent(self, row: NeedState) -> bool:
        """Still to be done, as far as is known. What the platform lists as never asked for is so
        whatever was stated; what only a release shows is believed."""
        if row.state not in (GrantState.NOT_REQUESTED, GrantState.UNKNOWN):
            return False
        told = row.need.kind is Kind.SCOPE or row.need.effect is Effect.AT_ONCE
        listed = told and row.state is GrantState.NOT_REQUESTED
        return listed or row.need.id not in self.stated


@dataclass(frozen=True, slots=True)
class NextStep:
    """``means``: the primary one; ``others``: further ways, best first. ``rows``: what it is
    about."""

    task: Task
    means: Means
    rows: tuple[NeedState, ...] = ()
    others: tuple[Means, ...] = ()


def next_step(plan: ReleasePlan, standing: AppStanding, ways: Ways) -> NextStep:
    """The primary action for a plan: exactly one, always."""
    if standing.stopped:
        return _step(Task.ENABLE_APP, ways, (), Means.ADMIN, Means.HANDOFF)
    said = RELEASE in ways.stated and plan.version is not VersionState.REJECTED
    if plan.version is VersionState.UNDER_REVIEW or (said and plan.release_needed):
        return _step(Task.WAIT, ways, plan.waiting, Means.WAIT, Means.ADMIN, Means.HANDOFF)
    todo = _to_do(plan)
    own = tuple(row for row in todo if row.reason not in WITH_ADMIN)
    if own and standing.may_patch and Means.SELF not in ways.refused:
        others = (Means.CONSOLE, Means.HANDOFF)
        return _step(Task.COMPLETE, ways, own, Means.SELF, *others)
    return (
        _scopes(todo, ways)
        or _redirect(todo + _blind(plan, ways), ways)
        or _bot(todo, ways)
        or _audience(plan, standing, ways, todo)
        or _release(plan, ways, own)  # its approver decides on what was left out before, too
        or _approval(todo, ways)
        or _contradiction(plan, ways)
        or _what_nobody_tells(plan, ways)
        or NextStep(Task.DONE, Means.NONE)
    )


def _step(task: Task, ways: Ways, rows: tuple[NeedState, ...], *means: Means) -> NextStep:
    found = ways.open(*means) or (Means.CONSOLE,)
    return NextStep(task, found[0], rows, found[1:])


def _to_do(plan: ReleasePlan) -> tuple[NeedState, ...]:
    """Required rows that somebody has to act on; "Authorized login" is told by its parts."""
    rows = plan.at_once + plan.with_version + plan.admin_only
    return tuple(
        row
        for row in rows
        if row.open and row.need.id != LOGIN and row.state is not GrantState.CONTRADICTORY
    )


def _blind(plan: ReleasePlan, ways: Ways) -> tuple[NeedState, ...]:
    """Settings that nobody tells, as opposed to reads that failed: only a look will do."""
    rows = (row for row in plan.unknown if row.open and row.need.id != LOGIN)
    return tuple(row for row in rows if row.reason in BLIND and ways.absent(row))


def _scopes(todo: tuple[NeedState, ...], ways: Ways) -> NextStep | None:
    rows = tuple(row for row in todo if row.need.kind is Kind.SCOPE and ways.absent(row))
    if not rows:
        return None
    return _step(Task.ADD_SCOPES, ways, rows, Means.SCAN, Means.CONSOLE, Means.HANDOFF)


def _redirect(todo: tuple[NeedState, ...], ways: Ways) -> NextStep | None:
    rows = tuple(row for row in todo if row.need.id == REDIRECT and ways.absent(row))
    return _step(Task.REGISTER_REDIRECT, ways, rows, *_BY_HAND) if rows else None


def _bot(todo: tuple[NeedState, ...], ways: Ways) -> NextStep | None:
    """Off, or not released: a bot that was switched on already only wants the version."""
    rows = tuple(row for row in todo if row.need.id == BOT and ways.absent(row))
    return _step(Task.SWITCH_BOT, ways, rows, *_BY_HAND) if rows else None


def _audience(
    plan: ReleasePlan, standing: AppStanding, ways: Ways, todo: tuple[NeedState, ...]
) -> NextStep | None:
    """Whom the app may read and who may use it. Where a version is in force already and nothing
    else waits for one, the administrator's page is the shorter way: it acts at once. What nobody
    tells is asked for while a version is to be made anyway."""
    rest = [row for row in todo if not row.need.by_admin and row.reason not in WITH_ADMIN]
    waits = any(row.need.id != RELEASE for row in rest) or not standing.online
    asked = todo + _blind(plan, ways) if rest else todo
    rows = tuple(row for row in asked if row.need.by_admin and ways.absent(row))
    if not rows:
        return None
    if waits:
        return _step(Task.SET_AUDIENCE, ways, rows, *_BY_HAND)
    return _step(Task.SET_AUDIENCE, ways, rows, Means.ADMIN, *_BY_HAND)


def _approval(todo: tuple[NeedState, ...], ways: Ways) -> NextStep | None:
    rows = tuple(row for row in todo if row.need.kind is Kind.SCOPE and row.reason == DECLARED)
    if rows:
        return _step(Task.ASK_APPROVAL, ways, rows, Means.APPLY, Means.ADMIN, *_BY_HAND)
    rows = tuple(row for row in todo if row.reason == BOT_NOT_ACTIVE)
    return _step(Task.ENABLE_BOT, ways, rows, Means.ADMIN, Means.HANDOFF) if rows else None


def _release(plan: ReleasePlan, ways: Ways, own: tuple[NeedState, ...]) -> NextStep | None:
    if not (plan.release_needed and own):
        return None
    return _step(Task.RELEASE, ways, own, *_BY_HAND)


def _contradiction(plan: ReleasePlan, ways: Ways) -> NextStep | None:
    rows = tuple(row for row in plan.open_items if row.state is GrantState.CONTRADICTORY)
    return _step(Task.CONTRADICTION, ways, rows, Means.CHECK, *_BY_HAND) if rows else None


def _what_nobody_tells(plan: ReleasePlan, ways: Ways) -> NextStep | None:
    """Settings to look at oneself; last, what could not be read this time."""
    rows = tuple(row for row in _blind(plan, ways) if row.need.by_admin)
    if rows:
        return _step(Task.SET_AUDIENCE, ways, rows, *_BY_HAND)
    open_rows = [r for r in plan.unknown if r.open and r.need.id not in {LOGIN, *ways.stated}]
    rows = tuple(row for row in open_rows if row.need.id == ADDRESSES)
    if rows:
        return _step(Task.ALLOW_ADDRESS, ways, rows, *_BY_HAND)
    rows = tuple(open_rows)
    return _step(Task.CHECK_AGAIN, ways, rows, Means.CHECK, *_BY_HAND) if rows else None
