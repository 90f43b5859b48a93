"""Waiting for the approver: since when, how many looks are left, and what may end it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.means import RELEASE, Task
from feishu_wizard.domain.states import VersionState
from feishu_wizard.text.catalog import _, ngettext
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import show_some
from feishu_wizard.ui.pages.parts import HintLine
from feishu_wizard.ui.widgets.base import column
from feishu_wizard.ui.widgets.buttons import Button, LinkButton
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.wizard.permissions import PermissionsStep


class WaitBlock(QWidget):
    """Shown from the moment a version can be submitted."""

    def __init__(self, controller: PermissionsStep) -> None:
        super().__init__()
        self._controller = controller
        outer = column(self, spacing=1)
        self._since = HintLine("clock", tone="info")
        outer.addWidget(self._since)
        buttons = FlowLayout()
        outer.addLayout(buttons)
        self.wait = Button(icon="clock")
        a11y.identify(self.wait, "permissions.wait")
        self.wait.clicked.connect(controller.wait)
        self._stop = Button()
        a11y.identify(self._stop, "permissions.stop_waiting")
        self._stop.clicked.connect(controller.stop_waiting)
        self._open_review = LinkButton()
        a11y.identify(self._open_review, "permissions.open_audit")
        self._not_yet = Button(kind="link")
        a11y.identify(self._not_yet, "permissions.not_submitted")
        self._not_yet.clicked.connect(lambda: controller.take_back((RELEASE,)))
        for button in (self.wait, self._stop, self._open_review, self._not_yet):
            buttons.addWidget(button)

    def refresh(self) -> None:
        """Show how the wait stands."""
        controller = self._controller
        review = controller.plan.version is VersionState.UNDER_REVIEW
        submitted = controller.next.task is Task.WAIT
        self._since.set_text(_since_words(controller) if submitted else "")
        self.wait.set_kind("primary" if submitted else "secondary")
        self.wait.setText(
            _("Wait for it here") if submitted else _("I have submitted the version: wait")
        )
        self._open_review.set_link(
            _("Page for the administrator"), controller.page_link(ConsolePage.AUDIT)
        )
        show_some(
            (self.wait, not controller.waiting),
            (self._stop, controller.waiting),
            (self._open_review, submitted),
            (self._not_yet, submitted and not review),
        )

    def retranslate(self) -> None:
        """Set all texts again."""
        self._stop.setText(_("Stop waiting"))
        self._not_yet.setText(_("Not submitted yet"))


def _since_words(controller: PermissionsStep) -> str:
    approval = controller.approval
    since = local_time(approval.since)
    told = [_("Submitted {time}.").format(time=since)] if since else []
    if approval.active:
        told.append(_look_words(approval.seconds, approval.looks_left))
    if approval.slowed:
        told.append(_("Feishu asked for fewer calls."))
    if approval.stopped_by:
        told.append(
            _("Looking has stopped: Feishu's calls of this month are used up. Check again later.")
        )
    return " ".join(told)


def _look_words(seconds: float, looks: int) -> str:
    minutes = round(seconds / 60)
    pace = ngettext("Looks once a minute", "Looks every {n} minutes", minutes).format(n=minutes)
    left = ngettext("{n} more time", "{n} more times", looks).format(n=looks)
    return _("{pace}, {left}.").format(pace=pace, left=left)


def local_time(stamp: str) -> str:
    """Return an RFC 3339 time as a date and time of this computer; "" for none."""
    from PySide6.QtCore import QDateTime, QLocale, Qt

    from feishu_wizard.text import catalog

    moment = QDateTime.fromString(stamp, Qt.DateFormat.ISODate)
    if not moment.isValid():
        return stamp
    chinese = catalog.current() == catalog.CHINESE
    locale = QLocale(QLocale.Language.Chinese if chinese else QLocale.Language.English)
    return locale.toString(moment.toLocalTime(), QLocale.FormatType.ShortFormat)
