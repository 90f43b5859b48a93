"""The base of all pages: a column of bricks that the shell puts into a scroll area."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from feishu_wizard.ui import theme
from feishu_wizard.ui.widgets.base import Block


class Page(Block):
    """One step. Holds no logic: shows properties of a controller and calls its methods.

    A subclass fills ``body`` in its constructor and implements ``refresh`` (called by the shell
    after every change of the session while the page is shown, and before it is shown) and
    ``retranslate`` (called when the language changed; not by this constructor). ``step_id`` is
    the identifier of the page ("credentials").
    """

    def __init__(self, step_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.step_id = step_id
        self.body = QVBoxLayout(self)
        pad = theme.space(4)
        self.body.setContentsMargins(pad, theme.space(0.5), pad, theme.space(3))
        self.body.setSpacing(theme.space(2))
        self.body.setAlignment(Qt.AlignmentFlag.AlignTop)

    def add(self, widget: QWidget) -> None:
        """Put ``widget`` at the end of the page."""
        self.body.addWidget(widget)

    def title(self) -> str:
        """Heading of the page; "" takes the step's own title."""
        return ""

    def intro(self) -> str:
        """Sentences below the heading; "" takes the step's own."""
        return ""

    def help_link(self) -> tuple[str, str] | None:
        """Question and address of the help at the bottom left, None for none."""
        return None

    def refresh(self) -> None:
        """Show the controller's state again; cheap, keeps focus and cursor."""

    def first_field(self) -> QWidget | None:
        """The widget that gets the focus when the page is opened: the first empty line edit."""
        edits = [edit for edit in self.findChildren(QLineEdit) if self._can_type(edit)]
        return next((edit for edit in edits if not edit.text()), next(iter(edits), None))

    def focus_field(self, field_id: str) -> bool:
        """Move the focus to the widget ``field_id`` and into sight; False when it is not here."""
        widget = self.findChild(QWidget, field_id)
        if widget is None or not widget.isVisibleTo(self):
            return False
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        self.reveal(widget)
        return True

    def reveal(self, widget: QWidget) -> None:
        """Scroll so that ``widget`` and what is said about it can be seen."""
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if isinstance(area, QAbstractScrollArea) and isinstance(area, QScrollArea):
            area.ensureWidgetVisible(widget, 0, theme.space(10))

    def _can_type(self, edit: QLineEdit) -> bool:
        return not edit.isReadOnly() and edit.isEnabled() and edit.isVisibleTo(self)
