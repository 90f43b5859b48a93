"""What CAN answers, through the program's client and its search for a profile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.secret import Secret
from feishu_wizard.operations.check_prerequisites import check_prerequisites, find_profile
from feishu_wizard.services.can.client import CanClient
from tests.unit.book.desk import Answered, Desk, refusal, serving
from tests.unit.can.answers import APP_PAGE, HTML_404, HTML_500, LOGIN_PAGE, fine, refused, setting
from tests.unit.can.conftest import API_KEY, load


def _read(body: Any, status: int = 200, **headers: str) -> Callable[[Desk], Any]:
    """The failure of reading the setting when CAN answers so."""

    async def play(desk: Desk) -> Any:
        async with serving({}, Answered(body, status, headers)) as office:
            secrets = {"api_key": Secret(API_KEY)}
            can = CanClient(
                office.http, office.origin, load("can-rest"), {"tenant_id": "1"}, secrets
            )
            return await refusal(can.read())

    return play


def _found(body: Any, status: int = 200, **headers: str) -> Callable[[Desk], Any]:
    """What the search for a profile says of a server that answers so."""

    async def play(desk: Desk) -> Any:
        async with serving({}, Answered(body, status, headers)) as office:
            return (await find_profile(office.http, desk.kit(office.origin)))[0]

    return play


async def _spoken(desk: Desk) -> Any:
    async with serving({}, Answered(fine(setting()))) as office:
        return (await find_profile(office.http, desk.kit(office.origin)))[1]


async def _unreachable(desk: Desk) -> Any:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    async with serving({}) as platform, desk.place() as place:
        kit = desk.kit(platform.origin, url=f"http://127.0.0.1:{port}")
        return (await check_prerequisites(place, kit, silent)).offer


PLAYERS: dict[str, Callable[[Desk], Any]] = {
    "can.unauthenticated": _read(refused("OS_UNAUTHENTICATED"), 401),
    "can.forbidden": _read(refused("OS_FORBIDDEN"), 403),
    "can.stale": _read(refused("OS_VERSION_STALE"), 412),
    "can.invalid": _read(refused("OS_INVALID"), 422),
    "can.secret_masked": _read(refused("OS_SECRET_MASKED"), 422),
    "can.incomplete": _read(refused("OS_INCOMPLETE"), 409),
    "can.not_found": _read(refused("OS_NOT_FOUND"), 404),
    "can.rate_limited": _read(refused("OS_RATE_LIMITED"), 429, **{"Retry-After": "1"}),
    "can.upstream": _read(refused("OS_UPSTREAM_FEISHU"), 502),
    "can.unexpected": _read(APP_PAGE),
    "can.server_error": _read(HTML_500, 500),
    "can.refused": _read(refused("ANY")),
    "profile_fits": _spoken,
    "fits": _found(fine(setting())),
    "unauthenticated": _found(refused("OS_UNAUTHENTICATED"), 401),
    "forbidden": _found(refused("OS_FORBIDDEN"), 403),
    "by_hand.not_found": _found(HTML_404, 404),
    "by_hand.html": _found(APP_PAGE),
    "by_hand.login_page": _found(LOGIN_PAGE),
    "by_hand.foreign_envelope": _found({"msg": "ok"}),
    "by_hand.refused": _found(refused("ANY"), 409),
    "by_hand.server_error": _found(HTML_500, 500),
    "by_hand.unreachable": _unreachable,
    "by_hand.*": _found(b"", 301, Location="https://elsewhere.example/"),
}
