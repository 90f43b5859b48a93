"""A need of the release plan as a row: console wording, why, scope, and how it stands."""

from __future__ import annotations

from PySide6.QtCore import Qt

from feishu_wizard.domain.capability import ALL
from feishu_wizard.domain.finding import Proof, Status
from feishu_wizard.domain.permission import Kind, Need, NeedState
from feishu_wizard.domain.states import GrantState
from feishu_wizard.text import labels, words
from feishu_wizard.text.catalog import _, pick
from feishu_wizard.ui import a11y
from feishu_wizard.ui.widgets.base import Block, column, show_if
from feishu_wizard.ui.widgets.buttons import LinkButton
from feishu_wizard.ui.widgets.check_row import Detail, PageLink, RowView
from feishu_wizard.ui.widgets.choices import TickRow
from feishu_wizard.wizard.permissions import PermissionsStep

PREFIX = "permissions.row."
# The two lists, never mixed, and what the identifier of each one's folded part ends in.
LISTS = {"can": "", "checking": ".checking"}

# How each state looks: outcome, icon, colour. Missing is work to do, not a fault.
_LOOKS = {
    GrantState.NOT_REQUESTED: (Status.WARN, "plus-circle", "warning"),
    GrantState.DECLINED: (Status.SKIP, "skip", "muted"),
    GrantState.REQUESTED: (Status.WARN, "clock", "info"),
    GrantState.UNDER_REVIEW: (Status.WARN, "clock", "info"),
    GrantState.GRANTED: (Status.PASS, "", ""),
    GrantState.PROVEN: (Status.PASS, "", ""),
    GrantState.CONTRADICTORY: (Status.WARN, "", ""),
    GrantState.UNKNOWN: (Status.UNKNOWN, "", ""),
}
_SAID_ABOVE = ("not_checked", "never_released")  # of every row alike: the list's head says it
_OPTIONAL = (Status.UNKNOWN, "plus-circle", "muted")


def listed(states: tuple[NeedState, ...], name: str) -> tuple[NeedState, ...]:
    """Return the rows of one of the two lists: what is open and required first."""
    rows = (row for row in states if row.need.for_can is (name == "can"))
    return tuple(sorted(rows, key=_weight))


def _weight(row: NeedState) -> tuple[bool, bool]:
    return row.state is GrantState.DECLINED, not row.need.required


def need_view(row: NeedState, controller: PermissionsStep) -> RowView:
    """Return what is shown of a need."""
    need = row.need
    status, icon, tone = _LOOKS[row.state]
    if not need.required and row.state is GrantState.NOT_REQUESTED:
        status, icon, tone = _OPTIONAL
    return RowView(
        status=status,
        title=pick(need.console),
        word=_word(row),
        sentence=_sentence(row, controller),
        badge=_badge(row, controller),
        details=tuple(d for d in _details(row) if d.text),
        links=_links(row, controller),
        icon=icon,
        tone=tone,
        note=need.scope,
        compact=True,
        secondary=not need.required or not need.for_can,
    )


def _word(row: NeedState) -> str:
    return _("Not checked") if row.reason == "not_checked" else words.grant_word(row.state)


def _capabilities(need: Need) -> str:
    if set(need.capabilities) >= ALL:
        return _("for everything")
    return _(", ").join(labels.capability_word(c) for c in need.capabilities)


def link_words(row: NeedState) -> str:
    """Words of the link to the console page of a need, safe for a button."""
    return labels.link_label(f"console_{row.need.page or 'auth'}").replace("&", "&&")


def _sentence(row: NeedState, controller: PermissionsStep) -> str:
    """What was observed, where it is more than the state; why it is needed is in the details."""
    if row.state is GrantState.DECLINED:
        return pick(row.need.without)
    if row.state is GrantState.UNKNOWN and controller.shut_out:
        return ""  # the same for every row, and said once above
    said_above = row.reason in _SAID_ABOVE or row.reason.startswith("version.")
    calm = row.state is GrantState.UNKNOWN and not row.need.required  # in the details
    if not row.reason or said_above or calm:
        return ""
    return words.code_words(row.reason, row.params).sentence


def _badge(row: NeedState, controller: PermissionsStep) -> str:
    """Stated is another word than seen; for checking, everything is optional."""
    if not row.state.settled and row.need.id in controller.session.answers.console_done:
        return words.proof_word(Proof.STATED)
    return "" if row.need.required or not row.need.for_can else _("Optional")


def _details(row: NeedState) -> tuple[Detail, ...]:
    need = row.need
    reason = row.reason not in ("", "not_checked")
    told = words.code_words(row.reason, row.params) if reason else None
    return (
        Detail(_("Why"), pick(need.why)),
        Detail(_("Needed for"), _capabilities(need)),
        Detail(_("In CAN's manual"), pick(need.manual) or _("Not mentioned")),
        Detail(_("Without it"), pick(need.without)),
        Detail(_("Observed"), told.sentence if told else ""),
        Detail(_("What helps"), told.fix if told else ""),
        Detail(_("Review"), _("Often reviewed") if need.usually_reviewed else ""),
        Detail(_("What was tried"), "\n".join(map(words.evidence_words, row.evidence))),
    )


def _links(row: NeedState, controller: PermissionsStep) -> tuple[PageLink, ...]:
    """Settings have their page in sight; for scopes the plan above has one link for all."""
    if row.state.settled or row.need.kind is Kind.SCOPE:
        return ()
    return (PageLink(link_words(row), controller.link(row)),)


class NeedExtras(Block):
    """What a row shows with its details: the link of a permission, "declined on purpose"."""

    def __init__(self, need: Need, controller: PermissionsStep) -> None:
        super().__init__()
        self._controller = controller
        outer = column(self, spacing=0.5)
        self._link = LinkButton()
        a11y.identify(self._link, f"{PREFIX}{need.id}.page")
        self._tick = TickRow(f"permissions.declined.{need.id}")
        self._tick.toggled.connect(lambda on: controller.set_declined(need.id, on))
        outer.addWidget(self._tick)
        outer.addWidget(self._link, 0, Qt.AlignmentFlag.AlignLeft)
        self._state: NeedState | None = None
        self._open = False

    def show_need(self, row: NeedState, *, busy: bool) -> None:
        """Show how the need stands."""
        self._state = row
        self._link.set_link(link_words(row), self._controller.link(row))
        self._tick.set_text(_("Declined on purpose"), pick(row.need.without))
        self._tick.set_checked(row.state is GrantState.DECLINED)
        self._tick.setEnabled(not busy)
        self._show()

    def set_open(self, is_open: bool) -> None:
        """The details of the row were opened or closed."""
        self._open = is_open
        self._show()

    def _show(self) -> None:
        row = self._state
        if row is None:
            return
        declined = row.state is GrantState.DECLINED
        may = self._controller.may_decline(row.need) and (declined or not row.state.settled)
        show_if(self._tick, may and (self._open or declined))
        show_if(self._link, self._open and row.need.kind is Kind.SCOPE and not row.state.settled)
