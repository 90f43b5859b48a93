"""The check ``net.proxy``: which way calls leave this computer, and who said so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.finding import Finding, Proof, Status, Who, not_applicable
from feishu_wizard.services.net.http import Http, Route

CHECK = "net.proxy"


async def probe_proxy(http: Http, url: str) -> Finding:
    """The check ``net.proxy`` for one address (params proxy, why, source, rule, hosts)."""
    return await probe_proxies(http, {"": url})


async def probe_proxies(http: Http, urls: Mapping[str, str]) -> Finding:
    """The way to each of ``urls`` (by name, such as "open") in one finding; makes no call.

    Params: ``proxy``, ``why`` (as in ``Route``; "no_proxy" for an exception), ``source`` (the
    environment variable), ``rule``, ``hosts``; of what goes directly beside a proxy
    ``direct_hosts``, ``direct_why``; and for each name ``<name>_proxy`` ("" for direct),
    ``<name>_why``, ``<name>_source``. Fails for a setting that cannot be used, warns when the
    system has a PAC script that nobody here can read, or does not answer.
    """
    if not urls:
        return not_applicable(CHECK)
    asked = await asyncio.gather(*(_way(http, url) for url in urls.values()))
    ways = {name: way for name, way in zip(urls, asked, strict=True) if isinstance(way, Route)}
    params = _by_name(ways)
    refused = next((way for way in asked if isinstance(way, NetworkError)), None)
    if refused is not None:
        refused.params.update(params)
        return refused.finding(CHECK)
    return _told(ways, {name: _host(url) for name, url in urls.items()}, params)


async def _way(http: Http, url: str) -> Route | NetworkError:
    try:
        return await http.route(url)
    except NetworkError as error:
        return error


def _told(ways: Mapping[str, Route], hosts: Mapping[str, str], extra: dict[str, str]) -> Finding:
    params = _grouped(ways, hosts) | extra
    unread = next((way.pac for way in ways.values() if way.pac), "")
    if unread:
        params["pac"] = unread
        return _finding(Status.WARN, "net.proxy.pac_unread", params)
    if any(way.silent for way in ways.values()):
        return _finding(Status.WARN, "net.proxy.silent", params)
    if not params["proxy"]:
        return _finding(Status.PASS, "net.proxy.direct", params)
    if "direct_hosts" in params:
        return _finding(Status.PASS, "net.proxy.mixed", params)
    code = "net.proxy.several" if "ways" in params else "net.proxy.used"
    return _finding(Status.PASS, code, params)


def _finding(status: Status, code: str, params: dict[str, str]) -> Finding:
    return Finding(CHECK, status, code, params, Proof.CONFIGURED, Who.NETWORK)


def _grouped(ways: Mapping[str, Route], hosts: Mapping[str, str]) -> dict[str, str]:
    """What goes through a proxy, and what goes directly beside it."""
    through = {name: way for name, way in ways.items() if way.proxy}
    direct = {name: way for name, way in ways.items() if not way.proxy}
    first = _telling(through or direct)
    proxies = dict.fromkeys(way.proxy_host for way in through.values())
    params = {
        "proxy": ", ".join(proxies),
        "why": _why(first),
        "source": first.source,
        "rule": first.rule,
        "hosts": _hosts(through or direct, hosts),
    }
    if len(proxies) > 1:
        params["ways"] = "; ".join(
            f"{hosts[name]} \N{RIGHTWARDS ARROW} {way.proxy_host}" for name, way in through.items()
        )
    if through and direct:
        beside = _telling(direct)
        params |= {"direct_hosts": _hosts(direct, hosts), "direct_why": _why(beside)}
        params["rule"] = beside.rule
    return params


def _telling(ways: Mapping[str, Route]) -> Route:
    """The way whose reason says most: that to this computer itself says nothing of the others."""
    return next((way for way in ways.values() if way.why != "loopback"), next(iter(ways.values())))


def _why(way: Route) -> str:
    return "no_proxy" if way.rule else way.why


def _by_name(ways: Mapping[str, Route]) -> dict[str, str]:
    params: dict[str, str] = {}
    for name, way in ways.items():
        if name:
            told = {"proxy": way.proxy_host, "why": _why(way), "source": way.rule or way.source}
            params |= {f"{name}_{key}": value for key, value in told.items()}
    return params


def _hosts(ways: Mapping[str, Route], hosts: Mapping[str, str]) -> str:
    return ", ".join(dict.fromkeys(hosts[name] for name in ways))


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
