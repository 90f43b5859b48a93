"""One of many programs that save the same setup at once.

``saving_at_once.py SETUP NUMBER TARGET``: says "ready", then saves at every line that it is told,
to CAN and to the file TARGET, and tells its exit code. Every number wants a callback URL of its
own. ``saving_at_once.py notes NUMBER COUNT``: writes COUNT notes into the journal at every line.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace

import msgspec

from feishu_wizard.cli.runtime import perform
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.states import Target
from feishu_wizard.operations.claim_setup import hold_for
from feishu_wizard.operations.context import Workplace
from feishu_wizard.operations.load_setup import load_setup
from feishu_wizard.operations.save_setup import plan_saves, save_all

Work = Callable[[Workplace], Awaitable[int]]


def saving(setup: str, number: str, target: str) -> Work:
    """Save as a command does: hold the setup, plan, write both, read back."""

    async def work(place: Workplace) -> int:
        kit = await load_setup(place, setup)
        office = kit.setup.office
        mine = msgspec.structs.replace(office, callback_url=f"{office.url}/user/softLogin/{number}")
        kit = replace(kit, setup=msgspec.structs.replace(kit.setup, office=mine), file_path=target)
        await hold_for(place, kit, "apply")
        plans = await plan_saves(place, kit, (Target.CAN, Target.FILE), silent)
        await save_all(place, kit, plans, silent)
        return 0

    return work


def noting(number: str, count: str) -> Work:
    """Write into a journal that others make and write at the same time."""

    async def work(place: Workplace) -> int:
        for one in range(int(count)):
            place.journal.record_save("k3v9q2", f"note-{number}", str(one), {})
        return 0

    return work


if __name__ == "__main__":
    given = sys.argv[1:]
    job = noting(*given[1:]) if given[0] == "notes" else saving(*given)
    print("ready", flush=True)
    for _line in sys.stdin:
        print(perform(job), flush=True)
