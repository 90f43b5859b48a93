"""The result of a check: sign, word, title, one sentence; the details behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QWidget

from feishu_wizard.domain.finding import Finding, Proof, Status
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.widgets.base import Block, clear, column, show_if
from feishu_wizard.ui.widgets.buttons import LinkButton
from feishu_wizard.ui.widgets.card import Disclosure
from feishu_wizard.ui.widgets.copy_row import CopyButton
from feishu_wizard.ui.widgets.labels import IconLabel, Pill, WrapLabel

SIGNS = {
    Status.PASS: ("check-circle", "success"),
    Status.WARN: ("alert-triangle", "warning"),
    Status.FAIL: ("x-circle", "danger"),
    Status.SKIP: ("skip", "muted"),
    Status.UNKNOWN: ("circle", "muted"),
}
"""Icon and colour token of each outcome."""


@dataclass(frozen=True, slots=True)
class Detail:
    """One labelled text behind the expander, such as the cause or a log id."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page that helps: words and address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class RowView:
    """What a row shows, all in words.

    ``word`` is the outcome or state ("OK", "Not requested"), ``sentence`` what was observed,
    ``badge`` a second word at the right ("Proven"). ``links`` are always in sight; ``details``
    lie behind the expander. ``icon`` and ``tone`` replace the sign of ``status``.
    """

    status: Status
    title: str
    word: str
    sentence: str = ""
    badge: str = ""
    details: tuple[Detail, ...] = ()
    links: tuple[PageLink, ...] = ()
    icon: str = ""
    tone: str = ""

    @property
    def text(self) -> str:
        """All of it as plain text, for the clipboard and for screen readers."""
        lines = [f"{self.word}: {self.title}", self.sentence]
        lines += [f"{detail.label}: {detail.text}" for detail in self.details]
        lines += [f"{link.label}: {link.url}" for link in self.links]
        return "\n".join(line for line in lines if line)


def finding_view(finding: Finding, links: Sequence[PageLink] = ()) -> RowView:
    """Return what is shown of a finding; ``links`` are put in front of its own."""
    from feishu_wizard.text.words import finding_words, proof_word, status_word

    words = finding_words(finding)
    details = (
        Detail(_("Likely cause"), words.cause),
        Detail(_("What helps"), words.fix),
        Detail(_("Who can mend it"), words.who),
        Detail(_("What was tried"), words.detail),
    )
    return RowView(
        status=finding.status,
        title=words.title,
        word=status_word(finding.status),
        sentence=words.sentence,
        badge="" if finding.proof is Proof.NONE else proof_word(finding.proof),
        details=tuple(detail for detail in details if detail.text),
        links=(*links, *finding_links(finding)),
    )


def finding_links(finding: Finding) -> tuple[PageLink, ...]:
    """Return the links of a finding in words."""
    from feishu_wizard.text.labels import link_label

    return tuple(PageLink(link_label(link.label), link.url) for link in finding.links)


