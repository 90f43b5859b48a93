"""The app changes itself: before and after, the approver's note, one verb, then the result."""

from __future__ import annotations

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from feishu_wizard.domain.app_change import AppChange, Part
from feishu_wizard.text import labels
from feishu_wizard.text.catalog import _
from feishu_wizard.text.version_note import version_note, version_rows
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import show_some
from feishu_wizard.ui.pages.change_rows import (
    ChangeModel,
    added_scopes,
    diff_rows,
    result_rows,
    scope_names,
    several,
    verb,
)
from feishu_wizard.ui.pages.parts import HintLine
from feishu_wizard.ui.widgets.base import column, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Banner
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import finding_view
from feishu_wizard.ui.widgets.choices import TickRow
from feishu_wizard.ui.widgets.diff_table import DiffTable
from feishu_wizard.ui.widgets.field import MessageLine
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.self_change import NOTE_LIMIT, OPTIONAL, ChangeFlow
from feishu_wizard.wizard.steps import Severity

_PREFIX = "permissions.change"
_NOTE_LINES = 7


class ChangePanel(QWidget):
    """Shows a ``ChangeFlow``; nothing is written before its verb is pressed."""

    def __init__(self, flow: ChangeFlow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow, self._session = flow, flow.session
        self._noted: AppChange | None = None  # the proposal that the note was written for
        outer = column(self, spacing=2)
        self._begin = Button(kind="primary", icon="eye")
        a11y.identify(self._begin, f"{_PREFIX}.propose")
        self._begin.clicked.connect(self._flow.propose)
        self._stopped = Banner(Severity.WARNING)
        self._begin_row = QWidget()
        FlowLayout(self._begin_row).addWidget(self._begin)
        self._shown, self._result = QWidget(), QWidget()
        self._build_proposal()
        self._build_result()
        for widget in (self._stopped, self._begin_row, self._shown, self._result):
            outer.addWidget(widget)
        self.retranslate()

    # -- building ---------------------------------------------------------------------

    def _build_proposal(self) -> None:
        body = column(self._shown, spacing=2)
        self._others = Banner(Severity.WARNING)
        self._table = DiffTable(f"{_PREFIX}.table", model=ChangeModel())
        self._added, self._helpers = WrapLabel(selectable=True), HintLine("info")
        self._ticks = {part: TickRow(f"{_PREFIX}.{part.value}") for part in OPTIONAL}
        for part, tick in self._ticks.items():
            tick.toggled.connect(lambda on, which=part: self._flow.leave_out(which, not on))
        for widget in (
            self._others,
            self._table,
            self._added,
            self._helpers,
            *self._ticks.values(),
        ):
            body.addWidget(widget)
        body.addWidget(self._note_block())
        self._confirm = Button(kind="primary")
        a11y.identify(self._confirm, f"{_PREFIX}.confirm")
        self._confirm.clicked.connect(self._flow.confirm)
        self._nothing = HintLine("info")
        self._not_now = Button()
        a11y.identify(self._not_now, f"{_PREFIX}.not_now")
        self._not_now.clicked.connect(self._flow.put_away)
        body.addWidget(self._nothing)
        body.addWidget(_buttons(self._confirm, self._not_now))

    def _note_block(self) -> QWidget:
        self._noting = QWidget()
        body = column(self._noting, spacing=0.5)
        self._note_label = WrapLabel(role="strong")
        self._note = QPlainTextEdit()
        self._note.setTabChangesFocus(True)
        a11y.identify(self._note, f"{_PREFIX}.note")
        self._note.textChanged.connect(lambda: self._flow.set_note(self._note.toPlainText()))
        self._note.setFixedHeight(self._note.fontMetrics().lineSpacing() * _NOTE_LINES + 16)
        self._note_problem = MessageLine()
        self._count = WrapLabel(role="small")
        for widget in (self._note_label, self._note, self._note_problem, self._count):
            body.addWidget(widget)
        return self._noting

    def _build_result(self) -> None:
        body = column(self._result, spacing=2)
        self._rows = CheckList(ruled=True)
        self._version_stays, self._wait_first = HintLine("info"), HintLine("clock", tone="info")
        self._undo = Button(icon="undo")
        a11y.identify(self._undo, f"{_PREFIX}.undo")
        self._undo.clicked.connect(self._flow.undo)
        self._close = Button()
        a11y.identify(self._close, f"{_PREFIX}.close")
        self._close.clicked.connect(self._flow.put_away)
        for widget in (self._rows, self._version_stays, self._wait_first):
            body.addWidget(widget)
        body.addWidget(_buttons(self._undo, self._close))

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show where the flow stands."""
        flow = self._flow
        change = flow.change
        show_some(
            (self._stopped, flow.interrupted),
            (self._begin_row, change is None and flow.result is None),
            (self._shown, change is not None),
            (self._result, change is None and flow.result is not None),
        )
        if change is not None and flow.proposal is not None:
            self._show_proposal(change, flow.proposal)
        elif flow.result is not None:
            self._show_result()
        idle = self._session.busy is None
        for button in (self._begin, self._confirm, self._not_now, self._undo, self._close):
            button.setEnabled(idle)
        self._note.setReadOnly(not idle)
        for tick in self._ticks.values():
            tick.setEnabled(idle)

    def _show_proposal(self, change: AppChange, proposal: AppChange) -> None:
        self._write_note(proposal)
        self._show_others(change)
        self._table.set_rows(diff_rows(change))
        names = self._names()
        added = added_scopes(change)
        told = _("Permissions that are added: {names}. What needs no review acts at once.")
        listed = _(", ").join(names.get(scope, scope) for scope in added)
        self._added.set_text(told.format(names=listed) if added else "")
        self._helpers.set_text(self._helper_words(added))
        for part, tick in self._ticks.items():
            show_if(tick, any(p.part is part for p in proposal.parts))
            tick.set_checked(part not in self._flow.left_out)
        self._show_note(change)
        self._confirm.setText(verb(change))
        self._nothing.set_text("" if change.parts else _("Nothing of the change is left."))
        show_some((self._confirm, bool(change.parts)), (self._table, bool(change.parts)))

    def _write_note(self, proposal: AppChange) -> None:
        """Propose the note's words once for each proposal; what was edited stays."""
        if proposal is self._noted:
            return
        self._noted = proposal
        if proposal.version is None or self._flow.note:
            return
        session = self._session
        rows = version_rows(session.permissions.plan)
        origin = session.prerequisites.can_origin
        self._flow.set_note(version_note(rows, session.answers.capabilities, origin))

    def _show_others(self, change: AppChange) -> None:
        show_if(self._others, bool(change.others))
        if change.others:
            told = _(
                "It also has: {names}. Nothing of that is changed or removed. Ask who else uses "
                "the app before you go on."
            )
            names = self._names()
            foreign = several(names.get(one, one) for one in change.foreign)
            self._others.show_text(
                Severity.WARNING,
                told.format(names=foreign),
                _("This app seems to serve other systems, too"),
            )

    def _helper_words(self, added: tuple[str, ...]) -> str:
        """What is asked for that only serves this program is said."""
        own = {need.scope for need in self._session.permissions.needs if not need.for_can}
        names = self._names()
        asked = [names.get(scope, scope) for scope in added if scope in own]
        if not asked:
            return ""
        return _(
            "Only this program's checks need: {names}. The last step offers to remove them again."
        ).format(names=_(", ").join(asked))

    def _show_note(self, change: AppChange) -> None:
        show_if(self._noting, change.version is not None)
        note = self._flow.note
        if self._note.toPlainText() != note:
            blocked = self._note.blockSignals(True)
            self._note.setPlainText(note)
            self._note.blockSignals(blocked)
        problem = self._flow.problem
        text = labels.problem(problem) if problem is not None else ""
        self._note_problem.show_text(text, Severity.ERROR)
        self._count.set_text(_("{n} of {limit} characters").format(n=len(note), limit=NOTE_LIMIT))
        a11y.describe(self._note, self._note_label.text(), text or self._count.text())

    def _show_result(self) -> None:
        flow = self._flow
        result = flow.result
        if result is None:
            return
        rows = result_rows(result, flow.unread, self._names())
        if result.refused is not None:
            rows.insert(0, (f"{_PREFIX}.refused", finding_view(result.refused)))
        self._rows.show_rows(rows)
        undoable = result.undo is not None
        waits = undoable and flow.undo_waits
        stays = _("This program cannot take back a submitted version; the console can withdraw it.")
        self._version_stays.set_text(stays if result.version_id else "")
        self._wait_first.set_text(
            _("The rest can be taken back here once the version was decided on or withdrawn.")
            if waits
            else ""
        )
        show_if(self._undo, undoable and not waits)

    def _names(self) -> dict[str, str]:
        return dict(scope_names(self._session.permissions.needs))

    def retranslate(self) -> None:
        """Set all texts again."""
        self._begin.setText(_("Show what would change"))
        self._stopped.show_text(
            Severity.WARNING,
            _("A part may be done already. Check again before you go on."),
            _("The change was stopped midway"),
        )
        self._table.setAccessibleName(_("What changes in the app"))
        self._ticks[Part.CONTACTS_RANGE].set_text(
            _("The app may read the contacts of the whole company"),
            _("Without this, people outside its contacts range cannot be synchronised."),
        )
        self._ticks[Part.AVAILABILITY].set_text(
            _("Everybody in the company may use the app"),
            _("Who is left out cannot sign in and gets no messages."),
        )
        self._note_label.set_text(_("Note for the person who approves the version"))
        self._not_now.setText(_("Not now"))
        self._undo.setText(_("Undo the change"))
        self._close.setText(_("Close"))
        self.refresh()


def _buttons(*buttons: QWidget) -> QWidget:
    holder = QWidget()
    line = FlowLayout(holder)
    for button in buttons:
        line.addWidget(button)
    return holder
