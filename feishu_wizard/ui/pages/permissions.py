"""Step 3: one release plan for everything that is missing on the Feishu side."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.permission import NeedState
from feishu_wizard.domain.states import VersionState
from feishu_wizard.text import labels, notes
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage
from feishu_wizard.ui.pages.need_rows import (
    GROUPS,
    PREFIX,
    Group,
    NeedExtras,
    grouped,
    need_view,
)
from feishu_wizard.ui.pages.parts import hold_at_top
from feishu_wizard.ui.pages.plan_steps import PlanSteps, local_time
from feishu_wizard.ui.widgets.base import show_if
from feishu_wizard.ui.widgets.card import Card, Disclosure
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import CheckRow
from feishu_wizard.ui.widgets.copy_row import CopyRow
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.answers import ConsoleBy
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Step


class PermissionsPage(StepPage):
    """What to do next at the top, every need below, grouped by when a change takes effect."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, Step.PERMISSIONS, parent)
        self.controller = session.permissions
        self._steps = PlanSteps(self.controller)
        self.keep_still(self._steps.recheck, self._steps.wait)
        self.add(self._steps)
        self._build_handoff()
        self._build_groups()
        hold_at_top(self)
        self.retranslate()

    # -- building ---------------------------------------------------------------------

    def _build_handoff(self) -> None:
        self._handoff = Disclosure()
        a11y.identify(self._handoff.button, "permissions.handoff.show")
        self._message = CopyRow("permissions.handoff", multiline=True)
        self._handoff.body.addWidget(self._message)
        self._handoff_decided = False
        self.add(self._handoff)

    def _build_groups(self) -> None:
        self._cards: dict[str, Card] = {}
        self._lists: dict[str, CheckList] = {}
        for name in GROUPS:
            rows = CheckList(ruled=True)
            card = Card()
            card.add(rows)
            if name == "settled":
                self._settled = Disclosure()
                a11y.identify(self._settled.button, "permissions.settled")
                self._settled.body.addWidget(card)
                self.add(self._settled)
            else:
                self.add(card)
            self._cards[name], self._lists[name] = card, rows
        self._checked_at = WrapLabel(role="small")
        self.add(self._checked_at)

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the plan and every need."""
        self._steps.refresh()
        plan, states = self.controller.plan, self.controller.states
        checked = self.controller.result is not None
        shown = {group.name: group for group in grouped(states, plan)} if checked else {}
        if not checked and states:
            shown = {"unknown": Group("unknown", states)}
        for name in GROUPS:
            self._show_group(name, shown.get(name), checked=checked)
        self._show_handoff(checked)
        at = self.controller.result.at if self.controller.result else ""
        self._checked_at.set_text(_("Checked {time}.").format(time=local_time(at)) if at else "")
        super().refresh()

    def _show_group(self, name: str, group: Group | None, *, checked: bool) -> None:
        card, rows = self._cards[name], self._lists[name]
        needs = group.rows if group is not None else ()
        rows.show_rows([(PREFIX + row.need.id, need_view(row, self.controller)) for row in needs])
        for row in needs:
            self._put_extras(rows.row(PREFIX + row.need.id), row)
        show_if(card, bool(needs))
        if name == "settled":
            show_if(self._settled, bool(needs))
            words = ngettext("{n} settled", "{n} settled", len(needs)).format(n=len(needs))
            self._settled.set_words(words)
        if not checked:
            card.set_title(
                _("What the check looks at"),
                _("Permissions and settings that the chosen capabilities need."),
            )
        else:
            card.set_title(_group_title(name), _group_hint(name))

    def _put_extras(self, row: CheckRow, state: NeedState) -> None:
        extras = row.findChild(NeedExtras)
        if extras is None:
            extras = NeedExtras(state.need, self.controller)
            row.body.addWidget(extras)
            row.expanded.connect(extras.set_open)
        extras.show_need(state, busy=self.busy)

    def _show_handoff(self, checked: bool) -> None:
        controller, session = self.controller, self.session
        colleague = session.answers.console_by is ConsoleBy.COLLEAGUE
        plan = controller.plan
        review = plan.version is VersionState.UNDER_REVIEW
        show_if(self._handoff, checked and not plan.complete and not review)
        if not checked:
            return
        if colleague and not self._handoff_decided:
            self._handoff_decided = True
            self._handoff.set_open(True)
        callback = session.credentials.callback
        self._message.set_value(
            notes.console_message(
                notes.ConsolePart(
                    plan=plan,
                    link=controller.link,
                    app_id=session.credentials.app_id.value,
                    callback=callback.value if callback.usable else "",
                    missing_json=controller.missing_json,
                    permissions_url=controller.page_link(ConsolePage.PERMISSIONS),
                    version_url=controller.page_link(ConsolePage.VERSION),
                    note=self._steps.note(),
                )
            )
        )

    def retranslate(self) -> None:
        """Set all texts again."""
        self._handoff.set_words(_("A colleague does this: message to send"), _("Hide the message"))
        self._message.set_label(_("Message for your colleague"))
        self._steps.retranslate()
        self.refresh()


def _group_title(name: str) -> str:
    return _("Declined on purpose") if name == "declined" else labels.effect_word(name)


def _group_hint(name: str) -> str:
    if name == "declined":
        return _("Left out, with the consequence named. Nothing is asked for again.")
    return labels.group_hint(name)
