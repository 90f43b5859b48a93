"""The app's bot: the cheapest call that needs no permission."""

from __future__ import annotations

import msgspec

from feishu_wizard.services.feishu.auth import BOT_PATH
from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.envelope import Answer, of_body

_ACTIVE = 2


class BotInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The bot as released.

    ``activate_status``: 0 not installed, 1 stopped by the tenant, 2 active, 3 installed but not
    enabled, 4 upgrade pending, 5 licence expired, 6 plan expired (official docs: bot-v3 info).
    ``ip_white_list`` is the app's IP allow-list.
    """

    open_id: str
    app_name: str = ""
    activate_status: int = -1
    avatar_url: str = ""
    ip_white_list: list[str] = []

    @property
    def active(self) -> bool:
        """The tenant has the bot installed and switched on."""
        return self.activate_status == _ACTIVE


async def bot_info(client: FeishuClient) -> Answer[BotInfo]:
    """Read the bot. ``FeishuError`` 11205: none is switched on and released."""
    return await client.call("GET", BOT_PATH, of_body(BotInfo, "bot"))
