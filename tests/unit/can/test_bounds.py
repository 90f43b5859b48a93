"""Bounds of the transport itself: they hold for a profile that no rule looked at, too."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from feishu_wizard.domain.errors import NetworkError
from feishu_wizard.domain.secret import Secret
from feishu_wizard.services.can.model import Op, Profile
from feishu_wizard.services.can.transport import Transport
from tests.unit.can.conftest import API_KEY

pytestmark = pytest.mark.anyio


@pytest.fixture
def transport(http: Any, stub: Any, rest: Profile) -> Transport:
    """To the stub, without the profile's prefix: what is added is the path alone."""
    base = msgspec.structs.replace(rest.base, prefix="")
    used = msgspec.structs.replace(rest, base=base)
    return Transport(http, stub.origin, used, {"tenant_id": "1"}, {"api_key": Secret(API_KEY)})


@pytest.mark.parametrize("path", [".elsewhere.example.com/x", "8/x"])
async def test_no_path_leads_to_another_origin(transport, path):
    """A path that is put behind an address can make another host or port of it."""
    transport.url = "http://127.0.0.1" + (":1" if path == "8/x" else "")
    for call in (transport.exchange(Op(path=path)), transport.ask_openly(path)):
        with pytest.raises(NetworkError) as caught:
            await call
        assert caught.value.code == "net.bad_address"
        assert caught.value.params == {"address": path}


async def test_a_path_of_its_own_origin_is_asked(transport, stub):
    stub.queue("GET /x", {"success": True, "code": "200", "data": {}})
    assert (await transport.ask_openly("/x")).status == 200
