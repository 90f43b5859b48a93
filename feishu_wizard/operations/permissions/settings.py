"""How the settings stand that are no permissions: bot, redirect URL, range, availability, release,
IP list."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from feishu_wizard.domain.address import compare_redirect
from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.permission import Need, NeedState
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.operations.platform_view import (
    NO_BOT,
    NO_SCOPE,
    PlatformView,
    refused_with,
)
from feishu_wizard.services.feishu.application import Availability
from feishu_wizard.services.feishu.contact import ContactRange
from feishu_wizard.services.feishu.envelope import Answer

# Official docs: contact-v3, contacts range. The root department is outside of it.
OUTSIDE_RANGE = (40004, 41050)
_SHOWN_ADDRESSES = 8
# Nothing can be read of it before the first release; it goes into that release.
UNRELEASED = "setting_unreleased"


def judge_setting(need: Need, view: PlatformView, kit: Kit) -> NeedState:
    """How one setting stands."""
    return _JUDGES[need.id](need, view, kit)


def _bot(need: Need, view: PlatformView, kit: Kit) -> NeedState:
    if isinstance(view.bot, Answer):
        status = view.bot.value.activate_status
        evidence = (view.bot.evidence,)
        if view.bot.value.active:
            return NeedState(need, GrantState.PROVEN, evidence=evidence)
        params = {"status": str(status)}
        return NeedState(need, GrantState.REQUESTED, "bot_not_active", params, evidence)
    if isinstance(view.bot, FeishuError) and view.bot.feishu_code == NO_BOT:
        state = _bot_to_come(view)
        return NeedState(need, state, "bot_off_or_unreleased", evidence=view.bot.evidence)
    return _unknown(need, view.bot, "bot_refused")


def _bot_to_come(view: PlatformView) -> GrantState:
    """The bot acts with a version: the newest one, not in force yet, may have it."""
    newest = view.newest
    if newest is None or not newest.ability_bot or newest.approved:
        return GrantState.NOT_REQUESTED
    review = view.version is VersionState.UNDER_REVIEW
    return GrantState.UNDER_REVIEW if review else GrantState.REQUESTED


def _redirect(need: Need, view: PlatformView, kit: Kit) -> NeedState:
    wanted = kit.setup.office.callback_url
    if not isinstance(view.app, Answer):
        silent = view.app is None or refused_with(view.app, NO_SCOPE)
        return _unknown(need, view.app, "needs_self_manage" if silent else "app_not_described")
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
    if redirect.state is not GrantState.GRANTED or view.online:
        return redirect
    review = view.version is VersionState.UNDER_REVIEW
    state = GrantState.UNDER_REVIEW if review else GrantState.REQUESTED
    return NeedState(need, state, "not_released", evidence=redirect.evidence)


def _range(need: Need, view: PlatformView, kit: Kit) -> NeedState:
    span = view.range
    if not isinstance(span, Answer):
        silent = span is None or refused_with(span, NO_SCOPE)
        return _unknown(need, span, "needs_contact_scope" if silent else "range_refused")
    evidence = (span.evidence,)
    params = {
        "departments": str(len(span.value.department_ids)),
        "users": str(len(span.value.user_ids)),
    }
    if _empty(span.value):
        if view.online is False:  # nobody is in the range before a version is in force
            return NeedState(need, GrantState.UNKNOWN, UNRELEASED, evidence=evidence)
        return NeedState(need, GrantState.NOT_REQUESTED, "range_empty", evidence=evidence)
    if isinstance(view.root, FeishuError) and view.root.feishu_code in OUTSIDE_RANGE:
        params["feishu_code"] = str(view.root.feishu_code)
        both = (*evidence, *view.root.evidence)
        return NeedState(need, GrantState.NOT_REQUESTED, "range_partial", params, both)
    return NeedState(need, GrantState.PROVEN, "range_seen", params, evidence)


def _empty(span: ContactRange) -> bool:
    return not (span.department_ids or span.user_ids or span.group_ids or span.has_more)


def _availability(need: Need, view: PlatformView, kit: Kit) -> NeedState:
    """Judged by a few people of the address book; who is left out shows when sending."""
    seen = view.availability
    if view.online is False:
        return NeedState(need, GrantState.UNKNOWN, UNRELEASED, evidence=_evidence(view))
    for read in (view.app, seen):  # a failed read says nothing, and may succeed the next time
        if isinstance(read, FeishuError) and read.feishu_code != NO_SCOPE:
            return _unknown(need, read, "app_not_described")
    if not isinstance(seen, Answer) or not seen.value:
        return _unknown(need, seen, "availability_not_told")
    inside = [person for person in seen.value if person.available]
    params = {"inside": str(len(inside)), "asked": str(len(seen.value))}
    evidence = (seen.evidence,)
    if not inside:
        return NeedState(need, GrantState.NOT_REQUESTED, "nobody_available", params, evidence)
    if all(_owns(view, person) for person in inside):
        if len(inside) == len(seen.value):
            return NeedState(need, GrantState.UNKNOWN, "availability_not_told", params, evidence)
        # What a new app is set to in the console: its owner and nobody else.
        reason = "only_owner_available"
        return NeedState(need, GrantState.NOT_REQUESTED, reason, params, evidence)
    return NeedState(need, GrantState.GRANTED, "availability_sampled", params, evidence)


def _owns(view: PlatformView, person: Availability) -> bool:
    app = view.app.value if isinstance(view.app, Answer) else None
    return app is not None and person.user_id in (app.owner_id, app.creator_id)


def _release(need: Need, view: PlatformView, kit: Kit) -> NeedState:
    version, evidence = view.version, _evidence(view)
    if isinstance(view.app, Answer) and view.online:
        return NeedState(need, GrantState.GRANTED, evidence=evidence)
    state = {
        VersionState.RELEASED: GrantState.GRANTED,
        VersionState.UNDER_REVIEW: GrantState.UNDER_REVIEW,
        VersionState.REJECTED: GrantState.NOT_REQUESTED,
        VersionState.NEVER_RELEASED: GrantState.NOT_REQUESTED,
    }.get(version, GrantState.UNKNOWN)
    return NeedState(need, state, f"version.{version.value}", evidence=evidence)


def _addresses(need: Need, view: PlatformView, kit: Kit) -> NeedState:
    """An item only when the app has a list: which address CAN's server goes out with is not to be
    seen from here."""
    if not isinstance(view.bot, Answer):
        return _unknown(need, view.bot, "ip_list_not_told")
    listed, evidence = view.bot.value.ip_white_list, (view.bot.evidence,)
    if not listed:
        return NeedState(need, GrantState.GRANTED, "ip_list_off", evidence=evidence)
    params = {"count": str(len(listed)), "addresses": ", ".join(listed[:_SHOWN_ADDRESSES])}
    item = msgspec.structs.replace(need, required=True)
    return NeedState(item, GrantState.UNKNOWN, "ip_list_used", params, evidence)


def _evidence(view: PlatformView) -> tuple[Evidence, ...]:
    for read in (view.app, view.grants):
        if isinstance(read, Answer):
            return (read.evidence,)
        if isinstance(read, FeishuError):
            return read.evidence
    return ()


def _unknown(need: Need, read: object, reason: str) -> NeedState:
    params: Mapping[str, str] = read.params if isinstance(read, FeishuError) else {}
    evidence = read.evidence if isinstance(read, FeishuError) else ()
    return NeedState(need, GrantState.UNKNOWN, reason, params, evidence)


_JUDGES = {
    "feishu.bot": _bot,
    "feishu.redirect_url": _redirect,
    "feishu.contact_range": _range,
    "feishu.availability": _availability,
    "feishu.release": _release,
    "feishu.ip_allowlist": _addresses,
    "permission.login": _login,
}
