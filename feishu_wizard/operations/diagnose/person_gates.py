"""The gates between CAN and one person, each judged from what the platform told."""

from __future__ import annotations

from dataclasses import replace

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.finding import Evidence, Finding, Proof, Status, Who
from feishu_wizard.domain.recipient import RecipientKind
from feishu_wizard.operations.diagnose.case import Case
from feishu_wizard.operations.diagnose.person_seen import Seen
from feishu_wizard.operations.platform_view import NO_SCOPE
from feishu_wizard.services.feishu.application import Availability
from feishu_wizard.services.feishu.contact import User, UserStatus
from feishu_wizard.services.feishu.envelope import Answer

EXISTS, ACTIVE, IN_RANGE, AVAILABLE, USER_ID, ACCOUNT, DELIVERED = (
    "person.exists",
    "person.active",
    "person.in_range",
    "person.available",
    "person.user_id",
    "person.account",
    "person.delivered",
)
_USER_ID_SCOPE = "contact:user.employee_id:readonly"
# The id is unknown, of another app or company, or no id at all (facts: codes of the contacts).
_NOBODY = frozenset({99992351, 99992360, 99992361, 99992364, 99992381, 40007, 40008, 41012})


def exists(case: Case, seen: Seen) -> Finding:
    """The platform knows the person."""
    if isinstance(seen.found, FeishuError):
        return _refused(case, EXISTS, seen.found)
    if seen.found is not None and seen.found.value is None:
        kind = "email" if seen.who.kind is RecipientKind.EMAIL else "mobile"
        code = f"person.{kind}_unknown"
        evidence = (seen.found.evidence,)
        return Finding(EXISTS, Status.FAIL, code, _params(seen), who=Who.YOU, evidence=evidence)
    if isinstance(seen.user, Answer):
        return _passed(EXISTS, seen, seen.user.evidence)
    if seen.found is not None:  # the search found the person, whom the app may not read
        return _passed(EXISTS, seen, seen.found.evidence)
    if not isinstance(seen.user, FeishuError):
        raise AssertionError("a person named by id was always asked for")
    return _not_read(case, seen, seen.user)


def _not_read(case: Case, seen: Seen, error: FeishuError) -> Finding:
    if seen.hidden:
        params = _params(seen)
        return Finding(EXISTS, Status.UNKNOWN, "person.hidden", params, evidence=error.evidence)
    if error.feishu_code not in _NOBODY:
        return _refused(case, EXISTS, error)
    found = error.finding(EXISTS)
    if seen.who.kind is not RecipientKind.CAN_ACCOUNT:
        return found
    params = {**found.params, **_params(seen)}
    return replace(found, code="person.no_such_account", params=params, who=Who.CAN_ADMIN)


def in_range(case: Case, seen: Seen) -> Finding:
    """The app may read the person."""
    if isinstance(seen.user, Answer):
        return _passed(IN_RANGE, seen, seen.user.evidence)
    if not isinstance(seen.user, FeishuError):
        raise AssertionError("a person who exists was always asked for")
    if not seen.hidden:
        return _refused(case, IN_RANGE, seen.user)
    params = {**seen.user.params, **_params(seen)}
    found = Finding(IN_RANGE, Status.FAIL, "person.out_of_range", params, Proof.PROVEN)
    link = case.link(ConsolePage.PERMISSIONS)
    return replace(found, who=Who.DEVELOPER, evidence=seen.user.evidence, links=(link,))


def active(seen: Seen) -> Finding:
    """The person's account works; who has left or never signed in gets nothing."""
    user = _user(seen)
    status = user.value.status
    evidence = (user.evidence,)
    if status is None:
        code = "person.status_not_told"
        return Finding(ACTIVE, Status.UNKNOWN, code, _params(seen), evidence=evidence)
    word = _obstacle(status)
    if not word:
        return _passed(ACTIVE, seen, user.evidence)
    code = f"person.{word}"
    found = Finding(ACTIVE, Status.FAIL, code, _params(seen), Proof.PROVEN, Who.FEISHU_ADMIN)
    return replace(found, evidence=evidence)


