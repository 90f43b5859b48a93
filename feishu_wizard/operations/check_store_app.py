"""What can be said of a store app: with App ID and App Secret alone, and with a ticket.

The platform sends tickets to the app's own web server, every hour (official docs:
app_ticket-events), so the pair alone gives no token. Asking for the ticket to be sent once more
tells whether the pair is right.
"""

from __future__ import annotations

from dataclasses import replace

from feishu_wizard.domain.edition import ConsolePage
from feishu_wizard.domain.errors import CredentialError, FeishuError, WizardError
from feishu_wizard.domain.finding import Finding, Proof, Status, Who, blocked
from feishu_wizard.domain.kit import Kit
from feishu_wizard.operations.console import app_page
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.store_ticket import store_ticket
from feishu_wizard.services.feishu.store_app import TENANT_TOKEN_PATH, resend_ticket

_CREDENTIALS, _APP = "feishu.credentials", "feishu.app"
_REST = ("feishu.bot", "feishu.tenant")
# Error table of the official docs and the SDKs: no app token for this ticket; no ticket to send
# for a self-built app.
_BAD_TICKET, _SELF_BUILT = 10012, 10016


async def lacks_token(place: Workplace, kit: Kit) -> CredentialError | None:
    """What a store app lacks to sign in; None when nothing, as with every self-built app."""
    try:
        await store_ticket(place, kit)
    except CredentialError as error:
        return error
    return None


async def prove_without_ticket(
    place: Workplace, kit: Kit, lack: CredentialError
) -> tuple[Finding, ...]:
    """The pair as far as it can be checked, and what stays unproven for lack of a token."""
    credentials = await _pair(place, kit)
    if credentials.status is not Status.PASS:
        return (credentials, *(blocked(i, _CREDENTIALS) for i in (_APP, *_REST)))
    app = lack.finding(_APP, Status.UNKNOWN)
    return (credentials, app, *(blocked(i, _APP) for i in _REST))


async def _pair(place: Workplace, kit: Kit) -> Finding:
    app_id, secret = await place.pair(kit)
    http, hosts = await place.http(kit), kit.setup.feishu.hosts
    try:
        answer = await resend_ticket(http, hosts, app_id, secret)
    except FeishuError as error:
        found = error.finding(_CREDENTIALS)
        if error.feishu_code == _SELF_BUILT:
            found = replace(found, code="store.self_built", who=Who.YOU)
        return replace(found, links=(*found.links, app_page(kit, ConsolePage.BASE_INFO)))
    except WizardError as error:
        return error.finding(_CREDENTIALS)
    return Finding(
        _CREDENTIALS,
        Status.PASS,
        "store.pair_accepted",
        {"host": answer.evidence.host},
        Proof.PROVEN,
        evidence=(answer.evidence,),
    )


def told_at_its_field(found: Finding) -> Finding:
    """The refusal of a store app's token, by the value that it is about: ticket or company."""
    code = found.params.get("feishu_code", "")
    if not code:
        return found
    if any(evidence.path == TENANT_TOKEN_PATH for evidence in found.evidence):
        return replace(found, code="store.wrong_tenant_key", who=Who.DEVELOPER)
    if code == str(_BAD_TICKET):
        return replace(found, code="store.wrong_ticket", who=Who.DEVELOPER)
    return found
