"""A sign-in under way: what to open, how long it is valid, and a way out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from feishu_wizard.domain.sign_in import SignInOffer, SignInWay
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, desktop, theme
from feishu_wizard.ui.pages.parts import HintLine
from feishu_wizard.ui.widgets.base import Block, column, show_if
from feishu_wizard.ui.widgets.buttons import Button, LinkButton
from feishu_wizard.ui.widgets.copy_row import CopyButton
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel, elapsed_words
from feishu_wizard.ui.widgets.qr_code import QrCode
from feishu_wizard.wizard.sign_in import SignInFlow


class SignInWait(Block):
    """A code to scan, or the browser that was opened."""

    def __init__(self, flow: SignInFlow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = flow
        self._opened: SignInOffer | None = None
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(theme.space(3))
        self._code = QrCode()
        a11y.identify(self._code, "test.login.code")
        outer.addWidget(self._code, 0, Qt.AlignmentFlag.AlignTop)
        side = column(spacing=1.5)
        outer.addLayout(side, 1)
        self._title, self._how = WrapLabel(role="strong"), WrapLabel()
        self._user_code = WrapLabel(role="mono", selectable=True)
        a11y.identify(self._user_code, "test.login.user_code")
        self._left = HintLine("clock", "body")
        a11y.identify(self._left, "test.login.left")
        for widget in (self._title, self._how, self._user_code, self._left):
            side.addWidget(widget)
        buttons = QWidget()
        row = FlowLayout(buttons)
        self._open = LinkButton()
        a11y.identify(self._open, "test.login.open")
        # Exact: the redactor takes what is random in the address for a secret.
        self._copy = CopyButton(self._url, exact=True)
        a11y.identify(self._copy, "test.login.link")
        self.cancel = Button()
        a11y.identify(self.cancel, "test.login.cancel")
        self.cancel.clicked.connect(flow.cancel)
        for button in (self._copy, self._open, self.cancel):
            row.addWidget(button)
        side.addWidget(buttons)
        side.addStretch(1)
        self.retranslate()

    def _url(self) -> str:
        return self._flow.offer.url if self._flow.offer is not None else ""

    def refresh(self) -> None:
        """Show the code and what is left of its time; open the browser once."""
        flow, offer = self._flow, self._flow.offer
        if offer is None:
            self._opened = None
        elif offer is not self._opened and offer.way is SignInWay.BROWSER and self.isVisible():
            self._opened = offer
            desktop.open_url(offer.url)
        by_code = offer is not None and offer.way is SignInWay.DEVICE
        self._code.set_code(flow.matrix, self._url(), _("Code to scan with Feishu on the phone"))
        show_if(self._code, by_code and bool(flow.matrix))
        self._title.set_text(_title(offer))
        self._how.set_text(_how(offer))
        code = offer.user_code if offer is not None else ""
        self._user_code.set_text(_("Code: {code}").format(code=code) if code else "")
        self._open.set_link(_("Open the page"), self._url())
        show_if(self._copy, bool(self._url()))
        left = elapsed_words(flow.seconds_left())
        self._left.set_text(
            _("Valid for another {time}").format(time=left) if offer is not None and left else ""
        )

    def retranslate(self) -> None:
        """Set all texts again."""
        self._copy.set_words(_("Copy the link"))
        self.cancel.setText(_("Cancel the sign-in"))
        self.refresh()


def _title(offer: SignInOffer | None) -> str:
    if offer is None:
        return _("Asking Feishu for a sign-in…")
    if offer.way is SignInWay.DEVICE:
        return _("Scan with Feishu, or open the page")
    return _("Sign in in the browser that has opened")


def _how(offer: SignInOffer | None) -> str:
    if offer is None:
        return ""
    if offer.way is SignInWay.DEVICE:
        return _("Compare the code below and confirm. Nothing is stored in Feishu by that.")
    return _(
        "When you have confirmed there, the answer comes here by itself. If you close the "
        "browser, this page cannot see it: cancel here."
    )
