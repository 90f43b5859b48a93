"""How the app is created: by a scan, in the console with texts to copy, or by a colleague."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from feishu_wizard.text import notes
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.parts import StepBlock
from feishu_wizard.ui.pages.scan_panel import ScanPanel
from feishu_wizard.ui.widgets.base import Block, column, show_if
from feishu_wizard.ui.widgets.buttons import LinkButton
from feishu_wizard.ui.widgets.card import Card, Disclosure
from feishu_wizard.ui.widgets.choices import ChoiceGroup, Option
from feishu_wizard.ui.widgets.copy_row import CopyRow
from feishu_wizard.wizard.answers import ConsoleBy
from feishu_wizard.wizard.session import Session

SCAN, CONSOLE = "scan", "console"


class CreateApp(Block):
    """Open while no App ID is known; folded, but at hand, afterwards.

    ``by_hand``: the admin wants to enter the pair; the page leads to its first box.
    """

    by_hand = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        outer = column(self)
        self._folded = Disclosure()
        a11y.identify(self._folded.button, "credentials.create")
        outer.addWidget(self._folded)
        self._card = Card()
        self._folded.body.addWidget(self._card)
        self._build_ways()
        self._build_steps()
        self._message = CopyRow("credentials.handoff", multiline=True)
        self._card.add(self._message)
        self._decided = False

    def _build_ways(self) -> None:
        self._way = ChoiceGroup("credentials.way")
        self._way.changed.connect(lambda _way: self.refresh())
        self._card.add(self._way)
        self._scan = ScanPanel(self._session.credentials.scan, "credentials.scan")
        self._scan.by_hand.connect(self._prefer_hand)
        self._card.add(self._scan)

    def _build_steps(self) -> None:
        self._steps = [StepBlock(number) for number in (1, 2, 3)]
        self._open_console = LinkButton()
        a11y.identify(self._open_console, "credentials.console")
        self._steps[0].add_actions(self._open_console)
        self._name = CopyRow("credentials.copy.name")
        self._about = CopyRow("credentials.copy.description", multiline=True)
        self._steps[1].body.addWidget(self._name)
        self._steps[1].body.addWidget(self._about)
        self._open_info = LinkButton()
        a11y.identify(self._open_info, "credentials.base_info")
        self._steps[2].add_actions(self._open_info)
        for step in self._steps:
            self._card.add(step)

    def showEvent(self, event: QShowEvent) -> None:
        """Decide once, when the page is first seen, whether this is worth room."""
        super().showEvent(event)
        if not self._decided:
            self._decided = True
            self._folded.set_open(not self._session.answers.app_id_text)

    def _prefer_hand(self) -> None:
        self._way.set_value(CONSOLE)
        self.refresh()
        self.by_hand.emit()

    def refresh(self) -> None:
        """Show the way that was chosen, here or on the first page."""
        session = self._session
        colleague = session.answers.console_by is ConsoleBy.COLLEAGUE
        flow = session.credentials.scan
        self._way.setEnabled(not flow.running)
        scanning = not colleague and self._way.value() == SCAN
        show_if(self._way, not colleague)
        show_if(self._scan, scanning)
        for step in self._steps:
            show_if(step, not colleague and not scanning)
        show_if(self._message, colleague)
        self._scan.refresh()
        self._show_texts()
        self._set_title(colleague)

    def _show_texts(self) -> None:
        controller = self._session.credentials
        chosen = self._session.answers.capabilities
        self._open_console.set_link(_("Open the developer console"), controller.create_link)
        self._open_info.set_link(
            _("Open Credentials & Basic Info").replace("&", "&&"), controller.base_info_link
        )
        self._name.set_value(notes.app_name())
        self._about.set_value(notes.app_description(chosen))
        proposed = controller.callback_proposals[:1]
        callback = controller.callback.value if controller.callback.usable else ""
        self._message.set_value(
            notes.create_message(chosen, controller.create_link, callback or "".join(proposed))
        )

    def _set_title(self, colleague: bool) -> None:
        if colleague:
            self._card.set_title(
                _("Message for your colleague"),
                _("Send it, and enter here what comes back. You may close the program meanwhile."),
            )
        else:
            self._card.set_title(_("Create the app"))

    def retranslate(self) -> None:
        """Set all texts again."""
        self._folded.set_words(_("I have no app yet: how to create it"), _("How to create the app"))
        self._set_ways()
        first, second, third = self._steps
        first.set_text(
            _("Create a custom app"),
            _("In the developer console, choose “Create custom app”."),
        )
        second.set_text(_("Give it a name and a description"))
        third.set_text(
            _("Copy App ID and App Secret"),
            _("They are on its page “Credentials & Basic Info”."),
        )
        self._name.set_label(_("Name"))
        self._about.set_label(_("Description"))
        self._message.set_label(_("Message"))
        self._scan.retranslate()
        self.refresh()

    def _set_ways(self) -> None:
        self._way.set_title(_("Choose a way; both lead to the same app"))
        self._way.set_options(
            (
                Option(
                    SCAN,
                    _("Scan a code with the phone"),
                    _("App ID, App Secret and the permissions come by themselves."),
                ),
                Option(
                    CONSOLE,
                    _("In the developer console"),
                    _("You create the app there and copy both values into the boxes below."),
                ),
            )
        )
        if not self._way.value():
            self._way.set_value(SCAN if self._session.credentials.scan.offered else CONSOLE)
