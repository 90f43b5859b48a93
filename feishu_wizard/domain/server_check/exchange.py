"""What one tool on the other machine made of one address, in words that all tools share."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from feishu_wizard.domain.finding import Evidence
from feishu_wizard.domain.server_check.wire import Check

# What the tools say of a certificate, in the order in which OpenSSL would complain.
_CERTIFICATE = (
    (r"known issuer|unknown issuer|local issuer|locally verify|self[- ]signed", "untrusted"),
    (r"has expired|expired", "expired"),
    (r"not yet (?:valid|activated)|before (?:the )?validity", "not_yet_valid"),
    (r"no alternative|(?:does not|doesn't) match|mismatch|different (?:host)?name", "hostname"),
)
# X509_V_ERR_* of OpenSSL, which curl tells as ssl_verify_result.
_VERIFY = {
    "10": "expired",
    "9": "not_yet_valid",
    "62": "hostname",
    "64": "hostname",
} | dict.fromkeys(("2", "18", "19", "20", "21", "24", "26", "27"), "untrusted")
_SOCKET = (
    (r"refused", "net.refused"),
    (r"timed out|timeout", "net.timeout"),
    (r"unreachable|no route|not known|cannot assign", "net.unreachable"),
    (r"reset", "net.reset"),
)


@dataclass(frozen=True, slots=True)
class Failure:
    """``layer``: dns, tcp, tls or http. ``params``: without host."""

    layer: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange. ``proxy``: "host:port" when it went through one. ``trusted``: False when the
    tool does not check certificates. ``unread``: why the layers above ``connected`` are not told
    (a text code). ``hidden``: the tool shows no body of a refusal. Times are seconds."""

    check: Check
    proxy: str = ""
    failure: Failure | None = None
    unread: str = ""
    connected: bool = True
    trusted: bool = True
    hidden: bool = False
    status: int | None = None
    date: str = ""
    version: str = ""
    issuer: str = ""
    address: str = ""
    ms: int | None = None

    @property
    def scheme(self) -> str:
        """http or https."""
        return urlsplit(self.check.url).scheme

    @property
    def host(self) -> str:
        """Host and port as in the address."""
        return urlsplit(self.check.url).netloc

    @property
    def name(self) -> str:
        """The host without its port."""
        return host_and_port(self.check.url)[0]

    @property
    def title(self) -> str:
        """The title of the page that answered, "" for none."""
        return " ".join(self.check.value("title ").split())[:80]

    @property
    def feishu_code(self) -> int | None:
        """The platform's code in the answer; None when it is not the platform's JSON."""
        return _code_of(self.check.value("json "))

    @property
    def began(self) -> int | None:
        """Seconds since 1970 on that machine."""
        return _number(self.check.at)

    @property
    def seconds(self) -> int:
        """How long it took, in whole seconds."""
        began, ended = _number(self.check.at), _number(self.check.ended)
        return 0 if began is None or ended is None else max(0, ended - began)

    def evidence(self) -> Evidence:
        """The exchange as a finding keeps it."""
        moment = self.began
        at = "" if moment is None else datetime.fromtimestamp(moment, UTC).isoformat()
        return Evidence(
            self.check.method,
            self.host,
            urlsplit(self.check.url).path,
            self.status,
            self.feishu_code,
            ms=self.ms,
            at=at.replace("+00:00", "Z"),
        )


def host_and_port(url: str) -> tuple[str, int]:
    """Host and port of an address; ("", 0) when it is none."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return "", 0


def certificate_failure(words: str, verify: str = "", issuer: str = "") -> Failure:
    """A certificate that the tool refused: by OpenSSL's number, else by the tool's words."""
    kind = _VERIFY.get(verify) or _first(_CERTIFICATE, words) or "untrusted"
    return Failure("tls", f"net.tls.{kind}", {"issuer": issuer} if issuer else {})


def handshake_failure(words: str) -> Failure:
    """A handshake that broke off for another reason."""
    if re.search(r"wrong version number|unexpected TLS packet|http request|packet length", words):
        return Failure("tls", "net.tls.other", {"detail": "plain_http"})
    old = re.search(r"unsupported protocol|protocol version|no protocols available", words)
    if old:
        return Failure("tls", "net.tls.version", {"detail": old[0]})
    return Failure("tls", "net.tls.other", {"detail": "closed"})


def socket_code(words: str, otherwise: str) -> str:
    """The code of a connection that could not be made, by what the system said."""
    return _first(_SOCKET, words) or otherwise


def proxy_code(words: str) -> str:
    """The same for the connection to a proxy."""
    return "net.proxy.timeout" if "timed out" in words.lower() else "net.proxy.refused"


def status_of(lines: list[str]) -> int | None:
    """The status of the last of some status lines ("1.1 400 Bad Request")."""
    found = [match for match in (re.match(r"[0-9.]+ +([0-9]{3})\b", li) for li in lines) if match]
    return int(found[-1][1]) if found else None


def schemes_of(lines: list[str]) -> str:
    """Ways to sign in that a proxy names ("NTLM, Basic")."""
    return ", ".join(dict.fromkeys(line.split()[0][:20] for line in lines if line.split()))


def _first(table: tuple[tuple[str, str], ...], words: str) -> str:
    return next((kind for shape, kind in table if re.search(shape, words, re.IGNORECASE)), "")


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,11}", text) else None


def _code_of(body: str) -> int | None:
    """The script cuts a long body, so what is no whole JSON is searched for its code."""
    if not body.startswith("{"):
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        match = re.match(r'\{\s*"code"\s*:\s*(-?[0-9]{1,12})\b', body)
        return int(match[1]) if match else None
    code = found.get("code") if isinstance(found, dict) else None
    return code if isinstance(code, int) and not isinstance(code, bool) else None
