"""The strip above the buttons: one message, its details, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QWidget

from feishu_wizard.text import labels
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.widgets.base import clear, show_if
from feishu_wizard.ui.widgets.buttons import Button, LinkButton
from feishu_wizard.ui.widgets.card import Banner, Disclosure
from feishu_wizard.wizard.message import Message
from feishu_wizard.wizard.steps import Severity

_DETAIL_LINES = 11


class Act(NamedTuple):
    """A button of the strip: its id, its words and what it does."""

    code: str
    words: str
    call: Callable[[], None]


class MessageStrip(QWidget):
    """Shows a message of the session, or a question of the window. Read aloud when it is new."""

    dismissed = Signal()
    acted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(theme.space(4), 0, theme.space(4), theme.space(1.5))
        self.banner = Banner()
        a11y.identify(self.banner, "message")
        outer.addWidget(self.banner, 1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(theme.space(1))
        self.banner.body.addLayout(self._buttons)
        self._more = Disclosure()
        self.banner.body.addWidget(self._more)
        self._close = Button(kind="quiet")
        a11y.identify(self._close, "message.close")
        self._close.clicked.connect(self.dismissed)
        self.banner.add_action(self._close)
        self._text = ""
        self.hide()

    def text(self) -> str:
        """Return the sentence shown, "" while hidden."""
        return "" if self.isHidden() else self._text

    def show_message(self, message: Message, *, aloud: bool = True) -> None:
        """Show a message of the session with its finding behind it; ``aloud`` when it is new."""
        acts = [
            Act(code, labels.action_label(code), lambda code=code: self.acted.emit(code))  # type: ignore[misc]
            for code in message.actions
        ]
        text = labels.message(message)
        self._fill(message.severity, text, acts, closable=True)
        self._show_finding(message)
        self.show()
        if aloud:
            a11y.announce(self.banner, text, assertive=message.severity is Severity.ERROR)

    def ask(self, text: str, acts: Sequence[Act]) -> None:
        """Ask a question that does not block the window."""
        self._fill(Severity.WARNING, text, acts, closable=False)
        show_if(self._more, False)
        self.show()
        a11y.announce(self.banner, text, assertive=True)

    def clear(self) -> None:
        """Show nothing."""
        self._text = ""
        self.hide()

    def _fill(self, severity: Severity, text: str, acts: Sequence[Act], *, closable: bool) -> None:
        self._text = text
        self.banner.show_text(severity, text)
        self._close.set_icon_only("x-circle", _("Close this message"))
        show_if(self._close, closable)
        clear(self._buttons)
        for act in acts:
            button = Button(act.words)
            a11y.identify(button, f"message.{act.code}")
            # ``clicked`` carries whether the button is checked, which is no argument of the act.
            button.clicked.connect(lambda _checked=False, call=act.call: call())
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)

    def _show_finding(self, message: Message) -> None:
        from feishu_wizard.ui.widgets.check_row import details_frame, finding_view

        self._more.empty()
        self._more.set_open(False)
        view = finding_view(message.finding) if message.finding is not None else None
        for link in view.links if view is not None else ():
            self._buttons.insertWidget(self._buttons.count() - 1, LinkButton(link.label, link.url))
        if view is not None and view.details:
            self._more.body.addWidget(_Bounded(details_frame(view, "message")))
        self._more.set_words(_("Details"), _("Hide details"))
        show_if(self._more, view is not None and bool(view.details))


class _Bounded(QScrollArea):
    """Details may be long: they scroll instead of pushing the page away."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self._content = content
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)

    def sizeHint(self) -> QSize:
        """As high as the wrapped text, up to a number of lines."""
        content, width = self._content, max(self.width(), 30 * theme.UNIT)
        tall = content.heightForWidth(width) if content.hasHeightForWidth() else -1
        limit = self.fontMetrics().lineSpacing() * _DETAIL_LINES
        return QSize(width, min(limit, max(tall, content.minimumSizeHint().height())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A new width wraps differently."""
        super().resizeEvent(event)
        self.updateGeometry()
