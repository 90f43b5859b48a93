"""The next step by hand in the developer console: texts to copy and links to the exact page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.means import REDIRECT, RELEASE, Task
from feishu_wizard.domain.permission import Kind, NeedState
from feishu_wizard.domain.states import VersionState
from feishu_wizard.text import labels, plan
from feishu_wizard.text.catalog import _, ngettext, pick
from feishu_wizard.text.version_note import is_own_item, version_note, version_rows
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.pages.base import show_some
from feishu_wizard.ui.pages.parts import Number
from feishu_wizard.ui.widgets.base import clear, column, show_if
from feishu_wizard.ui.widgets.buttons import Button, LinkButton
from feishu_wizard.ui.widgets.card import Banner, Disclosure
from feishu_wizard.ui.widgets.copy_row import CopyButton, CopyRow
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel
from feishu_wizard.wizard.permissions import PermissionsStep
from feishu_wizard.wizard.steps import Severity

# What is shown of the blocks for a task; all of it when everything is done by hand.
_BLOCKS = {
    Task.ADD_SCOPES: ("scopes",),
    Task.REGISTER_REDIRECT: ("settings",),
    Task.SWITCH_BOT: ("settings",),
    Task.SET_AUDIENCE: ("settings",),
    Task.ALLOW_ADDRESS: ("settings",),
    Task.CHECK_AGAIN: ("settings",),
    Task.RELEASE: ("version",),
    Task.COMPLETE: ("scopes", "settings", "version"),
    Task.ASK_APPROVAL: ("version",),
    Task.CONTRADICTION: ("version",),
}
_SAYS_DONE = (
    *(Task.ADD_SCOPES, Task.REGISTER_REDIRECT, Task.SWITCH_BOT, Task.SET_AUDIENCE),
    Task.ALLOW_ADDRESS,
)


class ConsoleBlock(QWidget):
    """A thing to do in the console; number and title only where there are several."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(1.5))
        self._number = Number(1)
        row.addWidget(self._number, 0, Qt.AlignmentFlag.AlignTop)
        inner = column(spacing=1)
        row.addLayout(inner, 1)
        self._title = WrapLabel(role="strong")
        inner.addWidget(self._title)
        self.body = column(spacing=1)
        inner.addLayout(self.body)
        self.buttons = FlowLayout()
        inner.addLayout(self.buttons)
        self.foot = column(spacing=1)
        inner.addLayout(self.foot)

    def set_heading(self, number: int, title: str) -> None:
        """``number`` 0: alone, so that the card's own title names it."""
        show_if(self._number, number > 0)
        self._number.set_number(number, "neutral")
        self._title.set_text(title if number else "")


