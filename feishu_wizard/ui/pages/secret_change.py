"""The folded part for a secret that was or has to be reset: one box, and five rows that follow."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.finding import Finding
from feishu_wizard.text import labels
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import show_pasted, show_some
from feishu_wizard.ui.widgets.base import column, show_if
from feishu_wizard.ui.widgets.buttons import Button, LinkButton
from feishu_wizard.ui.widgets.card import Banner, Card, Disclosure
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import RowView, finding_view
from feishu_wizard.ui.widgets.copy_row import CopyRow
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.secret_field import SecretField
from feishu_wizard.wizard.secret_change import FIELD, SecretChangeFlow
from feishu_wizard.wizard.steps import Severity

_ROW = "credentials.row."
_SEVERITY = {
    "secret_change.done": Severity.SUCCESS,
    "secret_change.no_can": Severity.INFO,
    "secret_change.unchanged": Severity.INFO,
}


class SecretChangePanel(Disclosure):
    """Offered where a secret is kept. Built when it is first opened."""

    def __init__(self, flow: SecretChangeFlow, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._flow = flow
        self._inside: _Inside | None = None
        self._told = False
        a11y.identify(self.button, "credentials.secret_change")
        self.toggled.connect(self._opened_or_closed)

    def _opened_or_closed(self, is_open: bool) -> None:
        if is_open:
            self._build()

    def _build(self) -> None:
        if self._inside is None:
            self._inside = _Inside(self._flow)
            self.body.addWidget(self._inside)
            self._inside.retranslate()

    def refresh(self) -> None:
        """Show what is under way; unfold once when something is in between."""
        told = self._flow.in_force is not None
        if told and not self._told:
            self._build()
            self.set_open(True)
        self._told = told
        show_if(self, self._flow.offered)
        if self._inside is not None:
            self._inside.refresh()

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_words(_("The secret was or has to be reset"))
        if self._inside is not None:
            self._inside.retranslate()
        self.refresh()


class _Inside(Card):
    """What the folded part shows."""

    def __init__(self, flow: SecretChangeFlow) -> None:
        super().__init__()
        self._flow = flow
        self._warning = Banner(Severity.WARNING)
        self._console = LinkButton()
        a11y.identify(self._console, "credentials.secret_change.console")
        self._warning.body.addWidget(self._console, 0, Qt.AlignmentFlag.AlignLeft)
        self._new = SecretField(FIELD)
        self._new.changed.connect(flow.set_secret)
        self._change = self._button("change", flow.change)
        self._rows = CheckList()
        self._state = Banner(Severity.INFO)
        self._build_ends()
        for widget in (self._warning, self._new, self._change, self._rows, self._state):
            self.add(widget)
        self.body.setAlignment(self._change, Qt.AlignmentFlag.AlignLeft)

    def _build_ends(self) -> None:
        """What can be done where the change stands now."""
        self._copy = CopyRow("credentials.secret_change.copy")
        self._copy.set_secret(self._flow.new_secret)
        self._finish = self._button("finish", self._flow.finish)
        self._entered = self._button("entered", self._flow.entered_in_can)
        self._close = self._button("put_away", self._flow.put_away)
        holder = QWidget()
        column(holder).addWidget(self._copy)
        buttons = QWidget()
        row = FlowLayout(buttons)
        for button in (self._finish, self._entered, self._close):
            row.addWidget(button)
        self._state.body.addWidget(holder)
        self._state.body.addWidget(buttons)

    def _button(self, name: str, call: object) -> Button:
        button = Button()
        a11y.identify(button, f"credentials.secret_change.{name}")
        button.clicked.connect(call)
        return button

    def refresh(self) -> None:
        """Show the box, the rows as they come, and what is in force."""
        flow, busy = self._flow, self._flow.session.busy is not None
        if flow.typed is None:
            self._new.set_text("")
            self._new.set_note("")
        else:
            show_pasted(self._new, flow.typed)
            self._new.set_proposal("")  # its label would show a secret in plain
        problem = next(iter(flow.problems()), None)
        if problem is None:
            self._new.set_problem("")
        else:
            self._new.set_problem(labels.problem(problem), problem.severity)
        self._new.set_read_only(busy)
        self._console.set_link(
            _("Open Credentials & Basic Info").replace("&", "&&"), flow.base_info_link
        )
        for button in (self._change, self._finish, self._entered, self._close):
            button.setEnabled(not busy)
        self._rows.show_rows([(_ROW + row.id, _view(row)) for row in flow.findings])
        show_some((self._rows, bool(flow.findings)))
        self._show_state()

    def _show_state(self) -> None:
        flow, told = self._flow, self._flow.in_force
        if told is not None:
            from feishu_wizard.text.words import code_words

            words = code_words(*told)
            severity = _SEVERITY.get(told[0], Severity.WARNING)
            self._state.show_text(severity, words.short, _("In force now"))
        show_some(
            (self._state, told is not None),
            (self._copy, flow.by_hand),
            (self._finish, flow.can_finish),
            (self._entered, flow.by_hand),
            (self._close, flow.unfinished is not None and not flow.by_hand),
        )

    def retranslate(self) -> None:
        """Set all texts again."""
        self.set_title(
            _("Change the secret"),
            _("Only for a reset: a secret that was forgotten can be looked up in the console."),
        )
        self._warning.show_text(
            Severity.WARNING,
            _(
                "The running integration may stop at the moment of the reset: nowhere is it "
                "documented that the old and the new secret ever work side by side. Keep this "
                "page open, reset, and enter the new one right away."
            ),
        )
        self._new.set_label(_("&New secret"))
        self._change.setText(_("Test and change"))
        self._copy.set_label(
            _("New secret for CAN"), _("It leaves the clipboard after 30 seconds.")
        )
        self._finish.setText(_("Finish the change"))
        self._entered.setText(_("Entered and saved in CAN"))
        self._close.setText(_("Leave it as it is"))
        self.refresh()


def _view(row: Finding) -> RowView:
    """The row of a step, named by what is done in it."""
    title = {
        "pair": _("Test the new secret"),
        "kept": _("Keep it on this computer"),
        "saved": _("Save it to CAN"),
        "read_back": _("Read it back from CAN"),
        "proven": _("Prove it"),
    }[row.id.rpartition(".")[2]]
    return replace(finding_view(row), title=title)
