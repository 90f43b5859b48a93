"""The walk: what it does and costs, how far it is, and where it stopped."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget

from feishu_wizard.text import sync as told
from feishu_wizard.text.catalog import _
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import show_some
from feishu_wizard.ui.pages.parts import HintLine
from feishu_wizard.ui.widgets.base import column
from feishu_wizard.ui.widgets.buttons import Button
from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.ui.widgets.check_list import CheckList
from feishu_wizard.ui.widgets.check_row import finding_view
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel, elapsed_words
from feishu_wizard.wizard.sync import SyncFlow

_WHOLE = 1000


class WalkCard(Card):
    """Shows a ``SyncFlow`` before, during and after its walk."""

    def __init__(self, flow: SyncFlow, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._flow = flow
        self._cost = HintLine("clock")
        self._build_progress()
        self._trouble = CheckList()
        self._buttons = QWidget()
        line = FlowLayout(self._buttons)
        self._start = self._button("test.sync", flow.begin, "secondary", "users")
        self._pause = self._button("test.sync.pause", flow.pause)
        self._go_on = self._button("test.sync.go_on", flow.go_on, "secondary")
        self._again = self._button("test.sync.again", flow.begin_again, icon="refresh")
        self._not_now = self._button("test.sync.not_now", flow.not_now, "quiet")
        for button in (self._start, self._pause, self._go_on, self._again, self._not_now):
            line.addWidget(button)
        for widget in (self._cost, self._progress, self._trouble, self._buttons):
            self.add(widget)
        self.retranslate()

    def _build_progress(self) -> None:
        self._progress = QWidget()
        body = column(self._progress, spacing=0.75)
        self._people = WrapLabel(role="strong")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, _WHOLE)
        a11y.identify(self._bar, "test.sync.progress")
        self._details = WrapLabel(role="muted")
        self._waiting = HintLine("clock", "body", tone="warning")
        for widget in (self._people, self._bar, self._details, self._waiting):
            body.addWidget(widget)

    def _button(self, name: str, press: object, kind: str = "secondary", icon: str = "") -> Button:
        button = Button(kind=kind, icon=icon)
        a11y.identify(button, name)
        button.clicked.connect(press)
        return button

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show where the walk stands."""
        flow = self._flow
        fresh = flow.state is None
        complete = not (fresh or flow.running or flow.stopped)
        self.set_title(self._heading(), "" if complete else self._what())
        self._cost.set_text(self._price() if fresh else "")
        self._show_progress()
        trouble = [flow.error] if flow.error is not None else []
        self._trouble.show_rows(
            [("test.sync.error", finding_view(error.finding("sync"))) for error in trouble]
        )
        show_some(
            (self._progress, flow.running or flow.stopped),
            (self._trouble, bool(trouble)),
            (self._start, fresh),
            (self._pause, flow.running),
            (self._go_on, flow.stopped),
            (self._again, flow.stopped or complete),
            (self._not_now, fresh and not flow.put_off and flow.error is None),
        )
        self._start.setText(_("Try again") if flow.error is not None else _("Rehearse the sync"))
        self._again.setText(_("Begin again") if flow.stopped else _("Read everything again"))

    def _show_progress(self) -> None:
        flow = self._flow
        news = flow.news
        waits = _("Feishu asked to wait {n} s; it goes on by itself.")
        if flow.running and news is not None:
            people, details = told.news_lines(news)
            left = elapsed_words(news.seconds_left or 0.0)
            if left:
                more = _("{details} · about {time} left")
                details = more.format(details=details, time=left)
            self._set_bar(news.share, people)
            wait = round(news.waiting_s)
            self._waiting.set_text(waits.format(n=max(wait, 1)) if news.waiting_s > 0 else "")
        else:
            people = _("Asking what the app may see…") if flow.running else self._so_far()
            details = ""
            self._waiting.set_text("")
            self._set_bar(news.share if news is not None else None, people)
        self._people.set_text(people)
        self._details.set_text(details)

    def _set_bar(self, share: float | None, words: str) -> None:
        """Nothing is claimed while nobody knows how many there are."""
        self._bar.setValue(round((share or 0.0) * _WHOLE))
        a11y.describe(self._bar, _("Progress of the rehearsal"), words)

    def _so_far(self) -> str:
        summary, news = self._flow.summary, self._flow.news
        if news is not None:
            return told.news_lines(news)[0]
        return told.headline(summary) if summary is not None else ""

    def _heading(self) -> str:
        flow = self._flow
        if flow.running:
            return _("Reading the address book")
        if flow.stopped:
            return _("Stopped before the end")
        if flow.summary is not None and flow.state is not None:
            from feishu_wizard.text.ledger import age

            when = age(flow.summary.ended_at or flow.summary.started_at)
            return _("Address book read {time}").format(time=when) if when else _("Address book")
        return _("What would the first sync bring?")

    def _what(self) -> str:
        flow = self._flow
        if flow.stopped:
            return _("What was read is kept; it goes on at the page where it stopped.")
        if flow.running:
            return _("You may go on with other steps meanwhile.")
        return _(
            "Reads every person and department that the app may see, as a sync does it. Nothing "
            "is changed in Feishu or CAN; the list stays on this computer."
        )

    def _price(self) -> str:
        return _(
            "One call for every department and every 50 people, at half of Feishu's limit, which "
            "your systems in use share. 4,000 people take less than a minute, 100,000 in 3,000 "
            "departments about seven."
        )

    def retranslate(self) -> None:
        """Set all texts again."""
        self._pause.setText(_("Pause"))
        self._go_on.setText(_("Go on"))
        self._not_now.setText(_("Not now"))
        self.refresh()
