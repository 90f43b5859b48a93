"""CAN's own page, value by value in its order, with a tick for each: stated, not read back."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.shown_back import ShownBack
from feishu_wizard.text.catalog import _
from feishu_wizard.text.words import code_words
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.parts import HintLine, StepBlock
from feishu_wizard.ui.pages.saving.where_in_can import WhereInCan, translated
from feishu_wizard.ui.widgets.base import show_if
from feishu_wizard.ui.widgets.buttons import Button, LinkButton
from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.ui.widgets.choices import TickRow
from feishu_wizard.ui.widgets.copy_row import CopyRow
from feishu_wizard.ui.widgets.field import Field, MessageLine
from feishu_wizard.wizard.by_hand import HAND_FIELDS, SHOWN_FIELDS
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Severity, Step

_VALUES = ("app_id", "app_secret", "callback_url")


class ByHand(Card):
    """Management Settings > Office Software > Feishu, guided."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._session = session
        self._controller = session.save.hand
        self._open = LinkButton()
        a11y.identify(self._open, "save.open_can")
        self.header.addWidget(self._open)
        self._steps: dict[str, StepBlock] = {}
        self._copies: dict[str, CopyRow] = {}
        self._ticks: dict[str, TickRow] = {}
        self._where, self._names = WhereInCan(), HintLine("info")
        self.add(self._where)
        self.add(self._names)
        for number, name in enumerate(HAND_FIELDS, 1):
            self._add_step(number, name)
        self._unknown = MessageLine()
        self._enter = Button()
        a11y.identify(self._enter, "save.enter_secret")
        self._enter.clicked.connect(lambda: session.go(Step.CREDENTIALS))
        self._steps["app_secret"].body.insertWidget(0, self._unknown)
        self._steps["app_secret"].add_actions(self._enter)
        self._build_check()
        self._stated = HintLine("info")
        self.add(self._stated)
        self._prove = Button(icon="send")
        a11y.identify(self._prove, "save.prove")
        self._prove.clicked.connect(session.advance)
        self.add(self._prove)

    def _build_check(self) -> None:
        """After the save: what CAN's page shows, pasted back and compared."""
        self._check = StepBlock(len(HAND_FIELDS) + 1)
        self._shown: dict[str, Field] = {}
        for name in SHOWN_FIELDS:
            field = self._shown[name] = Field(f"save.shown.{name}")
            field.changed.connect(lambda text, which=name: self._compare(which, text))
            self._check.body.addWidget(field)
        self.add(self._check)

    def _compare(self, name: str, text: str) -> None:
        self._controller.set_shown(name, text)
        found = self._controller.look(name)
        if found is not None and found.equal:
            a11y.announce(self._shown[name], _("Every character is the same."))

    def _add_step(self, number: int, name: str) -> None:
        step = self._steps[name] = StepBlock(number)
        if name in _VALUES:
            copy = self._copies[name] = CopyRow(f"save.copy.{name}")
            step.body.addWidget(copy)
        tick = self._ticks[name] = TickRow(f"save.hand.{name}")
        tick.toggled.connect(lambda on: self._controller.set_stated(name, on))
        step.add_actions(tick)
        self.add(step)

    def refresh(self) -> None:
        """Show values and ticks."""
        stated = self._session.answers.stated
        busy = self._session.busy is not None
        for name, tick in self._ticks.items():
            tick.set_checked(name in stated)
            tick.setEnabled(not busy)
            self._steps[name].set_number(
                HAND_FIELDS.index(name) + 1, "neutral" if name in stated else "accent"
            )
        for name, copy in self._copies.items():
            if name != "app_secret":
                copy.set_value(self._controller.value(name))
        self._show_secret()
        self._show_check(busy=busy)
        self._where.set_current(self._controller.current)
        show_if(self._prove, not self._controller.left)
        self._prove.setEnabled(not busy)
        self._open.set_link(_("Open CAN"), self._session.prerequisites.can_origin)
        left = len(set(HAND_FIELDS) - stated)
        self._stated.set_text(
            "" if left else _("Recorded as stated by you. A real message or sign-in proves it.")
        )

    def _show_check(self, *, busy: bool) -> None:
        """At each value what is different, or that nothing is."""
        done = all(self._controller.compared(name) for name in SHOWN_FIELDS)
        self._check.set_number(len(HAND_FIELDS) + 1, "neutral" if done else "accent")
        for name, field in self._shown.items():
            pasted, found = self._controller.shown(name), self._controller.look(name)
            if field.text() != pasted:
                field.set_text(pasted)
            field.set_read_only(busy)
            different = found is not None and not found.equal
            field.set_problem(_difference(found) if found is not None and different else "")
            equal = self._controller.compared(name) and not different
            field.set_note(_("Compared: every character is the same.") if equal else "")

    def _show_secret(self) -> None:
        known = self._controller.reveal_secret() is not None
        copy = self._copies["app_secret"]
        if known:
            copy.set_secret(self._secret)
        show_if(copy, known)
        show_if(self._enter, not known)
        self._unknown.show_text(
            ""
            if known
            else _(
                "Enter the App Secret once more in the step Credentials, then it "
                "can be copied here."
            ),
            Severity.INFO,
        )

    def _secret(self) -> str:
        secret = self._controller.reveal_secret()
        return secret.reveal() if secret is not None else ""

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_title(
            _("On CAN's page"),
            _(
                "In CAN, open Management Settings > Office Software > Feishu and go through these "
                "points in order."
            ),
        )
        told = {
            "enable": (
                _("Switch Feishu on under Available Integration Apps"),
                _("The switch turns blue."),
            ),
            "app_id": (_("App ID"), ""),
            "app_secret": (_("App Secret"), _("It leaves the clipboard after 30 seconds.")),
            "callback_url": (
                _("Callback domain"),
                _("In spite of its name the box takes the whole address."),
            ),
            "save": (_("Press Save"), _("CAN reports success.")),
        }
        for name, (title, text) in told.items():
            copy = self._copies.get(name)
            if copy is not None:
                copy.set_label(title, text)
            self._steps[name].set_text("" if copy else title, "" if copy else text)
            self._ticks[name].set_text(_("Done"))
            a11y.describe(self._ticks[name].tick, _("Done: {what}").format(what=title))
        self._enter.setText(_("Open the step Credentials"))
        self._prove.setText(_("Prove it with a real message or sign-in"))
        self._names.set_text(
            _("These are this program's words for CAN's English names.") if translated() else ""
        )
        self._check.set_text(
            _("Compare what CAN shows now"),
            _("Reload CAN's page, copy each value from there, and paste it here."),
        )
        for name, field in self._shown.items():
            field.set_label(told[name][0])
        self.refresh()


def _difference(found: ShownBack) -> str:
    """What is different, and what to do about it."""
    words = code_words(found.code, found.params)
    return f"{words.sentence} {words.fix}".strip()
