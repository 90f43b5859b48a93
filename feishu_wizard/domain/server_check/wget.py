"""Reads what wget said, that of GNU and that of BusyBox: both tell by words more than by codes."""

from __future__ import annotations

import re
from dataclasses import replace

from feishu_wizard.domain.server_check import route
from feishu_wizard.domain.server_check.exchange import (
    Exchange,
    Failure,
    certificate_failure,
    handshake_failure,
    proxy_code,
    schemes_of,
    socket_code,
    status_of,
)
from feishu_wizard.domain.server_check.wire import Check, Output

_ADDRESS = re.compile(r"^Connecting to .*?(?:\||\()([0-9a-fA-F.:]{3,45}?)(?:\||:[0-9]+\))", re.M)
_STOPPED = (124, 137, 143)
_REFUSED_URL = r"Error parsing proxy|wget: bad port"
_NO_NAME = r"failed: .*(?:not known|resolution)|unable to resolve|wget: bad address"


def kind(output: Output) -> str:
    """Which wget it is: "busybox" or "wget"."""
    return "busybox" if "BusyBox" in output.tool else "wget"


def read(check: Check, output: Output) -> Exchange:
    """Read one check of a machine that has wget."""
    words = "\n".join(check.said)
    busybox = kind(output) == "busybox"
    lines = check.values("  HTTP/")
    address = _ADDRESS.search(words)
    exchange = Exchange(
        check,
        proxy=_proxy(check, output, words),
        connected="connected." in words or bool(lines),
        trusted=not busybox,
        hidden=busybox and "server returned error" in words,
        # BusyBox follows redirections: the first answer is that of the address.
        status=status_of(lines[:1] if busybox else lines),
        date=_header(check, "date"),
        issuer=_issuer(words),
        address=address[1] if address else "",
    )
    return _judged(exchange, output, words)


def _judged(exchange: Exchange, output: Output, words: str) -> Exchange:
    failure = _of_proxy(exchange, words) or _of_connection(exchange, words)
    if failure is not None:
        return replace(exchange, failure=failure)
    code = exchange.check.exit
    slow = exchange.status is None and exchange.seconds >= output.limit
    if code in _STOPPED or "timed out" in words or (code and slow):
        return _stopped(exchange, output, words)
    if exchange.status is not None:
        return exchange
    if kind(output) == "busybox" and exchange.scheme == "https" and "Connecting to" in words:
        # Its own TLS knows few ciphers: what fails there may work everywhere else.
        return replace(exchange, connected=True, unread="server.tls_tool")
    return _on_the_line(exchange, words)


def _on_the_line(exchange: Exchange, words: str) -> Exchange:
    if exchange.check.exit == 5:
        return replace(exchange, failure=certificate_failure(words, issuer=exchange.issuer))
    if "Unable to establish SSL" in words:
        return replace(exchange, failure=handshake_failure(words))
    if re.search(r"No data received|Read error|Giving up|reset by peer", words):
        return replace(exchange, connected=True, failure=Failure("http", "net.reset"))
    if exchange.check.exit == 0 or "error getting response" in words:
        failure = Failure("http", "net.protocol", {"detail": "wget"})
        return replace(exchange, connected=True, failure=failure)
    return replace(exchange, unread="server.tool_failed")


def _of_proxy(exchange: Exchange, words: str) -> Failure | None:
    proxy = {"proxy": exchange.proxy}
    if re.search(_REFUSED_URL, words):
        return Failure("http", "net.proxy.invalid", proxy)
    if not exchange.proxy:
        return None
    if re.search(_NO_NAME, words):
        return Failure("http", "net.proxy.dns", proxy)
    if _no_connection(words) is not None:
        return Failure("http", proxy_code(words), proxy)
    tunnel = re.search(r"Proxy tunneling failed: (.*?)(?:Unable to|$)", words, re.M)
    if exchange.status == 407 or (tunnel and "Authentication" in tunnel[1]):
        schemes = schemes_of(exchange.check.values("  Proxy-Authenticate:"))
        return Failure("http", "net.proxy.auth", {**proxy, "scheme": schemes})
    if tunnel:
        return Failure("http", "net.proxy.status", {**proxy, "status": tunnel[1].strip(" .")[:60]})
    if exchange.hidden and exchange.scheme == "https" and "validation" not in words:
        return Failure("http", "net.proxy.status", {**proxy, "status": str(exchange.status)})
    return None


def _of_connection(exchange: Exchange, words: str) -> Failure | None:
    if re.search(_NO_NAME, words):
        return Failure("dns", "net.dns")
    said = _no_connection(words)
    if said is None:
        return None
    return Failure("tcp", socket_code(said, "net.unreachable"))


def _no_connection(words: str) -> str | None:
    """Why no connection was made; None when one was, or nothing is said of it."""
    gnu = re.findall(r"^Connecting to .*\.\.\. failed: (.*)$", words, re.M)
    busybox = re.findall(r"can't connect to remote host(.*)$", words, re.M)
    found = gnu or busybox
    return str(found[-1]) if found and "connected." not in words else None


def _stopped(exchange: Exchange, output: Output, words: str) -> Exchange:
    """Which wait was too long, where this tool lets it be told."""
    seconds = {"seconds": str(output.limit)}
    secure = exchange.scheme == "https"
    answered = "HTTP request sent" in words or exchange.status is not None
    if exchange.proxy and (secure or not answered) and exchange.status is None:
        failure = Failure("http", "net.proxy.timeout", {"proxy": exchange.proxy})
        return replace(exchange, failure=failure)
    if "Connecting to" not in words:
        return replace(exchange, failure=Failure("dns", "net.dns"))
    if exchange.trusted and not exchange.connected:
        return replace(exchange, failure=Failure("tcp", "net.timeout", seconds))
    if exchange.trusted and secure and not answered:
        failure = Failure("tls", "net.deadline", {**seconds, "phase": "tls"})
        return replace(exchange, failure=failure)
    failure = Failure("http", "net.deadline", {**seconds, "phase": "answer"})
    return replace(exchange, failure=failure)


def _proxy(check: Check, output: Output, words: str) -> str:
    proxy = route.proxy_setting(output.environment, check.url, kind(output))
    told = re.search(_REFUSED_URL + r"|^Proxy ", words, re.M)
    host = re.escape(proxy.rpartition(":")[0])
    looked_up = proxy and re.search(rf"(?:Resolving |bad address '|host address '){host}", words)
    return proxy if told or looked_up or route.used(check, proxy, words) else ""


def _header(check: Check, name: str) -> str:
    low = [line for line in check.said if line.strip().lower().startswith(f"{name}:")]
    return low[0].partition(":")[2].strip() if low else ""


def _issuer(words: str) -> str:
    """GNU wget with OpenSSL: "cannot verify x's certificate, issued by 'CN=...':"."""
    found = re.search(r"issued by ['‘\"]?(.+?)['’\"]?:$", words, re.M)
    return found[1][:200] if found else ""
