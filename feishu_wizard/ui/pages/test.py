"""Step 5: a real message to real people, the way CAN will send it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from feishu_wizard.domain.recipient import RecipientKind
from feishu_wizard.domain.sample_message import TEMPLATES
from feishu_wizard.text import catalog, labels, notes
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage, show_some
from feishu_wizard.ui.pages.message_preview import MessagePreview
from feishu_wizard.ui.pages.parts import hold_at_top
from feishu_wizard.ui.pages.recipient_rows import delivery_row, key_of, nobody_row, person_row
from feishu_wizard.ui.widgets.base import show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Banner, Card
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.choices import ChoiceGroup, DropDown, Option
from feishu_wizard.ui.widgets.field import Field
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Severity, Step


class TestPage(StepPage):
    """Recipients, who they are, what they get, and what became of it."""

    __test__ = False  # the name is the step's; pytest need not collect it

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, Step.TEST, parent)
        self.controller = session.test
        self._build_people()
        self._build_message()
        self._build_results()
        hold_at_top(self)
        self.retranslate()

    # -- building ---------------------------------------------------------------------

    def _build_people(self) -> None:
        self._people = Card()
        self._recipients = self.keep_field(Field("test.recipients"))
        self._recipients.changed.connect(self.controller.set_recipients)
        self._kind = DropDown("test.kind")
        self._kind.picked.connect(lambda kind: self.controller.set_kind(RecipientKind(kind)))
        self._recipients.row.insertWidget(0, self._kind)
        self._scanner = Button(icon="user")
        a11y.identify(self._scanner, "test.recipients.scanner")
        self._scanner.clicked.connect(self.controller.take_scanner)
        self._proves = WrapLabel(role="muted")
        self._found_title = WrapLabel(role="strong")
        self._found = CheckList()
        self._people.add(self._recipients)
        self._people.body.addWidget(self._scanner, 0, Qt.AlignmentFlag.AlignLeft)
        for widget in (self._proves, self._found_title, self._found):
            self._people.add(widget)
        self.keep_still(self._kind, self._scanner)
        self.add(self._people)

    def _build_message(self) -> None:
        self._message = Card()
        self._template = ChoiceGroup("test.template")
        self._template.changed.connect(self.controller.set_template)
        self._language = DropDown("test.language")
        self._language.picked.connect(self.controller.set_message_lang)
        self._message.header.addWidget(self._language)
        self._preview = MessagePreview("test.preview")
        self._message.add(self._template)
        beside = QHBoxLayout()  # keeps the preview at its own width
        beside.addWidget(self._preview)
        beside.addStretch(1)
        self._message.body.addLayout(beside)
        self._send = Button(icon="send")
        a11y.identify(self._send, "test.send")
        self._send.clicked.connect(self._press_send)
        line = QHBoxLayout()
        line.addWidget(self._send)
        line.addStretch(1)
        self._message.body.addLayout(line)
        self.keep_still(self._template, self._language, self._send)
        self.add(self._message)

    def _build_results(self) -> None:
        self._results = Card()
        self._proven = Banner(Severity.SUCCESS)
        self._rows = CheckList()
        self._resend = Button(icon="refresh")
        a11y.identify(self._resend, "test.resend")
        self._resend.clicked.connect(lambda: self.controller.send(only_failed=True))
        self._results.header.addWidget(self._resend)
        self._results.add(self._proven)
        self._results.add(self._rows)
        self.keep_still(self._resend)
        self.add(self._results)

    def _press_send(self) -> None:
        if self.controller.deliveries:
            self.controller.send_another()
        else:
            self.controller.send()

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show recipients, preview and results."""
        answers = self.session.answers
        self._recipients.set_text(answers.recipients_text)
        self._kind.set_value(answers.recipient_kind)
        self._template.set_value(answers.template)
        self._language.set_value(self._message_lang())
        show_if(self._scanner, self.controller.may_take_scanner)
        self._show_proves()
        self._show_found()
        self._show_preview()
        self._show_results()
        self._send.setText(self._send_words())
        super().refresh()

    def _message_lang(self) -> str:
        return self.session.answers.message_lang or self.session.lang

    def _show_proves(self) -> None:
        """What the kinds in use prove; the drop-down's own kind while nothing is typed."""
        kinds = dict.fromkeys(r.kind for r in self.controller.recipients)
        shown = list(kinds) or [RecipientKind(self.session.answers.recipient_kind)]
        if len(shown) == 1:
            self._proves.setText(labels.recipient_kind_proof(shown[0]))
            return
        lines = [
            _("{kind}: {meaning}").format(
                kind=labels.recipient_kind_word(kind), meaning=labels.recipient_kind_proof(kind)
            )
            for kind in shown
        ]
        self._proves.setText("\n".join(lines))

    def _show_found(self) -> None:
        controller = self.controller
        rows = [(f"test.person.{key_of(r.recipient)}", person_row(r)) for r in controller.resolved]
        rows += [
            (f"test.person.{key_of(u.recipient)}", nobody_row(u)) for u in controller.unresolved
        ]
        shown = bool(rows) and not controller.deliveries
        count = len(controller.resolved)
        self._found_title.setText(
            ngettext(
                "{n} person will get a message", "{n} people will get a message", count
            ).format(n=count)
            if count
            else _("Nobody was found")
        )
        self._found.show_rows(rows if shown else [])
        show_some((self._found_title, shown), (self._found, shown))

    def _show_preview(self) -> None:
        origin = self.session.prerequisites.can_origin or "Aloudata CAN"
        values = {"time": _("(time of sending)"), "origin": origin}
        template = self.session.answers.template
        sample = notes.sample_message(template, self._message_lang(), values)
        self._preview.show_message(sample, card=template == "card")

    def _show_results(self) -> None:
        controller = self.controller
        sent, failed = controller.deliveries, len(controller.failed)
        self._rows.show_rows(
            [(f"test.delivery.{key_of(d.resolved.recipient)}", delivery_row(d)) for d in sent]
        )
        self._results.set_title(
            _("{n} of {total} accepted by Feishu").format(n=len(sent) - failed, total=len(sent))
        )
        again = ngettext(
            "Send again to the {n} who got nothing", "Send again to the {n} who got nothing", failed
        )
        self._resend.setText(again.format(n=failed))
        self._show_proven()
        show_if(self._resend, bool(failed))
        self.bring_up(self._results, bool(sent))

    def _show_proven(self) -> None:
        if self.controller.proves_push:
            self._proven.show_text(
                Severity.SUCCESS,
                _(
                    "The message went to a CAN account used as Feishu user ID, as CAN does it. "
                    "That CAN's own server reaches Feishu is not proven by this."
                ),
                _("Push of monitoring messages: proven"),
            )
        else:
            self._proven.show_text(
                Severity.INFO,
                _("The app can send. To prove CAN's push, send one to a CAN account."),
            )
        delivered = len(self.controller.deliveries) - len(self.controller.failed)
        show_if(self._proven, delivered > 0)

    def _send_words(self) -> str:
        controller = self.controller
        if controller.deliveries:
            return _("Send another message")
        if controller.resolved:
            count = len(controller.resolved)
            words = ngettext("Send to {n} person", "Send to {n} people", count)
            return words.format(n=count)
        return _("Look up the recipients")

    def retranslate(self) -> None:
        """Set all texts again."""
        self._people.set_title(
            _("Who gets the test message?"),
            _("Nobody is chosen for you. Everybody is looked up by name before anything is sent."),
        )
        self._scanner.setText(_("Me, who scanned the code"))
        self._recipients.set_label(_("&Recipients"))
        self._recipients.set_placeholder(_("several separated by commas"))
        a11y.describe(self._kind, _("Kind of recipient"))
        self._kind.set_options(
            [Option(kind.value, labels.recipient_kind_word(kind)) for kind in RecipientKind]
        )
        self._message.set_title(_("What they get"))
        self._template.set_options([_template_option(name) for name in TEMPLATES])
        a11y.describe(self._template, _("Kind of message"))
        a11y.describe(self._language, _("Language of the message"))
        self._language.set_options([Option(code, name) for code, name in catalog.languages()])
        self.refresh()


def _template_option(name: str) -> Option:
    told = {
        "card": (_("Card"), _("As a monitoring message with figures.")),
        "text": (_("Plain text"), _("Works wherever the app may send at all.")),
    }
    return Option(name, *told[name])
