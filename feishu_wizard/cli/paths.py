"""Paths that were typed: what cannot be read or written is refused before the work."""

from __future__ import annotations

import os
from pathlib import Path

from feishu_wizard.domain.errors import InputError


def readable(path: str) -> Path | None:
    """A file to read; None when none was named. ``InputError`` file.missing, ..."""
    if not path:
        return None
    source = Path(path).expanduser()
    where = {"path": str(source)}
    if source.is_dir():
        raise InputError("file.is_directory", where)
    if not source.exists():
        raise InputError("file.missing", where)
    if not os.access(source, os.R_OK):
        raise InputError("file.no_permission", where)
    return source


def writable(path: str) -> Path | None:
    """A file to write; None when none was named. ``InputError`` file.no_folder, ..."""
    if not path:
        return None
    target = Path(path).expanduser()
    where = {"path": str(target)}
    if target.is_dir():
        raise InputError("file.is_directory", where)
    if not target.parent.is_dir():
        raise InputError("file.no_folder", where)
    if not os.access(target.parent, os.W_OK):
        raise InputError("file.no_permission", where)
    return target
