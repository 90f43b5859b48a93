"""Reads what curl said: exit codes of its manual, its own figures and the lines of ``-v``."""

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

# 23: the script reads no more than the beginning of a page.
_ANSWERED = (0, 23)
_STOPPED = (28, 124, 137, 143)
_BROKEN = (18, 52, 55, 56)
_HANDSHAKE = (35, 53, 54, 58, 59, 66, 80, 83, 90, 91)
_GARBLED = (1, 8, 16, 43, 61, 92)


def read(check: Check, output: Output) -> Exchange:
    """Read one check of a machine that has curl."""
    words = "\n".join(check.said)
    figures = dict(re.findall(r"(\w+)=(\S*)", check.value("timing ")))
    proxy = _proxy(check, output, words, figures)
    total = figures.get("total", "")
    secured = check.value("* SSL connection using ")
    told = int(figures["status"]) if figures.get("status", "").isdecimal() else 0
    exchange = Exchange(
        check,
        proxy=proxy,
        connected=bool(figures.get("port", "0").strip("0") or "* Connected to" in words),
        status=told or status_of(check.values("< HTTP/")),
        date=_header(check, "date: "),
        version=secured.partition(" ")[0],
        issuer=_issuer(words),
        address=figures.get("ip", ""),
        ms=round(float(total) * 1000) if re.fullmatch(r"[0-9]{1,4}\.[0-9]+", total) else None,
    )
    return _judged(exchange, output, words, figures)


def _judged(exchange: Exchange, output: Output, words: str, figures: dict[str, str]) -> Exchange:
    code = exchange.check.exit
    if exchange.status == 407 or (exchange.proxy and _tunnel(figures) >= 300):
        return replace(exchange, failure=_of_proxy(exchange, figures))
    if code in _ANSWERED and exchange.status:
        return exchange
    failure = _failure(code, exchange, output, words, figures)
    if failure is None:
        return replace(exchange, unread="server.tool_failed", status=None)
    return replace(exchange, failure=failure)


def _failure(
    code: int, exchange: Exchange, output: Output, words: str, figures: dict[str, str]
) -> Failure | None:
    """What an exit code means here; None when it says nothing about the network."""
    if code == 5:
        kind = "dns" if "resolve" in words else "invalid"
        return Failure("http", f"net.proxy.{kind}", {"proxy": exchange.proxy})
    if code == 6:
        return Failure("dns", "net.dns")
    if code == 7:
        return _not_connected(exchange, words)
    if code in _STOPPED:
        return _stopped(exchange, output, words)
    if code in (51, 60):
        verify = "62" if code == 51 else figures.get("verify", "")
        return certificate_failure(words, verify, exchange.issuer)
    if code == 77:
        return Failure("tls", "net.ca_file_missing", {"path": output.ca_file})
    if code == 97:
        return Failure("http", "net.proxy.protocol", {"proxy": exchange.proxy})
    return _on_the_line(code, exchange, words)


def _on_the_line(code: int, exchange: Exchange, words: str) -> Failure | None:
    insecure = exchange.scheme == "https" and not exchange.version
    if code in _HANDSHAKE or (code in _BROKEN and insecure and not exchange.proxy):
        return handshake_failure(words)
    if code in _BROKEN:
        return Failure("http", "net.reset")
    if code in _GARBLED:
        return Failure("http", "net.protocol", {"detail": f"curl {code}"})
    return None


def _not_connected(exchange: Exchange, words: str) -> Failure:
    if exchange.proxy:
        return Failure("http", proxy_code(words), {"proxy": exchange.proxy})
    return Failure("tcp", socket_code(words, "net.unreachable"))


def _stopped(exchange: Exchange, output: Output, words: str) -> Failure:
    """Which wait was too long."""
    seconds = {"seconds": str(output.limit)}
    insecure = exchange.scheme == "https" and not exchange.version
    if exchange.proxy and (insecure or not exchange.connected):
        return Failure("http", "net.proxy.timeout", {"proxy": exchange.proxy})
    if "Resolving timed out" in words:
        return Failure("dns", "net.dns")
    if not exchange.connected:
        return Failure("tcp", "net.timeout", seconds)
    phase = "tls" if insecure else "answer"
    return Failure("tls" if insecure else "http", "net.deadline", {**seconds, "phase": phase})


def _of_proxy(exchange: Exchange, figures: dict[str, str]) -> Failure:
    status = _tunnel(figures) or exchange.status
    proxy = {"proxy": exchange.proxy}
    if status == 407:
        named = [*exchange.check.values("< Proxy-Authenticate:")]
        named += exchange.check.values("< proxy-authenticate:")
        return Failure("http", "net.proxy.auth", {**proxy, "scheme": schemes_of(named)})
    return Failure("http", "net.proxy.status", {**proxy, "status": str(status)})


def _tunnel(figures: dict[str, str]) -> int:
    told = figures.get("tunnel", "")
    return int(told) if re.fullmatch(r"[0-9]{3}", told) else 0


def _proxy(check: Check, output: Output, words: str, figures: dict[str, str]) -> str:
    """The proxy that was used. ``remote_port`` is that of the proxy then (curl manual)."""
    proxy = route.proxy_setting(output.environment, check.url, "curl")
    if check.exit in (5, 97) or _tunnel(figures) or route.used(check, proxy, words):
        return proxy or "?"
    port = figures.get("port", "")
    own = re.search(r":([0-9]+)/", check.url + "/")
    other = port not in ("", "0", own[1] if own else "443" if "https:" in check.url else "80")
    return proxy if proxy.endswith(f":{port}") and other else ""


def _header(check: Check, name: str) -> str:
    low = [line for line in check.said if line.lower().startswith(f"< {name}")]
    return low[-1][2 + len(name) :].strip() if low else ""


def _issuer(words: str) -> str:
    """Behind an https proxy the last certificate is the server's."""
    found = re.findall(r"^\*\s+issuer: *(.+)$", words, re.MULTILINE)
    return str(found[-1])[:200] if found else ""
