"""Layer by layer: name, connection, encryption, an answer, the clock; and the way there."""

from __future__ import annotations

from feishu_wizard.domain.diagnosis import LAYERS
from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.finding import Finding
from feishu_wizard.domain.progress import Report, silent
from feishu_wizard.services.net import tls
from feishu_wizard.services.net.address import parse_address
from feishu_wizard.services.net.clock import clock_finding
from feishu_wizard.services.net.http import Http, NetSettings, Policy
from feishu_wizard.services.net.layers import Bounds, Layers
from feishu_wizard.services.net.proxy_finding import probe_proxies, probe_proxy
from feishu_wizard.services.net.tls import CertificateInfo

__all__ = ["LAYERS", "certificate", "clock_finding", "probe", "probe_proxies", "probe_proxy"]

SECONDS = 10.0
TOTAL_SECONDS = 25.0


async def probe(
    http: Http, url: str, *, name: str, policy: Policy, report: Report = silent
) -> list[Finding]:
    """Look at one server; one finding per layer, ``net.<name>.<layer>``.

    ``name``: "open" (asked for JSON that only the platform gives), "accounts" or "can" (any HTTP
    answer passes). What a failed layer carries is ``blocked``; name and connection do not apply
    behind a proxy, encryption not on a plain address. Each layer has ``SECONDS``, all of them
    ``TOTAL_SECONDS``, the search for the route (``proxy.SYSTEM_SECONDS``) on top. May be
    cancelled at any time; no connection stays behind.
    """
    layers = Layers(http, url, name, policy, report, Bounds(SECONDS, TOTAL_SECONDS))
    await layers.run()
    return layers.findings


async def certificate(url: str, http: Http | None = None) -> CertificateInfo:
    """The certificate a server shows, trusted or not: what is shown before it is pinned.

    Raises ``NetworkError``, net.tls.other (detail "certificate") for one that cannot be read.
    """
    if http is None:
        async with Http(NetSettings()) as own:
            return await certificate(url, own)
    der = await http.peer_certificate(url)
    try:
        return tls.describe(der)
    except ValueError:
        host = parse_address(url).host
        raise NetworkError("net.tls.other", {"host": host, "detail": "certificate"}) from None
