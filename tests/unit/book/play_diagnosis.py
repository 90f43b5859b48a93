"""What a diagnosis observes, and what its command and the answer of a server are refused for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import stamina

from feishu_wizard.cli.diagnose import Asked, diagnose
from feishu_wizard.cli.given import Given
from feishu_wizard.domain.diagnosis import Question
from feishu_wizard.domain.progress import silent
from feishu_wizard.operations.diagnose import diagnose as run
from feishu_wizard.operations.server_check import read_server_check
from tests.unit.book.desk import Desk, refusal
from tests.unit.operations.diagnose.practice_case import kit_of

Player = Callable[[Desk], Any]


async def _no_host(desk: Desk) -> Any:
    """A private deployment whose hosts nobody entered."""
    async with desk.place() as place:
        found = await run(place, desk.kit(), Question(only=("net.open.dns",)), silent)
    return found.finding("net.open.dns")


def _slowed(desk: Desk) -> Any:
    """A platform that refuses to be asked too often, and a program that asks again later."""
    kit = kit_of(desk.fixture("sandbox")("--drill", "rate-limited"))

    async def main() -> Any:
        async with desk.place() as place:
            return (await run(place, kit, Question(only=("feishu",)), silent)).finding(
                "feishu.quota"
            )

    with stamina.set_testing(False):
        return asyncio.run(main())


def _asked(**asked: Any) -> Player:
    """The command refuses what was typed before it does anything."""

    async def play(desk: Desk) -> Any:
        async with desk.place() as place:
            return await refusal(diagnose(place, Given(), Asked(**asked)))

    return play


PLAYERS: dict[str, Player] = {
    "setup.no_host": _no_host,
    "quota_slowed": _slowed,
    "diagnose.unknown_check": _asked(only=("feishu.bott",)),
    "diagnose.unknown_symptom": _asked(symptom="it-is-slow"),
    "diagnose.person_needed": _asked(symptom="one-not-reached"),
    "diagnose.group_chat": _asked(person="oc_" + "a" * 32),
    "server_check.unreadable": lambda desk: refusal(read_server_check(str(desk.folder / "none"))),
}
