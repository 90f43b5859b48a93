"""Pairs of the matrix on a real sandbox over HTTP, brought about by control calls."""

from __future__ import annotations

import pytest

from feishu_wizard.domain.means import Ways, next_step
from tests.unit.operations.permissions.matrix import (
    every_row,
    pairwise,
    right_action,
    said_of_permission,
    said_of_settings,
)
from tests.unit.operations.permissions.practice_app import check_all, counted, make

SEED = 4


@pytest.mark.parametrize("need_id", ["permission.send_message", "permission.mobile"])
def test_state_and_action_are_right_on_a_sandbox(module_sandbox, tmp_path, need_id):
    practice = module_sandbox("--users", "12", "--departments", "2")
    rows = pairwise(SEED, every_row(need_id))
    assert len(rows) >= 25
    kits = [make(practice, row, need_id) for row in rows]
    wrong = []
    for row, kit, found in zip(rows, kits, check_all(tmp_path, kits), strict=True):
        states = {one.need.id: one.state.value for one in found.states}
        said = {need_id: said_of_permission(row), **said_of_settings(row)}
        wrong += [
            (str(row), check, states[check]) for check in said if states[check] not in said[check]
        ]
        step = next_step(found.plan, found.standing, Ways())
        action = step.task.value, step.means.value
        if action != right_action(row, told_done=False):
            wrong.append((str(row), "action", str(action)))
        assert found.calls == counted(practice, kit) <= 15
    assert wrong == []
