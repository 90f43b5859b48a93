"""What a first version of a test button does: a request, ``json()["code"] == 0``, default settings.

A fault that such a client survives proves nothing when the product survives it, too.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from typing import Any

import httpx

from tests.faults.rig.kinds import Kind
from tests.faults.rig.world import SLOW_SECONDS, World

TOKEN = "/open-apis/auth/v3/tenant_access_token/internal"
CHATS = "/open-apis/im/v1/chats"
LIMIT_SECONDS = 3 * SLOW_SECONDS
"""Twice and more what the product takes to give up on a slow fault."""


async def test_button(world: World, kind: Kind) -> str:
    """How the naive client ends: ``ok``, ``misnamed`` (as a wrong pair), ``late``, ``crash``."""
    try:
        return await asyncio.wait_for(_pressed(world, kind), LIMIT_SECONDS)
    except TimeoutError:
        return "late"
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, LookupError, RecursionError):
        return "crash"


async def _pressed(world: World, kind: Kind) -> str:
    proxied = kind.group == "proxy"
    scheme = "https" if kind.group == "tls" else "http"
    base = world.rig.origin("open", scheme, proxied=proxied)
    trust = ssl.create_default_context(cafile=world.rig.certificates.ca_file)
    proxy = (kind.setting or world.proxy()) if proxied else None
    async with httpx.AsyncClient(base_url=base, verify=trust, proxy=proxy) as client:
        pair = {"app_id": world.sandbox["app_id"], "app_secret": world.sandbox["app_secret"]}
        document = _read(await client.post(TOKEN, json=pair))
        if document["code"] != 0:
            return "misnamed"
        if kind.naive_calls:
            return await _all_pages(client, document["tenant_access_token"])
    return "ok"


async def _all_pages(client: httpx.AsyncClient, token: str) -> str:
    headers, page = {"Authorization": f"Bearer {token}"}, ""
    while True:
        params = {"page_token": page} if page else {}
        document = _read(await client.get(CHATS, headers=headers, params=params))
        if document["code"] != 0:
            return "misnamed"
        if not document["data"]["has_more"]:
            return "ok"
        page = document["data"]["page_token"]


def _read(reply: httpx.Response) -> Any:
    return json.loads(reply.text)
