"""CAN's own sign-in: opened in the browser; what comes there, only a person can say."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.sign_in import Seen
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, desktop
from feishu_wizard.ui.pages.base import StepPage, show_some
from feishu_wizard.ui.pages.parts import HintLine
from feishu_wizard.ui.widgets.base import column
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import finding_view
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.sign_in import SignInFlow


class CanSignIn(Card):
    """One button opens the page, one of six says what was seen."""

    def __init__(self, flow: SignInFlow, page: StepPage, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._flow, self._page = flow, page
        self._open = Button(icon="globe")
        a11y.identify(self._open, "test.login.can")
        self._open.clicked.connect(lambda: flow.open_can(desktop.open_url))
        self._no_callback = HintLine("info")
        self._asking = QWidget()
        asking = column(self._asking, spacing=1)
        self._question = WrapLabel(role="strong")
        answers = QWidget()
        row = FlowLayout(answers)
        self._answers = {seen: self._answer(seen) for seen in Seen}
        for button in self._answers.values():
            row.addWidget(button)
        asking.addWidget(self._question)
        asking.addWidget(answers)
        self._told = CheckList()
        holder = QWidget()
        FlowLayout(holder).addWidget(self._open)
        for widget in (holder, self._no_callback, self._asking, self._told):
            self.add(widget)
        page.keep_still(self._open, *self._answers.values())
        self.retranslate()

    def _answer(self, seen: Seen) -> Button:
        button = Button()
        a11y.identify(button, f"test.login.seen.{seen.value}")
        button.setCheckable(True)
        button.clicked.connect(lambda: self._flow.state_seen(seen))
        return button

    def refresh(self) -> None:
        """Show the question once the page was opened, and what the answer means."""
        flow = self._flow
        for seen, button in self._answers.items():
            button.setChecked(flow.seen is seen)
        told = [("test.login.told", finding_view(flow.told))] if flow.told is not None else []
        self._told.show_rows(told)
        show_some(
            (self._open, flow.may_ask_can),
            (self._no_callback, not flow.may_ask_can),
        )
        self._page.bring_up(self._asking, flow.asked or flow.seen is not None)
        self._page.bring_up(self._told, bool(told))

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_title(
            _("After saving: sign in at CAN"),
            _(
                "Opens Feishu's real sign-in page with CAN's callback URL. This program cannot see "
                "what comes in the browser, so your word is kept as stated."
            ),
        )
        self._open.setText(_("Open the sign-in page"))
        self._no_callback.set_text(
            _("Without a callback URL there is nothing to open; enter it in the second step.")
        )
        self._question.set_text(_("What did the browser show?"))
        for seen, text in _answers().items():
            self._answers[seen].setText(text)
        self.refresh()


def _answers() -> dict[Seen, str]:
    return {
        Seen.SIGNED_IN: _("I am signed in to CAN"),
        Seen.E20029: _("Error 20029"),
        Seen.E4401: _("Error 4401"),
        Seen.NOT_AVAILABLE: _("The app is not available to me"),
        Seen.CAN_ERROR: _("CAN shows an error"),
        Seen.CAN_404: _("Page not found (404)"),
    }
