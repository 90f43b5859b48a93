"""The window: step list, heading, pages, message strip, buttons. Shows the session, no more.

Pages are made when they are first opened. After every change of the session the visible page and
everything around it are shown again, at most once per turn of the event loop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QElapsedTimer, QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QWidget

from feishu_wizard.text import labels
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.footer import Footer
from feishu_wizard.ui.header import Header, Sidebar
from feishu_wizard.ui.message_strip import Act, MessageStrip
from feishu_wizard.ui.page_stack import MakePage, PageStack
from feishu_wizard.ui.widgets.base import column
from feishu_wizard.ui.widgets.page import Page
from feishu_wizard.wizard.message import Message
from feishu_wizard.wizard.steps import ORDER, Busy, Step, StepRow, Verb, View

LEAVE_SECONDS = 2.0
"""How long closing waits for the draft to be kept."""
LOWEST = 640
"""Least height of the window; the least width comes from its parts."""
_DOUBLE_CLICK_MS = 600


class ShellSession(Protocol):
    """What the window needs of ``wizard.session.Session``."""

    step: Step
    message: Message | None
    focus: str | None

    @property
    def view(self) -> View: ...
    @property
    def busy(self) -> Busy | None: ...
    @property
    def can_go_back(self) -> bool: ...
    @property
    def closing(self) -> bool: ...
    def subscribe(self, listener: Callable[[], None]) -> None: ...
    def rows(self) -> list[StepRow]: ...
    def verb(self) -> Verb: ...
    def press(self) -> None: ...
    def back(self) -> None: ...
    def go(self, step: Step) -> None: ...
    def diagnose(self) -> None: ...
    def cancel_work(self) -> None: ...
    def act(self, action: str) -> None: ...
    def dismiss_message(self) -> None: ...


BeforeClose = Callable[[Callable[[], None]], None]


class Shell(QMainWindow):
    """The main window. ``make_page`` builds a page when it is first opened.

    ``before_close`` keeps what has to be kept and then calls its argument; ``finished`` tells
    whether the last page asked to close.
    """

    def __init__(
        self,
        session: ShellSession,
        make_page: MakePage,
        *,
        before_close: BeforeClose = lambda then: then(),
        finished: Callable[[], bool] = lambda: False,
        on_language: Callable[[str], None] = lambda _code: None,
    ) -> None:
        super().__init__()
        a11y.identify(self, "window")
        self._session = session
        self._before_close, self._finished = before_close, finished
        self._told: Message | None = None
        self._renamed = False
        self._focused: str | None = None
        self._leaving = False
        self._asking = False
        self._since_cancel = QElapsedTimer()
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.timeout.connect(self.refresh)
        self._build(make_page, on_language)
        self._connect()
        self.resize(1080, 760)
        session.subscribe(self._due.start)
        self.refresh()

    # -- building ---------------------------------------------------------------------

    def _build(self, make_page: MakePage, on_language: Callable[[str], None]) -> None:
        central = QWidget()
        sides = self._sides = QHBoxLayout(central)
        sides.setContentsMargins(0, 0, 0, 0)
        sides.setSpacing(0)
        self.sidebar = Sidebar()
        sides.addWidget(self.sidebar)
        main = column(spacing=0)
        sides.addLayout(main, 1)
        self.header = Header(on_language)
        self.stack = PageStack(make_page)
        self.strip = MessageStrip()
        self.footer = Footer()
        main.addWidget(self.header)
        main.addWidget(self.stack, 1)
        main.addWidget(self.strip)
        main.addWidget(self.footer)
        self.setCentralWidget(central)

    def _connect(self) -> None:
        self.sidebar.steps.chosen.connect(self._go)
        self.sidebar.diagnose.clicked.connect(self._diagnose)
        self.footer.pressed.connect(self.press)
        self.footer.went_back.connect(self._session.back)
        self.footer.cancelled.connect(self._cancel)
        self.strip.dismissed.connect(self._session.dismiss_message)
        self.strip.acted.connect(self._session.act)

    # -- showing ----------------------------------------------------------------------

    def page(self) -> Page:
        """Return the visible page."""
        return self.stack.page(self._session.view)

    def refresh(self) -> None:
        """Show the session again."""
        self._due.stop()
        if self._leaving:
            return
        session = self._session
        if self._finished():
            self._leave()
            return
        opened = session.view is not self.stack.shown
        if opened:
            self._focused = None
            self.stack.open(session.view)
        else:
            self.page().refresh()
        self.sidebar.steps.show_rows(session.rows(), session.step)
        self.sidebar.diagnose.setChecked(session.view is not session.step)
        self._show_words()
        self._show_buttons()
        self._show_message()
        self._move_focus(opened=opened)
        self._keep_room()

    def _show_buttons(self) -> None:
        """The row at the bottom; what is shown instead of a step has its verb on the page."""
        session, verb = self._session, self._session.verb()
        aside = session.view is not session.step
        self.footer.show_state(
            verb,
            session.busy,
            closing=session.closing,
            can_go_back=session.can_go_back,
            back_to=ORDER.index(session.step) + 1 if aside else 0,
        )
        self.footer.next.setVisible(not aside)
        # Where the positive button closes the window, a second one that does is one too many.
        self.footer.cancel.setVisible(
            session.busy is not None or (verb.code != "close" and not aside)
        )

    def _keep_room(self) -> None:
        """Never lower than all its words: Qt itself forgets that narrow texts are higher."""
        screen = self.screen().availableGeometry().height()
        words = self._sides.totalMinimumHeightForWidth(self.width())
        self.setMinimumHeight(min(max(LOWEST, words), screen))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrower window needs more height."""
        super().resizeEvent(event)
        self._keep_room()

    def _show_words(self) -> None:
        step, page = self._session.step, self.page()
        title = page.title() or labels.step_title(step)
        place = _("Step {number} of {total}").format(number=ORDER.index(step) + 1, total=len(ORDER))
        if self._session.view is not step:
            place = _("Opened from step {number}").format(number=ORDER.index(step) + 1)
        self.header.show_words(place, title, page.intro() or labels.step_intro(step))
        self.setWindowTitle(_("{step} – Connect CAN to Feishu").format(step=title))
        page.setAccessibleName(title)
        self.footer.help.set_link(*(page.help_link() or ("", "")))

    def _show_message(self) -> None:
        message = self._session.message
        if self._asking:
            if self._session.busy is not None:
                if self._renamed:
                    self._renamed = False
                    self._ask_to_leave()
                return
            self._asking, self._told = False, None  # the work ended by itself
        if message is None:
            self.strip.clear()
        elif message != self._told or self._renamed:
            self.strip.show_message(message, aloud=message != self._told)
        self._told, self._renamed = message, False

    def _move_focus(self, *, opened: bool) -> None:
        field = self._session.focus
        if field is not None and field != self._focused:
            self.page().focus_field(field)
        elif opened:
            first = self.page().first_field() or self.header.heading
            first.setFocus(Qt.FocusReason.OtherFocusReason)
            self._announce_place()
        self._focused = field

    def _announce_place(self) -> None:
        """Say which step was opened; a window that appears is read by its title anyway."""
        if self.isVisible():
            a11y.announce(
                self.header.heading,
                _("{place}: {title}").format(
                    place=self.header.place.text(), title=self.header.heading.text()
                ),
            )

    def changeEvent(self, event: QEvent) -> None:
        """A new language renames everything."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._renamed = True
            self._due.start()

    # -- acting -----------------------------------------------------------------------

    def press(self) -> None:
        """The positive button, also by Enter. While work is under way it does nothing."""
        if self._session.busy is None:
            self._focused = None
            self._session.press()
            self.refresh()

    def _go(self, step: Step) -> None:
        if step is not self._session.view:
            self._session.go(step)

    def _diagnose(self) -> None:
        self._session.diagnose()
        self._due.start()  # its button shows what is open, also when it was open already

    def _cancel(self) -> None:
        """Cancel work under way; else close the window, but not by a hasty second click."""
        if self._session.busy is not None:
            self._since_cancel.start()
            self._session.cancel_work()
        elif not self._since_cancel.isValid() or self._since_cancel.hasExpired(_DOUBLE_CLICK_MS):
            self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the positive button, Escape cancels work, F1 opens the help."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.press()
        elif event.key() == Qt.Key.Key_Escape and self._session.busy is not None:
            self._session.cancel_work()
        elif event.key() == Qt.Key.Key_F1 and self.footer.help.url():
            self.footer.help.click()
        else:
            super().keyPressEvent(event)

    # -- closing ----------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep the draft first; ask, without blocking, only while work is under way."""
        if self._leaving:
            event.accept()
            return
        event.ignore()
        if self._session.busy is not None:
            self._ask_to_leave()
        else:
            self._leave()

    def _ask_to_leave(self) -> None:
        self._asking = True
        acts = (
            Act("leave", _("Cancel it and close"), self.leave),
            Act("stay", _("Keep working"), self._stay),
        )
        self.strip.ask(_("Work is still under way."), acts)

    def _stay(self) -> None:
        self._asking, self._told = False, None
        self.refresh()

    def leave(self) -> None:
        """Close without asking: work is cancelled, the draft is kept."""
        if self._session.busy is not None:
            self._session.cancel_work()
        self._leave()

    def _leave(self) -> None:
        QTimer.singleShot(round(LEAVE_SECONDS * 1000), self, self._left)
        # Not at once: a close inside closeEvent would be ignored by Qt.
        self._before_close(lambda: QTimer.singleShot(0, self, self._left))

    def _left(self) -> None:
        if not self._leaving:
            self._leaving = True
            self.close()
