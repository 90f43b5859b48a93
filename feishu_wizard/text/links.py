"""Links of a finding: its own, and the page of the platform on which its fix is made."""

from __future__ import annotations

import re
from urllib.parse import quote

from feishu_wizard.domain.edition import ConsolePage, Hosts, console_link
from feishu_wizard.domain.finding import Finding, Link
from feishu_wizard.text import book

_PLATFORM_CODE = re.compile(r"feishu\.(\d+)")


def links_of(finding: Finding, hosts: Hosts, app_id: str) -> tuple[Link, ...]:
    """Return what to open, without repetition: labels are codes of ``labels.link_label``.

    First the finding's own links; then the console page of its entry in the error book, of this
    very app where ``app_id`` is known, with the permissions preselected that it names; then, for
    a platform code that the book lacks, the platform's own search for the log id.
    """
    found = list(finding.links)
    if hosts.open:
        found += _page(finding, hosts, app_id)
        found += _search(finding, hosts)
    first: dict[str, Link] = {}
    for link in found:
        first.setdefault(link.url, link)
    return tuple(first.values())


def troubleshooting_link(hosts: Hosts, code: str, log_id: str = "") -> Link:
    """Return the platform's page about one error (its ``error.troubleshooter`` leads there).

    ``code`` is the number alone. Source: official docs, general structure of errors.
    """
    log = f"&log_id={quote(log_id, safe='')}" if log_id else ""
    return Link(
        "platform_help", f"{hosts.open}/search?from=openapi{log}&code={quote(code, safe='')}"
    )


def _page(finding: Finding, hosts: Hosts, app_id: str) -> list[Link]:
    page = book.entry_of(finding.code, finding.params).page
    if page is None:
        return []
    scopes = str(finding.params.get("scopes") or finding.params.get("scope") or "")
    named = ",".join(part.strip() for part in scopes.split(",") if part.strip())
    # Without the id of the app every page of it is the list of apps.
    reached = page if app_id or page is ConsolePage.AUDIT else ConsolePage.APPS
    return [Link(f"console_{reached.value}", console_link(hosts, page, app_id, named))]


def _search(finding: Finding, hosts: Hosts) -> list[Link]:
    platform = _PLATFORM_CODE.fullmatch(finding.code)
    log_id = str(finding.params.get("log_id") or "") or next(
        (item.log_id for item in reversed(finding.evidence) if item.log_id), ""
    )
    if platform and log_id and not book.knows(finding.code):
        return [troubleshooting_link(hosts, platform[1], log_id)]
    return []
