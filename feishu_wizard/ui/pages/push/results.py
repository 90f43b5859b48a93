"""What became of each message, and what can still be done about it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.names import BY_HAND
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage, show_some
from feishu_wizard.ui.pages.parts import HintLine
from feishu_wizard.ui.pages.push.rows import delivery_row, key_of, shortened
from feishu_wizard.ui.widgets.base import Block, column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Banner, Card
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import finding_view
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.wizard.steps import Severity


class ResultsCard(Block):
    """The results of the sending; below them CAN's own test, where CAN offers one."""

    def __init__(self, page: StepPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page, self.session = page, page.session
        self._flow = page.session.test.push
        outer = column(self, spacing=2)
        self._build_results()
        self._build_by_can()
        outer.addWidget(self._results)
        outer.addWidget(self._by_can)
        self.retranslate()

    def _build_results(self) -> None:
        self._results = Card()
        self._proven = Banner(Severity.SUCCESS)
        self._rows = CheckList()
        self._rest = HintLine("info")
        self._resend = self._button("test.resend", "refresh", self._resend_failed)
        self._find_out = self._button("test.read_back", "pulse", self._read_back)
        self._recall = self._button("test.recall", "undo", self._take_back)
        buttons = QWidget()
        row = FlowLayout(buttons)
        for button in (self._resend, self._find_out, self._recall):
            row.addWidget(button)
        for widget in (self._proven, self._rows, self._rest, buttons):
            self._results.add(widget)

    def _build_by_can(self) -> None:
        self._by_can = Card()
        self._ask_can = self._button("test.by_can", "server", self._test_by_can)
        self._can_rows = CheckList()
        holder = QWidget()
        FlowLayout(holder).addWidget(self._ask_can)
        self._saves = Banner(Severity.WARNING)
        self._by_can.add(self._saves)
        self._by_can.add(holder)
        self._by_can.add(self._can_rows)

    def _button(self, name: str, icon: str, press: object) -> Button:
        button = Button(icon=icon)
        a11y.identify(button, name)
        button.clicked.connect(press)
        self.page.keep_still(button)
        return button

    def _resend_failed(self) -> None:
        self._flow.send(only_failed=True)

    # ``after`` is another object once the app is another one.

    def _read_back(self) -> None:
        self._flow.after.read_back()

    def _take_back(self) -> None:
        self._flow.after.recall()

    def _test_by_can(self) -> None:
        self._flow.after.test_by_can()

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show each message, and what CAN said of itself."""
        flow, after = self._flow, self._flow.after
        sent, failed = flow.deliveries, len(flow.failed)
        good = [(key_of(d.resolved.recipient), delivery_row(d)) for d in sent if d.reached]
        bad = [(key_of(d.resolved.recipient), delivery_row(d)) for d in flow.failed]
        rows, more = shortened(good, bad)
        self._rows.show_rows([(f"test.delivery.{key}", view) for key, view in rows])
        self._rest.set_text(more)
        self._results.set_title(
            _("{n} of {total} accepted by Feishu").format(n=len(sent) - failed, total=len(sent))
        )
        again = ngettext(
            "Send again to the {n} who got nothing", "Send again to the {n} who got nothing", failed
        )
        self._resend.setText(again.format(n=failed))
        self._show_proven(len(sent) - failed)
        show_some(
            (self._resend, bool(failed)),
            (self._find_out, bool(after.unknown)),
            (self._recall, bool(after.recallable)),
        )
        self.page.bring_up(self._results, bool(sent))
        self._can_rows.show_rows(
            [(f"test.by_can.{n}", finding_view(f)) for n, f in enumerate(after.by_can, 1)]
        )
        self.page.bring_up(self._can_rows, bool(after.by_can))
        show_if(self._saves, after.saves)
        self._ask_can.setText(_("Test all the same") if after.saves else _("Let CAN test itself"))
        show_if(self._by_can, self.session.answers.profile != BY_HAND)

    def _show_proven(self, delivered: int) -> None:
        if self._flow.proves_push:
            self._proven.show_text(
                Severity.SUCCESS,
                _(
                    "The message went to a CAN account used as Feishu user ID, as CAN does it. "
                    "That CAN's own server reaches Feishu is not proven by this."
                ),
                _("Push of monitoring messages: proven"),
            )
        else:
            self._proven.show_text(
                Severity.INFO,
                _("The app can send. To prove CAN's push, send one to a CAN account."),
            )
        show_if(self._proven, delivered > 0)

    def retranslate(self) -> None:
        """Set all texts again."""
        self._find_out.setText(_("Find out what became of the rest"))
        self._recall.setText(_("Take the messages back"))
        self._by_can.set_title(
            _("CAN's own test"),
            _(
                "The CAN server tries itself with what is saved there. That also shows whether "
                "it reaches Feishu."
            ),
        )
        self._saves.show_text(
            Severity.WARNING,
            _("It would overwrite what is saved in CAN with the values of this setup."),
            _("On this CAN, testing also saves"),
        )
        self.refresh()