def _obstacle(status: UserStatus) -> str:
    """The weightiest flag first; "" when none is set (official docs: contact-v3 user status)."""
    flags = (
        ("resigned", status.is_resigned),
        ("exited", status.is_exited),
        ("frozen", status.is_frozen),
        ("unjoined", status.is_unjoin),
        ("not_activated", not status.is_activated),
    )
    return next((word for word, is_set in flags if is_set), "")


def available(case: Case, seen: Seen, answer: Answer[list[Availability]] | FeishuError) -> Finding:
    """The person may use the app: without it, messages fail with 230013 and sign-in with 20010."""
    if isinstance(answer, FeishuError):
        return _refused(case, AVAILABLE, answer)
    params, evidence = _params(seen), (answer.evidence,)
    if not answer.value:
        code = "person.availability_not_told"
        return Finding(AVAILABLE, Status.UNKNOWN, code, params, evidence=evidence)
    row = answer.value[0]
    if row.available:
        return _passed(AVAILABLE, seen, answer.evidence, Proof.GRANTED)
    code = "person.denied" if row.in_black_list else "person.outside"
    who = Who.FEISHU_ADMIN if row.in_black_list else Who.DEVELOPER
    found = Finding(AVAILABLE, Status.FAIL, code, params, Proof.GRANTED, who)
    # The administrator's page acts at once; the developer's goes with the next version.
    links = (case.link(ConsolePage.MANAGE), case.link(ConsolePage.VERSION))
    return replace(found, evidence=evidence, links=links)


def user_id(case: Case, seen: Seen) -> Finding:
    """The platform shows the person's user_id, by which CAN addresses people."""
    user = _user(seen)
    if user.value.user_id:
        return _passed(USER_ID, seen, user.evidence)
    params = {**_params(seen), "scopes": _USER_ID_SCOPE}
    found = Finding(USER_ID, Status.FAIL, "person.user_id_hidden", params, Proof.PROVEN)
    link = case.link(ConsolePage.PERMISSIONS, _USER_ID_SCOPE)
    return replace(found, who=Who.DEVELOPER, evidence=(user.evidence,), links=(link,))


def account(seen: Seen) -> Finding:
    """CAN pushes to the user_id that equals its account; only the account can be compared."""
    user = _user(seen)
    params, evidence = _params(seen), (user.evidence,)
    if seen.who.kind is not RecipientKind.CAN_ACCOUNT:
        found = Finding(ACCOUNT, Status.UNKNOWN, "person.account_unknown", params)
        return replace(found, who=Who.CAN_ADMIN, evidence=evidence)
    if user.value.user_id == seen.who.value:
        return _passed(ACCOUNT, seen, user.evidence)
    found = Finding(ACCOUNT, Status.FAIL, "person.account_differs", params, Proof.PROVEN)
    return replace(found, who=Who.CAN_ADMIN, evidence=evidence)


def _user(seen: Seen) -> Answer[User]:
    if not isinstance(seen.user, Answer):
        raise AssertionError("this gate rests on a person who was read")
    return seen.user


def _params(seen: Seen) -> dict[str, str]:
    """``who``: as it was asked; ``name`` and ``user_id`` as far as they are told."""
    params = {
        "who": seen.who.value,
        "kind": seen.who.kind.value,
        "name": seen.name or seen.who.value,
    }
    if "user_id" in seen.ids:
        params["user_id"] = seen.ids["user_id"]
    return params


def _passed(gate: str, seen: Seen, evidence: Evidence, proof: Proof = Proof.PROVEN) -> Finding:
    return Finding(gate, Status.PASS, "ok", _params(seen), proof, evidence=(evidence,))


def _refused(case: Case, gate: str, error: FeishuError) -> Finding:
    """The platform did not answer the question, so nothing is known of the person."""
    found = error.finding(gate, Status.UNKNOWN)
    if error.feishu_code != NO_SCOPE:
        return found
    link = case.link(ConsolePage.PERMISSIONS, ",".join(error.violations))
    return replace(found, who=Who.DEVELOPER, links=(*found.links, link))