class CheckRow(Block):
    """One row. It is named by its whole content and can be expanded by keyboard."""

    expanded = Signal(bool)

    def __init__(
        self, row_id: str, view: RowView | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.row_id = row_id
        a11y.identify(self, row_id)
        self._view: RowView | None = None
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.space(1.25))
        self._icon = IconLabel(scale=1.25)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        texts = column(spacing=0.5)
        line.addLayout(texts, 1)
        head = QHBoxLayout()
        head.setSpacing(theme.space(1))
        self._title = WrapLabel(role="strong")
        self._word, self._badge = Pill(), Pill()
        head.addWidget(self._title, 1)
        head.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._word, 0, Qt.AlignmentFlag.AlignTop)
        texts.addLayout(head)
        self._sentence = WrapLabel(selectable=True)
        texts.addWidget(self._sentence)
        self.body = column(spacing=1)
        texts.addLayout(self.body)
        self._links = QHBoxLayout()
        self._links.setSpacing(theme.space(1))
        texts.addLayout(self._links)
        self._more = Disclosure()
        self._more.toggled.connect(self.expanded)
        texts.addWidget(self._more)
        if view is not None:
            self.set_view(view)

    def view(self) -> RowView | None:
        """Return what is shown."""
        return self._view

    def set_view(self, view: RowView) -> None:
        """Show ``view``; nothing is rebuilt when it is shown already."""
        if view == self._view:
            return
        old, self._view = self._view, view
        icon, tone = SIGNS[view.status]
        self._icon.set_icon(view.icon or icon, view.tone or tone)
        self._title.setText(view.title)
        self._word.set_text(view.word, _pill_tone(view.tone or tone))
        self._badge.set_text(view.badge, "accent")
        self._sentence.set_text(view.sentence)
        a11y.describe(self, f"{view.word}: {view.title}", view.sentence)
        if old is None or old.links != view.links:
            self._show_links(view)
        self._show_details(view)

    def set_expanded(self, is_open: bool) -> None:
        """Open or close the details."""
        self._more.set_open(is_open)

    def retranslate(self) -> None:
        """Name the expander again; the view comes from the page."""
        closed, opened = _("Details"), _("Hide details")
        self._more.set_words(closed, opened)
        title = self._view.title if self._view is not None else ""
        self._more.button.setAccessibleName(_("Details: {title}").format(title=title))

    def _show_links(self, view: RowView) -> None:
        clear(self._links)
        for number, link in enumerate(view.links):
            button = LinkButton(link.label, link.url)
            a11y.identify(button, f"{self.row_id}.link{number}")
            self._links.addWidget(button)
        if view.links:
            self._links.addStretch(1)

    def _show_details(self, view: RowView) -> None:
        self._more.empty()
        if view.details:
            self._more.body.addWidget(details_frame(view, self.row_id))
        else:
            self._more.set_open(False)
        show_if(self._more, bool(view.details))
        self.retranslate()


def _pill_tone(tone: str) -> str:
    return "neutral" if tone == "muted" else tone


def details_frame(view: RowView, row_id: str) -> QFrame:
    """The labelled texts on a ground of their own, with a button that copies them all."""
    frame = QFrame()
    frame.setProperty("well", True)
    grid = QGridLayout(frame)
    pad = theme.space(1.5)
    grid.setContentsMargins(pad, pad, pad, pad)
    grid.setHorizontalSpacing(theme.space(2))
    grid.setVerticalSpacing(theme.space(1))
    grid.setColumnStretch(1, 1)
    for number, detail in enumerate(view.details):
        label = WrapLabel(detail.label, "small")
        label.setWordWrap(False)
        text = WrapLabel(detail.text, selectable=True)
        a11y.describe(text, f"{detail.label}: {detail.text}")
        grid.addWidget(label, number, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(text, number, 1)
    copy = CopyButton(lambda: view.text)
    copy.set_words(_("Copy details"))
    copy.setAccessibleName(_("Copy details: {title}").format(title=view.title))
    a11y.identify(copy, f"{row_id}.copy")
    grid.addWidget(copy, len(view.details), 1, Qt.AlignmentFlag.AlignLeft)
    return frame


class CheckList(QWidget):
    """Rows by id. ``show_rows`` adds, updates and removes without rebuilding what stays."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = column(self, spacing=1.5)
        self._rows: dict[str, CheckRow] = {}

    def show_rows(self, views: Sequence[tuple[str, RowView]]) -> None:
        """Show ``(row id, view)`` pairs in this order; open details stay open."""
        wanted = dict(views)
        for row_id in [row for row in self._rows if row not in wanted]:
            gone = self._rows.pop(row_id)
            self._layout.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for index, (row_id, view) in enumerate(wanted.items()):
            row = self._rows.get(row_id)
            if row is None:
                row = self._rows[row_id] = CheckRow(row_id)
            row.set_view(view)
            if self._layout.indexOf(row) != index:
                self._layout.insertWidget(index, row)
        self._rows = {row_id: self._rows[row_id] for row_id in wanted}

    def show_findings(self, findings: Sequence[Finding], prefix: str = "") -> None:
        """Show findings; the row ids are ``prefix`` and the check id."""
        self.show_rows([(prefix + finding.id, finding_view(finding)) for finding in findings])

    def row(self, row_id: str) -> CheckRow:
        """Return a row, to put a button into its ``body``."""
        return self._rows[row_id]

    def row_ids(self) -> list[str]:
        """Return the ids in the order shown."""
        return list(self._rows)
