"""The brands of the platform, their hosts and the addresses of their console pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlsplit


class Edition(StrEnum):
    """Where the tenant lives. An app belongs to exactly one edition."""

    FEISHU = "feishu"
    LARK = "lark"
    PRIVATE = "private"


class AppType(StrEnum):
    """How the app is distributed. ID and secret prove a self-built one; a store app also needs
    a ticket, which the platform sends to the app's own web server only."""

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


class Feature(StrEnum):
    """What is not the same, or not known to be, with every edition."""

    SCAN = "scan"
    ADMIN_PAGES = "admin_pages"
    CLIENT_LINKS = "client_links"


class Offer(StrEnum):
    """Whether an edition has a feature. ``BY_SWITCH``: known only as begun at Feishu and finished
    there, after a switch of brands."""

    OFFERED = "offered"
    BY_SWITCH = "by_switch"
    NOT_VERIFIED = "not_verified"


# Sources: registration in the official SDKs and command line begins at Feishu's accounts host and
# follows ``tenant_brand``; no source names Lark's admin and AppLink hosts, or those of others.
_OFFERS = {
    (Edition.LARK, Feature.SCAN): Offer.BY_SWITCH,
    (Edition.LARK, Feature.ADMIN_PAGES): Offer.NOT_VERIFIED,
    (Edition.LARK, Feature.CLIENT_LINKS): Offer.NOT_VERIFIED,
    (Edition.PRIVATE, Feature.SCAN): Offer.NOT_VERIFIED,
    (Edition.PRIVATE, Feature.ADMIN_PAGES): Offer.NOT_VERIFIED,
    (Edition.PRIVATE, Feature.CLIENT_LINKS): Offer.NOT_VERIFIED,
}


def offer_of(edition: Edition, feature: Feature) -> Offer:
    """Whether ``edition`` has ``feature``, as far as it is known."""
    return _OFFERS.get((edition, feature), Offer.OFFERED)


def reservations(edition: Edition, features: Iterable[Feature]) -> tuple[str, ...]:
    """Text codes of what to say about ``features`` of ``edition``: ``edition.scan.by_switch``."""
    offers = ((feature, offer_of(edition, feature)) for feature in features)
    return tuple(
        f"edition.{feature.value}.{offer.value}"
        for feature, offer in offers
        if offer is not Offer.OFFERED
    )


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
    MANAGE = "manage"


def console_link(hosts: Hosts, page: ConsolePage, app_id: str = "", scopes: str = "") -> str:
    """Return the address of a console page of this very app.

    ``scopes`` (comma-separated) preselects permissions, as the platform's own 99991672 links do.
    """
    if page is ConsolePage.APPS or (not app_id and page is not ConsolePage.AUDIT):
        return f"{hosts.open}/app"
    if page is ConsolePage.AUDIT:
        return f"{_admin_origin(hosts)}/admin/appCenter/audit"
    if page is ConsolePage.MANAGE:
        return f"{_admin_origin(hosts)}/admin/appCenter/manage/{quote(app_id, safe='')}"
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
