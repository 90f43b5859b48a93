"""What the first check found, and the certificate that may be trusted after a look."""

from __future__ import annotations

from PySide6.QtCore import Qt

from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import show_some
from feishu_wizard.ui.pages.folding import Group, grouped, groups, passed_facts
from feishu_wizard.ui.pages.parts import Facts
from feishu_wizard.ui.widgets.base import show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Banner, Card, Disclosure
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.prerequisites import PrerequisitesStep
from feishu_wizard.wizard.steps import Severity

_NAMES = ("feishu", "can", "speaks")


class NetworkResults(Card):
    """The findings of the network in three groups."""

    def __init__(self, controller: PrerequisitesStep) -> None:
        super().__init__()
        self._controller = controller
        self.recheck = Button(icon="refresh")
        a11y.identify(self.recheck, "prerequisites.recheck")
        self.recheck.clicked.connect(controller.check)
        self.header.addWidget(self.recheck)
        self._titles = {name: WrapLabel(role="muted") for name in _NAMES}
        self._lists = {name: CheckList() for name in _NAMES}
        self._opened: set[str] = set()
        for name in _NAMES:
            self.add(self._titles[name])
            self.add(self._lists[name])
        self._layers = Disclosure()
        a11y.identify(self._layers.button, "prerequisites.layers")
        self._seen = Facts("prerequisites.seen")
        self._layers.body.addWidget(self._seen)
        self.add(self._layers)
        self._build_pin()
        self.hide()
        self.retranslate()

    def _build_pin(self) -> None:
        self._pin = Banner(Severity.WARNING)
        self._pin_facts = Facts("prerequisites.certificate")
        self._pin_button = Button(icon="shield")
        a11y.identify(self._pin_button, "prerequisites.pin")
        self._pin_button.clicked.connect(self._controller.pin_certificate)
        self._pin.body.addWidget(self._pin_facts)
        self._pin.body.addWidget(self._pin_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.insertWidget(0, self._pin)

    def refresh(self, *, busy: bool) -> None:
        """Show what has arrived."""
        shown = {group.name: group for group in groups(self._controller)}
        for name in _NAMES:
            group = shown.get(name)
            show_some((self._titles[name], group is not None), (self._lists[name], bool(group)))
            if group is not None:
                self._show(group)
        passed = passed_facts(self._controller.findings)
        self._seen.show_facts(passed)
        show_if(self._layers, bool(passed))
        show_if(self.recheck, self._controller.result is not None)
        self._show_pin(busy)

    def _show(self, group: Group) -> None:
        self._titles[group.name].setText(group.title)
        rows = self._lists[group.name]
        rows.show_rows(group.rows)
        for row_id in group.open_rows:
            if row_id not in self._opened:
                rows.row(row_id).set_expanded(True)
        self._opened = (self._opened - {i for i, _view in group.rows}) | set(group.open_rows)

    def _show_pin(self, busy: bool) -> None:
        finding = self._controller.untrusted
        if finding is not None and finding.params.get("sha256"):
            host = finding.params.get("host", "")
            self._pin.show_text(
                Severity.WARNING,
                _(
                    "Ask who runs CAN for the fingerprint of its certificate. Trust it only when "
                    "both are equal; it then counts for this host alone, never for Feishu."
                ),
                _("The certificate of {host} is not trusted by this computer").format(host=host),
            )
            self._pin_facts.show_facts(
                (
                    (_("Issued by"), finding.params.get("issuer", "")),
                    ("SHA-256", grouped(finding.params["sha256"])),
                )
            )
            self._pin_button.setText(_("Trust this certificate for {host}").format(host=host))
        self._pin_button.setEnabled(not busy)
        show_if(self._pin, finding is not None and bool(finding.params.get("sha256")))

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_title(_("What was checked"))
        self.recheck.setText(_("Check again"))
        self._layers.set_words(_("Everything that passed, step by step"))
