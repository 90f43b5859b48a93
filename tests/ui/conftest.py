"""Every test of the window starts in English and in the light look."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont

from feishu_wizard.text import catalog
from tests.ui.fakes import FakePage, FakeSession


@pytest.fixture
def app(qapp):
    """The application in its usual clothes."""
    from feishu_wizard.ui import language, theme

    def dress():
        # Only what differs: each switch styles every window that is still there.
        if theme.choice() is not theme.Choice.LIGHT:
            theme.apply(qapp, "light")
        if catalog.current() != "en" or not qapp.font().isFeatureSet(QFont.Tag("pwid")):
            language.use(qapp, "en")

    dress()
    yield qapp
    dress()


@pytest.fixture
def keep(app, qtbot):
    """Close a window at the end of the test, and hold it until then.

    pytest-qt itself holds windows weakly: one whose test has returned can be collected while it
    is being painted, which ends the process.
    """
    held = []

    def hold(widget):
        held.append(widget)
        qtbot.addWidget(widget)
        return widget

    yield hold
    for widget in held:
        if hasattr(widget, "_leaving"):
            widget._leaving = True  # the window closes without keeping a draft
        widget.close()


@pytest.fixture
def session():
    """A session that obeys the test."""
    return FakeSession()


@pytest.fixture
def shell(keep, qtbot, session):
    """The window with test pages, shown."""
    from feishu_wizard.ui.shell import Shell

    window = keep(Shell(session, FakePage, finished=lambda: session.finished))
    window.show()
    qtbot.waitExposed(window)
    return window
