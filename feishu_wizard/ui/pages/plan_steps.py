"""The release plan as numbered things to do: permissions, settings, one version, the wait."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.states import VersionState
from feishu_wizard.text import notes
from feishu_wizard.text.catalog import _, ngettext, pick
from feishu_wizard.ui import a11y
from feishu_wizard.ui.pages.base import show_some
from feishu_wizard.ui.pages.parts import HintLine, StepBlock
from feishu_wizard.ui.widgets.base import clear, show_if
from feishu_wizard.ui.widgets.buttons import Button, LinkButton
from feishu_wizard.ui.widgets.card import Banner, Card, Disclosure
from feishu_wizard.ui.widgets.copy_row import CopyButton, CopyRow
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.wizard.permissions import WAIT_SECONDS, PermissionsStep
from feishu_wizard.wizard.steps import Severity


class PlanSteps(Card):
    """What to do next, at the top of the page."""

    def __init__(self, controller: PermissionsStep) -> None:
        super().__init__()
        self._controller = controller
        self.recheck = Button(icon="refresh")
        a11y.identify(self.recheck, "permissions.recheck")
        self.recheck.clicked.connect(controller.check)
        self.header.addWidget(self.recheck)
        self._build_scopes()
        self._build_settings()
        self._build_version()
        self._build_wait()
        self._steps = (self._scopes, self._settings, self._version, self._wait_step)
        for step in self._steps:
            self.add(step)

    # -- building ---------------------------------------------------------------------

    def _build_scopes(self) -> None:
        self._scopes = StepBlock(1)
        self._copy_json = CopyButton(lambda: self._controller.missing_json)
        a11y.identify(self._copy_json, "permissions.copy_json")
        self._open_scopes = self._link("permissions.open_auth")
        self._json_folded = Disclosure()
        self._scopes.add_actions(self._copy_json, self._open_scopes, self._json_folded.button)
        a11y.identify(self._json_folded.button, "permissions.json.show")
        self._json = CopyRow("permissions.json", multiline=True)
        self._json_folded.body.addWidget(self._json)
        self._scopes.foot.addWidget(self._json_folded)

    def _build_settings(self) -> None:
        self._settings = StepBlock(2)
        self._pages = QWidget()
        self._page_row = FlowLayout(self._pages)
        self._shown_pages: tuple[tuple[str, str, str], ...] = ()
        self._redirect = CopyRow("permissions.copy_redirect")
        self._settings.body.addWidget(self._pages)
        self._settings.body.addWidget(self._redirect)

    def _build_version(self) -> None:
        self._version = StepBlock(3)
        self._incomplete = Banner(Severity.WARNING)
        self._note_folded = Disclosure()
        a11y.identify(self._note_folded.button, "permissions.note.show")
        self._note = CopyRow("permissions.note", multiline=True)
        self._note_folded.body.addWidget(self._note)
        self._version.body.addWidget(self._incomplete)
        self._version.foot.addWidget(self._note_folded)
        self._copy_note = CopyButton(self.note)
        a11y.identify(self._copy_note, "permissions.copy_note")
        self._open_version = self._link("permissions.open_version")
        self._version.add_actions(self._copy_note, self._open_version, self._note_folded.button)

    def _build_wait(self) -> None:
        self._wait_step = StepBlock(4)
        self._since = HintLine("clock", tone="info")
        self._wait_step.body.addWidget(self._since)
        self.wait = Button(icon="clock")
        a11y.identify(self.wait, "permissions.wait")
        self.wait.clicked.connect(self._controller.wait)
        self._stop = Button()
        a11y.identify(self._stop, "permissions.stop_waiting")
        self._stop.clicked.connect(self._controller.stop_waiting)
        self._open_review = self._link("permissions.open_audit")
        self._wait_step.add_actions(self.wait, self._stop, self._open_review)

    @staticmethod
    def _link(link_id: str) -> LinkButton:
        button = LinkButton()
        a11y.identify(button, link_id)
        return button

    # -- showing ----------------------------------------------------------------------

    def note(self) -> str:
        """The version note as it is copied."""
        session = self._controller.session
        rows = notes.version_rows(self._controller.plan)
        return notes.version_note(
            rows, session.answers.capabilities, session.prerequisites.can_origin
        )

    def refresh(self) -> None:
        """Show the plan."""
        checked = self._controller.result is not None
        plan = self._controller.plan
        if checked:
            head = notes.headline(plan, submitted=self._controller.waiting)
            self.set_title(head.title, head.text)
        elif self._controller.waiting_since:
            since = local_time(self._controller.waiting_since)
            self.set_title(
                _("Submitted {time}").format(time=since),
                _("Check now whether the version was approved. The check changes nothing."),
            )
        else:
            self.set_title(
                _("Not checked yet"),
                _("The check reads what the app has and proves it with calls. It changes nothing."),
            )
        review = plan.version is VersionState.UNDER_REVIEW or self._controller.waiting
        self._show_scopes(shown=checked and not review)
        self._show_settings(shown=checked and not review)
        self._show_version(shown=checked and not review and plan.release_needed)
        self._show_wait(shown=checked and (review or plan.release_needed))
        show_if(self.recheck, checked)
        shown = [step for step in self._steps if not step.isHidden()]
        for number, step in enumerate(shown, 1):
            step.set_number(number, "accent" if number == 1 else "neutral")

    def _show_scopes(self, *, shown: bool) -> None:
        missing = self._controller.missing_json
        count = len(self._controller.plan.missing_scopes())
        self._scopes.set_text(
            ngettext("Add {n} permission", "Add {n} permissions", count).format(n=count),
            _(
                "Copy, open the page, choose the batch import, paste and confirm. What the app has "
                "already stays."
            ),
        )
        self._json.set_value(missing)
        page = self._controller.page_link(ConsolePage.PERMISSIONS)
        self._open_scopes.set_link(_("Open Permissions && Scopes"), page)
        show_if(self._scopes, shown and bool(missing))

    def _show_settings(self, *, shown: bool) -> None:
        controller = self._controller
        rows = notes.settings_to_do(controller.plan)
        self._settings.set_text(
            ngettext("Check {n} setting", "Check {n} settings", len(rows)).format(n=len(rows)),
            _("Open each page and make the setting; the list below says why."),
        )
        pages = tuple((row.need.id, pick(row.need.console), controller.link(row)) for row in rows)
        if pages != self._shown_pages:
            self._shown_pages = pages
            clear(self._page_row)
            for need_id, name, url in pages:
                button = LinkButton(name.replace("&", "&&"), url)
                a11y.identify(button, f"permissions.open.{need_id}")
                self._page_row.addWidget(button)
        callback = controller.session.credentials.callback
        redirect = any(row.need.id == "feishu.redirect_url" for row in rows) and callback.usable
        self._redirect.set_value(callback.value if redirect else "")
        show_some((self._settings, shown and bool(rows)), (self._redirect, redirect))

    def _show_version(self, *, shown: bool) -> None:
        left = self._controller.version_incomplete
        self._version.set_text(
            _("Create one version and submit it"),
            _("The note tells the approver what it is for and why each permission is needed."),
        )
        self._show_incomplete()
        self._note.set_value(self.note())
        self._open_version.set_link(
            _("Open Version Management && Release"),
            self._controller.page_link(ConsolePage.VERSION),
        )
        show_some((self._version, shown), (self._incomplete, bool(left)))

    def _show_incomplete(self) -> None:
        if self._controller.plan.version is VersionState.NEVER_RELEASED:
            text = _(
                "Before the first release the program cannot see what is done. Make sure "
                "that everything above is in place."
            )
            self._incomplete.show_text(Severity.INFO, text)
            return
        left = [row for row in self._controller.version_incomplete if notes.is_own_item(row.need)]
        names = _(", ").join(pick(row.need.console) for row in left)
        text = _("A version created now would leave out: {names}.").format(names=names)
        self._incomplete.show_text(Severity.WARNING, text)

    def _show_wait(self, *, shown: bool) -> None:
        controller = self._controller
        self._wait_step.set_text(
            _("Wait for the approval"),
            _(
                "The Feishu administrator gets a message and can approve on the phone. You may "
                "close the program; it goes on where you stopped."
            ),
        )
        self._since.set_text(_since_words(controller))
        review = controller.plan.version is VersionState.UNDER_REVIEW
        self.wait.setText(
            _("Wait for it here") if review else _("I have submitted the version: wait")
        )
        self._open_review.set_link(
            _("Page for the administrator"), controller.page_link(ConsolePage.AUDIT)
        )
        show_some(
            (self._wait_step, shown),
            (self.wait, not controller.waiting),
            (self._stop, controller.waiting),
        )

    def retranslate(self) -> None:
        """Set all texts again."""
        self.recheck.setText(_("Check again"))
        self._copy_json.set_words(_("Copy JSON"))
        self._json_folded.set_words(_("Show the JSON"), _("Hide the JSON"))
        self._json.set_label(_("For the batch import"))
        self._copy_note.set_words(_("Copy version note"))
        self._note_folded.set_words(_("Show the note"), _("Hide the note"))
        self._note.set_label(_("Version note"))
        self._redirect.set_label(_("Redirect URL to add"))
        self._stop.setText(_("Stop waiting"))
        self.refresh()


def _since_words(controller: PermissionsStep) -> str:
    since = local_time(controller.waiting_since)
    if controller.waiting:
        minutes = round(controller.looks_left * WAIT_SECONDS / 60)
        return _("Waiting since {time}. Looks once a minute, for {minutes} more minutes.").format(
            time=since, minutes=minutes
        )
    return _("Submitted {time}.").format(time=since) if since else ""


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
