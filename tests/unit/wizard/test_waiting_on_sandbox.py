"""Waiting for an approver, counted in the sandbox's own log on a clock that the test moves."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from feishu_wizard.wizard.steps import Step
from feishu_wizard.wizard.waiting import WAIT_LOOKS, WAIT_SECONDS
from tests.unit.wizard.practice import asked, drill

BLIND = "missing-scope:application:application:self_manage"


class Clock:
    """Fires what is due next, and adds up the time that would have passed."""

    def __init__(self, admin):
        self.admin, self.seconds = admin, 0.0

    def tick(self):
        """Move to the next look; False when none is due."""
        due = [timer for timer in self.admin.runner.due if timer.seconds >= WAIT_SECONDS]
        if not due:
            return False
        self.seconds += due[0].seconds
        self.admin.runner.fire(due[0].seconds)
        self.admin.settle()
        return True


@pytest.fixture
def waiting(healthy, sit):
    """Begin to wait; further drills are named by the test."""
    admin = sit(healthy)
    admin.walk(Step.PERMISSIONS)
    with ExitStack() as drills:

        def begin(*names):
            for name in names:
                drills.enter_context(drill(healthy, name))
            admin.press()
            admin.session.permissions.wait()
            return admin, Clock(admin), drills

        yield begin


@pytest.mark.parametrize("names", [("under-review",), ("unreleased",), (BLIND, "unreleased")])
def test_a_look_costs_one_call_a_minute(healthy, waiting, names):
    admin, clock, _drills = waiting(*names)
    before = asked(healthy)
    for looks in range(1, 7):
        assert clock.tick()
        assert looks - 1 <= asked(healthy) - before <= clock.seconds / 60
    assert admin.session.permissions.approval.looks_left == WAIT_LOOKS - 6


def test_an_approval_ends_the_wait_by_one_full_check(healthy, waiting):
    admin, clock, drills = waiting("under-review")
    clock.tick()
    drills.close()
    before = asked(healthy)
    clock.tick()
    assert admin.session.permissions.done()
    assert asked(healthy) - before <= 1 + 15
    assert not clock.tick()


def test_closing_the_page_ends_the_calls(healthy, waiting):
    admin, clock, _drills = waiting("under-review")
    clock.tick()
    admin.session.permissions.stop_waiting()
    before = asked(healthy)
    assert not clock.tick()
    assert asked(healthy) == before


def test_a_spent_quota_ends_the_wait_and_is_named(healthy, waiting):
    admin, clock, drills = waiting("under-review")
    drills.enter_context(drill(healthy, "quota-exhausted"))
    clock.tick()
    assert admin.session.permissions.approval.stopped_by == "feishu.99991403"
    assert admin.session.message.code == "feishu.99991403"
    before = asked(healthy)
    assert not clock.tick()
    assert asked(healthy) == before
