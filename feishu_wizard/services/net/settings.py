"""What the network is allowed to do for a setup, and the rules per kind of server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Network
from feishu_wizard.services.net.address import Address, parse_address


class Policy(Enum):
    """FEISHU: https only, the system's trust only. CAN: plain http and a pin when accepted.

    This computer itself (sandbox, private test) may be plain for both.
    """

    FEISHU = "feishu"
    CAN = "can"


@dataclass(frozen=True, slots=True)
class NetSettings:
    """The network part of a setup, with the proxy's credentials."""

    proxy: str = "system"
    proxy_user: str = ""
    proxy_password: Secret | None = None
    ca_file: str = ""
    pinned: Mapping[str, str] = field(default_factory=dict)
    plain_http: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, network: Network, proxy_user: str = "", proxy_password: Secret | None = None
    ) -> NetSettings:
        """Build from the setup file's ``[network]`` table."""
        return cls(
            proxy=network.proxy,
            proxy_user=proxy_user,
            proxy_password=proxy_password,
            ca_file=network.ca_file,
            pinned=dict(network.pinned),
            plain_http=frozenset(network.plain_http),
        )

    def pin_for(self, address: Address) -> str:
        """The accepted certificate of a host (``host:port`` wins over ``host``); "" for none."""
        for key in (f"{address.host}:{address.port}", address.netloc, address.host):
            if key in self.pinned:
                return self.pinned[key]
        return ""


class SystemProxy(Protocol):
    """Who knows the proxy of the operating system: Qt in the window, urllib in a terminal."""

    def proxy_for(self, url: str) -> str | None:
        """The proxy for a URL; None: direct. May block: called in a thread, with a bound."""
        ...


def check_policy(address: Address, policy: Policy, settings: NetSettings) -> None:
    """Refuse an unprotected address that nobody accepted."""
    if address.scheme == "https" or address.loopback:
        return
    if policy is Policy.FEISHU:
        raise NetworkError("net.https_required", {"host": address.host})
    if address.origin not in {_origin(text) for text in settings.plain_http}:
        raise NetworkError("net.plain_http", {"host": address.host, "origin": address.origin})


def _origin(text: str) -> str:
    try:
        return parse_address(text).origin
    except NetworkError:
        return ""
