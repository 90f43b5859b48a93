"""The top of the window (where one is, what this step is about) and its left side."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, icons, theme
from feishu_wizard.ui.language import LanguageMenu, LookMenu
from feishu_wizard.ui.step_list import StepList
from feishu_wizard.ui.widgets.base import Block
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.labels import WrapLabel


class Header(Block):
    """Place in the row of steps, heading, sentences below it, and the two menus."""

    def __init__(self, on_language: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(theme.space(4), theme.space(2), theme.space(3), theme.space(2))
        outer.setSpacing(0)
        top = QHBoxLayout()
        top.setSpacing(theme.space(0.5))
        self.place = WrapLabel(role="small")
        self.language = LanguageMenu(on_language)
        self.look = LookMenu()
        top.addWidget(self.place, 1)
        top.addWidget(self.language)
        top.addWidget(self.look)
        outer.addLayout(top)
        self.heading = WrapLabel(role="heading")
        a11y.identify(self.heading, "heading")
        outer.addWidget(self.heading)
        outer.addSpacing(theme.space(0.75))
        self._intro = WrapLabel(role="muted")
        a11y.identify(self._intro, "intro")
        self._intro.setMaximumWidth(self.fontMetrics().horizontalAdvance("n") * 92)
        outer.addWidget(self._intro)

    def show_words(self, place: str, heading: str, intro: str) -> None:
        """Say where one is and what is done here."""
        self.place.setText(place)
        self.heading.setText(heading)
        self._intro.set_text(intro)

    def retranslate(self) -> None:
        """Name the menus again."""
        self.language.retranslate()
        self.look.retranslate()


class _AppSign(QWidget):
    """The program's own icon."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Two lines of text high."""
        side = round(self.fontMetrics().height() * 2.0)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        side = self.sizeHint().width()
        QPainter(self).drawPixmap(0, 0, icons.app_pixmap(side, self.devicePixelRatioF()))


class Sidebar(Block):
    """Name of the program, steps, the way to the diagnosis, and a note (as in a demo)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        outer = QVBoxLayout(self)
        pad = theme.space(1.5)
        outer.setContentsMargins(pad, theme.space(2.5), pad, theme.space(2))
        outer.setSpacing(theme.space(2))
        top = QHBoxLayout()
        top.setContentsMargins(theme.space(1), 0, 0, 0)
        top.setSpacing(theme.space(1.25))
        top.addWidget(_AppSign())
        self._name = WrapLabel(role="strong")
        top.addWidget(self._name, 1, Qt.AlignmentFlag.AlignVCenter)
        outer.addLayout(top)
        self.steps = StepList()
        outer.addWidget(self.steps, 1)
        outer.addLayout(self._build_diagnose())
        self._note = WrapLabel(role="small")
        self._note.hide()
        self._note_words: Callable[[], str] = lambda: ""
        outer.addWidget(self._note)
        self.retranslate()

    def _build_diagnose(self) -> QVBoxLayout:
        """One click from every step, and from the start: what is wrong with a setup."""
        below = QVBoxLayout()
        below.setSpacing(theme.space(0.75))
        self.diagnose = Button(icon="pulse")
        self.diagnose.setCheckable(True)
        a11y.identify(self.diagnose, "diagnose")
        below.addWidget(self.diagnose)
        self._why = WrapLabel(role="small")
        below.addWidget(self._why)
        return below

    def set_note(self, words: Callable[[], str]) -> None:
        """Show what ``words`` returns, in every language, at the bottom."""
        self._note_words = words
        self.retranslate()

    def retranslate(self) -> None:
        """Set the name again."""
        self._name.setText(_("Connect CAN to Feishu"))
        self._note.set_text(self._note_words())
        words, why = _("Diagnose"), _("Finds out why an existing setup does not work.")
        self.diagnose.setText(words)
        self._why.setText(why)
        a11y.describe(self.diagnose, words, why)
        self.setFixedWidth(self.steps.sizeHint().width() + theme.space(3))
