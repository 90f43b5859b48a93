"""Takes a setup, so that one program at a time works on it, and clears what killed ones left."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from pathlib import Path

from feishu_wizard.domain.errors import ConflictError, InputError, WizardError
from feishu_wizard.domain.instance import Claim, Holder
from feishu_wizard.domain.kit import Kit
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.storage.atomic import sweep_orphans
from feishu_wizard.services.storage.paths import Paths

# An address of a local socket has 108 bytes on Linux, 104 on macOS; Qt needs some for itself
# (it makes the socket in a folder beside, and moves it).
_LONGEST_ADDRESS = 80
_log = logging.getLogger(__name__)


async def claim_setup(
    place: Workplace, setup_id: str, *, file_path: str = "", take_over: bool = False
) -> Claim:
    """Hold a setup for this window's sitting, and let go of the one that it held before.

    What is in the way is told in the claim, not raised: ``ConflictError`` setup.locked and
    setup.locked_elsewhere (the latter not with ``take_over``), ``InputError`` of a state folder
    that cannot be locked. Nothing has changed then.
    """
    refusal: WizardError | None = None
    try:
        await asyncio.to_thread(_sit, place, setup_id, file_path, take_over)
    except (ConflictError, InputError) as error:
        refusal = error
    return Claim(setup_id, _address(place.paths, setup_id), refusal)


async def hold_for(place: Workplace, kit: Kit, command: str) -> None:
    """Hold a setup until the workplace is closed: for the life of a command that writes.

    Raises as ``claim_setup``.
    """
    await asyncio.to_thread(_take, place, kit.setup.id, command, kit.file_path, place.takes_over)


async def who_holds(place: Workplace, setup_id: str) -> Holder | None:
    """Another program that holds a setup now; None for none."""
    return await asyncio.to_thread(place.claims.other, setup_id)


def _sit(place: Workplace, setup_id: str, file_path: str, take_over: bool) -> None:
    if place.claims.sit(setup_id, take_over=take_over):
        _sweep(place, file_path)


def _take(place: Workplace, setup_id: str, command: str, file_path: str, take_over: bool) -> None:
    if place.claims.take(setup_id, command, take_over=take_over):
        _sweep(place, file_path)


def _sweep(place: Workplace, file_path: str) -> None:
    """Remove the temporary files, of our own name, that killed programs left in our folders and
    beside the setup's file."""
    state, config = place.paths.state, place.paths.config
    ours = [state, *(state / name for name in ("locks", "rehearsals", "diagnoses"))]
    folders = [*ours, config, config / "profiles"]
    if file_path:
        folders.append(Path(file_path).expanduser().absolute().parent)
    swept = place.drafts.sweep()
    swept += sum(sweep_orphans(folder) for folder in folders if folder.is_dir())
    if swept:
        _log.info("%d temporary files of a program that was killed were removed", swept)


def _address(paths: Paths, setup_id: str) -> str:
    """Where a window that holds the setup answers: a socket beside the lock, which only this user
    can reach. A path that is too long for one, and Windows, get a name instead."""
    path = str((paths.state / "locks" / f"{setup_id}.window").absolute())
    if os.name == "posix" and len(os.fsencode(path)) <= _LONGEST_ADDRESS:
        return path
    return "feishu-wizard-" + hashlib.sha256(os.fsencode(path)).hexdigest()[:32]
