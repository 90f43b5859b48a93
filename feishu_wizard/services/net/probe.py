"""Layer by layer: name, connection, encryption, an answer, the clock."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from feishu_wizard.domain.errors import InputError, NetworkError, WizardError
from feishu_wizard.domain.finding import (
    Evidence,
    Finding,
    Proof,
    Status,
    Who,
    blocked,
    not_applicable,
)
from feishu_wizard.domain.progress import Progress, Report, silent
from feishu_wizard.services.net import threads, tls
from feishu_wizard.services.net.address import Address, parse_address
from feishu_wizard.services.net.failure import classify
from feishu_wizard.services.net.http import Http, NetSettings, Policy, Reply, Route
from feishu_wizard.services.net.tls import CertificateInfo
from feishu_wizard.services.net.trail import Phase, Trail

LAYERS = ("dns", "tcp", "tls", "http", "clock")
SECONDS = 10.0
_CLOCK_SECONDS = 60
# Answered without a token by every edition, in the platform's own JSON.
_OPEN_PATH = "/open-apis/bot/v3/info"
_OF_TLS = ("net.tls.", "net.https_required", "net.plain_http", "net.ca_file", "net.pin_")


async def probe(
    http: Http, url: str, *, name: str, policy: Policy, report: Report = silent
) -> list[Finding]:
    """Look at one server; one finding per layer, ``net.<name>.<layer>``.

    ``name``: "open" (asked for JSON that only the platform gives), "accounts" or "can" (any HTTP
    answer passes). What a failed layer carries is ``blocked``; name and connection do not apply
    behind a proxy, encryption not on a plain address.
    """
    layers = _Layers(http, url, name, policy, report)
    await layers.run()
    return layers.findings


async def probe_proxy(http: Http, url: str) -> Finding:
    """The check ``net.proxy``: which way a URL goes and who said so."""
    try:
        route = await http.route(url)
    except NetworkError as error:
        return error.finding("net.proxy")
    params = {"proxy": route.proxy_host, "why": route.why}
    code = "net.proxy.used" if route.proxy else "net.proxy.direct"
    return Finding("net.proxy", Status.PASS, code, params, Proof.CONFIGURED)


async def certificate(url: str, http: Http | None = None) -> CertificateInfo:
    """The certificate a server shows, trusted or not: what is shown before it is pinned.

    Raises ``NetworkError``, net.tls.other (detail "certificate") for one that cannot be read.
    """
    if http is None:
        async with Http(NetSettings()) as own:
            return await certificate(url, own)
    der = await http.peer_certificate(url)
    try:
        return tls.describe(der)
    except ValueError:
        host = parse_address(url).host
        raise NetworkError("net.tls.other", {"host": host, "detail": "certificate"}) from None


@dataclass
class _Layers:
    http: Http
    url: str
    name: str
    policy: Policy
    report: Report
    findings: list[Finding] = field(default_factory=list)

    async def run(self) -> None:
        """From the bottom up, until one layer fails."""
        try:
            address = parse_address(self.url)
            route = await self.http.route(self.url)
        except NetworkError as error:
            proxy = error.code.startswith("net.proxy.")
            self._stop("http" if proxy else "dns", error)
            return
        direct = route.proxy is None
        if not direct:
            self._add(not_applicable(self._id("dns")))
            self._add(not_applicable(self._id("tcp")))
        elif not (await self._dns(address) and await self._tcp(address, route)):
            return
        await self._http(address)

    def _id(self, layer: str) -> str:
        return f"net.{self.name}.{layer}"

    def _add(self, finding: Finding) -> None:
        self.findings.append(finding)
        self.report(Progress(finding.id, finding=finding))

    def _stop(self, layer: str, error: WizardError) -> None:
        """Record the failed layer; those below it that were not looked at do not apply."""
        done = {finding.id for finding in self.findings}
        position = LAYERS.index(layer)
        for lower in LAYERS[:position]:
            if self._id(lower) not in done:
                self._add(not_applicable(self._id(lower)))
        self._add(error.finding(self._id(layer)))
        for upper in LAYERS[position + 1 :]:
            self._add(blocked(self._id(upper), self._id(layer)))

    async def _dns(self, address: Address) -> bool:
        if address.is_ip:
            self._add(not_applicable(self._id("dns")))
            return True
        threads.use_daemon_executor()
        timer = _Timer(address, "DNS")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(SECONDS):
                found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            self._stop("dns", timer.failure("net.dns", str(getattr(error, "errno", "") or "")))
            return False
        addresses = list(dict.fromkeys(str(row[4][0]) for row in found))
        params = {"host": address.host, "addresses": ", ".join(addresses[:8]), "ms": timer.ms}
        self._add(self._passed("dns", params, timer.evidence))
        return True

    async def _tcp(self, address: Address, route: Route) -> bool:
        timer = _Timer(address, "CONNECT")
        try:
            async with asyncio.timeout(SECONDS):
                _, writer = await asyncio.open_connection(
                    address.host, address.port, happy_eyeballs_delay=0.25
                )
        except OSError as error:
            trail = Trail(phase=Phase.CONNECT)
            code, _ = classify(error, route, trail, None)
            if isinstance(error, TimeoutError):
                code = "net.timeout"
            elif code == "net.protocol":
                code = "net.unreachable"
            self._stop("tcp", timer.failure(code))
            return False
        peer = writer.get_extra_info("peername")
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        params = {"host": address.host, "address": str(peer[0]) if peer else "", "ms": timer.ms}
        self._add(self._passed("tcp", params, timer.evidence))
        return True

    async def _http(self, address: Address) -> None:
        trail = Trail()
        url = address.origin + _OPEN_PATH if self.name == "open" else self.url
        sent_at = datetime.now(UTC)
        try:
            reply = await self.http.request(
                "GET", url, policy=self.policy, deadline=SECONDS, trail=trail
            )
        except (NetworkError, InputError) as error:
            on_tls = trail.phase is Phase.TLS or error.code.startswith(_OF_TLS)
            if not on_tls and trail.der:
                self._tls(address, trail)
            self._stop("tls" if on_tls else "http", error)
            return
        self._tls(address, trail)
        if self.name == "open" and not _speaks_platform(reply):
            self._stop("http", _portal(reply))
            return
        params = {"host": address.host, "status": str(reply.status), "ms": str(reply.ms)}
        self._add(self._passed("http", params, reply.evidence()))
        self._add(clock_finding(self._id("clock"), reply, sent_at))

    def _tls(self, address: Address, trail: Trail) -> None:
        if address.scheme == "http":
            self._add(not_applicable(self._id("tls")))
            return
        params = {"host": address.host, "version": trail.version}
        if trail.der:
            with contextlib.suppress(ValueError):
                info = tls.describe(trail.der)
                params |= {
                    "issuer": info.issuer,
                    "not_after": info.not_after,
                    "sha256": info.sha256,
                }
        pinned = self.policy is Policy.CAN and self.http.settings.pin_for(address)
        self._add(self._passed("tls", params, code="net.tls.pinned" if pinned else "ok"))

    def _passed(
        self,
        layer: str,
        params: dict[str, str],
        evidence: Evidence | None = None,
        code: str = "ok",
    ) -> Finding:
        seen = (evidence,) if evidence else ()
        return Finding(self._id(layer), Status.PASS, code, params, Proof.PROVEN, evidence=seen)


class _Timer:
    """Time and evidence of a step that is no HTTP exchange."""

    def __init__(self, address: Address, method: str) -> None:
        self._address = address
        self._method = method
        self._start = time.monotonic()
        self._at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @property
    def ms(self) -> str:
        return str(round((time.monotonic() - self._start) * 1000))

    @property
    def evidence(self) -> Evidence:
        return Evidence(self._method, self._address.netloc, ms=int(self.ms), at=self._at)

    def failure(self, code: str, detail: str = "") -> NetworkError:
        params = {"host": self._address.host, "port": str(self._address.port)}
        if code == "net.timeout":
            params["seconds"] = f"{SECONDS:g}"
        if detail:
            params["detail"] = detail
        return NetworkError(code, params, who=Who.NETWORK, evidence=(self.evidence,))


def _speaks_platform(reply: Reply) -> bool:
    try:
        body = reply.json()
    except NetworkError:
        return False
    return isinstance(body, dict) and isinstance(body.get("code"), int)


def _portal(reply: Reply) -> NetworkError:
    """Something on the way answers in the platform's place, such as a sign-in page."""
    params = {"host": reply.host, "status": str(reply.status), "title": reply.title()}
    return NetworkError("net.portal", params, who=Who.NETWORK, evidence=(reply.evidence(),))


def clock_finding(
    check_id: str, reply: Reply, sent_at: datetime, now: Callable[[], datetime] | None = None
) -> Finding:
    """Compare this computer's clock with the server's ``Date``, in the middle of the exchange.

    Positive seconds: this computer is ahead. A wrong clock breaks certificates and sign-ins.
    """
    try:
        server = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return Finding(check_id, Status.UNKNOWN, "net.no_date", {"host": reply.host})
    if server.tzinfo is None:
        server = server.replace(tzinfo=UTC)
    end = now() if now else datetime.now(UTC)
    ahead = round((sent_at + (end - sent_at) / 2 - server).total_seconds())
    params = {"host": reply.host, "seconds": str(ahead)}
    if abs(ahead) > _CLOCK_SECONDS:
        return Finding(
            check_id, Status.WARN, "net.clock", params, Proof.PROVEN, evidence=(reply.evidence(),)
        )
    return Finding(check_id, Status.PASS, "ok", params, Proof.PROVEN)
