"""How every need stands, by agreement of what the platform lists and what real calls return."""

from __future__ import annotations

from datetime import UTC, datetime

from feishu_wizard.domain.address import compare_redirect
from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.outcomes import PermissionCheck
from feishu_wizard.domain.permission import Kind, Need, NeedState, needs_of
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.release import plan_release
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.knowledge import needs
from feishu_wizard.operations.platform_view import (
    NO_BOT,
    NO_SCOPE,
    NOT_INSTALLED,
    PlatformView,
    Read,
    read_platform,
)
from feishu_wizard.services.feishu.application import ScopeGrant
from feishu_wizard.services.feishu.contact import ContactRange
from feishu_wizard.services.feishu.envelope import Answer

# A field that came is the proof of its permission; one that did not may just be empty.
_FIELD_OF = {
    "permission.user_id": "user_id",
    "permission.mobile": "mobile",
    "permission.email": "email",
    "permission.user_base": "name",
    "permission.department": "department_ids",
}


async def check_permissions(
    place: Workplace, kit: Kit, declined: frozenset[str], report: Report
) -> PermissionCheck:
    """Read the platform and judge every need of the chosen capabilities."""
    client = await place.feishu(kit)
    report(Progress("reading_grants"))
    view = await read_platform(client)
    chosen = needs_of(needs(), kit.setup.capabilities.chosen())
    states = tuple(_declined(judge(need, view, kit), declined) for need in chosen)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return PermissionCheck(states, plan_release(states, view.version), at=at)


def judge(need: Need, view: PlatformView, kit: Kit) -> NeedState:
    """How one need stands."""
    if need.kind is Kind.SCOPE:
        return _scope(need, view)
    return _SETTINGS[need.id](need, view, kit)


def _declined(row: NeedState, declined: frozenset[str]) -> NeedState:
    if row.need.id in declined and not row.state.settled:
        return NeedState(row.need, GrantState.DECLINED, evidence=row.evidence)
    return row


# -- scopes ---------------------------------------------------------------------------


def _scope(need: Need, view: PlatformView) -> NeedState:
    listed = _listed(need, view)
    proof = _proof(need, view)
    if proof is not None:
        return NeedState(need, GrantState.PROVEN, evidence=(proof,))
    if listed.state is GrantState.GRANTED:
        refused = _refused(need, view)
        if refused is not None:
            return NeedState(need, GrantState.CONTRADICTORY, "call_refused", evidence=refused)
    return listed


def _listed(need: Need, view: PlatformView) -> NeedState:
    """What the platform's list says; the list failing is never "missing"."""
    if not isinstance(view.grants, Answer):
        return _not_listed(need, view.grants)
    evidence = (view.grants.evidence,)
    rows = [g for g in view.grants.value if g.name in need.scopes]
    tenant = [g for g in rows if g.token_type != "user"]  # noqa: S105 - a kind, not a token
    if any(g.granted for g in tenant):
        return NeedState(need, GrantState.GRANTED, evidence=evidence)
    if tenant:
        return NeedState(need, _requested(view), evidence=evidence)
    reason = "user_identity_only" if rows else ""
    return NeedState(need, GrantState.NOT_REQUESTED, reason, evidence=evidence)


def _not_listed(need: Need, error: Read[list[ScopeGrant]]) -> NeedState:
    if not isinstance(error, FeishuError):
        return NeedState(need, GrantState.UNKNOWN, "not_checked")
    never = error.feishu_code == NOT_INSTALLED
    reason = "never_released" if never else "list_refused"
    return NeedState(need, GrantState.UNKNOWN, reason, error.params, error.evidence)


def _requested(view: PlatformView) -> GrantState:
    review = view.version is VersionState.UNDER_REVIEW
    return GrantState.UNDER_REVIEW if review else GrantState.REQUESTED


def _proof(need: Need, view: PlatformView) -> Evidence | None:
    """The real call that used the permission, when one did."""
    field = _FIELD_OF.get(need.id)
    if field is not None:
        for person in view.people:
            if getattr(person.value, field):
                return person.evidence
        return None
    if need.id == "permission.contact_base" and isinstance(view.range, Answer):
        return view.range.evidence
    if need.id == "permission.self_manage" and isinstance(view.app, Answer):
        return view.app.evidence
    return None


def _refused(need: Need, view: PlatformView) -> tuple[Evidence, ...] | None:
    """A call that needs the permission was refused for lack of it, whatever the list says."""
    read = {"permission.contact_base": view.range, "permission.self_manage": view.app}.get(need.id)
    if isinstance(read, FeishuError) and read.feishu_code == NO_SCOPE:
        return read.evidence
    return None


# -- settings that are no scopes ------------------------------------------------------


