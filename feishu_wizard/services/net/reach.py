"""The two layers below HTTP: the name and the connection. Each has a bound of its own."""

from __future__ import annotations

import asyncio
import socket
import time

import anyio
from anyio.abc import SocketAttribute

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.finding import Evidence, Who
from feishu_wizard.services.net import threads
from feishu_wizard.services.net.address import Address
from feishu_wizard.services.net.clock import now_ms
from feishu_wizard.services.net.failure import classify
from feishu_wizard.services.net.proxy import Route
from feishu_wizard.services.net.trail import Phase, Trail

_SHOWN = 8


class Timer:
    """Time and evidence of a step that is no HTTP exchange. ``seconds``: its bound."""

    def __init__(self, address: Address, method: str, seconds: float) -> None:
        self._address = address
        self._method = method
        self._seconds = seconds
        self._start = time.monotonic()
        self._at = now_ms()

    @property
    def ms(self) -> str:
        """Milliseconds since the beginning."""
        return str(round((time.monotonic() - self._start) * 1000))

    @property
    def evidence(self) -> Evidence:
        """The step as a finding keeps it."""
        return Evidence(self._method, self._address.netloc, ms=int(self.ms), at=self._at)

    def failure(self, code: str, detail: str = "") -> NetworkError:
        """The step's failure; a wait that was too long says how long it was."""
        params = {"host": self._address.host, "port": str(self._address.port)}
        if code.endswith("timeout"):
            params["seconds"] = f"{round(self._seconds, 1):g}"
        if detail:
            params["detail"] = detail
        return NetworkError(code, params, who=Who.NETWORK, evidence=(self.evidence,))


async def look_up(address: Address, seconds: float) -> tuple[dict[str, str], Evidence]:
    """The addresses of a name (params host, addresses, ms); raises net.dns, net.dns.timeout."""
    threads.use_daemon_executor()
    timer = Timer(address, "DNS", seconds)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except TimeoutError:
        raise timer.failure("net.dns.timeout") from None
    except (OSError, UnicodeError) as error:
        raise timer.failure("net.dns", str(getattr(error, "errno", "") or "")) from None
    addresses = list(dict.fromkeys(str(row[4][0]) for row in found))
    shown = ", ".join(addresses[:_SHOWN])
    return {"host": address.host, "addresses": shown, "ms": timer.ms}, timer.evidence


async def connect(
    address: Address, route: Route, seconds: float
) -> tuple[dict[str, str], Evidence]:
    """One connection, closed at once (params host, address, ms); raises net.refused and others."""
    timer = Timer(address, "CONNECT", seconds)
    try:
        async with asyncio.timeout(seconds):
            # Several addresses side by side, as the real calls have them; asyncio's own way of
            # that leaves a socket open when it is cancelled in the wrong moment (3.11).
            stream = await anyio.connect_tcp(address.host, address.port)
    except OSError as error:
        raise timer.failure(_code(error, route)) from None
    peer = stream.extra(SocketAttribute.remote_address, None)  # noqa: S610 - not Django
    await anyio.aclose_forcefully(stream)
    shown = str(peer[0]) if peer else ""
    return {"host": address.host, "address": shown, "ms": timer.ms}, timer.evidence


def _code(error: OSError, route: Route) -> str:
    if isinstance(error, TimeoutError):
        return "net.timeout"
    code, _ = classify(error, route, Trail(phase=Phase.CONNECT), None)
    return "net.unreachable" if code == "net.protocol" else code
