"""Reads what the PowerShell script said: the status words of .NET's ``WebException``."""

from __future__ import annotations

import re
from dataclasses import replace

from feishu_wizard.domain.server_check.exchange import (
    Exchange,
    Failure,
    certificate_failure,
    handshake_failure,
    host_and_port,
    proxy_code,
    schemes_of,
    socket_code,
    status_of,
)
from feishu_wizard.domain.server_check.wire import Check, Output

_CUT = ("ConnectionClosed", "ReceiveFailure", "SendFailure", "KeepAliveFailure", "PipelineFailure")


def read(check: Check, output: Output) -> Exchange:
    """Read one check of a machine that has PowerShell."""
    host, port = host_and_port(check.value("proxy "))
    result = check.value("result ")
    lines = check.values("HTTP/")
    exchange = Exchange(
        check,
        proxy=f"{host}:{port}" if host else "",
        connected=result not in ("NameResolutionFailure", "ConnectFailure"),
        status=status_of(lines),
        date=check.value("date: "),
        version=check.value("tls "),
        issuer=check.value("issuer ")[:200],
        ms=int(check.value("ms ")) if re.fullmatch(r"[0-9]{1,7}", check.value("ms ")) else None,
    )
    words = "\n".join(check.values("message "))
    if exchange.status == 407:
        schemes = schemes_of(check.values("proxy-authenticate: "))
        params = {"proxy": exchange.proxy, "scheme": schemes}
        return replace(exchange, failure=Failure("http", "net.proxy.auth", params))
    if result in ("Success", "ProtocolError") and exchange.status is not None:
        return exchange
    failure = _failure(result, exchange, words, output)
    if failure is None:
        return replace(exchange, unread="server.tool_failed")
    return replace(exchange, failure=failure)


def _failure(result: str, exchange: Exchange, words: str, output: Output) -> Failure | None:
    proxy = {"proxy": exchange.proxy}
    seconds = {"seconds": str(output.limit)}
    if result == "ProxyNameResolutionFailure":
        return Failure("http", "net.proxy.dns", proxy)
    if result == "RequestProhibitedByProxy":
        return Failure("http", "net.proxy.status", {**proxy, "status": str(exchange.status or "")})
    if exchange.proxy and result in ("ConnectFailure", "NameResolutionFailure"):
        dns = result == "NameResolutionFailure"
        return Failure("http", "net.proxy.dns" if dns else proxy_code(words), proxy)
    if result == "NameResolutionFailure":
        return Failure("dns", "net.dns")
    if result == "ConnectFailure":
        return Failure("tcp", socket_code(words, "net.unreachable"))
    if result == "Timeout":
        return Failure("http", "net.deadline", {**seconds, "phase": "answer"})
    return _on_the_line(result, exchange, words)


def _on_the_line(result: str, exchange: Exchange, words: str) -> Failure | None:
    if result == "TrustFailure":
        return certificate_failure(words, issuer=exchange.issuer)
    if result == "SecureChannelFailure":
        return handshake_failure(words)
    if result in _CUT:
        return Failure("http", "net.reset")
    if result == "ServerProtocolViolation":
        return Failure("http", "net.protocol", {"detail": result})
    return None
