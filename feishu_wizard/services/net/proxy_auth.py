"""Which sign-in a proxy wants. httpx loses the header of a refused CONNECT."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable

from feishu_wizard.services.net.address import Address
from feishu_wizard.services.net.proxy import Route

SECONDS = 5.0
_WINDOWS = frozenset({"negotiate", "ntlm", "kerberos"})


async def proxy_schemes(route: Route, address: Address) -> str:
    """Ask a proxy by a bare CONNECT; "Negotiate, NTLM", or "" when it does not say."""
    head = ""
    host, _, port = route.proxy_host.rpartition(":")
    if not (route.proxy or "").startswith("http://"):
        return ""
    try:
        async with asyncio.timeout(SECONDS):
            reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
            try:
                target = f"{address.host}:{address.port}"
                writer.write(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            finally:
                writer.close()
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return ""
    return sign_ins(re.findall(r"(?im)^proxy-authenticate:\s*(.+?)\s*$", head))


def code_of(schemes: str) -> str:
    """The failure's code for what a proxy asks: Basic works, Windows sign-in and others do not."""
    asked = {name.strip().lower() for name in schemes.split(",") if name.strip()}
    if not asked or "basic" in asked:
        return "net.proxy.auth"
    return "net.proxy.auth.negotiate" if asked & _WINDOWS else "net.proxy.auth.other"


def sign_ins(values: Iterable[str]) -> str:
    """The names of the schemes in ``Proxy-Authenticate`` headers."""
    names = [match[0] for value in values if (match := re.match(r"[A-Za-z0-9-]+", value))]
    return ", ".join(dict.fromkeys(names))
