"""The program that is killed: it walks the address book of a setup file until it is done.

``killed_walk.py SETUP STATE``; prints the number of people when the walk is complete. The pace is
that of a platform without limits: what is tried here is not waiting.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from feishu_wizard.domain.errors import WizardError


async def main(setup: str, state: str) -> None:
    from feishu_wizard.domain.progress import silent
    from feishu_wizard.operations.context import Program, Workplace
    from feishu_wizard.operations.load_setup import load_setup
    from feishu_wizard.operations.rehearse_sync import rehearse_sync
    from feishu_wizard.services.feishu.pace import Pace

    async with Workplace(Program(state_root=Path(state), use_keyring=False)) as place:
        kit = await load_setup(place, setup)
        client = await place.feishu(kit)
        client.pace = Pace(None, None)
        summary = await rehearse_sync(place, kit, silent)
    print(summary.people, flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:3]))
    except WizardError as error:
        print(error.code, error.params, file=sys.stderr)
        sys.exit(int(error.exit_code))
