"""Measured program: the product walks the directory of a setup file and stores it in its journal.

``our_walk.py SETUP STATE``; one walk, then a line of JSON: people, CPU seconds of the walk alone
(import and first token are paid before), peak memory of the whole process, and its memory in the
course of the walk. Only the pace is taken off: it is what makes a walk wait.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import sqlite3  # noqa: F401 - as below
import sys
import time
from pathlib import Path

import filelock  # noqa: F401 - the product imports it late; the SDK's imports are not counted either

from feishu_wizard.domain.errors import WizardError
from feishu_wizard.domain.progress import silent
from feishu_wizard.operations.context import Program, Workplace
from feishu_wizard.operations.load_setup import load_setup
from feishu_wizard.operations.rehearse_sync import rehearse_sync
from feishu_wizard.services.feishu.pace import Pace

EVERY_S = 0.02
MB = 1024 * 1024


def memory_mb() -> float | None:
    """Memory of this process now, where the system tells it (Linux)."""
    told = Path("/proc/self/statm")
    if not told.exists():
        return None
    return int(told.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MB


async def watch(seen: list[float]) -> None:
    """Note the memory in the course of a walk."""
    while (now := memory_mb()) is not None:
        seen.append(now)
        await asyncio.sleep(EVERY_S)


def peak_mb() -> float:
    """Peak memory of this program in MB.

    Where the system tells that of the program (Linux), and not of the process, which remembers
    how large the one was that started it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"^VmHWM:\s*(\d+) kB", status.read_text(), re.MULTILINE)
        if found is not None:
            return int(found[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


async def main(setup: str, state: str) -> None:
    async with Workplace(Program(state_root=Path(state), use_keyring=False)) as place:
        kit = await load_setup(place, setup)
        client = await place.feishu(kit)
        client.pace = Pace(None, None)
        await client.tenant_token()
        memory: list[float] = []
        watching = asyncio.create_task(watch(memory))
        wall, began = time.perf_counter(), time.process_time()
        summary = await rehearse_sync(place, kit, silent)
        cpu, took = time.process_time() - began, time.perf_counter() - wall
        watching.cancel()
    told = {"people": summary.people, "complete": summary.complete, "calls": summary.calls}
    measured = {"cpu": cpu, "wall": took, "peak_mb": peak_mb(), "memory": memory}
    print(json.dumps(told | measured), flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:3]))
    except WizardError as error:
        sys.exit(f"{error.code} {error.params}")