class ConsoleWay(QWidget):
    """By hand: of the next step only what it needs, or everything in order."""

    def __init__(self, controller: PermissionsStep) -> None:
        super().__init__()
        self._controller = controller
        outer = column(self, spacing=2)
        self._build_scopes()
        self._build_settings()
        self._build_version()
        self._blocks = {
            "scopes": self._scopes,
            "settings": self._settings,
            "version": self._version,
        }
        for block in self._blocks.values():
            outer.addWidget(block)
        self.done = Button(icon="check-circle")
        a11y.identify(self.done, "permissions.done")
        self.done.clicked.connect(controller.done_in_console)
        outer.addWidget(self.done, 0, Qt.AlignmentFlag.AlignLeft)

    # -- building ---------------------------------------------------------------------

    def _build_scopes(self) -> None:
        self._scopes = ConsoleBlock()
        self._helpers = WrapLabel(role="muted")
        self._scopes.body.addWidget(self._helpers)
        self._copy_json = CopyButton(lambda: self._controller.missing_json)
        a11y.identify(self._copy_json, "permissions.copy_json")
        self._open_scopes = _link("permissions.open_auth")
        self._json_folded = Disclosure()
        a11y.identify(self._json_folded.button, "permissions.json.show")
        self._json = CopyRow("permissions.json", multiline=True)
        self._json_folded.body.addWidget(self._json)
        for button in (self._copy_json, self._open_scopes, self._json_folded.button):
            self._scopes.buttons.addWidget(button)
        self._scopes.foot.addWidget(self._json_folded)

    def _build_settings(self) -> None:
        self._settings = ConsoleBlock()
        self._redirect = CopyRow("permissions.copy_redirect")
        self._settings.body.addWidget(self._redirect)
        self._pages: dict[str, LinkButton] = {}
        self._shown_pages: tuple[tuple[str, str, str], ...] = ()

    def _build_version(self) -> None:
        self._version = ConsoleBlock()
        self._incomplete = Banner(Severity.WARNING)
        self._version.body.addWidget(self._incomplete)
        self._copy_note = CopyButton(self.note)
        a11y.identify(self._copy_note, "permissions.copy_note")
        self._open_version = _link("permissions.open_version")
        self._note_folded = Disclosure()
        a11y.identify(self._note_folded.button, "permissions.note.show")
        self._note = CopyRow("permissions.note", multiline=True)
        self._note_folded.body.addWidget(self._note)
        for button in (self._copy_note, self._open_version, self._note_folded.button):
            self._version.buttons.addWidget(button)
        self._version.foot.addWidget(self._note_folded)

    # -- showing ----------------------------------------------------------------------

    def note(self) -> str:
        """The version note as it is copied."""
        session = self._controller.session
        rows = version_rows(self._controller.plan)
        return version_note(rows, session.answers.capabilities, session.prerequisites.can_origin)

    def refresh(self) -> None:
        """Show what the next step needs."""
        task = self._controller.next.task
        self._show_scopes()
        self._show_settings()
        self._show_version()
        filled = {
            "scopes": bool(self._controller.missing_json),
            "settings": bool(self._rows()),
            "version": True,
        }
        wanted = [name for name in _BLOCKS.get(task, ()) if filled[name]]
        titles = self._titles()
        for name, block in self._blocks.items():
            show_if(block, name in wanted)
            number = wanted.index(name) + 1 if len(wanted) > 1 and name in wanted else 0
            block.set_heading(number, titles[name])
        self._mark_primary(wanted[0] if wanted else "")
        show_if(self.done, task in _SAYS_DONE)
        tells = self._controller.console_tells
        self.done.setText(_("Done, check") if tells else _("Done"))

    def _mark_primary(self, first: str) -> None:
        """One button leads on: the page of the first thing to do."""
        pages = list(self._pages.values())
        for button in (self._open_scopes, self._open_version, *pages):
            button.set_kind("secondary")
        lead = {"scopes": self._open_scopes, "version": self._open_version}.get(first)
        if first == "settings" and self._rows():
            lead = self._pages[self._rows()[0].need.id]
        if lead is not None:
            lead.set_kind("primary")

    def _titles(self) -> dict[str, str]:
        count, settings = len(self._controller.plan.missing_scopes()), len(self._rows())
        return {
            "scopes": ngettext("Add {n} permission", "Add {n} permissions", count).format(n=count),
            "settings": ngettext("Check {n} setting", "Check {n} settings", settings).format(
                n=settings
            ),
            "version": _("Create one version and submit it"),
        }

    def _rows(self) -> tuple[NeedState, ...]:
        """Settings of the next step, those that nobody tells of too."""
        rows = self._controller.next.rows
        own = (row for row in rows if row.need.id != RELEASE and is_own_item(row.need))
        return tuple(row for row in own if row.need.kind is Kind.SETTING)

    def _show_scopes(self) -> None:
        controller = self._controller
        self._json.set_value(controller.missing_json)
        page = controller.page_link(ConsolePage.PERMISSIONS)
        self._open_scopes.set_link(_("Open Permissions && Scopes"), page)
        self._helpers.set_text(self._beside())

    def _beside(self) -> str:
        """What the list holds beside what CAN cannot do without."""
        asked = set(self._controller.plan.missing_scopes())
        rows = [r for r in self._controller.states if r.need.scope in asked]
        optional = sum(1 for r in rows if r.need.for_can and not r.need.required)
        helpers = sum(1 for r in rows if not r.need.for_can)
        told = []
        if optional:
            words = ngettext("{n} optional permission", "{n} optional permissions", optional)
            told.append(words.format(n=optional))
        if helpers:
            words = ngettext(
                "{n} that only this program needs for checking",
                "{n} that only this program needs for checking",
                helpers,
            )
            told.append(words.format(n=helpers))
        return _("The list also holds: {what}.").format(what=_(", ").join(told)) if told else ""

    def _show_settings(self) -> None:
        controller = self._controller
        shown = {row.need.id for row in self._rows()}
        todo = {row.need.id: row for row in (*plan.settings_to_do(controller.plan), *self._rows())}
        pages = tuple(
            (r.need.id, labels.link_label(f"console_{r.need.page or 'auth'}"), controller.link(r))
            for r in todo.values()
        )
        if pages != self._shown_pages:
            self._shown_pages = pages
            clear(self._settings.buttons)
            self._pages = {need_id: _page(need_id, name, url) for need_id, name, url in pages}
            for button in self._pages.values():
                self._settings.buttons.addWidget(button)
        for need_id, button in self._pages.items():
            show_if(button, need_id in shown)
        callback = controller.session.credentials.callback
        redirect = REDIRECT in shown and callback.usable
        self._redirect.set_value(callback.value if redirect else "")
        show_if(self._redirect, redirect)

    def _show_version(self) -> None:
        left = self._controller.version_incomplete
        self._show_incomplete()
        self._note.set_value(self.note())
        self._open_version.set_link(
            _("Open Version Management && Release"),
            self._controller.page_link(ConsolePage.VERSION),
        )
        show_some((self._incomplete, bool(left)))

    def _show_incomplete(self) -> None:
        if self._controller.plan.version is VersionState.NEVER_RELEASED:
            text = _(
                "Before the first release the program cannot see what is done. Make sure "
                "that everything above is in place."
            )
            self._incomplete.show_text(Severity.INFO, text)
            return
        left = [row for row in self._controller.version_incomplete if is_own_item(row.need)]
        names = _(", ").join(pick(row.need.console) for row in left)
        text = _("A version created now would leave out: {names}.").format(names=names)
        self._incomplete.show_text(Severity.WARNING, text)

    def retranslate(self) -> None:
        """Set all texts again."""
        self._copy_json.set_words(_("Copy JSON"))
        self._json_folded.set_words(_("Show the JSON"), _("Hide the JSON"))
        self._json.set_label(_("For the batch import"))
        self._copy_note.set_words(_("Copy version note"))
        self._note_folded.set_words(_("Show the note"), _("Hide the note"))
        self._note.set_label(_("Version note"))
        self._redirect.set_label(_("Redirect URL to add"))
        self._shown_pages = ()


def _link(link_id: str) -> LinkButton:
    button = LinkButton(kind="secondary")
    a11y.identify(button, link_id)
    return button


def _page(need_id: str, name: str, url: str) -> LinkButton:
    button = LinkButton(name.replace("&", "&&"), url, "secondary")
    a11y.identify(button, f"permissions.open.{need_id}")
    return button
