"""The whole matrix of app states on synthetic answers: stated state and primary action."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.capability import ALL
from feishu_wizard.domain.means import Means, Ways, next_step
from feishu_wizard.domain.permission import needs_of
from feishu_wizard.domain.states import VersionState
from feishu_wizard.operations.check_permissions import judge_all
from feishu_wizard.operations.knowledge import needs
from tests.unit.operations.permissions.matrix import (
    SCOPES,
    Row,
    every_row,
    pairwise,
    right_action,
    said_of_permission,
    said_of_settings,
)
from tests.unit.operations.permissions.played import KIT, of_row

CHOSEN = needs_of(needs(), ALL)
TOLD = frozenset({"feishu.bot", "feishu.contact_range", "feishu.availability"})
VERSIONS = {
    "never": VersionState.NEVER_RELEASED,
    "review": VersionState.UNDER_REVIEW,
    "rejected": VersionState.REJECTED,
    "old": VersionState.RELEASED,
    "released": VersionState.RELEASED,
}


def checked(row: Row, need_id: str):
    return judge_all(of_row(row, need_id), CHOSEN, frozenset(), KIT)


@pytest.mark.parametrize("need_id", SCOPES)
def test_the_stated_state_is_right_in_every_row(need_id):
    rows = every_row(need_id)
    assert len(rows) == 5 * (5 if SCOPES[need_id][1] else 4) * 2 * 3 * 2 * 2
    for row in rows:
        found = checked(row, need_id)
        states = {one.need.id: one.state.value for one in found.states}
        assert states[need_id] in said_of_permission(row), row
        for setting, right in said_of_settings(row).items():
            assert states[setting] in right, (row, setting)
        assert found.standing.online is row.online
        assert found.standing.version is VERSIONS[row.app]


@pytest.mark.parametrize("told_done", [False, True])
@pytest.mark.parametrize("need_id", SCOPES)
def test_the_primary_action_is_right_in_every_row(need_id, told_done):
    ways = Ways(stated=TOLD if told_done else frozenset())
    for row in every_row(need_id):
        found = checked(row, need_id)
        step = next_step(found.plan, found.standing, ways)
        assert (step.task.value, step.means.value) == right_action(row, told_done=told_done), row


@pytest.mark.parametrize("need_id", SCOPES)
def test_no_row_leaves_the_admin_without_a_way(need_id):
    """Whatever the platform refused before, and whoever does the console part."""
    refusing = [frozenset(), frozenset({Means.SCAN}), frozenset({Means.SCAN, Means.CONSOLE})]
    for row in every_row(need_id):
        found = checked(row, need_id)
        for refused in refusing:
            for colleague in (False, True):
                ways = Ways(refused=refused, colleague=colleague)
                step = next_step(found.plan, found.standing, ways)
                assert step.means not in refused
                assert (step.means is Means.NONE) is (step.task.value == "done")
                assert step.task.value == right_action(row, told_done=False)[0]
                assert found.plan.complete is (step.task.value == "done"), row


def test_only_what_is_required_and_not_settled_is_open():
    for row in every_row("permission.mobile"):
        found = checked(row, "permission.mobile")
        settled = {r.need.id for r in found.states if r.state.value in ("granted", "proven")}
        open_ids = {r.need.id for r in found.plan.open_items}
        assert open_ids == {n.id for n in CHOSEN if n.required} - settled
        missing = found.plan.missing_scopes()
        absent = said_of_permission(row) & {"not_requested", "unknown"}
        assert ("contact:user.phone:readonly" in missing) is bool(absent), row


def test_the_pairs_are_all_there():
    rows = pairwise(4, every_row("permission.send_message"))
    assert 25 <= len(rows) <= 60
    assert {(r.app, r.permission) for r in rows} == {
        (r.app, r.permission) for r in every_row("permission.send_message")
    }
