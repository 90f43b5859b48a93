"""The brands of the platform, their hosts and the addresses of their console pages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlsplit


class Edition(StrEnum):
    """Where the tenant lives. An app belongs to exactly one edition."""

    FEISHU = "feishu"
    LARK = "lark"
    PRIVATE = "private"


class AppType(StrEnum):
    """How the app is distributed; only a self-built one can be proven with ID and secret."""

    SELF_BUILT = "self-built"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Hosts:
    """Origins of the platform, without a trailing slash."""

    open: str
    accounts: str

    def names(self) -> tuple[str, ...]:
        """Host names that a secret may go to, as shown before it is typed."""
        hosts = (urlsplit(url).netloc for url in (self.open, self.accounts))
        return tuple(dict.fromkeys(host for host in hosts if host))


# Source: official SDK ``lark-oapi`` 1.7.5, core/const.py.
_PUBLIC = {
    Edition.FEISHU: Hosts("https://open.feishu.cn", "https://accounts.feishu.cn"),
    Edition.LARK: Hosts("https://open.larksuite.com", "https://accounts.larksuite.com"),
}


def hosts_of(edition: Edition, open_url: str = "", accounts_url: str = "") -> Hosts:
    """Return the origins of an edition; given URLs (private deployment, sandbox) win."""
    known = _PUBLIC.get(edition, Hosts("", ""))
    # A host of one's own is never mixed with a public one: that would send codes to a stranger.
    accounts = accounts_url or open_url or known.accounts
    return Hosts((open_url or known.open).rstrip("/"), accounts.rstrip("/"))


class ConsolePage(StrEnum):
    """Pages of the developer console (facts: official error links and community evidence)."""

    APPS = "apps"
    BASE_INFO = "baseinfo"
    PERMISSIONS = "auth"
    SECURITY = "safe"
    BOT = "bot"
    VERSION = "version"
    EVENTS = "event"
    AUDIT = "audit"


def console_link(hosts: Hosts, page: ConsolePage, app_id: str = "", scopes: str = "") -> str:
    """Return the address of a console page of this very app.

    ``scopes`` (comma-separated) preselects permissions, as the platform's own 99991672 links do.
    """
    if page is ConsolePage.APPS or (not app_id and page is not ConsolePage.AUDIT):
        return f"{hosts.open}/app"
    if page is ConsolePage.AUDIT:
        return f"{_admin_origin(hosts)}/admin/appCenter/audit"
    link = f"{hosts.open}/app/{quote(app_id, safe='')}/{page.value}"
    if page is ConsolePage.PERMISSIONS and scopes:
        link += f"?q={quote(scopes, safe=',:')}&op_from=openapi&token_type=tenant"
    return link


def _admin_origin(hosts: Hosts) -> str:
    """The admin console lives beside the open host: feishu.cn/admin, or the private host."""
    if hosts.open == _PUBLIC[Edition.FEISHU].open:
        return "https://www.feishu.cn"
    if hosts.open == _PUBLIC[Edition.LARK].open:
        return "https://www.larksuite.com"
    return hosts.open
