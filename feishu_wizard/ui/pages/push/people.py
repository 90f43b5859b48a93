"""Who gets the test message: typed, picked or read; each looked up by name before anything."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.directory import PersonRow
from feishu_wizard.domain.recipient import RecipientKind
from feishu_wizard.text import labels
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import StepPage, show_some
from feishu_wizard.ui.pages.parts import HintLine, choose_file
from feishu_wizard.ui.pages.push.groups import GroupPicker
from feishu_wizard.ui.pages.push.rows import (
    key_of,
    misread_row,
    nobody_row,
    person_row,
    shortened,
)
from feishu_wizard.ui.pages.sync.people_picker import PeoplePicker
from feishu_wizard.ui.widgets.base import show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.choices import DropDown, Option, TickRow
from feishu_wizard.ui.widgets.field import Field
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel


class RecipientsCard(Card):
    """The box for recipients, other sources, and who they are."""

    def __init__(self, page: StepPage, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.page, self.session = page, page.session
        self._flow = page.session.test.push
        self._build_box()
        self._build_sources()
        self._build_found()
        self.retranslate()

    # -- building ---------------------------------------------------------------------

    def _build_box(self) -> None:
        self._recipients = self.page.keep_field(Field("test.recipients"))
        self._recipients.changed.connect(self._flow.set_recipients)
        self._kind = DropDown("test.kind")
        self._kind.picked.connect(lambda kind: self._flow.set_kind(RecipientKind(kind)))
        self._recipients.row.insertWidget(0, self._kind)
        self._proves = WrapLabel(role="muted")
        self.add(self._recipients)
        self.add(self._proves)
        self.page.keep_still(self._kind)

    def _build_sources(self) -> None:
        self._scanner = self._button("scanner", "user", self._flow.take_scanner)
        self._people = self._button("people", "users", self._toggle_people)
        self._groups = self._button("groups", "message", self._toggle_groups)
        self._file = self._button("file", "file", self._choose_file)
        buttons = QWidget()
        row = FlowLayout(buttons)
        for button in (self._scanner, self._people, self._groups, self._file):
            row.addWidget(button)
        self.add(buttons)
        self._picker: PeoplePicker | None = None
        self._group_list = GroupPicker()
        self._group_list.picked.connect(self._add_group)
        self.add(self._group_list)
        self._group_list.hide()

    def _build_found(self) -> None:
        self._found_title = WrapLabel(role="strong")
        self._found = CheckList()
        self._rest = HintLine("info")
        self._insist = TickRow("test.insist")
        self._insist.toggled.connect(self._flow.set_insist)
        for widget in (self._found_title, self._found, self._rest, self._insist):
            self.add(widget)
        self.page.keep_still(self._insist)

    def _button(self, name: str, icon: str, press: object) -> Button:
        button = Button(icon=icon)
        a11y.identify(button, f"test.recipients.{name}")
        button.clicked.connect(press)
        self.page.keep_still(button)
        return button

    # -- acting: ``sources`` is another object once the app is another one --------------

    def _add_group(self, chat_id: str) -> None:
        self._flow.sources.add_group(chat_id)

    def _add_people(self, rows: list[PersonRow]) -> None:
        self._flow.sources.add_people(rows)

    def _toggle_people(self) -> None:
        """The table is made when it is first asked for."""
        if self._picker is None:
            self._picker = PeoplePicker(self.session)
            self._picker.picked.connect(self._add_people)
            self.body.insertWidget(self.body.indexOf(self._group_list), self._picker)
            self.session.test.sync.shown()  # what an earlier sitting walked
            self._picker.refresh()
            return
        show_if(self._picker, self._picker.isHidden())

    def _toggle_groups(self) -> None:
        opened = self._group_list.isHidden()
        show_if(self._group_list, opened)
        if opened and self._flow.sources.groups is None:
            self._flow.sources.load_groups()

    def _choose_file(self) -> None:
        title, kinds = _("List of recipients"), _("Lists (*.csv *.txt);;All files (*)")
        choose_file(self, title, "", self._read_file, save=False, kinds=kinds)

    def _read_file(self, path: str) -> None:
        self._flow.sources.read_file(path)

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the box, what the kinds in use prove, and who was found."""
        answers = self.session.answers
        self._recipients.set_text(answers.recipients_text)
        self._kind.set_value(answers.recipient_kind)
        show_if(self._scanner, self._flow.may_take_scanner)
        self._proves.setText(self._proof())
        if self._picker is not None and not self._picker.isHidden():
            self._picker.refresh()
        self._group_list.show_groups(self._flow.sources.groups)
        self._show_found()

    def _proof(self) -> str:
        """What the kinds in use prove; the drop-down's own kind while nothing is typed."""
        kinds = dict.fromkeys(r.kind for r in self._flow.recipients)
        shown = list(kinds) or [RecipientKind(self.session.answers.recipient_kind)]
        if len(shown) == 1:
            return labels.recipient_kind_proof(shown[0])
        return "\n".join(
            _("{kind}: {meaning}").format(
                kind=labels.recipient_kind_word(kind), meaning=labels.recipient_kind_proof(kind)
            )
            for kind in shown
        )

    def _show_found(self) -> None:
        flow = self._flow
        shown = bool(flow.resolved or flow.unresolved) and not flow.deliveries
        bad = [(key_of(u.recipient), nobody_row(u)) for u in flow.unresolved]
        bad += [(f"line.{e.line}.{e.text[:20]}", misread_row(e)) for e in flow.understood.problems]
        good = [(key_of(r.recipient), person_row(r)) for r in flow.resolved]
        rows, more = shortened(good, bad)
        self._found.show_rows([(f"test.person.{key}", view) for key, view in rows] if shown else [])
        self._rest.set_text(more if shown else "")
        count = flow.going_to
        people = ngettext("{n} person will get a message", "{n} people will get a message", count)
        self._found_title.setText(
            people.format(n=count) if count else _("Nobody was found") if not good else _("Nobody")
        )
        self._insist.set_checked(flow.insist)
        show_some(
            (self._found_title, shown),
            (self._found, shown),
            (self._insist, shown and bool(flow.outside)),
        )

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_title(
            _("Who gets the test message?"),
            _("Nobody is chosen for you. Everybody is looked up by name before anything is sent."),
        )
        self._scanner.setText(_("Me, who scanned the code"))
        self._people.setText(_("Choose people"))
        self._groups.setText(_("Choose groups"))
        self._file.setText(_("Read a list"))
        self._recipients.set_label(_("&Recipients"))
        self._recipients.set_placeholder(_("several separated by commas"))
        a11y.describe(self._kind, _("Kind of recipient"))
        self._kind.set_options(
            [Option(kind.value, labels.recipient_kind_word(kind)) for kind in RecipientKind]
        )
        self._insist.set_text(
            _("Send also to those whom the app is not available to"),
            _("Feishu will refuse these messages with code 230013."),
        )
        self.refresh()
