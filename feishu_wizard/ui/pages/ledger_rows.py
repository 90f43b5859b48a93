"""Rows of what is true of each capability: its word, what proved it, and what changed since."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from feishu_wizard.domain.capability import Capability
from feishu_wizard.domain.finding import Proof, Status
from feishu_wizard.domain.ledger import Entry
from feishu_wizard.domain.outcomes import CapabilityWord
from feishu_wizard.domain.proofs import Standing
from feishu_wizard.domain.verdict import one_sided
from feishu_wizard.text import labels, ledger, words
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.widgets.base import clear, column, show_if
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import SIGNS, Detail, RowView
from feishu_wizard.ui.widgets.copy_row import CopyButton
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.ledger import LedgerFlow

_TONES = {
    Proof.PROVEN: ("check-circle", "success"),
    Proof.GRANTED: ("shield", "info"),
    Proof.CONFIGURED: ("server", "info"),
    Proof.STATED: ("user", "muted"),
    Proof.NONE: ("help-circle", "muted"),
}
_ONE_SIDE = ("check-circle", "info")  # green is for the whole way


class LedgerRows(QWidget):
    """One row a capability, named ``finish.row.<capability>``; below, when it was compared."""

    def __init__(self, flow: LedgerFlow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = flow
        outer = column(self, spacing=1.5)
        self._list = CheckList()
        outer.addWidget(self._list)
        self._checked = WrapLabel(role="small", selectable=True)
        a11y.identify(self._checked, "finish.checked")
        outer.addWidget(self._checked)
        self._proofs: dict[str, ProofLines] = {}

    def show_words(self, told: Sequence[CapabilityWord]) -> None:
        """Show the words, and what the ledger holds of each."""
        rows = [(_row_id(w), w, self._flow.standing(Capability(w.capability))) for w in told]
        self._list.show_rows([(name, word_view(word, stands)) for name, word, stands in rows])
        self._proofs = {name: self._lines(name) for name, _word, _stands in rows}
        for name, _word, stands in rows:
            self._proofs[name].show_standing(stands)
        look = self._flow.look
        self._checked.set_text(ledger.checked_line(look.checked_at, look.unread))

    def _lines(self, row_id: str) -> ProofLines:
        """Those of the row that is shown; one that was taken away took its own with it."""
        row = self._list.row(row_id)
        found = self._proofs.get(row_id)
        if found is None or not row.isAncestorOf(found):
            found = ProofLines(row_id)
            row.body.addWidget(found)
        return found


class ProofLines(QWidget):
    """Below a row: each entry with its age and log id, then what is different since."""

    def __init__(self, row_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row_id = row_id
        self._shown: tuple[object, ...] = ()
        self._column = column(self, spacing=0.5)
        a11y.identify(self, f"{row_id}.proof")
        self.hide()

    def show_standing(self, stands: Standing) -> None:
        """Show what the ledger holds; takes no room without anything."""
        entries = tuple(e for e in (stands.proven, stands.stated, stands.failed) if e is not None)
        texts = tuple(_entry_text(entry) for entry in entries)
        changes = _changes(stands)
        shown = (texts, changes)
        if shown != self._shown:
            self._shown = shown
            clear(self._column)
            for number, entry in enumerate(entries):
                self._column.addWidget(self._line(number, entry, texts[number]))
            for text in changes:
                self._column.addWidget(_change_line(text, "warning" if stands.weaker else ""))
        show_if(self, bool(entries or changes))

    def _line(self, number: int, entry: Entry, text: str) -> QWidget:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        label = WrapLabel(text, "small", selectable=True)
        a11y.describe(label, text)
        line.addWidget(label, 1)
        log_id = entry.evidence.log_id
        if log_id:
            copy = CopyButton(lambda: log_id, kind="link")
            copy.set_words(_("Copy log id"))
            copy.setAccessibleName(_("Copy log id: {text}").format(text=text))
            a11y.identify(copy, f"{self._row_id}.copy_log{number}")
            line.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        return holder


def word_view(word: CapabilityWord, stands: Standing) -> RowView:
    """The row of a capability."""
    told = words.code_words(f"capability.{word.code}", word.params)
    icon, tone = _sign(word)
    seen = stands.failed or stands.good
    facts = ledger.fact_rows(seen) if seen is not None else ()
    if stands.failed is not None and word.code != "missing":
        tried = ledger.entry_words(stands.failed)
        sentence, fix = tried.sentence, tried.fix or told.fix
    else:
        sentence, fix = _joined(told.sentence, told.cause), told.fix
    details = (Detail(_("What helps"), fix), *(Detail(name, value) for name, value in facts))
    return RowView(
        status=word.status,
        title=labels.capability_word(Capability(word.capability)),
        word=_state_word(word, stands),
        sentence=sentence,
        details=tuple(detail for detail in details if detail.text),
        icon=icon,
        tone=tone,
    )


def _row_id(word: CapabilityWord) -> str:
    return f"finish.row.{word.capability}"


def _sign(word: CapabilityWord) -> tuple[str, str]:
    if word.status in (Status.FAIL, Status.WARN):
        return SIGNS[word.status]
    return _ONE_SIDE if one_sided(word) else _TONES[word.proof]


def _state_word(word: CapabilityWord, stands: Standing) -> str:
    """The four words, and what narrows them."""
    if word.status is Status.FAIL:
        failed = stands.failed is not None and word.code != "missing"
        return _("The last try failed") if failed else _("Does not work yet")
    if word.status is Status.WARN:
        proven = word.proof is Proof.PROVEN
        return _("Proven earlier") if proven else _("Stated earlier")
    return _("Proven on Feishu's side") if one_sided(word) else words.proof_word(word.proof)


def _entry_text(entry: Entry) -> str:
    """Age, log id and version on one line."""
    version, log_id = entry.basis.version, entry.evidence.log_id
    parts = (
        ledger.proven_line(entry),
        _("version {number} of the app").format(number=version) if version else "",
        _("log id {log_id}").format(log_id=log_id) if log_id else "",
    )
    return " · ".join(part for part in parts if part)


def _change_line(text: str, tone: str) -> WrapLabel:
    label = WrapLabel(text, "small", tone=tone, selectable=True)
    a11y.describe(label, text)
    return label


def _changes(stands: Standing) -> tuple[str, ...]:
    """What is different since, and what to do again where it takes something away."""
    if stands.void:
        return (_("An earlier proof belongs to another app or another CAN; it proves nothing."),)
    if stands.good is None:
        return ()
    told = ledger.change_words(stands.since)
    since = [_("Since then: {text}").format(text=text) for text in told]
    again = [words.code_words("capability.changed_since").fix] if stands.weaker else []
    return (*since, *again)


def _joined(sentence: str, cause: str) -> str:
    """Two sentences, with a blank between them where the language has one."""
    return _("{sentence} {fix}").format(sentence=sentence, fix=cause) if cause else sentence
