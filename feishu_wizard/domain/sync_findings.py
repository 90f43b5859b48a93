"""What a walk through the address book tells about a sync: numbers in, findings out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from feishu_wizard.domain.directory import Column, PersonState
from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.finding import Finding, Link, Proof, Status, Who
from feishu_wizard.domain.sync_numbers import PAGE_SIZE, REVEALS, Numbers
from feishu_wizard.domain.walk import FieldShare, RangeKind, SyncPicture, WalkState

DEEP = 10

#: A console page of the app; the need id preselects its permission.
Page = Callable[[ConsolePage, str], Link]


def picture_of(numbers: Numbers, page: Page) -> SyncPicture:
    """The picture with its findings."""
    return SyncPicture(
        summary=numbers.summary,
        fields=numbers.fields,
        keys=numbers.keys,
        states=dict(numbers.states),
        foreign_mobiles=numbers.foreign_mobiles,
        prefixed_mobiles=numbers.prefixed_mobiles,
        odd_names=numbers.odd_names,
        outside=numbers.root_people + numbers.nowhere,
        findings=findings(numbers, page),
    )


_WEIGHT = {Status.FAIL: 0, Status.WARN: 1}


def findings(numbers: Numbers, page: Page) -> tuple[Finding, ...]:
    """Everything that is to be said, the weightiest first."""
    found = list(_of_walk(numbers, page))
    if numbers.people:
        for rule in (_of_user_id, _of_fields, _of_mobiles, _of_keys, _of_people, _of_tree):
            found.extend(rule(numbers, page))
    return tuple(sorted(found, key=lambda one: _WEIGHT.get(one.status, 2)))


# -- the walk itself ----------------------------------------------------------------------


def _of_walk(numbers: Numbers, page: Page) -> Iterator[Finding]:
    walk = numbers.summary
    told = {"people": str(walk.people), "departments": str(walk.departments)}
    if walk.state is not WalkState.COMPLETE:
        yield Finding("sync.complete", Status.FAIL, "sync.broken_off", told)
    if walk.refused:
        yield _refused(numbers, page)
    if walk.unreadable:
        count = {"count": str(walk.unreadable)}
        yield Finding("sync.unreadable", Status.FAIL, "sync.unreadable", count)
    if not walk.complete:
        return
    if not walk.people:
        yield Finding(
            "sync.complete", Status.FAIL, "sync.empty", who=Who.DEVELOPER, links=_range(page)
        )
        return
    yield Finding("sync.complete", Status.PASS, "sync.complete", told, Proof.PROVEN)
    yield from _of_count(numbers, page)
    yield _of_range(numbers, page)


def _refused(numbers: Numbers, page: Page) -> Finding:
    first = numbers.summary.refused[0]
    params = {
        "count": str(len(numbers.summary.refused)),
        "department": numbers.refused_name or first.department,
        "feishu_code": first.code.removeprefix("feishu."),
    }
    return Finding(
        "sync.refused",
        Status.FAIL,
        "sync.refused",
        params,
        who=Who.DEVELOPER,
        evidence=first.evidence,
        links=_range(page),
    )


def _of_count(numbers: Numbers, page: Page) -> Iterator[Finding]:
    """Fewer than the platform says. Somebody in two departments may be counted twice there."""
    told = numbers.summary.told_people
    met = max(numbers.people, numbers.memberships)
    if told is not None and met < told:
        params = {"people": str(met), "told": str(told)}
        links = _range(page)
        yield Finding(
            "sync.count", Status.WARN, "sync.fewer", params, who=Who.DEVELOPER, links=links
        )


def _of_range(numbers: Numbers, page: Page) -> Finding:
    walk = numbers.summary
    if walk.range_kind is RangeKind.ALL:
        return Finding("sync.range", Status.PASS, "sync.range_all", proof=Proof.PROVEN)
    if not walk.range_departments and walk.range_users:
        code = "sync.range_users_only"
    elif walk.range_departments == 1 and not walk.range_users:
        code = "sync.range_one_department"
    else:
        code = "sync.range_part"
    params = {
        "people": str(walk.people),
        "departments": str(walk.range_departments),
        "users": str(walk.range_users),
    }
    return Finding("sync.range", Status.WARN, code, params, who=Who.DEVELOPER, links=_range(page))


def _range(page: Page) -> tuple[Link, ...]:
    """Where the contacts range is set: by the developer, and by the administrator."""
    return page(ConsolePage.PERMISSIONS, ""), page(ConsolePage.MANAGE, "")


# -- fields -------------------------------------------------------------------------------


def _permission(column: Column, page: Page) -> tuple[Link, ...]:
    return (page(ConsolePage.PERMISSIONS, REVEALS[column]),)


def _shares(share: FieldShare) -> dict[str, str]:
    return {"people": str(share.people), "count": str(share.people - share.filled)}


def _of_user_id(numbers: Numbers, page: Page) -> Iterator[Finding]:
    share = numbers.share(Column.USER_ID)
    if share.filled == share.people:
        params = {"people": str(share.people)}
        yield Finding("sync.user_id", Status.PASS, "sync.user_id_all", params, Proof.PROVEN)
        return
    code = "sync.user_id_gaps" if share.filled else "sync.user_id_hidden"
    yield Finding(
        "sync.user_id",
        Status.FAIL,
        code,
        _shares(share),
        who=Who.DEVELOPER,
        links=_permission(Column.USER_ID, page),
    )


# What is said when a field came from nobody, was blank with everybody, or is blank with some.
_HIDDEN = {
    Column.NAME: "sync.name_hidden",
    Column.MOBILE: "sync.mobile_hidden",
    Column.EMAIL: "sync.email_hidden",
    Column.DEPARTMENT: "sync.department_hidden",
    Column.STATE: "sync.state_hidden",
}
_BLANK = {Column.MOBILE: "sync.mobile_blank", Column.EMAIL: "sync.email_blank"}
_GAPS = {Column.MOBILE: "sync.mobile_gaps", Column.EMAIL: "sync.email_gaps"}


def _of_fields(numbers: Numbers, page: Page) -> Iterator[Finding]:
    for column in _HIDDEN:
        share = numbers.share(column)
        if not share.present:
            yield _hidden(numbers, column, page)
        elif column in _BLANK and share.filled < share.people:
            yield _blank(numbers, share, column)


def _hidden(numbers: Numbers, column: Column, page: Page) -> Finding:
    params = _shares(numbers.share(column))
    others = numbers.share(Column.ENTERPRISE_EMAIL).filled
    if column is Column.EMAIL and others:
        params["enterprise"] = str(others)
    links = _permission(column, page)
    code = _HIDDEN[column]
    return Finding(
        f"sync.{column.value}", Status.WARN, code, params, who=Who.DEVELOPER, links=links
    )


def _blank(numbers: Numbers, share: FieldShare, column: Column) -> Finding:
    """A field that came and was not filled in: by no permission in the world it would be."""
    params = _shares(share)
    others = numbers.share(Column.ENTERPRISE_EMAIL).filled
    code = _GAPS[column] if share.filled else _BLANK[column]
    if column is Column.EMAIL and not share.filled and others:
        code, params["enterprise"] = "sync.email_enterprise_only", str(others)
    return Finding(f"sync.{column.value}", Status.WARN, code, params, who=Who.FEISHU_ADMIN)


# -- what the fields hold -----------------------------------------------------------------


def _of_mobiles(numbers: Numbers, page: Page) -> Iterator[Finding]:
    if numbers.foreign_mobiles:
        params = {"count": str(numbers.foreign_mobiles), "people": str(numbers.people)}
        yield Finding("sync.foreign_mobile", Status.WARN, "sync.foreign_mobile", params)
    params = {"count": str(numbers.prefixed_mobiles), "bare": str(numbers.bare_mobiles)}
    if numbers.prefixed_mobiles and numbers.bare_mobiles:
        yield Finding("sync.mobile_prefix", Status.WARN, "sync.mobile_mixed", params)
    elif numbers.prefixed_mobiles:
        yield Finding("sync.mobile_prefix", Status.PASS, "sync.mobile_prefix", params, Proof.PROVEN)


_DUPLICATES = {
    Column.USER_ID.value: "sync.duplicate_user_id",
    Column.EMAIL.value: "sync.duplicate_email",
    Column.ENTERPRISE_EMAIL.value: "sync.duplicate_enterprise_email",
    Column.MOBILE.value: "sync.duplicate_mobile",
}


def _of_keys(numbers: Numbers, page: Page) -> Iterator[Finding]:
    for key in numbers.keys:
        if key.duplicates:
            code, (example, times) = _DUPLICATES[key.column], key.examples[0]
            params = {"count": str(key.duplicates), "example": example, "times": str(times)}
            yield Finding(code, Status.WARN, code, params, who=Who.FEISHU_ADMIN)
    if numbers.crossed:
        params = {"count": str(numbers.crossed), "example": numbers.crossed_example}
        who = Who.FEISHU_ADMIN
        yield Finding("sync.crossed_mail", Status.WARN, "sync.crossed_mail", params, who=who)


_NOT_ACTIVE = (
    PersonState.RESIGNED,
    PersonState.EXITED,
    PersonState.FROZEN,
    PersonState.NOT_ACTIVATED,
)


def _of_people(numbers: Numbers, page: Page) -> Iterator[Finding]:
    others = {state.value: numbers.states.get(state.value, 0) for state in _NOT_ACTIVE}
    active = numbers.states.get(PersonState.ACTIVE.value, 0)
    if any(others.values()):
        params = {name: str(count) for name, count in others.items() if count}
        params |= {"active": str(active), "count": str(sum(others.values()))}
        yield Finding("sync.states", Status.WARN, "sync.states", params)
    elif active == numbers.people:
        params = {"people": str(active)}
        yield Finding("sync.states", Status.PASS, "sync.all_active", params, Proof.PROVEN)
    if numbers.odd_names:
        params = {"count": str(numbers.odd_names), "people": str(numbers.people)}
        who = Who.FEISHU_ADMIN
        yield Finding("sync.odd_name", Status.WARN, "sync.odd_name", params, who=who)
    if numbers.nowhere:
        params = {"count": str(numbers.nowhere), "people": str(numbers.people)}
        yield Finding("sync.outside", Status.WARN, "sync.outside", params)


def _of_tree(numbers: Numbers, page: Page) -> Iterator[Finding]:
    if numbers.depth > DEEP:
        params = {"depth": str(numbers.depth)}
        yield Finding("sync.depth", Status.WARN, "sync.deep", params)
    if numbers.root_people:
        params = {"count": str(numbers.root_people)}
        yield Finding("sync.root_people", Status.PASS, "sync.root_people", params, Proof.PROVEN)
    if numbers.long_lists and numbers.summary.complete:
        params = {"count": str(numbers.long_lists), "longest": str(numbers.longest)}
        params["page"] = str(PAGE_SIZE)
        yield Finding("sync.pages", Status.PASS, "sync.pages", params, Proof.PROVEN)
