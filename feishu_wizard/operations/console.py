"""The console's pages of the app that a setup is about."""

from __future__ import annotations

from feishu_wizard.domain.edition import ConsolePage, console_link
from feishu_wizard.domain.finding import Link
from feishu_wizard.domain.kit import Kit


def app_page(kit: Kit, page: ConsolePage, scopes: str = "") -> Link:
    """A page of this very app; ``scopes`` as in ``console_link``."""
    feishu = kit.setup.feishu
    url = console_link(feishu.hosts, page, feishu.app_id, scopes)
    return Link(f"console_{page.value}", url)
