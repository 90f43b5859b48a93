"""The bot's own information and the tenant's (official docs: bot-v3, tenant-v2/query)."""

from __future__ import annotations

from feishu_wizard.sandbox.feishu.call import Api, Call
from feishu_wizard.sandbox.feishu.replies import Json, PlatformError, ok

ACTIVE = 2


def avatar(call: Call) -> str:
    """The address of a picture on this origin."""
    return f"{call.console}/static/avatar.svg"


async def info(call: Call) -> Json:
    """``bot/v3/info``: flat; 11205 until a version with the bot is online."""
    app = call.app
    if not app.bot_active:
        raise PlatformError(11205, "app do not have bot")
    bot = {
        "activate_status": ACTIVE,
        "app_name": app.name,
        "avatar_url": avatar(call),
        "ip_white_list": list(app.allowed_ips),
        "open_id": app.bot_open_id,
    }
    return {"code": 0, "msg": "ok", "bot": bot}


async def tenant(call: Call) -> Json:
    """``tenant/v2/tenant/query``; ``domain`` has a permission of its own."""
    here = call.world.tenant
    answer: Json = {
        "name": here.name,
        "display_id": here.display_id,
        "tenant_tag": 0,
        "tenant_key": here.key,
        "avatar": {"avatar_origin": avatar(call)},
    }
    if call.can("tenant:tenant.domain:read"):
        answer["domain"] = "spruce-practice.feishu.cn"
    return ok({"tenant": answer})


async def connections(call: Call) -> Json:
    """``event/v1/connection``: no long connection in the sandbox."""
    return ok({"online_instance_cnt": 0})


APIS = (
    Api("GET", "/bot/v3/info", info, tier=9),
    Api("GET", "/tenant/v2/tenant/query", tenant, ("tenant:tenant:readonly",)),
    Api("GET", "/event/v1/connection", connections, tier=7),
)
