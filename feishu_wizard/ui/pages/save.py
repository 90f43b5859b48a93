"""Step 4: choose where, read the difference, press the verb."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.states import Target
from feishu_wizard.text import saving
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage, show_some
from feishu_wizard.ui.pages.deployment.panel import DeploymentPanel
from feishu_wizard.ui.pages.parts import hold_at_top
from feishu_wizard.ui.pages.saving.asked import AskedCard
from feishu_wizard.ui.pages.saving.by_hand import ByHand
from feishu_wizard.ui.pages.saving.conflict import Consents
from feishu_wizard.ui.pages.saving.difference import Differences
from feishu_wizard.ui.pages.saving.file_card import FileCard
from feishu_wizard.ui.pages.saving.results import Results
from feishu_wizard.ui.pages.saving.undo import UndoPanel
from feishu_wizard.ui.widgets.base import show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.ui.widgets.choices import TickRow
from feishu_wizard.ui.widgets.field import MessageLine
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Severity, Step

_IDS = {Target.CAN: "to_can", Target.BY_HAND: "by_hand", Target.FILE: "to_file"}


class SavePage(StepPage):
    """To CAN, by hand, to a file, or several."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, Step.SAVE, parent)
        self.controller = session.save
        self._build_targets()
        self._deployment = DeploymentPanel(self.controller.deployment)
        self.add(self._deployment)
        self._asked = AskedCard(self, self.controller)
        self.add(self._asked)
        self._file = FileCard(self, self.controller)
        self.add(self._file)
        self._hand = ByHand(session)
        self.add(self._hand)
        self._build_difference()
        self._saved = Results()
        self.add(self._saved)
        self._undo = UndoPanel(self, self.controller.undo)
        self.add(self._undo)
        hold_at_top(self)
        self.retranslate()

    # -- building ---------------------------------------------------------------------

    def _build_targets(self) -> None:
        self._where = Card()
        self._targets = {target: TickRow(f"save.{name}") for target, name in _IDS.items()}
        for target, row in self._targets.items():
            row.toggled.connect(lambda on, which=target: self.controller.choose(which, on))
            self._where.add(row)
            self.keep_still(row)
        self.add(self._where)

    def _build_difference(self) -> None:
        self._changes = Card()
        self._compare = Button(icon="refresh")
        a11y.identify(self._compare, "save.compare")
        self._compare.clicked.connect(self.controller.compare)
        self._changes.header.addWidget(self._compare)
        self._differences = Differences(self.controller)
        self._enable = TickRow("save.enable")
        self._enable.toggled.connect(self.controller.set_enable)
        self._enable_open = TickRow("save.enable_open")
        self._enable_open.toggled.connect(self.controller.set_enable_open)
        self._enable_problem = MessageLine()
        self.keep_still(self._compare, self._enable, self._enable_open)
        self._remarks = MessageLine()
        self._consents = Consents(self, "save", self.controller.agree)
        for widget in (self._enable, self._enable_open, self._enable_problem, self._differences):
            self._changes.add(widget)
        self._changes.add(self._remarks)
        self._changes.add(self._consents)
        self.add(self._changes)

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show targets, what they need, and what would change."""
        controller = self.controller
        chosen = controller.chosen
        for target, row in self._targets.items():
            row.set_checked(target in chosen)
            show_if(row, target in controller.offered)
        self._deployment.refresh()
        show_if(self._deployment, self.controller.deployment.wanted)
        self._asked.refresh()
        self._file.refresh()
        show_if(self._hand, Target.BY_HAND in chosen)
        self._hand.refresh()
        self._show_difference()
        self._saved.show_results(controller.results)
        self.bring_up(self._saved, bool(controller.results))
        self._undo.refresh()
        show_if(self._undo, controller.undo.offered)
        super().refresh()

    def _show_difference(self) -> None:
        controller, answers = self.controller, self.session.answers
        to_can = Target.CAN in controller.chosen
        written = to_can or Target.FILE in controller.chosen
        self._enable.set_checked(answers.enable)
        left = controller.open_elsewhere
        self._enable_open.set_text(
            ngettext(
                "Switch it on although {n} item is open",
                "Switch it on although {n} items are open",
                left,
            ).format(n=left),
            _("People may meet errors until the Feishu side is finished."),
        )
        self._enable_open.set_checked(answers.enable_open)
        self._enable_problem.show_text(*self.problem_text("save.enable_open"))
        self._differences.refresh()
        self._show_remarks()
        read = bool(controller.plans)
        self._compare.setText(_("Read again") if read else _("Show what changes"))
        self._changes.set_title(
            _("What changes"),
            "" if read else _("Nothing is written before you have seen it."),
        )
        show_some(
            (self._changes, written),
            (self._enable, to_can),
            (self._enable_open, to_can and answers.enable and bool(left)),
        )
        self.bring_up(self._differences, self._differences.any())

    def _show_remarks(self) -> None:
        """What else has to be known of the plans before the button is pressed."""
        plans = self._differences.open_plans()
        told = " ".join(words for plan in plans for words in saving.plan_remarks(plan))
        self._remarks.show_text(told, Severity.INFO)
        self._consents.show_plans(plans, self.controller.agreed)

    def retranslate(self) -> None:
        """Set all texts again."""
        self._where.set_title(_("Where should it be saved?"))
        self._targets[Target.CAN].set_text(
            _("To CAN, by this program"),
            _("Reads what is stored, shows the difference, saves, and reads it back."),
        )
        self._targets[Target.BY_HAND].set_text(
            _("By hand, on CAN's page"),
            _(
                "Copy each value into Management Settings > Office Software > Feishu and tick it "
                "off here. It counts as stated."
            ),
        )
        self._targets[Target.FILE].set_text(
            _("To a setup file"),
            _("For handing over and for the command “apply”. No CAN server reads this file."),
        )
        self._deployment.retranslate()
        self._asked.retranslate()
        self._enable.set_text(
            _("Switch Feishu on in CAN"),
            _("As the switch under Available Integration Apps; done after the values are saved."),
        )
        self._file.retranslate()
        self._hand.retranslate()
        self._differences.retranslate()
        self._undo.retranslate()
        self.refresh()
