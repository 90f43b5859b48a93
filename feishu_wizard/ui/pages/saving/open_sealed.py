"""A hand-over file that came: its passphrase, what is inside, and taking it over."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from feishu_wizard.text import deployment, labels
from feishu_wizard.text.catalog import _
from feishu_wizard.text.words import error_words
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.parts import Facts
from feishu_wizard.ui.widgets.base import clear, column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.ui.widgets.choices import ChoiceGroup, Option, TickRow
from feishu_wizard.ui.widgets.field import MessageLine
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.ui.widgets.secret_field import SecretField
from feishu_wizard.wizard.answers import Place
from feishu_wizard.wizard.steps import Severity

if TYPE_CHECKING:
    from feishu_wizard.operations.open_sealed import Opened
    from feishu_wizard.wizard.sealed import OpenSealed
    from feishu_wizard.wizard.session import Session


class OpenPanel(Card):
    """Shown on the first page while a hand-over file waits."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._session = session
        self._shown: Opened | None = None
        self._words = SecretField("open.passphrase")
        self._words.changed.connect(lambda text: self._do(lambda c: c.set_passphrase(text)))
        self._facts = Facts("open.facts")
        self._place = ChoiceGroup("open.place")
        self._place.changed.connect(lambda value: self._do(lambda c: c.set_place(Place(value))))
        self._profile = QWidget()
        a11y.identify(self._profile, "open.profile")
        self._sentences = column(self._profile)
        self._problem = MessageLine()
        self._trust = TickRow("open.trust")
        self._trust.toggled.connect(lambda on: self._do(lambda c: c.set_trusted(on)))
        for widget in (self._words, self._facts, self._place, self._profile, self._problem):
            self.add(widget)
        self.add(self._trust)
        self._build_buttons()
        self.retranslate()

    def _build_buttons(self) -> None:
        self._open, self._take, self._away = Button(icon="key"), Button(), Button(kind="quiet")
        row = QWidget()
        flow = FlowLayout(row)
        self._open.clicked.connect(lambda: self._do(lambda c: c.open()))
        self._take.clicked.connect(lambda: self._do(lambda c: c.take()))
        self._away.clicked.connect(lambda: self._do(lambda c: c.put_away()))
        named = {"open.open": self._open, "open.take": self._take, "open.put_away": self._away}
        for name, button in named.items():
            a11y.identify(button, name)
            flow.addWidget(button)
        self.add(row)

    def _do(self, work: Callable[[OpenSealed], None]) -> None:
        asked = self._session.keeping.sealed
        if asked is not None:
            work(asked)

    def refresh(self) -> None:
        """Ask for the passphrase, or show what is inside."""
        asked = self._session.keeping.sealed
        show_if(self, asked is not None)
        if asked is None:
            self._words.set_text("")
            self._shown = None
            return
        busy, inside = self._session.busy is not None, asked.opened is not None
        self._show_question(asked, busy=busy)
        self._show_inside(asked)
        show_if(self._open, not inside)
        show_if(self._take, inside)
        for widget in (self._open, self._take, self._away, self._place, self._trust):
            widget.setEnabled(not busy)

    def _show_question(self, asked: OpenSealed, *, busy: bool) -> None:
        problem = next(iter(asked.problems()), None)
        self._words.set_problem(labels.problem(problem) if problem is not None else "")
        self._words.set_read_only(busy)
        if asked.opened is not None:
            self._words.set_text("")
        show_if(self._words, asked.opened is None)
        self.set_title(_("Hand-over file"), asked.path)

    def _show_inside(self, asked: OpenSealed) -> None:
        opened = asked.opened
        for widget in (self._facts, self._place):
            show_if(widget, opened is not None)
        show_if(self._profile, asked.profile_waits)
        show_if(self._trust, asked.profile_waits)
        broken = opened.problem if opened is not None else None
        told = error_words(broken).sentence if broken is not None else ""
        self._problem.show_text(told, Severity.WARNING)
        self._place.set_value(asked.place.value)
        self._trust.set_checked(asked.trusted)
        if opened is not None and opened is not self._shown:
            self._shown = opened
            self._show_facts(opened)
            self._show_profile(opened)

    def _show_facts(self, opened: Opened) -> None:
        setup = opened.kit.setup
        secrets = _(", ").join(labels.field_label(name) for name in opened.kit.secrets)
        self._facts.show_facts(
            (
                (_("App ID"), setup.feishu.app_id or _("(empty)")),
                (_("CAN"), setup.office.url or _("none")),
                (_("Secrets"), secrets or _("none")),
            )
        )

    def _show_profile(self, opened: Opened) -> None:
        clear(self._sentences)
        look = opened.profile
        if look is None:
            return
        calls = tuple(deployment.call_line(call) for call in look.calls)
        told = deployment.look_sentences(look, opened.kit.setup.office.url)
        for text in (deployment.profile_name(look), *calls, *told):
            label = WrapLabel()
            label.setText(text)
            self._sentences.addWidget(label)

    def retranslate(self) -> None:
        """Set all texts again."""
        self._words.set_label(_("&Passphrase"))
        self._words.set_hint(_("You got it from whoever made the file, by another way."))
        self._place.set_title(_("Where the secrets are kept"))
        self._place.set_options(
            (
                Option(Place.KEYRING.value, _("In the password store of this computer"), ""),
                Option(Place.SESSION.value, _("In memory, for this run only"), ""),
                Option(Place.FILE.value, _("In files that only you can read"), ""),
            )
        )
        self._trust.set_text(
            _("I have read what this profile does and trust it"),
            _("It came with the file and decides where the secrets go. Without the tick it is "
              "kept, but not used."),
        )  # fmt: skip
        self._open.setText(_("Open the file"))
        self._take.setText(_("Take it over"))
        self._away.setText(_("Not now"))
        self._shown = None
        self.refresh()
