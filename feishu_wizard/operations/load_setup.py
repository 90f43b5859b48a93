"""Reads a setup file; its secrets are looked up when they are needed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import new_id
from feishu_wizard.domain.setup import Setup
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.storage.sealed import read_sealed
from feishu_wizard.services.storage.setup_file import read_setup


async def load_setup(place: Workplace, path: str) -> Kit:
    """Read and check the file. A file without an id gets one for this run.

    A hand-over file is recognised: ``InputError`` sealed.needs_passphrase (path); it is opened
    with ``operations.open_sealed``.
    """
    setup = await asyncio.to_thread(_read, path)
    if not setup.id:
        setup = msgspec.structs.replace(setup, id=new_id())
    return Kit(setup, file_path=path)


def _read(path: str) -> Setup:
    source = Path(path).expanduser()
    if read_sealed(source) is not None:
        raise InputError("sealed.needs_passphrase", {"path": path})
    return read_setup(source)
