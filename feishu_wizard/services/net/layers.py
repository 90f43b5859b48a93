"""One look at one server, from the bottom up: what passes, what fails, what that blocks."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from feishu_wizard.domain.diagnosis import LAYERS
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
from feishu_wizard.domain.progress import Progress, Report
from feishu_wizard.services.net import reach
from feishu_wizard.services.net.address import Address, parse_address
from feishu_wizard.services.net.clock import clock_finding
from feishu_wizard.services.net.http import Http, Policy, Reply, Route
from feishu_wizard.services.net.tls_finding import tls_finding
from feishu_wizard.services.net.trail import Phase, Trail

# Answered without a token by every edition, in the platform's own JSON.
_OPEN_PATH = "/open-apis/bot/v3/info"
_OF_TLS = ("net.tls.", "net.https_required", "net.plain_http", "net.ca_file_", "net.pin_")
_REDIRECTS = range(300, 400)
_SIGN_IN_TO_THE_NETWORK = 511  # RFC 6585: only a captive portal answers so


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds for each layer, and for all: a layer gets what is left when that is less."""

    each: float
    total: float
    began: float = field(default_factory=time.monotonic)

    @property
    def next(self) -> float:
        """Seconds for the next layer, never below a tenth so that it is named fairly."""
        left = self.total - (time.monotonic() - self.began)
        return max(0.1, min(self.each, left))


@dataclass
class Layers:
    """The findings of one server, ``net.<name>.<layer>``, as they come."""

    http: Http
    url: str
    name: str
    policy: Policy
    report: Report
    bounds: Bounds
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
        if route.proxy is not None:
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

    def _passed(self, layer: str, params: dict[str, str], evidence: Evidence) -> None:
        self._add(
            Finding(self._id(layer), Status.PASS, "ok", params, Proof.PROVEN, evidence=(evidence,))
        )

    async def _dns(self, address: Address) -> bool:
        if address.is_ip:
            self._add(not_applicable(self._id("dns")))
            return True
        try:
            params, evidence = await reach.look_up(address, self.bounds.next)
        except NetworkError as error:
            self._stop("dns", error)
            return False
        self._passed("dns", params, evidence)
        return True

    async def _tcp(self, address: Address, route: Route) -> bool:
        try:
            params, evidence = await reach.connect(address, route, self.bounds.next)
        except NetworkError as error:
            self._stop("tcp", error)
            return False
        self._passed("tcp", params, evidence)
        return True

    async def _http(self, address: Address) -> None:
        trail = Trail(inspect=True)
        url = address.origin + _OPEN_PATH if self.name == "open" else self.url
        sent_at = datetime.now(UTC)
        try:
            reply = await self.http.request(
                "GET", url, policy=self.policy, deadline=self.bounds.next, trail=trail
            )
        except (NetworkError, InputError) as error:
            on_tls = trail.phase is Phase.TLS or error.code.startswith(_OF_TLS)
            if not on_tls and trail.der:
                self._tls(address, trail)
            self._stop("tls" if on_tls else "http", error)
            return
        self._tls(address, trail)
        if self._strange(reply):
            self._stop("http", _portal(reply))
            return
        params = {"host": address.host, "status": str(reply.status), "ms": str(reply.ms)}
        self._passed("http", params | {"title": reply.title()}, reply.evidence())
        self._add(clock_finding(self._id("clock"), reply, sent_at))

    def _strange(self, reply: Reply) -> bool:
        """Something on the way answered in the server's place, as far as that can be known."""
        if reply.status == _SIGN_IN_TO_THE_NETWORK:
            return True
        return self.name == "open" and not _speaks_platform(reply)

    def _tls(self, address: Address, trail: Trail) -> None:
        if address.scheme == "http":
            self._add(not_applicable(self._id("tls")))
            return
        pinned = self.policy is Policy.CAN and bool(self.http.settings.pin_for(address))
        self._add(tls_finding(self._id("tls"), address, trail, pinned=pinned))


def _speaks_platform(reply: Reply) -> bool:
    try:
        body = reply.json()
    except NetworkError:
        return False
    return isinstance(body, dict) and isinstance(body.get("code"), int)


def _portal(reply: Reply) -> NetworkError:
    """The page of somebody else, such as a sign-in page, and where it sends the caller."""
    params = {"host": reply.host, "status": str(reply.status), "title": reply.title()}
    if reply.status in _REDIRECTS:
        params["to"] = _host_of(reply.headers.get("location", ""))
    return NetworkError("net.portal", params, who=Who.NETWORK, evidence=(reply.evidence(),))


def _host_of(location: str) -> str:
    try:
        return urlsplit(location).hostname or ""
    except ValueError:
        return ""
