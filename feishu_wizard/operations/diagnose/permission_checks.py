"""``permission.*``, address book and redirect URL: list against real call, four outcomes.

Listed and used: proven. Listed and refused: contradictory. Not listed, but used: proven, and the
list is behind. Not listed and refused: missing. Where no call can tell, the app's own description
may contradict the list: likely granted when it is the list that says no.
"""

from __future__ import annotations

from dataclasses import replace

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.finding import (
    Finding,
    Proof,
    Status,
    Who,
    not_applicable,
    not_done,
)
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.permission import Kind, Need, NeedState, needs_of
from feishu_wizard.domain.states import GrantState
from feishu_wizard.operations.check_permissions import judge
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.graph import Look, Tell
from feishu_wizard.operations.diagnose.platform_checks import refused
from feishu_wizard.operations.diagnose.unsigned_checks import authorize_page
from feishu_wizard.operations.knowledge import needs
from feishu_wizard.operations.permissions.scopes import LIST_DENIES
from feishu_wizard.services.feishu.contact import ContactRange, User
from feishu_wizard.services.feishu.envelope import Answer

LOGIN, REDIRECT = "permission.login", "feishu.redirect_url"
RANGE, FIELDS, CONTACT = "feishu.contact_range", "feishu.fields", "permission.contact_base"
# Field of a user and the permission that reveals it.
_REVEALS = {
    "user_id": "permission.user_id",
    "mobile": "permission.mobile",
    "email": "permission.email",
    "name": "permission.user_base",
    "department_ids": "permission.department",
}


def permission_ids(kit: Kit) -> tuple[str, ...]:
    """The permission checks of the chosen capabilities, in the order of the knowledge file."""
    return tuple(need.id for need in _needs(kit) if need.id.startswith("permission."))


def permission_looks(case: Case) -> tuple[Look[Case], ...]:
    """Permissions together, then the settings that no permission shows."""
    ids = tuple(i for i in permission_ids(case.kit) if i != LOGIN)
    looks = [Look(ids, _permissions, ("feishu.app",))]
    if LOGIN in permission_ids(case.kit):
        looks.append(Look((LOGIN,), _login, ("feishu.app", REDIRECT)))
    signed = bool(case.kit.setup.feishu.app_id) and case.may_sign_in
    return (
        *looks,
        Look((RANGE,), _range, ("feishu.app", CONTACT)),
        Look((FIELDS,), _fields, (RANGE,)),
        Look((REDIRECT,), _redirect, ("feishu.app",) if signed else ("net.accounts.http",)),
    )


def _needs(kit: Kit) -> tuple[Need, ...]:
    return needs_of(needs(), kit.setup.capabilities.chosen())


# -- permissions ----------------------------------------------------------------------


async def _permissions(case: Case, tell: Tell) -> None:
    view = await (await case.reads()).view()
    for need in _needs(case.kit):
        if need.id.startswith("permission.") and need.id != LOGIN:
            tell(_permission(case, judge(need, view, case.kit)))


def _permission(case: Case, row: NeedState) -> Finding:
    need = row.need
    params = {**row.params, "scope": need.scope, "any_of": ", ".join(need.scopes)}
    if row.state in (GrantState.PROVEN, GrantState.GRANTED):
        proven = row.state is GrantState.PROVEN
        code = (row.reason or "permission.used") if proven else "ok"
        proof = Proof.PROVEN if proven else Proof.GRANTED
        return Finding(need.id, Status.PASS, code, params, proof, evidence=row.evidence)
    if row.state is GrantState.UNKNOWN:
        return Finding(need.id, Status.UNKNOWN, row.reason, params, evidence=row.evidence)
    likely = not need.required or row.reason == LIST_DENIES
    found = Finding(
        need.id,
        Status.WARN if likely else Status.FAIL,
        row.reason or f"permission.{row.state.value}",
        params,
        Proof.GRANTED,
        Who.FEISHU_ADMIN if row.state is GrantState.UNDER_REVIEW else Who.DEVELOPER,
        row.evidence,
    )
    scope = need.scope if need.kind is Kind.SCOPE else ""
    link = case.link(ConsolePage.PERMISSIONS, scope)
    return replace(found, links=(link,))


async def _login(case: Case, tell: Tell) -> None:
    """The manual's "Authorized login" is no permission: it rests on redirect URL and release."""
    need = next(need for need in _needs(case.kit) if need.id == LOGIN)
    row = judge(need, await (await case.reads()).view(), case.kit)
    if row.state in (GrantState.PROVEN, GrantState.GRANTED):
        evidence = row.evidence
        tell(Finding(LOGIN, Status.PASS, "ok", row.params, Proof.GRANTED, evidence=evidence))
    elif row.state is GrantState.UNKNOWN:
        tell(Finding(LOGIN, Status.UNKNOWN, row.reason, row.params, evidence=row.evidence))
    else:
        tell(Finding(LOGIN, Status.FAIL, row.reason, row.params, evidence=row.evidence))


