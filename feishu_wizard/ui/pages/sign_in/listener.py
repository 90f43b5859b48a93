"""The sign-in by the browser of this computer: its address has to be registered once."""

from __future__ import annotations

from PySide6.QtWidgets import QSpinBox, QWidget

from feishu_wizard.domain.sign_in import SignInWay, listener_url
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage
from feishu_wizard.ui.widgets.base import column, row, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Disclosure
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import finding_view
from feishu_wizard.ui.widgets.copy_row import CopyRow
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.sign_in import SignInFlow

LOWEST_PORT, HIGHEST_PORT = 1024, 65535


class ListenerWay(Disclosure):
    """Folded: most apps sign in by a code and need nothing registered."""

    def __init__(self, flow: SignInFlow, page: StepPage, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._flow = flow
        a11y.identify(self.button, "test.login.browser_way")
        self._about = WrapLabel()
        self._address = CopyRow("test.login.address")
        self._port_label, self._port = WrapLabel(), QSpinBox()
        self._port.setRange(LOWEST_PORT, HIGHEST_PORT)
        a11y.identify(self._port, "test.login.port")
        self._port.setValue(flow.port)
        self._port.valueChanged.connect(flow.set_port)
        self._urls = CheckList()
        buttons = QWidget()
        flow_row = FlowLayout(buttons)
        self._check = self._button("check_urls", flow.check_urls)
        self._register = self._button("register", flow.register_listener)
        self._remove = self._button("remove", flow.remove_listener)
        self._browser = self._button("browser", lambda: flow.begin(SignInWay.BROWSER))
        for button in (self._check, self._register, self._browser, self._remove):
            flow_row.addWidget(button)
        holder, port = QWidget(), QWidget()
        column(holder).addWidget(self._address)
        port.setLayout(row(self._port_label, self._port))
        for widget in (self._about, holder, port, self._urls, buttons):
            self.body.addWidget(widget)
        page.keep_still(self._port, self._check, self._register, self._remove, self._browser)
        self.retranslate()

    def _button(self, name: str, call: object) -> Button:
        button = Button()
        a11y.identify(button, f"test.login.{name}")
        button.clicked.connect(call)
        return button

    def refresh(self) -> None:
        """Show the address and what is registered."""
        flow = self._flow
        self._address.set_value(listener_url(flow.port))
        checked = flow.urls
        found = (checked.finding, *checked.findings) if checked is not None else ()
        self._urls.show_rows(
            [(f"test.login.url.{n}", finding_view(f)) for n, f in enumerate(found, 1)]
        )
        registered = checked.listener_registered if checked is not None else None
        may = flow.session.permissions.standing.may_patch
        show_if(self._register, may and registered is False)
        show_if(self._remove, may and registered is True)

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_words(_("Sign in by the browser of this computer instead"))
        self._about.set_text(
            _(
                "Register this address once as a redirect URL of the app (Security settings), and "
                "remove it again afterwards. It leads to this computer only."
            )
        )
        self._address.set_label(_("Redirect URL for the rehearsal"))
        self._port_label.set_text(_("Port"))
        a11y.describe(self._port, _("Port"))
        self._check.setText(_("Check the redirect URLs"))
        self._register.setText(_("Let the app register it"))
        self._remove.setText(_("Let the app remove it"))
        self._browser.setText(_("Sign in by the browser"))
        self.refresh()
