"""The one thing to do next: rules that the matrix of app states does not reach."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.means import Means, Task, Ways, next_step
from feishu_wizard.domain.permission import NeedState, parse_needs
from feishu_wizard.domain.release import plan_release
from feishu_wizard.domain.standing import AppStanding
from feishu_wizard.domain.states import GrantState, VersionState
from feishu_wizard.resources import resource_bytes

NEEDS = {need.id: need for need in parse_needs(resource_bytes("knowledge/needs.toml"))}
REDIRECT, BOT, RANGE, RELEASE = (
    "feishu.redirect_url",
    "feishu.bot",
    "feishu.contact_range",
    "feishu.release",
)
MOBILE, LOGIN, ADDRESSES = "permission.mobile", "permission.login", "feishu.ip_allowlist"
RELEASED = VersionState.RELEASED
ONLINE = AppStanding(RELEASED, online=True)


def step(*rows, version=RELEASED, standing=ONLINE, **ways):
    states = [NeedState(NEEDS[one[0]], one[1], *one[2:]) for one in rows]
    return next_step(plan_release(states, version), standing, Ways(**ways))


def action(*rows, **options):
    found = step(*rows, **options)
    return found.task, found.means


def missing(need_id, reason=""):
    return need_id, GrantState.NOT_REQUESTED, reason


def unknown(need_id, reason):
    return need_id, GrantState.UNKNOWN, reason


def test_nothing_left_is_done():
    assert action((MOBILE, GrantState.PROVEN)) == (Task.DONE, Means.NONE)


def test_a_stopped_app_comes_before_all_else():
    stopped = AppStanding(RELEASED, stopped=True, may_patch=True)
    assert action(missing(MOBILE), standing=stopped) == (Task.ENABLE_APP, Means.ADMIN)


def test_what_the_platform_lists_as_not_registered_is_not_believed_to_be():
    """A redirect URL acts at once: when the platform shows none, nobody's word helps."""
    told = frozenset({REDIRECT, BOT})
    assert action(missing(REDIRECT), stated=told) == (Task.REGISTER_REDIRECT, Means.CONSOLE)
    assert action(unknown(REDIRECT, "needs_self_manage"), stated=told)[0] is Task.DONE
    # What only a release shows is believed, and waits for one.
    assert action(missing(BOT), stated=told) == (Task.RELEASE, Means.CONSOLE)


@pytest.mark.parametrize(
    ("row", "task", "means"),
    [
        (unknown(REDIRECT, "needs_self_manage"), Task.REGISTER_REDIRECT, Means.CONSOLE),
        (unknown(REDIRECT, "redirect_not_told"), Task.REGISTER_REDIRECT, Means.CONSOLE),
        (unknown(RANGE, "needs_contact_scope"), Task.SET_AUDIENCE, Means.CONSOLE),
        (unknown("feishu.availability", "availability_not_told"), Task.SET_AUDIENCE, Means.CONSOLE),
        (unknown(MOBILE, "list_refused"), Task.CHECK_AGAIN, Means.CHECK),
        (unknown(BOT, "bot_refused"), Task.CHECK_AGAIN, Means.CHECK),
        (unknown(RANGE, "range_refused"), Task.CHECK_AGAIN, Means.CHECK),
        (unknown(RELEASE, "version.unknown"), Task.CHECK_AGAIN, Means.CHECK),
    ],
)
def test_what_cannot_be_known_is_never_called_done(row, task, means):
    assert action(row) == (task, means)


def test_sign_in_is_told_by_its_parts():
    assert action(unknown(LOGIN, "needs_self_manage")) == (Task.DONE, Means.NONE)


def test_a_list_of_addresses_is_the_last_thing_to_look_at():
    import msgspec

    item = msgspec.structs.replace(NEEDS[ADDRESSES], required=True)
    row = NeedState(item, GrantState.UNKNOWN, "ip_list_used")
    plan = plan_release([row], RELEASED)
    assert next_step(plan, ONLINE, Ways()).task is Task.ALLOW_ADDRESS
    assert next_step(plan, ONLINE, Ways(stated=frozenset({ADDRESSES}))).task is Task.DONE
    both = plan_release([row, NeedState(NEEDS[MOBILE], GrantState.NOT_REQUESTED)], RELEASED)
    assert next_step(both, ONLINE, Ways()).task is Task.ADD_SCOPES


