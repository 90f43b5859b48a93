"""A page on a real session; it is shown again after every change, as the shell does it."""

from __future__ import annotations

from importlib import import_module

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from feishu_wizard.text import catalog
from feishu_wizard.ui import language, theme
from feishu_wizard.wizard.steps import ORDER, Step
from tests.ui.pages import fakes


class Stage:
    """One page, its session, and short ways to its widgets."""

    def __init__(self, qtbot, step, session, runner):
        self.session, self.runner = session, runner
        session._visited = set(ORDER[: ORDER.index(step) + 1])
        session.step = step
        module = import_module(f"feishu_wizard.ui.pages.{step.value}")
        self.page = getattr(module, f"{step.value.title()}Page")(session)
        qtbot.addWidget(self.page)
        self.page.resize(780, 900)
        session.subscribe(self.page.refresh)
        self.page.refresh()
        self.page.show()

    def find(self, name, kind=QWidget):
        widget = self.page.findChild(kind, name)
        assert widget is not None, f"nothing is called {name}"
        return widget

    def shows(self, name):
        widget = self.page.findChild(QWidget, name)
        return widget is not None and widget.isVisibleTo(self.page)

    def texts(self):
        """All words that can be read on the page now."""
        QApplication.processEvents()  # what was put into a layout just now becomes visible
        words = []
        for widget in self.page.findChildren(QWidget):
            if widget.isVisibleTo(self.page):
                for name in ("text", "toPlainText", "currentText"):
                    if hasattr(widget, name):
                        words.append(str(getattr(widget, name)()))
        return "\n".join(words).replace("&&", "&")

    @property
    def job(self):
        """The work started last."""
        return self.runner.jobs[-1]


@pytest.fixture
def stage(qtbot, qapp):
    """Return ``open(step, prepare) -> Stage``; ``prepare`` gets the session first."""
    theme.apply(qapp, "light")
    language.use(qapp, "en")

    def open_page(step, prepare=lambda session: None):
        session, runner = fakes.make_session()
        session.restore(session.answers, Step.PREREQUISITES)
        prepare(session)
        return Stage(qtbot, step, session, runner)

    yield open_page
    catalog.use("en")
