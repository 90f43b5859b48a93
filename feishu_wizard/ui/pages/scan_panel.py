"""A scan in the window: what it will ask for, the code to scan, and what came of it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from feishu_wizard.domain.edition import Edition
from feishu_wizard.domain.scan import ScanState
from feishu_wizard.text import notes
from feishu_wizard.text.catalog import _, pick
from feishu_wizard.ui import a11y, theme
from feishu_wizard.ui.pages.base import show_some
from feishu_wizard.ui.pages.parts import HintLine
from feishu_wizard.ui.pages.scan_outcome import ScanOutcome
from feishu_wizard.ui.widgets.base import Block, clear, column, show_if
from feishu_wizard.ui.widgets.buttons import Button, LinkButton
from feishu_wizard.ui.widgets.choices import TickRow
from feishu_wizard.ui.widgets.copy_row import CopyButton
from feishu_wizard.ui.widgets.flow import FlowLayout
from feishu_wizard.ui.widgets.labels import WrapLabel, elapsed_words
from feishu_wizard.ui.widgets.page import Page
from feishu_wizard.ui.widgets.qr_code import QrCode
from feishu_wizard.wizard.scan import ScanFlow


class ScanPanel(Block):
    """One scan. ``by_hand`` is emitted when the admin prefers the way without one.

    Identifiers begin with ``prefix``, such as ``credentials.scan``.
    """

    by_hand = Signal()

    def __init__(self, flow: ScanFlow, prefix: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow, self._prefix = flow, prefix
        a11y.identify(self, prefix)
        outer = column(self, spacing=2)
        self._outcome = ScanOutcome(flow, prefix)
        self._outcome.by_hand.connect(self._leave)
        self._outcome.again.connect(self._begin)
        self._before, self._code_view = QWidget(), QWidget()
        for widget in (self._outcome, self._before, self._code_view):
            outer.addWidget(widget)
        self._build_before()
        self._build_code()
        self._shown = ScanState.IDLE
        self.retranslate()

    # -- building ---------------------------------------------------------------------

    def _build_before(self) -> None:
        inner = column(self._before, spacing=1.5)
        self._what = WrapLabel()
        self._needed_title, self._needed = WrapLabel(role="strong"), WrapLabel()
        self._helpers_title = WrapLabel(role="strong")
        self._helpers = QWidget()
        self._helper_rows = column(self._helpers, spacing=1)
        self._ticks: dict[str, TickRow] = {}
        self._not_brought = HintLine("info")
        needed, helpers = QWidget(), QWidget()
        for group, parts in (
            (needed, (self._needed_title, self._needed)),
            (helpers, (self._helpers_title, self._helpers)),
        ):
            lines = column(group, spacing=0.75)
            for part in parts:
                lines.addWidget(part)
        self._helper_group = helpers
        self._start = Button(kind="primary")
        a11y.identify(self._start, f"{self._prefix}.start")
        self._start.clicked.connect(self._begin)
        for widget in (self._what, needed, helpers, self._not_brought):
            inner.addWidget(widget)
        inner.addWidget(self._start, 0, Qt.AlignmentFlag.AlignLeft)

    def _build_code(self) -> None:
        row = QHBoxLayout(self._code_view)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(3))
        self._code = QrCode()
        a11y.identify(self._code, f"{self._prefix}.code")
        row.addWidget(self._code, 0, Qt.AlignmentFlag.AlignTop)
        side = column(spacing=1.5)
        row.addLayout(side, 1)
        self._how_title, self._how = WrapLabel(role="title"), WrapLabel()
        self._user_code = WrapLabel(role="mono", selectable=True)
        a11y.identify(self._user_code, f"{self._prefix}.user_code")
        self._left = HintLine("clock", "body")
        a11y.identify(self._left, f"{self._prefix}.left")
        self._trouble = HintLine("alert-triangle", "body", tone="warning")
        for widget in (self._how_title, self._how, self._user_code, self._left, self._trouble):
            side.addWidget(widget)
        actions = FlowLayout()
        self._open = LinkButton()
        a11y.identify(self._open, f"{self._prefix}.open")
        # Exact: the redactor takes the packed permissions in the link for a secret.
        self._copy = CopyButton(self._code.text, exact=True)
        a11y.identify(self._copy, f"{self._prefix}.link")
        self._cancel = Button()
        a11y.identify(self._cancel, f"{self._prefix}.cancel")
        self._cancel.clicked.connect(self._flow.cancel)
        for button in (self._copy, self._open):
            actions.addWidget(button)
        side.addLayout(actions)
        side.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignLeft)
        side.addStretch(1)

    # -- acting -----------------------------------------------------------------------

    def _begin(self) -> None:
        chosen = self._flow.session.answers.capabilities
        self._flow.begin(notes.app_name(), notes.app_description(chosen))

    def _leave(self) -> None:
        self._flow.by_hand()
        self.by_hand.emit()

    # -- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        """Show where the scan stands."""
        flow = self._flow
        asking = flow.state is ScanState.OTHER_BRAND
        coded = flow.running and not asking
        ended = not flow.running and flow.state is not ScanState.IDLE
        if not flow.running:
            self._show_wish()
        if coded:
            self._show_code()
        else:
            self._code.set_code(())
        self._outcome.refresh()
        focus = QApplication.focusWidget()
        inside = focus is not None and self.isAncestorOf(focus)
        show_some(
            (self._before, flow.state is ScanState.IDLE),
            (self._code_view, coded),
            (self._outcome, asking or ended),
        )
        if flow.state is not self._shown:
            moved = coded is not (self._shown in (ScanState.STARTING, ScanState.WAITING))
            self._shown = flow.state
            if self.isVisible() and (coded or moved):
                self._lead(inside)

    def _lead(self, inside: bool) -> None:
        """What was pressed is gone: scroll to what came, and give it the focus."""
        came = self._code_view if self._flow.offer is not None else self._outcome
        first = self._cancel if self._flow.running else self._outcome.first_button()
        if inside and first is not None and first.isVisible():
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        page = self.parentWidget()
        while page is not None and not isinstance(page, Page):
            page = page.parentWidget()
        if page is not None and came.isVisible():
            # Twice: the first turn of the event loop lays out, the second scrolls.
            reveal = partial(page.reveal, came)
            QTimer.singleShot(0, self, lambda: QTimer.singleShot(0, self, reveal))

    def _show_wish(self) -> None:
        flow = self._flow
        names = [_("• {name}").format(name=pick(need.console)) for need in flow.needed]
        self._needed.set_text("\n".join(names))
        show_if(self._needed_title, bool(names))
        helpers = flow.helpers
        if tuple(self._ticks) != tuple(need.id for need in helpers):
            self._rebuild_ticks()
        for need in helpers:
            tick = self._ticks[need.id]
            tick.set_text(pick(need.console), pick(need.why))
            tick.set_checked(flow.wants(need))
        show_if(self._helper_group, bool(helpers))
        self._start.setEnabled(flow.offered and bool(flow.wish.scopes))
        self._not_brought.set_text(self._limits())

    def _rebuild_ticks(self) -> None:
        clear(self._helper_rows)
        self._ticks = {}
        for need in self._flow.helpers:
            tick = TickRow(f"{self._prefix}.helper.{need.id}")
            tick.toggled.connect(
                lambda wanted, need_id=need.id: self._flow.set_helper(need_id, wanted)
            )
            self._helper_rows.addWidget(tick)
            self._ticks[need.id] = tick

    def _limits(self) -> str:
        if not self._flow.offered:
            return _("With these settings no scan is possible. Use the other way.")
        if not self._flow.wish.scopes:
            return _("Nothing is left that a scan could add.")
        if self._flow.completing:
            return _("A scan only adds. Some permissions take effect with the next version only.")
        return _(
            "A scan cannot set the redirect URL, and some companies review the release. The next "
            "step takes you there."
        )

    def _show_code(self) -> None:
        flow, offer = self._flow, self._flow.offer
        url = offer.url if offer is not None else ""
        self._code.set_code(flow.matrix, url, _("Code to scan with Feishu on the phone"))
        self._open.set_link(_("Open the link here"), url)
        show_some((self._code, bool(url)), (self._copy, bool(url)))
        code = offer.user_code if offer is not None else ""
        self._user_code.set_text(_("Code: {code}").format(code=code) if code else "")
        if offer is None:
            self._left.set_text(_("Asking for a code…"))
            return
        left = elapsed_words(flow.seconds_left()) or _("{seconds} s").format(seconds=0)
        self._left.set_text(_("Valid for another {time}").format(time=left))
        trouble = flow.trouble is not None
        self._trouble.set_text(
            _("No answer right now. The code stays valid; asking again.") if trouble else ""
        )

    def retranslate(self) -> None:
        """Set all texts again."""
        completing = self._flow.completing
        lark = self._flow.session.answers.edition is Edition.LARK
        brand = _("Lark") if lark else _("Feishu")
        self._what.set_text(
            _(
                "The owner of the app scans a code with {brand} on the phone and confirms what is "
                "added. Nothing is taken away."
            ).format(brand=brand)
            if completing
            else _(
                "You scan a code with {brand} on your phone and confirm. A new app is made; its "
                "App ID and App Secret come here by themselves. No existing app is touched."
            ).format(brand=brand)
        )
        self._needed_title.set_text(_("CAN needs these permissions"))
        self._helpers_title.set_text(_("Only for checking; you can leave them out"))
        self._start.setText(_("Show the code"))
        self._how_title.set_text(_("Scan with {brand}").format(brand=brand))
        self._how.set_text(
            _(
                "On the phone, compare the code below and confirm. No phone at hand? Open the link "
                "in a browser where you are signed in."
            )
        )
        self._copy.set_words(_("Copy the link"))
        self._cancel.setText(_("Cancel the scan"))
        self._outcome.retranslate()
        self.refresh()
