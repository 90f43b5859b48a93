"""The program that is killed: it sends to everybody in a list, and goes on where it stopped.

``killed_send.py SETUP STATE LIST``; ends with 0 when everybody was reached, 8 when it has to be
started again. The pace is that of a platform without limits: what is tried here is not waiting.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import stamina

from feishu_wizard.domain.errors import ExitCode, WizardError
from feishu_wizard.domain.progress import silent
from feishu_wizard.domain.recipient import Recipient, RecipientKind, Resolved
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.load_setup import load_setup
from feishu_wizard.operations.send_test import Sending, send_test, unfinished_batch
from feishu_wizard.services.feishu.pace import Pace


async def main(setup: str, state: str, names: str) -> int:
    stamina.set_testing(True, attempts=3)  # tries as often, without the waits between
    async with Workplace(Program(state_root=Path(state), use_keyring=False)) as place:
        kit = await load_setup(place, setup)
        client = await place.feishu(kit)
        client.pace = Pace(None, None)
        begun = await unfinished_batch(place, kit)
        if begun is None and place.journal.sends(kit.setup.id):
            return 0  # killed after its last message: there is nothing to go on with
        people, batch = (begun.people, begun.id) if begun else (listed(names), "")
        sending = Sending("text", "en", batch=batch)
        sent = await send_test(place, kit, people, sending, silent)
    return 0 if all(one.reached for one in sent) else int(ExitCode.PARTIAL)


def listed(names: str) -> tuple[Resolved, ...]:
    """The people of the list, addressed as CAN does."""
    accounts = Path(names).read_text(encoding="utf-8").split()
    return tuple(
        Resolved(Recipient(RecipientKind.CAN_ACCOUNT, name), "user_id", name) for name in accounts
    )


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main(*sys.argv[1:4])))
    except WizardError as error:
        print(error.code, error.params, file=sys.stderr)
        sys.exit(int(error.exit_code))
