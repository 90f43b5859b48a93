"""What a scan asks for: permissions that CAN needs, and those that only this program needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feishu_wizard.domain.permission import Kind, Need, needs_of
from feishu_wizard.domain.scan import ScanWish
from feishu_wizard.domain.states import GrantState

if TYPE_CHECKING:
    from feishu_wizard.wizard.session import Session

_ABSENT = (GrantState.NOT_REQUESTED, GrantState.UNKNOWN)


def needed(session: Session, *, completing: bool) -> tuple[Need, ...]:
    """Permissions that CAN needs; of an existing app only those that it lacks."""
    declined = session.answers.declined
    found = _scopes(session, _ABSENT, completing=completing)
    return tuple(n for n in found if n.for_can and n.required and n.id not in declined)


def helpers(session: Session, *, completing: bool) -> tuple[Need, ...]:
    """Permissions that only this program's checks need, those that were left out, too."""
    states = (*_ABSENT, GrantState.DECLINED)
    return tuple(n for n in _scopes(session, states, completing=completing) if not n.for_can)


def wish(session: Session, texts: tuple[str, str], *, completing: bool) -> ScanWish:
    """What the scan asks for. ``texts``: name and description of a new app, in words."""
    declined = session.answers.declined
    chosen = [n for n in helpers(session, completing=completing) if n.id not in declined]
    needs = (*needed(session, completing=completing), *chosen)
    scopes = tuple(dict.fromkeys(need.scope for need in needs))
    if completing:
        return ScanWish(scopes, session.credentials.app_id.value)
    return ScanWish(scopes, "", *texts)


def _scopes(
    session: Session, states: tuple[GrantState, ...], *, completing: bool
) -> tuple[Need, ...]:
    """Permissions that a scan can bring: of the app's own identity, and not there yet."""
    step = session.permissions
    if completing:
        found = tuple(row.need for row in step.states if row.state in states)
    else:
        found = needs_of(step.needs, session.answers.capabilities)
    return tuple(n for n in found if n.kind is Kind.SCOPE and n.identity == "tenant")
