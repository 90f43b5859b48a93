"""Step 1: where CAN is, what Feishu shall do for it, who does the console part, the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.capability import Capability
from feishu_wizard.text import labels
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage, show_pasted, show_some
from feishu_wizard.ui.pages.parts import Facts, HintLine, choose_file
from feishu_wizard.ui.widgets.base import column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Banner, Card, Disclosure
from feishu_wizard.ui.widgets.choices import ChoiceGroup, Option, TickRow
from feishu_wizard.ui.widgets.field import Field, MessageLine
from feishu_wizard.wizard.answers import ConsoleBy
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Severity, Step

if TYPE_CHECKING:
    from feishu_wizard.ui.pages.drift_card import DriftCard
    from feishu_wizard.ui.pages.network import NetworkSection
    from feishu_wizard.ui.pages.network_results import NetworkResults
    from feishu_wizard.ui.pages.saving.open_sealed import OpenPanel


class PrerequisitesPage(StepPage):
    """The first page. What is folded or comes later is built when it is first shown."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, Step.PREREQUISITES, parent)
        self.controller = session.prerequisites
        self._network: NetworkSection | None = None
        self._results: NetworkResults | None = None
        self._unusual = False
        self._proven = HintLine("check-circle")
        a11y.identify(self._proven, "prerequisites.proven")
        self._proven.set_text("")
        self.add(self._proven)
        self._sealed: OpenPanel | None = None
        self._sealed_slot = column(spacing=0)
        self.body.addLayout(self._sealed_slot)
        self._drift: DriftCard | None = None
        self._drift_slot = column(spacing=0)
        self.body.addLayout(self._drift_slot)
        self._build_can()
        self._build_capabilities()
        self._build_console()
        self._folded = Disclosure()
        a11y.identify(self._folded.button, "prerequisites.network")
        self._folded.toggled.connect(lambda is_open: is_open and self._open_network())
        self.add(self._folded)
        self._calls = HintLine("globe")
        self.add(self._calls)
        self._file = Button(kind="quiet", icon="file")
        a11y.identify(self._file, "prerequisites.open_file")
        self._file.clicked.connect(self._choose_file)
        self.keep_still(self._file)
        self.body.addWidget(self._file, 0, Qt.AlignmentFlag.AlignLeft)
        self.retranslate()

    # -- building ---------------------------------------------------------------------

    def _build_can(self) -> None:
        self._can_card = Card()
        self._can_url = self.keep_field(Field("prerequisites.can_url"))
        self._can_url.changed.connect(self.controller.set_can_text)
        self._can_url.proposal_taken.connect(lambda _value: self.controller.take_proposal())
        self._derived = Facts("prerequisites.derived")
        self._plain = Banner(Severity.WARNING)
        self._plain_tick = TickRow("prerequisites.plain_http")
        self._plain_tick.toggled.connect(self.controller.confirm_plain_http)
        self._plain_problem = MessageLine()
        self._plain.body.addWidget(self._plain_tick)
        self._plain.body.addWidget(self._plain_problem)
        self._no_can = TickRow("prerequisites.no_can")
        self._no_can.toggled.connect(self.controller.set_no_can)
        for widget in (self._can_url, self._derived, self._plain, self._no_can):
            self._can_card.add(widget)
        self.keep_still(self._no_can, self._plain_tick)
        self.add(self._can_card)

    def _build_capabilities(self) -> None:
        self._wanted_card = Card()
        group = QWidget()
        a11y.identify(group, "prerequisites.capabilities")
        inner = column(group, spacing=1.25)
        self._wanted = {c: TickRow(f"prerequisites.capability.{c.value}") for c in Capability}
        for capability, row in self._wanted.items():
            row.toggled.connect(
                lambda on, which=capability: self.controller.set_capability(which, on)
            )
            inner.addWidget(row)
        self._wanted_problem = MessageLine()
        inner.addWidget(self._wanted_problem)
        group.setFocusProxy(self._wanted[Capability.USER_SYNC])
        self._wanted_group = group
        self.keep_still(group)
        self._wanted_card.add(group)
        self.add(self._wanted_card)

    def _build_console(self) -> None:
        self._console_card = Card()
        self._console = ChoiceGroup("prerequisites.console_by")
        self._console.changed.connect(
            lambda value: self.controller.set_console_by(ConsoleBy(value))
        )
        self.keep_still(self._console)
        self._console_card.add(self._console)
        self.add(self._console_card)

    def _open_network(self) -> NetworkSection:
        if self._network is None:
            from feishu_wizard.ui.pages.network import NetworkSection

            self._network = NetworkSection(self, self.controller)
            self._folded.body.addWidget(self._network)
            self._network.refresh()
        self._folded.set_open(True)
        return self._network

    def _show_results(self) -> None:
        wanted = bool(self.controller.findings) or self._checking
        if self._results is None:
            if not wanted:
                return
            from feishu_wizard.ui.pages.network_results import NetworkResults

            self._results = NetworkResults(self.controller)
            self.keep_still(self._results.recheck)
            self.add(self._results)
        self._results.refresh(busy=self.busy)
        self.bring_up(self._results, wanted)

    def _choose_file(self) -> None:
        choose_file(
            self,
            _("Open a setup or hand-over file"),
            "",
            self.session.keeping.open_file,
            save=False,
            kinds=_("Setup and hand-over files (*.toml *.age);;All files (*)"),
        )

    def _show_sealed(self) -> None:
        """A hand-over file that was opened asks for its passphrase here."""
        if self._sealed is None:
            if self.session.keeping.sealed is None:
                return
            from feishu_wizard.ui.pages.saving.open_sealed import OpenPanel

            self._sealed = OpenPanel(self.session)
            self._sealed_slot.addWidget(self._sealed)
        self._sealed.refresh()

    @property
    def _checking(self) -> bool:
        busy = self.session.busy
        return busy is not None and busy.code == "checking_network"

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the answers, what follows from them, and what was found."""
        self._show_sealed()
        self._show_proven()
        self._show_drift()
        self._show_can()
        self._show_choices()
        unusual = self.controller.network_open
        if unusual and not self._unusual:  # once: it may be closed again
            self._open_network()
        self._unusual = unusual
        if self._network is not None:
            self._network.refresh()
        self._show_results()
        super().refresh()

    def _show_proven(self) -> None:
        """What an earlier sitting has proven, with its age; its words are loaded only then."""
        proven = self.session.proven
        if not proven:
            self._proven.set_text("")
            return
        from feishu_wizard.text.ledger import start_line

        named = [(labels.capability_word(capability), entry) for capability, entry in proven]
        self._proven.set_text(start_line(named))

    def _show_drift(self) -> None:
        """The last comparison of setup, CAN and platform; built when there is one."""
        if self._drift is None and self.session.compared:
            from feishu_wizard.ui.pages.drift_card import DriftCard

            self._drift = DriftCard(self.session.drift)
            self._drift_slot.addWidget(self._drift)
        if self._drift is not None:
            self._drift.refresh()

    def _show_can(self) -> None:
        answers, controller = self.session.answers, self.controller
        show_pasted(self._can_url, controller.can_paste)
        show_if(self._can_url, not answers.no_can)
        self._no_can.set_checked(answers.no_can)
        self._show_derived()
        plain = bool(controller.plain_http_host) or controller.plain_http_confirmed
        if plain:
            self._plain.show_text(
                Severity.WARNING,
                _(
                    "The App Secret and all settings cross the network readable for others. "
                    "Better: an https address. On a company network it may be acceptable."
                ),
                _("{origin} is not encrypted").format(origin=controller.can_origin),
            )
            self._plain_tick.set_text(
                _("Use {origin} without encryption").format(origin=controller.can_origin)
            )
        self._plain_tick.set_checked(controller.plain_http_confirmed)
        asked = controller.pressed and self.session.focus == "prerequisites.plain_http"
        self._plain_problem.show_text(
            _("Agree here, or enter an https address.") if asked else "", Severity.ERROR
        )
        show_some((self._plain, plain))

    def _show_derived(self) -> None:
        address = self.controller.address
        if address is None:
            self._derived.show_facts(())
            return
        self._derived.show_facts(
            (
                (_("Web address"), address.origin),
                (_("Callback URL"), address.callback),
                (_("Interface, tried in this order"), "\n".join(address.api_bases)),
            )
        )

    def _show_choices(self) -> None:
        answers = self.session.answers
        for capability, row in self._wanted.items():
            row.set_checked(capability in answers.capabilities)
        self._wanted_problem.show_text(*self.problem_text("prerequisites.capabilities"))
        self._console.set_value(answers.console_by.value)
        edition = labels.edition_word(answers.edition)
        self._folded.set_words(
            _("Network and edition: {edition}, {proxy}").format(
                edition=edition, proxy=_proxy_word(self.controller.proxy_mode)
            )
        )
        hosts = [*self.controller.secret_hosts]
        if self.controller.can_origin:
            hosts.append(self.controller.can_origin.partition("://")[2])
        self._calls.set_text(
            _("The check calls {hosts}. No password and no secret is sent.").format(
                hosts=_(", ").join(host for host in hosts if host)
            )
            if any(hosts)
            else ""
        )

    def first_field(self) -> QWidget | None:
        """The address of CAN, or the tick that says that there is none."""
        return self._no_can if self.session.answers.no_can else self._can_url.edit

    def focus_field(self, field_id: str) -> bool:
        """Open the folded part when the field lies in it."""
        if super().focus_field(field_id):
            return True
        self._open_network()
        return super().focus_field(field_id)

    def retranslate(self) -> None:
        """Set all texts again."""
        if self._sealed is not None:
            self._sealed.retranslate()
        self._file.setText(_("Open a setup or hand-over file…"))
        self._can_card.set_title(_("Your CAN server"))
        self._can_url.set_label(_("&Address of CAN"))
        self._can_url.set_placeholder("https://can.example.com")
        self._can_url.set_hint(_("Copy it from the browser: any page of CAN will do."))
        self._no_can.set_text(
            _("No CAN can be reached from here: prepare only"),
            _(
                "You finish the Feishu side and save a setup file. CAN is set up later, also from "
                "another computer."
            ),
        )
        self._wanted_card.set_title(_("What Feishu shall do for CAN"))
        for capability, row in self._wanted.items():
            row.set_text(labels.capability_word(capability), labels.capability_meaning(capability))
        self._console_card.set_title(_("Who does the part in the Feishu developer console?"))
        a11y.describe(self._console, _("Who does the part in the Feishu developer console?"))
        self._console.set_options(
            (
                Option(
                    ConsoleBy.ME.value,
                    _("I do it myself"),
                    _(
                        "You need access to your company's developer console. The program links to "
                        "each page."
                    ),
                ),
                Option(
                    ConsoleBy.COLLEAGUE.value,
                    _("A colleague does it"),
                    _(
                        "The next two steps give you a message to send, with all links. You need "
                        "the App ID and the App Secret back."
                    ),
                ),
            )
        )
        for part in (self._network, self._results):
            if part is not None:
                part.retranslate()
        self.refresh()


def _proxy_word(mode: str) -> str:
    return {
        "system": _("proxy of the system"),
        "none": _("no proxy"),
        "address": _("own proxy"),
    }[mode]
