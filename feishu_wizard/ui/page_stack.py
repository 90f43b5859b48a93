"""The pages of the window, one above the other: each is made when it is first opened."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QWidget

from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.widgets.page import Page
from feishu_wizard.wizard.steps import Step, View

MakePage = Callable[[View], Page]


class PageStack(QStackedWidget):
    """Every page in its own scroll area. ``make_page`` builds a page when it is first opened."""

    def __init__(self, make_page: MakePage) -> None:
        super().__init__()
        self.setMinimumSize(QSize(640, 120))
        self._make_page = make_page
        self._pages: dict[View, Page] = {}
        self._areas: dict[View, QScrollArea] = {}
        self.shown: View | None = None

    def page(self, view: View) -> Page:
        """The page of a view that was opened."""
        return self._pages[view]

    def area(self, view: View) -> QScrollArea:
        """The scroll area round the page of a view that was opened."""
        return self._areas[view]

    def open(self, view: View) -> None:
        """Show the page of ``view``, made now if it was never open; a step is found as left."""
        back = isinstance(self.shown, Step) is not isinstance(view, Step)
        self.shown = view
        if view not in self._pages:
            self._add(view, self._make_page(view))
        self._pages[view].refresh()
        area = self._areas[view]
        self.setCurrentWidget(area)
        if not back:
            area.verticalScrollBar().setValue(0)

    def _add(self, view: View, page: Page) -> None:
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        a11y.identify(page, view.value)
        page.setMaximumWidth(content_width(page))
        # The area first: a page that is moved when it has been styled is styled twice.
        self.addWidget(area)
        area.setWidget(page)
        self._pages[view], self._areas[view] = page, area


def content_width(widget: QWidget) -> int:
    """The widest a page gets: longer lines are hard to read."""
    return widget.fontMetrics().horizontalAdvance("n") * 100 + 2 * theme.space(4)
