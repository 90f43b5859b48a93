"""How a permission stands: the list, the app's own description, and the calls that used it.

A call that works or is refused for lack of the permission outweighs both; where no call can tell,
list and description have to agree (facts: feishu.md sections 4.2 and 6.5).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.means import DECLARED
from feishu_wizard.domain.permission import Need, NeedState
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.operations.platform_view import (
    NO_SCOPE,
    NOT_INSTALLED,
    PlatformView,
    refused_with,
)
from feishu_wizard.services.feishu.application import AppVersion
from feishu_wizard.services.feishu.contact import User
from feishu_wizard.services.feishu.envelope import Answer

TENANT, USER = "tenant", "user"
# The list says no, the app's description says granted, and no call can tell.
LIST_DENIES = "permission.list_denies"
CONTACT, SELF, SENDING, FINDING = (
    "permission.contact_base",
    "permission.self_manage",
    "permission.send_message",
    "permission.find_ids",
)
# A field that came is the proof of its permission; one that did not may just be empty.
_FIELD_OF = {
    "permission.user_id": "user_id",
    "permission.mobile": "mobile",
    "permission.email": "email",
    "permission.user_base": "name",
    "permission.department": "department_ids",
    "permission.employee": "status",
}
_DEPARTMENT_FIELD_OF = {
    "permission.department_name": "name",
    "permission.department_tree": "parent_department_id",
}
# Who reads the description has one of them: a list of permissions without it is not whole.
_READERS = frozenset({"application:application:self_manage", "admin:app.info:readonly"})


class _Word(StrEnum):
    """What one source says of a permission."""

    GRANTED = "granted"
    WAITING = "waiting"  # asked for, not granted
    USER = "user"  # for the user's identity only
    ABSENT = "absent"


_NO = (_Word.WAITING, _Word.USER, _Word.ABSENT)


def judge_scope(need: Need, view: PlatformView) -> NeedState:
    """How one permission stands."""
    listed, described = _listed(need, view), _described(need, view)
    params = {"scope": need.scope, "any_of": ", ".join(need.scopes)}
    used = _used(need, view)
    if used is not None:
        behind = listed in _NO
        evidence = (used, *_evidence(view.grants)) if behind else (used,)
        reason = "permission.list_behind" if behind else ""
        return NeedState(need, GrantState.PROVEN, reason, params if behind else {}, evidence)
    refusal = _refused(need, view)
    said = listed or described
    if refusal and _Word.GRANTED in (listed, described):
        reason = "call_refused"
    elif listed is _Word.GRANTED and described in _NO:
        reason = "permission.list_ahead"
    elif described is _Word.GRANTED and listed in _NO:
        reason = LIST_DENIES
    elif said is _Word.GRANTED:
        source = view.grants if listed else view.app
        return NeedState(need, GrantState.GRANTED, evidence=_evidence(source))
    else:
        return _not_granted(need, view, listed, described)
    evidence = refusal or (*_evidence(view.grants), *_evidence(view.app))
    return NeedState(need, GrantState.CONTRADICTORY, reason, params, evidence)


# -- what the sources say -------------------------------------------------------------


def _listed(need: Need, view: PlatformView) -> _Word | None:
    """What the platform's list says; None when it was not told."""
    if not isinstance(view.grants, Answer):
        return None
    rows = [g for g in view.grants.value if g.name in need.scopes]
    tenant = [g for g in rows if g.token_type != USER]
    if any(g.granted for g in tenant):
        return _Word.GRANTED
    if tenant:
        return _Word.WAITING
    return _Word.USER if rows else _Word.ABSENT


def _described(need: Need, view: PlatformView) -> _Word | None:
    """What the app's own description says; None when it does not tell."""
    if not isinstance(view.app, Answer) or "scopes" not in view.app.value.present:
        return None
    scopes = view.app.value.scopes
    rows = [row for row in scopes if row.name in need.scopes]
    if any(TENANT in row.token_types or not row.token_types for row in rows):
        return _Word.GRANTED
    if rows:
        return _Word.USER
    return _Word.ABSENT if any(row.name in _READERS for row in scopes) else None


