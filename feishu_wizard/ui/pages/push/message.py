"""What they get: the kind of message, its language, and how it looks."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QWidget

from feishu_wizard.domain.sample_message import SETTABLE, TEMPLATES
from feishu_wizard.text import catalog, notes
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage
from feishu_wizard.ui.pages.parts import HintLine
from feishu_wizard.ui.pages.push.preview import MessagePreview
from feishu_wizard.ui.widgets.base import row
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Card, Disclosure
from feishu_wizard.ui.widgets.choices import ChoiceGroup, DropDown, Option
from feishu_wizard.ui.widgets.field import Field


class MessageCard(Card):
    """The preview, and the button that sends."""

    def __init__(self, page: StepPage, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.session = page.session
        self._flow = page.session.test.push
        self._template = ChoiceGroup("test.template")
        self._template.changed.connect(self._flow.set_template)
        self._language = DropDown("test.language")
        self._language.picked.connect(self._flow.set_message_lang)
        self.header.addWidget(self._language)
        self._preview = MessagePreview("test.preview")
        self.add(self._template)
        beside = QHBoxLayout()  # keeps the preview at its own width
        beside.addWidget(self._preview)
        beside.addStretch(1)
        self.body.addLayout(beside)
        self._build_values(page)
        self._warnings = HintLine("alert-triangle", "body", tone="warning")
        a11y.identify(self._warnings, "test.warnings")
        self.add(self._warnings)
        self._send = Button(icon="send")
        a11y.identify(self._send, "test.send")
        self._send.clicked.connect(self._press_send)
        self.body.addLayout(row(self._send))
        page.keep_still(self._template, self._language, self._send)
        self.retranslate()

    def _build_values(self, page: StepPage) -> None:
        """Folded: the made-up figures do for a first message."""
        self._more = Disclosure()
        a11y.identify(self._more.button, "test.values")
        fields = (page.keep_field(Field(f"test.value.{name}")) for name in SETTABLE)
        self._values = dict(zip(SETTABLE, fields, strict=True))
        for name, field in self._values.items():
            field.changed.connect(partial(self._flow.set_value, name))
            self._more.body.addWidget(field)
        self.add(self._more)

    def _press_send(self) -> None:
        if self._flow.deliveries:
            self._flow.send_another()
        else:
            self._flow.send()

    def refresh(self) -> None:
        """Show the message as it will be sent."""
        answers = self.session.answers
        lang = answers.message_lang or self.session.lang
        self._template.set_value(answers.template)
        self._language.set_value(lang)
        origin = self.session.prerequisites.can_origin or "Aloudata CAN"
        own = {"time": _("(time of sending)"), "origin": origin}
        values = own | dict(self._flow.values)
        for name, field in self._values.items():
            if field.text().strip() != self._flow.values.get(name, ""):
                field.set_text(self._flow.values.get(name, ""))
        self._warnings.set_text("\n".join(notes.message_warnings(answers.template, lang, values)))
        sample = notes.sample_message(answers.template, lang, values)
        self._preview.show_message(sample, card=answers.template == "card")
        self._send.setText(self._send_words())

    def _send_words(self) -> str:
        flow = self._flow
        if flow.deliveries:
            return _("Send another message")
        if flow.resolved:
            words = ngettext("Send to {n} person", "Send to {n} people", flow.going_to)
            return words.format(n=flow.going_to)
        return _("Look up the recipients")

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_title(_("What they get"))
        self._template.set_options([_template_option(name) for name in TEMPLATES])
        a11y.describe(self._template, _("Kind of message"))
        a11y.describe(self._language, _("Language of the message"))
        self._language.set_options([Option(code, name) for code, name in catalog.languages()])
        self._more.set_words(_("Other figures"))
        for name, words in _value_words().items():
            self._values[name].set_label(words)
        self.refresh()


def _value_words() -> dict[str, str]:
    return {
        "metric": _("Metric"),
        "threshold": _("Rule"),
        "value": _("Value"),
        "link": _("Link to open"),
    }


def _template_option(name: str) -> Option:
    told = {
        "card": (_("Card"), _("As a monitoring message with figures.")),
        "text": (_("Plain text"), _("Works wherever the app may send at all.")),
    }
    return Option(name, *told[name])
