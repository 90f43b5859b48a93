"""The system's proxy settings, which Qt knows on Windows and macOS (PAC files included)."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtNetwork import QNetworkProxy, QNetworkProxyFactory, QNetworkProxyQuery

_SCHEMES = {
    QNetworkProxy.ProxyType.HttpProxy: "http",
    QNetworkProxy.ProxyType.HttpCachingProxy: "http",
    QNetworkProxy.ProxyType.Socks5Proxy: "socks5h",
}


class QtSystemProxy:
    """Answers which proxy the system wants for an address."""

    def proxy_for(self, url: str) -> str | None:
        """Return ``scheme://host:port`` of the first usable proxy, None for a direct connection.

        May block while a PAC file is fetched: call it in a thread, with a deadline. Credentials
        that the system keeps for a proxy are not returned.
        """
        for proxy in QNetworkProxyFactory.systemProxyForQuery(QNetworkProxyQuery(QUrl(url))):
            scheme = _SCHEMES.get(proxy.type())
            if scheme and proxy.hostName():
                return f"{scheme}://{_bracketed(proxy.hostName())}:{proxy.port()}"
            if proxy.type() is QNetworkProxy.ProxyType.NoProxy:
                return None
        return None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
