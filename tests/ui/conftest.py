"""Every test of the window starts in English and in the light look."""

from __future__ import annotations

import pytest

from feishu_wizard.text import catalog
from tests.ui.fakes import FakePage, FakeSession


@pytest.fixture
def app(qapp):
    """The application in its usual clothes."""
    from feishu_wizard.ui import language, theme

    theme.apply(qapp, "light")
    language.use(qapp, "en")
    yield qapp
    theme.apply(qapp, "light")
    language.use(qapp, "en")
    catalog.use("en")


@pytest.fixture
def session():
    """A session that obeys the test."""
    return FakeSession()


@pytest.fixture
def shell(app, qtbot, session):
    """The window with test pages, shown."""
    from feishu_wizard.ui.shell import Shell

    window = Shell(session, FakePage, finished=lambda: session.finished)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window._leaving = True
