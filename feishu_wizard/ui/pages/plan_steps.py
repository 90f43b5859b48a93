"""The plan below the next step: what acts at once, what goes with the one version, who approves."""

from __future__ import annotations

from feishu_wizard.domain.means import RELEASE, Means, Task
from feishu_wizard.domain.states import VersionState
from feishu_wizard.text import plan
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.parts import HintLine, StepBlock
from feishu_wizard.ui.widgets.base import show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.wizard.permissions import PermissionsStep

_STAGES = ("at_once", "with_version", "admin_only")


class PlanCard(Card):
    """Numbered in the order in which things are done; nothing in it has to be pressed."""

    def __init__(self, controller: PermissionsStep) -> None:
        super().__init__()
        self._controller = controller
        self._stages = {name: StepBlock(number) for number, name in enumerate(_STAGES, 1)}
        for block in self._stages.values():
            self.add(block)
        self.submitted = Button(kind="link")
        a11y.identify(self.submitted, "permissions.submitted")
        self.submitted.clicked.connect(controller.wait)
        self._stages["with_version"].add_actions(self.submitted)
        self._said = HintLine("info")
        self.add(self._said)
        self.take_back = Button(kind="link")
        a11y.identify(self.take_back, "permissions.take_back")
        self.take_back.clicked.connect(self._take_back)
        row = FlowLayout()
        row.addWidget(self.take_back)
        self.body.addLayout(row)

    def refresh(self) -> None:
        """Show the steps that are left."""
        controller = self._controller
        checked = controller.result is not None
        found = plan.stages(controller.plan) if checked else ()
        for block in self._stages.values():
            show_if(block, False)
        for number, stage in enumerate(found, 1):
            block = self._stages[stage.name]
            block.set_text(stage.title, stage.text)
            block.set_number(number, "neutral")
            show_if(block, True)
        self._show_said()
        step = controller.next
        shown_above = step.means is Means.CONSOLE and step.task in (Task.RELEASE, Task.COMPLETE)
        review = controller.plan.version is VersionState.UNDER_REVIEW
        waits = step.task is Task.WAIT or step.task is Task.RELEASE or review
        show_if(self.submitted, checked and not (shown_above or waits))
        show_if(self, bool(found))

    def _show_said(self) -> None:
        """Stated is not seen: said so, and it can be taken back."""
        rows = [row for row in self._controller.said if row.need.id != RELEASE]
        told = _("Done as you say; the release will show it: {names}")
        self._said.set_text(told.format(names=plan.names(rows)) if rows else "")
        show_if(self.take_back, bool(rows))

    def _take_back(self) -> None:
        self._controller.take_back(row.need.id for row in self._controller.said)

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_title(_("The plan"))
        self.submitted.setText(_("I have submitted a version already"))
        self.take_back.setText(_("Not done after all"))
