"""Which way a request goes, and why: the proxy resolution that httpx does not have.

httpx 0.28 misreads CIDR and wildcards in NO_PROXY, never asks the operating system's exception
list and raises while a client is made for ``[::1]`` or ``socks4://``; hence ``trust_env=False``
and this file. The environment is read as curl reads it; where not, the test names the reason.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.finding import Who
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.net import threads
from feishu_wizard.services.net.address import Address, ascii_host, without_userinfo
from feishu_wizard.services.net.noproxy import excepting
from feishu_wizard.services.net.os_proxy import Told, ask, system_of_this_platform
from feishu_wizard.services.net.settings import NetSettings, SystemProxy

SYSTEM_SECONDS = 5.0
_SCHEMES = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True, slots=True)
class Route:
    """The way to a host. ``proxy``: URL without credentials, None for direct.

    ``why``: setting | none | environment | system | portal | pac | loopback | unset (nobody names
    a proxy). ``source``: the environment variable that decided. ``rule``: what in ``NO_PROXY``
    excepted the host. ``pac``: a PAC script that the system has set and that nobody here can
    read. ``silent``: the system was asked and did not say in time; the way is direct.
    """

    proxy: str | None
    why: str
    user: str = ""
    password: Secret | None = None
    source: str = ""
    rule: str = ""
    pac: str = ""
    silent: bool = False

    @property
    def proxy_host(self) -> str:
        """The proxy's ``host:port`` for messages."""
        return urlsplit(self.proxy).netloc if self.proxy else ""


class Resolver:
    """Finds the route of an address; answers of the operating system are kept per origin."""

    def __init__(
        self,
        settings: NetSettings,
        system: SystemProxy | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._settings = settings
        self._environ = os.environ if environ is None else environ
        self._system = system or system_of_this_platform(self._environ)
        self._asked: dict[str, Told] = {}

    async def route(self, address: Address) -> Route:
        """Setting, then environment, then operating system; this computer is always direct.

        Raises net.proxy.invalid and net.proxy.unsupported (params proxy, why, source).
        """
        if address.loopback:
            return Route(None, "loopback")
        setting = self._settings.proxy.strip()
        if setting == "none":
            return Route(None, "none")
        if setting not in ("", "system"):
            if "@" in setting:
                raise _invalid(setting, "setting")
            return self._through(setting, "setting")
        from_environment = self._environment(address)
        if from_environment is not None:
            return from_environment
        return await self._operating_system(address)

    def _environment(self, address: Address) -> Route | None:
        """The environment's word; None when it says nothing about this scheme."""
        source, proxy = self._variable(f"{address.scheme}_proxy")
        if not proxy:
            source, proxy = self._variable("all_proxy")
        if not proxy:
            return None
        exceptions_source, exceptions = self._variable("no_proxy")
        rule = excepting(exceptions, address.host, address.port)
        if rule:
            return Route(None, "environment", source=exceptions_source, rule=rule)
        return self._through(proxy, "environment", source)

    def _variable(self, name: str) -> tuple[str, str]:
        """Name and value; lower case wins, and an empty value is none, as for curl.

        In a CGI program ``HTTP_PROXY`` is a header of the request (CVE-2016-5385): not read there.
        """
        for spelling in (name, name.upper()):
            value = self._environ.get(spelling, "").strip()
            of_a_request = spelling == "HTTP_PROXY" and "REQUEST_METHOD" in self._environ
            if value and not of_a_request:
                return spelling, value
        return "", ""

    async def _operating_system(self, address: Address) -> Route:
        if self._system is None:
            return Route(None, "unset")
        told = await self._ask(self._system, address.origin + "/")
        if told.proxy:
            return self._through(told.proxy, told.why, pac=told.unread)
        return Route(None, told.why, pac=told.unread, silent=told.silent)

    async def _ask(self, system: SystemProxy, url: str) -> Told:
        if url not in self._asked:
            future = threads.start(lambda: ask(system, url), "system-proxy")
            try:
                self._asked[url] = await threads.wait(future, SYSTEM_SECONDS)
            except OSError:
                # Mostly a PAC script that cannot be fetched in time: go direct, as browsers do.
                self._asked[url] = Told(None, "system", silent=True)
        return self._asked[url]

    def _through(self, proxy: str, why: str, source: str = "", pac: str = "") -> Route:
        url, user, password = parse_proxy(proxy, why, source)
        if not user and self._settings.proxy_user:
            user, password = self._settings.proxy_user, self._settings.proxy_password
        return Route(url, why, user, password, source=source, pac=pac)


def parse_proxy(text: str, why: str = "", source: str = "") -> tuple[str, str, Secret | None]:
    """URL without credentials, user and password of a proxy as people write it.

    ``why`` and ``source`` say in the failure who named it.
    """
    full = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(full)
        port = parts.port
        host = ascii_host(parts.hostname or "")
    except ValueError:
        raise _invalid(text, why, source) from None
    if not host or port == 0 or any(ch <= " " for ch in full) or parts.path not in ("", "/"):
        raise _invalid(text, why, source)
    if parts.scheme not in _SCHEMES:
        params = _params(text, why, source) | {"host": host, "scheme": parts.scheme}
        raise NetworkError("net.proxy.unsupported", params, who=Who.NETWORK)
    name = f"[{host}]" if ":" in host else host
    url = f"{parts.scheme}://{name}:{port or _SCHEMES[parts.scheme]}"
    password = Secret(unquote(parts.password)) if parts.password else None
    return url, unquote(parts.username or ""), password


def _invalid(text: str, why: str, source: str = "") -> NetworkError:
    return NetworkError("net.proxy.invalid", _params(text, why, source))


def _params(text: str, why: str, source: str) -> dict[str, str]:
    shown = without_userinfo(text)[:200]
    return {"host": "", "proxy": shown, "why": why, "source": source}
