"""Names for what went wrong on the way: from the exceptions' causes, never from their texts.

The texts are empty, differ between platforms, or show a token.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from typing import TypeVar

from feishu_wizard.services.net.proxy import Route
from feishu_wizard.services.net.reply import BadEncodingError, TooLargeError
from feishu_wizard.services.net.tls import PinMismatchError
from feishu_wizard.services.net.trail import Phase, Trail

E = TypeVar("E", bound=BaseException)

# X509_V_ERR_* of OpenSSL; CERT_E_* of Windows and errSec* of macOS, which truststore passes on.
_EXPIRED = {10, 0x800B0101, -67818}
_NOT_YET_VALID = {9, -67819}
_HOSTNAME = {62, 64, 0x800B010F, -67602}
_UNTRUSTED = {2, 18, 19, 20, 21, 24, 26, 27, 0x800B0109, 0x800B010A, -67843, -25318}
_CERTIFICATE_WANTED = "CERTIFICATE_REQUIRED"
_OLD_TLS = ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE")
_NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG")
_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}
_WINSOCK_UNREACHABLE = {10051, 10065}


def causes(error: BaseException, outer: BaseException | None = None) -> Iterator[BaseException]:
    """The error and what led to it, groups included; stops at what the caller was handling."""
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        found = todo.pop()
        if found is None or found is outer or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        if isinstance(found, BaseExceptionGroup):
            todo.extend(found.exceptions)
        # httpcore hides the cause with "from None"; the context still has it.
        todo.extend((found.__context__, found.__cause__))


def _first(chain: list[BaseException], kind: type[E]) -> E | None:
    return next((found for found in chain if isinstance(found, kind)), None)


def classify(
    error: BaseException, route: Route, trail: Trail, outer: BaseException | None
) -> tuple[str, dict[str, str]]:
    """Code and parameters (without host) of a failed exchange."""
    chain = list(causes(error, outer))
    proxied = _of_the_proxy(error, chain, route, trail)
    if proxied is not None:
        return proxied
    return _of_tls(chain, trail) or _of_the_socket(chain) or _of_the_answer(error, chain)


def _of_the_proxy(
    error: BaseException, chain: list[BaseException], route: Route, trail: Trail
) -> tuple[str, dict[str, str]] | None:
    """Failures on the way to the proxy and of its own answer to CONNECT."""
    if route.proxy is None or trail.phase not in (Phase.CONNECT, Phase.PROXY):
        return None
    proxy = {"proxy": route.proxy_host}
    if type(error).__name__ == "ProxyError":
        return _refusal(str(error), proxy)
    if _first(chain, socket.gaierror):
        return "net.proxy.dns", proxy
    if _first(chain, TimeoutError):
        return "net.proxy.timeout", proxy
    if trail.phase is Phase.CONNECT:
        return "net.proxy.refused", proxy
    return "net.proxy.protocol", proxy


def _refusal(text: str, proxy: dict[str, str]) -> tuple[str, dict[str, str]]:
    """httpcore's own texts: "407 Proxy Authentication Required", or SOCKS replies."""
    status = re.match(r"(\d{3})\b", text)
    if status and status[1] != "407":
        return "net.proxy.status", {**proxy, "status": status[1]}
    if status or "username/password" in text.lower():
        return "net.proxy.auth", {**proxy, "scheme": "" if status else "SOCKS5"}
    reason = text.rpartition(": ")[2].strip(" .")
    return "net.proxy.status", {**proxy, "status": reason[:60]}


def _of_tls(chain: list[BaseException], trail: Trail) -> tuple[str, dict[str, str]] | None:
    pin = _first(chain, PinMismatchError)
    if pin is not None:
        return "net.tls.pin_mismatch", {"sha256": pin.sha256}
    certificate = _first(chain, ssl.SSLCertVerificationError)
    if certificate is not None:
        return _certificate_code(certificate)
    failure = _first(chain, ssl.SSLError)
    if failure is not None and not isinstance(failure, ssl.SSLEOFError):
        reason = failure.reason
        if not reason:  # OpenSSL 3.0 names none when the other side hangs up in the handshake
            return "net.tls.other", {"detail": "closed"}
        return _tls_reason(reason)
    if trail.phase is Phase.TLS and not _first(chain, TimeoutError):
        return "net.tls.other", {"detail": "closed"}
    return None


def _tls_reason(reason: str) -> tuple[str, dict[str, str]]:
    """OpenSSL's own names. Python 3.11 has none for "certificate required": that is "closed"."""
    if any(mark in reason for mark in _OLD_TLS):
        return "net.tls.version", {"detail": reason}
    if _CERTIFICATE_WANTED in reason:
        return "net.tls.client_certificate", {}
    plain = any(mark in reason for mark in _NOT_TLS)
    return "net.tls.other", {"detail": "plain_http" if plain else reason}


def _certificate_code(error: ssl.SSLCertVerificationError) -> tuple[str, dict[str, str]]:
    code = getattr(error, "verify_code", 0)
    for codes, name in (
        (_EXPIRED, "net.tls.expired"),
        (_NOT_YET_VALID, "net.tls.not_yet_valid"),
        (_HOSTNAME, "net.tls.hostname"),
        (_UNTRUSTED, "net.tls.untrusted"),
    ):
        if code in codes or (code & 0xFFFFFFFF) in codes:
            return name, {}
    detail = getattr(error, "verify_message", "") or f"verify code {code}"
    return "net.tls.other", {"detail": str(detail)[:120]}


def _of_the_socket(chain: list[BaseException]) -> tuple[str, dict[str, str]] | None:
    if _first(chain, socket.gaierror):
        return "net.dns", {}
    if _first(chain, ConnectionRefusedError):
        return "net.refused", {}
    if any(
        isinstance(found, OSError)
        and (found.errno in _UNREACHABLE or getattr(found, "winerror", 0) in _WINSOCK_UNREACHABLE)
        for found in chain
    ):
        return "net.unreachable", {}
    if any(isinstance(found, OSError) and found.errno == errno.ETIMEDOUT for found in chain):
        return "net.timeout", {}
    if _first(chain, ConnectionError):
        return "net.reset", {}
    return None


def _of_the_answer(error: BaseException, chain: list[BaseException]) -> tuple[str, dict[str, str]]:
    if _first(chain, TooLargeError):
        return "net.too_large", {}
    name = type(error).__name__
    closed = name == "RemoteProtocolError" and "without sending a response" in str(error)
    if name in ("ReadError", "WriteError", "CloseError") or closed:
        return "net.reset", {}
    if name == "ConnectError":
        return "net.unreachable", {}
    return "net.protocol", {"detail": "encoding" if _first(chain, BadEncodingError) else name}