def _bot(need: Need, view: PlatformView, kit: Kit) -> NeedState:
    if isinstance(view.bot, Answer):
        status = view.bot.value.activate_status
        evidence = (view.bot.evidence,)
        if view.bot.value.active:
            return NeedState(need, GrantState.PROVEN, evidence=evidence)
        params = {"status": str(status)}
        return NeedState(need, GrantState.REQUESTED, "bot_not_active", params, evidence)
    if isinstance(view.bot, FeishuError) and view.bot.feishu_code == NO_BOT:
        state = GrantState.UNDER_REVIEW if _bot_in_review(view) else GrantState.NOT_REQUESTED
        return NeedState(need, state, "bot_off_or_unreleased", evidence=view.bot.evidence)
    return _unknown(need, view.bot, "bot_refused")


def _bot_in_review(view: PlatformView) -> bool:
    latest = view.versions.value[:1] if isinstance(view.versions, Answer) else []
    review = view.version is VersionState.UNDER_REVIEW
    return review and bool(latest) and latest[0].ability_bot


def _redirect(need: Need, view: PlatformView, kit: Kit) -> NeedState:
    wanted = kit.setup.office.callback_url
    if not isinstance(view.app, Answer):
        return _unknown(need, view.app, "needs_self_manage")
    app, evidence = view.app.value, (view.app.evidence,)
    if "redirect_urls" not in app.present:
        return NeedState(need, GrantState.UNKNOWN, "redirect_not_told", evidence=evidence)
    if not wanted:
        return NeedState(need, GrantState.UNKNOWN, "no_callback", evidence=evidence)
    match = compare_redirect(wanted, app.redirect_urls)
    if match.state == "registered":
        return NeedState(need, GrantState.GRANTED, params={"url": wanted}, evidence=evidence)
    params = {"url": wanted, "nearest": match.nearest, "difference": match.difference}
    reason = "redirect_differs" if match.nearest else "redirect_missing"
    return NeedState(need, GrantState.NOT_REQUESTED, reason, params, evidence)


def _login(need: Need, view: PlatformView, kit: Kit) -> NeedState:
    """The manual's "Authorized login": no scope, but redirect URL and a released version."""
    redirect = _redirect(need, view, kit)
    if redirect.state is not GrantState.GRANTED:
        return redirect
    released = view.version in (VersionState.RELEASED, VersionState.UNDER_REVIEW)
    if released and isinstance(view.app, Answer) and view.app.value.online_version_id:
        return redirect
    return NeedState(need, _requested(view), "not_released", evidence=redirect.evidence)


def _range(need: Need, view: PlatformView, kit: Kit) -> NeedState:
    span = view.range
    if not isinstance(span, Answer):
        return _unknown(need, span, "needs_contact_scope")
    if _empty(span.value):
        evidence = (span.evidence,)
        return NeedState(need, GrantState.NOT_REQUESTED, "range_empty", evidence=evidence)
    params = {
        "departments": str(len(span.value.department_ids)),
        "users": str(len(span.value.user_ids)),
    }
    return NeedState(need, GrantState.PROVEN, "range_seen", params, (span.evidence,))


def _empty(span: ContactRange) -> bool:
    return not (span.department_ids or span.user_ids or span.group_ids or span.has_more)


def _availability(need: Need, view: PlatformView, kit: Kit) -> NeedState:
    """Judged by a few people of the address book; who is left out shows when sending."""
    seen = view.availability
    if not isinstance(seen, Answer) or not seen.value:
        return _unknown(need, seen, "availability_not_told")
    inside = sum(1 for person in seen.value if person.available)
    params = {"inside": str(inside), "asked": str(len(seen.value))}
    evidence = (seen.evidence,)
    if inside == 0:
        state = GrantState.NOT_REQUESTED
        return NeedState(need, state, "nobody_available", params, evidence)
    return NeedState(need, GrantState.GRANTED, "availability_sampled", params, evidence)


def _release(need: Need, view: PlatformView, kit: Kit) -> NeedState:
    version, evidence = view.version, _evidence(view)
    if isinstance(view.app, Answer) and view.app.value.online_version_id:
        return NeedState(need, GrantState.GRANTED, evidence=evidence)
    state = {
        VersionState.RELEASED: GrantState.GRANTED,
        VersionState.UNDER_REVIEW: GrantState.UNDER_REVIEW,
        VersionState.REJECTED: GrantState.NOT_REQUESTED,
        VersionState.NEVER_RELEASED: GrantState.NOT_REQUESTED,
    }.get(version, GrantState.UNKNOWN)
    return NeedState(need, state, f"version.{version.value}", evidence=evidence)


def _evidence(view: PlatformView) -> tuple[Evidence, ...]:
    for read in (view.app, view.grants):
        if isinstance(read, Answer):
            return (read.evidence,)
        if isinstance(read, FeishuError):
            return read.evidence
    return ()


def _unknown(need: Need, read: object, reason: str) -> NeedState:
    if isinstance(read, FeishuError):
        return NeedState(need, GrantState.UNKNOWN, reason, read.params, read.evidence)
    return NeedState(need, GrantState.UNKNOWN, reason)


_SETTINGS = {
    "feishu.bot": _bot,
    "feishu.redirect_url": _redirect,
    "feishu.contact_range": _range,
    "feishu.availability": _availability,
    "feishu.release": _release,
    "permission.login": _login,
}
