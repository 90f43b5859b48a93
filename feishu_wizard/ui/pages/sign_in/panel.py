"""The sign-in rehearsal: one real sign-in here, then CAN's own and what a person saw of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from feishu_wizard.domain.sign_in import SignInState
from feishu_wizard.text import words
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage, show_some
from feishu_wizard.ui.pages.sign_in.can import CanSignIn
from feishu_wizard.ui.pages.sign_in.listener import ListenerWay
from feishu_wizard.ui.pages.sign_in.result import SignInResult
from feishu_wizard.ui.pages.sign_in.wait import SignInWait
from feishu_wizard.ui.widgets.base import Block, column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Banner, Card, Disclosure
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.steps import Severity


class SignInPanel(Block):
    """Before saving: this app signs somebody in. After saving: CAN does."""

    def __init__(self, page: StepPage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page = page
        self._flow = page.session.test.sign_in
        self._waited = False
        outer = column(self, spacing=2)
        self._build_here(page)
        self._can = CanSignIn(self._flow, page)
        outer.addWidget(self._here)
        outer.addWidget(self._can)
        self.retranslate()

    def _build_here(self, page: StepPage) -> None:
        self._here = Card()
        self._login, self._again = Button(icon="user"), Button(icon="refresh")
        self._not_now = Button(kind="quiet")
        a11y.identify(self._login, "test.login")
        a11y.identify(self._again, "test.login.again")
        a11y.identify(self._not_now, "test.login.not_now")
        self._not_now.clicked.connect(self._flow.not_now)
        for button in (self._login, self._again):
            button.clicked.connect(self._begin)
        buttons = QWidget()
        row = FlowLayout(buttons)
        row.addWidget(self._login)
        row.addWidget(self._again)
        row.addWidget(self._not_now)
        self._wait = SignInWait(self._flow)
        self._ended = Banner(Severity.WARNING)
        a11y.identify(self._ended, "test.login.ended")
        self._details = Disclosure()
        a11y.identify(self._details.button, "test.login.details")
        self._evidence = WrapLabel(role="mono", selectable=True)
        self._details.body.addWidget(self._evidence)
        self._ended.body.addWidget(self._details)
        self._result = SignInResult()
        self._listener = ListenerWay(self._flow, page)
        for widget in (self._wait, self._ended, self._result, buttons, self._listener):
            self._here.add(widget)
        page.keep_still(self._login, self._again)

    def _begin(self) -> None:
        self._flow.begin()

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show where the sign-in stands."""
        flow = self._flow
        tried = flow.result is not None or flow.error is not None
        focus = QApplication.focusWidget()
        inside = focus is not None and self._here.isAncestorOf(focus)
        self._wait.refresh()
        self._result.show_result(flow.result)
        self._show_ended()
        show_some(
            (self._wait, flow.running),
            (self._login, not flow.running and not tried),
            (self._again, not flow.running and tried),
            (self._not_now, flow.verb() is not None),
            (self._listener, not flow.running),
        )
        self._listener.refresh()
        self._can.refresh()
        if flow.running is not self._waited:
            self._waited = flow.running
            if inside:  # what was pressed is gone
                button = (
                    self._wait.cancel if flow.running else self._again if tried else self._login
                )
                button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_ended(self) -> None:
        error = self._flow.error
        shown = error is not None and self._flow.state is SignInState.ENDED
        if error is not None and shown:
            told = words.error_words(error)
            text = "\n".join(part for part in (told.cause, told.fix) if part)
            self._ended.show_text(Severity.WARNING, text, told.sentence)
            self._evidence.set_text(told.detail)
            show_if(self._details, bool(told.detail))
        show_if(self._ended, shown)

    def retranslate(self) -> None:
        """Set all texts again."""
        self._here.set_title(
            _("Sign in once with this app"),
            _(
                "Shows who signs in and which fields a sign-in brings. CAN takes no part in it, "
                "so it also works before anything is saved."
            ),
        )
        self._login.setText(_("Sign in once"))
        self._again.setText(_("Sign in again"))
        self._not_now.setText(_("Not now"))
        self._details.set_words(_("What came back"))
        self._listener.retranslate()
        self._can.retranslate()
        self.refresh()
