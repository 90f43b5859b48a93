"""Reads a setup file; its secrets are looked up when they are needed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from feishu_wizard.domain.errors import InputError
from feishu_wizard.domain.kit import Kit
from feishu_wizard.domain.names import id_of
from feishu_wizard.domain.setup import Setup
from feishu_wizard.operations.context import Workplace
from feishu_wizard.services.storage.sealed import read_sealed
from feishu_wizard.services.storage.setup_file import read_setup


async def load_setup(place: Workplace, path: str) -> Kit:
    """Read and check the file. One without an id has that of its place: whoever opens it there
    finds the same lock and the same ledger.

    A hand-over file is recognised: ``InputError`` sealed.needs_passphrase (path); it is opened
    with ``operations.open_sealed``.
    """
    return Kit(await asyncio.to_thread(_read, path), file_path=path)


def _read(path: str) -> Setup:
    source = Path(path).expanduser()
    if read_sealed(source) is not None:
        raise InputError("sealed.needs_passphrase", {"path": path})
    setup = read_setup(source)
    if setup.id:
        return setup
    return msgspec.structs.replace(setup, id=id_of(str(source.resolve())))
