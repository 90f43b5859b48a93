"""The folded part of the first page: edition, own hosts, proxy, certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.edition import Edition, Feature, reservations
from feishu_wizard.text import labels
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import show_pasted, show_some
from feishu_wizard.ui.pages.folding import grouped
from feishu_wizard.ui.pages.parts import HintLine, choose_file
from feishu_wizard.ui.widgets.base import clear, column
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.ui.widgets.choices import ChoiceGroup, Option
from feishu_wizard.ui.widgets.field import Field
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.ui.widgets.secret_field import SecretField
from feishu_wizard.wizard.prerequisites import PrerequisitesStep

if TYPE_CHECKING:
    from feishu_wizard.ui.pages.base import StepPage


class NetworkSection(Card):
    """Edition and the way out of this computer."""

    def __init__(self, page: StepPage, controller: PrerequisitesStep) -> None:
        super().__init__()
        self._page = page
        self._controller = controller
        self._build_edition()
        self._build_proxy()
        self._build_trust()
        self.retranslate()

    # -- building ---------------------------------------------------------------------

    def _build_edition(self) -> None:
        self._edition = ChoiceGroup("prerequisites.edition")
        self._edition.changed.connect(lambda value: self._controller.set_edition(Edition(value)))
        self._open_url = self._field("open_url", self._controller.set_open_url)
        self._accounts_url = self._field("accounts_url", self._controller.set_accounts_url)
        self._page.keep_still(self._edition)
        self._reserved = HintLine("info")
        for widget in (self._edition, self._reserved, self._open_url, self._accounts_url):
            self.add(widget)

    def _build_proxy(self) -> None:
        self._proxy = ChoiceGroup("prerequisites.proxy")
        self._proxy.changed.connect(self._controller.set_proxy_mode)
        self._page.keep_still(self._proxy)
        self._proxy_url = self._field("proxy_url", self._controller.set_proxy_url)
        self._proxy_url.proposal_taken.connect(self._controller.set_proxy_url)
        self._proxy_user = self._field("proxy_user", self._controller.set_proxy_user)
        self._proxy_goes = HintLine("lock")
        self._proxy_password = SecretField("prerequisites.proxy_password")
        self._page.keep_field(self._proxy_password)
        self._proxy_password.changed.connect(self._controller.set_proxy_password)
        own = QWidget()
        inner = column(own, spacing=1.5)
        for widget in (self._proxy_url, self._proxy_user, self._proxy_goes, self._proxy_password):
            inner.addWidget(widget)
        self._own_proxy = own
        self.add(self._proxy)
        self.add(own)

    def _build_trust(self) -> None:
        self._ca_file = self._field("ca_file", self._controller.set_ca_file)
        self._choose = Button(icon="file")
        a11y.identify(self._choose, "prerequisites.ca_file.choose")
        self._choose.clicked.connect(self._choose_ca)
        self._ca_file.row.addWidget(self._choose)
        self._page.keep_still(self._choose)
        self._pinned = QWidget()
        self._pinned_list = column(self._pinned, spacing=0.5)
        self._shown_pins: tuple[tuple[str, str], ...] = ()
        self.add(self._ca_file)
        self.add(self._pinned)

    def _field(self, name: str, changed: object) -> Field:
        field = Field(f"prerequisites.{name}")
        field.changed.connect(changed)
        self._page.keep_field(field)
        return field

    def _choose_ca(self) -> None:
        choose_file(
            self,
            _("Choose the CA certificate file"),
            self._controller.session.answers.ca_file,
            self._controller.set_ca_file,
            save=False,
            kinds=_("Certificates (*.pem *.crt *.cer);;All files (*)"),
        )

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the answers."""
        answers, controller = self._controller.session.answers, self._controller
        private = answers.edition is Edition.PRIVATE or bool(answers.open_url)
        self._edition.set_value(answers.edition.value)
        self._reserved.set_text(_reserved_words(answers.edition))
        self._show(self._open_url, answers.open_url)
        self._show(self._accounts_url, answers.accounts_url)
        self._proxy.set_value(controller.proxy_mode)
        show_pasted(self._proxy_url, controller.proxy_paste)
        self._show(self._proxy_user, answers.proxy_user)
        show_pasted(self._ca_file, controller.ca_paste)
        show_some(
            (self._open_url, private),
            (self._accounts_url, private),
            (self._own_proxy, controller.proxy_mode == "address"),
        )
        self._show_pins(answers.pinned)

    @staticmethod
    def _show(field: Field, value: str) -> None:
        if field.text().strip() != value:
            field.set_text(value)

    def _show_pins(self, pinned: tuple[tuple[str, str], ...]) -> None:
        if pinned != self._shown_pins:
            self._shown_pins = pinned
            clear(self._pinned_list)
            for host, sha256 in pinned:
                self._add_pin(host, sha256)
        show_some((self._pinned, bool(pinned)))

    def _add_pin(self, host: str, sha256: str) -> None:
        words = _("Trusted certificate of {host}: SHA-256 {sha256}")
        self._pinned_list.addWidget(
            WrapLabel(words.format(host=host, sha256=grouped(sha256)), selectable=True)
        )
        drop = Button(_("Trust it no longer"), "link", "trash")
        a11y.identify(drop, f"prerequisites.unpin.{host}")
        drop.clicked.connect(lambda: self._controller.unpin(host))
        self._pinned_list.addWidget(drop)

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_title(_("Network and edition"))
        self._edition.set_title(_("Where does your company use Feishu?"))
        self._edition.set_options(
            (
                Option(
                    Edition.FEISHU.value,
                    labels.edition_word(Edition.FEISHU),
                    _("The usual case in mainland China."),
                ),
                Option(
                    Edition.LARK.value,
                    labels.edition_word(Edition.LARK),
                    _("The international edition; apps of Feishu are not known there."),
                ),
                Option(
                    Edition.PRIVATE.value,
                    labels.edition_word(Edition.PRIVATE),
                    _("On servers of your company; you need its two addresses."),
                ),
            )
        )
        self._open_url.set_label(_("Address of the &open platform"))
        self._open_url.set_placeholder("https://open.feishu.example.com")
        self._accounts_url.set_label(_("Address of the &login host"))
        self._accounts_url.set_hint(_("Leave it empty when it is the same."))
        self._proxy.set_title(_("How does this computer reach the internet?"))
        self._proxy.set_options(
            (
                Option(
                    "system",
                    _("As the system says"),
                    _("The proxy of the desktop or of the environment, if there is one."),
                ),
                Option("none", _("Directly, without a proxy")),
                Option("address", _("Through this proxy")),
            )
        )
        self._proxy_url.set_label(_("&Proxy"))
        self._proxy_url.set_placeholder("http://proxy.example.com:8080")
        self._proxy_user.set_label(_("&User name, if the proxy asks for one"))
        self._proxy_goes.set_text(_("The password goes to the proxy only and is not stored."))
        self._proxy_password.set_label(_("Pass&word"))
        self._ca_file.set_label(_("Additional &CA certificate file"))
        self._ca_file.set_hint(
            _(
                "Needed when your company inspects encrypted traffic, or CAN has a certificate of "
                "your own CA."
            )
        )
        self._choose.setText(_("Choose…"))
        self._shown_pins = ()
        self.refresh()


def _reserved_words(edition: Edition) -> str:
    """What this edition does not offer, or nobody has verified there, of what is used here."""
    codes = reservations(edition, (Feature.SCAN, Feature.ADMIN_PAGES))
    if not codes:
        return ""
    from feishu_wizard.text.words import code_words  # the usual edition needs no words

    return "\n".join(code_words(code).short for code in codes)
