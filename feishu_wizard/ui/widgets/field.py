"""A labelled input with everything that can be said about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.widgets.base import Block, column, repolish, show_if
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import SIGNS
from feishu_wizard.ui.widgets.labels import IconLabel, WrapLabel
from feishu_wizard.wizard.steps import Severity


class MessageLine(QWidget):
    """An icon and a sentence, coloured by severity; takes no room while it has no text.

    Both are made with the first text: there are many lines, and most never say anything.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[IconLabel, WrapLabel] | None = None
        self.hide()

    def text(self) -> str:
        """Return the sentence shown, "" while hidden."""
        return self._parts[1].text() if self._parts is not None else ""

    def show_text(self, text: str, severity: Severity = Severity.INFO) -> None:
        """Show ``text``; "" hides the line."""
        if self._parts is None and text:
            self._parts = self._make_parts()
        if self._parts is not None:
            icon, label = self._parts
            name, tone = SIGNS[severity]
            icon.set_icon(name, tone)
            label.set_tone(tone)
            label.setText(text)
        show_if(self, bool(text))

    def _make_parts(self) -> tuple[IconLabel, WrapLabel]:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(0.75))
        icon, label = IconLabel("info", "info", scale=1.0), WrapLabel()
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label, 1)
        return icon, label


class Field(Block):
    """Label, line edit, hint, note on what was cleaned, message and proposal.

    The line edit carries ``field_id`` as its identifier and the label as its name. ``changed``
    follows ``textChanged`` (also for text set through assistive technology), but not ``set_text``.
    ``proposal_taken`` carries the proposed value; the page decides what to do with it.
    """

    changed = Signal(str)
    committed = Signal()
    proposal_taken = Signal(str)

    def __init__(self, field_id: str, label: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field_id = field_id
        outer = column(self, spacing=0.5)
        self._label = QLabel()
        self._label.setFont(theme.font("strong"))
        self._label.setWordWrap(True)
        outer.addWidget(self._label)
        self.edit = QLineEdit()
        a11y.identify(self.edit, field_id)
        self._label.setBuddy(self.edit)
        self.row = QHBoxLayout()
        self.row.setSpacing(theme.space(1))
        self.row.addWidget(self.edit, 1)
        outer.addLayout(self.row)
        self._hint = WrapLabel(role="small")
        self._note = MessageLine()
        self._message = MessageLine()
        self._proposal = Button("", "secondary")
        a11y.identify(self._proposal, f"{field_id}.proposal")
        for widget in (self._message, self._note):
            outer.addWidget(widget)
        outer.addWidget(self._proposal, 0, Qt.AlignmentFlag.AlignLeft)
        outer.addWidget(self._hint)
        self._proposed = ""
        self._proposal.hide()
        self._hint.hide()
        self.setFocusProxy(self.edit)
        self._connect()
        self.set_label(label)

    def _connect(self) -> None:
        self.edit.textChanged.connect(self.changed)
        self.edit.editingFinished.connect(self.committed)
        self._proposal.clicked.connect(lambda: self.proposal_taken.emit(self._proposed))

    def text(self) -> str:
        """Return what is in the box, as typed."""
        return self.edit.text()

    def set_text(self, text: str) -> None:
        """Show ``text``; nothing happens (cursor, undo, signals) when it is there already."""
        if self.edit.text() != text:
            blocked = self.edit.blockSignals(True)
            self.edit.setText(text)
            self.edit.blockSignals(blocked)

    def set_label(self, label: str) -> None:
        """Set the label; ``&`` marks its mnemonic."""
        self._label.setText(label)
        self._describe()

    def set_placeholder(self, text: str) -> None:
        """Show an example while the box is empty."""
        self.edit.setPlaceholderText(text)

    def set_hint(self, text: str) -> None:
        """Say below the box what belongs into it."""
        self._hint.set_text(text)
        self._describe()

    def set_problem(self, text: str, severity: Severity = Severity.ERROR) -> None:
        """Say what is wrong or notable about the value; "" takes it back."""
        self._message.show_text(text, severity)
        repolish(self.edit, "problem", severity.value if text else "")
        self._describe()

    def problem(self) -> str:
        """Return the message shown, "" when there is none."""
        return self._message.text()

    def set_note(self, text: str) -> None:
        """Say what was left out when the value is used ("2 blanks at the end")."""
        self._note.show_text(text, Severity.INFO)
        self._describe()

    def set_proposal(self, value: str) -> None:
        """Offer one button that takes ``value``; "" takes the offer back."""
        self._proposed = value
        show_if(self._proposal, bool(value))
        self.retranslate()

    def set_read_only(self, read_only: bool) -> None:
        """Keep the value readable and copyable, but fixed, as while work is under way."""
        self.edit.setReadOnly(read_only)

    def retranslate(self) -> None:
        """Set the words of the proposal again; the rest comes from the page."""
        self._label.setFont(theme.font("strong"))
        words = _("Use {value}").format(value=self._proposed) if self._proposed else ""
        self._proposal.setText(words.replace("&", "&&"))
        self._proposal.setAccessibleName(words)

    def _describe(self) -> None:
        told = (self._message.text(), self._note.text(), self._hint.text())
        a11y.describe(self.edit, self._label.text(), " ".join(part for part in told if part))
