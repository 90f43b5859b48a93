"""The field table: what came of each field, and which permission would reveal the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from feishu_wizard.domain.walk import FieldShare
from feishu_wizard.text import sync as told
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.widgets.base import show_if
from feishu_wizard.ui.widgets.buttons import LinkButton
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.ui.widgets.share_bar import ShareBar

Reveal = Callable[[FieldShare], tuple[str, str]]
"""Words and address of the page where a permission is added; both "" when there is none."""


class FieldTable(QWidget):
    """One line for each field: its name, its share as a bar and in words, a link."""

    def __init__(self, table_id: str, reveal: Reveal, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        a11y.identify(self, table_id)
        self._id, self._reveal = table_id, reveal
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.space(2))
        self._grid.setVerticalSpacing(theme.space(0.75))
        self._grid.setColumnStretch(2, 1)
        self._lines: list[tuple[WrapLabel, ShareBar, WrapLabel, LinkButton]] = []

    def show_fields(self, shares: Sequence[FieldShare]) -> None:
        """Show ``shares`` in their order."""
        while len(self._lines) < len(shares):
            self._add(len(self._lines))
        for number, line in enumerate(self._lines):
            if number < len(shares):
                self._show(line, shares[number])
            for widget in line[:3]:
                show_if(widget, number < len(shares))
            if number >= len(shares):
                show_if(line[3], False)

    def _show(self, line: tuple[WrapLabel, ShareBar, WrapLabel, LinkButton], s: FieldShare) -> None:
        name, bar, words, link = line
        field, sentence = told.column_word(s.column), told.share_words(s)
        name.setText(field)
        bar.set_share(s.filled / s.people if s.people else 0.0, _tone(s))
        words.setText(sentence)
        a11y.describe(words, _("{label}: {value}").format(label=field, value=sentence))
        label, url = self._reveal(s)
        a11y.identify(link, f"{self._id}.{s.column}.link")
        link.set_link(label.replace("&", "&&"), url)

    def _add(self, number: int) -> None:
        name, bar, words, link = WrapLabel(), ShareBar(), WrapLabel(selectable=True), LinkButton()
        name.setWordWrap(False)
        top = Qt.AlignmentFlag.AlignTop
        self._grid.addWidget(name, 2 * number, 0, top)
        self._grid.addWidget(bar, 2 * number, 1, top)
        self._grid.addWidget(words, 2 * number, 2)
        self._grid.addWidget(link, 2 * number + 1, 2, Qt.AlignmentFlag.AlignLeft)
        self._lines.append((name, bar, words, link))


def _tone(share: FieldShare) -> str:
    if not share.present:
        return "warning"
    return "success" if share.filled == share.people else "accent"
