"""The ticket of a store app: given by a person, or told by the CAN server that gets it.

The platform pushes it every hour to the app's own web server; where that is CAN and its profile
says how, CAN can tell it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from feishu_wizard.domain.edition import AppType
from feishu_wizard.domain.errors import CredentialError, WizardError
from feishu_wizard.domain.finding import Who
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import APP_TICKET, BY_HAND
from feishu_wizard.domain.secret import Secret

if TYPE_CHECKING:
    from feishu_wizard.operations.context import Workplace

_FRESH_S = 1800.0  # the platform sends a new one every hour; the one before stays good a while


class Tickets:
    """Tickets that CAN told in this run, by setup; in memory only."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, ...], tuple[Secret | None, float]] = {}

    async def of(self, place: Workplace, kit: Kit) -> Secret | None:
        """The ticket that CAN tells, asked for anew after half an hour; None: it has none.

        The same object as long as it is the same ticket. Raises as CAN's client does.
        """
        office = kit.setup.office
        key = (kit.setup.id, kit.setup.feishu.app_id, office.url, office.profile)
        known, at = self._told.get(key, (None, 0.0))
        if known is not None and time.monotonic() - at < _FRESH_S:
            return known
        told = await (await place.can(kit)).app_ticket()
        if told is not None and known is not None and told.matches(known):
            told = known
        self._told[key] = told, time.monotonic()
        return told

    def forget(self) -> None:
        """Let go of every ticket."""
        self._told.clear()


async def store_ticket(place: Workplace, kit: Kit) -> Secret | None:
    """The ticket of a store app; None for a self-built app, which has none.

    The one that was given, else the one that CAN tells where its profile offers ``app_ticket``.
    Raises ``CredentialError`` store.no_tenant_key and store.no_ticket; the latter has the
    evidence of the call when CAN refused to tell it.
    """
    feishu = kit.setup.feishu
    if feishu.app_type is not AppType.STORE:
        return None
    ticket = kit.secrets.get(APP_TICKET)
    if ticket is None and feishu.tenant_key:
        ticket = await _told(place, kit)
    if ticket is None and not _offers(place, kit):
        raise _lacks("store.no_ticket", kit)
    if not feishu.tenant_key:
        raise _lacks("store.no_tenant_key", kit)
    if ticket is None:
        raise _lacks("store.no_ticket", kit)
    return ticket


async def _told(place: Workplace, kit: Kit) -> Secret | None:
    try:
        return await place.tickets.of(place, kit) if _offers(place, kit) else None
    except WizardError as error:
        raise _lacks("store.no_ticket", kit, error) from error


def _offers(place: Workplace, kit: Kit) -> bool:
    """Whether there is a CAN that tells the ticket; a profile that cannot be used tells nothing,
    which its own check says."""
    office = kit.setup.office
    if not office.url or office.profile == BY_HAND:
        return False
    try:
        return place.profile(kit).ops.app_ticket is not None
    except WizardError:
        return False


def _lacks(code: str, kit: Kit, error: WizardError | None = None) -> CredentialError:
    evidence = error.evidence if error else ()
    app_id = kit.setup.feishu.app_id
    return CredentialError(code, {"app_id": app_id}, who=Who.DEVELOPER, evidence=evidence)
