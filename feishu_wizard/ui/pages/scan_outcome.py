"""What came of a scan, and the next best way."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.edition import hosts_of
from feishu_wizard.domain.scan import ScanState
from feishu_wizard.text import labels, words
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import show_some
from feishu_wizard.ui.widgets.base import Block, column
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Banner, Disclosure
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.scan import ScanFlow
from feishu_wizard.wizard.steps import Severity

_SEVERITY = {
    ScanState.DONE: Severity.SUCCESS,
    ScanState.CANCELLED: Severity.INFO,
    ScanState.EXPIRED: Severity.INFO,
    ScanState.FAILED: Severity.ERROR,
}


class ScanOutcome(Block):
    """A banner with what happened, what is behind it, and the buttons that lead on.

    ``again`` asks for a new code, ``by_hand`` for the way without a scan.
    """

    again = Signal()
    by_hand = Signal()

    def __init__(self, flow: ScanFlow, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = flow
        self._told: ScanState | None = None
        outer = column(self, spacing=1)
        self._banner = Banner()
        a11y.identify(self._banner, f"{prefix}.outcome")
        outer.addWidget(self._banner)
        self._details = Disclosure()
        a11y.identify(self._details.button, f"{prefix}.details")
        self._evidence = WrapLabel(role="mono", selectable=True)
        self._details.body.addWidget(self._evidence)
        self._banner.body.addWidget(self._details)
        actions = FlowLayout()
        self._go_on = self._button(f"{prefix}.go_on", flow.go_on_there)
        self._again = self._button(f"{prefix}.again", self.again.emit)
        self._by_hand = self._button(f"{prefix}.by_hand", self.by_hand.emit)
        self._stop = self._button(f"{prefix}.stop", flow.cancel)
        for button in (self._go_on, self._again, self._by_hand, self._stop):
            actions.addWidget(button)
        self._banner.body.addLayout(actions)
        self.hide()

    def _button(self, name: str, press: object) -> Button:
        button = Button()
        a11y.identify(button, name)
        button.clicked.connect(press)
        return button

    def refresh(self) -> None:
        """Show how it ended, or what has to be decided."""
        flow = self._flow
        title, text = self._words()
        self._banner.show_text(_SEVERITY.get(flow.state, Severity.WARNING), text, title)
        detail = words.error_words(flow.error).detail if flow.error is not None else ""
        self._evidence.set_text(detail)
        asking, made = flow.state is ScanState.OTHER_BRAND, flow.state is ScanState.DONE
        more = flow.completing and bool(flow.wish.scopes)
        brand = labels.edition_word(flow.edition) if flow.edition is not None else ""
        self._go_on.setText(_("Continue with {edition}").format(edition=brand))
        show_some(
            (self._details, bool(detail)),
            (self._go_on, asking),
            (self._stop, asking),
            (self._again, not asking and (not made or more)),
            (self._by_hand, not asking and not made),
        )
        if flow.state is not self._told:
            self._told = flow.state
            a11y.announce(self._banner, title)

    def first_button(self) -> Button | None:
        """The next best thing to press."""
        buttons = (self._go_on, self._again, self._by_hand)
        return next((button for button in buttons if not button.isHidden()), None)

    def _words(self) -> tuple[str, str]:
        flow = self._flow
        if flow.state is ScanState.OTHER_BRAND:
            return self._question()
        if flow.state is ScanState.DONE:
            return self._success()
        if flow.error is not None:
            told = words.error_words(flow.error)
            return told.sentence, _("{sentence} {fix}").format(sentence=told.cause, fix=told.fix)
        return (
            _("The scan was cancelled."),
            _(
                "Should somebody have confirmed on the phone all the same, the developer console "
                "shows it."
            ),
        )

    def _question(self) -> tuple[str, str]:
        edition = self._flow.edition
        if edition is None:
            return "", ""
        hosts = _(", ").join(hosts_of(edition).names())
        title = _("The person who scanned belongs to {edition}.")
        text = _(
            "The app would live there, and this setup with it. Nothing was sent to {hosts} yet."
        )
        name = labels.edition_word(edition)
        return title.format(edition=name), text.format(hosts=hosts)

    def _success(self) -> tuple[str, str]:
        if self._flow.completing:
            return _("The scan was confirmed."), _("What is granted now is shown on this page.")
        title = _("The app was created: {app_id}").format(app_id=self._flow.app_id)
        return title, _("App ID and App Secret are in their boxes below.")

    def retranslate(self) -> None:
        """Set all texts again."""
        self._again.setText(_("New code"))
        self._by_hand.setText(
            _("Do it in the console")
            if self._flow.completing
            else _("Enter App ID and App Secret by hand")
        )
        self._stop.setText(_("Do not continue"))
        self._details.set_words(_("Details"))
        self.refresh()
