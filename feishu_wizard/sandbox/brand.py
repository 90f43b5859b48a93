"""Which brand is spoken to: the sandbox is Lark under the name ``localhost``, else Feishu.

An app belongs to one brand and is unknown to the other's hosts.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit, urlunsplit

from starlette.requests import Request

from feishu_wizard.sandbox.world.app import Brand

LARK_NAME: Final = "localhost"


def brand_of(request: Request) -> Brand:
    """The brand whose host a request was sent to, by its Host header."""
    name = urlsplit(f"//{request.headers.get('host', '')}").hostname
    return "lark" if name == LARK_NAME else "feishu"


def origin_of(origin: str, brand: Brand) -> str:
    """The address of one of the sandbox's origins as ``brand`` has it."""
    if brand == "feishu":
        return origin
    parts = urlsplit(origin)
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit(parts._replace(netloc=f"{LARK_NAME}{port}"))