def _used(need: Need, view: PlatformView) -> Evidence | None:
    """The real call that used the permission, when one did."""
    if need.id in _FIELD_OF:
        return _came(view.people, _FIELD_OF[need.id])
    if need.id in _DEPARTMENT_FIELD_OF:
        place = view.department
        found = isinstance(place, Answer) and _DEPARTMENT_FIELD_OF[need.id] in place.value.present
        return place.evidence if isinstance(place, Answer) and found else None
    if need.id == CONTACT and isinstance(view.range, Answer):
        return view.range.evidence
    if need.id == SELF and isinstance(view.app, Answer):
        return view.app.evidence
    probe = {SENDING: view.sending, FINDING: view.finding}.get(need.id)
    return probe.evidence if isinstance(probe, Answer) and probe.value else None


def _came(people: Iterable[Answer[User]], field: str) -> Evidence | None:
    return next((one.evidence for one in people if getattr(one.value, field)), None)


def _refused(need: Need, view: PlatformView) -> tuple[Evidence, ...]:
    """A call that needs the permission was refused for lack of it."""
    read = {CONTACT: view.range, SELF: view.app}.get(need.id)
    if isinstance(read, FeishuError) and read.feishu_code == NO_SCOPE:
        return read.evidence
    probe = {SENDING: view.sending, FINDING: view.finding}.get(need.id)
    return (probe.evidence,) if isinstance(probe, Answer) and not probe.value else ()


# -- not granted: how far it got ------------------------------------------------------


def _not_granted(
    need: Need, view: PlatformView, listed: _Word | None, described: _Word | None
) -> NeedState:
    if listed is _Word.WAITING:
        return _waiting(need, view)
    if listed is _Word.USER or (listed is None and described is _Word.USER):
        source = view.grants if listed else view.app
        reason = "user_identity_only"
        return NeedState(need, GrantState.NOT_REQUESTED, reason, evidence=_evidence(source))
    if listed is _Word.ABSENT:
        return NeedState(need, GrantState.NOT_REQUESTED, evidence=_evidence(view.grants))
    return _without_list(need, view)


def _waiting(need: Need, view: PlatformView) -> NeedState:
    """Asked for: in the version under review, in the one in force, or in none yet."""
    evidence = _evidence(view.grants)
    if view.version is VersionState.UNDER_REVIEW and _declares(view.newest, need) is not False:
        return NeedState(need, GrantState.UNDER_REVIEW, evidence=evidence)
    if _declares(view.in_force, need):
        evidence = (*evidence, *_evidence(view.versions))
        return NeedState(need, GrantState.REQUESTED, DECLARED, {"scope": need.scope}, evidence)
    return NeedState(need, GrantState.REQUESTED, evidence=evidence)


def _without_list(need: Need, view: PlatformView) -> NeedState:
    """The list failing is never "missing"; before the first release the newest version may tell."""
    error = view.grants
    if not isinstance(error, FeishuError):
        return NeedState(need, GrantState.UNKNOWN, "not_checked")
    if not refused_with(error, NOT_INSTALLED):
        return NeedState(need, GrantState.UNKNOWN, "list_refused", error.params, error.evidence)
    review = view.version is VersionState.UNDER_REVIEW
    declared = _declares(view.newest, need)
    if declared:
        state = GrantState.UNDER_REVIEW if review else GrantState.REQUESTED
        return NeedState(need, state, evidence=_evidence(view.versions))
    if review and declared is False:
        reason, evidence = "not_in_review", _evidence(view.versions)
        return NeedState(need, GrantState.NOT_REQUESTED, reason, {"scope": need.scope}, evidence)
    return NeedState(need, GrantState.UNKNOWN, "never_released", error.params, error.evidence)


def _declares(version: AppVersion | None, need: Need) -> bool | None:
    """Whether a version declares the permission for the app; None when it tells of none."""
    if version is None or not version.scopes:
        return None
    return any(
        row.name in need.scopes and (TENANT in row.token_types or not row.token_types)
        for row in version.scopes
    )


def _evidence(read: object) -> tuple[Evidence, ...]:
    return (read.evidence,) if isinstance(read, Answer) else ()
