"""What the platform tells about the company."""

from __future__ import annotations

import msgspec

from feishu_wizard.services.feishu.client import FeishuClient
from feishu_wizard.services.feishu.envelope import Answer, of_data


class TenantInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The company. ``tenant_tag``: 0 team, 2 personal (official docs: tenant-v2 query)."""

    name: str = ""
    display_id: str = ""
    tenant_tag: int = -1
    tenant_key: str = ""


async def tenant_info(client: FeishuClient) -> Answer[TenantInfo]:
    """Read the company's name (scope ``tenant:tenant:readonly``)."""
    return await client.call(
        "GET", "/open-apis/tenant/v2/tenant/query", of_data(TenantInfo, "tenant")
    )
