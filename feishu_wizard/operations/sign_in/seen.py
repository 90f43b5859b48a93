"""What a person saw at CAN's own sign-in: this program cannot see it, so it is only *stated*."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.finding import Finding, Proof, Status, Who
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.ledger import Entry
from feishu_wizard.domain.sign_in import Seen
from feishu_wizard.operations.console import app_page
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.net.clock import now

SSO = "capability.sso"
_WHO = {
    Seen.SIGNED_IN: Who.YOU,
    Seen.E20029: Who.DEVELOPER,
    Seen.E4401: Who.DEVELOPER,
    Seen.NOT_AVAILABLE: Who.DEVELOPER,
    Seen.CAN_ERROR: Who.CAN_ADMIN,
    Seen.CAN_404: Who.CAN_ADMIN,
}
# Where the fix is made in the developer console.
_PAGES = {
    Seen.E20029: ConsolePage.SECURITY,
    Seen.E4401: ConsolePage.SECURITY,
    Seen.NOT_AVAILABLE: ConsolePage.VERSION,
}


def what_was_seen(seen: Seen) -> Finding:
    """What it means and what mends it. 4401 stands in no table of the platform: what is said of it
    is what other products saw (facts: sign-in problems)."""
    status = Status.PASS if seen is Seen.SIGNED_IN else Status.FAIL
    return Finding(SSO, status, f"sign_in.seen_{seen.value}", {}, Proof.STATED, _WHO[seen])


async def note_seen(place: Workplace, kit: Kit, seen: Seen) -> Finding:
    """Keep it in the ledger, as a statement of today; with the page where the fix is made."""
    from feishu_wizard.operations.ledger import note

    entry = Entry(
        check_id=SSO,
        what=f"ledger.seen_{seen.value}",
        at=now(),
        proof=Proof.STATED,
        good=seen is Seen.SIGNED_IN,
    )
    await asyncio.to_thread(note, place, kit, entry)
    found = what_was_seen(seen)
    links = (app_page(kit, _PAGES[seen]),) if seen in _PAGES else ()
    params = {"url": kit.setup.office.callback_url} if kit.setup.office.callback_url else {}
    return replace(found, links=links, params=params)
