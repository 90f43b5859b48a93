"""The permissions the practice tenant knows: names, review, identities.

Names and the review of ``contact:user.phone:readonly``, ``contact:user.department:readonly`` and
``contact:department.organize:readonly`` follow observations of real tenants; the review of scopes
never observed is our choice. Every tenant decides this for itself, so it can be overridden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

TokenType = Literal["tenant", "user"]


@dataclass(frozen=True)
class ScopeInfo:
    """One permission; ``level`` 1 ordinary, 2 advanced, 3 super-sensitive."""

    name: str
    zh: str
    en: str
    review: bool = False
    level: int = 1
    user_only: bool = False


_TABLE: Final = (
    ("contact:user.employee_id:readonly", "获取用户 user ID", "Obtain user ID", "-"),
    ("contact:user.phone:readonly", "获取用户手机号", "Obtain user mobile number", "r"),
    ("contact:user.email:readonly", "获取用户邮箱信息", "Obtain user email information", "-"),
    ("im:message:send_as_bot", "以应用的身份发消息", "Send messages as an app", "-"),
    ("contact:contact.base:readonly", "获取通讯录基本信息", "Obtain contacts base data", "-"),
    ("contact:user.base:readonly", "获取用户基本信息", "Obtain user base data", "-"),
    ("contact:user.department:readonly", "获取用户组织架构信息", "Obtain user departments", "r"),
    ("contact:user.employee:readonly", "获取用户受雇信息", "Obtain user employment data", "-"),
    ("contact:user.employee_number:read", "查看成员工号", "View employee numbers", "-"),
    ("contact:department.base:readonly", "获取部门基础信息", "Obtain department base data", "-"),
    (
        "contact:department.organize:readonly",
        "获取通讯录部门组织架构信息",
        "Obtain department organisation",
        "r",
    ),
    (
        "contact:user.id:readonly",
        "通过手机号或邮箱获取用户 ID",
        "Find user ID by mobile/email",
        "-",
    ),
    ("contact:user.basic_profile:readonly", "获取用户的基本信息", "Obtain basic profiles", "-"),
    ("contact:contact:readonly_as_app", "以应用身份读取通讯录", "Read contacts as an app", "r"),
    ("contact:contact:access_as_app", "以应用身份访问通讯录", "Access contacts as an app", "r"),
    ("contact:contact:readonly", "读取通讯录", "Read contacts", "r"),
    ("contact:group:readonly", "获取用户组信息", "Obtain user groups", "-"),
    ("tenant:tenant:readonly", "获取企业信息", "Obtain tenant information", "-"),
    ("tenant:tenant.domain:read", "获取企业完整域名", "Obtain the tenant's domain", "-"),
    ("im:message", "获取与发送单聊、群组消息", "Read and send messages", "-"),
    ("im:message:send", "发送消息V2", "Send messages V2", "-"),
    ("im:message:readonly", "获取单聊、群组消息", "Read messages", "-"),
    ("im:message:update", "更新消息", "Update messages", "-"),
    ("im:message:recall", "撤回消息", "Recall messages", "-"),
    ("im:message.history:readonly", "获取单聊、群组的历史消息", "Read earlier messages", "-"),
    ("im:message.group_msg", "获取群组中所有消息", "Read all messages of groups", "r"),
    ("im:message.p2p_msg:readonly", "读取用户发给机器人的单聊消息", "Read p2p messages", "-"),
    ("im:message.group_at_msg:readonly", "接收群聊中@机器人消息事件", "Read mentions", "-"),
    ("im:message:send_multi_users", "给多个用户批量发消息", "Batch messages to users", "-"),
    (
        "im:message:send_multi_depts",
        "给一个或多个部门的成员批量发消息",
        "Batch to departments",
        "r",
    ),
    ("im:message.urgent", "发送应用内加急消息", "Send urgent messages", "-"),
    ("im:message.urgent:app_send", "发送应用内加急消息", "Send in-app urgent messages", "-"),
    ("im:message.urgent:sms", "发送短信加急消息", "Send SMS urgent messages", "r"),
    ("im:message.urgent:phone", "发送电话加急消息", "Send phone urgent messages", "r"),
    ("im:chat", "获取与更新群组信息", "Read and update groups", "-"),
    ("im:chat:readonly", "获取群组信息", "Obtain group information", "-"),
    ("im:chat:read", "查看群信息", "View group information", "-"),
    ("im:chat:create", "创建群", "Create groups", "-"),
    ("im:chat:update", "更新群信息", "Update groups", "-"),
    ("im:resource", "获取与上传图片或文件资源", "Read and upload resources", "-"),
    ("application:application:self_manage", "管理应用自身资源", "Manage own app resources", "-"),
    ("application:bot.basic_info:read", "获取机器人基本信息", "Obtain bot information", "-"),
    ("application:application.app_version:readonly", "获取应用版本信息", "Read versions", "-"),
    ("application:application:patch", "修改应用信息", "Change app information", "r"),
    ("application:application.contacts_range:write", "更新应用通讯录权限范围", "Set range", "r"),
    ("admin:app.info:readonly", "获取应用信息", "Read apps of the tenant", "r"),
    ("admin:app.visibility", "管理应用可见范围", "Manage availability", "r"),
    ("event:ip_list", "获取事件出口 IP", "Read outbound IPs", "-"),
    ("cardkit:card:read", "查看卡片", "Read cards", "-"),
    ("cardkit:card:write", "创建与更新卡片", "Write cards", "-"),
    ("contact:contact:delete_all", "删除通讯录", "Delete contacts", "s"),
    ("offline_access", "离线访问已授权数据", "Offline access", "u"),
    ("auth:user.id:read", "获取用户唯一标识", "Read the user's identity", "u"),
)

SCOPES: Final[dict[str, ScopeInfo]] = {
    name: ScopeInfo(
        name,
        zh,
        en,
        review=mark in "rs",
        level={"r": 2, "s": 3}.get(mark, 1),
        user_only=mark == "u",
    )
    for name, zh, en, mark in _TABLE
}

HEALTHY_TENANT: Final = (
    "contact:user.employee_id:readonly",
    "contact:user.phone:readonly",
    "contact:user.email:readonly",
    "im:message:send_as_bot",
    "im:message.urgent:app_send",
    "contact:contact.base:readonly",
    "contact:user.base:readonly",
    "contact:user.department:readonly",
    "contact:user.employee:readonly",
    "contact:department.base:readonly",
    "contact:department.organize:readonly",
    "contact:user.id:readonly",
    "tenant:tenant:readonly",
    "im:chat:readonly",
    "application:application:self_manage",
)
HEALTHY_USER: Final = (
    "contact:user.employee_id:readonly",
    "contact:user.phone:readonly",
    "contact:user.email:readonly",
    "offline_access",
)
AGENT_TEMPLATE: Final = (
    "contact:contact.base:readonly",
    "im:message:send_as_bot",
    "im:message:readonly",
    "im:message:send_multi_users",
    "im:message:update",
    "im:message.p2p_msg:readonly",
    "im:message.group_at_msg:readonly",
    "im:chat:read",
    "im:chat:create",
    "im:chat:update",
    "im:resource",
    "application:application:self_manage",
    "application:bot.basic_info:read",
    "cardkit:card:read",
    "cardkit:card:write",
)
"""Tenant permissions of an app made by scan with the platform's own template."""
