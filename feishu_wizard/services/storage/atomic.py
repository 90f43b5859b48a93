"""Files that are the old or the new version, never torn."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from feishu_wizard.domain.errors import InputError
from feishu_wizard.services.storage import platform

_SUFFIX = ".feishu-wizard.tmp"
_ORPHAN_SECONDS = 3600.0
_CODES = {
    errno.EACCES: "file.no_permission",
    errno.EPERM: "file.no_permission",
    errno.ENOSPC: "file.no_space",
    errno.EDQUOT: "file.no_space",
    errno.EROFS: "file.read_only",
    errno.EISDIR: "file.is_directory",
}


def write_atomic(path: Path, data: bytes, *, mode: int = 0o600, keep_mode: bool = True) -> None:
    """Write a file: temporary file beside it, fsync, replace, fsync of the folder.

    An existing file keeps its mode and owner (``keep_mode``); a new one gets ``mode``. A folder,
    device or link as the target is refused. Raises ``InputError`` file.is_directory,
    file.is_device, file.is_symlink, file.no_permission, file.no_space, file.read_only,
    file.no_folder, file.io (params path, detail); the old file is then as it was.
    """
    with open_atomic(path, mode=mode, keep_mode=keep_mode) as file:
        file.write(data)


@contextlib.contextmanager
def open_atomic(path: Path, *, mode: int = 0o600, keep_mode: bool = True) -> Iterator[BinaryIO]:
    """A file to be written bit by bit; it takes the place of ``path`` when the block ends well.

    Otherwise, and as for failures, as ``write_atomic``.
    """
    try:
        known = _regular(path)
        with _temporary(path, known, mode, keep_mode) as file:
            yield file
    except (OSError, ValueError) as error:
        raise failure(error, path) from error


def _regular(path: Path) -> os.stat_result | None:
    """What is there now; None for nothing."""
    try:
        known = path.lstat()
    except FileNotFoundError:
        return None
    for test, code in (
        (stat.S_ISLNK, "file.is_symlink"),
        (stat.S_ISDIR, "file.is_directory"),
    ):
        if test(known.st_mode):
            raise InputError(code, {"path": str(path), "detail": ""})
    if not stat.S_ISREG(known.st_mode):
        raise InputError("file.is_device", {"path": str(path), "detail": ""})
    return known


@contextlib.contextmanager
def _temporary(
    path: Path, known: os.stat_result | None, mode: int, keep_mode: bool
) -> Iterator[BinaryIO]:
    descriptor, name = tempfile.mkstemp(f"{_SUFFIX}", f".{path.name[:80]}.", path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            platform.take_over(file.fileno(), known, mode, keep_mode)
            os.fsync(file.fileno())
        platform.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    platform.fsync_folder(path.parent)


def failure(error: OSError | ValueError, path: Path) -> InputError:
    """The named failure of a file operation."""
    number = getattr(error, "errno", None)
    detail = getattr(error, "strerror", None) or type(error).__name__
    if number in (errno.ENOENT, errno.ENOTDIR, errno.EEXIST):
        code = "file.no_folder"
    else:
        code = _CODES.get(number or 0, "file.io")
    return InputError(code, {"path": str(path), "detail": detail})


def make_folder(path: Path) -> None:
    """Make a private folder; ``InputError`` as ``write_atomic``."""
    try:
        platform.private_folder(path)
    except OSError as error:
        raise failure(error, path) from None


def sweep_orphans(folder: Path, now: float | None = None) -> int:
    """Remove temporary files that a killed program left more than an hour ago; how many."""
    limit = (time.time() if now is None else now) - _ORPHAN_SECONDS
    removed = 0
    for path in folder.glob(f".*{_SUFFIX}"):
        with contextlib.suppress(OSError):
            if path.lstat().st_mtime < limit:
                path.unlink()
                removed += 1
    return removed