def test_what_only_the_administrator_can_do_needs_no_version():
    declared = (MOBILE, GrantState.REQUESTED, "declared_not_granted")
    inactive = (BOT, GrantState.REQUESTED, "bot_not_active")
    assert action(declared) == (Task.ASK_APPROVAL, Means.APPLY)
    assert action(declared, refused=frozenset({Means.APPLY})) == (Task.ASK_APPROVAL, Means.ADMIN)
    assert action(inactive) == (Task.ENABLE_BOT, Means.ADMIN)
    may_patch = AppStanding(RELEASED, online=True, may_patch=True)
    assert action(declared, standing=may_patch) == (Task.ASK_APPROVAL, Means.APPLY)
    # Who decides on a version decides on what was left out before, too: one review for all.
    waiting = ("permission.email", GrantState.REQUESTED)
    assert action(declared, waiting) == (Task.RELEASE, Means.CONSOLE)


def test_a_contradiction_is_looked_at_and_nothing_is_asked_for():
    row = (MOBILE, GrantState.CONTRADICTORY, "permission.list_denies")
    found = step(row)
    assert (found.task, found.means) == (Task.CONTRADICTION, Means.CHECK)
    plan = plan_release([NeedState(NEEDS[MOBILE], GrantState.CONTRADICTORY)], RELEASED)
    assert not plan.release_needed
    assert plan.missing_scopes() == ()
    may_patch = AppStanding(RELEASED, online=True, may_patch=True)
    assert action(row, standing=may_patch)[0] is Task.CONTRADICTION


def test_a_submitted_version_is_waited_for_until_it_is_rejected():
    told = frozenset({RELEASE})
    rows = [missing(BOT)]
    assert action(*rows, stated=told) == (Task.WAIT, Means.WAIT)
    rejected = AppStanding(VersionState.REJECTED, online=True)
    found = action(*rows, stated=told, version=VersionState.REJECTED, standing=rejected)
    assert found == (Task.SWITCH_BOT, Means.CONSOLE)


def test_an_app_that_may_change_itself_does_all_at_once_unless_it_was_refused():
    may_patch = AppStanding(RELEASED, online=True, may_patch=True)
    rows = [missing(MOBILE), missing(BOT), missing(REDIRECT)]
    found = step(*rows, standing=may_patch)
    assert (found.task, found.means) == (Task.COMPLETE, Means.SELF)
    assert {row.need.id for row in found.rows} == {MOBILE, BOT, REDIRECT}
    refused = frozenset({Means.SELF})
    assert action(*rows, standing=may_patch, refused=refused) == (Task.ADD_SCOPES, Means.SCAN)


def test_a_colleague_gets_the_sheet_first():
    found = step(missing(MOBILE), colleague=True)
    assert (found.means, found.others) == (Means.HANDOFF, (Means.SCAN, Means.CONSOLE))
    assert action(missing(MOBILE), scan=False) == (Task.ADD_SCOPES, Means.CONSOLE)


def test_the_administrators_page_is_shorter_than_a_version_that_nothing_else_needs():
    part = missing(RANGE, "range_partial")
    assert action(part) == (Task.SET_AUDIENCE, Means.ADMIN)
    waiting = ("permission.email", GrantState.REQUESTED)
    assert action(part, waiting) == (Task.SET_AUDIENCE, Means.CONSOLE)
    declared = (MOBILE, GrantState.REQUESTED, "declared_not_granted")
    assert action(part, declared) == (Task.SET_AUDIENCE, Means.ADMIN)


def test_a_version_takes_along_what_nobody_tells():
    """One review: the availability is set before the version is made."""
    waiting = ("permission.email", GrantState.REQUESTED)
    blind = unknown("feishu.availability", "availability_not_told")
    assert action(waiting, blind) == (Task.SET_AUDIENCE, Means.CONSOLE)
    told = frozenset({"feishu.availability"})
    assert action(waiting, blind, stated=told) == (Task.RELEASE, Means.CONSOLE)
