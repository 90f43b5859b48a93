"""The result of a check: sign, word, title, one sentence; the details behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QWidget

from feishu_wizard.domain.finding import Finding, Proof, Status
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.widgets.base import Block, clear, column, show_if
from feishu_wizard.ui.widgets.buttons import Button, LinkButton
from feishu_wizard.ui.widgets.copy_row import CopyButton
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import IconLabel, Pill, WrapLabel
from feishu_wizard.ui.widgets.title_line import TitleLine

SIGNS = {
    Status.PASS: ("check-circle", "success"),
    Status.WARN: ("alert-triangle", "warning"),
    Status.FAIL: ("x-circle", "danger"),
    Status.SKIP: ("skip", "muted"),
    Status.UNKNOWN: ("help-circle", "muted"),
}
"""Icon and colour token of each outcome."""


@dataclass(frozen=True, slots=True)
class Detail:
    """One labelled text behind the expander, such as the cause or a log id."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page that helps: words, safe for a button, and address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class RowView:
    """What a row shows, all in words.

    ``word`` is the outcome or state ("OK", "Not requested"), ``sentence`` what was observed,
    ``badge`` a second word at the right ("Proven"). ``links`` are always in sight; ``details``
    lie behind the expander. ``icon`` and ``tone`` replace the sign of ``status``. ``note`` stands
    small behind the title. ``compact`` puts links and expander as signs onto the line of the
    title; ``secondary`` rows are quieter.
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
    note: str = ""
    compact: bool = False
    secondary: bool = False

    @property
    def text(self) -> str:
        """All of it as plain text, for the clipboard and for screen readers."""
        lines = [f"{self.word}: {self.title}", self.note, self.sentence]
        lines += [f"{detail.label}: {detail.text}" for detail in self.details]
        lines += [f"{a11y.plain(link.label)}: {link.url}" for link in self.links]
        return "\n".join(line for line in lines if line)


def finding_view(finding: Finding, links: Sequence[PageLink] = ()) -> RowView:
    """Return what is shown of a finding; ``links`` are put in front of its own."""
    from feishu_wizard.text.words import finding_words, proof_word, status_word

    words = finding_words(finding)
    skipped = finding.status is Status.SKIP
    details = (
        Detail(_("Likely cause"), words.cause),
        Detail(_("What helps"), words.fix),
        Detail(_("Who can fix it"), words.who),
        Detail(_("What was tried"), words.detail),
    )
    return RowView(
        status=finding.status,
        title=words.title,
        word=status_word(finding.status),
        sentence="" if skipped else words.sentence,
        note=words.sentence if skipped else "",
        compact=skipped,
        secondary=skipped,
        badge="" if finding.proof is Proof.NONE else proof_word(finding.proof),
        details=tuple(detail for detail in details if detail.text),
        links=(*links, *finding_links(finding)),
    )


def finding_links(finding: Finding) -> tuple[PageLink, ...]:
    """Return the links of a finding in words."""
    from feishu_wizard.text.labels import link_label

    # ``&`` would be the sign of a mnemonic on the button.
    words = [link_label(link.label).replace("&", "&&") for link in finding.links]
    return tuple(PageLink(word, link.url) for word, link in zip(words, finding.links, strict=True))


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
        self._head = QHBoxLayout()
        self._head.setSpacing(theme.space(1))
        self._title = TitleLine()
        self._word, self._badge = Pill(), Pill()
        self._head.addWidget(self._title, 1)
        self._head.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self._head.addWidget(self._word, 0, Qt.AlignmentFlag.AlignVCenter)
        texts.addLayout(self._head)
        self._sentence = WrapLabel(selectable=True)
        texts.addWidget(self._sentence)
        self.body = column(spacing=1)
        texts.addLayout(self.body)
        self._foot = FlowLayout()
        texts.addLayout(self._foot)
        self._toggle = Button(kind="link")
        self._toggle.clicked.connect(lambda: self.set_expanded(not self.is_expanded()))
        self._details = QWidget()
        self._details_body = column(self._details)
        self._details.hide()
        texts.addWidget(self._details)
        self._links: list[LinkButton] = []
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
        self._title.set_texts(view.title, view.note)
        self._title.title.set_tone("muted" if view.secondary else "")
        self._word.set_text(view.word, _pill_tone(view.tone or tone))
        self._badge.set_text(view.badge, "neutral" if view.secondary else "accent")
        self._sentence.set_text(view.sentence)
        a11y.describe(self, f"{view.word}: {view.title}", view.sentence or view.note)
        if old is None or (old.links, old.compact) != (view.links, view.compact):
            self._show_links(view)
        self._show_details(view)

    def is_expanded(self) -> bool:
        """Tell whether the details are shown."""
        return not self._details.isHidden()

    def set_expanded(self, is_open: bool) -> None:
        """Open or close the details."""
        if is_open == self.is_expanded() or (is_open and not self._details_body.count()):
            return
        self._details.setVisible(is_open)
        self.retranslate()
        self.expanded.emit(is_open)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click beside the small sign of a compact row opens it, too."""
        compact = self._view is not None and self._view.compact
        on_head = event.position().y() <= self._head.geometry().bottom()
        if compact and on_head and event.button() is Qt.MouseButton.LeftButton:
            self.set_expanded(not self.is_expanded())
            return
        super().mouseReleaseEvent(event)

    def retranslate(self) -> None:
        """Name the expander again; the view comes from the page."""
        is_open, view = self.is_expanded(), self._view
        words = _("Hide details") if is_open else _("Details")
        icon = "chevron-down" if is_open else "chevron-right"
        if view is not None and view.compact:
            self._toggle.set_icon_only(icon, words)
        else:
            self._toggle.set_icon(icon)
            self._toggle.setText(words)
            self._toggle.setToolTip("")
        title = view.title if view is not None else ""
        self._toggle.setAccessibleName(_("Details: {title}").format(title=title))

    def _show_links(self, view: RowView) -> None:
        """In a compact row the signs of links stand behind the word, else words below it."""
        for button in (self._toggle, *self._links):
            self._head.removeWidget(button)
            self._foot.removeWidget(button)
        for gone in self._links:
            gone.hide()
            gone.deleteLater()
        self._links = []
        for number, link in enumerate(view.links):
            button = LinkButton(link.label, link.url)
            a11y.identify(button, f"{self.row_id}.link{number}")
            if view.compact:
                button.setText("")
                button.setToolTip(f"{a11y.plain(link.label)}\n{link.url}")
            self._links.append(button)
        for button in (*self._links, self._toggle):
            if view.compact:
                self._head.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
            else:
                self._foot.addWidget(button)

    def _show_details(self, view: RowView) -> None:
        clear(self._details_body)
        if view.details:
            self._details_body.addWidget(details_frame(view, self.row_id))
        else:
            self.set_expanded(False)
        show_if(self._toggle, bool(view.details))
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
