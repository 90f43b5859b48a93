"""What the six pages share: problems at their fields, and standing still while work goes on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QScrollArea, QWidget

from feishu_wizard.domain.paste import Pasted
from feishu_wizard.text import labels
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import theme
from feishu_wizard.ui.widgets.base import show_if
from feishu_wizard.ui.widgets.field import Field
from feishu_wizard.ui.widgets.page import Page
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Severity, View


class StepPage(Page):
    """A page of one step, or of what is shown instead of one.

    ``keep_field`` remembers a field: problems of the step are shown at it, and it is read-only
    while work is under way. ``keep_still`` remembers what must not be acted on meanwhile: ticks,
    choices and buttons that start work.
    """

    def __init__(self, session: Session, step: View, parent: QWidget | None = None) -> None:
        super().__init__(step.value, parent)
        self.session = session
        self.step = step
        self._fields: dict[str, Field] = {}
        self._still: list[QWidget] = []

    def keep_field(self, field: Field) -> Field:
        """Show problems at ``field`` and freeze it during work."""
        self._fields[field.field_id] = field
        return field

    def keep_still(self, *widgets: QWidget) -> None:
        """Let ``widgets`` rest during work."""
        self._still.extend(widgets)

    def forget_field(self, field_id: str) -> None:
        """A field is gone."""
        self._fields.pop(field_id, None)

    @property
    def busy(self) -> bool:
        """Work is under way."""
        return self.session.busy is not None

    def working_on(self, *codes: str) -> bool:
        """This page is shown and work of its own is under way."""
        return self.busy and self.session.view is self.step and bool(codes)

    def refresh(self) -> None:
        """Show problems at their fields; rest while work is under way."""
        problems = {p.field: p for p in self.session.controller(self.step).problems()}
        for name, field in self._fields.items():
            problem = problems.get(name)
            if problem is None:
                field.set_problem("")
            else:
                field.set_problem(labels.problem(problem), problem.severity)
            field.set_read_only(self.busy)
        for widget in self._still:
            widget.setEnabled(not self.busy)

    def bring_up(self, widget: QWidget, shown: bool) -> None:
        """Show ``widget`` or hide it; when it appears while one looks on, scroll to it."""
        appeared = shown and widget.isHidden() and self.isVisible()
        show_if(widget, shown)
        if appeared:
            # Twice: the first turn of the event loop lays out, the second scrolls.
            QTimer.singleShot(0, self, lambda: QTimer.singleShot(0, self, self._scroller(widget)))

    def _scroller(self, widget: QWidget) -> Callable[[], None]:
        def scroll() -> None:
            if not widget.isVisible():
                return
            area = self.parentWidget()
            while area is not None and not isinstance(area, QScrollArea):
                area = area.parentWidget()
            if area is not None:
                _scroll(area, widget.mapTo(self, widget.rect().topLeft()).y(), widget.height())

        return scroll

    def problem_text(self, name: str) -> tuple[str, Severity]:
        """Words of the problem at something that is no ``Field``; "" when there is none."""
        for problem in self.session.controller(self.step).problems():
            if problem.field == name:
                return labels.problem(problem), problem.severity
        return "", Severity.ERROR


def _scroll(area: QScrollArea, top: int, height: int) -> None:
    """Make what lies at ``top`` visible: all of it where it fits, else its beginning."""
    bar, room, gap = area.verticalScrollBar(), area.viewport().height(), theme.space(2)
    first, last = top - gap, top + height + gap
    if first >= bar.value() and last <= bar.value() + room:
        return
    bar.setValue(first if last - first > room else max(min(bar.value(), first), last - room))


def show_pasted(field: Field, pasted: Pasted, *, text: str | None = None) -> None:
    """Show what was typed, what was left out of it, and the value proposed instead."""
    field.set_text(pasted.typed if text is None else text)
    field.set_note(_paste_note(pasted))
    field.set_proposal(pasted.proposal.value if pasted.proposal is not None else "")


def _paste_note(pasted: Pasted) -> str:
    """What was done to the value; what a proposal mends where no problem says it already."""
    if not pasted.typed:
        return ""
    from feishu_wizard.text import pastes  # an empty box needs no words

    told = [pastes.paste_edit(edit) for edit in pasted.edits] if pasted.value else []
    if pasted.proposal is not None and pasted.problem is None:
        told.append(pastes.paste_proposal(pasted.proposal))
    return _("; ").join(told)


def show_some(*pairs: tuple[QWidget, bool]) -> None:
    """Show or hide several widgets."""
    for widget, wanted in pairs:
        show_if(widget, wanted)
