"""Finds out who a recipient is, before anything is sent."""

from __future__ import annotations

from feishu_wizard.domain.errors import FeishuError
from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.recipient import Recipient, RecipientKind, Resolved, Unresolved
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.platform_view import NO_SCOPE
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.contact import find_ids, get_user
from feishu_wizard.services.feishu.im import list_chats

_ID_TYPE = {
    RecipientKind.CAN_ACCOUNT: "user_id",
    RecipientKind.USER_ID: "user_id",
    RecipientKind.OPEN_ID: "open_id",
    RecipientKind.UNION_ID: "union_id",
}
# Lists of groups are read this far; a bot in more groups than that names one by its id.
_CHAT_PAGES = 5

Found = tuple[tuple[Resolved, ...], tuple[Unresolved, ...]]


async def resolve_recipients(
    place: Workplace, kit: Kit, wanted: tuple[Recipient, ...], report: Report
) -> Found:
    """Look everyone up. Nobody is guessed: who is not found is told with the reason."""
    client = await place.feishu(kit)
    results: list[Resolved | Unresolved] = []
    for index, recipient in enumerate(wanted):
        report(Progress("resolving", {"who": recipient.value}, index / len(wanted)))
        results.append(await _resolve(client, recipient))
    return (
        tuple(r for r in results if isinstance(r, Resolved)),
        tuple(r for r in results if isinstance(r, Unresolved)),
    )


async def account_of(place: Workplace, kit: Kit, open_id: str) -> str:
    """The user_id of a person, by which CAN would address them; the open_id where it is hidden.

    Raises ``FeishuError`` when the person cannot be read at all.
    """
    client = await place.feishu(kit)
    found = await _person(client, Recipient(RecipientKind.OPEN_ID, open_id), open_id, "open_id")
    return (found.user_id if isinstance(found, Resolved) else "") or open_id


async def _resolve(client: FeishuClient, recipient: Recipient) -> Resolved | Unresolved:
    try:
        if recipient.kind is RecipientKind.CHAT:
            return await _chat(client, recipient)
        if recipient.kind in (RecipientKind.EMAIL, RecipientKind.MOBILE):
            return await _by_address(client, recipient)
        return await _person(client, recipient, recipient.value, _ID_TYPE[recipient.kind])
    except FeishuError as error:
        return Unresolved(recipient, error.code, dict(error.params), error.evidence)


async def _person(
    client: FeishuClient, recipient: Recipient, value: str, id_type: str
) -> Resolved | Unresolved:
    try:
        answer = await get_user(client, value, id_type)
    except FeishuError as error:
        if error.feishu_code != NO_SCOPE:
            raise
        # Names need a permission that sending does not: go on without one, and show the id.
        return Resolved(recipient, id_type, value, evidence=error.evidence)
    user = answer.value
    if user.status is not None and user.status.is_resigned:
        return Unresolved(recipient, "recipient_resigned", {"name": user.name}, (answer.evidence,))
    return Resolved(recipient, id_type, value, user.name, user.user_id, (answer.evidence,))


async def _by_address(client: FeishuClient, recipient: Recipient) -> Resolved | Unresolved:
    by_mail = recipient.kind is RecipientKind.EMAIL
    emails = [recipient.value] if by_mail else []
    mobiles = [] if by_mail else [recipient.value]
    answer = await find_ids(client, emails, mobiles, "open_id")
    found = next((row for row in answer.value if row.id), None)
    if found is None:
        kind = "email" if by_mail else "mobile"
        return Unresolved(recipient, f"{kind}_unknown", {}, (answer.evidence,))
    return await _person(client, recipient, found.id, "open_id")


async def _chat(client: FeishuClient, recipient: Recipient) -> Resolved | Unresolved:
    token = ""
    evidence: tuple[Evidence, ...] = ()
    for _ in range(_CHAT_PAGES):
        answer = await list_chats(client, token)
        evidence = (answer.evidence,)
        for chat in answer.value.items:
            if chat.chat_id == recipient.value:
                return Resolved(recipient, "chat_id", chat.chat_id, chat.name, evidence=evidence)
        token = answer.value.page_token
        if not answer.value.has_more or not token:
            break
    return Unresolved(recipient, "chat_unknown", {}, evidence)
