"""Step 3: the one thing to do next, the plan behind it, and what is needed with its state."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.permission import NeedState
from feishu_wizard.domain.states import VersionState
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage
from feishu_wizard.ui.pages.need_rows import LISTS, PREFIX, NeedExtras, listed, need_view
from feishu_wizard.ui.pages.next_card import NextCard
from feishu_wizard.ui.pages.parts import hold_at_top
from feishu_wizard.ui.pages.plan_steps import PlanCard
from feishu_wizard.ui.pages.wait_block import local_time
from feishu_wizard.ui.widgets.base import show_if
from feishu_wizard.ui.widgets.card import Card, Disclosure
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import CheckRow
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Step


class NeedsCard(Card):
    """One of the two lists: what is open in sight, what is settled folded."""

    def __init__(self, name: str, page: PermissionsPage) -> None:
        super().__init__()
        self._page, self._controller = page, page.controller
        self._open, self._done = CheckList(ruled=True), CheckList(ruled=True)
        self.add(self._open)
        self._settled = Disclosure()
        a11y.identify(self._settled.button, f"permissions.settled{name}")
        self._settled.body.addWidget(self._done)
        self.add(self._settled)

    def show_needs(self, rows: tuple[NeedState, ...]) -> None:
        """Show the rows of this list."""
        left = tuple(row for row in rows if not _folded(row))
        done = tuple(row for row in rows if _folded(row))
        for where, part in ((self._open, left), (self._done, done)):
            where.show_rows([(PREFIX + r.need.id, need_view(r, self._controller)) for r in part])
            for row in part:
                self._put_extras(where.row(PREFIX + row.need.id), row)
        words = ngettext("{n} in order", "{n} in order", len(done)).format(n=len(done))
        self._settled.set_words(words)
        show_if(self._open, bool(left))
        show_if(self._settled, bool(done))
        show_if(self, bool(rows))

    def _put_extras(self, row: CheckRow, state: NeedState) -> None:
        extras = row.findChild(NeedExtras)
        if extras is None:
            extras = NeedExtras(state.need, self._controller)
            row.body.addWidget(extras)
            row.expanded.connect(extras.set_open)
        extras.show_need(state, busy=self._page.busy)


class PermissionsPage(StepPage):
    """The next step at the top; below it the plan, then CAN's needs apart from the program's."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, Step.PERMISSIONS, parent)
        self.controller = session.permissions
        self._next = NextCard(session)
        self._plan = PlanCard(self.controller)
        self.keep_still(*self._next.still(), self._plan.submitted)
        self.add(self._next)
        self.add(self._plan)
        self._lists = {name: NeedsCard(suffix, self) for name, suffix in LISTS.items()}
        for card in self._lists.values():
            self.add(card)
        self._checked_at = WrapLabel(role="small")
        self.add(self._checked_at)
        hold_at_top(self)
        self.retranslate()

    def refresh(self) -> None:
        """Show the next step, the plan and every need."""
        self._name_lists()
        self._next.refresh()
        self._plan.refresh()
        states = self.controller.states
        for name, card in self._lists.items():
            card.show_needs(listed(states, name))
        result = self.controller.result
        told = _("Checked {time}.").format(time=local_time(result.at)) if result else ""
        if result and result.calls:
            calls = ngettext("{n} call to Feishu.", "{n} calls to Feishu.", result.calls)
            told = f"{told} {calls.format(n=result.calls)}"
        self._checked_at.set_text(told)
        super().refresh()

    def _name_lists(self) -> None:
        silent = self.controller.plan.version is VersionState.NEVER_RELEASED
        self._lists["can"].set_title(
            _("What CAN needs"),
            _("Before the first release Feishu tells nothing about these.")
            if silent
            else _("Permissions and settings for what you chose."),
        )
        self._lists["checking"].set_title(
            _("Only for checking, removable"),
            _("CAN works without these. Only this program uses them; remove them at the end."),
        )

    def retranslate(self) -> None:
        """Set all texts again."""
        self._next.retranslate()
        self._plan.retranslate()
        self.refresh()


def _folded(row: NeedState) -> bool:
    """In order: nothing to read about it. What was declined keeps its consequence in sight."""
    return row.state.settled and row.state.value != "declined"
