"""How a test looks at a session and presses its button."""

from __future__ import annotations


def states(session):
    return {row.step: row.state for row in session.rows()}


def fields(session):
    return [problem.field for problem in session.problems()]


def press(session, runner):
    session.press()
    runner.settle()
