"""The groups that the bot is in: where monitoring messages may go besides people."""

from __future__ import annotations

from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.domain.recipient import Recipient, RecipientKind, Resolved
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.im import list_chats

# A hundred groups a page; a bot in more groups than this names one by its id.
_PAGES = 20


async def groups(place: Workplace, kit: Kit, report: Report) -> tuple[Resolved, ...]:
    """All groups of the bot in the order of the platform, ready to be sent to.

    Raises ``FeishuError`` 99991672 without a permission for groups, 232025 without a bot.
    """
    report(Progress("reading_groups"))
    return await groups_of(await place.feishu(kit))


async def groups_of(client: FeishuClient) -> tuple[Resolved, ...]:
    """The groups that this app's bot is in."""
    found: dict[str, Resolved] = {}
    token = ""
    for _ in range(_PAGES):
        answer = await list_chats(client, token)
        for chat in answer.value.items:
            who = Recipient(RecipientKind.CHAT, chat.chat_id)
            evidence = (answer.evidence,)
            found[chat.chat_id] = Resolved(who, "chat_id", chat.chat_id, chat.name, "", evidence)
        token = answer.value.page_token
        if not answer.value.has_more or not token:
            break
    return tuple(found.values())
