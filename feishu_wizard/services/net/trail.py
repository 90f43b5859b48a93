"""How far an exchange came: what the client's own exceptions do not tell.

Every failure before the answer is a ``ConnectError``, often without a text. Whether it was the
proxy or the server, and whether the request had left, is only seen in the client's trace events.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from feishu_wizard.services.net import tls


class Phase(Enum):
    """The part of an exchange that was under way."""

    ROUTE = "route"
    CONNECT = "connect"
    PROXY = "proxy"
    TLS = "tls"
    ANSWER = "answer"


@dataclass(slots=True)
class Trail:
    """Filled by trace events. ``tunnelled``: https through a proxy.

    ``version`` and ``der`` describe the TLS connection to the server once there is one;
    ``sent`` tells that the request's head has left. ``inspect`` asks for ``chain`` as well: the
    certificates that the server sent, empty where Python cannot tell.
    """

    tunnelled: bool = False
    phase: Phase = Phase.ROUTE
    fresh: bool = False
    sent: bool = False
    version: str = ""
    der: bytes = field(default=b"", repr=False)
    inspect: bool = False
    chain: tuple[bytes, ...] = field(default=(), repr=False)
    stream: Any = field(default=None, repr=False)

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        """Receive one trace event of httpcore, such as ``connection.connect_tcp.started``."""
        layer, _, rest = event.partition(".")
        step, _, state = rest.partition(".")
        if step == "connect_tcp" and state == "started":
            self.phase, self.fresh = Phase.CONNECT, True
        elif step == "connect_tcp" and state == "complete":
            self.stream = info.get("return_value")
        elif step == "setup_socks5_connection" and state == "started":
            self.phase = Phase.PROXY
        elif step == "start_tls":
            self._tls(layer, state, info)
        elif layer == "http11":
            self._exchange(step, state)

    def _tls(self, layer: str, state: str, info: dict[str, Any]) -> None:
        if self.tunnelled and layer == "connection":
            self.phase = Phase.PROXY  # the connection to an https proxy itself
        elif state == "started":
            self.phase = Phase.TLS
        elif state == "complete":
            self.phase = Phase.ANSWER
            self.see(info.get("return_value"))

    def _exchange(self, step: str, state: str) -> None:
        if self.tunnelled and self.fresh and not self.der:
            self.phase = Phase.PROXY  # CONNECT and its answer
            return
        self.phase = Phase.ANSWER
        self.sent = self.sent or (step, state) == ("send_request_headers", "complete")

    def see(self, stream: Any) -> None:
        """Note version and certificate of an encrypted stream of the client."""
        found = stream.get_extra_info("ssl_object") if stream is not None else None
        if isinstance(found, ssl.SSLObject):
            self.version = found.version() or ""
            self.der = found.getpeercert(binary_form=True) or b""
            if self.inspect and not self.chain:
                self.chain = tls.sent_chain(found)

    async def close(self) -> None:
        """Close the connection of a failed exchange: the client leaves one to SOCKS open."""
        stream, self.stream = self.stream, None
        if stream is not None:
            await stream.aclose()
