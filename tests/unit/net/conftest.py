"""Certificates and a client."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.services.net.http import Http, NetSettings, Policy, Reply


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Middlebox", organization_unit_name="Root")


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(scope="session")
def server_context(authority: trustme.CA) -> Callable[..., ssl.SSLContext]:
    """A server's context with a certificate for 127.0.0.1 and localhost, or as told."""

    def make(*names: str, **dates) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*(names or ("127.0.0.1", "localhost")), **dates).configure_cert(
            context
        )
        return context

    return make


async def get(url: str, policy: Policy = Policy.FEISHU, **settings) -> Reply:
    """One GET with a client of its own."""
    request = {
        key: settings.pop(key)
        for key in ("headers", "deadline", "max_bytes", "params")
        if key in settings
    }
    async with Http(NetSettings(**settings)) as http:
        return await http.request("GET", url, policy=policy, **{"deadline": 20.0, **request})


async def refused(url: str, policy: Policy = Policy.FEISHU, **settings) -> NetworkError:
    """The failure of one GET."""
    with pytest.raises(NetworkError) as caught:
        await get(url, policy, **settings)
    assert str(caught.value) == caught.value.code
    return caught.value


@pytest.fixture
def unused_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