# -- the address book -----------------------------------------------------------------


async def _range(case: Case, tell: Tell) -> None:
    """What of the address book can be read; the root is open to a range of everybody only."""
    if Capability.USER_SYNC not in case.kit.setup.capabilities.chosen():
        tell(not_applicable(RANGE))
        return
    reads = await case.reads()
    span = await reads.range()
    if isinstance(span, FeishuError):
        tell(span.finding(RANGE, refused(span)))
        return
    root = await reads.root()
    params = {
        "departments": str(len(span.value.department_ids)),
        "users": str(len(span.value.user_ids)),
    }
    # The administrator's page acts at once; the developer's goes with the next version.
    links = (case.link(ConsolePage.MANAGE), case.link(ConsolePage.PERMISSIONS))
    if _empty(span.value):
        found = Finding(RANGE, Status.FAIL, "range_empty", params, Proof.PROVEN, Who.DEVELOPER)
        tell(replace(found, evidence=(span.evidence,), links=links))
    elif isinstance(root, FeishuError) and refused(root) is Status.UNKNOWN:
        tell(root.finding(RANGE, Status.UNKNOWN))
    elif isinstance(root, FeishuError):
        params["feishu_code"] = str(root.feishu_code)
        found = Finding(RANGE, Status.WARN, "range_partial", params, Proof.PROVEN, Who.DEVELOPER)
        tell(replace(found, evidence=(span.evidence, *root.evidence), links=links))
    else:
        evidence = (span.evidence, root.evidence)
        tell(Finding(RANGE, Status.PASS, "ok", params, Proof.PROVEN, evidence=evidence))


def _empty(span: ContactRange) -> bool:
    return not (span.department_ids or span.user_ids or span.group_ids or span.has_more)


async def _fields(case: Case, tell: Tell) -> None:
    """A field without permission is silently absent; one with it may still be hidden or empty."""
    if Capability.USER_SYNC not in case.kit.setup.capabilities.chosen():
        tell(not_applicable(FIELDS))
        return
    reads = await case.reads()
    people = await reads.people()
    if not isinstance(people, Answer) or not people.value:
        tell(not_done(FIELDS, "fields_no_sample"))
        return
    view = await reads.view()
    granted = {need.id for need in _needs(case.kit) if judge(need, view, case.kit).state.settled}
    shares = {field: _filled(people.value, field) for field in _REVEALS}
    params = {field: str(share) for field, share in shares.items()}
    params["people"] = str(len(people.value))
    hidden = [f for f, share in shares.items() if not share and _REVEALS[f] in granted]
    evidence = (people.evidence,)
    if hidden:
        params["fields"] = ", ".join(hidden)
        found = Finding(FIELDS, Status.WARN, "fields_hidden", params, Proof.PROVEN)
        tell(replace(found, who=Who.FEISHU_ADMIN, evidence=evidence))
        return
    tell(Finding(FIELDS, Status.PASS, "ok", params, Proof.PROVEN, evidence=evidence))


def _filled(people: list[User], field: str) -> int:
    return sum(1 for person in people if getattr(person, field))


# -- the redirect URL -----------------------------------------------------------------


async def _redirect(case: Case, tell: Tell) -> None:
    if Capability.SSO not in case.kit.setup.capabilities.chosen():
        tell(not_applicable(REDIRECT))
        return
    if not (case.kit.setup.feishu.app_id and case.may_sign_in):
        tell(await authorize_page(case))
        return
    need = next(need for need in needs() if need.id == REDIRECT)
    row = judge(need, await (await case.reads()).view(), case.kit)
    if row.state is GrantState.GRANTED:
        evidence = row.evidence
        tell(Finding(REDIRECT, Status.PASS, "ok", row.params, Proof.GRANTED, evidence=evidence))
    elif row.state is GrantState.UNKNOWN and row.reason != "no_callback":
        tell(await authorize_page(case))
    elif row.state is GrantState.UNKNOWN:
        tell(Finding(REDIRECT, Status.UNKNOWN, row.reason, row.params, evidence=row.evidence))
    else:
        link = case.link(ConsolePage.SECURITY)
        found = Finding(REDIRECT, Status.FAIL, row.reason, row.params, Proof.GRANTED)
        tell(replace(found, who=Who.DEVELOPER, evidence=row.evidence, links=(link,)))
