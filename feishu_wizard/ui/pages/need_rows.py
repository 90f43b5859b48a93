"""A need of the release plan as a row: console wording, why, scope, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass

from feishu_wizard.domain.finding import Status
from feishu_wizard.domain.permission import GrantState, Kind, NeedState
from feishu_wizard.domain.release import ReleasePlan
from feishu_wizard.text import labels, words
from feishu_wizard.text.catalog import _, pick
from feishu_wizard.ui.widgets.check_row import Detail, PageLink, RowView
from feishu_wizard.wizard.permissions import PermissionsStep

PREFIX = "permissions.row."
GROUPS = ("at_once", "with_version", "admin_only", "waiting", "unknown", "declined", "settled")

# How each state looks: outcome, icon, colour. Missing is work to do, not a fault.
_LOOKS = {
    GrantState.NOT_REQUESTED: (Status.WARN, "circle-dot", "warning"),
    GrantState.DECLINED: (Status.SKIP, "skip", "muted"),
    GrantState.REQUESTED: (Status.WARN, "clock", "info"),
    GrantState.UNDER_REVIEW: (Status.WARN, "clock", "info"),
    GrantState.GRANTED: (Status.PASS, "", ""),
    GrantState.PROVEN: (Status.PASS, "", ""),
    GrantState.CONTRADICTORY: (Status.WARN, "", ""),
    GrantState.UNKNOWN: (Status.UNKNOWN, "", ""),
}
_OPTIONAL = (Status.UNKNOWN, "circle", "muted")


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading."""

    name: str
    rows: tuple[NeedState, ...]


def grouped(states: tuple[NeedState, ...], plan: ReleasePlan) -> list[Group]:
    """Return the non-empty groups in the order of the plan."""
    settled = tuple(
        r for r in states if r.state.settled and r.state is not GrantState.DECLINED
    )
    declined = tuple(r for r in states if r.state is GrantState.DECLINED)
    rows = {
        "at_once": plan.at_once,
        "with_version": plan.with_version,
        "admin_only": plan.admin_only,
        "waiting": plan.waiting,
        "unknown": plan.unknown,
        "declined": declined,
        "settled": settled,
    }
    return [Group(name, rows[name]) for name in GROUPS if rows[name]]


def need_view(row: NeedState, controller: PermissionsStep) -> RowView:
    """Return what is shown of a need."""
    need = row.need
    status, icon, tone = _LOOKS[row.state]
    if not need.required and row.state is GrantState.NOT_REQUESTED:
        status, icon, tone = _OPTIONAL
    return RowView(
        status=status,
        title=pick(need.console),
        word=words.grant_word(row.state),
        sentence=_sentence(row),
        badge=_badge(row),
        details=tuple(d for d in _details(row) if d.text),
        links=_links(row, controller),
        icon=icon,
        tone=tone,
    )


def _sentence(row: NeedState) -> str:
    """What was observed, where it is more than the state; else why it is needed."""
    need = row.need
    if row.state is GrantState.DECLINED:
        return pick(need.without)
    plain = ("", "not_checked", "never_released") if row.state is GrantState.UNKNOWN else ("",)
    if row.reason not in plain and not row.reason.startswith("version."):
        return words.code_words(row.reason, row.params).sentence
    return pick(need.why)


def _badge(row: NeedState) -> str:
    if not row.need.for_can:
        return _("Only for this program")
    return "" if row.need.required else _("Optional")


def _details(row: NeedState) -> tuple[Detail, ...]:
    need = row.need
    reason = row.reason not in ("", "not_checked")
    told = words.code_words(row.reason, row.params) if reason else None
    capabilities = _(", ").join(labels.capability_word(c) for c in need.capabilities)
    return (
        Detail(_("In CAN's manual"), pick(need.manual) or _("Not mentioned")),
        Detail(_("Scope"), need.scope if need.kind is Kind.SCOPE else ""),
        Detail(_("Why"), pick(need.why)),
        Detail(_("Needed for"), capabilities),
        Detail(_("Without it"), pick(need.without)),
        Detail(_("Observed"), told.sentence if told else ""),
        Detail(_("What helps"), told.fix if told else ""),
        Detail(_("Review"), _("Often reviewed") if need.usually_reviewed else ""),
        Detail(_("What was tried"), "\n".join(map(words.evidence_words, row.evidence))),
    )


def _links(row: NeedState, controller: PermissionsStep) -> tuple[PageLink, ...]:
    if row.state.settled:
        return ()
    label = labels.link_label(row.need.page or "auth").replace("&", "&&")
    return (PageLink(label, controller.link(row)),)
