"""One exchange under way: what its evidence and its failure are made from."""

from __future__ import annotations

import time

import httpx

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.finding import Evidence, Who
from feishu_wizard.services.net.address import Address
from feishu_wizard.services.net.clock import now_ms
from feishu_wizard.services.net.failure import classify
from feishu_wizard.services.net.proxy import Route
from feishu_wizard.services.net.reply import Reply
from feishu_wizard.services.net.trail import Phase, Trail


class Call:
    """What is known about an exchange under way, for its evidence."""

    def __init__(
        self, method: str, address: Address, trail: Trail, deadline: float, max_bytes: int
    ) -> None:
        self.method = method
        self.address = address
        self.trail = trail
        self.deadline = deadline
        self.max_bytes = max_bytes
        self.route = Route(None, "")
        self.at = now_ms()
        self._start = time.monotonic()

    @property
    def ms(self) -> int:
        """Milliseconds since the beginning."""
        return round((time.monotonic() - self._start) * 1000)

    def reply(self, response: httpx.Response, body: bytes) -> Reply:
        """The finished exchange."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        url = f"{self.address.origin}{self.address.path}"
        cookies = response.headers.get_list("set-cookie") if "set-cookie" in headers else []
        return Reply(
            self.method,
            url,
            response.status_code,
            headers,
            body,
            self.ms,
            self.at,
            tuple(cookies),
        )

    def failure(self, error: BaseException, outer: BaseException | None) -> NetworkError:
        """What ``error`` means here; ``outer`` is what the caller was handling meanwhile."""
        if isinstance(error, TimeoutError):
            code, params = _timed_out(self.trail, self.route)
            params["seconds"] = f"{self.deadline:g}"
        else:
            code, params = classify(error, self.route, self.trail, outer)
        if code == "net.too_large":
            params["limit"] = str(self.max_bytes)
        return self.error(code, params)

    def error(self, code: str, params: dict[str, str]) -> NetworkError:
        """A failure with host and evidence of this exchange."""
        seen = Evidence(self.method, self.address.netloc, self.address.path, ms=self.ms, at=self.at)
        return NetworkError(
            code, {"host": self.address.netloc, **params}, who=Who.NETWORK, evidence=(seen,)
        )


def _timed_out(trail: Trail, route: Route) -> tuple[str, dict[str, str]]:
    """Which wait reached the deadline."""
    if route.proxy and trail.phase in (Phase.CONNECT, Phase.PROXY):
        return "net.proxy.timeout", {"proxy": route.proxy_host}
    if trail.phase in (Phase.ROUTE, Phase.CONNECT):
        return "net.timeout", {}
    return "net.deadline", {"phase": trail.phase.value}
