"""Which way a request goes, and why: the proxy resolution that httpx does not have.

httpx 0.28 misreads CIDR and wildcards in NO_PROXY, never asks the operating system's exception
list and raises while a client is made for ``[::1]`` or ``socks4://``; hence ``trust_env=False``
and this file.
"""

from __future__ import annotations

import os
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.finding import Who
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.net import threads
from feishu_wizard.services.net.address import Address, ascii_host, without_userinfo
from feishu_wizard.services.net.noproxy import bypasses
from feishu_wizard.services.net.settings import NetSettings, SystemProxy

SYSTEM_SECONDS = 5.0
_SCHEMES = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True, slots=True)
class Route:
    """The way to a host. ``proxy``: URL without credentials, None for direct.

    ``why``: setting | none | environment | system | loopback.
    """

    proxy: str | None
    why: str
    user: str = ""
    password: Secret | None = None

    @property
    def proxy_host(self) -> str:
        """The proxy's ``host:port`` for messages."""
        return urlsplit(self.proxy).netloc if self.proxy else ""


class OsProxy:
    """The proxy settings of Windows and macOS as the standard library reads them (no PAC)."""

    def proxy_for(self, url: str) -> str | None:
        """Blocks: on Windows the exception list is compared with looked-up names."""
        parts = urlsplit(url)
        if urllib.request.proxy_bypass(parts.netloc):
            return None
        known = urllib.request.getproxies()
        return known.get(parts.scheme) or known.get("all") or known.get("socks")


class Resolver:
    """Finds the route of an address; answers of the operating system are kept per origin."""

    def __init__(
        self,
        settings: NetSettings,
        system: SystemProxy | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._settings = settings
        self._system = system or (OsProxy() if sys.platform in ("win32", "darwin") else None)
        self._environ = os.environ if environ is None else environ
        self._asked: dict[str, str | None] = {}

    async def route(self, address: Address) -> Route:
        """Setting, then environment, then operating system; this computer is always direct."""
        if address.loopback:
            return Route(None, "loopback")
        setting = self._settings.proxy.strip()
        if setting == "none":
            return Route(None, "none")
        if setting not in ("", "system"):
            if "@" in setting:
                raise _invalid(setting)
            return self._through(setting, "setting")
        from_environment = self._environment(address)
        if from_environment is not None:
            return from_environment
        proxy = await self._operating_system(address)
        return self._through(proxy, "system") if proxy else Route(None, "system")

    def _environment(self, address: Address) -> Route | None:
        """The environment's word; None when it says nothing about this scheme."""
        proxy = self._variable(f"{address.scheme}_proxy")
        if proxy is None:
            proxy = self._variable("all_proxy")
        if proxy is None:
            return None
        exceptions = self._variable("no_proxy") or ""
        if not proxy or bypasses(exceptions, address.host, address.port):
            return Route(None, "environment")
        return self._through(proxy, "environment")

    def _variable(self, name: str) -> str | None:
        """Lower case wins, also when it is empty: that says "no proxy"."""
        value = self._environ.get(name, self._environ.get(name.upper()))
        return None if value is None else value.strip()

    async def _operating_system(self, address: Address) -> str | None:
        system = self._system
        if system is None:
            return None
        url = address.origin + "/"
        if url not in self._asked:
            future = threads.start(lambda: system.proxy_for(url), "system-proxy")
            try:
                self._asked[url] = await threads.wait(future, SYSTEM_SECONDS)
            except TimeoutError:
                # A PAC script that cannot be fetched: go direct, as browsers do.
                self._asked[url] = None
        return self._asked[url]

    def _through(self, proxy: str, why: str) -> Route:
        url, user, password = parse_proxy(proxy)
        if not user and self._settings.proxy_user:
            user, password = self._settings.proxy_user, self._settings.proxy_password
        return Route(url, why, user, password)


def parse_proxy(text: str) -> tuple[str, str, Secret | None]:
    """URL without credentials, user and password of a proxy as people write it."""
    full = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(full)
        port = parts.port
        host = ascii_host(parts.hostname or "")
    except ValueError:
        raise _invalid(text) from None
    if not host or port == 0 or any(ch <= " " for ch in full) or parts.path not in ("", "/"):
        raise _invalid(text)
    if parts.scheme not in _SCHEMES:
        raise NetworkError(
            "net.proxy.unsupported",
            {"host": host, "proxy": without_userinfo(text), "scheme": parts.scheme},
            who=Who.NETWORK,
        )
    name = f"[{host}]" if ":" in host else host
    url = f"{parts.scheme}://{name}:{port or _SCHEMES[parts.scheme]}"
    password = Secret(unquote(parts.password)) if parts.password else None
    return url, unquote(parts.username or ""), password


def _invalid(text: str) -> NetworkError:
    return NetworkError("net.proxy.invalid", {"host": "", "proxy": without_userinfo(text)[:200]})
