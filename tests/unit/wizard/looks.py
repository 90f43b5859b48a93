"""How a test looks at a session and presses its button."""

from __future__ import annotations


def states(session):
    return {row.step: row.state for row in session.rows()}


def fields(session):
    return [problem.field for problem in session.problems()]


def press(session, runner):
    session.press()
    runner.settle()


def look_at_all(session):
    """Open every panel of the test step, the first one last."""
    for panel in (*session.test.panels[1:], session.test.panels[0]):
        session.test.show_panel(panel)
