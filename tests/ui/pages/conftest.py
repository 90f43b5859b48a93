"""A page on a real session; it is shown again after every change, as the shell does it."""

from __future__ import annotations

from importlib import import_module

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from feishu_wizard.text import catalog
from feishu_wizard.ui import language, theme
from feishu_wizard.wizard.diagnosis_asked import Source
from feishu_wizard.wizard.steps import ORDER, Aside, Step
from tests.ui.pages import fakes


class Stage:
    """One page, its session, and short ways to its widgets."""

    def __init__(self, step, session, runner):
        self.session, self.runner = session, runner
        if step in ORDER:
            session._visited = set(ORDER[: ORDER.index(step) + 1])
            session.step = step
        module = import_module(f"feishu_wizard.ui.pages.{step.value}")
        self.page = getattr(module, f"{step.value.title()}Page")(session)
        self.page.resize(780, 900)
        session.subscribe(self.page.refresh)
        self.page.refresh()
        self.page.show()

    def find(self, name, kind=QWidget):
        widget = self.page.findChild(kind, name)
        assert widget is not None, f"nothing is called {name}"
        return widget

    def close(self):
        """Delete the page at once: what lives on makes every later test slower."""
        self.page.close()
        self.page.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def shows(self, name):
        QApplication.processEvents()  # what was put into a layout just now becomes visible
        widget = self.page.findChild(QWidget, name)
        return widget is not None and widget.isVisibleTo(self.page)

    def settle(self):
        """Let what was taken out of a layout be gone."""
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QApplication.processEvents()

    def texts(self):
        """All words that can be read on the page now."""
        QApplication.processEvents()
        words = []
        for widget in self.page.findChildren(QWidget):
            if widget.isVisibleTo(self.page):
                names = ("text", "toPlainText", "currentText")
                words += [str(getattr(widget, n)()) for n in names if hasattr(widget, n)]
        return "\n".join(words).replace("&&", "&")

    @property
    def job(self):
        """The work started last."""
        return self.runner.jobs[-1]


@pytest.fixture
def stage(qapp):
    """Return ``open(step, prepare) -> Stage``; ``prepare`` gets the session first."""
    if not qapp.styleSheet() or theme.current() is not theme.LIGHT:
        theme.apply(qapp, "light")
    if catalog.current() != catalog.ENGLISH:
        language.use(qapp, "en")
    opened = []

    def open_page(step, prepare=lambda session: None):
        session, runner = fakes.make_session()
        session.restore(session.answers, Step.PREREQUISITES)
        prepare(session)
        opened.append(Stage(step, session, runner))
        return opened[-1]

    yield open_page
    for each in opened:
        each.close()


@pytest.fixture
def asked(stage):
    """The diagnosis page, opened from the first step, with values typed."""
    at = stage(Aside.DIAGNOSIS, lambda session: session.diagnose())
    at.session.diagnosis.asks.set_source(Source.TYPED)
    at.session.diagnosis.asks.set_app_id(fakes.APP_ID)
    return at
